/* wakers.c: see wakers.h. */
#include "wakers.h"

#include "attach.h"
#include "sink.h"
#include "stack.h"

#define BUCKET 8u /* entries that an object may have, shared with others of its hash */

static uint32_t hash_of(const void *object)
{
	return (uint32_t)((uint64_t)(uintptr_t)object * 0x9e3779b97f4a7c15ull >> 32);
}

static struct waker *bucket_of(const void *object)
{
	return process->wakers + hash_of(object) % (WAKERS_COUNT / BUCKET) * BUCKET;
}

/* Where the thread's entry for the object goes: its own, a free one, the oldest. */
static struct waker *place_for(const void *object, uint32_t thread)
{
	struct waker *bucket = bucket_of(object), *place = bucket;

	for (struct waker *waker = bucket; waker < bucket + BUCKET; waker++) {
		if (waker->object == (uintptr_t)object && waker->thread == thread)
			return waker;
		if (waker->when < place->when)
			place = waker;
	}
	return place;
}

void waker_note(struct self *self, const void *object, struct site site)
{
	uint64_t known = ((uint64_t)(uintptr_t)object << 12 ^ process->wakers_forgotten) | 1;
	uint64_t *noted = &self->woke[hash_of(object) % WOKE_SIZE];
	struct waker *waker;
	uint32_t stack;

	if (*noted == known)
		return;
	*noted = known;
	stack = stack_capture(self, site)->stack;
	if (!state_lock(self))
		return;
	if (!process->wakers && !process->wakers_refused) {
		process->wakers = sink_wakers_new();
		process->wakers_refused = !process->wakers;
	}
	if (process->wakers) {
		waker = place_for(object, self->info->id);
		/* A reader that finds the object finds its entry whole. */
		atomic_store_explicit(&waker->object, 0, memory_order_relaxed);
		atomic_thread_fence(memory_order_release);
		waker->thread = self->info->id;
		waker->stack = stack;
		waker->when = ++process->wakers_count;
		waker->start = self->attached->start;
		atomic_store_explicit(&waker->object, (uintptr_t)object, memory_order_release);
	}
	state_unlock(self);
}

void waker_forget(const void *object)
{
	struct waker *bucket;

	if (!process->wakers)
		return;
	bucket = bucket_of(object);
	for (struct waker *waker = bucket; waker < bucket + BUCKET; waker++) {
		if (waker->object != (uintptr_t)object)
			continue;
		atomic_store_explicit(&waker->object, 0, memory_order_relaxed);
		waker->when = 0;
		process->wakers_forgotten += 2;
	}
}
