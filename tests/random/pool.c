/* pool.c: see pool.h. */
#include "pool.h"

#include <stddef.h>

#define POOL_MUTEXES(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15) X(16) X(17) X(18) X(19)
#define POOL_RWLOCKS(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15) X(16) X(17) X(18) X(19)
#define POOL_SPINS(X)	X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7)
#define POOL_C11S(X)	X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7)

#define MUTEX(n)  static pthread_mutex_t pool_mutex_##n;
#define RWLOCK(n) static pthread_rwlock_t pool_rwlock_##n;
#define SPIN(n)	  static pthread_spinlock_t pool_spin_##n;
#define C11(n)	  static mtx_t pool_c11_##n;
POOL_MUTEXES(MUTEX)
POOL_RWLOCKS(RWLOCK)
POOL_SPINS(SPIN)
POOL_C11S(C11)
#undef MUTEX
#undef RWLOCK
#undef SPIN
#undef C11

#define MUTEX(n)  {.type = TYPE_MUTEX, .address = &pool_mutex_##n, .name = "pool_mutex_" #n},
#define RWLOCK(n) {.type = TYPE_RWLOCK, .address = (void *)&pool_rwlock_##n, .name = "pool_rwlock_" #n},
#define SPIN(n)	  {.type = TYPE_SPIN, .address = (void *)&pool_spin_##n, .name = "pool_spin_" #n},
#define C11(n)	  {.type = TYPE_C11, .address = &pool_c11_##n, .name = "pool_c11_" #n},
static struct lock locks[] = {POOL_MUTEXES(MUTEX) POOL_RWLOCKS(RWLOCK) POOL_SPINS(SPIN) POOL_C11S(C11)};
#define LOCKS (sizeof(locks) / sizeof(locks[0]))
static bool given[LOCKS];

struct lock *pool_get(enum type type, struct seed *seed)
{
	for (size_t i = 0; i < LOCKS; i++) {
		if (locks[i].type != type || given[i])
			continue;
		given[i] = true;
		lock_any_kind(&locks[i], seed);
		return &locks[i];
	}
	must_be(0, 1, "a lock of that type", (int)type);
	return NULL;
}

void pool_ready(struct lock *lock, struct seed *seed)
{
	if (seed_chance(seed, 50))
		lock_init(lock);
	else
		lock_init_static(lock);
	lock_take(lock, MODE_WRITE, HOW_BLOCKING);
	lock_give(lock, MODE_WRITE);
}
