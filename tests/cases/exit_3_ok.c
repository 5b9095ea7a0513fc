/* No finding: the program's own code stays. */
#include "case.h"

MUTEX(A);

int main(void)
{
	take(A);
	give(A);
	exit(3);
}
