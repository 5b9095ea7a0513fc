/* The process ends with a read lock held: often meant so, hence a note. */
#include "case.h"

RWLOCK(A);

int main(void)
{
	take_shared(A);
	return 0;
}
