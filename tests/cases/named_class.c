/* options: by-class level=cycle-by-class=error */
/* Locks created at different places are of one class, since the source says so; two of them are taken in one order, two others in the other. */
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
	run(thread1);
	run(thread2);
	return 0;
}
