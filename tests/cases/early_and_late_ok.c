/* Locks taken before any constructor ran, and by destructors of thread-specific data in every round: nothing of it is a finding. */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

static pthread_mutex_t early = PTHREAD_MUTEX_INITIALIZER, late = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t early_rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_key_t key;
static int rounds;

static void before_everything(int argc, char **argv, char **environment)
{
	(void)argc;
	(void)argv;
	(void)environment;
	pthread_mutex_lock(&early);
	pthread_rwlock_rdlock(&early_rwlock);
}
__attribute__((section(".preinit_array"), used)) static void (*const preinit)(int, char **, char **) = before_everything;

static void destructor(void *value)
{
	pthread_mutex_lock(&late);
	rounds++;
	pthread_mutex_unlock(&late);
	pthread_setspecific(key, value);
}

static void *thread1(void *unused)
{
	pthread_setspecific(key, &rounds);
	return unused;
}

static void at_exit(void)
{
	pthread_mutex_lock(&late);
	pthread_mutex_unlock(&late);
}

int main(void)
{
	pthread_t thread;

	pthread_mutex_unlock(&early);
	pthread_rwlock_unlock(&early_rwlock);
	atexit(at_exit);
	pthread_key_create(&key, destructor);
	pthread_create(&thread, NULL, thread1, NULL);
	pthread_join(thread, NULL);
	return rounds == 4 ? 0 : 3;
}
