/* A ticket is posted under a lock that the one who waits for it holds. The ticket was there before. */
#include <semaphore.h>

#include "case.h"

MUTEX(A);
static sem_t tickets;

THREAD(seller)
{
	take(A);
	sem_post(&tickets);
	give(A);
	return NULL;
}

THREAD(guest)
{
	take(A);
	sem_wait(&tickets);
	give(A);
	return NULL;
}

int main(void)
{
	sem_init(&tickets, 0, 0);
	run(seller);
	run(guest);
	return 0;
}
