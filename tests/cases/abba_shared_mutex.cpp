/* std::shared_mutex is an rwlock whose readers pass a waiting writer: read against read is harmless, read against write is not. */
#include <mutex>
#include <shared_mutex>

#include "case.h"

static std::shared_mutex A, B;

static void *readers1(void *)
{
	std::shared_lock<std::shared_mutex> a(A);
	std::shared_lock<std::shared_mutex> b(B);
	return NULL;
}

static void *readers2(void *)
{
	std::shared_lock<std::shared_mutex> b(B);
	std::shared_lock<std::shared_mutex> a(A);
	return NULL;
}

static void *writer(void *)
{
	std::unique_lock<std::shared_mutex> b(B);
	std::shared_lock<std::shared_mutex> a(A);
	return NULL;
}

static void *other_writer(void *)
{
	std::unique_lock<std::shared_mutex> a(A);
	std::shared_lock<std::shared_mutex> b(B);
	return NULL;
}

int main()
{
	run(readers1);
	run(readers2);
	run(writer);
	run(other_writer);
	return 0;
}
