/*
 * jump_x86_64_glibc.c: glibc's jmp_buf on x86-64: word 6 is the stack pointer, word 7 the program counter, each xored with the pointer
 * guard (fs:0x30) and rotated left by 17.
 */
#include "jump.h"

uint64_t jump_target_sp(const struct __jmp_buf_tag *target)
{
	uint64_t word = (uint64_t)target->__jmpbuf[6], guard;

	__asm__("mov %%fs:0x30, %0" : "=r"(guard));
	return (word >> 17 | word << 47) ^ guard;
}
