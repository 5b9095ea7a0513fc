/* The first thread has left the gate before it asks for its second lock: no protection. */
#include "case.h"

MUTEX(G);
MUTEX(A);
MUTEX(B);

THREAD(thread1)
{
	take(G);
	take(A);
	give(G);
	take(B);
	give(B);
	give(A);
	return NULL;
}

THREAD(thread2)
{
	take(G);
	take(B);
	take(A);
	give(A);
	give(B);
	give(G);
	return NULL;
}

int main(void)
{
	run(thread1);
	run(thread2);
	return 0;
}
