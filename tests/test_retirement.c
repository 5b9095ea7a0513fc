/*
 * test_retirement.c: locks that come, are nested, and go (dependency_retire, alike.h), against two naive models. The first says after every random step
 * what has to be written: it looks at every dependency anew, and at every path. The second knows nothing of any of that, only what was asked
 * for, ever: which rings could be a deadlock. What the cycle stage makes of the recording has to agree with it. Then: memory and recording stay
 * flat, single cases in which the models and the code have differed, every allocation failed once.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "graph/alike.h"
#include "graph/cycles.h"
#include "graph/dependency.h"
#include "memory.h"

enum {
#define RULE(id, name, level, text) RULE_##id,
#include "graph/rules.def"
#undef RULE
};

#define SLOTS	8 /* locks alive at one time */
#define STEPS	70
#define THREADS 4
#define FACTS	4000

static struct recording_header header;
static struct arena arena, tables;
static struct lock_table table;
static struct dependencies set;
static struct lock *alive[SLOTS];
static uint64_t next_id;

/* ---- what reaches the recording ---- */

struct held_set {
	uint64_t lock;
	uint32_t stack;
	uint8_t mode, how;
	uint32_t count;
	struct fact_held held[SLOTS];
};
struct record {
	uint32_t id;
	struct held_set what;
	unsigned past; /* of what is expected: which of the held locks, as bits, were gone when it was written */
	bool witnesses[THREADS + 1];
	unsigned witness_count;
};
static struct record records[FACTS];
static unsigned records_count, facts_count;
static unsigned described[FACTS]; /* locks, by number: how often */
static int places[FACTS];	  /* where they were */
static bool undescribed;	  /* a dependency named a lock that was not */

static void record_dependency(const struct fact_dependency *fact)
{
	struct record *record = &records[records_count++ % FACTS];

	*record = (struct record){
		.id = fact->id,
		.what = {.lock = fact->lock, .stack = fact->stack, .mode = fact->mode, .how = fact->how, .count = fact->count}};
	memcpy(record->what.held, fact->held, fact->count * sizeof(*fact->held));
	undescribed |= !described[fact->lock % FACTS];
	for (uint32_t i = 0; i < fact->count; i++)
		undescribed |= !described[fact->held[i].lock % FACTS];
}

static void record_witness(const struct fact_witness *fact)
{
	for (unsigned i = 0; i < records_count && i < FACTS; i++) {
		if (records[i].id == fact->dependency && fact->thread <= THREADS) {
			records[i].witnesses[fact->thread] = true;
			records[i].witness_count++;
		}
	}
}

static void record(void *ctx, const struct fact *fact)
{
	(void)ctx;
	facts_count++;
	if (fact->kind == FACT_LOCK)
		described[((const struct fact_lock *)fact)->id % FACTS]++;
	else if (fact->kind == FACT_DEPENDENCY && !(fact->flags & DEPENDENCY_CLASS))
		record_dependency((const struct fact_dependency *)fact);
	else if (fact->kind == FACT_WITNESS)
		record_witness((const struct fact_witness *)fact);
}
static const struct fact_sink sink = {.write = record};

/* ---- locks that come and go ---- */

/* Each slot is a place in the code: its locks are of one class. */
static bool make(int slot)
{
	struct lock_key key = {.kind = CLASS_INIT, .lock_kind = KIND_MUTEX, .stack = 1 + (uint32_t)slot};
	struct lock_class *class = lock_class_intern(&table, &key, &header.next_class);

	places[next_id % FACTS] = slot;
	alive[slot] = class ? lock_add(&table, next_id++, 0, class, 1) : NULL;
	return alive[slot] != NULL;
}

static void retire(int slot)
{
	dependency_retire(&set, &table, alive[slot]);
	alive[slot] = NULL;
}

static void begin(struct failing *failing)
{
	memset(&header, 0, sizeof(header));
	memset(described, 0, sizeof(described));
	header.next_class = header.next_dependency = 1;
	next_id = 1;
	records_count = facts_count = 0;
	undescribed = false;
	arena = test_arena(failing);
	tables = test_arena(failing);
	table = (struct lock_table){.arena = &tables};
	memset(alive, 0, sizeof(alive));
}

static void setup(void)
{
	begin(NULL);
	ck_assert(dependencies_init(&set, &arena, &sink, &header, 1));
	set.copies = UINT32_MAX;
	for (int slot = 0; slot < SLOTS; slot++)
		ck_assert(make(slot));
}

static void teardown(void)
{
	arena_fini(&arena);
	arena_fini(&tables);
}

/* A thread asks for a lock; each held set is one of slots, outermost first. */
struct wish {
	uint32_t thread, segment, stack;
	uint8_t mode, how;
	int wanted, count;
	int held[SLOTS];
	uint8_t modes[SLOTS];
};

static enum dependency_result ask(const struct wish *wish)
{
	struct dependency_held held[SLOTS];
	struct dependency_request request = {.lock = alive[wish->wanted],
					     .stack = wish->stack,
					     .mode = wish->mode,
					     .how = wish->how,
					     .thread = wish->thread,
					     .segment = wish->segment,
					     .count = (uint32_t)wish->count,
					     .held = held};

	for (int i = 0; i < wish->count; i++)
		held[i] = (struct dependency_held){.lock = alive[wish->held[i]], .stack = wish->stack, .mode = wish->modes[i]};
	return dependency_add(&set, &request);
}

/* The same, as it is told in the recording. */
static struct held_set as_facts(const struct wish *wish)
{
	struct held_set what = {.lock = alive[wish->wanted]->id,
				.stack = wish->stack,
				.mode = wish->mode,
				.how = wish->how,
				.count = (uint32_t)wish->count};

	for (int i = 0; i < wish->count; i++)
		what.held[i] = (struct fact_held){.lock = alive[wish->held[i]]->id, .stack = wish->stack, .mode = wish->modes[i]};
	return what;
}

/* A thread holds the locks in the slots of `holds` and asks for another, a..h; at stack 1, exclusively. */
static void asks_in(uint32_t thread, uint32_t segment, const char *holds, char wants)
{
	struct wish wish = {.thread = thread, .segment = segment, .stack = 1, .wanted = wants - 'a'};

	for (; *holds; holds++)
		wish.held[wish.count++] = *holds - 'a';
	ck_assert_int_ne(ask(&wish), DEPENDENCY_NO_MEMORY);
}

