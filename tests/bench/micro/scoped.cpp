// scoped.cpp: the same from C++: std::lock_guard, std::scoped_lock of two (by std::lock: a lock and a trylock), std::shared_lock.
#include <mutex>
#include <shared_mutex>

extern "C" {
#include "bench.h"
}

static std::mutex a, b;
static std::shared_mutex s;

static void guard()
{
	std::lock_guard<std::mutex> lock(a);
}

static void scoped()
{
	std::scoped_lock<std::mutex, std::mutex> both(a, b);
}

static void shared()
{
	std::shared_lock<std::shared_mutex> lock(s);
}

extern "C" const struct operation scoped_operations[] = {{"guard", guard}, {"scoped", scoped}, {"shared", shared}, {nullptr, nullptr}};
