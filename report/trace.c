/*
 * trace.c: the trace of --witness as Chrome's trace JSON, for Perfetto (ui.perfetto.dev) and chrome://tracing.
 *
 * Each thread has a line: of slices for its waits, and of points for what it does. Each lock that it holds is an event of its own (asynchronous: begin and end
 * with one id), for holds do not nest; its line is the process's. An arrow leads from the release that a wait was for to the acquisition that ended it: by the
 * numbers that the trace gives to what was done with one lock.
 */
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "json_page.h"
#include "memory.h"
#include "timeline.h"

/* A lock that a thread holds. */
struct hold {
	uint32_t object;
	uint64_t id;
};
/* What is kept of each thread. */
struct doing {
	struct hold *holds;
	size_t count, room;
	bool waits;
	uint32_t object; /* that it waits for */
	uint64_t since;
};
/* A release, for the arrows. */
struct release {
	uint64_t image;
	uint32_t object, sequence;
	const struct timeline_thread *thread;
	uint64_t nsec;
};
struct trace_page {
	struct json_page page;
	struct timeline *timeline;
	const char *between;
	uint64_t ids; /* given so far */
	uint64_t arrows, arrows_left_out;
	struct release *releases; /* by image, object, sequence */
	size_t releases_count;
};

/* ---- events ---- */

static void put(struct trace_page *page, json_t *event)
{
	if (page->page.error) {
		json_decref(event);
		return;
	}
	json_page_put(&page->page, page->between);
	json_page_value(&page->page, event);
	page->between = ",\n";
}

/* Microseconds since the first event. */
static json_t *time_json(const struct trace_page *page, uint64_t nsec)
{
	return json_real((double)(nsec - page->timeline->begins) / 1000);
}

static json_t *id_json(uint64_t id)
{
	char text[32];

	snprintf(text, sizeof(text), "0x%llx", (unsigned long long)id);
	return json_string(text);
}

/* The kernel's number of a thread may come twice in a run; the report's does not. */
static int thread_number(const struct timeline_thread *thread)
{
	return thread->thread ? (int)thread->thread->id : 0;
}

static json_t *event_json(const struct trace_page *page, const char *phase, const char *category, const char *name,
			  const struct timeline_thread *thread, uint64_t nsec)
{
	return json_pack("{s:s, s:s, s:o, s:i, s:i, s:o}", "ph", phase, "cat", category, "name", json_text(name), "pid", (int)thread->pid,
			 "tid", thread_number(thread), "ts", time_json(page, nsec));
}

static const char *name_of(const struct timeline_event *what)
{
	return what->lock ? what->lock->name : "an unknown lock";
}

static json_t *place_json(const struct stack *stack)
{
	const struct frame *frame = stack ? &stack->frames[0] : NULL;
	char *place;
	json_t *json;

	if (!frame)
		return json_null();
	place = frame->file ? printed("%s (%s:%u)", frame->function, frame->file, frame->line)
			    : printed("%s (%s)", frame->function, base_name(frame->module));
	json = json_text(place);
	free(place);
	return json;
}

static json_t *args_json(const struct timeline_event *what)
{
	json_t *args = json_pack("{s:o}", "at", place_json(what->stack));

	if (what->lock)
		json_object_set_new(args, "lock", json_text(what->lock->id));
	if (what->lock && TRACE_OP(what->event) != TRACE_RELEASE) {
		json_object_set_new(args, "mode", json_string(TRACE_IS(what->event, TRACE_SHARED) ? "shared" : "exclusive"));
		json_object_set_new(args, "try_or_timed", json_boolean(TRACE_IS(what->event, TRACE_TRY)));
	}
	return args;
}

/* A slice of the thread's own line, with a name of two words. */
static void put_slice(struct trace_page *page, const struct timeline_event *what, const char *does, const char *name, uint64_t from,
		      uint64_t to)
{
	char *words = printed("%s %s", does, name);
	json_t *event = event_json(page, "X", "thread", words, what->thread, from);

	json_object_set_new(event, "dur", json_real((double)(to - from) / 1000));
	json_object_set_new(event, "args", args_json(what));
	put(page, event);
	free(words);
}

