/* A wait gives A back and asks for it again while B is held: so thread1 takes A under B, and thread2 takes B under A. */
#include "case.h"

#include <time.h>

static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static const struct timespec long_ago = {1, 0};
MUTEX(A);
MUTEX(B);

THREAD(thread1)
{
	take(A);
	take(B);
	pthread_cond_timedwait(&changed, &A, &long_ago);
	give(B);
	give(A);
	return NULL;
}

THREAD(thread2)
{
	take(A);
	take(B);
	give(B);
	give(A);
	return NULL;
}

int main(void)
{
	run(thread1);
	run(thread2);
	return 0;
}
