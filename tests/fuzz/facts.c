/*
 * facts: the input says which facts a recording holds. They are whole, and their numbers are small, so that they often mean each other:
 * this one gets deep into the cycle stage, where `recording` mostly stays with the reader.
 */
#include "graph/trace.h"
#include "judge.h"
#include "tests/recording_builder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *data;
	size_t size;
};

static uint8_t byte(struct input *input)
{
	if (!input->size)
		return 0;
	input->size--;
	return *input->data++;
}

/* Small, but now and then anything. */
static uint32_t number(struct input *input)
{
	uint8_t first = byte(input);

	if (first < 240)
		return first % 24;
	return (uint32_t)byte(input) << 24 | (uint32_t)byte(input) << 16 | (uint32_t)byte(input) << 8 | first;
}

static struct fact_held held(struct input *input)
{
	uint8_t what = byte(input);

	return (struct fact_held){.lock = number(input), .stack = number(input), .mode = what & 1, .how = what >> 1 & 3};
}

static void add_names(struct recorder *recorder, struct input *input, uint32_t process)
{
	struct fact_thread *thread = recorder_fact(recorder, process, FACT_THREAD, sizeof(*thread));
	struct fact_thread_name *name = recorder_fact(recorder, process, FACT_THREAD_NAME, sizeof(*name));
	struct fact_module *module = recorder_fact(recorder, process, FACT_MODULE, sizeof(*module) + 8);

	thread->id = number(input);
	thread->process = process;
	thread->parent = number(input);
	thread->stack = number(input);
	thread->is_main = byte(input) & 1;
	thread->start = (uint64_t)byte(input) << 48 | byte(input);
	name->id = number(input);
	for (size_t i = 0; i < 3; i++)
		name->name[i] = (char)byte(input);
	module->id = number(input);
	module->path[0] = '/';
}

static void add_stack(struct recorder *recorder, struct input *input, uint32_t process)
{
	uint32_t count = byte(input) % 6;
	struct fact_stack *stack = recorder_fact(recorder, process, FACT_STACK, sizeof(*stack) + count * sizeof(frame_t));

	stack->id = number(input);
	stack->count = count;
	for (uint32_t i = 0; i < count; i++)
		stack->frames[i] = (uint64_t)(byte(input) % 8) << 48 | byte(input);
}

static void add_lock(struct recorder *recorder, struct input *input, uint32_t process)
{
	struct fact_class *class = recorder_fact(recorder, process, FACT_CLASS, sizeof(*class));
	struct fact_lock *lock = recorder_fact(recorder, process, FACT_LOCK, sizeof(*lock));

	class->id = number(input);
	class->kind = byte(input) % 4;
	class->lock_kind = byte(input) % (KIND_COUNT + 2);
	class->stack = number(input);
	class->frame = (uint64_t)(byte(input) % 8) << 48 | byte(input);
	lock->id = number(input);
	lock->class = number(input);
}

static void add_dependency(struct recorder *recorder, struct input *input, uint32_t process)
{
	uint16_t count = byte(input) % 8, witnesses = byte(input) % 8;
	struct fact_held holds[8], wanted = held(input);
	uint32_t dependency;

	for (uint16_t i = 0; i < count; i++)
		holds[i] = held(input);
	dependency = put_dependency(recorder, process, holds, count, wanted);
	for (uint16_t i = 0; i < witnesses; i++)
		put_witness(recorder, process, dependency, number(input), number(input));
}

static void add_segment(struct recorder *recorder, struct input *input, uint32_t process)
{
	uint32_t count = byte(input) % 8;
	struct fact_segment *segment =
		recorder_fact(recorder, process, FACT_SEGMENT, sizeof(*segment) + count * sizeof(struct fact_before));

	segment->thread = number(input);
	segment->segment = number(input);
	segment->count = count;
	for (uint32_t i = 0; i < count; i++) {
		segment->before[i].thread = number(input);
		segment->before[i].segment = number(input);
		segment->before[i].event = byte(input) % 8;
		segment->before[i].stack = number(input);
	}
}

