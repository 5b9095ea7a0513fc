/* ring.c: see ring.h. */
#include "ring.h"

#include <semaphore.h>

#include "crew.h"
#include "expect.h"
#include "pool.h"
#include "work.h"

#define RINGS 6
#define SIDES 3
#define STEPS 3

struct step {
	struct lock *lock;
	enum mode mode;
	enum how how;
};

struct side {
	struct ring *ring;
	unsigned turn;
	struct step steps[STEPS];
	unsigned count;
	bool drops_first; /* gives the first lock back before it asks for the last */
	bool under_ranked;
	unsigned times;
	struct member *member; /* NULL: main's */
};

/* Who runs the sides. */
enum cast {
	CAST_APART,
	CAST_WITH_MAIN,
	CAST_ONE_THREAD,
	CAST_CREATED_AFTER,
	CAST_JOINED_BEFORE,
	CAST_BARRIER_BETWEEN,
	CAST_POSTED_BETWEEN
};

struct ring {
	enum cast cast;
	struct side sides[SIDES];
	unsigned count;
	struct lock *locks[SIDES];
	atomic_int turn;
	pthread_barrier_t barrier;
	sem_t posted;
};

static struct ring rings[RINGS];
static unsigned rings_count;

/* ---- planning ---- */

static enum type some_type(struct seed *seed)
{
	static const enum type types[] = {TYPE_MUTEX, TYPE_MUTEX, TYPE_MUTEX, TYPE_RWLOCK, TYPE_RWLOCK, TYPE_C11, TYPE_SPIN};

	return types[seed_below(seed, sizeof(types) / sizeof(types[0]))];
}

static void add_step(struct side *side, struct lock *lock, enum mode mode, enum how how)
{
	side->steps[side->count++] = (struct step){lock, mode, how};
}

static struct ring *ring_new(enum cast cast, unsigned count, struct seed *seed)
{
	struct ring *ring = &rings[rings_count++];

	ring->cast = cast;
	ring->count = count;
	must(pthread_barrier_init(&ring->barrier, NULL, 2));
	must(sem_init(&ring->posted, 0, 0));
	for (unsigned i = 0; i < count; i++) {
		ring->sides[i].ring = ring;
		ring->sides[i].turn = i;
		ring->sides[i].times = 1 + seed_below(seed, 3);
	}
	ring->sides[seed_below(seed, count)].under_ranked = seed_chance(seed, 30);
	return ring;
}

static void draw_locks(struct ring *ring, struct seed *seed)
{
	for (unsigned i = 0; i < ring->count; i++) {
		ring->locks[i] = pool_get(some_type(seed), seed);
		pool_ready(ring->locks[i], seed);
	}
}

/* Each side holds its lock, and asks for the next side's; nobody reads what somebody else asks to read. */
static void add_links(struct ring *ring, struct seed *seed)
{
	bool read_held[SIDES], read_asked[SIDES];

	for (unsigned i = 0; i < ring->count; i++) {
		bool rwlock = ring->locks[i]->type == TYPE_RWLOCK;

		read_held[i] = rwlock && seed_chance(seed, 40);
		read_asked[i] = rwlock && !read_held[i] && seed_chance(seed, 50);
	}
	for (unsigned i = 0; i < ring->count; i++) {
		unsigned next = (i + 1) % ring->count;
		bool tried = seed_chance(seed, 25);
		enum how how = tried ? HOW_TRY : lock_some_how(ring->locks[i], seed);

		add_step(&ring->sides[i], ring->locks[i], read_held[i] ? MODE_READ : MODE_WRITE, how);
		add_step(&ring->sides[i], ring->locks[next], read_asked[next] ? MODE_READ : MODE_WRITE, HOW_BLOCKING);
	}
}

static struct ring *plain_ring(enum cast cast, unsigned count, struct seed *seed)
{
	struct ring *ring = ring_new(cast, count, seed);

	draw_locks(ring, seed);
	add_links(ring, seed);
	return ring;
}

static enum cast some_unordered_cast(struct seed *seed)
{
	return seed_chance(seed, 30) ? CAST_WITH_MAIN : CAST_APART;
}

static unsigned some_length(struct seed *seed)
{
	return seed_chance(seed, 30) ? 3 : 2;
}

static struct step *asked_of(struct side *side)
{
	return &side->steps[side->count - 1];
}

/* A lock that the side takes before all others. */
static void put_first(struct side *side, struct lock *lock, enum mode mode)
{
	for (unsigned i = side->count++; i > 0; i--)
		side->steps[i] = side->steps[i - 1];
	side->steps[0] = (struct step){lock, mode, HOW_BLOCKING};
}

static struct lock *some_gate(enum type type, struct seed *seed)
{
	struct lock *gate = pool_get(type, seed);

	pool_ready(gate, seed);
	return gate;
}

static void expect_ring(const struct ring *ring, const char *rule, const char *level)
{
	expect(rule, level, ring->locks, ring->count);
}

/* ---- rings that cannot deadlock ---- */

