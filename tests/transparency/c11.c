/* c11.c: <threads.h>. */
#include <stdlib.h>
#include <threads.h>
#include <unistd.h>

#include "check.h"

static mtx_t *m;
static cnd_t *c;

static void make(int type)
{
	m = shared_memory(sizeof(*m));
	must(mtx_init(m, type) == thrd_success, "mtx_init", __FILE__, __LINE__);
}

static void another_asks(void)
{
	C11(mtx_trylock(m));
	C11(mtx_timedlock(m, &past));
	C11(mtx_timedlock(m, soon(CLOCK_REALTIME)));
	C11(mtx_timedlock(m, &bad_nsec));
}

CHECK(mtx_of_plain_type, "success busy busy timedout timedout error success success success timedout success")
{
	make(mtx_plain);
	C11(mtx_lock(m));
	C11(mtx_trylock(m));
	in_thread(another_asks);
	C11(mtx_unlock(m));
	C11(mtx_trylock(m));
	C11(mtx_unlock(m));
	MUST(mtx_lock(m));
	C11(mtx_timedlock(m, soon(CLOCK_REALTIME)));
	C11(mtx_unlock(m));
	mtx_destroy(m);
}

CHECK(mtx_timed_of_a_free_one, "success success success success error")
{
	make(mtx_timed);
	C11(mtx_timedlock(m, &past));
	C11(mtx_unlock(m));
	C11(mtx_timedlock(m, &bad_nsec));
	C11(mtx_unlock(m));
	mtx_destroy(m);
	C11(mtx_lock(m));
}

CHECK(mtx_of_recursive_type, "success success success success busy timedout timedout error success success success success error success")
{
	make(mtx_recursive | mtx_timed);
	C11(mtx_lock(m));
	C11(mtx_lock(m));
	C11(mtx_trylock(m));
	C11(mtx_timedlock(m, &past));
	in_thread(another_asks);
	for (int i = 0; i < 5; i++)
		C11(mtx_unlock(m));
	C11(mtx_trylock(m));
}

/* glibc takes any other type for that of a plain mutex. */
CHECK(mtx_init_of_types, "success success success success success success")
{
	static mtx_t mutex;

	C11(mtx_init(&mutex, mtx_plain));
	C11(mtx_init(&mutex, mtx_timed));
	C11(mtx_init(&mutex, mtx_plain | mtx_recursive));
	C11(mtx_init(&mutex, mtx_timed | mtx_recursive));
	C11(mtx_init(&mutex, 77));
	C11(mtx_init(&mutex, -1));
}

/* ---- conditions ---- */

static int turn;

static int waits(void *unused)
{
	(void)unused;
	mtx_lock(m);
	while (turn == 0)
		if (cnd_wait(c, m) != thrd_success)
			return 9;
	turn--;
	mtx_unlock(m);
	return 5;
}

CHECK(cnd_waits, "success timedout timedout busy error busy success success success success 5 5")
{
	thrd_t threads[2];
	int values[2];

	make(mtx_plain);
	c = shared_memory(sizeof(*c));
	turn = 0;
	C11(cnd_init(c));
	MUST(mtx_lock(m));
	C11(cnd_timedwait(c, m, &past));
	C11(cnd_timedwait(c, m, soon(CLOCK_REALTIME)));
	C11(mtx_trylock(m));
	C11(cnd_timedwait(c, m, &bad_nsec));
	C11(mtx_trylock(m));
	MUST(mtx_unlock(m));
	for (int i = 0; i < 2; i++)
		MUST(thrd_create(&threads[i], waits, NULL));
	usleep(2000);
	MUST(mtx_lock(m));
	turn = 2;
	C11(cnd_signal(c));
	C11(cnd_broadcast(c));
	MUST(mtx_unlock(m));
	for (int i = 0; i < 2; i++)
		C11(thrd_join(threads[i], &values[i]));
	say("%d %d", values[0], values[1]);
	cnd_destroy(c);
	mtx_destroy(m);
}

/* ---- threads ---- */

static int returns(void *value)
{
	return *(int *)value;
}

static int exits(void *value)
{
	thrd_exit(*(int *)value + 1);
}

static thrd_t itself;

static int is_itself(void *unused)
{
	(void)unused;
	itself = thrd_current();
	return -7;
}

CHECK(thrd_values, "success success 41 success success 42 success success -7 same error")
{
	int value = 41, result = 0;
	thrd_t thread;

	C11(thrd_create(&thread, returns, &value));
	C11(thrd_join(thread, &result));
	say("%d", result);
	C11(thrd_create(&thread, exits, &value));
	C11(thrd_join(thread, &result));
	say("%d", result);
	C11(thrd_create(&thread, is_itself, NULL));
	C11(thrd_join(thread, &result));
	say("%d", result);
	say(thrd_equal(thread, itself) ? "same" : "other");
	C11(thrd_join(thrd_current(), NULL));
}

static _Atomic int done;

static int finishes(void *unused)
{
	(void)unused;
	done = 1;
	return 0;
}

CHECK(thrd_detached, "success success done")
{
	thrd_t thread;

	done = 0;
	C11(thrd_create(&thread, finishes, NULL));
	C11(thrd_detach(thread));
	until_not(&done, 0);
	say("done");
}

/* Not given: no value is stored. */
CHECK(thrd_join_without_a_value, "success success")
{
	int value = 3;
	thrd_t thread;

	C11(thrd_create(&thread, returns, &value));
	C11(thrd_join(thread, NULL));
}

static tss_t key;

static void destroys(void *value)
{
	if (*(int *)value > 0) {
		say("round %d", (*(int *)value)--);
		tss_set(key, value);
	}
}

static int sets(void *value)
{
	return tss_set(key, value);
}

CHECK(tss_destructors, "round 3 round 2 round 1 success")
{
	int rounds = 3;
	thrd_t thread;

	MUST(tss_create(&key, destroys));
	MUST(thrd_create(&thread, sets, &rounds));
	C11(thrd_join(thread, NULL));
	tss_delete(key);
}

static once_flag flag;
static int ran;

static void runs(void)
{
	ran++;
}

CHECK(call_once_runs_once, "ran 1 untouched")
{
	flag = (once_flag)ONCE_FLAG_INIT;
	ran = 0;
	errno = ERRNO_UNTOUCHED;
	call_once(&flag, runs);
	call_once(&flag, runs);
	say("ran %d %s", ran, errno == ERRNO_UNTOUCHED ? "untouched" : "touched");
}

CHECK(thrd_sleep_and_yield, "0 untouched")
{
	errno = ERRNO_UNTOUCHED;
	say("%d", thrd_sleep(&(struct timespec){0, 1000}, NULL));
	thrd_yield();
	say(errno == ERRNO_UNTOUCHED ? "untouched" : "touched");
}
