/* A mutex is locked after it was destroyed. */
#include "case.h"

MUTEX(A);

int main(void)
{
	take(A);
	give(A);
	pthread_mutex_destroy(&A);
	take(A);
	return 0;
}
