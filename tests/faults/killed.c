/*
 * killed.c: killed COUNT_FILE: a program that goes wrong in a new way again and again, and notes after each what is done: to be killed at any
 * moment. Step i, once it is noted, has unlocked a lock that was not locked, and taken two others the wrong way round: both in a class of
 * their own, so that each is facts of its own in the recording.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define STEPS 4000

static pthread_mutex_t misused[STEPS], left[STEPS], right[STEPS];
static _Atomic int turn; /* step * 2: the other thread's; + 1: main's */

static void both(pthread_mutex_t *outer, pthread_mutex_t *inner)
{
	pthread_mutex_lock(outer);
	pthread_mutex_lock(inner);
	pthread_mutex_unlock(inner);
	pthread_mutex_unlock(outer);
}

static void *other(void *unused)
{
	for (int i = 0; i < STEPS; i++) {
		while (turn != i * 2)
			sched_yield();
		both(&left[i], &right[i]);
		turn = i * 2 + 1;
	}
	return unused;
}

int main(int argc, char **argv)
{
	int file = open(argc > 1 ? argv[1] : "", O_WRONLY | O_CREAT | O_TRUNC, 0600);
	pthread_t thread;

	if (file < 0 || pthread_create(&thread, NULL, other, NULL) != 0)
		return 9;
	for (int i = 0; i < STEPS; i++) {
		while (turn != i * 2 + 1)
			sched_yield();
		pthread_mutex_lock(&misused[i]);
		pthread_mutex_unlock(&misused[i]);
		pthread_mutex_unlock(&misused[i]);
		both(&right[i], &left[i]);
		if (write(file, ".", 1) != 1)
			return 9;
		turn = i * 2 + 2;
	}
	pthread_join(thread, NULL);
	return 0;
}
