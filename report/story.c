/* story.c: what a finding says: one sentence of what happened, and why it has its rule. */
#include <string.h>

#include "build.h"
#include "graph/recording.h"

static const char *thread_name(const struct thread *thread)
{
	return thread ? thread->name : "an unknown thread";
}

const char *story_place(struct builder *builder, const struct stack *stack)
{
	const struct frame *frame;

	if (!stack)
		return "at an unknown place";
	frame = &stack->frames[0];
	if (frame->file)
		return build_text(builder, "in %s (%s:%u)", frame->function, base_name(frame->file), frame->line);
	if (strcmp(frame->function, "??") != 0)
		return build_text(builder, "in %s (%s)", frame->function, base_name(frame->module));
	return build_text(builder, "in %s", base_name(frame->module));
}

static const struct labelled_stack *labelled(const struct finding *finding, const char *label)
{
	for (size_t i = 0; i < finding->stacks_count; i++)
		if (strcmp(finding->stacks[i].label, label) == 0)
			return &finding->stacks[i];
	return NULL;
}

static const char *labelled_thread(const struct finding *finding, const char *label)
{
	const struct labelled_stack *stack = labelled(finding, label);

	return thread_name(stack ? stack->thread : NULL);
}

/* "takes `A`", "reads `A`", "writes `A`". */
static const char *verb(const struct acquisition *acquisition)
{
	if (!strstr(acquisition->lock->kind, "rwlock"))
		return "takes";
	return strcmp(acquisition->mode, "shared") == 0 ? "read-locks" : "write-locks";
}

/* ---- cycles ---- */

/* "thread `worker` ", and of which process where the links are of several. */
static const char *link_thread(struct builder *builder, const struct finding *finding, const struct link *link)
{
	for (size_t i = 0; i < finding->links_count; i++)
		if (link->thread && finding->links[i].thread && finding->links[i].thread->pid != link->thread->pid)
			return build_text(builder, "thread `%s` of process %d ", thread_name(link->thread), (int)link->thread->pid);
	return build_text(builder, "thread `%s` ", thread_name(link->thread));
}

static const char *link_story(struct builder *builder, const struct finding *finding, const struct link *link, bool named)
{
	const char *held = verb(&link->held), *wanted = verb(&link->wanted);

	if (link->held.lock == link->wanted.lock)
		return build_text(builder, "%s%s `%s` twice", link_thread(builder, finding, link), held, link->held.lock->name);
	return build_text(builder, "%s%s `%s` then %s%s`%s`", named ? link_thread(builder, finding, link) : "", held, link->held.lock->name,
			  strcmp(held, wanted) ? wanted : "", strcmp(held, wanted) ? " " : "", link->wanted.lock->name);
}

static const char *class_story(struct builder *builder, const struct finding *finding)
{
	const char *story = "";

	for (size_t i = 0; i < finding->links_count; i++) {
		const struct link *link = &finding->links[i];

		story = build_text(builder, "%s%sone of `%s` is held where one of `%s` is taken, %s", story, i ? "; " : "",
				   link->held.lock->name, link->wanted.lock->name, story_place(builder, link->wanted.stack));
	}
	return story;
}

static const char *cycle_story(struct builder *builder, const struct finding *finding)
{
	bool one_thread = finding->rule == RULE_CYCLE_SINGLE_THREAD;
	const char *story = "";

	for (size_t i = 0; i < finding->links_count; i++)
		story = build_text(builder, "%s%s%s", story,
				   i == 0	? ""
				   : one_thread ? ", and "
						: "; ",
				   link_story(builder, finding, &finding->links[i], !one_thread || i == 0));
	if (finding->stacks_count)
		story = build_text(builder, "%s; thread `%s` write-locks in between", story, thread_name(finding->stacks[0].thread));
	return story;
}

/* ---- deadlocks ---- */

/* What a thread of the ring waits for; `next`: who has it. */
static const char *wait_story(struct builder *builder, const struct link *link, const struct link *next)
{
	const struct acquisition *wanted = &link->wanted;

	if (next->by == LINK_END)
		return build_text(builder, "waits for thread `%s` to end", wanted->lock->name);
	if (next->by == LINK_QUEUE)
		return build_text(builder, "waits to read `%s` behind a writer", wanted->lock->name);
	if (strstr(wanted->lock->kind, "rwlock"))
		return build_text(builder, "waits to %s `%s`", strcmp(wanted->mode, "shared") ? "write" : "read", wanted->lock->name);
	return build_text(builder, "waits for `%s`", wanted->lock->name);
}

