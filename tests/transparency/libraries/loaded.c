/* loaded.c: a library with locks of its own, for programs/loader.c. */
#include <pthread.h>
#include <setjmp.h>

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

static void run_thread(void)
{
	int before = times;
	pthread_t id;

	if (pthread_create(&id, NULL, thread, NULL) != 0)
		return;
	while (times == before)
		pthread_cond_wait(&ready, &outer);
	pthread_detach(id);
}

int work(int threads)
{
	jmp_buf back;

	pthread_once(&once, start);
	pthread_mutex_lock(&outer);
	for (int i = 0; i < threads; i++)
		run_thread();
	pthread_mutex_unlock(&outer);
	if (setjmp(back) == 0)
		longjmp(back, 1);
	pthread_mutex_lock(&outer);
	pthread_mutex_lock(&inner);
	times++;
	pthread_mutex_unlock(&inner);
	pthread_mutex_unlock(&outer);
	return times;
}
