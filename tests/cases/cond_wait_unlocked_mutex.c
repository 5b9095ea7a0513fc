/* A condition is waited on with a mutex that nobody holds. */
#include <time.h>

#include "case.h"

MUTEX(A);
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

int main(void)
{
	struct timespec past = {0, 0};

	pthread_cond_timedwait(&changed, &A, &past);
	give(A);
	return 0;
}