static void put_point(struct trace_page *page, const struct timeline_event *what, const char *does, const char *name)
{
	put_slice(page, what, does, name, what->nsec, what->nsec + 1);
}

/* ---- arrows ---- */

static int compare_releases(const void *left, const void *right)
{
	const struct release *a = left, *b = right;

	if (a->image != b->image)
		return a->image < b->image ? -1 : 1;
	if (a->object != b->object)
		return a->object < b->object ? -1 : 1;
	return a->sequence < b->sequence ? -1 : a->sequence > b->sequence;
}

static void add_release(void *ctx, const struct timeline_event *what)
{
	struct trace_page *page = ctx;
	size_t count = page->releases_count;

	if (TRACE_OP(what->event) != TRACE_RELEASE)
		return;
	if ((count & (count - 1)) == 0)
		page->releases = resized(page->releases, count ? count * 2 : 1, sizeof(*page->releases));
	page->releases[page->releases_count++] =
		(struct release){what->thread->key.image, what->event->object, what->event->sequence, what->thread, what->nsec};
}

/* The last release of the lock before this acquisition; NULL: there is none. */
static const struct release *release_before(const struct trace_page *page, const struct timeline_event *what)
{
	struct release wanted = {.image = what->thread->key.image, .object = what->event->object, .sequence = what->event->sequence};
	size_t low = 0, high = page->releases_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_releases(&page->releases[middle], &wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 || page->releases[low - 1].image != wanted.image || page->releases[low - 1].object != wanted.object)
		return NULL;
	return &page->releases[low - 1];
}

static void put_arrow_end(struct trace_page *page, const char *phase, const struct timeline_thread *thread, uint64_t nsec, const char *name)
{
	json_t *event = event_json(page, phase, "handover", name, thread, nsec);

	json_object_set_new(event, "id", id_json(page->arrows));
	if (*phase == 'f')
		json_object_set_new(event, "bp", json_string("e"));
	put(page, event);
}

static void put_arrow(struct trace_page *page, const struct timeline_event *what)
{
	const struct release *release = release_before(page, what);

	if (!release || release->thread == what->thread)
		return;
	/* In one step of the clock it cannot be told. */
	if (release->nsec >= what->nsec) {
		page->arrows_left_out++;
		return;
	}
	page->arrows++;
	put_arrow_end(page, "s", release->thread, release->nsec, name_of(what));
	put_arrow_end(page, "f", what->thread, what->nsec, name_of(what));
}

/* ---- what threads do ---- */

static struct doing *doing_of(struct timeline_thread *thread)
{
	if (!thread->state)
		thread->state = new_zeroed(1, sizeof(struct doing));
	return thread->state;
}

/* A wait is over: with the lock, or with whatever comes next. */
static void end_wait(struct trace_page *page, const struct timeline_event *what, struct doing *doing)
{
	bool has_it = TRACE_OP(what->event) == TRACE_ACQUIRE && what->event->object == doing->object;

	if (doing->waits && has_it) {
		put_slice(page, what, "waits for", name_of(what), doing->since, what->nsec);
		put_arrow(page, what);
	}
	doing->waits = false;
}

static void put_hold(struct trace_page *page, const struct timeline_event *what, const char *phase, uint64_t id)
{
	json_t *event = event_json(page, phase, "lock", name_of(what), what->thread, what->nsec);

	json_object_set_new(event, "id", id_json(id));
	if (*phase == 'b')
		json_object_set_new(event, "args", args_json(what));
	put(page, event);
}

static void begin_hold(struct trace_page *page, const struct timeline_event *what, struct doing *doing)
{
	if (doing->count == doing->room) {
		doing->room = doing->room ? doing->room * 2 : 8;
		doing->holds = resized(doing->holds, doing->room, sizeof(*doing->holds));
	}
	doing->holds[doing->count++] = (struct hold){what->event->object, ++page->ids};
	put_hold(page, what, "b", page->ids);
}

static bool take_off(struct doing *doing, uint32_t object, uint64_t *id)
{
	for (size_t i = doing ? doing->count : 0; i-- > 0;) {
		if (doing->holds[i].object != object)
			continue;
		*id = doing->holds[i].id;
		memmove(&doing->holds[i], &doing->holds[i + 1], (--doing->count - i) * sizeof(*doing->holds));
		return true;
	}
	return false;
}

