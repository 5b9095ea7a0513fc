/* loaded.c: a library with locks of its own, for programs/loader.c. */
#include <pthread.h>
#include <setjmp.h>
#include <stdbool.h>

int work(int threads);

static pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER, inner = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ready = PTHREAD_COND_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int times;

static void start(void)
{
	times = 10;
}

static void *thread(void *unused)
{
	(void)unused;
	pthread_mutex_lock(&outer);
	pthread_mutex_lock(&inner);
	times++;
	pthread_cond_signal(&ready);
	pthread_mutex_unlock(&inner);
	pthread_mutex_unlock(&outer);
	return NULL;
}

/* Until it has been seen at work. False: there is no thread. */
static bool begin_thread(pthread_t *id)
{
	int before = times;

	if (pthread_create(id, NULL, thread, NULL) != 0)
		return false;
	while (times == before)
		pthread_cond_wait(&ready, &outer);
	return true;
}

int work(int threads)
{
	pthread_t ids[8];
	int begun = 0;
	jmp_buf back;

	pthread_once(&once, start);
	pthread_mutex_lock(&outer);
	while (begun < threads && begun < 8 && begin_thread(&ids[begun]))
		begun++;
	pthread_mutex_unlock(&outer);
	/* A thread that is detached may still be in here when the library is closed. */
	while (begun > 0)
		pthread_join(ids[--begun], NULL);
	if (setjmp(back) == 0)
		longjmp(back, 1);
	pthread_mutex_lock(&outer);
	pthread_mutex_lock(&inner);
	times++;
	pthread_mutex_unlock(&inner);
	pthread_mutex_unlock(&outer);
	return times;
}
