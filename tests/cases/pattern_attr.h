/* Mutexes A and B of a kind that only attributes give: KIND(attributes) sets it. In both orders. */
#include "case.h"

static pthread_mutex_t A, B;

THREAD(thread1)
{
	take(A);
	take(B);
	give(B);
	give(A);
	return NULL;
}

THREAD(thread2)
{
	take(B);
	take(A);
	give(A);
	give(B);
	return NULL;
}

int main(void)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	KIND(&attributes);
	pthread_mutex_init(&A, &attributes);
	pthread_mutex_init(&B, &attributes);
	run(thread1);
	run(thread2);
	return 0;
}