/* Its own hold, or that of another thread of the process. */
static void end_hold(struct trace_page *page, const struct timeline_event *what, struct doing *doing)
{
	uint64_t id;
	bool found = take_off(doing, what->event->object, &id);

	for (struct timeline_thread *thread = page->timeline->threads; thread && !found; thread = thread->hh.next)
		found = thread->process == what->thread->process && take_off(thread->state, what->event->object, &id);
	if (found)
		put_hold(page, what, "e", id);
}

static void put_event(void *ctx, const struct timeline_event *what)
{
	struct trace_page *page = ctx;
	struct doing *doing = doing_of(what->thread);

	end_wait(page, what, doing);
	switch (TRACE_OP(what->event)) {
	case TRACE_REQUEST:
		*doing = (struct doing){doing->holds, doing->count, doing->room, true, what->event->object, what->nsec};
		break;
	case TRACE_ACQUIRE:
		put_point(page, what, "takes", name_of(what));
		begin_hold(page, what, doing);
		break;
	case TRACE_RELEASE:
		put_point(page, what, "releases", name_of(what));
		end_hold(page, what, doing);
		break;
	case TRACE_CREATE:
	case TRACE_JOIN:
		put_point(page, what, TRACE_OP(what->event) == TRACE_CREATE ? "creates" : "has joined",
			  what->other ? what->other->name : "a thread");
		break;
	case TRACE_POST:
		put_point(page, what, "signals", "others");
		break;
	case TRACE_WAIT:
		put_point(page, what, "goes on", "after a wait");
		break;
	default:
		break;
	}
}

/* ---- the document ---- */

static void put_name(struct trace_page *page, const char *what, const struct timeline_thread *thread, const char *name)
{
	put(page,
	    json_pack("{s:s, s:s, s:i, s:i, s:{s:o, s:i}}", "ph", "M", "name", what, "pid", (int)thread->pid, "tid", thread_number(thread),
		      "args", "name", json_text(name), "kernel_tid", thread->thread ? (int)thread->thread->tid : 0));
}

static void put_names(struct trace_page *page)
{
	for (struct timeline_thread *thread = page->timeline->threads; thread; thread = thread->hh.next) {
		put_name(page, "process_name", thread, base_name(thread->exe));
		put_name(page, "thread_name", thread, thread->thread ? thread->thread->name : "an unknown thread");
	}
}

static json_t *about_json(const struct trace_page *page)
{
	return json_pack("{s:s, s:s, s:s, s:I, s:I, s:I}", "tool", "gridlock", "version", VERSION, "clock",
			 page->timeline->events
				 ? "CLOCK_MONOTONIC, in steps of 4.096 us, from the first event on; what one thread did within one step "
				   "is set apart by a nanosecond each"
				 : "no events: the run was made without --witness",
			 "events", (json_int_t)page->timeline->events, "arrows", (json_int_t)page->arrows, "arrows_left_out",
			 (json_int_t)page->arrows_left_out);
}

static void forget_threads(struct timeline *timeline)
{
	for (struct timeline_thread *thread = timeline->threads; thread; thread = thread->hh.next) {
		struct doing *doing = thread->state;

		free(doing ? doing->holds : NULL);
		free(doing);
		thread->state = NULL;
	}
}

int trace_write(int fd, const struct findings *findings, const struct options *options)
{
	struct timeline none = {0};
	struct trace_page page = {
		.page = {.fd = fd, .compact = true}, .timeline = findings->timeline ? findings->timeline : &none, .between = "\n"};

	(void)options;
	if (page.timeline->run)
		timeline_each(page.timeline, add_release, &page);
	if (page.releases_count)
		qsort(page.releases, page.releases_count, sizeof(*page.releases), compare_releases);
	json_page_put(&page.page, "{\"traceEvents\":[");
	put_names(&page);
	if (page.timeline->run)
		timeline_each(page.timeline, put_event, &page);
	json_page_put(&page.page, "\n],\"displayTimeUnit\":\"ns\",\"otherData\":");
	json_page_value(&page.page, about_json(&page));
	json_page_put(&page.page, "}\n");
	free(page.releases);
	forget_threads(page.timeline);
	return json_page_end(&page.page);
}
