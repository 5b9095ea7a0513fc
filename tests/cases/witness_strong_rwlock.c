/*
 * Opposite orders, at the same time: thread2 stood before B, which main read, when thread1, holding A, read B too (readers pass a waiting writer).
 * Had main let go of it before, thread2 would have had B, and asked for A. So the witness is strong.
 */
/* options: witness */
#include <stdatomic.h>
#include <sys/syscall.h>

#include "case.h"

MUTEX(A);
RWLOCK(B);
static atomic_int writer;

THREAD(thread1)
{
	take(A);
	take_shared(B);
	give(B);
	give(A);
	return NULL;
}

THREAD(thread2)
{
	atomic_store(&writer, (int)syscall(SYS_gettid));
	take(B);
	take(A);
	give(A);
	give(B);
	return NULL;
}

/* Until the thread sleeps, and goes on sleeping: there is nothing but B that it could wait for. */
static void wait_for_writer(void)
{
	char path[64], state;
	int asleep = 0;

	while (!atomic_load(&writer))
		usleep(100);
	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", atomic_load(&writer));
	while (asleep < 20) {
		FILE *file = fopen(path, "r");

		if (!file || fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
			abort();
		fclose(file);
		asleep = state == 'S' ? asleep + 1 : 0;
		usleep(1000);
	}
}

int main(void)
{
	pthread_t waiting;

	take_shared(B);
	pthread_create(&waiting, NULL, thread2, NULL);
	wait_for_writer();
	run(thread1);
	give(B);
	pthread_join(waiting, NULL);
	return 0;
}
