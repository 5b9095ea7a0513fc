/* jump.c: longjmp in its forms, and what memory functions do to errno. */
#include <dlfcn.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

/* ---- jumps ---- */

static jmp_buf there;
static sigjmp_buf there_with_mask;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

__attribute__((noinline)) static void jump(int value)
{
	longjmp(there, value);
}

__attribute__((noinline)) static void jump_holding(int value)
{
	pthread_mutex_lock(&mutex);
	longjmp(there, value);
}

CHECK(longjmp_values, "1 1 7 -3")
{
	static const int values[] = {0, 1, 7, -3};

	for (volatile int i = 0; i < 4; i++) {
		int value = setjmp(there);

		if (value == 0)
			jump(values[i]);
		say("%d", value);
	}
}

/* A lock that a jump leaves held is held. */
CHECK(longjmp_with_a_lock_held, "5 EBUSY 0 0")
{
	int value = setjmp(there);

	if (value == 0)
		jump_holding(5);
	say("%d", value);
	DO(pthread_mutex_trylock(&mutex));
	DO(pthread_mutex_unlock(&mutex));
	DO(pthread_mutex_trylock(&mutex));
	pthread_mutex_unlock(&mutex);
}

static void say_blocked(void)
{
	sigset_t mask;

	MUST(sigprocmask(SIG_SETMASK, NULL, &mask));
	say(sigismember(&mask, SIGUSR1) ? "blocked" : "open");
}

static void block(int how)
{
	sigset_t mask;

	MUST(sigemptyset(&mask));
	MUST(sigaddset(&mask, SIGUSR1));
	MUST(sigprocmask(how, &mask, NULL));
}

CHECK(jumps_and_the_mask_of_signals, "open blocked blocked")
{
	if (sigsetjmp(there_with_mask, 1) == 0) {
		block(SIG_BLOCK);
		siglongjmp(there_with_mask, 1);
	}
	say_blocked();
	if (sigsetjmp(there_with_mask, 0) == 0) {
		block(SIG_BLOCK);
		siglongjmp(there_with_mask, 1);
	}
	say_blocked();
	block(SIG_UNBLOCK);
	if (_setjmp(there) == 0) {
		block(SIG_BLOCK);
		_longjmp(there, 1);
	}
	say_blocked();
	block(SIG_UNBLOCK);
}

/* What programs built with _FORTIFY_SOURCE call. */
void __longjmp_chk(sigjmp_buf environment, int value) __attribute__((noreturn));

__attribute__((noinline, noreturn)) static void jump_checked(int value)
{
	__longjmp_chk(there_with_mask, value);
}

CHECK(longjmp_checked, "9")
{
	int value = sigsetjmp(there_with_mask, 0);

	if (value == 0)
		jump_checked(9);
	say("%d", value);
}

/* Below: this is called from deeper in the stack than where the jump starts. */
__attribute__((noinline)) static int sets_far_below(void)
{
	char room[65536];
	int value = sigsetjmp(there_with_mask, 0);

	__asm__ volatile("" : : "r"(room) : "memory");
	return value;
}

static int jumps_to_a_frame_that_is_gone(void)
{
	if (!freopen("/dev/null", "w", stderr))
		return 2;
	if (sets_far_below() != 0)
		return 3;
	jump_checked(1);
}

/* libc ends the program that jumps into a function that has returned. */
CHECK(longjmp_checked_to_where_nobody_is, "killed 6")
{
	in_child(jumps_to_a_frame_that_is_gone);
}

static void jump_from_handler(int number)
{
	(void)number;
	siglongjmp(there_with_mask, 4);
}

CHECK(jump_out_of_a_handler, "4 open 0")
{
	struct sigaction action = {.sa_handler = jump_from_handler}, before;
	int value;

	MUST(sigaction(SIGUSR1, &action, &before));
	value = sigsetjmp(there_with_mask, 1);
	if (value == 0)
		raise(SIGUSR1);
	say("%d", value);
	say_blocked();
	DO(pthread_mutex_lock(&mutex));
	pthread_mutex_unlock(&mutex);
	MUST(sigaction(SIGUSR1, &before, NULL));
}

/* ---- memory ---- */

CHECK(free_leaves_errno_alone, "untouched")
{
	void *volatile big = malloc(10 << 20), *volatile small = malloc(10);

	errno = ERRNO_UNTOUCHED;
	free(NULL);
	free(small);
	free(big);
	say(errno == ERRNO_UNTOUCHED ? "untouched" : "touched");
}

CHECK(realloc_keeps_what_is_there, "kept kept ENOMEM kept none")
{
	volatile size_t too_much = PTRDIFF_MAX - 4096;
	char *block = realloc(NULL, 20), *grown, *volatile same;

	must(block != NULL, "realloc", __FILE__, __LINE__);
	strcpy(block, "text");
	grown = realloc(block, 2 << 20);
	must(grown != NULL, "realloc", __FILE__, __LINE__);
	say(strcmp(grown, "text") == 0 ? "kept" : "lost");
	block = realloc(grown, 8);
	must(block != NULL, "realloc", __FILE__, __LINE__);
	say(strcmp(block, "text") == 0 ? "kept" : "lost");
	same = block;
	SYS((grown = realloc(block, too_much)) ? 0 : -1);
	block = same;
	say(strcmp(block, "text") == 0 ? "kept" : "lost");
	say(realloc(block, 0) ? "some" : "none");
}

/* Memory that goes away with a lock in it, used or held, and comes again. */
CHECK(memory_with_locks_in_it_that_goes_away, "0 0 0 0 0 0")
{
	pthread_mutex_t *inside;

	for (int i = 0; i < 3; i++) {
		inside = calloc(1, sizeof(*inside));
		DO(pthread_mutex_lock(inside));
		if (i == 1)
			pthread_mutex_unlock(inside);
		if (i == 2)
			inside = realloc(inside, 1 << 20);
		free(inside);
	}
	inside = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	DO(pthread_mutex_lock(inside));
	SYS(munmap(inside, 4096));
	inside = mmap(inside, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	DO(pthread_mutex_lock(inside));
}

CHECK(munmap_errors, "EINVAL EINVAL EINVAL 0")
{
	char *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	SYS(munmap(page, 0));
	SYS(munmap(page + 1, 4096));
	SYS(munmap((void *)~0xfffull, 8192));
	SYS(munmap(page, 4096));
}

CHECK(dlclose_results, "0 0 -1 error")
{
	void *library = dlopen("libm.so.6", RTLD_NOW), *again = dlopen("libm.so.6", RTLD_NOW);
	static char nothing[4096];

	say("%d", dlclose(library));
	say("%d", dlclose(again));
	dlerror();
	say("%d", dlclose(nothing) == 0 ? 0 : -1);
	say(dlerror() ? "error" : "none");
}
