/* libc_glibc.h: see libc.h. The fields are those of 2.31 to 2.41 on every 64-bit machine; what they hold is told in INTERPOSITION section 5. */
#include <link.h>

/* ---- mutexes ---- */

/* glibc's bits: 3 type, 0x10 robust, 0x20 PI, 0x40 priority ceiling, 0x80 process-shared, 0x300 lock elision. */
static inline struct sort libc_mutex_sort(const pthread_mutex_t *mutex)
{
	static const uint8_t kinds[] = {KIND_MUTEX, KIND_RECURSIVE, KIND_ERRORCHECK, KIND_ADAPTIVE};
	int kind = mutex->__data.__kind;
	struct sort sort = {.kind = kinds[kind & 3]};

	if (kind & ~0x3f3)
		return (struct sort){0};
	sort.flags = (kind & 0x10 ? LOCK_ROBUST : 0) | (kind & 0x20 ? LOCK_PI : 0) | (kind & 0x80 ? LOCK_PROCESS_SHARED : 0);
	return sort;
}

static inline bool libc_mutex_destroyed(const pthread_mutex_t *mutex)
{
	return mutex->__data.__kind == -1;
}

static inline volatile int *libc_mutex_word(pthread_mutex_t *mutex)
{
	return &mutex->__data.__lock;
}

static inline bool libc_mutex_locked(const pthread_mutex_t *mutex)
{
	return mutex->__data.__lock != 0;
}

/* An elided lock leaves its word alone. */
static inline bool libc_mutex_free(const pthread_mutex_t *mutex)
{
	return !(mutex->__data.__kind & 0x100) && mutex->__data.__lock == 0;
}

/* Free, of one process, and of no kind but the four simple ones: libc's lock cannot wait for anybody but another thread that comes first. */
static inline bool libc_mutex_simply_free(const pthread_mutex_t *mutex)
{
	return (mutex->__data.__kind & ~3) == 0 && mutex->__data.__lock == 0;
}

static inline int libc_mutex_owner(const pthread_mutex_t *mutex)
{
	return mutex->__data.__owner;
}
#define LIBC_OWNED_MUTEX PTHREAD_MUTEX_INITIALIZER

#define LIBC_HAS_ROOM 1
static inline void *libc_mutex_room(const pthread_mutex_t *mutex)
{
	return (void *)(uintptr_t)&mutex->__data.__list;
}

/* ---- rwlocks ---- */

#define LIBC_WRITER_REFUSED true

/* Do readers wait behind a waiting writer? */
static inline bool libc_rwlock_writers_first(const pthread_rwlock_t *rwlock)
{
	return rwlock->__data.__flags == PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP;
}

static inline struct sort libc_rwlock_sort(const pthread_rwlock_t *rwlock)
{
	return (struct sort){libc_rwlock_writers_first(rwlock) ? KIND_RWLOCK_WRITER : KIND_RWLOCK,
			     rwlock->__data.__shared ? LOCK_PROCESS_SHARED : 0};
}

/* __readers counts them from bit 3 on. */
static inline uint32_t libc_rwlock_readers(const pthread_rwlock_t *rwlock)
{
	return rwlock->__data.__readers >> 3;
}

static inline int libc_rwlock_writer(const pthread_rwlock_t *rwlock)
{
	return rwlock->__data.__cur_writer;
}

static inline void *libc_rwlock_room(const pthread_rwlock_t *rwlock)
{
	return (void *)(uintptr_t)&rwlock->__data.__pad2;
}
