/* A mutex is destroyed after it was given back, and another one lives at the same place. */
#include "case.h"

MUTEX(A);

int main(void)
{
	take(A);
	give(A);
	pthread_mutex_destroy(&A);
	pthread_mutex_init(&A, NULL);
	take(A);
	give(A);
	pthread_mutex_destroy(&A);
	return 0;
}
