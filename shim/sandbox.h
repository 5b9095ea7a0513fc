/*
 * sandbox.h: system calls that a filter of the program's would answer by killing it.
 *
 * A program that filters its own system calls (seccomp) lists what it needs itself; what the library needs beside that is not on the list. The
 * filter is seen when it is installed, and asked before each call: it is a small program without side effects, and is run here as the kernel
 * would. What it does not let pass is not called: the recording stops growing, memory is refused, there is no report, the program lives.
 * A filter from before exec is not seen; what loads and starts a program fits through it.
 */
#ifndef GRIDLOCK_SANDBOX_H
#define GRIDLOCK_SANDBOX_H

#include <stdatomic.h>
#include <stdbool.h>

extern _Atomic bool sandbox_on; /* some filter has been seen */

/* The slow part of sandbox_allows. */
bool sandbox_passes(long number, long a, long b, long c, long d);

/* Would that call, with its first four arguments, be let pass, or at worst be refused by an error? Any thread, async-signal-safe. */
static inline bool sandbox_allows(long number, long a, long b, long c, long d)
{
	return !atomic_load_explicit(&sandbox_on, memory_order_relaxed) || sandbox_passes(number, a, b, c, d);
}

/* Can another program be started, and would it get anywhere? It inherits the filters. */
bool sandbox_allows_programs(void);

/* Around the call that installs a filter: `program` is a struct sock_fprog, NULL for the strict mode. From the beginning on nothing passes. */
void sandbox_begin(void);
void sandbox_end(bool installed, const void *program);

#endif
