/*
 * judge EVENTS THREADS DEPENDENCIES GRIDLOCK [SHAPE]: a recording with that many lock events in its trace (0: it has none), as if threads that nest
 * locks in pairs had made it; then what `gridlock report` takes to judge it, as json: seconds, MiB. SHAPE:
 *   groups  the locks are in groups of 20, within which they are taken in order; in ten of the groups two neighbours are also taken the other way
 *   wide    the same with five times as many locks: as many as dependencies
 *   pairs   two locks each, taken both ways: half as many rings, each a finding of its own
 *   fan     five locks in a ring, a fifth of the dependencies between each two: (DEPENDENCIES / 5)^5 rings of the same locks
 */
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RECORDER_CHUNKS 32768
#include "graph/trace.h"
#include "tests/recording_builder.h"

#define GROUP	  20u
#define INVERTED  10u
#define CHUNK_END (RECORDING_CHUNK - (uint32_t)sizeof(struct recording_chunk))

struct pair {
	uint32_t outer, inner; /* numbers of locks */
	uint32_t outer_stack, inner_stack;
};

static struct recorder recorder;
static uint32_t process, module_id;
static uint32_t *chunks;    /* of the trace, by thread */
static uint32_t *sequences; /* by lock */
static uint64_t state = 1, tick;
static const char *shape = "groups";

static uint32_t below(uint32_t limit)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((state >> 32) * limit >> 32);
}

static uint32_t add_stack(void)
{
	struct fact_stack *fact = recorder_fact(&recorder, process, FACT_STACK, sizeof(*fact) + sizeof(frame_t));

	fact->id = ++recorder_header(&recorder)->next_stack;
	fact->count = 1;
	fact->frames[0] = (uint64_t)module_id << 48 | (0x1000 + fact->id);
	return fact->id;
}

static void add_lock(uint32_t id)
{
	struct fact_class *class = recorder_fact(&recorder, process, FACT_CLASS, sizeof(*class));
	struct fact_lock *lock;

	class->id = id;
	class->kind = CLASS_STATIC;
	class->lock_kind = KIND_MUTEX;
	class->frame = (uint64_t)module_id << 48 | (0x1000000 + 64 * id);
	lock = recorder_fact(&recorder, process, FACT_LOCK, sizeof(*lock));
	lock->id = id;
	lock->class = id;
}

static void add_thread(uint32_t id)
{
	struct fact_thread *fact = recorder_fact(&recorder, process, FACT_THREAD, sizeof(*fact));

	fact->id = id;
	fact->process = process;
	snprintf(fact->name, sizeof(fact->name), "worker-%u", id);
}

static void add_dependency(uint32_t id, const struct pair *pair, uint32_t threads)
{
	struct fact_dependency *fact = recorder_fact(&recorder, process, FACT_DEPENDENCY, sizeof(*fact) + sizeof(struct fact_held));

	*fact = (struct fact_dependency){
		.head = fact->head, .id = id, .process = process, .lock = pair->inner, .stack = pair->inner_stack, .count = 1};
	fact->held[0] = (struct fact_held){.lock = pair->outer, .stack = pair->outer_stack};
	for (uint32_t i = 0; i < 16 && i < threads; i++) {
		struct fact_witness *witness = recorder_fact(&recorder, process, FACT_WITNESS, sizeof(*witness));

		witness->dependency = id;
		witness->thread = 1 + (id * 7 + i * 53) % threads;
		witness->segment = 1;
	}
}

static void add_event(uint32_t thread, enum trace_op op, uint32_t object, uint32_t stack)
{
	struct recording_header *header = recorder_header(&recorder);
	struct recording_chunk *chunk = (struct recording_chunk *)(recorder.data + (size_t)chunks[thread] * RECORDING_CHUNK);
	struct trace_event event = {.object = object, .time = (uint32_t)(tick++ >> 4), .what = stack << 8 | op};

	if (!chunks[thread] || chunk->used + sizeof(event) > CHUNK_END) {
		chunks[thread] = header->chunks_claimed++;
		chunk = (struct recording_chunk *)(recorder.data + (size_t)chunks[thread] * RECORDING_CHUNK);
		chunk->kind = CHUNK_TRACE;
		chunk->process = process;
		add_event(thread, TRACE_THREAD, thread, 0);
	}
	event.sequence = op == TRACE_THREAD ? 0 : sequences[object]++;
	memcpy((uint8_t *)(chunk + 1) + chunk->used, &event, sizeof(event));
	chunk->used += sizeof(event);
}

