/* Coroutines on stacks that begin at one place and end at others, behind which there is nothing: their calls have the same stack pointers and, as far
 * as the smaller stack goes, the same callers. What is known of the larger one's call is not looked for beyond the smaller one's end. */
#include "case.h"

#include <alloca.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>

#define PAGE  4096u
#define PAGES 4u
#define FRAME 512u /* of down() */

MUTEX(A);
static ucontext_t back, coroutine;
static size_t padding = 256;
static char *innermost[2]; /* frames of down() */

static void down(unsigned levels)
{
	char *room = alloca(padding);

	*(volatile char *)room = 0;
	innermost[1] = innermost[0];
	innermost[0] = room;
	if (levels == 0) {
		take(A);
		give(A);
	} else {
		down(levels - 1);
	}
}

static unsigned levels;
static void begin(void)
{
	down(levels);
}

/* The first `pages` of it are the stack. */
static void run_on(char *stack, unsigned pages)
{
	mprotect(stack, PAGES * PAGE, PROT_NONE);
	mprotect(stack, pages * PAGE, PROT_READ | PROT_WRITE);
	getcontext(&coroutine);
	coroutine.uc_stack.ss_sp = stack;
	coroutine.uc_stack.ss_size = pages * PAGE;
	coroutine.uc_link = &back;
	levels = 1 + (pages - PAGES / 2) * PAGE / FRAME;
	makecontext(&coroutine, begin, 0);
	swapcontext(&back, &coroutine);
}

int main(void)
{
	char *stack = mmap(NULL, (PAGES + 1) * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *place = NULL;

	down(1);
	padding += FRAME - (size_t)(innermost[1] - innermost[0]);
	for (unsigned i = 0; i < 300; i++) {
		run_on(stack, PAGES - i % 3);
		if (place && place != innermost[0])
			abort();
		place = innermost[0];
	}
	return 0;
}
