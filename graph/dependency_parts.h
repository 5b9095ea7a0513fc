/*
 * dependency_parts.h: what the files that dependency.h stands for share: dependency.c, the set, its witnesses, and what is written of one dependency;
 * class_order.c, the order among classes; lock_rings.c, the order graph among instances; retirement.c, locks that are gone. For them alone.
 */
#ifndef GRIDLOCK_DEPENDENCY_PARTS_H
#define GRIDLOCK_DEPENDENCY_PARTS_H

#include "dependency.h"

/* A program with thousands of locks has hundreds of thousands of these: with the places of two held locks they fill 216 bytes. */
struct dependency {
	uint64_t key; /* hash of the content, but for locks that are gone; 64 bits, taken as unique */
	UT_hash_handle hh;
	struct lock *lock;
	struct dependency *next, **back; /* of those that ask for the same lock */
	struct dependency_held *held;	 /* behind the links; `count` of them, some of locks that are gone (retirement.c) */
	struct witness {
		uint32_t thread, segment;
		uint64_t when;
	} * witnesses; /* room for `witness_room` */
	uint32_t id;
	uint32_t stack;
	uint32_t room; /* places in `held`; as it was allocated */
	uint32_t count;
	uint32_t moves;		 /* of a witness to a later segment of its thread */
	uint32_t witnesses_lost; /* not counted as lost before it is written: of what lies in no ring they are not missed */
	uint16_t
		unwritten; /* places of those that moved and were not written: each power of two of moves is, and what is left at the end */
	uint8_t witness_count, witness_room;
	uint8_t mode, how;
	bool written : 1;
	bool told : 1;	/* alike_news was asked */
	bool cut : 1;	/* more locks were held than these */
	bool alike : 1; /* in a ring just like others that are written, and so not written itself (lock_rings.c) */
	struct holding {
		struct dependency *owner;
		struct holding *next, **back; /* of those of the same lock, whichever place in `held` it has */
	} links[];
};
_Static_assert(sizeof(struct dependency) == 136, "struct dependency");

/* What is known of a dependency among classes: that it was written. */
struct class_dependency {
	uint64_t key;
	UT_hash_handle hh;
};

/* ---- dependency.c ---- */

/* Of the content, but for locks that are gone; of their classes, when it is to tell only those apart. */
uint64_t dependency_key(const struct dependency_request *request, bool of_classes);
/* The number of a new one. */
uint32_t dependency_number(struct dependencies *set);
/* What it was asked with, but for the witness. */
struct dependency_request dependency_request_of(const struct dependency *dependency);
/* Bytes of one with so many places in the held set. */
size_t dependency_size(uint32_t room);
/* Lets the lock in that place of the held set know of it, and forget it. */
void dependency_link_held(struct dependency *dependency, uint32_t i);
void dependency_unlink_held(struct dependency *dependency, uint32_t i);
/* Does it ask for a lock to read that it reads already? */
bool dependency_reads_again(const struct dependency *dependency);

/* As a fact; among classes when flags say so. */
void dependency_write(struct dependencies *set, const struct dependency_request *request, uint32_t id, uint16_t flags);
/* With all that it names, unless it is written already. */
void dependency_write_instance(struct dependencies *set, struct dependency *dependency);
/* Its witnesses that moved and were not written since, if it is. */
void dependency_write_witnesses(struct dependencies *set, struct dependency *dependency);
/* It is, or is no more, in a ring just like others that are written. */
void dependency_count_alike(struct dependencies *set, struct dependency *dependency, bool alike);

/* Returns whether it is new. One that finds no memory is counted. */
bool dependency_add_witness(struct dependencies *set, struct dependency *dependency, struct witness witness);
void dependency_lose_witnesses(struct dependencies *set, struct dependency *dependency, uint32_t count);
/* The notes of its thread and segment are needed once more, or less. */
void dependency_count_witness(struct dependencies *set, struct witness witness, int change);

/* ---- class_order.c ---- */

/* An edge, and what a new one means for rows. False: no memory. */
enum order_result class_order_add(struct dependencies *set, struct lock_class *before, struct lock_class *after);
bool class_order_added(struct dependencies *set, enum order_result result);
/* Writes the dependency as one among classes, when that is new, and enters its edges. False: no memory. */
bool class_order_record(struct dependencies *set, const struct dependency_request *request);

/* ---- lock_rings.c ---- */

/* Has each of the locks a node? False: no memory. */
bool lock_rings_nodes(struct dependencies *set, const struct dependency_request *request);
/* Enters the edges; a ring that closes is written whole. False: no memory for all of them. */
bool lock_rings_add(struct dependencies *set, struct dependency *dependency);
/* The dependency, or a witness of it, is new in its ring. `edge`: so is a link; `grown`: how often the ring grew by it, 0: it is as it was. */
void lock_rings_changed(struct dependencies *set, struct dependency *dependency, bool edge, uint64_t grown);
/* Was one written that says the same of all locks which the recording knows, by each of these witnesses? Or is not to be: there are enough. */
bool lock_rings_written_alike(struct dependencies *set, struct dependency *dependency);

/* ---- retirement.c ---- */

/* The dependency of that key, for a request that holds living locks only; NULL: there is none yet. */
struct dependency *retirement_find_bare(struct dependencies *set, uint64_t key);

#endif
