/* A finding in a program that ends with _exit. */
#include "exit_abba.h"

int main(void)
{
	abba();
	_exit(0);
}
