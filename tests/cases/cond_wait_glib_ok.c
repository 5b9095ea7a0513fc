/* flags: -l:libglib-2.0.so.0 */
/* GLib: a wait on a GCond releases its GMutex. */
#include <stdint.h>

#include "case.h"

void g_mutex_lock(void **mutex);
void g_mutex_unlock(void **mutex);
void g_cond_wait(void **cond, void **mutex);
void g_cond_signal(void **cond);

static void *A, *B, *changed[2];
static int ready;

THREAD(thread1)
{
	g_mutex_lock(&A);
	while (!ready)
		g_cond_wait(changed, &A);
	g_mutex_unlock(&A);
	g_mutex_lock(&B);
	g_mutex_unlock(&B);
	return NULL;
}

int main(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, thread1, NULL);
	usleep(50000);
	g_mutex_lock(&B);
	g_mutex_lock(&A);
	ready = 1;
	g_cond_signal(changed);
	g_mutex_unlock(&A);
	g_mutex_unlock(&B);
	pthread_join(thread, NULL);
	return 0;
}
