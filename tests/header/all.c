/* all.c: every line that gridlock.h offers, once, in C89 and C++ alike. Ends with 0; under gridlock there is one finding, declared-order. */
#include <gridlock.h>

static char memory[64];
static int a, b;

int main(void)
{
	if (a)
		GRIDLOCK_NAME(&a, "dangling");
	else
		GRIDLOCK_NAME(&a, "a");
	GRIDLOCK_CLASS(&b, "b");
	GRIDLOCK_SUBCLASS(&b, 1);
	GRIDLOCK_LOCK_CREATE(&a, GRIDLOCK_REENTRANT);
	GRIDLOCK_ORDER(&a, &b);
	GRIDLOCK_IGNORE_BEGIN();
	GRIDLOCK_ACQUIRED(&a, GRIDLOCK_SHARED);
	GRIDLOCK_WILL_RELEASE(&a, GRIDLOCK_SHARED);
	GRIDLOCK_IGNORE_END();
	GRIDLOCK_WILL_ACQUIRE(&b, GRIDLOCK_TIMED);
	GRIDLOCK_NOT_ACQUIRED(&b);
	GRIDLOCK_WILL_ACQUIRE(&b, 0);
	GRIDLOCK_ACQUIRED(&b, 0);
	GRIDLOCK_ACQUIRED(&a, GRIDLOCK_TRY);
	GRIDLOCK_WILL_RELEASE(&a, 0);
	GRIDLOCK_ACQUIRED(&a, 0);
	GRIDLOCK_WILL_RELEASE(&a, 0);
	GRIDLOCK_WILL_RELEASE(&b, 0);
	GRIDLOCK_LOCK_DESTROY(&a);
	GRIDLOCK_FORGET(memory, sizeof(memory));
	return memory[0];
}
