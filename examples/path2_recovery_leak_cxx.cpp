/*
 * path2_recovery_leak_cxx: an exception passes through a frame that has locked by hand.
 *
 *   gridlock build/examples/path2_recovery_leak_cxx
 *
 * The catch recovers, the lock does not: gridlock reports lock-leaked, cause exception, with the place where the lock was taken and the
 * place where the exception was thrown: exit code 66. path2_recovery_leak_cxx_fixed.cpp uses a guard.
 */
#include <pthread.h>

#include <cstdio>
#include <stdexcept>

static pthread_mutex_t ledger_lock = PTHREAD_MUTEX_INITIALIZER;
static long ledger;

[[gnu::noinline]] static void credit(long amount)
{
	pthread_mutex_lock(&ledger_lock);
	if (amount < 0)
		throw std::invalid_argument("a negative credit");
	ledger += amount;
	pthread_mutex_unlock(&ledger_lock);
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
