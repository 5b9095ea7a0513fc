/* unwinder_glibc.c: the program's libgcc_s, which knows the frames of code made at run time too. */
#include <dlfcn.h>
#include <stddef.h>

#include "unwinder.h"

bool unwinder_find(struct unwinder *unwinder)
{
	void *libgcc = dlopen("libgcc_s.so.1", RTLD_LAZY | RTLD_LOCAL);

	if (!libgcc)
		return false;
	unwinder->backtrace = (__typeof__(unwinder->backtrace))dlsym(libgcc, "_Unwind_Backtrace");
	unwinder->ip = (__typeof__(unwinder->ip))dlsym(libgcc, "_Unwind_GetIPInfo");
	unwinder->cfa = (__typeof__(unwinder->cfa))dlsym(libgcc, "_Unwind_GetCFA");
	unwinder->function = (__typeof__(unwinder->function))dlsym(libgcc, "_Unwind_FindEnclosingFunction");
	return unwinder->backtrace && unwinder->ip && unwinder->cfa && unwinder->function;
}
