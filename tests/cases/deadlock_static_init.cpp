/* A static variable whose initialiser asks for a mutex; the mutex's owner asks for the variable. */
#include <pthread.h>
#include <unistd.h>

static pthread_mutex_t A = PTHREAD_MUTEX_INITIALIZER;
static int met;

static void meet()
{
	__atomic_add_fetch(&met, 1, __ATOMIC_ACQ_REL);
	while (__atomic_load_n(&met, __ATOMIC_ACQUIRE) < 2)
		usleep(100);
}

static int make()
{
	meet();
	pthread_mutex_lock(&A);
	pthread_mutex_unlock(&A);
	return 7;
}

static int value()
{
	static int made = make();

	return made;
}

static void *thread1(void *)
{
	value();
	return nullptr;
}

static void *thread2(void *)
{
	pthread_mutex_lock(&A);
	meet();
	value();
	pthread_mutex_unlock(&A);
	return nullptr;
}

int main()
{
	pthread_t one, two;

	alarm(20);
	pthread_create(&one, nullptr, thread1, nullptr);
	pthread_create(&two, nullptr, thread2, nullptr);
	pthread_join(one, nullptr);
	pthread_join(two, nullptr);
	return 0;
}
