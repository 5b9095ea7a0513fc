/*
 * custom.h: locks of the program's own, of which its source tells: by gridlock.h, or by what it says to other tools (custom.c: the annotations of
 * ThreadSanitizer and dynamic_annotations.h). They are known by their address, as plain locks are (plain.h).
 *
 * Called from the fast path. All of them take the lock as what is told of it: how it works is not ours to know. So less is judged than of libc's: a read lock
 * may be released by any thread, and what was destroyed may be used again, as a new lock.
 */
#ifndef GRIDLOCK_CUSTOM_H
#define GRIDLOCK_CUSTOM_H

#include "plain.h"

/* Of a call, as gridlock.h has them. */
enum { CUSTOM_REENTRANT = 1, CUSTOM_SHARED = 2, CUSTOM_TRY = 4, CUSTOM_TIMED = 8 };

void custom_create(const void *lock, unsigned flags, struct site site);
void custom_destroy(const void *lock, struct site site);
void custom_will_acquire(const void *lock, unsigned flags, struct site site);
/* With a custom_will_acquire before it or without. */
void custom_acquired(const void *lock, unsigned flags, struct site site);
void custom_not_acquired(const void *lock);
void custom_will_release(const void *lock, unsigned flags, struct site site);

/* The thread's events are not looked at (held_ignore). Any thread, watched or not. */
void custom_ignore(bool ignore);

#endif
