/* stack.c: see stack.h. */
#include "stack.h"

#include <dlfcn.h>
#include <string.h>
#include <unwind.h>

#include "graph/hash.h"
#include "module.h"
#include "objects.h"
#include "sink.h"

static __typeof__(&_Unwind_Backtrace) unwind_backtrace;
static __typeof__(&_Unwind_GetIPInfo) unwind_ip;
static __typeof__(&_Unwind_GetCFA) unwind_cfa;
static __typeof__(&_Unwind_FindEnclosingFunction) unwind_function;

struct stack_entry {
	uint64_t hash;
	uint32_t id;
	UT_hash_handle hh;
};
static struct stack_entry *stacks; /* by the hash of their frames; in `tables`: numbers stay true across a fork */

void stack_init(void)
{
	void *libgcc = dlopen("libgcc_s.so.1", RTLD_LAZY | RTLD_LOCAL);

	if (!libgcc)
		return;
	unwind_ip = (__typeof__(unwind_ip))dlsym(libgcc, "_Unwind_GetIPInfo");
	unwind_cfa = (__typeof__(unwind_cfa))dlsym(libgcc, "_Unwind_GetCFA");
	unwind_function = (__typeof__(unwind_function))dlsym(libgcc, "_Unwind_FindEnclosingFunction");
	if (unwind_ip && unwind_cfa && unwind_function)
		unwind_backtrace = (__typeof__(unwind_backtrace))dlsym(libgcc, "_Unwind_Backtrace");
}

/* ---- walking ---- */

struct visitor {
	bool (*visit)(void *ctx, uint64_t pc, uint64_t sp);
	void *ctx;
};

static _Unwind_Reason_Code visit_frame(struct _Unwind_Context *context, void *argument)
{
	struct visitor *visitor = argument;
	int before_instruction = 0;
	uint64_t pc = unwind_ip(context, &before_instruction);

	if (pc == 0)
		return _URC_END_OF_STACK;
	if (module_is_own(pc))
		return _URC_NO_REASON;
	/* A return address lies behind its call, and readers look at pc - 1. In a frame that a signal interrupted pc is exact. */
	if (!visitor->visit(visitor->ctx, pc + (before_instruction != 0), unwind_cfa(context)))
		return _URC_END_OF_STACK;
	return _URC_NO_REASON;
}

void stack_walk(bool (*visit)(void *ctx, uint64_t pc, uint64_t sp), void *ctx)
{
	struct visitor visitor = {visit, ctx};

	if (unwind_backtrace)
		unwind_backtrace(visit_frame, &visitor);
}

uint64_t stack_function(uint64_t pc)
{
	return unwind_function ? (uintptr_t)unwind_function((void *)(uintptr_t)(pc - 1)) : 0;
}

/* ---- capturing ---- */

struct capture {
	struct self *self;
	uint64_t taker;
	bool cut;
};

static bool capture_frame(void *ctx, uint64_t pc, uint64_t sp)
{
	struct capture *capture = ctx;
	struct fact_stack *stack = &capture->self->scratch;

	/* The stack pointer of the second frame is the CFA of the first. */
	if (stack->count == 1)
		capture->taker = sp;
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
	if (!entry)
		return 0;
	entry->hash = hash;
	HASH_ADD(hh, stacks, hash, sizeof(entry->hash), entry);
	if (!hash_added(entry)) {
		arena_free(arena, entry, sizeof(*entry));
		return 0;
	}
	entry->id = atomic_fetch_add_explicit(&sink_header->next_stack, 1, memory_order_relaxed);
	stack->id = entry->id;
	stack->head = (struct fact){.size = sizeof(*stack) + stack->count * sizeof(frame_t), .kind = FACT_STACK};
	sink_append(&stack->head);
	return entry->id;
}

const struct memo *stack_capture(struct self *self, struct site site)
{
	struct memo *memo = stack_memo(self, site);
	struct capture capture = {.self = self};
	uint32_t id;

	if (memo->caller == site.caller && memo->sp == site.sp)
		return memo;
	self->scratch.count = 0;
	stack_walk(capture_frame, &capture);
	if (self->scratch.count == 0) {
		objects_meet(site.caller);
		self->scratch.frames[self->scratch.count++] = site.caller;
	}
	if (capture.cut)
		sink_limit(LIMIT_FRAMES);
	if (!state_lock(self))
		id = 0;
	else {
		id = stack_intern(self);
		state_unlock(self);
	}
	/* A signal handler of this thread passes through while we are here, so nobody sees the entry half written. */
	*memo = (struct memo){.caller = site.caller, .sp = site.sp, .taker = capture.taker, .stack = id};
	return memo;
}

SLOW const struct memo *stack_capture_from_fast(struct self *self, struct site site)
{
	static const struct memo none;
	const struct memo *memo;

	if (!self_enter())
		return &none;
	memo = stack_capture(self, site);
	self_leave(self);
	return memo;
}
