/* A lock that is first seen at its unlock may have been taken by a path that we do not see: never a finding. */
#include "case.h"

MUTEX(A);

THREAD(thread1)
{
	give(A);
	return NULL;
}

int main(void)
{
	run(thread1);
	return 0;
}
