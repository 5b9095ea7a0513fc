/* memory.h: memory that carries locks going away, where no function of libc's says so. */
#ifndef GRIDLOCK_SHIM_MEMORY_H
#define GRIDLOCK_SHIM_MEMORY_H

#include <stddef.h>

#include "shim.h"

/* As if it were freed, but it stays readable and writable; stamps in there are wiped. From the fast path. */
void memory_forget(const void *start, size_t size, struct site site);

#endif
