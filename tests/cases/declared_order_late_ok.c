/* The order was declared of locks that were there before, not of those that lie there now. */
#include <gridlock.h>

#include "case.h"

static pthread_mutex_t A, B;

int main(void)
{
	pthread_mutex_init(&A, NULL);
	pthread_mutex_init(&B, NULL);
	GRIDLOCK_ORDER(&A, &B);
	pthread_mutex_destroy(&A);
	pthread_mutex_init(&A, NULL);
	take(B);
	take(A);
	give(A);
	give(B);
	return 0;
}
