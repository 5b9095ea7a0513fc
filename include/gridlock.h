/*
 * gridlock.h: what a program can tell gridlock about its locks, in its source.
 *
 * Every line of it costs a load and a compare when the program runs without gridlock, and it links against nothing: the functions are weak, and the
 * library that `gridlock` preloads has them. Compiled with GRIDLOCK_DISABLED, or by a compiler that is not GNU's or clang, it is nothing at all. C from C89
 * on, and C++. Any thread may call any of it at any time, but for signal handlers, where it may do nothing.
 *
 * It takes a PLT or GOT to find the functions: a program that clang compiles needs -fPIE or -fPIC (the default of most systems); gcc does with and without.
 * A static program runs, and is not watched.
 *
 * Locks are named by their address, of whatever type: pthread mutexes and the like, std::mutex, locks of the program's own. What is said of one holds until it is
 * destroyed, initialised again or its memory is freed.
 */
#ifndef GRIDLOCK_H
#define GRIDLOCK_H

/* Of a custom lock, when it is made: its owner may take it again. */
#define GRIDLOCK_REENTRANT 1u
/* Of a call that takes a lock. None of them: it waits as long as it takes, and nobody else has the lock then. */
#define GRIDLOCK_SHARED 2u /* as a reader, beside others */
#define GRIDLOCK_TRY	4u /* it does not wait */
#define GRIDLOCK_TIMED	8u /* it waits no longer than a time limit */

#ifdef __GNUC__

#if defined(__has_attribute)
#if __has_attribute(__noplt__)
#define GRIDLOCK_WEAK __attribute__((__weak__, __noplt__))
#endif
#endif
#ifndef GRIDLOCK_WEAK
#define GRIDLOCK_WEAK __attribute__((__weak__))
#endif

#ifdef __cplusplus
extern "C" {
#endif
void gridlock_name(const volatile void *lock, const char *name) GRIDLOCK_WEAK;
void gridlock_class(const volatile void *lock, const char *name) GRIDLOCK_WEAK;
void gridlock_subclass(const volatile void *lock, unsigned number) GRIDLOCK_WEAK;
void gridlock_order(const volatile void *before, const volatile void *after) GRIDLOCK_WEAK;
void gridlock_ignore_begin(void) GRIDLOCK_WEAK;
void gridlock_ignore_end(void) GRIDLOCK_WEAK;
void gridlock_forget(const volatile void *memory, unsigned long size) GRIDLOCK_WEAK;
void gridlock_lock_create(const volatile void *lock, unsigned flags) GRIDLOCK_WEAK;
void gridlock_lock_destroy(const volatile void *lock) GRIDLOCK_WEAK;
void gridlock_will_acquire(const volatile void *lock, unsigned flags) GRIDLOCK_WEAK;
void gridlock_acquired(const volatile void *lock, unsigned flags) GRIDLOCK_WEAK;
void gridlock_not_acquired(const volatile void *lock) GRIDLOCK_WEAK;
void gridlock_will_release(const volatile void *lock, unsigned flags) GRIDLOCK_WEAK;
#ifdef __cplusplus
}
#endif
#ifdef GRIDLOCK_DISABLED
#define GRIDLOCK_IS_THERE(function) 0 /* what it is called with still counts as used */
#else
#define GRIDLOCK_IS_THERE(function) (function)
#endif
#define GRIDLOCK_CALL(function, arguments)                                                                                                 \
	do {                                                                                                                               \
		if (GRIDLOCK_IS_THERE(function))                                                                                           \
			function arguments;                                                                                                \
	} while (0)

#else
#define GRIDLOCK_CALL(function, arguments)                                                                                                 \
	do {                                                                                                                               \
	} while (0)
#endif

/* ---- names ---- */

/* What the lock is called in reports, in place of its symbol or number: at most 1023 bytes. */
#define GRIDLOCK_NAME(lock, text) GRIDLOCK_CALL(gridlock_name, (lock, text))
/* Its class: locks of one class do the same job, say one for each connection. In place of where it was created, the class tells what a lock is from run to run and
 * from build to build, and which findings are one and the same. */
#define GRIDLOCK_CLASS(lock, text) GRIDLOCK_CALL(gridlock_class, (lock, text))
/* Which part of its class, 0 to 255 (0: what it is without): where locks of one class are held together in a known order, parents before children. */
#define GRIDLOCK_SUBCLASS(lock, number) GRIDLOCK_CALL(gridlock_subclass, (lock, number))

/* ---- orders ---- */

/* Who holds both takes `before` first. As soon as one run takes them the other way round, by itself or by way of others, that is a finding: declared-order. A try does
 * not count, for it cannot wait. */
#define GRIDLOCK_ORDER(before, after) GRIDLOCK_CALL(gridlock_order, (before, after))

/* ---- what is not to be looked at ---- */

/* What this thread does with locks in between makes no finding: neither then nor later, of what it took there. Nests. */
#define GRIDLOCK_IGNORE_BEGIN() GRIDLOCK_CALL(gridlock_ignore_begin, ())
#define GRIDLOCK_IGNORE_END()	GRIDLOCK_CALL(gridlock_ignore_end, ())

/* The program's own allocator takes memory back, or is about to give it out again: locks in there are no more, and the next ones are others. As free does by itself. */
#define GRIDLOCK_FORGET(memory, size) GRIDLOCK_CALL(gridlock_forget, (memory, (unsigned long)(size)))

/* ---- locks of the program's own ---- */

/* Made and unmade; not needed for one that is only memory set to zero, unless it has flags. */
#define GRIDLOCK_LOCK_CREATE(lock, flags) GRIDLOCK_CALL(gridlock_lock_create, (lock, flags))
#define GRIDLOCK_LOCK_DESTROY(lock)	  GRIDLOCK_CALL(gridlock_lock_destroy, (lock))
/* The thread is about to wait for it: to be called where it was not free at once. Then one of the next two follows, with the same flags. Without this one a deadlock is
 * foreseen all the same, but not seen when it happens. */
#define GRIDLOCK_WILL_ACQUIRE(lock, flags) GRIDLOCK_CALL(gridlock_will_acquire, (lock, flags))
/* The thread has it. */
#define GRIDLOCK_ACQUIRED(lock, flags) GRIDLOCK_CALL(gridlock_acquired, (lock, flags))
/* The wait ended without it. */
#define GRIDLOCK_NOT_ACQUIRED(lock) GRIDLOCK_CALL(gridlock_not_acquired, (lock))
/* The thread is about to release it: before the first instruction by which another thread may have it. */
#define GRIDLOCK_WILL_RELEASE(lock, flags) GRIDLOCK_CALL(gridlock_will_release, (lock, flags))

#endif
