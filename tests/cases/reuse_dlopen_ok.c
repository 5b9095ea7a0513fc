/* A library with static locks is loaded, uses them in one order, goes; loaded again, it lies at the same address and uses them in the other. */
#include "library.h"

static void *place;

static void use(int first)
{
	void *library = load();
	void (*both)(int) = (void (*)(int))dlsym(library, "both");

	if (place && place != (void *)both)
		_exit(3);
	place = (void *)both;
	both(first);
	dlclose(library);
}

THREAD(thread1)
{
	use(0);
	return NULL;
}

THREAD(thread2)
{
	use(1);
	return NULL;
}

int main(void)
{
	for (int i = 0; i < 5; i++) {
		run(thread1);
		run(thread2);
	}
	return 0;
}
