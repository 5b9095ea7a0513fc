/* A read lock goes to another thread; a lock is released that nobody was seen to take; one is destroyed, and its memory is a lock again. */
#include "custom.h"

CUSTOM(A);
CUSTOM(B);

THREAD(thread1)
{
	GRIDLOCK_WILL_RELEASE(&A, GRIDLOCK_SHARED);
	custom_unlock(B);
	return NULL;
}

int main(void)
{
	GRIDLOCK_WILL_RELEASE(&B, 0);
	GRIDLOCK_ACQUIRED(&A, GRIDLOCK_SHARED);
	run(thread1);
	GRIDLOCK_WILL_RELEASE(&A, GRIDLOCK_SHARED);
	custom_lock(B);
	custom_unlock(B);
	GRIDLOCK_LOCK_DESTROY(&B);
	custom_lock(B);
	custom_unlock(B);
	return 0;
}
