/* Two children of one hold: the lock that their creator holds keeps neither from the other. */
#include "pattern_gate_handed.h"

THREAD(sibling)
{
	take(B);
	take(A);
	give(A);
	give(B);
	return NULL;
}

int main(void)
{
	struct threads before = threads_listed();
	pthread_t threads[2];

	take(G);
	threads[0] = begin(child);
	while (threads_new(&before))
		usleep(100);
	threads[1] = begin(sibling);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	give(G);
	return 0;
}
