/* std::mutex on the stack: the next call's mutexes come to lie at the same addresses, and are taken in the other order. Each is a lock of its own;
 * stamp only: by their address alone nobody can tell them apart. */
#include <mutex>

#include "case.h"

static void *addresses[2];

static __attribute__((noinline)) void take_both(int back)
{
	std::mutex locks[2];
	addresses[back] = &locks[0];
	locks[back].lock();
	locks[!back].lock();
	locks[!back].unlock();
	locks[back].unlock();
}

int main()
{
	take_both(0);
	take_both(1);
	return addresses[0] == addresses[1] ? 0 : 1;
}