static void asks(uint32_t thread, const char *holds, char wants)
{
	asks_in(thread, 1, holds, wants);
}

/* ---- the first model: what has to be written ---- */

struct model_dependency {
	struct held_set what; /* with locks that are gone, where all agree that they were held */
	bool witnesses[THREADS + 1];
	int written; /* index of what is expected, -1: not written */
};
static struct model_dependency model[STEPS];
static int model_count;
static struct record expected[FACTS];
static int expected_count;
static bool leads[SLOTS][SLOTS];
static int group[SLOTS], next_group;

static int slot_of(uint64_t id)
{
	for (int slot = 0; slot < SLOTS; slot++)
		if (alive[slot] && alive[slot]->id == id)
			return slot;
	return -1;
}

static uint32_t only_living(const struct held_set *what, struct fact_held *living)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < what->count; i++)
		if (slot_of(what->held[i].lock) >= 0)
			living[count++] = what->held[i];
	return count;
}

/* Alike, but for locks that are gone? */
static bool same(const struct held_set *a, const struct held_set *b)
{
	struct fact_held left[SLOTS], right[SLOTS];
	uint32_t count = only_living(a, left);

	return count == only_living(b, right) && a->lock == b->lock && a->stack == b->stack && a->mode == b->mode && a->how == b->how &&
	       memcmp(left, right, count * sizeof(*left)) == 0;
}

/* Takes out what is gone and what `other` did not hold in the same mode. */
static void weaken(struct held_set *what, const struct held_set *other)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < what->count; i++) {
		bool both = slot_of(what->held[i].lock) >= 0;

		for (uint32_t j = 0; j < other->count && !both; j++)
			both = other->held[j].lock == what->held[i].lock && other->held[j].mode == what->held[i].mode;
		if (both)
			what->held[kept++] = what->held[i];
	}
	what->count = kept;
}

static struct model_dependency *model_find(const struct held_set *what, const struct model_dependency *but)
{
	for (int i = 0; i < model_count; i++)
		if (&model[i] != but && same(&model[i].what, what))
			return &model[i];
	return NULL;
}

static void model_forget(struct model_dependency *dependency)
{
	*dependency = model[--model_count];
}

static bool path(int from, int to)
{
	bool seen[SLOTS] = {false}, more = true;

	seen[from] = true;
	while (more) {
		more = false;
		for (int a = 0; a < SLOTS; a++)
			for (int b = 0; b < SLOTS; b++)
				if (seen[a] && !seen[b] && (leads[a][b] || group[a] == group[b]))
					seen[b] = more = true;
	}
	return seen[to];
}

/* Who once was one ring stays one. */
static void regroup(void)
{
	for (int a = 0; a < SLOTS; a++)
		for (int b = 0; b < a; b++)
			if (group[a] != group[b] && path(a, b) && path(b, a))
				for (int i = 0, from = group[a], to = group[b]; i < SLOTS; i++)
					group[i] = group[i] == from ? to : group[i];
}

static bool in_ring(const struct held_set *what)
{
	for (uint32_t i = 0; i < what->count; i++) {
		int slot = slot_of(what->held[i].lock);

		if (slot >= 0 && what->how != LOCK_TRY && group[slot] == group[slot_of(what->lock)])
			return true;
	}
	return false;
}

static void expect(const struct held_set *what)
{
	struct record *record = &expected[expected_count++];

	record->what = *what;
	for (uint32_t i = 0; i < what->count; i++)
		record->past |= slot_of(what->held[i].lock) < 0 ? 1u << i : 0;
}

static void expect_what_is_in_rings(void)
{
	for (int i = 0; i < model_count; i++) {
		if (model[i].written < 0 && in_ring(&model[i].what)) {
			model[i].written = expected_count;
			expect(&model[i].what);
		}
		if (model[i].written >= 0)
			memcpy(expected[model[i].written].witnesses, model[i].witnesses, sizeof(model[i].witnesses));
	}
}

static void model_ask(const struct wish *wish)
{
	struct held_set what = as_facts(wish);
	struct model_dependency *known = model_find(&what, NULL);

	/* What was written said that more was held: this is another one. */
	if (known && known->written >= 0 && known->what.count > what.count) {
		model_forget(known);
		known = NULL;
	}
	if (!known) {
		known = &model[model_count++];
		*known = (struct model_dependency){.what = what, .written = -1};
	}
	weaken(&known->what, &what);
	known->witnesses[wish->thread] = true;
	for (int i = 0; i < wish->count && wish->how != LOCK_TRY; i++)
		leads[wish->held[i]][wish->wanted] = true;
	regroup();
	expect_what_is_in_rings();
}

/* One of those that are alike by now becomes part of another. False: no two are. */
static bool model_join(void)
{
	for (int i = 0; i < model_count; i++) {
		struct model_dependency *known = model_find(&model[i].what, &model[i]);

		if (!known)
			continue;
		weaken(&known->what, &model[i].what);
		for (int thread = 1; thread <= THREADS; thread++)
			known->witnesses[thread] |= model[i].witnesses[thread];
		model_forget(&model[i]);
		return true;
	}
	return false;
}

static bool names(const struct held_set *what, uint64_t lock)
{
	for (uint32_t i = 0; i < what->count; i++)
		if (what->held[i].lock == lock)
			return true;
	return false;
}

/* After the lock of that number has left its slot. */
static void model_retire(int slot, uint64_t lock)
{
	struct fact_held living[SLOTS];

	for (int i = 0; i < SLOTS; i++)
		leads[slot][i] = leads[i][slot] = false;
	group[slot] = next_group++;
	for (int i = model_count; i-- > 0;) {
		struct held_set *what = &model[i].what;

		if (what->lock == lock || (names(what, lock) && (model[i].written >= 0 || only_living(what, living) == 0)))
			model_forget(&model[i]);
	}
	while (model_join())
		;
}

static unsigned count_witnesses(const struct record *record)
{
	unsigned count = 0;

	for (int thread = 1; thread <= THREADS; thread++)
		count += record->witnesses[thread];
	return count;
}

/* Splits what was held: those that lived when it was written, in order, and a sum over the others, of which place and order are all the same. */
static uint32_t split(const struct held_set *what, const struct record *should, struct fact_held *living, uint64_t *gone_sum)
{
	uint32_t count = 0;

	*gone_sum = 0;
	for (uint32_t i = 0; i < what->count; i++) {
		bool past = false;

		for (uint32_t j = 0; j < should->what.count; j++)
			past |= (should->past >> j & 1) && should->what.held[j].lock == what->held[i].lock;
		if (past)
			*gone_sum += hash_mix(what->held[i].lock, what->held[i].mode);
		else
			living[count++] = what->held[i];
	}
	return count;
}

