/* A mutex is unlocked before the one that was locked after it, and a handler comes at every instruction of that: whatever it finds of what the
 * thread holds, G is there, under which the opposite orders cannot meet. */
#include <signal.h>

#include "case.h"

#define STEPS 400 /* a few times as many as it has instructions */

MUTEX(A);
MUTEX(G);
static pthread_mutex_t P[STEPS], Q[STEPS];
static int steps;

/* Other locks each time: what is recorded once for a call path would hide what comes later. */
static void handler(int number)
{
	int step = steps++;

	(void)number;
	if (step >= STEPS)
		return;
	take(P[step]);
	take(Q[step]);
	give(Q[step]);
	give(P[step]);
}

/* From now on the processor stops behind each instruction. Elsewhere the handler comes once. */
static void begin_steps(void)
{
#ifdef __x86_64__
	__builtin_ia32_writeeflags_u64(__builtin_ia32_readeflags_u64() | 0x100);
#else
	raise(SIGTRAP);
#endif
}

static void end_steps(void)
{
#ifdef __x86_64__
	__builtin_ia32_writeeflags_u64(__builtin_ia32_readeflags_u64() & ~0x100ull);
#endif
}

THREAD(thread1)
{
	while (steps < STEPS) {
		take(A);
		take(G);
		begin_steps();
		give(A);
		end_steps();
		give(G);
	}
	return NULL;
}

THREAD(thread2)
{
	sigset_t trap;

	sigemptyset(&trap);
	sigaddset(&trap, SIGTRAP);
	pthread_sigmask(SIG_BLOCK, &trap, NULL);
	take(G);
	for (int i = 0; i < STEPS; i++) {
		take(Q[i]);
		take(P[i]);
		give(P[i]);
		give(Q[i]);
	}
	give(G);
	return NULL;
}

int main(void)
{
	struct sigaction action = {.sa_handler = handler};

	for (int i = 0; i < STEPS; i++) {
		pthread_mutex_init(&P[i], NULL);
		pthread_mutex_init(&Q[i], NULL);
	}
	sigaction(SIGTRAP, &action, NULL);
	run(thread1);
	run(thread2);
	return 0;
}
