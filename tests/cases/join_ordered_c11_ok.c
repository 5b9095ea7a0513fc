/* <threads.h>: both orders, one thread joined before the other is created. */
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
	return 1;
}

static int thread2(void *unused)
{
	(void)unused;
	mtx_lock(&B);
	mtx_lock(&A);
	mtx_unlock(&A);
	mtx_unlock(&B);
	return 2;
}

int main(void)
{
	thrd_t thread;
	int one, two;

	mtx_init(&A, mtx_plain);
	mtx_init(&B, mtx_plain);
	if (thrd_create(&thread, thread1, NULL) != thrd_success || thrd_join(thread, &one) != thrd_success)
		return 1;
	if (thrd_create(&thread, thread2, NULL) != thrd_success || thrd_join(thread, &two) != thrd_success)
		return 1;
	return one == 1 && two == 2 ? 0 : 1;
}
