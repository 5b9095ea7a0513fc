/* three.c: a ring of three locks of three kinds: what one thread reads another writes. */
#include <pthread.h>
#include <unistd.h>

static pthread_rwlock_t table = PTHREAD_RWLOCK_INITIALIZER;
static pthread_mutex_t queue = PTHREAD_MUTEX_INITIALIZER;
static pthread_spinlock_t counter;

static void *reader(void *unused)
{
	for (int i = 0; i < 50; i++) {
		pthread_rwlock_rdlock(&table);
		pthread_mutex_lock(&queue);
		pthread_mutex_unlock(&queue);
		pthread_rwlock_unlock(&table);
		usleep(1100);
	}
	return unused;
}

static void *worker(void *unused)
{
	for (int i = 0; i < 50; i++) {
		pthread_mutex_lock(&queue);
		pthread_spin_lock(&counter);
		pthread_spin_unlock(&counter);
		pthread_mutex_unlock(&queue);
		usleep(1300);
	}
	return unused;
}

static void *writer(void *unused)
{
	for (int i = 0; i < 50; i++) {
		pthread_spin_lock(&counter);
		pthread_rwlock_wrlock(&table);
		pthread_rwlock_unlock(&table);
		pthread_spin_unlock(&counter);
		usleep(1700);
	}
	return unused;
}

int main(void)
{
	static void *(*const routines[])(void *) = {reader, worker, writer};
	pthread_t threads[3];

	pthread_spin_init(&counter, PTHREAD_PROCESS_PRIVATE);
	for (int i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, routines[i], NULL);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