static bool as_it_should(const struct record *is, const struct record *should)
{
	const struct held_set *what = &is->what, *wanted = &should->what;
	struct fact_held left[SLOTS], right[SLOTS];
	uint64_t left_sum, right_sum;
	uint32_t count = split(what, should, left, &left_sum);

	return count == split(wanted, should, right, &right_sum) && memcmp(left, right, count * sizeof(*left)) == 0 &&
	       left_sum == right_sum && what->count == wanted->count && what->lock == wanted->lock && what->stack == wanted->stack &&
	       what->mode == wanted->mode && what->how == wanted->how &&
	       memcmp(is->witnesses, should->witnesses, sizeof(is->witnesses)) == 0 && is->witness_count == count_witnesses(should);
}

/* Is what was written what was expected, each once? */
static bool written_as_expected(void)
{
	if (records_count != (unsigned)expected_count || undescribed)
		return false;
	for (int i = 0; i < expected_count; i++) {
		int matches = 0;

		for (unsigned j = 0; j < records_count; j++)
			matches += as_it_should(&records[j], &expected[i]);
		if (matches != 1)
			return false;
	}
	return true;
}

static bool rings_as_expected(void)
{
	for (int a = 0; a < SLOTS; a++)
		for (int b = 0; b < a; b++)
			if (alive[a]->epoch == 1 && alive[b]->epoch == 1 &&
			    order_same_ring(set.order, alive[a]->node, alive[b]->node) != (group[a] == group[b]))
				return false;
	return true;
}

/* ---- the second model: what could be a deadlock, from everything that was ever asked for ---- */

struct request {
	struct held_set what;
	uint32_t thread;
	uint64_t when; /* the time: how many steps came before */
};
static struct request history[STEPS];
static int history_count;
static uint64_t gone[FACTS]; /* by lock: the time when it went */

/* Do the two never run at once, for a lock that both hold? */
static bool gated(const struct held_set *a, const struct held_set *b)
{
	for (uint32_t i = 0; i < a->count; i++)
		for (uint32_t j = 0; j < b->count; j++)
			if (a->held[i].lock == b->held[j].lock && (a->held[i].mode == LOCK_EXCLUSIVE || b->held[j].mode == LOCK_EXCLUSIVE))
				return true;
	return false;
}

/* Does `a`, without a time limit, wait for ever for what `b` holds of it? */
static bool waits_for(const struct request *a, const struct request *b)
{
	for (uint32_t i = 0; i < b->what.count && a->what.how == LOCK_BLOCKING; i++)
		if (b->what.held[i].lock == a->what.lock && (a->what.mode == LOCK_EXCLUSIVE || b->what.held[i].mode == LOCK_EXCLUSIVE))
			return true;
	return false;
}

static bool at_once(const struct request *a, const struct request *b)
{
	return a->thread != b->thread && !gated(&a->what, &b->what);
}

/* Three requests, or two when z is x: each waits for what the next one holds. */
static bool is_ring(const struct request *x, const struct request *y, const struct request *z)
{
	if (x == z)
		return waits_for(x, y) && waits_for(y, x) && at_once(x, y);
	return waits_for(x, y) && waits_for(y, z) && waits_for(z, x) && at_once(x, y) && at_once(y, z) && at_once(x, z);
}

/* Is it a request of `wanted` with `held` held? */
static bool is_link(const struct request *request, uint64_t held, uint64_t wanted)
{
	return names(&request->what, held) && request->what.lock == wanted;
}

/* Could the two locks, or three when c is not 0, be a deadlock, by what was asked for before `end`: a -> b (-> c) -> a? */
static bool possible(uint64_t a, uint64_t b, uint64_t c, uint64_t end)
{
	const struct request *stop = history + history_count;

	for (const struct request *x = history; x < stop; x++)
		for (const struct request *y = history; y < stop && is_link(x, a, b) && x->when < end; y++) {
			if (!is_link(y, b, c ? c : a) || y->when >= end)
				continue;
			if (!c && is_ring(x, y, x))
				return true;
			for (const struct request *z = history; c && z < stop; z++)
				if (is_link(z, c, a) && z->when < end && is_ring(x, y, z))
					return true;
		}
	return false;
}

/* What the cycle stage says of the recording. */
static struct cycles_dependency found_dependencies[FACTS];
static struct cycles_held found_held[FACTS][SLOTS];
static struct cycles_witness found_witnesses[FACTS][THREADS];

static struct cycles_result judge(struct arena *memory)
{
	struct cycles_input input = {.dependencies = found_dependencies, .count = records_count, .max_length = 3};

	for (unsigned i = 0; i < records_count; i++) {
		const struct held_set *what = &records[i].what;
		struct cycles_dependency *dependency = &found_dependencies[i];

		*dependency = (struct cycles_dependency){.lock = what->lock,
							 .stack = i * (SLOTS + 1) + SLOTS,
							 .mode = what->mode,
							 .how = what->how,
							 .held_count = what->count,
							 .held = found_held[i],
							 .witnesses = found_witnesses[i]};
		for (uint32_t j = 0; j < what->count; j++)
			found_held[i][j] =
				(struct cycles_held){.lock = what->held[j].lock, .stack = i * (SLOTS + 1) + j, .mode = what->held[j].mode};
		for (uint32_t thread = 1; thread <= THREADS; thread++)
			if (records[i].witnesses[thread])
				found_witnesses[i][dependency->witness_count++] = (struct cycles_witness){.thread = thread, .segment = 1};
	}
	return cycles_find(&input, memory);
}

static uint64_t lock_of(const struct cycle *cycle, uint32_t link)
{
	return found_dependencies[cycle->links[link].dependency].held[cycle->links[link].held].lock;
}

static bool is_error(const struct cycles_result *result, uint64_t a, uint64_t b, uint64_t c)
{
	for (const struct cycle *cycle = result->cycles; cycle; cycle = cycle->next)
		for (uint32_t i = 0; i < cycle->length && cycle->length == (c ? 3 : 2); i++)
			if (cycle->rule == RULE_LOCK_ORDER_CYCLE && lock_of(cycle, i) == a &&
			    lock_of(cycle, (i + 1) % cycle->length) == b && (!c || lock_of(cycle, (i + 2) % 3) == c))
				return true;
	return false;
}

