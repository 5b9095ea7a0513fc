/*
 * stack.h: stacks, walked and interned once per call path and thread, then found in a memo.
 *
 * The walk is libgcc's _Unwind_Backtrace, looked up at start (lock-free on glibc >= 2.35). It runs without process->lock. The memo is keyed by
 * return address and stack pointer of the call. That is not the whole path: a function that is called from two places makes the same call. So
 * the return addresses of its callers are compared too, where the walk has found them: the same ones at the same places are the same path.
 * Several paths of one call make a tree: a path that differs from the one that is found leads to the next, by the first word that differs
 * (E. Fredkin's trie, 1960, in one hash table).
 *
 * A word above the stack pointer is only read when all return addresses below it are those of the path: then the frame that it lies in is
 * there, and of that size (but for alloca, which would have to meet another stack at the same place). Words are compared up to PATH_WORDS of them, and
 * where the return addresses of frames without unwind information are not known, the path is what is left of it: --stats tells how often that is wrong.
 */
#ifndef GRIDLOCK_STACK_H
#define GRIDLOCK_STACK_H

#include "state.h"

#define PATH_WORDS 24u /* return addresses above the call's; bounds what a call in a deep recursion costs */

/* Looks the unwinder up; at start. Without it stacks have one frame, the caller. */
void stack_init(void);

/* The stack of the call at `site`; walks it when it is new to the thread. Sets self->signals; what is inside of a signal handler is walked each time.
 * The thread is in the slow path; takes and releases process->lock. What it returns is good until the next call. */
const struct path *stack_capture(struct self *self, struct site site);

INLINE uint64_t stack_key(struct site site)
{
	/* No two calls of one thread have one key: their stack pointers differ in the lower half, their addresses in the other. */
	return site.caller ^ (site.sp << 32 | site.sp >> 32);
}

INLINE struct memo *stack_memo(struct self *self, uint64_t key)
{
	/* A factor that fits into an instruction; from the middle of the product, where both halves of the key count. */
	return &self->memo[key * 0x61c88647u >> 32 & (MEMO_SIZE - 1)];
}
_Static_assert((MEMO_SIZE & (MEMO_SIZE - 1)) == 0, "stack_memo");

INLINE bool stack_has(const struct path_word *word, uint64_t sp)
{
	return *(const uint32_t *)(uintptr_t)(sp + (uint64_t)(int64_t)word->offset) == word->value;
}

/* Are the path's words those of the live stack? Two at a time: six instructions for each. */
INLINE bool stack_same(const struct path *path, uint64_t sp)
{
	intptr_t i = path->first;

	do {
		const struct path_word *word;

		/* One register that counts, for gcc would take a second one for the place. */
		__asm__("" : "+r"(i));
		word = (const struct path_word *)((const char *)path + i);
		if (unlikely(!stack_has(word, sp) || !stack_has(word + 1, sp)))
			return false;
		i += 2 * (intptr_t)sizeof(*word);
	} while (i != 0);
	return true;
}

/* The path that is in the first place for this call; NULL: another one, or none. */
INLINE const struct path *stack_first(struct self *self, struct site site)
{
	uint64_t key = stack_key(site);
	const struct memo *memo = stack_memo(self, key);
	const struct path *path = memo->path;

	/* The key lies there mixed with the path, so that a pair which a signal handler has torn is no entry. */
	return likely((memo->key ^ (uintptr_t)path) == key && stack_same(path, site.sp)) ? path : NULL;
}

/* What the first place does not have: from others, else captured. From the fast path. */
const struct path *stack_at_others(struct self *self, struct site site);

INLINE const struct path *stack_at(struct self *self, struct site site)
{
	const struct path *path = stack_first(self, site);

	return likely(path) ? path : stack_at_others(self, site);
}

/* Is the stack that the memo has for this call another one than the live stack? For --stats; walks it. The thread is in the slow path. */
bool stack_is_wrong(struct self *self, struct site site);

/* The CFA of the function that made the call at `site`, if the memo knows it; else 0. */
uint64_t stack_taker(struct self *self, struct site site);

/* Everything is walked once more. The thread is in the slow path. */
void stack_forget(struct self *self);

/* The thread ends: what it has outside of its record goes. */
void stack_end(struct self *self);

/* Walks the live stack: calls `visit` with each frame outside this library, innermost first: where it goes on, its stack pointer at the
 * call, and whether a signal interrupted it there, until that returns false. The thread is in the slow path. */
void stack_walk(bool (*visit)(void *ctx, uint64_t pc, uint64_t sp, bool interrupted), void *ctx);
/* Start of the function that `pc` lies in, 0 when unknown. */
uint64_t stack_function(uint64_t pc);

#endif
