/* search.c: see search.h. */
#include "search.h"

#include <stdlib.h>
#include <string.h>

/* ---- states ---- */

struct situation {
	uint8_t at[THREADS_MAX]; /* how many of its steps a thread has done */
	bool born[THREADS_MAX];
	int8_t writer[LOCKS_MAX];   /* -1: none */
	uint8_t readers[LOCKS_MAX]; /* a bit for each thread */
	int posted[2];
};

static struct situation situation_of(const struct program *program, uint32_t state)
{
	struct situation now = {.born = {true}};

	memset(now.writer, -1, sizeof(now.writer));
	for (unsigned t = 0; t < program->threads; t++) {
		bool writes[LOCKS_MAX] = {false};

		now.at[t] = (uint8_t)(state >> 8 * t);
		for (unsigned i = 0; i < now.at[t]; i++) {
			struct op op = program->ops[t][i];

			switch (op.kind) {
			case OP_LOCK:
				writes[op.what] = true;
				break;
			case OP_READ:
				now.readers[op.what] |= (uint8_t)(1u << t);
				break;
			case OP_UNLOCK:
				writes[op.what] = false;
				now.readers[op.what] &= (uint8_t) ~(1u << t);
				break;
			case OP_CREATE:
				now.born[op.what] = true;
				break;
			case OP_POST:
				now.posted[op.what]++;
				break;
			case OP_WAIT:
				now.posted[op.what]--;
				break;
			default:
				break;
			}
		}
		for (unsigned i = 0; i < program->locks; i++)
			if (writes[i])
				now.writer[i] = (int8_t)t;
	}
	return now;
}

static bool can_step(const struct program *program, const struct situation *now, unsigned t)
{
	struct op op;

	if (!now->born[t] || now->at[t] == program->count[t])
		return false;
	op = program->ops[t][now->at[t]];
	switch (op.kind) {
	case OP_LOCK:
		return now->writer[op.what] < 0 && !now->readers[op.what];
	case OP_READ:
		return now->writer[op.what] < 0;
	case OP_JOIN:
		return now->at[op.what] == program->count[op.what];
	case OP_WAIT:
		return now->posted[op.what] > 0;
	default:
		return true;
	}
}

/* ---- those seen ---- */

#define SEEN_BITS 22
static uint32_t *seen; /* state + 1, open addressing */
static size_t seen_count;

static bool see(uint32_t state)
{
	size_t at = (state + 1) * 0x9e3779b1u >> (32 - SEEN_BITS);

	while (seen[at] && seen[at] != state + 1)
		at = (at + 1) & ((1u << SEEN_BITS) - 1);
	if (seen[at])
		return false;
	seen[at] = state + 1;
	seen_count++;
	return true;
}

static void forget(void)
{
	free(seen);
	seen = calloc(1u << SEEN_BITS, sizeof(*seen));
	if (!seen)
		abort();
	seen_count = 0;
}

/* ---- rings ---- */

/* Does thread t wait for a lock that thread `other` holds? */
static bool waits_for(const struct program *program, const struct situation *now, unsigned t, unsigned other)
{
	struct op op;

	if (t == other || !now->born[t] || now->at[t] == program->count[t])
		return false;
	op = program->ops[t][now->at[t]];
	if (op.kind != OP_LOCK && op.kind != OP_READ)
		return false;
	return now->writer[op.what] == (int8_t)other || (op.kind == OP_LOCK && now->readers[op.what] & 1u << other);
}

static void add_ring(struct rings *rings, const struct ring *ring)
{
	for (unsigned i = 0; i < rings->count; i++)
		if (memcmp(&rings->list[i], ring, sizeof(*ring)) == 0)
			return;
	if (rings->count == RINGS_MAX)
		abort();
	rings->list[rings->count++] = *ring;
}

/* All rings whose smallest thread is the path's first. */
static void extend(const struct program *program, const struct situation *now, struct rings *rings, struct ring *path)
{
	unsigned last = path->thread[path->length - 1];

	for (unsigned t = path->thread[0]; t < program->threads; t++) {
		bool on_path = false;

		if (!waits_for(program, now, last, t))
			continue;
		path->lock[path->length - 1] = program->ops[last][now->at[last]].what;
		if (t == path->thread[0]) {
			add_ring(rings, path);
			continue;
		}
		for (unsigned i = 0; i < path->length; i++)
			on_path |= path->thread[i] == t;
		if (on_path)
			continue;
		path->thread[path->length++] = (uint8_t)t;
		extend(program, now, rings, path);
		path->thread[--path->length] = 0;
		path->lock[path->length] = 0;
	}
}

static void rings_at(const struct program *program, const struct situation *now, struct rings *rings)
{
	for (unsigned t = 0; t < program->threads; t++) {
		struct ring path = {.length = 1, .thread = {(uint8_t)t}};

		extend(program, now, rings, &path);
	}
}

bool search_rings(const struct program *program, struct rings *rings)
{
	static uint32_t stack[1u << SEEN_BITS];
	size_t depth = 0;

	rings->count = 0;
	forget();
	see(0);
	stack[depth++] = 0;
	while (depth) {
		uint32_t state = stack[--depth];
		struct situation now = situation_of(program, state);

		rings_at(program, &now, rings);
		for (unsigned t = 0; t < program->threads; t++)
			if (can_step(program, &now, t) && see(state + (1u << 8 * t)))
				stack[depth++] = state + (1u << 8 * t);
		if (seen_count > 1u << (SEEN_BITS - 1))
			return false;
	}
	return true;
}

/* ---- one way through ---- */

unsigned search_schedule(const struct program *program, uint64_t seed, uint8_t schedule[THREADS_MAX * OPS_MAX])
{
	uint32_t states[THREADS_MAX * OPS_MAX + 1], end = 0;
	unsigned length = 0;

	for (unsigned t = 0; t < program->threads; t++)
		end |= program->count[t] << 8 * t;
	forget();
	states[0] = 0;
	seed = (seed + 1) * 0xd6e8feb86659fd93ull;
	while (states[length] != end) {
		struct situation now = situation_of(program, states[length]);
		unsigned first = (unsigned)(seed >> 40) % program->threads, t;

		seed = seed * 6364136223846793005ull + 1442695040888963407ull;
		for (t = 0; t < program->threads; t++) {
			unsigned thread = (first + t) % program->threads;

			if (!can_step(program, &now, thread) || !see(states[length] + (1u << 8 * thread)))
				continue;
			schedule[length] = (uint8_t)thread;
			states[length + 1] = states[length] + (1u << 8 * thread);
			length++;
			break;
		}
		if (t == program->threads && length-- == 0)
			return 0;
	}
	return length;
}
