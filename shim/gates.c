/* gates.c: see gates.h. */
#include "gates.h"

#include "events.h"
#include "graph/hash.h"

static bool is_known(const struct held *held)
{
	return held->lock && !(held->flags & HELD_UNKNOWN);
}

/* A number for this hold, when it has none yet. */
static void number_hold(struct held *held)
{
	if (held->flags & HELD_GATE)
		return;
	held->hold = ++process->holds;
	held->flags |= HELD_GATE;
}

void gates_created(struct self *creator, struct thread_info *child)
{
	uint32_t depth = creator->attached->depth;

	if (depth == 0)
		return;
	child->gates = arena_alloc(&process->arena, depth * sizeof(*child->gates));
	if (!child->gates) {
		event_missing();
		return;
	}
	child->gates_room = depth;
	for (uint32_t i = 0; i < depth; i++) {
		struct held *held = self_held(creator, i);

		if (!is_known(held))
			continue;
		number_hold(held);
		child->gates[child->gates_count++] = (struct gate){held->lock, held->hold, held->mode};
		child->under = hash_mix(child->under, held->lock);
	}
}

static bool still_holds(struct self *self, const struct gate *gate)
{
	for (uint32_t i = 0; i < self->attached->depth; i++) {
		const struct held *held = self_held(self, i);

		if (is_known(held) && (held->flags & HELD_GATE) && held->hold == gate->hold)
			return true;
	}
	return false;
}

void gates_joined(struct self *joiner, const struct thread_info *child)
{
	uint32_t kept = 0;

	if (child->gates_count == 0 || child->parent != joiner->info->id)
		return;
	for (uint32_t i = 0; i < child->gates_count; i++)
		if (still_holds(joiner, &child->gates[i]))
			child->gates[kept++] = child->gates[i];
	if (kept)
		event_gates(child->id, child->gates, kept);
}

void gates_free(struct thread_info *info)
{
	arena_free(&process->arena, info->gates, info->gates_room * sizeof(*info->gates));
}
