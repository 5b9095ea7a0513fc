/* A finding, and a program that ends with a code of its own: the finding wins. */
#include "exit_abba.h"

int main(void)
{
	abba();
	return 3;
}
