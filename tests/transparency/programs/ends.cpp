/* ends.cpp: destructors of thread_local and static objects lock, in threads and at the end of the program. Prints what they counted. */
#include <cstdio>
#include <mutex>
#include <shared_mutex>
#include <thread>

static std::mutex mutex;
static std::shared_mutex table;
static int counted;

struct Counts {
	~Counts()
	{
		const std::lock_guard guard(mutex);
		const std::shared_lock reader(table);
		counted++;
	}
	int touched = 0;
};
static thread_local Counts local;

struct Last {
	~Last()
	{
		const std::scoped_lock both(mutex, table);
		std::printf("counted %d\n", counted);
	}
};

int main()
{
	static Last last;

	for (int i = 0; i < 20; i++)
		std::thread([] { local.touched++; }).join();
	local.touched++;
	return 7;
}