/* When the first of the three goes: what is asked for later may be lost (DESIGN section 5). */
static uint64_t first_gone(uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t first = gone[a] < gone[b] ? gone[a] : gone[b];

	return c && gone[c] < first ? gone[c] : first;
}

static unsigned possible_rings, impossible_rings;

/* Two locks: exactly. Three: everything that was possible while all three lived; and, where no two requests look alike, nothing else. */
static bool verdicts_agree(bool distinct)
{
	struct arena memory = test_arena(NULL);
	struct cycles_result result = judge(&memory);
	bool agree = !result.bounded && !result.no_memory;

	for (uint64_t a = 1; a < next_id; a++)
		for (uint64_t b = 1; b < next_id; b++)
			for (uint64_t c = 0; c < next_id && agree; c++) {
				bool found, really;

				if (a == b || c == a || c == b)
					continue;
				found = is_error(&result, a, b, c);
				really = possible(a, b, c, UINT64_MAX);
				possible_rings += really;
				impossible_rings += !really;
				agree = found == really || (c && found && !distinct) ||
					(c && !found && !possible(a, b, c, first_gone(a, b, c)));
			}
	arena_fini(&memory);
	return agree;
}

/* ---- random programs ---- */

static int random_below(unsigned *seed, int below)
{
	return rand_r(seed) % below;
}

/* Mostly in one order, so that not everything is one ring at once. */
static struct wish random_wish(unsigned *seed, bool distinct, uint32_t step)
{
	struct wish wish = {.thread = 1 + (uint32_t)random_below(seed, THREADS),
			    .segment = 1,
			    .stack = distinct ? 1 + step : 1 + (uint32_t)random_below(seed, 2),
			    .mode = random_below(seed, 6) == 0,
			    .how = random_below(seed, 6) ? LOCK_BLOCKING : (uint8_t)random_below(seed, 3)};
	bool ordered = random_below(seed, 6) != 0;
	int slots[SLOTS], last = 1 + random_below(seed, 3);

	for (int i = 0; i < SLOTS; i++) {
		int at = random_below(seed, i + 1);

		slots[i] = slots[at];
		slots[at] = i;
	}
	for (int i = 0; i < last && ordered; i++)
		for (int j = 0; j < last; j++)
			if (slots[j] > slots[j + 1]) {
				int swap = slots[j];

				slots[j] = slots[j + 1];
				slots[j + 1] = swap;
			}
	for (; wish.count < last; wish.count++) {
		wish.held[wish.count] = slots[wish.count];
		wish.modes[wish.count] = random_below(seed, 6) == 0;
	}
	wish.wanted = slots[last];
	return wish;
}

static void model_begin(void)
{
	model_count = expected_count = history_count = 0;
	memset(expected, 0, sizeof(expected));
	memset(leads, 0, sizeof(leads));
	memset(gone, 0xff, sizeof(gone));
	for (int i = 0; i < SLOTS; i++)
		group[i] = i;
	next_group = SLOTS;
}

static void renew(int slot, uint64_t now)
{
	uint64_t lock = alive[slot]->id;

	retire(slot);
	gone[lock] = now;
	model_retire(slot, lock);
	ck_assert(make(slot));
}

static void step(unsigned *seed, bool distinct, uint32_t number)
{
	struct wish wish = random_wish(seed, distinct, number);

	if (random_below(seed, 5) == 0) {
		renew(wish.wanted, number);
		return;
	}
	history[history_count++] = (struct request){.what = as_facts(&wish), .thread = wish.thread, .when = number};
	ck_assert_int_eq(ask(&wish), DEPENDENCY_OPEN);
	model_ask(&wish);
}

/* SEED=N repeats a run of that seed. */
static void random_rounds(unsigned seed, bool distinct)
{
	if (getenv("SEED"))
		seed = (unsigned)strtoul(getenv("SEED"), NULL, 10);
	printf("retirement model: seed %u\n", seed);
	fflush(stdout); /* a test that fails does not */
	possible_rings = impossible_rings = 0;
	for (int round = 0; round < 300; round++) {
		teardown();
		setup();
		model_begin();
		for (uint32_t number = 0; number < STEPS; number++) {
			step(&seed, distinct, number);
			ck_assert_int_eq(order_check_invariants(set.order), 0);
			ck_assert(rings_as_expected());
			ck_assert(written_as_expected());
		}
		ck_assert(verdicts_agree(distinct));
	}
	/* Both verdicts, many times. */
	ck_assert_uint_gt(possible_rings, 300);
	ck_assert_uint_gt(impossible_rings, 300);
}

START_TEST(random_lives_agree_with_both_models)
{
	random_rounds((unsigned)time(NULL) * 31 + (unsigned)_i, false);
}
END_TEST

START_TEST(random_lives_of_requests_that_all_differ_agree_exactly)
{
	random_rounds((unsigned)time(NULL) * 37 + (unsigned)_i, true);
}
END_TEST

/* ---- one by one ---- */

/* How many of the rings that the cycle stage finds could be a deadlock. */
static unsigned errors(void)
{
	struct arena memory = test_arena(NULL);
	struct cycles_result result = judge(&memory);
	unsigned count = 0;

	for (const struct cycle *cycle = result.cycles; cycle; cycle = cycle->next)
		count += cycle->rule == RULE_LOCK_ORDER_CYCLE;
	arena_fini(&memory);
	return count;
}

START_TEST(a_path_through_a_lock_that_is_gone_closes_no_ring)
{
	asks(1, "a", 'b');
	asks(1, "b", 'c');
	retire(1);
	asks(2, "c", 'a');
	ck_assert_uint_eq(records_count, 0);
}
END_TEST

START_TEST(a_lock_in_the_place_of_one_that_is_gone_is_another_one)
{
	asks(1, "a", 'b');
	retire(1);
	ck_assert(make(1));
	asks(2, "b", 'a');
	ck_assert_uint_eq(records_count, 0);
	asks(1, "a", 'b');
	ck_assert_uint_eq(records_count, 2);
	ck_assert_uint_eq(errors(), 1);
}
END_TEST

START_TEST(a_ring_among_those_held_with_a_lock_that_is_gone_is_found)
{
	asks(1, "ha", 'b');
	retire(7);
	asks(2, "b", 'a');
	ck_assert_uint_eq(records_count, 2);
	ck_assert_uint_eq(errors(), 1);
}
END_TEST

