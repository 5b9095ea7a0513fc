/* stream.c: flockfile: the lock of a stdio stream, taken by hand. What printf and its like take inside libc is not seen. */
#include <stdio.h>

#include "plain.h"
#include "real.h"

EXPORT void flockfile(FILE *stream)
{
	struct plain call = PLAIN(stream, KIND_STREAM);

	real_ready();
	call.recursive = true;
	if (unlikely(real.ftrylockfile(stream) != 0)) {
		plain_ask(&call);
		real.flockfile(stream);
	}
	plain_answer(&call, true);
}

EXPORT int ftrylockfile(FILE *stream)
{
	struct plain call = PLAIN(stream, KIND_STREAM);
	int result;

	real_ready();
	call.how = LOCK_TRY;
	result = real.ftrylockfile(stream);
	if (result == 0)
		plain_answer(&call, true);
	return result;
}

EXPORT void funlockfile(FILE *stream)
{
	real_ready();
	plain_release(stream);
	real.funlockfile(stream);
}
