/* stack.c: see stack.h. */
#include "stack.h"

#include <string.h>

#include "graph/hash.h"
#include "module.h"
#include "objects.h"
#include "signal.h"
#include "sink.h"
#include "steer.h"
#include "unwinder.h"

static struct unwinder unwinder; /* none: without a backtrace */

struct stack_entry {
	uint64_t hash;
	uint32_t id;
	UT_hash_handle hh;
};
static struct stack_entry *stacks; /* by the hash of their frames; in `tables`: numbers stay true across a fork */

void stack_init(void)
{
	if (!unwinder_find(&unwinder) || !objects_keep((uintptr_t)unwinder.backtrace))
		unwinder = (struct unwinder){0};
}

/* ---- walking ---- */

struct visitor {
	bool (*visit)(void *ctx, uint64_t pc, uint64_t sp, bool interrupted);
	void *ctx;
};

static _Unwind_Reason_Code visit_frame(struct _Unwind_Context *context, void *argument)
{
	struct visitor *visitor = argument;
	int before_instruction = 0;
	uint64_t pc = unwinder.ip(context, &before_instruction);

	if (pc == 0)
		return _URC_END_OF_STACK;
	if (module_is_own(pc))
		return _URC_NO_REASON;
	/* A return address lies behind its call, and readers look at pc - 1. In a frame that a signal interrupted pc is exact. */
	if (!visitor->visit(visitor->ctx, pc + (before_instruction != 0), unwinder.cfa(context), before_instruction != 0))
		return _URC_END_OF_STACK;
	return _URC_NO_REASON;
}

void stack_walk(bool (*visit)(void *ctx, uint64_t pc, uint64_t sp, bool interrupted), void *ctx)
{
	struct visitor visitor = {visit, ctx};

	if (unwinder.backtrace)
		unwinder.backtrace(visit_frame, &visitor);
}

uint64_t stack_function(uint64_t pc)
{
	return unwinder.function ? (uintptr_t)unwinder.function((void *)(uintptr_t)(pc - 1)) : 0;
}

/* ---- capturing ---- */

struct capture {
	struct self *self;
	uint64_t taker, above; /* CFAs of the calling function, and of its caller */
	uint64_t handler;      /* where the signal handler goes on that it is inside of; 0: there is none */
	bool cut;
};

static bool capture_frame(void *ctx, uint64_t pc, uint64_t sp, bool interrupted)
{
	struct capture *capture = ctx;
	struct fact_stack *stack = &capture->self->scratch;

	/* The stack pointer of the second frame is the CFA of the first. */
	if (stack->count == 1)
		capture->taker = sp;
	if (stack->count == 2)
		capture->above = sp;
	/* The stack of a signal handler ends with it: what it interrupts is another thing each time. Between the two lies the frame that the kernel
	 * has made, which returns from the signal. */
	if (interrupted && stack->count >= 2) {
		stack->count--;
		capture->handler = stack->frames[stack->count - 1];
		return false;
	}
	if (stack->count == MAX_FRAMES) {
		capture->cut = true;
		return false;
	}
	stack->frames[stack->count++] = pc;
	return true;
}

/* The number of the stack in self->scratch, whose frames are plain addresses. Caller holds the lock. 0: no memory. */
static uint32_t stack_intern(struct self *self)
{
	struct arena *arena = &tables;
	struct fact_stack *stack = &self->scratch;
	struct stack_entry *entry;
	uint64_t hash = stack->count;

	for (uint32_t i = 0; i < stack->count; i++) {
		stack->frames[i] = module_frame(stack->frames[i]);
		hash = hash_mix(hash, stack->frames[i]);
	}
	HASH_FIND(hh, stacks, &hash, sizeof(hash), entry);
	if (entry)
		return entry->id;
	entry = arena_alloc(arena, sizeof(*entry));
	if (entry) {
		entry->hash = hash;
		HASH_ADD(hh, stacks, hash, sizeof(entry->hash), entry);
		if (!hash_added(entry)) {
			arena_free(arena, entry, sizeof(*entry));
			entry = NULL;
		}
	}
	if (!entry) {
		sink_limit(LIMIT_STACKS);
		return 0;
	}
	entry->id = atomic_fetch_add_explicit(&sink_header->next_stack, 1, memory_order_relaxed);
	stack->id = entry->id;
	stack->head = (struct fact){.size = sizeof(*stack) + stack->count * sizeof(frame_t), .kind = FACT_STACK};
	sink_append(&stack->head);
	steer_stack(entry->id, stack->frames, stack->count);
	return entry->id;
}

/* ---- the memo ---- */

static uint64_t word_at(uint64_t address)
{
	return *(const uint64_t *)(uintptr_t)address;
}

/* How far up a chain of frame pointers is believed: wrappers have small frames, and the words are in use. */
#define CHAIN_REACH  2048
#define CHAIN_LENGTH 5

/* The return addresses along the chain of frame pointers that begins in the frame below `taker`. */
static uint64_t chain_of(uint64_t taker)
{
	uint64_t hash = word_at(taker - 8), at = taker - 16;

	for (int i = 0; i < CHAIN_LENGTH; i++) {
		uint64_t next = word_at(at);

		if (next <= at || next - taker > CHAIN_REACH || (next & 7))
			break;
		hash = hash_mix(hash, word_at(next + 8));
		at = next;
	}
	return hash;
}

