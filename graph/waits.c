/* waits.c: see waits.h. */
#include "waits.h"

#include <string.h>

/* Does a lock that is held in one mode keep away who wants it in the other? */
static bool conflict(uint8_t held, uint8_t wanted)
{
	if (held == WAITS_QUEUED)
		return wanted == LOCK_SHARED;
	return held == LOCK_EXCLUSIVE || wanted == LOCK_EXCLUSIVE;
}

int waits_blocked_by(const struct waits_thread *waiter, const struct waits_thread *holder)
{
	for (uint32_t i = 0; waiter->wants && i < holder->held_count; i++)
		if (holder->held[i].lock == waiter->wants && conflict(holder->held[i].mode, waiter->mode))
			return (int)i;
	return -1;
}

static bool waits(const struct waits_thread *thread, bool soft)
{
	return thread->wants && (soft || !thread->soft);
}

size_t waits_find_ring(const struct waits_thread *threads, size_t count, size_t from, bool soft, uint32_t *ring, uint32_t *next,
		       uint8_t *seen)
{
	size_t depth = 1;

	if (!waits(&threads[from], soft))
		return 0;
	memset(seen, 0, count);
	ring[0] = (uint32_t)from;
	next[0] = 0;
	while (depth) {
		const struct waits_thread *waiter = &threads[ring[depth - 1]];
		uint32_t other = next[depth - 1]++;

		if (other == count) {
			depth--;
			continue;
		}
		if (other == ring[depth - 1] || waits_blocked_by(waiter, &threads[other]) < 0)
			continue;
		if (other == from)
			return depth;
		if (seen[other] || !waits(&threads[other], soft))
			continue;
		seen[other] = 1;
		ring[depth] = other;
		next[depth++] = 0;
	}
	return 0;
}
