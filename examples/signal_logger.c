/*
 * signal_logger: a logger whose lock a signal handler takes too. (What syslog in the SIGALRM handler was to OpenSSH, CVE-2006-5051.)
 *
 *   gridlock build/examples/signal_logger
 *   gridlock build/examples/signal_logger lucky
 *
 * SIGHUP asks for the log to be opened anew, and logrotate sends it whenever it likes. Between two lines it does no harm. In the middle of a line
 * the handler waits for log_lock, which the very thread holds that it has interrupted: without gridlock the program hangs for ever (end it with
 * Ctrl-C). gridlock says signal-lock at the harmless one, a warning, so that `lucky` is enough to know; and reports the self-deadlock before the
 * call blocks, names SIGHUP, and ends the program with exit code 66.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static int lines, opened = 1;

static void reopen_log(int signal)
{
	(void)signal;
	pthread_mutex_lock(&log_lock); /* nobody may write while the file changes */
	opened++;
	pthread_mutex_unlock(&log_lock);
}

/* Logrotate's kill, at the moment of our choice. */
static void logrotate(void)
{
	raise(SIGHUP);
}

static void log_line(const char *text, int rotated)
{
	pthread_mutex_lock(&log_lock);
	printf("%d: %s\n", ++lines, text);
	if (rotated)
		logrotate();
	pthread_mutex_unlock(&log_lock);
}

int main(int argc, char **argv)
{
	int lucky = argc > 1 && strcmp(argv[1], "lucky") == 0;
	struct sigaction action = {.sa_handler = reopen_log};

	sigaction(SIGHUP, &action, NULL);
	log_line("started", 0);
	logrotate();
	log_line("a request", !lucky);
	printf("the log was opened %d times\n", opened);
	return 0;
}
