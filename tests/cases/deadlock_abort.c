/* With on_deadlock=abort there is a core to look at. */
/* options: on-deadlock=abort */
#include "pattern_deadlock.h"

MUTEX(A);
MUTEX(B);

THREAD(thread1)
{
	take(A);
	meet();
	take(B);
	return NULL;
}

THREAD(thread2)
{
	take(B);
	meet();
	take(A);
	return NULL;
}
