/* plain.c: spin locks, barriers, pthread_once, stream locks. */
#include <stdio.h>
#include <unistd.h>

#include "check.h"

/* ---- spin locks ---- */

static pthread_spinlock_t *spin;

static void try_spin(void)
{
	if (DO(pthread_spin_trylock(spin)) == 0)
		DO(pthread_spin_unlock(spin));
}

static int child_tries_spin(void)
{
	return pthread_spin_trylock(spin);
}

CHECK(spin_lock_and_its_tries, "0 0 EBUSY EBUSY exit 16 0 0 0 0 0 0")
{
	spin = shared_memory(sizeof(*spin));
	DO(pthread_spin_init((pthread_spinlock_t *)spin, PTHREAD_PROCESS_SHARED));
	DO(pthread_spin_lock(spin));
	DO(pthread_spin_trylock(spin));
	in_thread(try_spin);
	in_child(child_tries_spin);
	DO(pthread_spin_unlock(spin));
	in_thread(try_spin);
	DO(pthread_spin_lock(spin));
	DO(pthread_spin_unlock(spin));
	DO(pthread_spin_destroy(spin));
}

CHECK(spin_lock_misused, "0 0 0 0 0 0 0")
{
	spin = shared_memory(sizeof(*spin));
	DO(pthread_spin_init((pthread_spinlock_t *)spin, PTHREAD_PROCESS_PRIVATE));
	DO(pthread_spin_unlock(spin));
	DO(pthread_spin_lock(spin));
	DO(pthread_spin_destroy(spin));
	DO(pthread_spin_init((pthread_spinlock_t *)spin, PTHREAD_PROCESS_PRIVATE));
	DO(pthread_spin_trylock(spin));
	DO(pthread_spin_unlock(spin));
}

static _Atomic int arrived;

static void *spins(void *unused)
{
	arrived = 1;
	pthread_spin_lock(spin);
	pthread_spin_unlock(spin);
	return unused;
}

CHECK(spin_lock_that_another_spins_for, "0 0 0")
{
	pthread_t thread;

	spin = shared_memory(sizeof(*spin));
	MUST(pthread_spin_init((pthread_spinlock_t *)spin, PTHREAD_PROCESS_PRIVATE));
	DO(pthread_spin_lock(spin));
	arrived = 0;
	MUST(pthread_create(&thread, NULL, spins, NULL));
	until_not(&arrived, 0);
	usleep(1000);
	DO(pthread_spin_unlock(spin));
	DO(pthread_join(thread, NULL));
}

/* ---- barriers ---- */

static pthread_barrier_t *barrier;

CHECK(barrier_of_nobody_or_of_too_many, "EINVAL EINVAL EINVAL")
{
	pthread_barrierattr_t attributes;

	barrier = shared_memory(sizeof(*barrier));
	DO(pthread_barrier_init(barrier, NULL, 0));
	DO(pthread_barrier_init(barrier, NULL, 0x80000000u));
	MUST(pthread_barrierattr_init(&attributes));
	DO(pthread_barrierattr_setpshared(&attributes, 77));
}

/* Its word for the last to arrive is no error. */
static int waits(void)
{
	int result = pthread_barrier_wait(barrier);

	return result == PTHREAD_BARRIER_SERIAL_THREAD ? 100 : result;
}

CHECK(barrier_of_one, "0 100 100 100 untouched 0")
{
	barrier = shared_memory(sizeof(*barrier));
	DO(pthread_barrier_init(barrier, NULL, 1));
	errno = ERRNO_UNTOUCHED;
	for (int i = 0; i < 3; i++)
		say("%d", waits());
	say(errno == ERRNO_UNTOUCHED ? "untouched" : "touched");
	DO(pthread_barrier_destroy(barrier));
}

enum { PARTIES = 4, ROUNDS = 3 };

static _Atomic int serial, others, inside;

static void *parties(void *unused)
{
	for (int i = 0; i < ROUNDS; i++) {
		inside++;
		if (waits() == 100)
			serial++;
		else
			others++;
		/* Nobody is through before all have come. */
		if (inside < (i + 1) * PARTIES)
			serial = 1000;
	}
	return unused;
}