static void add_gates(struct recorder *recorder, struct input *input, uint32_t process)
{
	uint32_t count = byte(input) % 4;
	struct fact_gates *fact = recorder_fact(recorder, process, FACT_GATES, sizeof(*fact) + count * sizeof(struct fact_gate));

	fact->thread = number(input);
	fact->count = count;
	for (uint32_t i = 0; i < count; i++) {
		fact->gates[i].lock = number(input);
		fact->gates[i].hold = byte(input) % 4;
		fact->gates[i].mode = byte(input) % 3;
	}
}

static void add_finding(struct recorder *recorder, struct input *input, uint32_t process)
{
	struct fact_finding_stack stacks[8] = {0};
	uint32_t count = byte(input) % 8;
	struct fact_finding *finding;

	for (uint32_t i = 0; i < count; i++) {
		stacks[i].stack = number(input);
		stacks[i].thread = number(input);
		stacks[i].label = byte(input) % (LABEL_COUNT + 2);
	}
	finding = put_finding(recorder, process, byte(input) % 40, number(input), stacks, count);
	finding->cause = byte(input) % (CAUSE_COUNT + 2);
	finding->count = byte(input);
}

/* A part of a trace, in a chunk of its own. */
static void add_trace(struct recorder *recorder, struct input *input, uint32_t process)
{
	struct recording_header *header = recorder_header(recorder);
	struct recording_chunk *chunk = (struct recording_chunk *)(recorder->data + (size_t)header->chunks_claimed++ * RECORDING_CHUNK);
	struct trace_event *events = (struct trace_event *)(chunk + 1);
	uint32_t count = 1 + byte(input);

	header->trace_chunks = 1;
	chunk->kind = CHUNK_TRACE;
	chunk->process = process;
	events[0] = (struct trace_event){.object = number(input), .what = TRACE_THREAD};
	for (uint32_t i = 1; i < count && input->size; i++)
		events[i] = (struct trace_event){.object = number(input),
						 .sequence = byte(input),
						 .time = byte(input),
						 .what = number(input) << 8 | (byte(input) & 0xc0) | byte(input) % (TRACE_COUNT + 1)};
	chunk->used = count * (uint32_t)sizeof(*events);
}

/* What the source says: a name of some bytes, of a lock and a class; an order. */
static void add_declared(struct recorder *recorder, struct input *input, uint32_t process)
{
	struct fact_class *class = recorder_fact(recorder, process, FACT_CLASS, sizeof(*class));
	char text[8] = "";

	for (int i = 0; i < 4; i++)
		text[i] = (char)byte(input);
	class->id = number(input);
	class->kind = byte(input) % 4;
	class->name = put_name(recorder, process, text);
	class->subclass = byte(input);
	put_named_lock(recorder, process, number(input), number(input), number(input));
	put_order(recorder, process, held(input), number(input), number(input));
}

static void add(struct recorder *recorder, struct input *input, uint32_t process)
{
	static void (*const adders[])(struct recorder *, struct input *,
				      uint32_t) = {add_names,	add_stack, add_lock,  add_dependency, add_dependency, add_dependency,
						   add_segment, add_gates, add_trace, add_trace,      add_finding,    add_declared};

	adders[byte(input) % (sizeof(adders) / sizeof(adders[0]))](recorder, input, process);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	struct recorder recorder;
	uint32_t processes[2];

	recorder_init(&recorder);
	processes[0] = put_process(&recorder, 0, 100, "/usr/bin/bank");
	processes[1] = put_process(&recorder, processes[0], 101, "");
	/* Facts are bounded by the input; so are chunks. */
	while (input.size && recorder_header(&recorder)->chunks_claimed < RECORDER_CHUNKS - 3)
		add(&recorder, &input, processes[byte(&input) % 8 == 0]);
	judge_recording(recorder.data, (size_t)recorder_header(&recorder)->chunks_claimed * RECORDING_CHUNK);
	recorder_free(&recorder);
	return 0;
}
