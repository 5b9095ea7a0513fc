/* A mutex is destroyed while it is held. */
#include "case.h"

MUTEX(A);

int main(void)
{
	take(A);
	pthread_mutex_destroy(&A);
	return 0;
}
