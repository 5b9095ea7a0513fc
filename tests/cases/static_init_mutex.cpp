/* A static variable whose constructor takes a mutex, and a thread that comes to the variable, while it is being made, with that mutex held. */
#include <atomic>
#include <mutex>

#include "case.h"

static std::mutex A;
static std::atomic<int> step;

struct settings {
	settings()
	{
		A.lock();
		A.unlock();
		step = 1;
		while (step < 2)
			usleep(100);
		usleep(20000);
	}
};

static settings &get()
{
	static settings instance;
	return instance;
}

static void *thread1(void *)
{
	get();
	return nullptr;
}

static void *thread2(void *)
{
	while (step < 1)
		usleep(100);
	std::lock_guard<std::mutex> guard(A);
	step = 2;
	get();
	return nullptr;
}

int main()
{
	pthread_t one, two;
	pthread_create(&one, nullptr, thread1, nullptr);
	pthread_create(&two, nullptr, thread2, nullptr);
	pthread_join(one, nullptr);
	pthread_join(two, nullptr);
	return 0;
}
