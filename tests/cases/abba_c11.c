/* <threads.h>: mutexes in both orders, in threads of thrd_create. */
#include <threads.h>

#include "case.h"

static mtx_t A, B;

static int thread1(void *unused)
{
	(void)unused;
	mtx_lock(&A);
	mtx_lock(&B);
	mtx_unlock(&B);
	mtx_unlock(&A);
	return 0;
}

static int thread2(void *unused)
{
	(void)unused;
	mtx_lock(&B);
	mtx_lock(&A);
	mtx_unlock(&A);
	mtx_unlock(&B);
	return 0;
}

static void go(int (*script)(void *))
{
	struct threads before = threads_listed();
	thrd_t thread;

	if (thrd_create(&thread, script, NULL) != thrd_success)
		abort();
	while (threads_new(&before))
		usleep(100);
}

int main(void)
{
	mtx_init(&A, mtx_plain);
	mtx_init(&B, mtx_plain);
	go(thread1);
	go(thread2);
	return 0;
}
