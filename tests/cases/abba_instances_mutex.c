/* Three pairs of locks, taken in opposite orders at the same two places: one finding with a count. */
#include "case.h"

static pthread_mutex_t left[3], right[3];

THREAD(thread1)
{
	for (int i = 0; i < 3; i++) {
		take(left[i]);
		take(right[i]);
		give(right[i]);
		give(left[i]);
	}
	return NULL;
}

THREAD(thread2)
{
	for (int i = 0; i < 3; i++) {
		take(right[i]);
		take(left[i]);
		give(left[i]);
		give(right[i]);
	}
	return NULL;
}

int main(void)
{
	run(thread1);
	run(thread2);
	return 0;
}
