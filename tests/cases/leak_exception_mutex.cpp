/* An exception passes through a frame that has locked by hand, and the thread ends without the unlock. */
#include <pthread.h>

static pthread_mutex_t A = PTHREAD_MUTEX_INITIALIZER;

static void fail()
{
	pthread_mutex_lock(&A);
	throw 1;
}

static void *thread1(void *unused)
{
	try {
		fail();
	} catch (int) {
	}
	return unused;
}

int main()
{
	pthread_t thread;
	pthread_create(&thread, nullptr, thread1, nullptr);
	pthread_join(thread, nullptr);
	return 0;
}
