/*
 * Opposite orders. Twenty times main takes A then B in a segment that lies before thread1, created later; and once more, in one that does not:
 * that pair can meet.
 */
#include "case.h"

MUTEX(A);
MUTEX(B);

THREAD(nothing)
{
	return NULL;
}

THREAD(thread1)
{
	take(B);
	take(A);
	give(A);
	give(B);
	return NULL;
}

static void forth(void)
{
	take(A);
	take(B);
	give(B);
	give(A);
}

int main(void)
{
	pthread_t thread;

	for (int i = 0; i < 21; i++) {
		pthread_create(&thread, NULL, nothing, NULL);
		pthread_join(thread, NULL);
		if (i == 20)
			run(thread1);
		forth();
	}
	return 0;
}
