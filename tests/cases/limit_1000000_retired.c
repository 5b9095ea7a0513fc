/* A million locks made, nested, and gone, destroyed or only freed: memory stays flat, and the inversion of two that live on is found. LOCKS: how
 * many, for longer runs. */
#include <string.h>

#include "case.h"

MUTEX(A);
MUTEX(B);

struct object {
	pthread_mutex_t one, two;
	pthread_rwlock_t three;
};

static long resident_kib(void)
{
	FILE *file = fopen("/proc/self/status", "r");
	long kib = 0;
	char line[200];

	while (fgets(line, sizeof(line), file))
		if (strncmp(line, "RssAnon:", 8) == 0)
			kib = atol(line + 8);
	fclose(file);
	return kib;
}

static void nest(struct object *object)
{
	take(A);
	take(object->one);
	take(object->two);
	take(object->three);
	take(B);
	give(B);
	give(object->three);
	give(object->two);
	give(object->one);
	give(A);
}

static void live(long number)
{
	struct object *object = malloc(sizeof(*object));

	pthread_mutex_init(&object->one, NULL);
	object->two = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	pthread_rwlock_init(&object->three, NULL);
	nest(object);
	if (number % 2) {
		pthread_mutex_destroy(&object->one);
		pthread_rwlock_destroy(&object->three);
	}
	free(object);
}

THREAD(thread1)
{
	long locks = getenv("LOCKS") ? atol(getenv("LOCKS")) : 1000000, kib = 0;

	for (long i = 0; i < locks / 3; i++) {
		if (i == 1000)
			kib = resident_kib();
		live(i);
	}
	if (resident_kib() > kib + 512)
		_exit(1);
	return NULL;
}

THREAD(thread2)
{
	take(B);
	take(A);
	give(A);
	give(B);
	return NULL;
}

int main(void)
{
	run(thread1);
	run(thread2);
	return 0;
}
