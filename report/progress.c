/* progress.c: see progress.h. */
#include "progress.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

/* Read by the handler, which interrupts the only thread: each store is whole, and a line of mixed ones stands for a second only. */
static const char *volatile doing = "starting";
static volatile size_t done_so_far, of_all;
static volatile unsigned seconds;
static volatile sig_atomic_t shown, running;

static char *add_text(char *to, const char *text)
{
	while (*text)
		*to++ = *text++;
	return to;
}

static char *add_number(char *to, size_t number)
{
	char digits[24];
	size_t count = 0;

	do
		digits[count++] = (char)('0' + number % 10);
	while (number /= 10);
	while (count)
		*to++ = digits[--count];
	return to;
}

/* SIGALRM: no stdio here. */
static void show(int signal)
{
	char line[200], *to = add_text(line, "\rgridlock: ");
	int saved = errno;

	(void)signal;
	seconds = seconds + 1;
	to = add_text(to, doing);
	if (of_all) {
		to = add_number(add_text(to, " "), done_so_far + 1);
		to = add_number(add_text(to, " of "), of_all);
	}
	to = add_text(add_number(add_text(to, ", "), seconds), " s\033[K");
	if (write(STDERR_FILENO, line, (size_t)(to - line)) > 0)
		shown = 1;
	errno = saved;
}

void progress_begin(void)
{
	static bool registered;
	struct sigaction action = {.sa_handler = show, .sa_flags = SA_RESTART};
	struct itimerval timer = {.it_interval.tv_sec = 1, .it_value.tv_sec = 1};

	if (!isatty(STDERR_FILENO))
		return;
	seconds = 0;
	running = 1;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
	if (!registered)
		atexit(progress_end);
	registered = true;
}

void progress_say(const char *what, size_t done, size_t total)
{
	of_all = 0;
	doing = what;
	done_so_far = done;
	of_all = total;
}

void progress_end(void)
{
	static const char wipe[] = "\r\033[K";

	if (!running)
		return;
	running = 0;
	setitimer(ITIMER_REAL, &(struct itimerval){0}, NULL);
	signal(SIGALRM, SIG_IGN);
	if (shown && write(STDERR_FILENO, wipe, sizeof(wipe) - 1) < 0)
		errno = 0;
	shown = 0;
}
