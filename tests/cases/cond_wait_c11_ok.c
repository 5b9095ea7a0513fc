/* <threads.h>: a thread waits on a condition, the other one locks meanwhile: the wait has released the mutex. */
#include <threads.h>

#include "case.h"

static mtx_t A, B;
static cnd_t changed;
static int ready;

static int thread1(void *unused)
{
	(void)unused;
	mtx_lock(&A);
	while (!ready)
		cnd_wait(&changed, &A);
	mtx_unlock(&A);
	mtx_lock(&B);
	mtx_unlock(&B);
	return 0;
}

int main(void)
{
	thrd_t thread;

	mtx_init(&A, mtx_plain);
	mtx_init(&B, mtx_recursive);
	cnd_init(&changed);
	if (thrd_create(&thread, thread1, NULL) != thrd_success)
		return 1;
	mtx_lock(&B);
	mtx_lock(&B);
	mtx_lock(&A);
	ready = 1;
	cnd_signal(&changed);
	mtx_unlock(&A);
	mtx_unlock(&B);
	mtx_unlock(&B);
	thrd_join(thread, NULL);
	return 0;
}
