/* flags: -fopenmp */
/* OpenMP: a lock and a critical section, and two locks, in both orders. */
#include <omp.h>

#include "case.h"

static omp_lock_t A, B;

THREAD(thread1)
{
	omp_set_lock(&A);
	omp_set_lock(&B);
	omp_unset_lock(&B);
	omp_unset_lock(&A);
#pragma omp critical(section)
	{
		omp_set_lock(&A);
		omp_unset_lock(&A);
	}
	return NULL;
}

THREAD(thread2)
{
	omp_set_lock(&B);
	omp_set_lock(&A);
#pragma omp critical(section)
	{
	}
	omp_unset_lock(&A);
	omp_unset_lock(&B);
	return NULL;
}

int main(void)
{
	omp_init_lock(&A);
	omp_init_lock(&B);
	run(thread1);
	run(thread2);
	return 0;
}
