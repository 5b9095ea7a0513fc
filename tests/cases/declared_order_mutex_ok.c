/* As it is declared; the other way round only by a try, which cannot wait, and one after the other. */
#include <gridlock.h>

#include "case.h"

MUTEX(A);
MUTEX(B);

int main(void)
{
	GRIDLOCK_ORDER(&A, &B);
	take(A);
	take(B);
	give(B);
	give(A);
	take(B);
	if (pthread_mutex_trylock(&A) == 0)
		give(A);
	give(B);
	take(A);
	give(A);
	return 0;
}
