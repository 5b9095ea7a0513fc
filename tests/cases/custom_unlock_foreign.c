/* A lock of the program's own is released by another thread than has it, and destroyed while it is held. */
#include "custom.h"

CUSTOM(A);
CUSTOM(B);

THREAD(thread1)
{
	custom_unlock(A);
	return NULL;
}

int main(void)
{
	custom_lock(A);
	run(thread1);
	custom_lock(B);
	GRIDLOCK_LOCK_DESTROY(&B);
	return 0;
}
