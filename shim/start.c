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
#include "steer.h"

/* What crtbeginS.o would define; the library is linked without it. pthread_atfork's handlers belong to this object. */
extern void *__dso_handle __attribute__((visibility("hidden")));
void *__dso_handle = &__dso_handle;

/* NULL, or why there is nothing to record with. */
static const char *begin(void)
{
	settings_read(secure_getenv("GRIDLOCK_OPTIONS"));
	module_init();
	stack_init();
	if (!sink_open(settings.record))
		return "no room for the recording, or no right to make it";
	process = state_pages((sizeof(*process) + 4095) & ~(size_t)4095, true);
	if (!process)
		return "no memory at start";
	identity_init();
	steer_init();
	/* Without the handlers a fork in the middle of a record is noticed; without the key a thread's end is missed. */
	if (!attach_key_make() || pthread_atfork(attach_fork_prepare, attach_fork_parent, attach_fork_child) != 0)
		sink_limit(LIMIT_LOST_MEMORY);
	return finish_init() ? NULL : "no exit handler to be had";
}

/* The launcher reads it in the recording, or in its folder; under a bare preload there would be no report to say it. */
static void give_up(const char *why)
{
	static struct process none;
	bool told = sink_abandon(why);

	process = &none;
	atomic_store(&state, STATE_OFF);
	if (!told || !settings.launched)
		finish_say("this program is not watched: ", why);
}

__attribute__((constructor)) static void start(void)
{
	int saved = errno;
	const char *why;

	real_ready();
	why = begin();
	if (why) {
		give_up(why);
	} else {
		atomic_store(&state, STATE_ON);
		self_open();
	}
	errno = saved;
}
