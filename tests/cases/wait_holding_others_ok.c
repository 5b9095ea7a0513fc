/* Two clients hand a request to a server, under a lock of their own, and wait for it: all three signal one condition. But it is the server's signal that
 * they wait for, and he needs nothing. */
#include "case.h"

MUTEX(clients);
MUTEX(M);
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int requests, answers;

static void ask(void)
{
	int mine;

	take(clients);
	take(M);
	mine = ++requests;
	pthread_cond_broadcast(&changed);
	while (answers < mine)
		pthread_cond_wait(&changed, &M);
	give(M);
	give(clients);
}

THREAD(server)
{
	take(M);
	while (answers < 4) {
		while (requests == answers)
			pthread_cond_wait(&changed, &M);
		answers++;
		pthread_cond_broadcast(&changed);
	}
	give(M);
	return NULL;
}

THREAD(client)
{
	ask();
	ask();
	return NULL;
}

int main(void)
{
	pthread_t threads[3];

	pthread_create(&threads[0], NULL, server, NULL);
	pthread_create(&threads[1], NULL, client, NULL);
	pthread_create(&threads[2], NULL, client, NULL);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
