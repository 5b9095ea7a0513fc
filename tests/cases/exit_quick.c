/* A finding in a program that ends with quick_exit. */
#include "exit_abba.h"

int main(void)
{
	abba();
	quick_exit(0);
}