START_TEST(requests_that_become_one_have_the_witnesses_of_both)
{
	asks(1, "ga", 'b');
	asks(2, "ha", 'b');
	retire(6);
	retire(7);
	asks(3, "b", 'a');
	ck_assert_uint_eq(records_count, 2);
	for (unsigned i = 0; i < 2; i++)
		ck_assert_uint_eq(records[i].witness_count, records[i].what.lock == alive[1]->id ? 2 : 1);
}
END_TEST

/* Two sides of a ring of three, under one and the same gate; then the third. */
static void ring_of_three(const char *first, const char *second)
{
	asks(1, first, 'b');
	asks(2, second, 'c');
	retire(7);
	asks(3, "c", 'a');
}

START_TEST(a_gate_that_is_gone_still_gates)
{
	ring_of_three("ha", "hb");
	ck_assert_uint_eq(records_count, 3);
	ck_assert_uint_eq(errors(), 0);
}
END_TEST

START_TEST(a_lock_that_is_gone_and_that_one_side_held_gates_nothing)
{
	ring_of_three("ha", "b");
	ck_assert_uint_eq(records_count, 3);
	ck_assert_uint_eq(errors(), 1);
}
END_TEST

START_TEST(a_gate_that_is_gone_gates_nothing_that_was_done_without_it_too)
{
	asks(1, "ha", 'b');
	asks(4, "a", 'b');
	ring_of_three("ha", "hb");
	ck_assert_uint_eq(errors(), 1);
}
END_TEST

START_TEST(what_was_written_with_a_lock_that_is_gone_is_another_one_without_it)
{
	asks(1, "ha", 'b');
	asks(1, "hb", 'a');
	ck_assert_uint_eq(records_count, 2);
	retire(7);
	ck_assert_uint_eq(errors(), 0);
	asks(2, "a", 'b');
	ck_assert_uint_eq(records_count, 3);
	ck_assert_uint_eq(records[2].what.count, 1);
	ck_assert_uint_eq(errors(), 1);
	asks(3, "b", 'a');
	ck_assert_uint_eq(records_count, 4);
	ck_assert_uint_eq(errors(), 3);
}
END_TEST

START_TEST(what_is_left_of_a_ring_stays_one)
{
	asks(1, "a", 'b');
	asks(1, "b", 'c');
	asks(1, "c", 'a');
	ck_assert_uint_eq(records_count, 3);
	retire(2);
	asks(2, "ad", 'b');
	ck_assert_uint_eq(records_count, 4);
}
END_TEST

START_TEST(a_lock_that_no_graph_knows_only_leaves_the_table)
{
	uint64_t mine = alive[0]->id, other = alive[1]->id;

	asks(1, "a", 'c');
	dependency_retire(NULL, &table, alive[1]);
	ck_assert_ptr_null(lock_find(&table, other));
	ck_assert_ptr_nonnull(lock_find(&table, mine));
	/* Another process of the same table: its graph has never seen the lock. */
	arena_fini(&arena);
	arena = test_arena(NULL);
	ck_assert(dependencies_init(&set, &arena, &sink, &header, 2));
	retire(0);
	ck_assert_ptr_null(lock_find(&table, mine));
}
END_TEST

/* ---- memory and recording ---- */

static void retire_all(void)
{
	for (int slot = 0; slot < SLOTS; slot++)
		if (alive[slot])
			retire(slot);
	ck_assert_ptr_null(set.list);
	ck_assert_ptr_null(table.locks);
}

/* Locks that are held under some that stay, around them, between them, and at both ends of one order. */
static void short_lives(unsigned count)
{
	for (unsigned i = 0; i < count; i += 4) {
		for (int slot = 4; slot < SLOTS; slot++)
			retire(slot);
		for (int slot = 4; slot < SLOTS; slot++)
			ck_assert(make(slot));
		asks(1 + i / 4 % 3, "ae", 'b');
		asks(1, "eaf", 'c');
		asks(2, "eg", 'f');
		asks(1, "bfg", 'h');
		asks(3, "h", 'd');
	}
}

START_TEST(a_million_locks_leave_what_a_thousand_leave)
{
	size_t bytes;
	unsigned facts;

	short_lives(1000);
	bytes = arena.bytes + tables.bytes;
	facts = facts_count;
	short_lives(1000000);
	ck_assert_uint_eq(arena.bytes + tables.bytes, bytes);
	ck_assert_uint_eq(facts_count, facts);
	ck_assert_uint_eq(records_count, 0);
	ck_assert_int_eq(order_check_invariants(set.order), 0);
	/* What was done with them before is not forgotten of those that stayed: a -> b is known, by three threads. */
	for (int slot = 4; slot < SLOTS; slot++)
		retire(slot);
	asks(4, "b", 'a');
	ck_assert_uint_eq(records_count, 2);
	ck_assert_uint_eq(records[0].witness_count + records[1].witness_count, 4);
	ck_assert_uint_eq(errors(), 1);
	retire_all();
}
END_TEST

/* A thread of that number, with a note of itself and one of a segment, nests two locks that do not outlive it. */
static void short_thread(uint32_t thread)
{
	struct fact_thread fact = {.head = {.size = sizeof(fact), .kind = FACT_THREAD}, .id = thread};

	ck_assert(note_add(&set.notes, thread, 0, &fact.head) && note_add(&set.notes, thread, 1, &fact.head));
	asks(thread, "g", 'h');
	asks(thread, "ag", 'b');
	dependency_drop_notes(&set, thread, 1);
	ck_assert(dependency_has_witness(&set, thread));
	for (int slot = 6; slot < SLOTS; slot++)
		retire(slot);
	for (int slot = 6; slot < SLOTS; slot++)
		ck_assert(make(slot));
}

START_TEST(threads_that_end_with_their_locks_leave_no_notes)
{
	size_t bytes = 0;

	/* Those that stay: as many as a dependency keeps. */
	for (uint32_t thread = 1; thread <= 200000; thread++) {
		short_thread(thread);
		bytes = thread == 1000 ? arena.bytes + tables.bytes : bytes;
		if (thread > DEPENDENCY_WITNESSES)
			ck_assert(!dependency_has_witness(&set, thread));
	}
	ck_assert_uint_eq(arena.bytes + tables.bytes, bytes);
	ck_assert_uint_eq(HASH_CNT(hh, set.notes.notes), 2 * DEPENDENCY_WITNESSES);
}
END_TEST

