/*
 * bank.c: a ring through a function that compilers like to inline, and a mutex that its thread leaves locked: for tests/baseline/run, which
 * builds it in several ways. THREADS: so many threads that do nothing come first. SECOND: there is another ring.
 */
#include <pthread.h>
#include <unistd.h>

static pthread_mutex_t first = PTHREAD_MUTEX_INITIALIZER, second = PTHREAD_MUTEX_INITIALIZER, third = PTHREAD_MUTEX_INITIALIZER,
		       fourth = PTHREAD_MUTEX_INITIALIZER;

static void take_both(pthread_mutex_t *outer, pthread_mutex_t *inner)
{
	pthread_mutex_lock(outer);
	pthread_mutex_lock(inner);
	pthread_mutex_unlock(inner);
	pthread_mutex_unlock(outer);
}

static void *forwards(void *argument)
{
	take_both(&first, &second);
	usleep(50000);
	return argument;
}

static void *backwards(void *argument)
{
	take_both(&second, &first);
	return argument;
}

static void *leave_locked(void *argument)
{
	pthread_mutex_lock(&fourth);
	return argument;
}

static void *idle(void *argument)
{
	return argument;
}

static pthread_t begin(void *(*start)(void *))
{
	pthread_t thread;

	pthread_create(&thread, NULL, start, NULL);
	usleep(20000);
	return thread;
}

static void run_two(void *(*one)(void *), void *(*other)(void *))
{
	pthread_t threads[] = {begin(one), begin(other)};

	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
}

#ifdef SECOND
static void *forwards_again(void *argument)
{
	take_both(&first, &third);
	usleep(50000);
	return argument;
}

static void *backwards_again(void *argument)
{
	take_both(&third, &first);
	return argument;
}
#else
static void *forwards_again(void *argument)
{
	take_both(&first, &third);
	return argument;
}
#define backwards_again idle
#endif

int main(void)
{
#ifdef THREADS
	for (int i = 0; i < THREADS; i++)
		pthread_join(begin(idle), NULL);
#endif
	run_two(forwards, backwards);
	run_two(forwards_again, backwards_again);
	pthread_join(begin(leave_locked), NULL);
	return pthread_join(begin(idle), NULL);
}
