/*
 * lock.h: locks (instances) and their classes (DESIGN section 5).
 *
 * An instance is one life of one lock. Its number is unique in the image; the caller takes it from the recording's counter and keeps it
 * in the lock itself (the stamp) or in a table. A class is what stays the same from run to run: a symbol, or the stack of the lock's
 * initialisation, or of its first acquisition.
 *
 * Pure data; memory from the arena; the caller serialises.
 */
#ifndef GRIDLOCK_LOCK_H
#define GRIDLOCK_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "hash.h"
#include "recording.h"

/* Where facts go. `write` copies the fact into the recording; a fact that finds no room is counted there. */
struct fact_sink {
	void (*write)(void *ctx, const struct fact *fact);
	void *ctx;
};

struct lock_class {
	struct lock_key {	   /* what makes it this class: hashed as bytes, so padding is zeroed */
		uint8_t kind;	   /* enum class_kind */
		uint8_t lock_kind; /* enum lock_kind */
		uint8_t lock_flags;
		uint8_t subclass;
		uint32_t stack;
		frame_t frame;
		uint32_t name; /* given in the source; 0: none */
		uint32_t pad;
	} key;
	uint32_t id;
	bool described; /* its fact is written */
	uint32_t locks; /* that live, of this class */
	uint32_t epoch; /* of the process whose order of classes has it as `node`; another process's is stale (fork) */
	uint32_t node;	/* order.h */
	UT_hash_handle hh;
};

/* Where the memory of a process-shared lock comes from. */
struct lock_place {
	uint64_t device, inode, offset; /* offset: of the lock itself */
};
/* An order that the source declares, by the numbers of the locks. */
struct lock_order {
	struct {
		uint64_t before, after;
	} key;
	struct lock_order *next; /* of those with the same `before` */
	UT_hash_handle hh;
};
struct lock {
	uint64_t id;
	uint64_t address;
	struct lock_class *class;
	uint32_t thread;		/* that initialised or first took it */
	const struct lock_place *place; /* NULL: private to its process, as far as is known */
	uint32_t name;			/* given in the source; 0: none */
	uint32_t orders_count;
	struct lock_order *orders; /* in which it comes first; of locks that are gone, too */
	bool described;
	bool gone;	/* its life is over */
	uint32_t named; /* gone: how many held sets still name it */
	/* in the order graph of process `epoch`; another process's are stale (fork) */
	uint32_t epoch;
	uint32_t node;		   /* order.h */
	bool ring_unlike;	   /* its ring is compared with no others: all that lies in there is written */
	struct dependency *wanted; /* dependencies that ask for it */
	struct holding *held;	   /* places in held sets of dependencies */
	struct row_link *rows;	   /* kinds that name it, but at the axis (rows.h) */
	UT_hash_handle hh;
};

struct lock_name;
struct lock_table {
	struct arena *arena;
	struct lock_name *names;    /* by text */
	struct lock_order *orders;  /* by key */
	struct lock *locks;	    /* by id */
	struct lock_class *classes; /* by key */
};

/* The class of that key, made when new with the number *next_id (then counted up). NULL: no memory. One hash probe. */
struct lock_class *lock_class_intern(struct lock_table *table, const struct lock_key *key, _Atomic uint32_t *next_id);
/* A new instance. NULL: no memory. */
struct lock *lock_add(struct lock_table *table, uint64_t id, uint64_t address, struct lock_class *class, uint32_t thread);
/* Notes where a process-shared lock lies, before it is described. Without memory it stays a private one. */
void lock_set_place(struct lock_table *table, struct lock *lock, const struct lock_place *place);
/* The instance of that number, or NULL. */
struct lock *lock_find(struct lock_table *table, uint64_t id);
/* Its life is over: it is found no more, and `gone`. What names it may do so until lock_free. */
void lock_remove(struct lock_table *table, struct lock *lock);
/* Frees one that was removed. */
void lock_free(struct lock_table *table, struct lock *lock);
/* The number of a name given in the source, of at most NAME_MAX_LENGTH bytes: of a new one *next_id (then counted up), and its fact is written. 0: no
 * memory. One hash probe. */
uint32_t lock_name_intern(struct lock_table *table, const char *text, size_t length, _Atomic uint32_t *next_id,
			  const struct fact_sink *sink);
/* The lock gets another name, or class: written at once where the recording knew it by the former. */
void lock_set_name(struct lock *lock, uint32_t name, const struct fact_sink *sink);
void lock_set_class(struct lock *lock, struct lock_class *class, const struct fact_sink *sink);
/* Does the source declare that order? A hash probe. */
bool lock_order_known(const struct lock_table *table, uint64_t before, uint64_t after);
/* Keeps that it does, also for the graph of a forked child. False: no memory. A hash probe; now and then O(orders of the lock): those with locks that are gone are
 * forgotten. */
bool lock_order_keep(struct lock_table *table, struct lock *lock, uint64_t after);
/* Writes the facts of the lock and of its class unless they are written already. */
void lock_describe(struct lock *lock, const struct fact_sink *sink);
void lock_class_describe(struct lock_class *class, const struct fact_sink *sink);

#endif
