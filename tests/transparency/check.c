/* check.c: runs the table. Without arguments: every check; --expected: what each should say; --fresh: each check in a program of its own;
 * NAME...: these. */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <threads.h>
#include <unistd.h>

#include "check.h"

extern const struct check *const __start_checks[], *const __stop_checks[];

const struct timespec past = {1, 0}, bad_nsec = {1, 1000000000}, negative_nsec = {1, -1};

static const struct check *running;
static char line[2048];

void say(const char *format, ...)
{
	size_t used = strlen(line);
	va_list arguments;

	if (used < sizeof(line) - 1)
		line[used++] = ' ';
	va_start(arguments, format);
	vsnprintf(line + used, sizeof(line) - used, format, arguments);
	va_end(arguments);
}

static const char *error_name(int error)
{
	return error == 0 ? "0" : strerrorname_np(error) ? strerrorname_np(error) : "?";
}

static const char *errno_change(void)
{
	static _Thread_local char text[32];

	if (errno == ERRNO_UNTOUCHED)
		return "";
	snprintf(text, sizeof(text), "!errno=%s", error_name(errno));
	return text;
}

int said_error(int error)
{
	const char *change = errno_change();

	say("%s%s", error_name(error), change);
	return error;
}

long said_result(long result)
{
	if (result == -1)
		say("%s", error_name(errno));
	else
		say("%ld%s", result, errno_change());
	return result;
}

int said_word(int word)
{
	const char *change = errno_change();
	const char *name = "?";

	switch (word) {
	case thrd_success:
		name = "success";
		break;
	case thrd_busy:
		name = "busy";
		break;
	case thrd_timedout:
		name = "timedout";
		break;
	case thrd_nomem:
		name = "nomem";
		break;
	case thrd_error:
		name = "error";
		break;
	}
	say("%s%s", name, change);
	return word;
}

void must(bool true_, const char *what, const char *file, int number)
{
	if (true_)
		return;
	printf("%s: %s:%d: %s failed: %s\n", running ? running->name : "?", file, number, what, strerror(errno));
	fflush(stdout);
	_exit(3);
}

static void *call_body(void *body)
{
	(*(void (**)(void))body)();
	return NULL;
}

void in_thread(void (*body)(void))
{
	pthread_t thread;

	MUST(pthread_create(&thread, NULL, call_body, &body));
	MUST(pthread_join(thread, NULL));
}

void said_status(int status)
{
	if (WIFSIGNALED(status))
		say("killed %d%s", WTERMSIG(status), WCOREDUMP(status) ? " core" : "");
	else
		say("exit %d", WEXITSTATUS(status));
}

void in_child(int (*body)(void))
{
	pid_t child = fork();
	int status = -1;

	if (child == 0)
		_exit(body());
	must(waitpid(child, &status, 0) == child, "waitpid", __FILE__, __LINE__);
	said_status(status);
}

void until_blocked(pid_t tid)
{
	char path[64], text[8];

	snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", (int)tid);
	for (;;) {
		FILE *file = fopen(path, "r");

		must(file != NULL, "the thread is alive", __FILE__, __LINE__);
		text[0] = '\0';
		if (!fgets(text, sizeof(text), file))
			text[0] = '\0';
		fclose(file);
		/* The number of the futex call on this machine; "running" while it is not in a call. */
		if (atoi(text) == SYS_futex)
			return;
		usleep(500);
	}
}

void until_ended(pid_t tid)
{
	while (tgkill(getpid(), tid, 0) == 0)
		usleep(200);
}

pid_t tid_of(const _Atomic pid_t *tid)
{
	while (*tid == 0)
		usleep(200);
	return *tid;
}

void until_not(const _Atomic int *word, int value)
{
	while (*word == value)
		usleep(200);
}

void *shared_memory(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	must(memory != MAP_FAILED, "mmap", __FILE__, __LINE__);
	return memory;
}

static const struct timespec *ahead(clockid_t clock, long seconds, long nsec)
{
	static _Thread_local struct timespec time;

	clock_gettime(clock, &time);
	time.tv_sec += seconds;
	time.tv_nsec += nsec;
	if (time.tv_nsec >= 1000000000) {
		time.tv_sec++;
		time.tv_nsec -= 1000000000;
	}
	return &time;
}

const struct timespec *soon(clockid_t clock)
{
	return ahead(clock, 0, 3000000);
}

const struct timespec *never(clockid_t clock)
{
	return ahead(clock, 3600, 0);
}

/* A check that hangs: which, and how far it came. */
static void hung(int signal_)
{
	char text[2200];
	int length = snprintf(text, sizeof(text), "%s:%s (hangs)\n", running->name, line);

	(void)signal_;
	if (write(STDOUT_FILENO, text, (size_t)length) < 0)
		_exit(5);
	_exit(4);
}

static void run(const struct check *check)
{
	running = check;
	line[0] = '\0';
	alarm(20);
	check->run();
	alarm(0);
	printf("%s:%s\n", check->name, line);
	fflush(stdout);
}

static void run_fresh(const struct check *check)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		execl("/proc/self/exe", "checks", check->name, NULL);
		_exit(127);
	}
	waitpid(child, &status, 0);
	if (status != 0)
		printf("%s: (status %d)\n", check->name, status);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";

	signal(SIGALRM, hung);
	for (const struct check *const *row = __start_checks; row < __stop_checks; row++) {
		if (!strcmp(how, "--expected"))
			printf("%s: %s\n", (*row)->name, (*row)->expected);
		else if (!strcmp(how, "--fresh"))
			run_fresh(*row);
		else if (argc == 1)
			run(*row);
		for (int i = 1; i < argc; i++)
			if (!strcmp(argv[i], (*row)->name))
				run(*row);
	}
	return 0;
}
