/* The creator itself takes the other two the other way round while it holds the lock and the child runs: that is the very same hold. */
#include "pattern_gate_handed.h"

int main(void)
{
	struct threads before = threads_listed();
	pthread_t thread;

	take(G);
	thread = begin(child);
	while (threads_new(&before))
		usleep(100);
	take(B);
	take(A);
	give(A);
	give(B);
	pthread_join(thread, NULL);
	give(G);
	return 0;
}
