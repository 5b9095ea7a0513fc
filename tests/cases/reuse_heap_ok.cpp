/* std::mutex on the heap: made, taken in one order, deleted; the next ones lie at the same addresses, and are taken in the other. */
#include <mutex>

#include "case.h"

struct pair {
	std::mutex first, second;
};
static pair *places[2];

static void *thread1(void *)
{
	pair *locks = new pair;
	places[0] = locks;
	locks->first.lock();
	locks->second.lock();
	locks->second.unlock();
	locks->first.unlock();
	delete locks;
	return nullptr;
}

static void *thread2(void *)
{
	pair *locks = new pair;
	places[1] = locks;
	locks->second.lock();
	locks->first.lock();
	locks->first.unlock();
	locks->second.unlock();
	delete locks;
	return nullptr;
}

int main()
{
	/* One after the other in one thread: the same heap gives the same place. */
	thread1(nullptr);
	run(thread2);
	(void)places;
	return 0;
}
