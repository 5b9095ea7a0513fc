/* timeline.c: see timeline.h. */
#include "timeline.h"

#include <string.h>

#include "build.h"
#include "memory.h"

/* What a number of an image stands for. */
struct timeline_name {
	struct {
		uint64_t image, number;
	} key;
	const void *thing;
	UT_hash_handle hh;
};

static const void *find_name(struct timeline_name *names, uint64_t image, uint64_t number)
{
	struct timeline_name *name, key = {.key = {image, number}};

	HASH_FIND(hh, names, &key.key, sizeof(key.key), name);
	return name ? name->thing : NULL;
}

static void add_name(struct builder *builder, struct timeline_name **names, uint64_t image, uint64_t number, const void *thing)
{
	struct arena *arena = &builder->arena;
	struct timeline_name *name = build_alloc(builder, sizeof(*name));

	*name = (struct timeline_name){.key = {image, number}, .thing = thing};
	HASH_ADD(hh, *names, key, sizeof(name->key), name);
	if (!hash_added(name))
		die("out of memory");
}

static struct timeline_thread *find_thread(const struct timeline *timeline, uint64_t image, uint64_t number)
{
	struct timeline_thread *thread, key = {.key = {image, number}};

	HASH_FIND(hh, timeline->threads, &key.key, sizeof(key.key), thread);
	return thread;
}

static void add_thread(struct builder *builder, struct timeline *timeline, uint64_t image, uint64_t number, uint32_t serial)
{
	const struct fact_process *process = (const struct fact_process *)index_find(&builder->image->processes, serial);
	struct timeline_thread *thread = build_alloc(builder, sizeof(*thread));
	struct arena *arena = &builder->arena;

	*thread = (struct timeline_thread){.key = {image, number}, .process = image << 32 | serial};
	thread->thread = build_thread(builder, (uint32_t)number);
	thread->pid = process ? (pid_t)process->pid : 0;
	thread->exe = process ? process->exe : "?";
	HASH_ADD(hh, timeline->threads, key, sizeof(thread->key), thread);
	if (!hash_added(thread))
		die("out of memory");
}

/* ---- time ---- */

/* The time of the thread's next event. */
static uint64_t next_time(struct timeline_thread *thread, uint32_t low)
{
	uint64_t nsec;

	thread->clock += low < thread->low;
	thread->low = low;
	nsec = (thread->clock << 32 | low) << TRACE_TIME_SHIFT;
	thread->nsec = nsec > thread->nsec ? nsec : thread->nsec + 1;
	return thread->nsec;
}

/* A chunk says anew where the clock stands. */
static struct timeline_thread *thread_begins(const struct timeline *timeline, uint64_t image, const struct trace_event *event)
{
	struct timeline_thread *thread = find_thread(timeline, image, event->object);

	if (thread) {
		thread->clock = event->sequence;
		thread->low = event->time;
	}
	return thread;
}

/* ---- making it ---- */

static void add_names(struct builder *builder, struct timeline *timeline, uint64_t image, const struct trace_event *event)
{
	uint32_t op = TRACE_OP(event), stack = TRACE_STACK(event);

	if (op >= TRACE_REQUEST && op <= TRACE_RELEASE && !find_name(timeline->locks, image, event->object))
		add_name(builder, &timeline->locks, image, event->object, build_lock(builder, event->object));
	if (stack && !find_name(timeline->stacks, image, stack) && build_stack(builder, stack))
		add_name(builder, &timeline->stacks, image, stack, build_stack(builder, stack));
}

static void read_chunk(struct builder *builder, struct timeline *timeline, uint64_t image, const struct trace_event *events, uint32_t count,
		       uint32_t serial)
{
	struct timeline_thread *thread = NULL;

	for (uint32_t i = 0; i < count; i++) {
		if (TRACE_OP(&events[i]) == TRACE_THREAD) {
			if (!find_thread(timeline, image, events[i].object))
				add_thread(builder, timeline, image, events[i].object, serial);
			thread = thread_begins(timeline, image, &events[i]);
		} else if (thread) {
			uint64_t nsec = next_time(thread, events[i].time);

			timeline->begins = nsec < timeline->begins ? nsec : timeline->begins;
			timeline->events++;
			add_names(builder, timeline, image, &events[i]);
		}
	}
}

struct timeline *timeline_make(struct builder *builder)
{
	struct timeline *timeline = build_alloc(builder, sizeof(*timeline));

	*timeline = (struct timeline){.run = builder->run, .begins = UINT64_MAX};
	for (size_t i = 0; i < builder->run->images_count; i++) {
		const struct trace_event *events;
		struct recording_cursor cursor;
		uint32_t serial, count;

		build_from(builder, i);
		recording_start(&cursor, builder->image->data, builder->image->size);
		while ((events = recording_next_trace(&cursor, &serial, &count)))
			read_chunk(builder, timeline, i, events, count, serial);
	}
	return timeline;
}

/* ---- going through it ---- */

static void visit_chunk(struct timeline *timeline, uint64_t image, const struct trace_event *events, uint32_t count,
			void (*visit)(void *ctx, const struct timeline_event *event), void *ctx)
{
	struct timeline_thread *thread = NULL;

	for (uint32_t i = 0; i < count; i++) {
		const struct trace_event *event = &events[i];
		struct timeline_event what = {.event = event};
		const struct timeline_thread *other;

		if (TRACE_OP(event) == TRACE_THREAD) {
			thread = thread_begins(timeline, image, event);
			continue;
		}
		if (!thread)
			continue;
		other = TRACE_OP(event) == TRACE_CREATE || TRACE_OP(event) == TRACE_JOIN ? find_thread(timeline, image, event->object)
											 : NULL;
		what.thread = thread;
		what.nsec = next_time(thread, event->time);
		what.lock = TRACE_OP(event) <= TRACE_RELEASE ? find_name(timeline->locks, image, event->object) : NULL;
		what.other = other ? other->thread : NULL;
		what.stack = find_name(timeline->stacks, image, TRACE_STACK(event));
		visit(ctx, &what);
	}
}

void timeline_each(struct timeline *timeline, void (*visit)(void *ctx, const struct timeline_event *event), void *ctx)
{
	for (struct timeline_thread *thread = timeline->threads; thread; thread = thread->hh.next) {
		thread->nsec = 0;
		thread->clock = thread->low = 0;
	}
	for (size_t i = 0; i < timeline->run->images_count; i++) {
		const struct image *image = &timeline->run->images[i];
		const struct trace_event *events;
		struct recording_cursor cursor;
		uint32_t serial, count;

		recording_start(&cursor, image->data, image->size);
		while ((events = recording_next_trace(&cursor, &serial, &count)))
			visit_chunk(timeline, i, events, count, visit, ctx);
	}
}