/* ---- every allocation failed once ---- */

static bool all_there(const struct wish *wish)
{
	bool there = alive[wish->wanted] != NULL;

	for (int i = 0; i < wish->count; i++)
		there &= alive[wish->held[i]] != NULL;
	return there;
}

/* A life in which the memory ends where `failing` says, `used` bytes earlier. Returns whether all of it found memory. */
static bool live(struct failing *failing, size_t used)
{
	unsigned seed = 20;
	bool whole;

	teardown();
	begin(failing);
	whole = arena_alloc(&arena, used) && arena_alloc(&tables, used) && dependencies_init(&set, &arena, &sink, &header, 1);
	for (int slot = 0; slot < SLOTS && whole; slot++)
		whole = make(slot);
	for (uint32_t number = 0; number < 1500 && set.order; number++) {
		struct wish wish = random_wish(&seed, true, number);

		if (number % 7 == 0 && alive[wish.wanted])
			retire(wish.wanted);
		if (!alive[wish.wanted])
			whole &= make(wish.wanted);
		if (all_there(&wish))
			whole &= ask(&wish) != DEPENDENCY_NO_MEMORY;
		if (number % 50 == 0)
			ck_assert_int_eq(order_check_invariants(set.order), 0);
	}
	if (set.order)
		retire_all();
	return whole && header.limits[LIMIT_LOST_MEMORY] == 0;
}

START_TEST(every_allocation_may_fail_and_what_comes_after_is_found)
{
	long calls = 1;

	/* Memory comes in blocks of 64 KiB: where in a block the first one ends decides what is the first that finds none. */
	for (bool whole = false; !whole; calls++) {
		for (size_t used = 16; used <= 16384; used += 208) {
			struct failing failing = {.left = calls};

			memset(&set, 0, sizeof(set));
			whole = live(&failing, used);
			failing.left = -1;
			if (!set.order)
				continue;
			records_count = 0;
			ck_assert(make(0) && make(1));
			asks(1, "a", 'b');
			asks(2, "b", 'a');
			ck_assert_uint_eq(records_count, 2);
		}
	}
	ck_assert_int_gt(calls, 4);
}
END_TEST

/* ---- rings that look alike ---- */

static void setup_alike(void)
{
	setup();
	set.copies = ALIKE_COPIES;
}

static void renew_all(const char *which)
{
	for (; *which; which++) {
		retire(*which - 'a');
		ck_assert(make(*which - 'a'));
	}
}

static uint64_t not_written(void)
{
	return atomic_load(&header.limits[LIMIT_ALIKE]);
}

START_TEST(of_rings_that_look_alike_eight_are_written)
{
	size_t bytes = 0;

	for (int i = 0; i < 100000; i++) {
		asks(1, "a", 'b');
		asks(1, "b", 'a');
		renew_all("ab");
		bytes = i == 1000 ? arena.bytes + tables.bytes : bytes;
	}
	ck_assert_uint_eq(records_count, 2 * ALIKE_COPIES);
	ck_assert_uint_eq(not_written(), 2 * (100000 - ALIKE_COPIES));
	ck_assert_uint_eq(arena.bytes + tables.bytes, bytes);
	ck_assert_uint_eq(errors(), 0);
}
END_TEST

/* A harmless ring, a hundred times; the last of them lives. */
static void hundred_rings(uint32_t first, const char *one, uint32_t second, const char *other)
{
	for (int i = 0; i < 100; i++) {
		renew_all("abgh");
		asks(first, one, 'b');
		asks(second, other, 'a');
	}
	ck_assert_uint_eq(records_count, 2 * ALIKE_COPIES);
	ck_assert_uint_eq(errors(), 0);
}

START_TEST(one_more_thread_in_one_of_them_is_seen)
{
	hundred_rings(1, "a", 1, "b");
	asks(2, "b", 'a');
	ck_assert_uint_eq(records_count, 2 * ALIKE_COPIES + 2);
	ck_assert_uint_eq(not_written(), 2 * (100 - ALIKE_COPIES - 1));
	ck_assert_uint_eq(errors(), 1);
}
END_TEST

START_TEST(other_threads_in_the_same_parts_are_not)
{
	hundred_rings(1, "a", 1, "b");
	renew_all("ab");
	asks(2, "a", 'b');
	asks(2, "b", 'a');
	ck_assert_uint_eq(records_count, 2 * ALIKE_COPIES);
}
END_TEST

START_TEST(two_threads_are_not_one_in_two_segments)
{
	for (int i = 0; i < 20; i++) {
		renew_all("ab");
		asks_in(1, 1, "a", 'b');
		asks_in(1, 2, "b", 'a');
	}
	ck_assert_uint_eq(records_count, 2 * ALIKE_COPIES);
	ck_assert_uint_eq(errors(), 0);
	renew_all("ab");
	asks_in(1, 1, "a", 'b');
	asks_in(2, 2, "b", 'a');
	ck_assert_uint_eq(errors(), 1);
}
END_TEST

START_TEST(a_gate_that_is_missing_once_is_seen)
{
	hundred_rings(1, "ga", 2, "gb");
	renew_all("abg");
	asks(1, "ga", 'b');
	asks(2, "b", 'a');
	ck_assert_uint_eq(records_count, 2 * ALIKE_COPIES + 2);
	ck_assert_uint_eq(errors(), 1);
}
END_TEST

START_TEST(two_gates_of_one_class_are_no_gate)
{
	hundred_rings(1, "ga", 2, "gb");
	renew_all("abgh");
	alive[7]->class = alive[6]->class;
	asks(1, "ga", 'b');
	asks(2, "hb", 'a');
	ck_assert_uint_eq(records_count, 2 * ALIKE_COPIES + 2);
	ck_assert_uint_eq(errors(), 1);
}
END_TEST

/* Thread 1, up to this segment, is over before thread 2 begins. */
static void note_order(uint32_t thread, uint32_t until, enum order_event event)
{
	union {
		struct fact_segment fact;
		char room[sizeof(struct fact_segment) + sizeof(struct fact_before)];
	} u = {.fact = {.head = {.size = sizeof(u), .kind = FACT_SEGMENT}, .thread = thread, .segment = 1, .count = 1}};

	u.fact.before[0] = (struct fact_before){.thread = 1, .segment = until, .event = event};
	note_drop(&set.notes, note_find(&set.notes, thread, 1));
	ck_assert_ptr_nonnull(note_add(&set.notes, thread, 1, &u.fact.head));
}

