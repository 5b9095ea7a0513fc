/*
 * paths.h: many call paths out of little code: each bit of the number goes one of two ways down. All of them are equally long, and each has a
 * stack pointer of its own: paths that end in one call at one stack pointer, and differ far above it alone, may be taken for one (shim/stack.h).
 */
#ifndef BENCH_PATHS_H
#define BENCH_PATHS_H

#include <alloca.h>
#include <stdint.h>

#define PATH_BITS 17

static volatile unsigned path_steps; /* what is done after each call, or it would be a jump */

__attribute__((noinline)) static void path_down(uint32_t number, unsigned bits, void (*end)(void))
{
	if (bits == 0) {
		end();
		path_steps = 0;
	} else if (number & 1) {
		path_down(number >> 1, bits - 1, end);
		path_steps = 1;
	} else {
		path_down(number >> 1, bits - 1, end);
		path_steps = 2;
	}
}

/* Calls `end` by path `number`, which is below 1 << PATH_BITS. At most 2 MiB of stack. */
__attribute__((noinline)) static void path_call(uint32_t number, void (*end)(void))
{
	volatile char *room = alloca(16 * ((size_t)number + 1));

	room[0] = 0;
	path_down(number, PATH_BITS, end);
}

#endif
