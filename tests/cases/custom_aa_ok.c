/* One that its owner may take again, and one that is read again. */
#include "custom.h"

CUSTOM(A);
CUSTOM(B);

int main(void)
{
	GRIDLOCK_LOCK_CREATE(&A, GRIDLOCK_REENTRANT);
	for (int i = 0; i < 2; i++) {
		GRIDLOCK_WILL_ACQUIRE(&A, 0);
		GRIDLOCK_ACQUIRED(&A, 0);
		GRIDLOCK_WILL_ACQUIRE(&B, GRIDLOCK_SHARED);
		GRIDLOCK_ACQUIRED(&B, GRIDLOCK_SHARED);
	}
	for (int i = 0; i < 2; i++) {
		GRIDLOCK_WILL_RELEASE(&A, 0);
		GRIDLOCK_WILL_RELEASE(&B, GRIDLOCK_SHARED);
	}
	return 0;
}
