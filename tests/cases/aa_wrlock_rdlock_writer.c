/* Who writes a lock of a kind that puts writers first, and then asks to read it, is refused by libc: no ring, though another thread writes too. */
#include "case.h"

RWLOCK_WRITER(A);

THREAD(thread1)
{
	take(A);
	take_shared(A);
	give(A);
	return NULL;
}

THREAD(thread2)
{
	take(A);
	give(A);
	return NULL;
}

int main(void)
{
	run(thread1);
	run(thread2);
	return 0;
}
