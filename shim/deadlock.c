/* deadlock.c: see deadlock.h. */
#include "deadlock.h"

#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "events.h"
#include "finish.h"
#include "holders.h"
#include "real.h"
#include "settings.h"
#include "text.h"

/* The one line that the library itself ever writes. */
static void alarm_line(const struct self *self)
{
	char line[200];
	struct text text = text_into(line, sizeof(line));

	text_add(&text, "gridlock: deadlock: thread ");
	text_add_number(&text, self->info->tid);
	if (self->info->name[0])
		text_add(text_add(text_add(&text, " ("), self->info->name), ")");
	text_add(&text, " of process ");
	text_add_number(&text, (uint64_t)getpid());
	text_add(&text, " waits for a lock that it holds itself");
	text_add(&text, settings.on_deadlock == ON_DEADLOCK_REPORT ? "\n" : "; ending the process\n");
	/* By a raw call: the library function is a cancellation point. */
	real.syscall(SYS_write, STDERR_FILENO, line, text.used);
}

static void report_self(struct self *self, const struct request *request, const struct held *held)
{
	struct evidence evidence = {.rule = held->cause ? RULE_LOCK_LEAKED : RULE_SELF_DEADLOCK, .cause = held->cause, .lock = held->lock};

	evidence_add(&evidence, LABEL_ACQUIRED, self->info->id, held->stack, held->mode);
	evidence_add(&evidence, LABEL_JUMPED, self->info->id, held->jump_stack, 0);
	evidence_add(&evidence, LABEL_WANTED, self->info->id, stack_capture(self, request->site)->stack, request->mode);
	event_finding(self, &evidence);
}

void deadlock_self(struct self *self, const struct request *request, const struct held *held)
{
	const struct timespec second = {.tv_sec = 1};

	report_self(self, request, held);
	alarm_line(self);
	if (settings.on_deadlock == ON_DEADLOCK_REPORT)
		return;
	/* By a raw call: the library function is a cancellation point. Another thread may still unlock it for this one. */
	real.syscall(SYS_nanosleep, &second, NULL);
	holder_take_posted(self);
	if (!held_find(self, request->address))
		return;
	if (settings.on_deadlock == ON_DEADLOCK_ABORT)
		abort();
	finish_deadlocked(self);
}
