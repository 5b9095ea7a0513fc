/* A library goes with one of its locks held. */
#include "library.h"

int main(void)
{
	void *library = load();
	void (*one)(void) = (void (*)(void))dlsym(library, "one");

	one();
	dlclose(library);
	return 0;
}
