/* delete of an object whose rwlock is read-locked. */
#include <shared_mutex>

#include "case.h"

struct node {
	std::shared_mutex lock;
};

int main()
{
	node *one = new node;
	one->lock.lock_shared();
	delete one;
	return 0;
}
