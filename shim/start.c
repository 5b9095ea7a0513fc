/*
 * start.c: the library begins. A plain constructor: with `-z initfirst` there would be no environment yet. Wrappers that run earlier
 * forward; what they lock is unknown later and makes no finding.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "attach.h"
#include "finish.h"
#include "identity.h"
#include "module.h"
#include "real.h"
#include "settings.h"
#include "sink.h"
#include "stack.h"

/* What crtbeginS.o would define; the library is linked without it. pthread_atfork's handlers belong to this object. */
extern void *__dso_handle __attribute__((visibility("hidden")));
void *__dso_handle = &__dso_handle;

static bool begin(void)
{
	settings_read(secure_getenv("GRIDLOCK_OPTIONS"));
	module_init();
	stack_init();
	if (!sink_open(settings.record))
		return false;
	process = state_pages((sizeof(*process) + 4095) & ~(size_t)4095, true);
	if (!process)
		return false;
	identity_init();
	attach_key_make();
	pthread_atfork(attach_fork_prepare, attach_fork_parent, attach_fork_child);
	finish_init();
	return true;
}

__attribute__((constructor)) static void start(void)
{
	static struct process none;
	int saved = errno;

	real_ready();
	if (begin()) {
		atomic_store(&state, STATE_ON);
		self_open();
	} else {
		process = &none;
		atomic_store(&state, STATE_OFF);
	}
	errno = saved;
}
