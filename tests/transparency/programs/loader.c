/*
 * loader.c: loads the library that is its argument in every way that the loader has, and calls it: int work(int threads) of it locks, nests,
 * waits for threads that it makes, and says how often it did. In a namespace of its own a library has a libc of its own, which can make no
 * thread. Prints what it says.
 */
#include <dlfcn.h>
#include <stdio.h>

static void use(const char *how, void *library, int threads)
{
	int (*work)(int) = library ? (int (*)(int))dlsym(library, "work") : NULL;

	if (!work) {
		printf("%s: %s\n", how, dlerror());
		return;
	}
	printf("%s: %d", how, work(threads));
	printf(" %d", work(threads));
	printf(", closed %d\n", dlclose(library));
}

int main(int count, char **arguments)
{
	if (count != 2)
		return 1;
	use("now", dlopen(arguments[1], RTLD_NOW), 2);
	use("again", dlopen(arguments[1], RTLD_NOW), 2);
	use("global, lazy", dlopen(arguments[1], RTLD_LAZY | RTLD_GLOBAL), 2);
	use("libc first", dlopen(arguments[1], RTLD_NOW | RTLD_DEEPBIND), 2);
	use("a namespace of its own", dlmopen(LM_ID_NEWLM, arguments[1], RTLD_NOW), 0);
	use("never to go", dlopen(arguments[1], RTLD_NOW | RTLD_NODELETE), 2);
	return 7;
}
