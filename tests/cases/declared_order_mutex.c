/* Taken against the order that the source declares: once is enough, by one thread. */
#include <gridlock.h>

#include "case.h"

MUTEX(A);
MUTEX(B);

int main(void)
{
	GRIDLOCK_ORDER(&A, &B);
	take(B);
	take(A);
	give(A);
	give(B);
	return 0;
}
