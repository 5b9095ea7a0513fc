/* The order is declared when it is broken already, and of locks on the heap. */
#include <gridlock.h>

#include "case.h"

static pthread_mutex_t *A, *B;

int main(void)
{
	A = malloc(sizeof(*A));
	B = malloc(sizeof(*B));
	pthread_mutex_init(A, NULL);
	pthread_mutex_init(B, NULL);
	GRIDLOCK_NAME(A, "A");
	GRIDLOCK_NAME(B, "B");
	take(*B);
	take(*A);
	give(*A);
	give(*B);
	GRIDLOCK_ORDER(A, B);
	return 0;
}