/* A ring of threads 1 and `second`; how many dependencies of it are written. */
static unsigned ring_with(uint32_t second)
{
	unsigned before = records_count;

	renew_all("ab");
	asks(1, "a", 'b');
	asks(second, "b", 'a');
	return records_count - before;
}

START_TEST(what_orders_them_tells_rings_apart)
{
	for (uint32_t thread = 2; thread < 30; thread++)
		note_order(thread, thread < 20, EVENT_JOIN);
	for (uint32_t thread = 2; thread < 12; thread++)
		ck_assert_uint_eq(ring_with(thread), thread < 2 + ALIKE_COPIES ? 2 : 0);
	note_order(30, 1, EVENT_SEMAPHORE);
	ck_assert_uint_eq(ring_with(30), 2);
	ck_assert_uint_eq(ring_with(12), 0);
	ck_assert_uint_eq(ring_with(20), 2);
	ck_assert_uint_eq(ring_with(31), 2);
	ck_assert_uint_eq(ring_with(13), 0);
}
END_TEST

START_TEST(what_a_gate_that_is_gone_leaves_of_locks_nobody_knows_is_kept)
{
	hundred_rings(1, "ga", 2, "gb");
	retire(6);
	asks(2, "b", 'a');
	ck_assert_uint_eq(errors(), 1);
}
END_TEST

START_TEST(what_a_gate_that_is_gone_leaves_of_locks_that_have_become_known_is_written)
{
	hundred_rings(1, "ga", 1, "gb");
	asks(1, "abc", 'd');
	asks(1, "abd", 'c');
	ck_assert_uint_eq(records_count, 2 * ALIKE_COPIES + 2);
	retire(6);
	ck_assert_uint_eq(records_count, 2 * ALIKE_COPIES + 4);
	asks(2, "b", 'a');
	ck_assert_uint_eq(errors(), 1);
}
END_TEST

START_TEST(what_a_gate_that_is_gone_leaves_of_locks_that_are_known_was_written_of_the_same)
{
	unsigned written = 0;

	for (int i = 0; i < 1000; i++) {
		asks(1, "ga", 'b');
		asks(1, "gb", 'a');
		renew_all("g");
		written = i == 100 ? records_count : written;
	}
	ck_assert_uint_le(written, 5 * ALIKE_COPIES);
	ck_assert_uint_eq(records_count, written);
	ck_assert_uint_eq(errors(), 0);
	asks(2, "b", 'a');
	ck_assert_uint_ge(errors(), 1);
	retire_all();
}
END_TEST

START_TEST(what_was_done_under_gates_that_are_gone_is_the_other_side_of_what_another_thread_does)
{
	for (int i = 0; i < 100; i++) {
		asks(1, "ga", 'b');
		asks(1, "gb", 'a');
		renew_all("g");
	}
	ck_assert_uint_eq(errors(), 0);
	/* Of thread 2 alone it is no ring either, but it is the other side of what thread 1 did under other gates. */
	asks(2, "ga", 'b');
	ck_assert_uint_gt(errors(), 0);
}
END_TEST

START_TEST(a_ring_too_large_to_compare_is_written_each_time)
{
	for (int i = 0; i < 20; i++) {
		unsigned before = records_count;

		/* Through h there are two rings, of eight locks and of nine: c again, at another place. */
		for (char wants = 'a'; wants < 'h'; wants++)
			asks(1, (char[]){wants, 0}, (char)(wants + 1));
		asks(1, "h", 'a');
		ck_assert_uint_eq(records_count - before, i < ALIKE_COPIES ? 8 : 0);
		renew_all("abcdefgh");
	}
	for (int i = 0; i < 20; i++) {
		unsigned before = records_count;

		for (uint32_t stack = 1; stack <= 40; stack++) {
			struct wish wish = {.thread = 1, .segment = 1, .stack = stack, .wanted = 1, .count = 1};

			ask(&wish);
		}
		asks(1, "b", 'a');
		ck_assert_uint_eq(records_count - before, 41);
		renew_all("ab");
	}
}
END_TEST

START_TEST(what_other_processes_share_is_written_each_time)
{
	alive[0]->class->key.lock_flags = LOCK_PROCESS_SHARED;
	for (int i = 0; i < 20; i++) {
		asks(1, "a", 'b');
		asks(1, "b", 'a');
		renew_all("b");
	}
	ck_assert_uint_eq(records_count, 40);
}
END_TEST

/* ---- the second model again: what is not written looks like something that is ---- */

/* Does the cycle look like that ring, from link `at` on: the same places, of the same slots? */
static bool looks_like(const struct cycle *cycle, uint32_t at, const struct request *const *ring)
{
	for (uint32_t i = 0; i < cycle->length; i++) {
		uint32_t link = (at + i) % cycle->length;
		const struct held_set *what = &records[cycle->links[link].dependency].what;

		if (what->stack != ring[i]->what.stack || what->mode != ring[i]->what.mode || what->how != ring[i]->what.how ||
		    places[what->lock] != places[ring[i]->what.lock])
			return false;
	}
	return true;
}

static bool is_told(const struct cycles_result *result, uint32_t length, const struct request *const *ring)
{
	for (const struct cycle *cycle = result->cycles; cycle; cycle = cycle->next)
		for (uint32_t at = 0; at < length && cycle->length == length && cycle->rule == RULE_LOCK_ORDER_CYCLE; at++)
			if (looks_like(cycle, at, ring))
				return true;
	return false;
}

/* Is every error that the cycle stage found one? */
static bool no_wolf(const struct cycles_result *result)
{
	for (const struct cycle *cycle = result->cycles; cycle; cycle = cycle->next)
		if (cycle->length == 2 && cycle->rule == RULE_LOCK_ORDER_CYCLE &&
		    !possible(lock_of(cycle, 0), lock_of(cycle, 1), 0, UINT64_MAX))
			return false;
	return true;
}

static unsigned told;

/* Every ring that could be a deadlock, and of three locks those whose links came while all of them lived. */
static bool all_told(const struct cycles_result *result)
{
	const struct request *stop = history + history_count, *x, *y, *z;

	for (x = history; x < stop; x++)
		for (y = history; y < stop; y++)
			for (z = history; z < stop && waits_for(x, y); z++) {
				uint64_t until = first_gone(x->what.lock, y->what.lock, z->what.lock);
				const struct request *const ring[] = {x, y, z};

				if (z == y && is_ring(x, y, x)) {
					told++;
					if (!is_told(result, 2, ring))
						return false;
				} else if (x->when < until && y->when < until && z->when < until && x->what.lock != y->what.lock &&
					   y->what.lock != z->what.lock && z->what.lock != x->what.lock && !waits_for(y, x) &&
					   !waits_for(z, y) && !waits_for(x, z) && is_ring(x, y, z) && !is_told(result, 3, ring)) {
					return false;
				}
			}
	return true;
}

