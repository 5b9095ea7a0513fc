/* flags: -l:libglib-2.0.so.0 */
/* GLib: GMutex and GRecMutex in both orders. */
#include <stdint.h>

#include "case.h"

typedef struct {
	void *p;
	uint32_t i[2];
} GRecMutex;
void g_mutex_lock(void **mutex);
void g_mutex_unlock(void **mutex);
void g_rec_mutex_lock(GRecMutex *mutex);
void g_rec_mutex_unlock(GRecMutex *mutex);

static void *A, *B;
static GRecMutex C;

THREAD(thread1)
{
	g_mutex_lock(&A);
	g_mutex_lock(&B);
	g_mutex_unlock(&B);
	g_rec_mutex_lock(&C);
	g_rec_mutex_unlock(&C);
	g_mutex_unlock(&A);
	return NULL;
}

THREAD(thread2)
{
	g_mutex_lock(&B);
	g_mutex_lock(&A);
	g_mutex_unlock(&A);
	g_mutex_unlock(&B);
	g_rec_mutex_lock(&C);
	g_mutex_lock(&A);
	g_mutex_unlock(&A);
	g_rec_mutex_unlock(&C);
	return NULL;
}

int main(void)
{
	run(thread1);
	run(thread2);
	return 0;
}
