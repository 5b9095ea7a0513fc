/* rwlock.c: pthread_rwlock_*: what each kind of read-write lock answers, call by call. */
#include <unistd.h>

#include "check.h"

static pthread_rwlock_t *rw;

/* Readers or writers first, as glibc knows it; and between processes. */
static void make(int kind, int shared)
{
	pthread_rwlockattr_t attributes;

	MUST(pthread_rwlockattr_init(&attributes));
	MUST(pthread_rwlockattr_setkind_np(&attributes, kind));
	MUST(pthread_rwlockattr_setpshared(&attributes, shared));
	rw = shared_memory(sizeof(*rw));
	MUST(pthread_rwlock_init(rw, &attributes));
	MUST(pthread_rwlockattr_destroy(&attributes));
}

/* Readers inside, and who writes. */
static void state(void)
{
	int writer = rw->__data.__cur_writer;

	say("[%u %s]", rw->__data.__readers >> 3, writer == 0 ? "-" : writer == gettid() ? "me" : "other");
}

#define OF(kind, sequence, expected)                                                                                                       \
	CHECK(kind##_rwlock_##sequence, expected)                                                                                          \
	{                                                                                                                                  \
		make_##kind();                                                                                                             \
		sequence();                                                                                                                \
	}

static void make_default(void)
{
	make(PTHREAD_RWLOCK_DEFAULT_NP, PTHREAD_PROCESS_PRIVATE);
}

static void make_prefer_writer(void)
{
	make(PTHREAD_RWLOCK_PREFER_WRITER_NP, PTHREAD_PROCESS_PRIVATE);
}

static void make_nonrecursive(void)
{
	make(PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP, PTHREAD_PROCESS_PRIVATE);
}

static void make_shared(void)
{
	make(PTHREAD_RWLOCK_DEFAULT_NP, PTHREAD_PROCESS_SHARED);
}

#define ALL(sequence, expected)                                                                                                            \
	OF(default, sequence, expected)                                                                                                    \
	OF(prefer_writer, sequence, expected)                                                                                              \
	OF(nonrecursive, sequence, expected)                                                                                               \
	OF(shared, sequence, expected)

static void unlock(int count)
{
	while (count-- > 0)
		DO(pthread_rwlock_unlock(rw));
}

/* ---- taken and released ---- */

static void read_in_every_way(void)
{
	DO(pthread_rwlock_rdlock(rw));
	DO(pthread_rwlock_rdlock(rw));
	DO(pthread_rwlock_tryrdlock(rw));
	DO(pthread_rwlock_timedrdlock(rw, never(CLOCK_REALTIME)));
	DO(pthread_rwlock_clockrdlock(rw, CLOCK_MONOTONIC, never(CLOCK_MONOTONIC)));
	state();
	unlock(5);
	state();
	DO(pthread_rwlock_destroy(rw));
}

ALL(read_in_every_way, "0 0 0 0 0 [5 -] 0 0 0 0 0 [0 -] 0")

static void written_in_every_way(void)
{
	DO(pthread_rwlock_wrlock(rw));
	state();
	unlock(1);
	DO(pthread_rwlock_trywrlock(rw));
	state();
	unlock(1);
	DO(pthread_rwlock_timedwrlock(rw, never(CLOCK_REALTIME)));
	state();
	unlock(1);
	DO(pthread_rwlock_clockwrlock(rw, CLOCK_MONOTONIC, never(CLOCK_MONOTONIC)));
	state();
	unlock(1);
	state();
	DO(pthread_rwlock_destroy(rw));
}

ALL(written_in_every_way, "0 [0 me] 0 0 [0 me] 0 0 [0 me] 0 0 [0 me] 0 [0 -] 0")

/* ---- refused ---- */

static void everything_that_does_not_wait_for_ever(void)
{
	DO(pthread_rwlock_tryrdlock(rw));
	DO(pthread_rwlock_trywrlock(rw));
	DO(pthread_rwlock_timedrdlock(rw, &past));
	DO(pthread_rwlock_timedwrlock(rw, soon(CLOCK_REALTIME)));
	DO(pthread_rwlock_clockrdlock(rw, CLOCK_MONOTONIC, soon(CLOCK_MONOTONIC)));
	DO(pthread_rwlock_clockwrlock(rw, CLOCK_REALTIME, &past));
	DO(pthread_rwlock_timedrdlock(rw, &bad_nsec));
	DO(pthread_rwlock_timedwrlock(rw, &negative_nsec));
	DO(pthread_rwlock_clockrdlock(rw, CLOCK_PROCESS_CPUTIME_ID, &past));
	DO(pthread_rwlock_clockwrlock(rw, 12345, &past));
	state();
}

static void asked_for_while_another_writes(void)
{
	DO(pthread_rwlock_wrlock(rw));
	in_thread(everything_that_does_not_wait_for_ever);
	unlock(1);
	state();
}

ALL(asked_for_while_another_writes, "0 EBUSY EBUSY ETIMEDOUT ETIMEDOUT ETIMEDOUT ETIMEDOUT EINVAL EINVAL EINVAL EINVAL [0 other] 0 [0 -]")

static void asked_for_by_its_writer(void)
{
	DO(pthread_rwlock_wrlock(rw));
	DO(pthread_rwlock_rdlock(rw));
	DO(pthread_rwlock_wrlock(rw));
	everything_that_does_not_wait_for_ever();
	unlock(1);
	state();
}

ALL(asked_for_by_its_writer, "0 EDEADLK EDEADLK EBUSY EBUSY EDEADLK EDEADLK EDEADLK EDEADLK EINVAL EINVAL EINVAL EINVAL [0 me] 0 [0 -]")

static void writes_while_others_read(void)
{
	DO(pthread_rwlock_trywrlock(rw));
	DO(pthread_rwlock_timedwrlock(rw, &past));
	DO(pthread_rwlock_clockwrlock(rw, CLOCK_MONOTONIC, soon(CLOCK_MONOTONIC)));
	if (DO(pthread_rwlock_timedrdlock(rw, &past)) == 0)
		unlock(1);
	state();
}

static void asked_for_while_another_reads(void)
{
	DO(pthread_rwlock_rdlock(rw));
	in_thread(writes_while_others_read);
	unlock(1);
	state();
}

ALL(asked_for_while_another_reads, "0 EBUSY ETIMEDOUT ETIMEDOUT 0 0 [1 -] 0 [0 -]")

/* Upgrades, which would wait for ever without a limit. */
static void upgraded_by_its_reader(void)
{
	DO(pthread_rwlock_rdlock(rw));
	writes_while_others_read();
	unlock(1);
	state();
}

ALL(upgraded_by_its_reader, "0 EBUSY ETIMEDOUT ETIMEDOUT 0 0 [1 -] 0 [0 -]")

static void wrong_arguments_when_free(void)
{
	int held = 0;

	held += DO(pthread_rwlock_timedrdlock(rw, &bad_nsec)) == 0;
	unlock(held);
	held = DO(pthread_rwlock_timedwrlock(rw, &bad_nsec)) == 0;
	unlock(held);
	held = DO(pthread_rwlock_timedwrlock(rw, &negative_nsec)) == 0;
	unlock(held);
	held = DO(pthread_rwlock_timedrdlock(rw, &past)) == 0;
	unlock(held);
	held = DO(pthread_rwlock_clockwrlock(rw, CLOCK_THREAD_CPUTIME_ID, &past)) == 0;
	unlock(held);
	held = DO(pthread_rwlock_clockrdlock(rw, -7, &past)) == 0;
	unlock(held);
	state();
}

ALL(wrong_arguments_when_free, "EINVAL EINVAL EINVAL 0 0 EINVAL EINVAL [0 -]")

/* ---- a writer waits: who may still read ---- */

static _Atomic pid_t waiter;
static int wrote;

static void *writes(void *unused)
{
	waiter = gettid();
	wrote = pthread_rwlock_wrlock(rw);
	if (wrote == 0)
		wrote = pthread_rwlock_unlock(rw);
	return unused;
}

static void another_reads(void)
{
	if (DO(pthread_rwlock_tryrdlock(rw)) == 0)
		unlock(1);
	if (DO(pthread_rwlock_timedrdlock(rw, soon(CLOCK_REALTIME))) == 0)
		unlock(1);
}

static void read_while_a_writer_waits(void)
{
	pthread_t thread;

	waiter = 0;
	DO(pthread_rwlock_rdlock(rw));
	MUST(pthread_create(&thread, NULL, writes, NULL));
	until_blocked(tid_of(&waiter));
	if (DO(pthread_rwlock_tryrdlock(rw)) == 0)
		unlock(1);
	in_thread(another_reads);
	unlock(1);
	MUST(pthread_join(thread, NULL));
	DO(wrote);
	state();
}

OF(default, read_while_a_writer_waits, "0 0 0 0 0 0 0 0 0 [0 -]")
OF(prefer_writer, read_while_a_writer_waits, "0 0 0 0 0 0 0 0 0 [0 -]")
OF(nonrecursive, read_while_a_writer_waits, "0 EBUSY EBUSY ETIMEDOUT 0 0 [0 -]")
OF(shared, read_while_a_writer_waits, "0 0 0 0 0 0 0 0 0 [0 -]")

static int got;

static void *reads(void *unused)
{
	waiter = gettid();
	got = pthread_rwlock_rdlock(rw);
	if (got == 0)
		got = pthread_rwlock_unlock(rw);
	return unused;
}

static void waited_for_by_a_reader(void)
{
	pthread_t thread;

	waiter = 0;
	DO(pthread_rwlock_wrlock(rw));
	MUST(pthread_create(&thread, NULL, reads, NULL));
	until_blocked(tid_of(&waiter));
	unlock(1);
	MUST(pthread_join(thread, NULL));
	DO(got);
	state();
}

ALL(waited_for_by_a_reader, "0 0 0 [0 -]")

/* ---- limits, misuse ---- */

/* As many readers as the lock can count. */
static void more_readers_than_it_counts(void)
{
	DO(pthread_rwlock_rdlock(rw));
	rw->__data.__readers |= 0x80000000u - 8;
	DO(pthread_rwlock_rdlock(rw));
	DO(pthread_rwlock_tryrdlock(rw));
	DO(pthread_rwlock_timedrdlock(rw, &past));
	DO(pthread_rwlock_clockrdlock(rw, CLOCK_MONOTONIC, &past));
	rw->__data.__readers &= ~(0x80000000u - 16);
	state();
	unlock(1);
	state();
}

OF(default, more_readers_than_it_counts, "0 EAGAIN EAGAIN EAGAIN EAGAIN [1 -] 0 [0 -]")

static void unlocks(void)
{
	unlock(1);
}

/* libc takes it for a reader that leaves, and counts. */
static void unlocked_by_another(void)
{
	DO(pthread_rwlock_wrlock(rw));
	in_thread(unlocks);
	state();
	DO(pthread_rwlock_rdlock(rw));
	in_thread(unlocks);
	state();
	DO(pthread_rwlock_trywrlock(rw));
	unlock(1);
}

ALL(unlocked_by_another, "0 0 [536870911 me] EDEADLK 0 [536870910 me] EBUSY 0")

static void destroyed_while_held(void)
{
	DO(pthread_rwlock_rdlock(rw));
	DO(pthread_rwlock_destroy(rw));
	unlock(1);
	DO(pthread_rwlock_wrlock(rw));
	DO(pthread_rwlock_destroy(rw));
	DO(pthread_rwlock_init(rw, NULL));
	DO(pthread_rwlock_trywrlock(rw));
	unlock(1);
	DO(pthread_rwlock_destroy(rw));
}

ALL(destroyed_while_held, "0 0 0 0 0 0 0 0 0")

/* ---- two processes; attributes; static initialisers; old names ---- */

static int child_writes(void)
{
	int error = pthread_rwlock_trywrlock(rw);

	return error ? error : pthread_rwlock_unlock(rw);
}

CHECK(shared_rwlock_between_processes, "0 exit 16 0 exit 0 0")
{
	make_shared();
	DO(pthread_rwlock_rdlock(rw));
	in_child(child_writes);
	DO(pthread_rwlock_unlock(rw));
	in_child(child_writes);
	DO(pthread_rwlock_trywrlock(rw));
}

CHECK(rwlock_attributes_that_do_not_exist, "0 EINVAL EINVAL 0")
{
	pthread_rwlockattr_t attributes;

	DO(pthread_rwlockattr_init(&attributes));
	DO(pthread_rwlockattr_setkind_np(&attributes, 77));
	DO(pthread_rwlockattr_setpshared(&attributes, 77));
	DO(pthread_rwlockattr_destroy(&attributes));
}

CHECK(rwlock_static_initialisers, "0 0 EBUSY 0 0 EDEADLK 0 0")
{
	static pthread_rwlock_t plain = PTHREAD_RWLOCK_INITIALIZER, writers = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;

	DO(pthread_rwlock_rdlock(&plain));
	DO(pthread_rwlock_rdlock(&plain));
	DO(pthread_rwlock_trywrlock(&plain));
	DO(pthread_rwlock_unlock(&plain));
	DO(pthread_rwlock_wrlock(&writers));
	DO(pthread_rwlock_wrlock(&writers));
	DO(pthread_rwlock_unlock(&writers));
	DO(pthread_rwlock_unlock(&plain));
}

#define OLD(name, ...)                                                                                                                     \
	int name(pthread_rwlock_t *rwlock, ##__VA_ARGS__);                                                                                 \
	__asm__(".symver " #name "," #name "@GLIBC_2.2.5");

OLD(__pthread_rwlock_init, const pthread_rwlockattr_t *)
OLD(__pthread_rwlock_destroy)
OLD(__pthread_rwlock_rdlock)
OLD(__pthread_rwlock_wrlock)
OLD(__pthread_rwlock_tryrdlock)
OLD(__pthread_rwlock_trywrlock)
OLD(__pthread_rwlock_unlock)

CHECK(rwlock_by_its_old_names, "0 0 EBUSY 0 0 EBUSY EDEADLK 0 0 0")
{
	static pthread_rwlock_t rwlock;

	DO(__pthread_rwlock_init(&rwlock, NULL));
	DO(__pthread_rwlock_rdlock(&rwlock));
	DO(__pthread_rwlock_trywrlock(&rwlock));
	DO(__pthread_rwlock_unlock(&rwlock));
	DO(__pthread_rwlock_wrlock(&rwlock));
	DO(__pthread_rwlock_tryrdlock(&rwlock));
	DO(__pthread_rwlock_rdlock(&rwlock));
	DO(__pthread_rwlock_unlock(&rwlock));
	DO(__pthread_rwlock_destroy(&rwlock));
	DO(pthread_rwlock_trywrlock(&rwlock));
}
