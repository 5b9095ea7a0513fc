/*
 * unwinder_musl.c: libgcc's unwinder as part of the library: a program for musl seldom has a libgcc_s. Nobody registers frames with this
 * copy of it, so it never allocates, and what it asks for otherwise is here: built for glibc it looks objects up by _dl_find_object, built
 * for musl by dl_iterate_phdr (objects.c).
 */
#include <stdlib.h>

#include "objects.h"
#include "real.h"
#include "unwinder.h"

bool unwinder_find(struct unwinder *unwinder)
{
	*unwinder = (struct unwinder){_Unwind_Backtrace, _Unwind_GetIPInfo, _Unwind_GetCFA, _Unwind_FindEnclosingFunction};
	return true;
}

int _dl_find_object(void *address, struct dl_find_object *found)
{
	struct object object;

	objects_meet((uintptr_t)address);
	if (!objects_find((uintptr_t)address, &object) || !object.eh_frame)
		return -1;
	*found = (struct dl_find_object){.dlfo_map_start = (void *)(uintptr_t)object.start,
					 .dlfo_map_end = (void *)(uintptr_t)object.end,
					 .dlfo_eh_frame = (void *)(uintptr_t)object.eh_frame};
	return 0;
}

/* For frames that are registered. */
void *malloc(size_t size)
{
	(void)size;
	return NULL;
}
