/*
 * jump_aarch64_glibc.c: glibc's jmp_buf on aarch64: word 13 is the stack pointer, word 11 the link register, each xored with the pointer
 * guard. That lies in the loader's own read-only data, and not in the thread's, so it is learned from a jmp_buf of one's own.
 */
#include "jump.h"

enum { JUMP_SP = 13 };

/* _setjmp notes its caller's stack pointer: this function's, which moves no more once it has begun. */
static __attribute__((noinline)) uint64_t guard(void)
{
	jmp_buf own;
	uint64_t sp;

	if (_setjmp(own) != 0)
		return 0;
	__asm__ volatile("mov %0, sp" : "=r"(sp));
	return (uint64_t)own[0].__jmpbuf[JUMP_SP] ^ sp;
}

uint64_t jump_target_sp(const struct __jmp_buf_tag *target)
{
	return (uint64_t)target->__jmpbuf[JUMP_SP] ^ guard();
}
