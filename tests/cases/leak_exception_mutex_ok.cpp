/* An exception passes through a guard, which unlocks; the lock of the catching frame stays its own. */
#include <pthread.h>

#include <mutex>

static std::mutex A, B;

static void fail()
{
	std::lock_guard<std::mutex> guard(B);
	throw 1;
}

static void *thread1(void *unused)
{
	std::lock_guard<std::mutex> guard(A);
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
