/* spin.c: pthread_spin_*. libc checks nothing, and tells nothing of who holds one. */
#include <errno.h>

#include "plain.h"
#include "real.h"

/* What the lock word of a free one holds: 1 on x86, 0 elsewhere; as libc's own initialisation says. */
static bool spin_free(pthread_spinlock_t *lock)
{
	pthread_spinlock_t model;

	real.pthread_spin_init(&model, PTHREAD_PROCESS_PRIVATE);
	return *lock == model;
}

EXPORT int pthread_spin_lock(pthread_spinlock_t *lock)
{
	struct plain call = PLAIN(lock, KIND_SPIN);
	int result;

	real_ready();
	result = real.first_spin(lock);
	if (unlikely(result == EBUSY)) {
		plain_ask(&call);
		result = real.pthread_spin_lock(lock);
	}
	plain_answer(&call, result == 0);
	return result;
}

EXPORT int pthread_spin_trylock(pthread_spinlock_t *lock)
{
	struct plain call = PLAIN(lock, KIND_SPIN);
	int result;

	real_ready();
	call.how = LOCK_TRY;
	result = real.pthread_spin_trylock(lock);
	if (result == 0)
		plain_answer(&call, true);
	return result;
}

EXPORT int pthread_spin_unlock(pthread_spinlock_t *lock)
{
	struct plain call = PLAIN(lock, KIND_SPIN);

	real_ready();
	if (unlikely(!plain_release((const void *)lock)))
		plain_release_misused(&call, spin_free(lock));
	return real.pthread_spin_unlock(lock);
}

EXPORT int pthread_spin_init(pthread_spinlock_t *lock, int shared)
{
	struct plain call = PLAIN(lock, KIND_SPIN);
	int result;

	real_ready();
	result = real.pthread_spin_init(lock, shared);
	if (result == 0)
		plain_init(&call, shared == PTHREAD_PROCESS_SHARED ? LOCK_PROCESS_SHARED : 0);
	return result;
}

EXPORT int pthread_spin_destroy(pthread_spinlock_t *lock)
{
	struct plain call = PLAIN(lock, KIND_SPIN);

	real_ready();
	plain_destroy(&call);
	return real.pthread_spin_destroy(lock);
}
