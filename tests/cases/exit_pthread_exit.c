/* A finding in a program whose main thread ends before the others. */
#include "exit_abba.h"

int main(void)
{
	abba();
	pthread_exit(NULL);
}
