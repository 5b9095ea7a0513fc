/* The process ends with a lock held: often meant so, hence a note. */
#include "case.h"

MUTEX(A);

int main(void)
{
	take(A);
	return 0;
}
