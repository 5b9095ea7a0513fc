/* At addresses where locks have been before, two new ones are taken in both orders: what came before hides nothing. */
#include <mutex>

#include "case.h"

struct pair {
	std::mutex first, second;
};
static pair *now;

static void forth()
{
	now->first.lock();
	now->second.lock();
	now->second.unlock();
	now->first.unlock();
}

static void *thread1(void *)
{
	forth();
	return nullptr;
}

static void *thread2(void *)
{
	now->second.lock();
	now->first.lock();
	now->first.unlock();
	now->second.unlock();
	return nullptr;
}

int main()
{
	for (int i = 0; i < 10; i++) {
		delete now;
		now = new pair;
		run(thread1);
	}
	run(thread2);
	return 0;
}
