/* In both orders, but one side is read everywhere, or tried, or waits on behalf of another lock that lies there later. */
#include "custom.h"

CUSTOM(A);
CUSTOM(B);

THREAD(thread1)
{
	GRIDLOCK_ACQUIRED(&A, GRIDLOCK_SHARED);
	custom_lock(B);
	custom_unlock(B);
	GRIDLOCK_WILL_RELEASE(&A, GRIDLOCK_SHARED);
	return NULL;
}

THREAD(thread2)
{
	custom_lock(B);
	GRIDLOCK_WILL_ACQUIRE(&A, GRIDLOCK_TIMED | GRIDLOCK_SHARED);
	GRIDLOCK_NOT_ACQUIRED(&A);
	GRIDLOCK_WILL_ACQUIRE(&A, GRIDLOCK_SHARED);
	GRIDLOCK_ACQUIRED(&A, GRIDLOCK_SHARED);
	GRIDLOCK_WILL_RELEASE(&A, GRIDLOCK_SHARED);
	GRIDLOCK_ACQUIRED(&A, GRIDLOCK_TRY);
	GRIDLOCK_WILL_RELEASE(&A, 0);
	custom_unlock(B);
	return NULL;
}

THREAD(thread3)
{
	custom_lock(B);
	custom_lock(A);
	custom_unlock(A);
	custom_unlock(B);
	return NULL;
}

int main(void)
{
	run(thread1);
	run(thread2);
	GRIDLOCK_LOCK_DESTROY(&A);
	run(thread3);
	return 0;
}
