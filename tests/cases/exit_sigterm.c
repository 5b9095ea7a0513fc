/* A finding in a program that dies of SIGTERM: the signal says more, the finding is in the report. */
#include <signal.h>

#include "exit_abba.h"

int main(void)
{
	abba();
	raise(SIGTERM);
	return 0;
}
