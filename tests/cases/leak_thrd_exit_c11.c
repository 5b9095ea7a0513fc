/* <threads.h>: a thread ends itself with a mutex locked. */
#include <threads.h>

#include "case.h"

static mtx_t A;

static int thread1(void *unused)
{
	(void)unused;
	mtx_lock(&A);
	thrd_exit(3);
}

int main(void)
{
	thrd_t thread;
	int result;

	mtx_init(&A, mtx_plain);
	if (thrd_create(&thread, thread1, NULL) != thrd_success || thrd_join(thread, &result) != thrd_success)
		return 1;
	return result == 3 ? 0 : 1;
}
