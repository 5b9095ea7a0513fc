/*
 * stack.h: stacks, walked and interned once per call path and thread, then found in a memo.
 *
 * The walk is libgcc's _Unwind_Backtrace, looked up at start (lock-free on glibc >= 2.35). It runs without process->lock. The memo is keyed by
 * return address and stack pointer of the call. That is not the whole path: std::mutex::lock, where it is not inlined, makes the same call
 * for all its callers. So the return address of the calling function is compared too: it lies below the CFA that the walk has found, which is
 * the same for the same call at the same stack pointer. Code with frame pointers (without the optimiser) puts several functions between
 * the program and the call: there the chain of frame pointers is compared, five frames of it. Entries of one call that differ above it lie in
 * second places. What this still takes for one path differs above all that; how often that happens is to be measured (issue 6).
 */
#ifndef GRIDLOCK_STACK_H
#define GRIDLOCK_STACK_H

#include "state.h"

/* Looks the unwinder up; at start. Without it stacks have one frame, the caller. */
void stack_init(void);

/* The memo entry of `site`; walks the stack when it is new. Sets self->signals; what is inside of a signal handler is walked each time. The thread
 * is in the slow path; takes and releases process->lock. The entry is good until the next call. */
const struct memo *stack_capture(struct self *self, struct site site);
INLINE uint64_t stack_key(struct site site)
{
	/* No two calls of one thread have one key: their stack pointers differ in the lower half, their addresses in the other. */
	return site.caller ^ (site.sp << 32 | site.sp >> 32);
}

INLINE struct memo *stack_memo(struct self *self, uint64_t key)
{
	return &self->memo[key * 0x9e3779b97f4a7c15ull >> 55];
}
_Static_assert(MEMO_SIZE == 1 << (64 - 55), "stack_memo");

/* What the first place does not have: from a second one, else captured. From the fast path. */
const struct memo *stack_at_second(struct self *self, struct site site);

INLINE const struct memo *stack_at(struct self *self, struct site site)
{
	uint64_t key = stack_key(site);
	const struct memo *memo = stack_memo(self, key);

	/* Once, into a register: gcc works the address out again for the caller's use of it. */
	__asm__("" : "+r"(memo));
	/* The word lies in the caller's frame, between its locals and its own caller's frame. */
	if (likely(memo->key == key && *(const uint64_t *)(uintptr_t)(memo->taker - 8) == memo->check))
		return memo;
	return stack_at_second(self, site);
}

/* Is the stack that the memo has for this call another one than the live stack? For --stats; walks it. The thread is in the slow path. */
bool stack_is_wrong(struct self *self, struct site site);

/* The CFA of the function that made the call at `site`, if the memo knows it; else 0. */
uint64_t stack_taker(struct self *self, struct site site);

/* Walks the live stack: calls `visit` with each frame outside this library, innermost first: where it goes on, its stack pointer at the
 * call, and whether a signal interrupted it there, until that returns false. The thread is in the slow path. */
void stack_walk(bool (*visit)(void *ctx, uint64_t pc, uint64_t sp, bool interrupted), void *ctx);
/* Start of the function that `pc` lies in, 0 when unknown. */
uint64_t stack_function(uint64_t pc);

#endif