/* The second place of a call whose first place is `first`: by what lies above it now. */
static uint64_t second_key(const struct memo *first, uint64_t key)
{
	uint64_t above = first->key == key ? word_at(first->taker - 8) : chain_of(first->taker);

	return hash_mix(key, above);
}

/* Never the first one itself. */
static struct memo *second_place(struct self *self, const struct memo *first, uint64_t key2)
{
	struct memo *second = stack_memo(self, key2);

	return second != first ? second : &self->memo[(second - self->memo) ^ 1];
}

/* The entry of the call that is being made, or NULL; *place: where it belongs. */
static struct memo *memo_find(struct self *self, uint64_t key, struct memo **place)
{
	struct memo *first = stack_memo(self, key), *second;
	uint64_t key2;

	*place = first;
	if (first->key != key && first->key != (key ^ MEMO_FRAME_POINTERS))
		return NULL;
	if (first->key == key && word_at(first->taker - 8) == first->check)
		return first;
	key2 = second_key(first, key);
	second = second_place(self, first, key2);
	*place = second;
	return second->key == key2 ? second : NULL;
}

/* Does the frame whose CFA is `taker` begin with the frame pointer of the next one, whose CFA is `above`? */
static bool has_frame_pointer(uint64_t taker, uint64_t above)
{
	return above > taker && above - taker <= CHAIN_REACH && word_at(taker - 16) == above - 16;
}

/* Fills the place of a call in the memo; a call that goes to a second place has its first one filled already. */
static struct memo *memo_fill(struct self *self, struct memo *place, uint64_t key, const struct capture *capture, uint32_t id)
{
	struct memo *first = stack_memo(self, key);
	struct memo entry = {.key = key, .taker = capture->taker ? capture->taker : (uintptr_t)(&self->no_frame + 1), .stack = id};

	entry.check = word_at(entry.taker - 8);
	if (place == first) {
		bool chain = capture->taker && has_frame_pointer(capture->taker, capture->above);

		if (chain)
			entry.key ^= MEMO_FRAME_POINTERS;
		*first = entry;
		if (!chain)
			return first;
		/* The first place only tells where to look for the second one. */
		place = second_place(self, first, second_key(first, key));
	}
	entry.key = second_key(first, key);
	*place = entry;
	return place;
}

/* The push that follows is to take the slow path, and to look at its lock (held.c). */
static void look_next(struct self *self)
{
	if (!self->look)
		self->look_direct = self->direct;
	self->look = true;
	self->direct = 0;
}

/* A call inside of a signal handler has no place in the memo: that it is one is to be seen each time. */
static const struct memo *in_handler(struct self *self, uint64_t handler, uint32_t id)
{
	self->handler = stack_function(handler);
	self->signals = signal_handled_by(self->handler);
	self->handled = (struct memo){.taker = (uintptr_t)(&self->no_frame + 1), .stack = id};
	return &self->handled;
}

/* The live stack, into self->scratch. */
static void walk_here(struct capture *capture, struct site site)
{
	struct self *self = capture->self;

	self->scratch.count = 0;
	stack_walk(capture_frame, capture);
	if (self->scratch.count == 0)
		self->scratch.frames[self->scratch.count++] = site.caller;
}

static uint32_t intern_scratch(struct self *self)
{
	uint32_t id;

	if (!state_lock(self))
		return 0;
	id = stack_intern(self);
	state_unlock(self);
	return id;
}

bool stack_is_wrong(struct self *self, struct site site)
{
	struct memo *place, *memo = memo_find(self, stack_key(site), &place);
	struct capture capture = {.self = self};
	uint32_t id;

	if (!memo)
		return false;
	walk_here(&capture, site);
	id = intern_scratch(self);
	return id && id != memo->stack;
}

const struct memo *stack_capture(struct self *self, struct site site)
{
	uint64_t key = stack_key(site);
	struct memo *place, *memo = memo_find(self, key, &place);
	struct capture capture = {.self = self};
	uint32_t id;

	self->signals = 0;
	if (memo)
		return memo;
	look_next(self);
	walk_here(&capture, site);
	if (capture.cut)
		sink_limit(LIMIT_FRAMES);
	self->stats[STAT_UNWINDS]++;
	self->stats[STAT_FRAMES] += self->scratch.count;
	id = intern_scratch(self);
	if (capture.handler)
		return in_handler(self, capture.handler, id);
	/* A signal handler of this thread passes through while we are here, so nobody sees the entry half written. */
	return memo_fill(self, place, key, &capture, id);
}

SLOW const struct memo *stack_at_second(struct self *self, struct site site)
{
	static const struct memo none;
	struct memo *place;
	const struct memo *memo = memo_find(self, stack_key(site), &place);

	if (memo)
		return memo;
	if (!self_enter())
		return &none;
	memo = stack_capture(self, site);
	self_leave(self);
	return memo;
}

uint64_t stack_taker(struct self *self, struct site site)
{
	uint64_t key = stack_key(site);
	const struct memo *first = stack_memo(self, key);

	return first->key == key || first->key == (key ^ MEMO_FRAME_POINTERS) ? first->taker : 0;
}
