/*
 * `inner` is only ever taken under `outer`, 120 times by two threads. So is `bare`, but for once; `seldom` is taken 80 times; `own` by one thread only.
 */
/* options: witness */
/* `inner` is only ever taken under `outer`, 120 times by two threads. `bare` is too, but once; `seldom` is taken 80 times; `own` by one thread only. */
#include "case.h"

MUTEX(outer);
MUTEX(inner);
MUTEX(bare);
MUTEX(seldom);
MUTEX(own);

static void under_outer(pthread_mutex_t *lock, int times)
{
	for (int i = 0; i < times; i++) {
		take(outer);
		pthread_mutex_lock(lock);
		pthread_mutex_unlock(lock);
		give(outer);
	}
}

THREAD(thread1)
{
	under_outer(&inner, 60);
	under_outer(&bare, 60);
	under_outer(&seldom, 40);
	under_outer(&own, 200);
	return NULL;
}

THREAD(thread2)
{
	under_outer(&inner, 60);
	under_outer(&bare, 60);
	under_outer(&seldom, 40);
	take(bare);
	give(bare);
	return NULL;
}

int main(void)
{
	run(thread1);
	run(thread2);
	return 0;
}
