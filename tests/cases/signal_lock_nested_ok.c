/* Two handlers take one lock, on a stack of their own, and each keeps the other signal out. */
#include <signal.h>

#include "case.h"

MUTEX(A);
static char stack[1 << 16];

static void first(int number)
{
	(void)number;
	take(A);
	give(A);
}

static void second(int number)
{
	(void)number;
	take(A);
	give(A);
}

int main(void)
{
	stack_t other = {.ss_sp = stack, .ss_size = sizeof(stack)};
	struct sigaction one = {.sa_handler = first, .sa_flags = SA_ONSTACK}, two = {.sa_handler = second, .sa_flags = SA_ONSTACK};

	sigaltstack(&other, NULL);
	sigaddset(&two.sa_mask, SIGUSR1);
	sigaddset(&one.sa_mask, SIGUSR2);
	sigaction(SIGUSR1, &one, NULL);
	sigaction(SIGUSR2, &two, NULL);
	raise(SIGUSR1);
	raise(SIGUSR2);
	return 0;
}
