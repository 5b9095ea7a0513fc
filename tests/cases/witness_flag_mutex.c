/* Opposite orders, kept apart by a flag that no tool of locks can see: the trace is that of a deadlock, and the witness is plain. */
/* options: witness */
#include <sched.h>
#include <stdatomic.h>

#include "case.h"

MUTEX(A);
MUTEX(B);
static atomic_int done;

THREAD(thread1)
{
	take(A);
	take(B);
	atomic_store(&done, 1);
	give(B);
	give(A);
	return NULL;
}

THREAD(thread2)
{
	while (!atomic_load(&done))
		sched_yield();
	take(B);
	take(A);
	give(A);
	give(B);
	return NULL;
}

int main(void)
{
	pthread_t one, two;

	pthread_create(&one, NULL, thread1, NULL);
	pthread_create(&two, NULL, thread2, NULL);
	pthread_join(one, NULL);
	pthread_join(two, NULL);
	return 0;
}
