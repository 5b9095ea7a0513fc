/* jump_x86_64_musl.c: musl's jmp_buf on x86-64: word 6 is the stack pointer, as it is. */
#include "jump.h"

uint64_t jump_target_sp(const struct __jmp_buf_tag *target)
{
	return target->__jb[6];
}