CHECK(barrier_of_four_three_times_over, "0 serial 3 others 9 0")
{
	pthread_t threads[PARTIES];

	serial = others = inside = 0;
	barrier = shared_memory(sizeof(*barrier));
	DO(pthread_barrier_init(barrier, NULL, PARTIES));
	for (int i = 0; i < PARTIES; i++)
		MUST(pthread_create(&threads[i], NULL, parties, NULL));
	for (int i = 0; i < PARTIES; i++)
		MUST(pthread_join(threads[i], NULL));
	say("serial %d others %d", serial, others);
	DO(pthread_barrier_destroy(barrier));
}

static void *meets(void *unused)
{
	inside = waits();
	return unused;
}

CHECK(barrier_between_processes, "0 exit 100 0")
{
	pthread_barrierattr_t attributes;
	pthread_t thread;

	/* Which of the two comes last is not said: their words together. */
	inside = -1;
	barrier = shared_memory(sizeof(*barrier));
	MUST(pthread_barrierattr_init(&attributes));
	MUST(pthread_barrierattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED));
	DO(pthread_barrier_init(barrier, &attributes, 2));
	MUST(pthread_create(&thread, NULL, meets, NULL));
	while (*(volatile unsigned int *)barrier == 0)
		usleep(200);
	in_child(waits);
	MUST(pthread_join(thread, NULL));
	say("%d", inside);
}

/* ---- once ---- */

static pthread_once_t once;
static int ran;

static void runs(void)
{
	ran++;
}

static void call_it(void)
{
	DO(pthread_once(&once, runs));
}

CHECK(once_runs_once, "0 0 0 ran 1 done")
{
	once = PTHREAD_ONCE_INIT;
	ran = 0;
	DO(pthread_once(&once, runs));
	DO(pthread_once(&once, runs));
	in_thread(call_it);
	say("ran %d %s", ran, once == 2 ? "done" : "not done");
}

int __pthread_once(pthread_once_t *control, void (*routine)(void));
__asm__(".symver __pthread_once,__pthread_once@GLIBC_2.2.5");

CHECK(once_by_its_old_name, "0 0 ran 1")
{
	once = PTHREAD_ONCE_INIT;
	ran = 0;
	DO(__pthread_once(&once, runs));
	DO(pthread_once(&once, runs));
	say("ran %d", ran);
}

static pthread_once_t inner;

static void runs_another(void)
{
	DO(pthread_once(&inner, runs));
	ran += 10;
}

CHECK(once_within_a_once, "0 0 0 ran 11")
{
	once = inner = PTHREAD_ONCE_INIT;
	ran = 0;
	DO(pthread_once(&once, runs_another));
	DO(pthread_once(&inner, runs));
	say("ran %d", ran);
}

static _Atomic int started, may_end;

static void runs_slowly(void)
{
	started = 1;
	until_not(&may_end, 0);
	ran++;
}

static void *first(void *unused)
{
	pthread_once(&once, runs_slowly);
	return unused;
}

static _Atomic pid_t second_tid;
static int second_saw;

static void *second(void *unused)
{
	second_tid = gettid();
	second_saw = pthread_once(&once, runs_slowly) == 0 ? ran : -1;
	return unused;
}

CHECK(once_that_another_runs_is_waited_for, "saw 1 ran 1")
{
	pthread_t threads[2];

	once = PTHREAD_ONCE_INIT;
	ran = 0;
	started = may_end = 0;
	second_saw = 0;
	second_tid = 0;
	MUST(pthread_create(&threads[0], NULL, first, NULL));
	until_not(&started, 0);
	MUST(pthread_create(&threads[1], NULL, second, NULL));
	until_blocked(tid_of(&second_tid));
	may_end = 1;
	MUST(pthread_join(threads[0], NULL));
	MUST(pthread_join(threads[1], NULL));
	say("saw %d ran %d", second_saw, ran);
}

