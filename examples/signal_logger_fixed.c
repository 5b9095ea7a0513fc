/*
 * signal_logger_fixed: the corrected twin of signal_logger.c: the handler only leaves word, and the log is opened anew between two lines.
 *
 *   gridlock build/examples/signal_logger_fixed
 *
 * gridlock is silent but for its summary.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static int lines, opened = 1;
static volatile sig_atomic_t reopen_wanted;

static void ask_to_reopen_log(int signal)
{
	(void)signal;
	reopen_wanted = 1;
}

/* Logrotate's kill, at the moment of our choice. */
static void logrotate(void)
{
	raise(SIGHUP);
}

static void log_line(const char *text, int rotated)
{
	pthread_mutex_lock(&log_lock);
	if (reopen_wanted) {
		reopen_wanted = 0;
		opened++;
	}
	printf("%d: %s\n", ++lines, text);
	if (rotated)
		logrotate();
	pthread_mutex_unlock(&log_lock);
}

int main(void)
{
	struct sigaction action = {.sa_handler = ask_to_reopen_log};

	sigaction(SIGHUP, &action, NULL);
	log_line("started", 0);
	logrotate();
	log_line("a request", 1);
	log_line("another one", 0);
	printf("the log was opened %d times\n", opened);
	return 0;
}
