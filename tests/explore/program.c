/* program.c: see program.h. */
#include "program.h"

#include "../random/seed.h"

struct writer {
	struct program *program;
	struct seed *seed;
	unsigned thread;
	uint8_t held[LOCKS_MAX];
	unsigned depth;
};

static void add(struct writer *writer, enum op_kind kind, unsigned what)
{
	struct program *program = writer->program;

	program->ops[writer->thread][program->count[writer->thread]++] = (struct op){kind, (uint8_t)what};
}

static bool holds(const struct writer *writer, unsigned lock)
{
	for (unsigned i = 0; i < writer->depth; i++)
		if (writer->held[i] == lock)
			return true;
	return false;
}

static void lock(struct writer *writer)
{
	unsigned what = seed_below(writer->seed, writer->program->locks);

	if (writer->depth == 3 || holds(writer, what))
		return;
	add(writer, writer->program->rwlock[what] && seed_below(writer->seed, 2) ? OP_READ : OP_LOCK, what);
	writer->held[writer->depth++] = (uint8_t)what;
}

/* Mostly the one taken last. */
static void unlock(struct writer *writer)
{
	unsigned which;

	if (writer->depth == 0)
		return;
	which = seed_below(writer->seed, 4) ? writer->depth - 1 : seed_below(writer->seed, writer->depth);
	add(writer, OP_UNLOCK, writer->held[which]);
	for (writer->depth--; which < writer->depth; which++)
		writer->held[which] = writer->held[which + 1];
}

static void write_thread(struct program *program, struct seed *seed, unsigned thread, bool semaphores)
{
	struct writer writer = {.program = program, .seed = seed, .thread = thread};
	bool alive[THREADS_MAX] = {false};
	unsigned next = thread == 0 ? 1 : THREADS_MAX, steps = 6 + seed_below(seed, 8);

	for (unsigned i = 0; i < steps; i++) {
		unsigned choice = seed_below(seed, 100);

		if (choice < 45)
			lock(&writer);
		else if (choice < 75)
			unlock(&writer);
		else if (choice < 88 && next < program->threads) {
			alive[next] = true;
			add(&writer, OP_CREATE, next++);
		} else if (choice < 94) {
			for (unsigned other = 1; other < program->threads; other++)
				if (alive[other] && seed_below(seed, 2)) {
					alive[other] = false;
					add(&writer, OP_JOIN, other);
					break;
				}
		} else if (semaphores) {
			add(&writer, seed_below(seed, 2) ? OP_POST : OP_WAIT, seed_below(seed, 2));
		}
	}
	while (next < program->threads) {
		alive[next] = true;
		add(&writer, OP_CREATE, next++);
	}
	while (writer.depth)
		unlock(&writer);
	for (unsigned other = 1; other < program->threads; other++)
		if (alive[other])
			add(&writer, OP_JOIN, other);
}

struct program program_make(uint64_t seed)
{
	struct seed random = {seed};
	struct program program = {0};
	bool semaphores;

	program.threads = 2 + seed_below(&random, THREADS_MAX - 1);
	program.locks = 2 + seed_below(&random, LOCKS_MAX - 1);
	for (unsigned i = 0; i < program.locks; i++)
		program.rwlock[i] = seed_below(&random, 4) == 0;
	semaphores = seed_below(&random, 3) == 0;
	for (unsigned i = 0; i < program.threads; i++)
		write_thread(&program, &random, i, semaphores);
	return program;
}
