/*
 * objects.h: the loaded objects, by address, without the loader's lock.
 *
 * glibc from 2.35 on has _dl_find_object for that. Older ones and musl get a table, filled by dl_iterate_phdr at start and again when an
 * address is met that it does not know. That call waits for the loader's own lock on its list, which is held for moments, and never while
 * constructors run (dlopen's other lock is; nobody here waits for that one). But glibc holds it where it may run host code: while dlclose
 * frees, and in the callbacks of the host's own dl_iterate_phdr; a thread that waited for it with a host lock held could close a ring that
 * the host alone does not have. So the table is not read anew while any thread is in one of those: the address stays unknown until later.
 *
 * libgcc's unwinder before gcc 12 finds its tables by dl_iterate_phdr: called from inside gridlock, that is answered from here.
 */
#ifndef GRIDLOCK_OBJECTS_H
#define GRIDLOCK_OBJECTS_H

#include <link.h>
#include <stdbool.h>
#include <stdint.h>

struct object {
	uint64_t start, end; /* of all that is mapped of it */
	uint64_t base;
	uint64_t eh_frame;    /* of its .eh_frame_hdr; 0: none */
	struct link_map *map; /* NULL: not known */
	const char *name;     /* "" for the program */
};

/* At start: chooses the way, fills the table. */
void objects_init(void);

/* The object that holds the address; false: none, or not known. Any thread, with any lock held. */
bool objects_find(uint64_t address, struct object *object);

/* Makes the address known if the loader knows it. In the slow path, without process->lock. */
void objects_meet(uint64_t address);

/* At start: the object that holds the address never goes, and is to be found at any time. False: it is not known. */
bool objects_keep(uint64_t address);

/* Around the host's dlclose. */
void objects_close_begin(void);
void objects_close_end(void);
/* Finds out what has gone. In the slow path, without process->lock. */
void objects_renew(void);

/* After a fork, in the child. `alone`: its parent had no other thread, which might have held the loader's lock. */
void objects_forked(bool alone);

#endif