static const char *deadlock_story(struct builder *builder, const struct finding *finding)
{
	const char *story = "";

	for (size_t i = 0; i < finding->links_count; i++) {
		const struct link *link = &finding->links[i];

		story = build_text(builder, "%s%s%s", story, i ? "; " : "", link_thread(builder, finding, link));
		if (link->by == LINK_LOCK)
			story = build_text(builder, "%sholds `%s` and ", story, link->held.lock->name);
		story = build_text(builder, "%s%s", story, wait_story(builder, link, &finding->links[(i + 1) % finding->links_count]));
	}
	return story;
}

/* ---- misuse ---- */

static const char *leak_story(struct builder *builder, const struct finding *finding, const char *lock)
{
	const char *thread = labelled_thread(finding, "acquired here"), *cause = finding->cause ? finding->cause : "";
	const char *jump = story_place(builder, labelled(finding, "jumped here") ? labelled(finding, "jumped here")->stack : NULL);

	if (strcmp(cause, "return") == 0)
		return build_text(builder, "thread `%s` returned from its start routine with `%s` locked", thread, lock);
	if (strcmp(cause, "pthread_exit") == 0)
		return build_text(builder, "thread `%s` called pthread_exit with `%s` locked", thread, lock);
	if (strcmp(cause, "cancel") == 0)
		return build_text(builder, "thread `%s` was cancelled with `%s` locked", thread, lock);
	if (strcmp(cause, "longjmp") == 0)
		return build_text(builder, "longjmp %s left the section of thread `%s` that holds `%s`, which was never unlocked", jump,
				  thread, lock);
	if (strcmp(cause, "exception") == 0)
		return build_text(builder,
				  "an exception thrown %s left the section of thread `%s` that holds `%s`, which was never unlocked", jump,
				  thread, lock);
	return build_text(builder, "thread `%s` ended with `%s` locked", thread, lock);
}

static const char *misuse_story(struct builder *builder, const struct finding *finding)
{
	const char *lock = finding->locks_count ? finding->locks[0]->name : "a lock";

	switch (finding->rule) {
	case RULE_SELF_DEADLOCK:
		if (finding->signal)
			return build_text(builder,
					  "thread `%s` asks for `%s` in its handler of %s, which came while it held it: it waits for ever",
					  labelled_thread(finding, "asked for here"), lock, finding->signal);
		return build_text(builder, "thread `%s` asks for `%s`, which it holds itself: it waits for ever",
				  labelled_thread(finding, "asked for here"), lock);
	case RULE_UNLOCK_NOT_LOCKED:
		return build_text(builder, "thread `%s` unlocks `%s`, which nobody holds", labelled_thread(finding, "unlocked here"), lock);
	case RULE_UNLOCK_NOT_OWNER:
		return build_text(builder, "thread `%s` unlocks `%s`, which thread `%s` holds", labelled_thread(finding, "unlocked here"),
				  lock, labelled_thread(finding, "acquired here"));
	case RULE_LOCK_LEAKED:
		return leak_story(builder, finding, lock);
	case RULE_DESTROY_LOCKED:
		return build_text(builder, "thread `%s` destroys `%s` while thread `%s` holds it",
				  labelled_thread(finding, "destroyed here"), lock, labelled_thread(finding, "acquired here"));
	case RULE_FREED_LOCKED:
		return build_text(builder, "thread `%s` frees the memory of `%s` while thread `%s` holds it",
				  labelled_thread(finding, "freed here"), lock, labelled_thread(finding, "acquired here"));
	case RULE_USE_DESTROYED:
		return build_text(builder, "thread `%s` uses `%s`, which was destroyed before", labelled_thread(finding, "asked for here"),
				  lock);
	case RULE_REINIT_LOCKED:
		return build_text(builder, "thread `%s` initialises `%s` again while thread `%s` holds it",
				  labelled_thread(finding, "initialised here"), lock, labelled_thread(finding, "acquired here"));
	case RULE_COND_WAIT_UNLOCKED:
		return build_text(builder, "thread `%s` waits on a condition with `%s`, which it does not hold",
				  labelled_thread(finding, "waited here"), lock);
	case RULE_COND_TWO_MUTEXES:
		return build_text(builder, "thread `%s` waits on a condition with `%s` while thread `%s` waits on it with another mutex",
				  labelled_thread(finding, "waited here"), lock,
				  labelled_thread(finding, "waited here with another mutex"));
	case RULE_OWNER_DIED:
		return build_text(builder, "thread `%s` unlocks `%s`, whose owner had died, without pthread_mutex_consistent",
				  labelled_thread(finding, "unlocked here"), lock);
	case RULE_WAIT_HOLDING:
		return build_text(builder, "thread `%s` waits %s while it holds `%s`, which thread `%s` takes %s",
				  labelled_thread(finding, "waited here"),
				  labelled(finding, "signalled here") ? "for a signal" : "for another one to end", lock,
				  labelled_thread(finding, "acquired on the way here"),
				  labelled(finding, "signalled here") ? "before it signals" : "before it ends");
	case RULE_SIGNAL_LOCK:
		return build_text(builder, "the handler of %s takes `%s`, which thread `%s` takes with that signal open", finding->signal,
				  lock, labelled_thread(finding, "acquired here"));
	case RULE_FORK_LOCKED:
		return build_text(builder, "the process forked while thread `%s` held `%s`, and the child takes locks",
				  labelled_thread(finding, "acquired here"), lock);
	case RULE_FORK_LOCKED_CHILD:
		return build_text(builder,
				  "a forked child asks for `%s`, which thread `%s` of its parent held at the fork: it waits for ever", lock,
				  labelled_thread(finding, "acquired here"));
	case RULE_RELOCK_REFUSED:
		return build_text(builder, "thread `%s` asked for `%s`, which it holds itself; libc refused with EDEADLK",
				  labelled_thread(finding, "asked for here"), lock);
	case RULE_UNLOCK_REFUSED:
		return build_text(builder, "thread `%s` unlocked `%s`, which it does not hold; libc refused with EPERM",
				  labelled_thread(finding, "unlocked here"), lock);
	case RULE_HELD_AT_EXIT:
		return build_text(builder, "the process ended while thread `%s` held `%s`", labelled_thread(finding, "acquired here"),
				  lock);
	default:
		return build_text(builder, "%s: `%s`", rules[finding->rule].meaning, lock);
	}
}

