/* process.c: ends of a process that pass by every exit handler. */
#include "finish.h"
#include "real.h"

EXPORT void _exit(int code)
{
	real_ready();
	real._exit(finish_exiting(code, true));
	__builtin_unreachable();
}

EXPORT void _Exit(int code)
{
	real_ready();
	real._Exit(finish_exiting(code, true));
	__builtin_unreachable();
}