/* The locks of the i-th dependency, from 1; how many there are of them: locks_of. */
static struct pair locks_at(uint32_t i, uint32_t groups)
{
	uint32_t group = i % groups, one = below(GROUP - 1), other = one + 1 + below(GROUP - 1 - one);

	if (*shape == 'p')
		return (struct pair){.outer = i, .inner = ((i - 1) ^ 1) + 1};
	if (*shape == 'f')
		return (struct pair){.outer = 1 + i % 5, .inner = 1 + (i + 1) % 5};
	/* The first ones are neighbours, once each way. */
	if (i <= 2 * INVERTED) {
		group = (i - 1) / 2;
		one = i % 2 ? 7 : 8;
		other = i % 2 ? 8 : 7;
	}
	return (struct pair){.outer = 1 + group * GROUP + one, .inner = 1 + group * GROUP + other};
}

static uint32_t locks_of(uint32_t dependencies)
{
	switch (*shape) {
	case 'p':
		return dependencies + 1;
	case 'f':
		return 5;
	case 'w':
		return dependencies;
	default:
		return dependencies / 5;
	}
}

static void add_events(uint32_t events, uint32_t threads, const struct pair *pairs, uint32_t dependencies)
{
	for (uint32_t i = 0; i < events / 4; i++) {
		uint32_t thread = 1 + below(threads);
		const struct pair *pair = &pairs[1 + below(dependencies)];

		add_event(thread, TRACE_ACQUIRE, pair->outer, pair->outer_stack);
		add_event(thread, TRACE_ACQUIRE, pair->inner, pair->inner_stack);
		add_event(thread, TRACE_RELEASE, pair->inner, 0);
		add_event(thread, TRACE_RELEASE, pair->outer, 0);
	}
}

static void generate(uint32_t events, uint32_t threads, uint32_t dependencies)
{
	uint32_t locks = locks_of(dependencies), groups = locks < GROUP ? 1 : locks / GROUP;
	struct pair *pairs = calloc(dependencies + 1, sizeof(*pairs));

	recorder_init(&recorder);
	process = put_process(&recorder, 0, 100, "/usr/bin/generated");
	module_id = put_self(&recorder, process)->id;
	chunks = calloc(threads + 1, sizeof(*chunks));
	sequences = calloc(locks + 1, sizeof(*sequences));
	if (!pairs || !chunks || !sequences)
		abort();
	for (uint32_t i = 1; i <= locks; i++)
		add_lock(i);
	for (uint32_t i = 1; i <= threads; i++)
		add_thread(i);
	for (uint32_t i = 1; i <= dependencies; i++) {
		pairs[i] = locks_at(i, groups);
		pairs[i].outer_stack = add_stack();
		pairs[i].inner_stack = add_stack();
		add_dependency(i, &pairs[i], threads);
	}
	recorder_header(&recorder)->trace_chunks = events != 0;
	recorder_header(&recorder)->totals[TOTAL_LOCKS] = locks;
	recorder_header(&recorder)->totals[TOTAL_DEPENDENCIES] = dependencies;
	add_events(events, threads, pairs, dependencies);
	free(pairs);
}

int main(int argc, char **argv)
{
	const char *place = getenv("TMPDIR");
	char folder[PATH_MAX], path[PATH_MAX + 32];
	struct timespec begin, end;
	struct rusage usage;
	int status;
	pid_t pid;

	snprintf(folder, sizeof(folder), "%s/gridlock-judge.XXXXXX", place ? place : "/tmp");
	if (argc < 5 || !mkdtemp(folder))
		return 2;
	if (argc > 5)
		shape = argv[5];
	snprintf(path, sizeof(path), "%s/image.100.0", folder);
	generate((uint32_t)atoi(argv[1]), (uint32_t)atoi(argv[2]), (uint32_t)atoi(argv[3]));
	if (!recorder_save(&recorder, path, 0))
		return 1;
	recorder_free(&recorder);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* who stops this one for being slow stops that one */
		execl(argv[4], "gridlock", "--error-exitcode=0", "report", folder, (char *)NULL);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) < 0)
		return 1;
	clock_gettime(CLOCK_MONOTONIC, &end);
	fprintf(stderr, "{\"seconds\": %.2f, \"mib\": %ld}\n",
		(double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9, usage.ru_maxrss / 1024);
	unlink(path);
	rmdir(folder);
	return status != 0;
}
