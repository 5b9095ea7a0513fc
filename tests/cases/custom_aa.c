/* A lock of the program's own, taken twice: it waits for itself. */
#include "custom.h"

CUSTOM(A);

int main(void)
{
	custom_lock(A);
	custom_lock(A);
	return 0;
}
