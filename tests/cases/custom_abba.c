/* Locks of the program's own, in both orders. */
#include "custom.h"

CUSTOM(A);
CUSTOM(B);

THREAD(thread1)
{
	custom_lock(A);
	custom_lock(B);
	custom_unlock(B);
	custom_unlock(A);
	return NULL;
}

THREAD(thread2)
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
	return 0;
}
