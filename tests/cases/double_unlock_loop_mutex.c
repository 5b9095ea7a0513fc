/* The same mistake in a loop is one finding with a count. */
#include "case.h"

MUTEX(A);

THREAD(thread1)
{
	for (int i = 0; i < 3; i++) {
		take(A);
		give(A);
		give(A);
	}
	return NULL;
}

int main(void)
{
	run(thread1);
	return 0;
}