static void plan_single(struct seed *seed)
{
	expect_ring(plain_ring(CAST_ONE_THREAD, some_length(seed), seed), "cycle-single-thread", "note");
}

/* Readers of a gate keep out a writer. Two links of the ring behind one gate are enough. */
static void plan_gated(struct seed *seed)
{
	struct ring *ring = plain_ring(some_unordered_cast(seed), some_length(seed), seed);
	struct lock *gate = some_gate(some_type(seed), seed);
	bool reads = gate->type == TYPE_RWLOCK && seed_chance(seed, 50);

	put_first(&ring->sides[0], gate, reads ? MODE_READ : MODE_WRITE);
	put_first(&ring->sides[1], gate, MODE_WRITE);
	expect_ring(ring, "cycle-gated", "note");
}

static void plan_ordered(struct seed *seed)
{
	static const enum cast casts[] = {CAST_CREATED_AFTER, CAST_JOINED_BEFORE, CAST_BARRIER_BETWEEN};

	expect_ring(plain_ring(casts[seed_below(seed, 3)], 2, seed), "cycle-ordered", "note");
}

/* In this run, that is. */
static void plan_weakly_ordered(struct seed *seed)
{
	expect_ring(plain_ring(CAST_POSTED_BETWEEN, 2, seed), "cycle-weakly-ordered", "warning");
}

/* A lock that one side reads and another asks to read, and that lets readers pass waiting writers; or there is no writer, but before all. */
static void plan_compatible(struct seed *seed)
{
	static const int kinds[] = {PTHREAD_RWLOCK_PREFER_READER_NP, PTHREAD_RWLOCK_PREFER_WRITER_NP,
				    PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP};
	struct ring *ring = ring_new(some_unordered_cast(seed), some_length(seed), seed);

	draw_locks(ring, seed);
	ring->locks[0] = pool_get(TYPE_RWLOCK, seed);
	ring->locks[0]->kind = kinds[seed_below(seed, 3)];
	pool_ready(ring->locks[0], seed);
	add_links(ring, seed);
	ring->sides[0].steps[0].mode = MODE_READ;
	asked_of(&ring->sides[ring->count - 1])->mode = MODE_READ;
	expect_ring(ring, "cycle-compatible", "note");
}

/* Somebody waits with a limit. */
static void plan_bounded(struct seed *seed)
{
	struct ring *ring = ring_new(some_unordered_cast(seed), 2, seed);

	draw_locks(ring, seed);
	/* Nobody waits with a limit for a spin lock. */
	if (ring->locks[1]->type == TYPE_SPIN) {
		ring->locks[1] = pool_get(TYPE_MUTEX, seed);
		pool_ready(ring->locks[1], seed);
	}
	add_links(ring, seed);
	asked_of(&ring->sides[0])->how = HOW_TIMED;
	expect_ring(ring, "cycle-bounded", "warning");
}

/* Somebody does not wait. */
static void plan_tried(struct seed *seed)
{
	struct ring *ring = plain_ring(some_unordered_cast(seed), some_length(seed), seed);

	asked_of(&ring->sides[seed_below(seed, ring->count)])->how = HOW_TRY;
}

void ring_plan_harmless(struct seed *seed)
{
	static void (*const plans[])(struct seed *) = {plan_single,	plan_gated,   plan_ordered, plan_weakly_ordered,
						       plan_compatible, plan_bounded, plan_tried};

	plans[seed_below(seed, sizeof(plans) / sizeof(plans[0]))](seed);
}

/* ---- rings that can ---- */

static void plan_plain(struct seed *seed)
{
	expect_ring(plain_ring(some_unordered_cast(seed), some_length(seed), seed), "lock-order-cycle", "error");
}

/* Both pass a gate as readers, and meet behind it. */
static void plan_shared_gate(struct seed *seed)
{
	struct ring *ring = plain_ring(some_unordered_cast(seed), 2, seed);
	struct lock *gate = some_gate(TYPE_RWLOCK, seed);

	put_first(&ring->sides[0], gate, MODE_READ);
	put_first(&ring->sides[1], gate, MODE_READ);
	expect_ring(ring, "lock-order-cycle", "error");
}

/* One side has left the gate before it asks for its second lock. */
static void plan_dropped_gate(struct seed *seed)
{
	struct ring *ring = plain_ring(some_unordered_cast(seed), 2, seed);
	struct lock *gate = some_gate(some_type(seed), seed);

	put_first(&ring->sides[0], gate, MODE_WRITE);
	put_first(&ring->sides[1], gate, MODE_WRITE);
	ring->sides[seed_below(seed, 2)].drops_first = true;
	expect_ring(ring, "lock-order-cycle", "error");
}

/* Both sides only read, but a writer who waits keeps readers out, and a third thread is one. */
static void plan_reader_behind_writer(struct seed *seed)
{
	struct ring *ring = ring_new(some_unordered_cast(seed), 3, seed);

	ring->count = 2;
	for (unsigned i = 0; i < 2; i++) {
		ring->locks[i] = pool_get(TYPE_RWLOCK, seed);
		ring->locks[i]->kind = PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP;
		pool_ready(ring->locks[i], seed);
	}
	add_links(ring, seed);
	ring->sides[0].steps[0].mode = MODE_READ;
	asked_of(&ring->sides[1])->mode = MODE_READ;
	expect_ring(ring, "lock-order-cycle", "error");
	ring->count = 3;
	add_step(&ring->sides[2], ring->locks[0], MODE_WRITE, HOW_BLOCKING);
}

