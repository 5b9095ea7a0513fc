/* custom.h: locks of the program's own, made of atomics, annotated with gridlock.h. Macros, as those of case.h. */
#ifndef CUSTOM_H
#define CUSTOM_H

#include <gridlock.h>
#include <sched.h>

#include "case.h"

#define CUSTOM(name) static int name
#define custom_lock(lock)                                                                                                                  \
	do {                                                                                                                               \
		if (__atomic_exchange_n(&(lock), 1, __ATOMIC_ACQUIRE)) {                                                                   \
			GRIDLOCK_WILL_ACQUIRE(&(lock), 0);                                                                                 \
			while (__atomic_exchange_n(&(lock), 1, __ATOMIC_ACQUIRE))                                                          \
				sched_yield();                                                                                             \
		}                                                                                                                          \
		GRIDLOCK_ACQUIRED(&(lock), 0);                                                                                             \
	} while (0)
#define custom_unlock(lock)                                                                                                                \
	do {                                                                                                                               \
		GRIDLOCK_WILL_RELEASE(&(lock), 0);                                                                                         \
		__atomic_store_n(&(lock), 0, __ATOMIC_RELEASE);                                                                            \
	} while (0)

#endif
