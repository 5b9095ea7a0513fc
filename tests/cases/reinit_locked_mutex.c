/* A mutex is initialised again while it is held. */
#include "case.h"

MUTEX(A);

int main(void)
{
	take(A);
	pthread_mutex_init(&A, NULL);
	take(A);
	give(A);
	return 0;
}
