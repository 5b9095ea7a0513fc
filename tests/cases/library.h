/* library.h: libraries/two_locks.c, loaded from beside the executable. */
#ifndef LIBRARY_H
#define LIBRARY_H

#include <dlfcn.h>
#include <string.h>

#include "case.h"

static inline void *load(void)
{
	char path[4096] = "";
	void *library;

	if (readlink("/proc/self/exe", path, sizeof(path) - 20) < 0)
		abort();
	strcpy(strrchr(path, '/'), "/two_locks.so");
	library = dlopen(path, RTLD_NOW);
	if (!library)
		abort();
	return library;
}

#endif
