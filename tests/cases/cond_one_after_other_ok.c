/* One condition with two mutexes, one after the other: nobody waits when the second one comes. */
#include <time.h>

#include "case.h"

MUTEX(A);
MUTEX(B);
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

int main(void)
{
	struct timespec past = {0, 0};

	take(A);
	pthread_cond_timedwait(&changed, &A, &past);
	give(A);
	take(B);
	pthread_cond_timedwait(&changed, &B, &past);
	give(B);
	return 0;
}
