/* trace.c: see trace.h. */
#include "trace.h"

#include "events.h"
#include "graph/hash.h"
#include "held.h"
#include "settings.h"
#include "sink.h"

/* Counters of events, by object. More objects than counters share one, which keeps the order of each. */
#define COUNTERS_BITS 16
#define COUNTERS_SIZE ((sizeof(_Atomic uint32_t) << COUNTERS_BITS))

/* Where a thread's next event goes. It is given on when the thread ends: a chunk is large for a thread that does little. */
struct trace {
	struct recording_chunk *chunk;
	uint32_t ready; /* bytes of it that are ready to be written */
	struct trace *next_free;
};

void trace_process(void)
{
	if (!settings.witness)
		return;
	process->counters = state_pages(COUNTERS_SIZE, true);
	if (!process->counters)
		sink_limit(LIMIT_TRACE);
}

void trace_over(void)
{
	if (!process->counters || atomic_exchange_explicit(&process->trace_over, true, memory_order_relaxed))
		return;
	sink_limit(LIMIT_TRACE);
}

static bool is_over(void)
{
	return atomic_load_explicit(&process->trace_over, memory_order_relaxed);
}

/* ---- room ---- */

static struct trace_event *place(const struct trace *trace)
{
	return (struct trace_event *)((uint8_t *)(trace->chunk + 1) + trace->chunk->used);
}

static void put(struct trace *trace, struct trace_event event)
{
	*place(trace) = event;
	/* Pairs with the acquire of readers: an event that is counted is whole. */
	atomic_store_explicit(&trace->chunk->used, trace->chunk->used + (uint32_t)sizeof(event), memory_order_release);
}

static struct trace_event event_of(uint32_t op, uint32_t object, uint32_t sequence, uint32_t stack)
{
	return (struct trace_event){
		.object = object, .time = (uint32_t)(state_now() >> TRACE_TIME_SHIFT), .sequence = sequence, .what = stack << 8 | op};
}

/* Says whose events follow. */
static void put_thread(struct trace *trace, uint32_t thread)
{
	put(trace, event_of(TRACE_THREAD, thread, (uint32_t)(state_now() >> TRACE_TIME_SHIFT >> 32), 0));
}

/* Room for `count` more events in the chunk. */
static bool has_room(struct trace *trace, uint32_t count)
{
	uint32_t end = (uint32_t)sizeof(*trace->chunk) + trace->chunk->used + count * (uint32_t)sizeof(struct trace_event);

	return end <= RECORDING_CHUNK && sink_trace_grow(trace->chunk, &trace->ready, end);
}

/* Another chunk, for the one is full. Its number is higher than that of every chunk before: so a reader knows which of a thread's comes first. */
static bool next_chunk(struct trace *trace, uint32_t thread)
{
	struct recording_chunk *chunk = sink_trace_new(&trace->ready);

	if (!chunk)
		return false;
	trace->chunk = chunk;
	put_thread(trace, thread);
	return has_room(trace, 1);
}

static bool make_room(struct self *self)
{
	bool locked = self->locked, room;

	if (has_room(self->trace, 1))
		return true;
	if (!locked && !state_lock(self))
		return false;
	room = next_chunk(self->trace, self->info->id);
	if (!locked)
		state_unlock(self);
	return room;
}

/* ---- threads ---- */

static struct trace *trace_new(void)
{
	struct trace *trace = process->free_traces;

	if (trace) {
		process->free_traces = trace->next_free;
		return trace;
	}
	trace = arena_alloc(&process->arena, sizeof(*trace));
	if (!trace)
		return NULL;
	trace->chunk = sink_trace_new(&trace->ready);
	if (trace->chunk)
		return trace;
	arena_free(&process->arena, trace, sizeof(*trace));
	return NULL;
}

void trace_begin(struct self *self)
{
	struct trace *trace;

	self->direct = SLOT_HELD;
	if (!process->counters || is_over())
		return;
	trace = trace_new();
	if (!trace) {
		trace_over();
		return;
	}
	if (has_room(trace, 2)) {
		put_thread(trace, self->info->id);
	} else if (!next_chunk(trace, self->info->id)) {
		trace_over();
		return;
	}
	self->trace = trace;
	self->direct = 0;
	event_traced(self->info);
}

void trace_end(struct self *self)
{
	struct trace *trace = self->trace;

	self->trace = NULL;
	if (!trace)
		return;
	trace->next_free = process->free_traces;
	process->free_traces = trace;
}

/* ---- events ---- */

static uint32_t count(uint32_t object)
{
	_Atomic uint32_t *counter = &process->counters[object * 0x9e3779b1u >> (32 - COUNTERS_BITS)];

	/* Acquire and release: who has a higher number of one object than an event that was lost sees that the trace is over. */
	return atomic_fetch_add_explicit(counter, 1, memory_order_acq_rel);
}

void trace_write(struct self *self, uint32_t op, uint32_t object, uint32_t stack)
{
	uint32_t sequence;

	if (is_over())
		return;
	if (stack > TRACE_STACK_MAX || !make_room(self))
		trace_over();
	sequence = count(object);
	if (is_over())
		return;
	put(self->trace, event_of(op, object, sequence, stack));
}

void trace_order(struct self *self, enum trace_op op, const void *object, uint64_t round, uint32_t stack)
{
	trace_write(self, op, (uint32_t)(hash_mix((uintptr_t)object, round) >> 32), stack);
}
