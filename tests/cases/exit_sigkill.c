/* A finding in a program that dies of SIGKILL: the signal says more, the finding is in the report. */
#include <signal.h>

#include "exit_abba.h"

int main(void)
{
	abba();
	raise(SIGKILL);
	return 0;
}
