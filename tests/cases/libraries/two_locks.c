/* A library with two locks: both(first) takes them both, that one first; one() takes one and leaves it locked. */
#include <pthread.h>

void both(int first);
void one(void);

static pthread_mutex_t locks[2] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};

void both(int first)
{
	pthread_mutex_lock(&locks[first]);
	pthread_mutex_lock(&locks[!first]);
	pthread_mutex_unlock(&locks[!first]);
	pthread_mutex_unlock(&locks[first]);
}

void one(void)
{
	pthread_mutex_lock(&locks[0]);
}
