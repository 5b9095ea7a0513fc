/* A once whose routine comes to the same once: it waits for itself. */
#include "case.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void prepare(void)
{
	pthread_once(&once, prepare);
}

int main(void)
{
	pthread_once(&once, prepare);
	return 0;
}
