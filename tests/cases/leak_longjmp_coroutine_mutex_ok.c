/* Coroutines: a jump from one stack to another, above or below it, leaves no section; each goes on where it was and gives its lock back. */
#include "case.h"

#include <semaphore.h>
#include <setjmp.h>
#include <ucontext.h>

MUTEX(A);
MUTEX(B);
static char stacks[2][65536];
static jmp_buf inside[2];
static ucontext_t at_home, entry;
static sem_t semaphore;

static void to(int other)
{
	if (_setjmp(inside[!other]) == 0)
		_longjmp(inside[other], 1);
}

static void lower(void)
{
	take(A);
	to(1);
	sem_wait(&semaphore);
	give(A);
	to(1);
}

static void upper(void)
{
	if (_setjmp(inside[1]) == 0)
		swapcontext(&entry, &at_home);
	take(B);
	to(0);
	give(B);
}

static void start(void (*function)(void), char *stack)
{
	static ucontext_t context;

	getcontext(&context);
	context.uc_stack.ss_sp = stack;
	context.uc_stack.ss_size = sizeof(stacks[0]);
	context.uc_link = &at_home;
	makecontext(&context, function, 0);
	swapcontext(&at_home, &context);
}

THREAD(thread1)
{
	start(upper, stacks[1]);
	start(lower, stacks[0]);
	sem_wait(&semaphore);
	return NULL;
}

int main(void)
{
	sem_init(&semaphore, 0, 2);
	run(thread1);
	return 0;
}