/* Cancelled in the middle, it has not run: the next one runs it. */
static void runs_until_cancelled(void)
{
	started = 1;
	for (;;)
		pause();
}

static void *is_cancelled(void *unused)
{
	pthread_once(&once, runs_until_cancelled);
	return unused;
}

CHECK(once_cancelled_is_run_again, "canceled once 0 0 ran 1")
{
	pthread_t thread;
	void *value;

	once = PTHREAD_ONCE_INIT;
	ran = 0;
	started = 0;
	MUST(pthread_create(&thread, NULL, is_cancelled, NULL));
	until_not(&started, 0);
	MUST(pthread_cancel(thread));
	MUST(pthread_join(thread, &value));
	say("%s once %d", value == PTHREAD_CANCELED ? "canceled" : "returned", once);
	DO(pthread_once(&once, runs));
	say("ran %d", ran);
}

static int child_runs_once(void)
{
	pthread_once(&once, runs);
	return ran;
}

/* Forked while another thread is in the routine: the child runs it itself. */
CHECK(once_in_a_child_forked_during_it, "exit 1 0 ran 1")
{
	pthread_t thread;

	once = PTHREAD_ONCE_INIT;
	ran = 0;
	started = may_end = 0;
	MUST(pthread_create(&thread, NULL, first, NULL));
	until_not(&started, 0);
	in_child(child_runs_once);
	may_end = 1;
	MUST(pthread_join(thread, NULL));
	DO(pthread_once(&once, runs));
	say("ran %d", ran);
}

/* ---- streams ---- */

static FILE *stream;

static void try_stream(void)
{
	errno = ERRNO_UNTOUCHED;
	if (ftrylockfile(stream) == 0) {
		say("got");
		funlockfile(stream);
	} else {
		say("busy");
	}
	say(errno == ERRNO_UNTOUCHED ? "untouched" : "touched");
}

CHECK(stream_lock_is_recursive, "busy untouched busy untouched got busy untouched got untouched wrote 6")
{
	stream = tmpfile();
	must(stream != NULL, "tmpfile", __FILE__, __LINE__);
	flockfile(stream);
	in_thread(try_stream);
	flockfile(stream);
	fputs("text", stream);
	putc_unlocked('x', stream);
	fprintf(stream, "%d", 1);
	funlockfile(stream);
	in_thread(try_stream);
	say(ftrylockfile(stream) == 0 ? "got" : "busy");
	funlockfile(stream);
	in_thread(try_stream);
	funlockfile(stream);
	in_thread(try_stream);
	say("wrote %ld", ftell(stream));
	fclose(stream);
}

static _Atomic pid_t writer_tid;

static void *writes(void *unused)
{
	writer_tid = gettid();
	flockfile(stream);
	fputs("second ", stream);
	funlockfile(stream);
	return unused;
}

CHECK(stream_lock_is_waited_for, "first third second")
{
	pthread_t thread;
	char text[64] = "";

	stream = tmpfile();
	must(stream != NULL, "tmpfile", __FILE__, __LINE__);
	writer_tid = 0;
	flockfile(stream);
	fputs("first ", stream);
	MUST(pthread_create(&thread, NULL, writes, NULL));
	until_blocked(tid_of(&writer_tid));
	fputs("third ", stream);
	funlockfile(stream);
	MUST(pthread_join(thread, NULL));
	rewind(stream);
	must(fgets(text, sizeof(text), stream) != NULL, "fgets", __FILE__, __LINE__);
	say("%.18s", text);
	fclose(stream);
}

static int child_writes(void)
{
	return fputs("child", stream) < 0 || ftrylockfile(stream) != 0;
}

/* A child has streams of its own, and none that another thread of its parent has locked. */
CHECK(stream_locked_at_fork, "exit 0 got untouched")
{
	stream = tmpfile();
	must(stream != NULL, "tmpfile", __FILE__, __LINE__);
	flockfile(stream);
	in_child(child_writes);
	funlockfile(stream);
	in_thread(try_stream);
	fclose(stream);
}