void ring_plan_real(struct seed *seed)
{
	static void (*const plans[])(struct seed *) = {plan_plain, plan_plain, plan_shared_gate, plan_dropped_gate,
						       plan_reader_behind_writer};

	plans[seed_below(seed, sizeof(plans) / sizeof(plans[0]))](seed);
}

/* ---- running ---- */

static void do_steps(const struct side *side)
{
	unsigned last = side->count - 1, first = side->drops_first ? 1 : 0;

	for (unsigned i = 0; i < side->count; i++) {
		if (i == last && side->drops_first)
			lock_give(side->steps[0].lock, side->steps[0].mode);
		must(lock_take(side->steps[i].lock, side->steps[i].mode, side->steps[i].how));
	}
	if (side->times % 2)
		for (unsigned i = first; i <= last; i++)
			lock_give(side->steps[i].lock, side->steps[i].mode);
	else
		for (unsigned i = last + 1; i-- > first;)
			lock_give(side->steps[i].lock, side->steps[i].mode);
}

static void do_side(struct actor *actor, struct side *side)
{
	for (unsigned i = 0; i < side->times; i++) {
		if (side->under_ranked)
			work_enter(actor);
		do_steps(side);
		work_leave(actor);
	}
}

/* A thread with one side: what else it does takes locks only, and puts it in no order. */
static void run_side(struct actor *actor, void *argument)
{
	struct side *side = argument;

	work_section(actor);
	crew_poll(&side->ring->turn, (int)side->turn);
	do_side(actor, side);
	atomic_fetch_add(&side->ring->turn, 1);
	work_section(actor);
}

/* ---- what orders sides ---- */

static void run_side_and_barrier(struct actor *actor, void *argument)
{
	struct side *side = argument;
	int result;

	if (side->turn == 0)
		do_side(actor, side);
	result = pthread_barrier_wait(&side->ring->barrier);
	must_be(result == 0 || result == PTHREAD_BARRIER_SERIAL_THREAD, true, "waiting at a barrier", __LINE__);
	if (side->turn == 1)
		do_side(actor, side);
}

static void run_side_and_post(struct actor *actor, void *argument)
{
	struct side *side = argument;

	if (side->turn == 1)
		must(sem_wait(&side->ring->posted));
	do_side(actor, side);
	if (side->turn == 0)
		must(sem_post(&side->ring->posted));
}

static void run_ring(struct actor *actor, void *argument)
{
	struct ring *ring = argument;

	work_section(actor);
	for (unsigned i = 0; i < ring->count; i++)
		do_side(actor, &ring->sides[i]);
	work_section(actor);
}

static void start_side(struct actor *main, struct side *side)
{
	static void (*const ways[])(struct actor *, void *) = {[CAST_APART] = run_side,
							       [CAST_WITH_MAIN] = run_side,
							       [CAST_CREATED_AFTER] = run_side,
							       [CAST_JOINED_BEFORE] = run_side,
							       [CAST_BARRIER_BETWEEN] = run_side_and_barrier,
							       [CAST_POSTED_BETWEEN] = run_side_and_post};

	side->member = crew_start(&main->seed, false, ways[side->ring->cast], side);
}

static void run_side_by_main(struct actor *main, struct side *side)
{
	crew_poll(&side->ring->turn, (int)side->turn);
	do_side(main, side);
	atomic_fetch_add(&side->ring->turn, 1);
}

static void start(struct actor *main, struct ring *ring)
{
	unsigned first = ring->cast == CAST_WITH_MAIN || ring->cast == CAST_CREATED_AFTER ? 1 : 0;

	if (ring->cast == CAST_ONE_THREAD) {
		ring->sides[0].member = crew_start(&main->seed, false, run_ring, ring);
		return;
	}
	if (ring->cast == CAST_CREATED_AFTER)
		run_side_by_main(main, &ring->sides[0]);
	for (unsigned i = first; i < ring->count; i++) {
		start_side(main, &ring->sides[i]);
		if (ring->cast == CAST_JOINED_BEFORE) {
			crew_join(ring->sides[i].member, &main->seed);
			ring->sides[i].member = NULL;
		}
	}
	if (ring->cast == CAST_WITH_MAIN)
		run_side_by_main(main, &ring->sides[0]);
}

void ring_start_all(struct actor *main)
{
	for (unsigned i = 0; i < rings_count; i++)
		start(main, &rings[i]);
}

void ring_join_all(struct actor *main)
{
	for (unsigned i = 0; i < rings_count; i++)
		for (unsigned j = 0; j < rings[i].count; j++)
			if (rings[i].sides[j].member)
				crew_join(rings[i].sides[j].member, &main->seed);
}
