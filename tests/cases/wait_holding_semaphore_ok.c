/* The seller has said that he is past his lock before the guest takes it; a second guest has a limit; a third one only reads, like his seller. */
#include <semaphore.h>
#include <time.h>

#include "case.h"

MUTEX(A);
RWLOCK(R);
static sem_t past, tickets, others;

THREAD(seller)
{
	take(A);
	give(A);
	sem_post(&past);
	sem_post(&tickets);
	return NULL;
}

THREAD(guest)
{
	sem_wait(&past);
	take(A);
	sem_wait(&tickets);
	give(A);
	return NULL;
}

THREAD(other_seller)
{
	take(A);
	sem_post(&others);
	give(A);
	return NULL;
}

THREAD(hasty_guest)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 10;
	take(A);
	sem_timedwait(&others, &until);
	give(A);
	return NULL;
}

THREAD(reading_seller)
{
	take_shared(R);
	sem_post(&tickets);
	give(R);
	return NULL;
}

THREAD(reading_guest)
{
	take_shared(R);
	sem_wait(&tickets);
	give(R);
	return NULL;
}

int main(void)
{
	sem_init(&past, 0, 0);
	sem_init(&tickets, 0, 0);
	sem_init(&others, 0, 0);
	run(seller);
	run(guest);
	run(other_seller);
	run(hasty_guest);
	run(reading_seller);
	run(reading_guest);
	return 0;
}
