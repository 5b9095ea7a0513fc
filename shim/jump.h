/* jump.h: where a jmp_buf leads to: one file for each machine and libc (jump_x86_64_glibc.c). */
#ifndef GRIDLOCK_JUMP_H
#define GRIDLOCK_JUMP_H

#include <setjmp.h>
#include <stdint.h>

/* The stack pointer that a jump to `target` restores; 0 when it cannot be told. */
uint64_t jump_target_sp(const struct __jmp_buf_tag *target);

#endif
