/* options: by-class level=cycle-by-class=error */
/* The same, but they are of two subclasses each. */
#include <gridlock.h>

#include "case.h"

static pthread_mutex_t A1, A2, B1, B2;

THREAD(thread1)
{
	take(A1);
	take(B1);
	give(B1);
	give(A1);
	return NULL;
}

THREAD(thread2)
{
	take(B2);
	take(A2);
	give(A2);
	give(B2);
	return NULL;
}

int main(void)
{
	GRIDLOCK_CLASS(&A1, "A");
	GRIDLOCK_CLASS(&A2, "A");
	GRIDLOCK_CLASS(&B1, "B");
	GRIDLOCK_CLASS(&B2, "B");
	GRIDLOCK_SUBCLASS(&A2, 1);
	GRIDLOCK_SUBCLASS(&B2, 1);
	run(thread1);
	run(thread2);
	return 0;
}
