/* A ring that is closed under 200 frames of stack. */
#include "case.h"

MUTEX(A);
MUTEX(B);

static void descend(int frames)
{
	if (frames > 0) {
		descend(frames - 1);
		return;
	}
	take(A);
	take(B);
	give(B);
	give(A);
}

THREAD(thread1)
{
	descend(197);
	return NULL;
}

THREAD(thread2)
{
	take(B);
	take(A);
	give(A);
	give(B);
	return NULL;
}

int main(void)
{
	run(thread1);
	run(thread2);
	return 0;
}
