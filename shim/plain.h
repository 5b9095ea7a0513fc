/*
 * plain.h: locks of which the library knows no more than an address and a kind: spin locks, once controls, static initialisers, streams, and
 * the locks of other libraries. They are looked up in the index, and have no stamp and no state that could be read.
 *
 *   struct plain call = PLAIN(lock, KIND_SPIN);
 *   if (real try fails) {
 *           plain_ask(&call);       the dependency is recorded, the wait published, a self-deadlock reported
 *           real lock
 *   }
 *   plain_answer(&call, has it);
 *
 * All of it is to be called from the fast path, and does nothing when the thread is not watched.
 */
#ifndef GRIDLOCK_PLAIN_H
#define GRIDLOCK_PLAIN_H

#include "held.h"
#include "index.h"

struct plain {
	const void *address;
	struct site site;
	uint8_t kind;
	uint8_t mode; /* enum lock_mode; custom locks have readers */
	uint8_t how;
	bool recursive; /* its owner may take it again */
	bool scoped;	/* it goes with the frame that took it, however that is left: no jump leaks it */
	bool later;	/* it waits for something else first: this wait closes no ring */
	bool asked;
	uint64_t id;
};
#define PLAIN(lock, sort)                                                                                                                  \
	{                                                                                                                                  \
		.address = (const void *)(lock), .site = SITE, .kind = (sort)                                                              \
	}

/* The call is about to wait, or may be. */
void plain_ask(struct plain *call);
/* It came back, with the lock or without. */
void plain_answer(struct plain *call, bool has_it);
/* Before the lock is released. False: the thread is not known to hold it. */
bool plain_release(const void *address);
/* It is not, and the lock is no business of another thread's. `free`: its own state says that nobody holds it. */
void plain_release_misused(const struct plain *call, bool free);

/* After an initialisation, before a destruction. */
void plain_init(const struct plain *call, uint8_t flags);
void plain_destroy(const struct plain *call);

#endif
