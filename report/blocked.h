/*
 * blocked.h: threads that wait, in words: a ring of them as a finding, and each as it is shown to people (findings.h, struct blocked).
 */
#ifndef GRIDLOCK_BLOCKED_H
#define GRIDLOCK_BLOCKED_H

#include "stuck.h"

/* A deadlock, with all who wait beside it; its reason is the caller's to tell. */
struct finding blocked_finding(struct builder *builder, const struct waiters *waiters, const struct stuck_ring *unrotated);
/* Why it is one, as the library saw it. */
const char *blocked_reason(struct builder *builder, const struct waiters *waiters, const struct stuck_ring *ring);
/* One thread, for people. */
struct blocked blocked_of(struct builder *builder, const struct waiters *waiters, const struct waiter *waiter);

/* Does it wait for that lock? A process-shared one has a number of its own in every process, and the same place. */
bool blocked_wants(const struct builder *builder, const struct waiter *waiter, size_t image, uint32_t process, uint64_t lock);
/* Which of the holder's locks it waits for: its place in `held`; -1: for none of them. */
int blocked_by(const struct builder *builder, const struct waiter *waiter, const struct waiter *holder);

#endif
