/* unwinder.h: where libgcc's unwinder comes from: one file for each libc. */
#ifndef GRIDLOCK_UNWINDER_H
#define GRIDLOCK_UNWINDER_H

#include <stdbool.h>
#include <unwind.h>

struct unwinder {
	__typeof__(&_Unwind_Backtrace) backtrace;
	__typeof__(&_Unwind_GetIPInfo) ip;
	__typeof__(&_Unwind_GetCFA) cfa;
	__typeof__(&_Unwind_FindEnclosingFunction) function;
};

/* At start. False: there is none. */
bool unwinder_find(struct unwinder *unwinder);

#endif
