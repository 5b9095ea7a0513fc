/*
 * path2_recovery_leak_cxx_fixed: the corrected twin of path2_recovery_leak_cxx.cpp. A guard object unlocks whichever way the frame is left.
 *
 *   gridlock build/examples/path2_recovery_leak_cxx_fixed
 *
 * gridlock is silent but for its summary.
 */
#include <pthread.h>

#include <cstdio>
#include <mutex>
#include <stdexcept>

static std::mutex ledger_lock;
static long ledger;

[[gnu::noinline]] static void credit(long amount)
{
	std::lock_guard<std::mutex> guard(ledger_lock);
	if (amount < 0)
		throw std::invalid_argument("a negative credit");
	ledger += amount;
}

static void *clerk(void *unused)
{
	try {
		credit(-5);
	} catch (const std::exception &error) {
		std::printf("clerk: refused %s\n", error.what());
	}
	return unused;
}

int main()
{
	pthread_t thread;
	pthread_create(&thread, nullptr, clerk, nullptr);
	pthread_join(thread, nullptr);
	return 0;
}
