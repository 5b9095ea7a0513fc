/*
 * stack.h: stacks, walked and interned once per (return address, stack pointer) and thread, then found in a memo.
 *
 * The walk is libgcc's _Unwind_Backtrace, looked up at start (lock-free on glibc >= 2.35). It runs without process->lock. Two call paths
 * that reach one return address at one stack pointer share a memo entry; how often that happens is measured, not assumed away.
 */
#ifndef GRIDLOCK_STACK_H
#define GRIDLOCK_STACK_H

#include "state.h"

/* Looks the unwinder up; at start. Without it stacks have one frame, the caller. */
void stack_init(void);

/* The memo entry of `site`; walks the stack when it is new. The thread is in the slow path; takes and releases process->lock. */
const struct memo *stack_capture(struct self *self, struct site site);
/* The same from the fast path. */
const struct memo *stack_capture_from_fast(struct self *self, struct site site);

INLINE struct memo *stack_memo(struct self *self, struct site site)
{
	return &self->memo[((site.caller ^ site.sp << 12) * 0x9e3779b97f4a7c15ull) >> 55];
}

INLINE const struct memo *stack_at(struct self *self, struct site site)
{
	const struct memo *memo = stack_memo(self, site);

	if (likely(memo->caller == site.caller && memo->sp == site.sp))
		return memo;
	return stack_capture_from_fast(self, site);
}
_Static_assert(MEMO_SIZE == 1 << (64 - 55), "stack_memo");

/* Walks the live stack: calls `visit` with each frame outside this library, innermost first: where it goes on, its stack pointer at the
 * call, until that returns false. The thread is in the slow path. */
void stack_walk(bool (*visit)(void *ctx, uint64_t pc, uint64_t sp), void *ctx);
/* Start of the function that `pc` lies in, 0 when unknown. */
uint64_t stack_function(uint64_t pc);

#endif
