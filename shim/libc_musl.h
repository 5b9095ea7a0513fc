/*
 * libc_musl.h: see libc.h. musl's locks are arrays of words (1.1 to 1.2): a mutex has its type in the first and its lock word in the second,
 * an rwlock its lock word in the first and whether it is process-shared in the third.
 */
#include <link.h>

/* ---- mutexes ---- */

/* musl's bits: 3 type, 4 robust, 8 PI, 0x80 process-shared. */
static inline struct sort libc_mutex_sort(const pthread_mutex_t *mutex)
{
	static const uint8_t kinds[] = {KIND_MUTEX, KIND_RECURSIVE, KIND_ERRORCHECK, KIND_UNKNOWN};
	int type = mutex->__u.__i[0];
	struct sort sort = {.kind = kinds[type & 3]};

	if (type & ~0x8f)
		return (struct sort){0};
	sort.flags = (type & 4 ? LOCK_ROBUST : 0) | (type & 8 ? LOCK_PI : 0) | (type & 0x80 ? LOCK_PROCESS_SHARED : 0);
	return sort;
}

/* Destroying leaves no mark. */
static inline bool libc_mutex_destroyed(const pthread_mutex_t *mutex)
{
	(void)mutex;
	return false;
}

static inline volatile int *libc_mutex_word(pthread_mutex_t *mutex)
{
	return &mutex->__u.__vi[1];
}

static inline bool libc_mutex_free(const pthread_mutex_t *mutex)
{
	return mutex->__u.__vi[1] == 0;
}

static inline bool libc_mutex_locked(const pthread_mutex_t *mutex)
{
	return !libc_mutex_free(mutex);
}

/* A normal one that nobody had to wait for holds EBUSY, and no owner. */
static inline int libc_mutex_owner(const pthread_mutex_t *mutex)
{
	int word = mutex->__u.__vi[1] & 0x3fffffff;

	return word && (mutex->__u.__i[0] & 0xf) == PTHREAD_MUTEX_NORMAL ? LIBC_UNKNOWN : word;
}
#define LIBC_OWNED_MUTEX                                                                                                                   \
	{                                                                                                                                  \
		{                                                                                                                          \
			{                                                                                                                  \
				PTHREAD_MUTEX_ERRORCHECK                                                                                   \
			}                                                                                                                  \
		}                                                                                                                          \
	}

/* Its owned mutexes are on a list, which takes the words that glibc leaves alone: no stamps. */
#define LIBC_HAS_ROOM 0
static inline void *libc_mutex_room(const pthread_mutex_t *mutex)
{
	return (void *)(uintptr_t)&mutex->__u.__p[3];
}

/* ---- rwlocks ---- */

#define LIBC_WRITER_REFUSED false

static inline bool libc_rwlock_writers_first(const pthread_rwlock_t *rwlock)
{
	(void)rwlock;
	return false;
}

static inline struct sort libc_rwlock_sort(const pthread_rwlock_t *rwlock)
{
	return (struct sort){KIND_RWLOCK, rwlock->__u.__i[2] ? LOCK_PROCESS_SHARED : 0};
}

#define LIBC_WRITTEN 0x7fffffff
static inline uint32_t libc_rwlock_readers(const pthread_rwlock_t *rwlock)
{
	int word = rwlock->__u.__vi[0] & 0x7fffffff;

	return word == LIBC_WRITTEN ? 0 : word;
}

static inline int libc_rwlock_writer(const pthread_rwlock_t *rwlock)
{
	return (rwlock->__u.__vi[0] & 0x7fffffff) == LIBC_WRITTEN ? LIBC_UNKNOWN : 0;
}

static inline void *libc_rwlock_room(const pthread_rwlock_t *rwlock)
{
	return (void *)(uintptr_t)&rwlock->__u.__i[6];
}

/* ---- what it does not have ---- */

/* Declared for wrappers that the library does not export here (hidden_musl.map). */
#include <semaphore.h>
#include <time.h>
int pthread_mutex_clocklock(pthread_mutex_t *mutex, clockid_t clock, const struct timespec *until);
int pthread_rwlock_clockrdlock(pthread_rwlock_t *rwlock, clockid_t clock, const struct timespec *until);
int pthread_rwlock_clockwrlock(pthread_rwlock_t *rwlock, clockid_t clock, const struct timespec *until);
int pthread_cond_clockwait(pthread_cond_t *cond, pthread_mutex_t *mutex, clockid_t clock, const struct timespec *until);
int pthread_clockjoin_np(pthread_t thread, void **value, clockid_t clock, const struct timespec *until);
int sem_clockwait(sem_t *sem, clockid_t clock, const struct timespec *until);
#define PTHREAD_MUTEX_ADAPTIVE_NP PTHREAD_MUTEX_NORMAL

/* As glibc's <dlfcn.h> has it. libgcc's unwinder asks for it when that was built for glibc (unwinder_musl.c). */
struct dl_find_object {
	unsigned long long dlfo_flags;
	void *dlfo_map_start, *dlfo_map_end;
	struct link_map *dlfo_link_map;
	void *dlfo_eh_frame;
	unsigned long long reserved[7];
};
int _dl_find_object(void *address, struct dl_find_object *found);
