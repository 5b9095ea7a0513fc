/* Both orders: one side before the routine of a once, the other behind the once. */
#include "case.h"

MUTEX(A);
MUTEX(B);
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void prepare(void)
{
	take(A);
	take(B);
	give(B);
	give(A);
}

THREAD(thread1)
{
	pthread_once(&once, prepare);
	return NULL;
}

THREAD(thread2)
{
	pthread_once(&once, prepare);
	take(B);
	take(A);
	give(A);
	give(B);
	return NULL;
}

int main(void)
{
	run(thread1);
	run(thread2);
	return 0;
}
