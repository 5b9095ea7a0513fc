/*
 * libc.h: what a libc's locks look like in memory, for the questions that no function of it answers: who holds this one, is it free, was it
 * destroyed. One file for each libc. No lock is taken, and the lock is not written; what another thread changes meanwhile may show.
 *
 *   libc_mutex_sort, libc_rwlock_sort      the kind; KIND_UNKNOWN: it makes no sense
 *   libc_mutex_destroyed                   its memory says so
 *   libc_mutex_locked, libc_mutex_free     neither, where it cannot be told
 *   libc_mutex_word                        what the kernel waits on
 *   libc_mutex_owner, libc_rwlock_writer   a thread's number, 0: nobody, LIBC_UNKNOWN: somebody
 *   libc_rwlock_readers                    how many
 *   libc_mutex_room, libc_rwlock_room      16 and 8 bytes that the libc leaves alone, if LIBC_HAS_ROOM; else some that may be read
 *   LIBC_WRITER_REFUSED                    a thread that writes and asks for its lock again gets EDEADLK; else it waits for itself
 *   LIBC_OWNED_MUTEX                       initialises a mutex whose owner is told
 */
#ifndef GRIDLOCK_LIBC_H
#define GRIDLOCK_LIBC_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "graph/recording.h"

#define LIBC_UNKNOWN -1

struct sort {
	uint8_t kind;  /* enum lock_kind; KIND_UNKNOWN: not to be watched */
	uint8_t flags; /* LOCK_ROBUST ... */
};

#ifdef __GLIBC__
#include "libc_glibc.h"
#else
#include "libc_musl.h"
#endif

/* May this thread, as far as the lock's memory tells, be the one? */
static inline bool libc_may_be(int holder, uint32_t tid)
{
	return holder == (int)tid || holder == LIBC_UNKNOWN;
}

#endif
