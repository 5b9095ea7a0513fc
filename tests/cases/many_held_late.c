/* Sixty-four mutexes of one class are held while L is taken, by two threads; one of them is taken under L later, when what was done with each of the others is
 * long known. */
#include "case.h"

#define MANY 64

MUTEX(L);
static pthread_mutex_t *items;

THREAD(each)
{
	for (int i = 0; i < MANY; i++) {
		take(items[i]);
		take(L);
		give(L);
		give(items[i]);
	}
	return NULL;
}

THREAD(late)
{
	take(L);
	take(items[41]);
	give(items[41]);
	give(L);
	return NULL;
}

int main(void)
{
	items = calloc(MANY, sizeof(*items));
	for (int i = 0; i < MANY; i++)
		pthread_mutex_init(&items[i], NULL);
	run(each);
	run(each);
	run(late);
	return 0;
}