/* A piece of code that takes locks one after the other, and another that takes them in another order. */
static void random_code(unsigned *seed, struct wish *code)
{
	code[0] = random_wish(seed, false, 0);
	code[1] = random_wish(seed, false, 0);
	code[0].how = code[1].how = LOCK_BLOCKING;
	if (random_below(seed, 4) == 0)
		return;
	/* The very same locks, turned by one: perhaps with a gate in front. */
	code[1] = code[0];
	code[1].wanted = code[0].held[code[0].count - 1];
	code[1].held[code[0].count - 1] = code[0].wanted;
}

static void random_request(unsigned *seed, const struct wish *place, uint32_t number)
{
	struct wish wish = *place;

	wish.thread = 1 + (uint32_t)random_below(seed, 5) / 3;
	history[history_count++] = (struct request){.what = as_facts(&wish), .thread = wish.thread, .when = number};
	ck_assert_int_eq(ask(&wish), DEPENDENCY_OPEN);
	ck_assert_int_eq(order_check_invariants(set.order), 0);
}

static void random_renewals(unsigned *seed, const struct wish *place, uint32_t number)
{
	for (int slot = 0; slot < SLOTS; slot++) {
		bool used = slot == place->wanted;

		for (int i = 0; i < place->count; i++)
			used |= slot == place->held[i];
		if (!used || random_below(seed, 8) == 0)
			continue;
		gone[alive[slot]->id] = number;
		renew_all((char[]){(char)('a' + slot), 0});
	}
}

/* Two such, gone through again and again, by any thread, with locks that come and go. */
static void random_repetition(unsigned *seed)
{
	struct wish code[2][2];

	random_code(seed, code[0]);
	random_code(seed, code[1]);
	for (uint32_t number = 0; history_count + 4 < STEPS;) {
		const struct wish *piece = code[random_below(seed, 2)];

		for (int i = random_below(seed, 8) == 0; i < 2; i++)
			random_request(seed, &piece[i], number++);
		random_renewals(seed, &piece[random_below(seed, 2)], number);
	}
}

START_TEST(what_is_not_written_looks_like_what_is)
{
	unsigned seed = (unsigned)time(NULL) * 41 + (unsigned)_i;
	uint64_t left = 0;

	seed = getenv("SEED") ? (unsigned)strtoul(getenv("SEED"), NULL, 10) : seed;
	printf("alike model: seed %u\n", seed);
	fflush(stdout);
	told = 0;
	for (int round = 0; round < 2000; round++) {
		struct arena memory = test_arena(NULL);
		struct cycles_result result;

		teardown();
		setup();
		set.copies = 2;
		model_begin();
		random_repetition(&seed);
		result = judge(&memory);
		ck_assert(!result.bounded && !undescribed);
		ck_assert(no_wolf(&result));
		ck_assert(all_told(&result));
		arena_fini(&memory);
		left += not_written();
	}
	ck_assert_uint_gt(left, 1000);
	ck_assert_uint_gt(told, 1000);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("retirement");
	TCase *tests = tcase_create("retirement"), *alike = tcase_create("alike");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tests, 120);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_loop_test(tests, random_lives_agree_with_both_models, 0, 3);
	tcase_add_loop_test(tests, random_lives_of_requests_that_all_differ_agree_exactly, 0, 3);
	tcase_add_test(tests, a_path_through_a_lock_that_is_gone_closes_no_ring);
	tcase_add_test(tests, a_lock_in_the_place_of_one_that_is_gone_is_another_one);
	tcase_add_test(tests, a_ring_among_those_held_with_a_lock_that_is_gone_is_found);
	tcase_add_test(tests, requests_that_become_one_have_the_witnesses_of_both);
	tcase_add_test(tests, a_gate_that_is_gone_still_gates);
	tcase_add_test(tests, a_lock_that_is_gone_and_that_one_side_held_gates_nothing);
	tcase_add_test(tests, a_gate_that_is_gone_gates_nothing_that_was_done_without_it_too);
	tcase_add_test(tests, what_was_written_with_a_lock_that_is_gone_is_another_one_without_it);
	tcase_add_test(tests, what_is_left_of_a_ring_stays_one);
	tcase_add_test(tests, a_lock_that_no_graph_knows_only_leaves_the_table);
	tcase_add_test(tests, a_million_locks_leave_what_a_thousand_leave);
	tcase_add_test(tests, threads_that_end_with_their_locks_leave_no_notes);
	tcase_add_test(tests, every_allocation_may_fail_and_what_comes_after_is_found);
	suite_add_tcase(suite, tests);
	tcase_set_timeout(alike, 120);
	tcase_add_checked_fixture(alike, setup_alike, teardown);
	tcase_add_test(alike, of_rings_that_look_alike_eight_are_written);
	tcase_add_test(alike, one_more_thread_in_one_of_them_is_seen);
	tcase_add_test(alike, other_threads_in_the_same_parts_are_not);
	tcase_add_test(alike, two_threads_are_not_one_in_two_segments);
	tcase_add_test(alike, a_gate_that_is_missing_once_is_seen);
	tcase_add_test(alike, two_gates_of_one_class_are_no_gate);
	tcase_add_test(alike, what_orders_them_tells_rings_apart);
	tcase_add_test(alike, what_a_gate_that_is_gone_leaves_of_locks_nobody_knows_is_kept);
	tcase_add_test(alike, what_a_gate_that_is_gone_leaves_of_locks_that_have_become_known_is_written);
	tcase_add_test(alike, what_a_gate_that_is_gone_leaves_of_locks_that_are_known_was_written_of_the_same);
	tcase_add_test(alike, what_was_done_under_gates_that_are_gone_is_the_other_side_of_what_another_thread_does);
	tcase_add_test(alike, a_ring_too_large_to_compare_is_written_each_time);
	tcase_add_test(alike, what_other_processes_share_is_written_each_time);
	tcase_add_loop_test(alike, what_is_not_written_looks_like_what_is, 0, 2);
	suite_add_tcase(suite, alike);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
