/* Orders that contradict each other, which nobody goes against: A and B are never held together. */
#include <gridlock.h>

#include "case.h"

MUTEX(A);
MUTEX(B);
MUTEX(C);

int main(void)
{
	GRIDLOCK_ORDER(&A, &B);
	GRIDLOCK_ORDER(&B, &A);
	GRIDLOCK_ORDER(&A, &C);
	take(A);
	take(C);
	give(C);
	give(A);
	take(B);
	give(B);
	return 0;
}
