/* Both orders, but by one and the same thread. */
#include "case.h"

MUTEX(A);
MUTEX(B);

int main(void)
{
	take(A);
	take(B);
	give(B);
	give(A);
	take(B);
	take(A);
	give(A);
	give(B);
	return 0;
}