static const char *misuse_reason(const struct finding *finding)
{
	switch (finding->rule) {
	case RULE_SELF_DEADLOCK:
		return "the call has no time limit, and libc does not refuse it for this kind of lock";
	case RULE_UNLOCK_NOT_LOCKED:
		return "the lock's own state was `free` when it was unlocked";
	case RULE_UNLOCK_NOT_OWNER:
		return "the lock was held by another thread, and libc does not check that for this kind of lock";
	case RULE_LOCK_LEAKED:
		return "nothing can unlock it any more on behalf of the code that locked it";
	case RULE_DESTROY_LOCKED:
		return "destroying a locked lock is undefined behaviour (POSIX)";
	case RULE_FREED_LOCKED:
		return "the holder's unlock will write into memory that is somebody else's";
	case RULE_USE_DESTROYED:
		return "using a destroyed lock is undefined behaviour (POSIX)";
	case RULE_REINIT_LOCKED:
		return "initialising a lock that is held frees it under its holder (POSIX: undefined)";
	case RULE_COND_WAIT_UNLOCKED:
		return "the wait unlocks the mutex first: POSIX wants it locked by the caller";
	case RULE_COND_TWO_MUTEXES:
		return "concurrent waits on one condition with different mutexes are undefined (POSIX)";
	case RULE_OWNER_DIED:
		return "from now on every lock of it is refused with ENOTRECOVERABLE";
	case RULE_WAIT_HOLDING:
		return "when the waiter comes first, the other one waits for the lock, and nobody ends the wait";
	case RULE_SIGNAL_LOCK:
		return "the signal can come while the lock is held: then the handler waits for the thread that it interrupts";
	case RULE_FORK_LOCKED:
		return "only the thread that forks goes on in the child: nobody is there to unlock it";
	case RULE_FORK_LOCKED_CHILD:
		return "the thread that holds it does not exist in the child";
	case RULE_RELOCK_REFUSED:
	case RULE_UNLOCK_REFUSED:
		return "the program was told by the call's result";
	case RULE_HELD_AT_EXIT:
		return "harmless unless the lock lives longer than the process";
	default:
		return rules[finding->rule].meaning;
	}
}

void story_tell(struct builder *builder, struct finding *finding)
{
	if (!finding->message)
		finding->message = (char *)(finding->rule == RULE_CYCLE_BY_CLASS		     ? class_story(builder, finding)
					    : finding->rule == RULE_DEADLOCK && finding->links_count ? deadlock_story(builder, finding)
					    : finding->links_count				     ? cycle_story(builder, finding)
												     : misuse_story(builder, finding));
	if (!finding->reason)
		finding->reason = (char *)misuse_reason(finding);
}
