/* A once whose routine throws: the once is open again, nothing is left locked, and the next caller runs it. */
#include <mutex>

#include "case.h"

static std::once_flag once;
static std::mutex A;
static int calls;

static void prepare()
{
	std::lock_guard<std::mutex> guard(A);
	if (++calls == 1)
		throw 1;
}

static void *thread1(void *)
{
	try {
		std::call_once(once, prepare);
	} catch (int) {
	}
	std::lock_guard<std::mutex> guard(A);
	return nullptr;
}

int main()
{
	run(thread1);
	run(thread1);
	return calls == 2 ? 0 : 1;
}
