/*
 * jump.c: non-local exits: the longjmp family, and C++ exceptions (INTERPOSITION section 6).
 *
 * A held lock whose frame lies below the frame that the jump lands in was jumped over. Whether that is a leak is not known yet: a helper
 * that had returned with the lock held looks the same. So the jump is only remembered, as the cause, and the finding is made when the
 * consequence shows: the thread ends, asks for the lock again, or waits for a condition or a thread although the very function that took
 * the lock was still running at the jump, and so is gone for good.
 */
#include "jump.h"

#include "held.h"
#include "real.h"

/* A walk over the frames that a jump or throw is about to leave. */
struct walk {
	struct self *self;
	uint64_t inner_pc; /* the frame before this one */
	uint64_t top;	   /* the highest stack pointer seen */
};

/* Marks the held locks whose taker is this frame: the function that made the locking call, still running. */
static void mark_active(struct self *self, uint64_t cfa, uint64_t pc)
{
	for (uint32_t i = 0; i < self->attached->depth; i++) {
		struct held *held = self_held(self, i);

		/* The memo knows the CFA of the function that made the call; one that was replaced since makes no proof. */
		if (stack_taker(self, (struct site){held->caller, held->sp}) == cfa && stack_function(held->caller) == stack_function(pc))
			held->flags |= HELD_TAKER_ACTIVE;
	}
}

static bool visit(void *ctx, uint64_t pc, uint64_t sp, bool interrupted)
{
	struct walk *walk = ctx;

	(void)interrupted;
	/* The stack pointer of a frame at its call is the CFA of the frame that it called. */
	if (walk->inner_pc)
		mark_active(walk->self, sp, walk->inner_pc);
	walk->inner_pc = pc;
	walk->top = sp;
	return true;
}

static uint64_t walk_stack(struct self *self)
{
	struct walk walk = {.self = self};

	for (uint32_t i = 0; i < self->attached->depth; i++)
		self_held(self, i)->flags &= (uint8_t)~HELD_TAKER_ACTIVE;
	stack_walk(visit, &walk);
	return walk.top;
}

/* Remembers the jump as the cause at every held lock whose frame lies in [from, to). */
static void jumped_over(struct self *self, uint64_t from, uint64_t to, enum lock_cause cause, uint32_t stack)
{
	for (uint32_t i = 0; i < self->attached->depth; i++) {
		struct held *held = self_held(self, i);

		if (held->sp < from || held->sp >= to || held->cause)
			continue;
		if (cause == CAUSE_EXCEPTION && (held->flags & HELD_SCOPED)) {
			held_let_go(self, i--);
			continue;
		}
		held->cause = cause;
		held->jump_stack = stack;
		if ((held->flags & HELD_TAKER_ACTIVE) && self->jumped < UINT8_MAX)
			self->jumped++;
	}
}

/* How far below the jump's own frame a helper that took a lock and returned may have run. */
#define HELPER_REACH (256u << 10)

static void jump(const struct __jmp_buf_tag *target, struct site site)
{
	uint64_t to = jump_target_sp(target);
	struct self *self = self_current;

	real_ready();
	/* Out of a signal handler that interrupted gridlock: what it was doing will never be finished. */
	if (self->busy && to > self->busy_sp) {
		if (self->locked)
			state_off("a signal handler jumped out of gridlock");
		else
			self_leave(self);
		return;
	}
	if (!self->attached || self->attached->depth == 0 || !self_enter())
		return;
	/* A jump to another stack (coroutines) leaves nothing: the walk does not reach its target. */
	if (to > site.sp && walk_stack(self) >= to)
		jumped_over(self, site.sp - HELPER_REACH, to, CAUSE_LONGJMP, stack_capture(self, site)->stack);
	self_leave(self);
}

EXPORT void longjmp(struct __jmp_buf_tag target[1], int value)
{
	jump(target, SITE);
	real.longjmp(target, value);
}

EXPORT void _longjmp(struct __jmp_buf_tag target[1], int value)
{
	jump(target, SITE);
	real._longjmp(target, value);
}

EXPORT void siglongjmp(sigjmp_buf target, int value)
{
	jump(target, SITE);
	real.siglongjmp(target, value);
}

EXPORT void __longjmp_chk(struct __jmp_buf_tag target[1], int value)
{
	jump(target, SITE);
	real.__longjmp_chk(target, value);
}

/* ---- C++ ---- */

static void thrown(struct site site)
{
	struct self *self = self_current;

	if (!self->attached || self->attached->depth == 0 || !self_enter())
		return;
	self->throw_top = walk_stack(self);
	self->throw_stack = stack_capture(self, site)->stack;
	self_leave(self);
}

/* Destructors have run by now, and unlocked what they guard; what is still held below the catching frame was left locked. */
static void caught(struct site site)
{
	struct self *self = self_current;

	if (!self->attached || self->attached->depth == 0 || !self->throw_top || !self_enter())
		return;
	if (site.sp <= self->throw_top)
		jumped_over(self, site.sp - (16u << 20), site.sp, CAUSE_EXCEPTION, self->throw_stack);
	self->throw_top = 0;
	self_leave(self);
}

EXPORT void __cxa_throw(void *object, void *type, void (*destructor)(void *))
{
	struct site site = SITE;

	real_other((void **)&real.__cxa_throw, "__cxa_throw", site.caller);
	thrown(site);
	real.__cxa_throw(object, type, destructor);
	__builtin_unreachable();
}

EXPORT void __cxa_rethrow(void)
{
	struct site site = SITE;

	real_other((void **)&real.__cxa_rethrow, "__cxa_rethrow", site.caller);
	thrown(site);
	real.__cxa_rethrow();
	__builtin_unreachable();
}

EXPORT void *__cxa_begin_catch(void *exception)
{
	struct site site = SITE;

	real_other((void **)&real.__cxa_begin_catch, "__cxa_begin_catch", site.caller);
	caught(site);
	return real.__cxa_begin_catch(exception);
}
