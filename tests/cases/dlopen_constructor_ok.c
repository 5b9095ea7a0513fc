/* A library whose constructor, under the loader's lock, waits for threads that lock for the first time: nothing that is done for them may
 * want that lock. */
#include "library.h"

int main(void)
{
	void *library = load_library("/waits_for_thread.so");
	int (*count)(void) = (int (*)(void))dlsym(library, "count");

	if (count() != 4)
		return 1;
	return dlclose(library);
}
