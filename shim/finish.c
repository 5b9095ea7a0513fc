/* finish.c: see finish.h. */
#include "finish.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "events.h"
#include "module.h"
#include "real.h"
#include "sandbox.h"
#include "settings.h"
#include "sink.h"
#include "text.h"

static _Atomic uint32_t finished; /* serial of the process whose end is recorded */

/* ---- stderr as it was at start ---- */

static int saved_stderr = -1; /* a copy, under a bare preload */
static struct stat stderr_file;

/* The program may have closed the number, and opened a file of its own under it: that one is not to be written. */
static bool is_stderr(int fd)
{
	struct stat now;

	return fd >= 0 && real.syscall(SYS_fstat, fd, &now) == 0 && now.st_dev == stderr_file.st_dev && now.st_ino == stderr_file.st_ino &&
	       now.st_rdev == stderr_file.st_rdev;
}

static void stderr_keep(void)
{
	/* Out of the way of programs that count on low numbers, or close everything that they do not know. */
	if (real.syscall(SYS_fstat, STDERR_FILENO, &stderr_file) == 0 && !settings.launched)
		saved_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 100);
}

/* A descriptor of it; -1: the program has none left. */
static int stderr_find(void)
{
	return is_stderr(saved_stderr) ? saved_stderr : is_stderr(STDERR_FILENO) ? STDERR_FILENO : -1;
}

void finish_say(const char *what, const char *more)
{
	char line[sizeof(sink_directory) + 200];
	struct text text = text_into(line, sizeof(line));
	int fd, saved = errno;

	if (!sandbox_allows(SYS_fstat, 0, 0, 0, 0) || !sandbox_allows(SYS_write, 2, 0, 0, 0))
		return;
	if (!stderr_file.st_ino)
		stderr_keep();
	fd = stderr_find();
	text_add(text_add(text_add(text_add(&text, "gridlock: "), what), more), "\n");
	if (fd >= 0 && write(fd, line, text.used) < 0)
		errno = saved;
	errno = saved;
}

/* ---- the reporter ---- */

extern char **environ;

static void command_path(char *path, size_t room)
{
	struct text text = text_into(path, room);

	if (settings.command[0]) {
		text_add(&text, settings.command);
		return;
	}
	text_add(text_add(&text, module_own_folder), "gridlock");
	if (access(path, X_OK) == 0)
		return;
	text = text_into(path, room);
	text_add(&text, BINDIR "/gridlock");
}

/* The reporter is not to be watched. In its own copy of the memory: there may be none left to make another. */
static void drop_preload(void)
{
	char **to = environ;

	for (char **from = environ; from && *from; from++)
		if (strncmp(*from, "LD_PRELOAD=", 11) != 0)
			*to++ = *from;
	if (to)
		*to = NULL;
}

#define NO_REPORT 127 /* the command could not be started, or was killed */

/* The command's line; written before the clone, whose child finds process-wide pages wiped. */
struct command_line {
	char path[sizeof(settings.command)];
	char process[80];
	char *arguments[8];
};

static void command_line_make(struct command_line *line, bool last)
{
	struct text text = text_into(line->process, sizeof(line->process));
	char **next = line->arguments;

	command_path(line->path, sizeof(line->path));
	text_add_number(text_add(text_add(text_add(&text, "--process="), sink_image), ":"), process->serial);
	*next++ = (char *)"gridlock";
	*next++ = (char *)"report";
	*next++ = (char *)"--at-exit";
	*next++ = line->process;
	if (sink_private && last)
		*next++ = (char *)"--remove";
	*next++ = sink_directory;
	*next = NULL;
}

/* The program's own limits are not the command's. */
static void limits_lift(void)
{
	static const int limits[] = {RLIMIT_NOFILE, RLIMIT_AS, RLIMIT_DATA, RLIMIT_FSIZE};
	struct rlimit limit;

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		if (real.syscall(SYS_prlimit64, 0, limits[i], NULL, &limit) != 0)
			continue;
		limit.rlim_cur = limit.rlim_max;
		real.syscall(SYS_prlimit64, 0, limits[i], &limit, NULL);
	}
}

/* Runs the command and ends with its code. No signal of the host's is to be handled here, and its children are to be waited for. */
static void supervise(const struct command_line *line)
{
	struct sigaction standard = {.sa_handler = SIG_DFL};
	int status, fd = stderr_find();
	sigset_t all;
	long pid;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	real.sigaction(SIGCHLD, &standard, NULL);
	pid = real.syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
	if (pid == 0) {
		sigemptyset(&all);
		sigprocmask(SIG_SETMASK, &all, NULL);
		limits_lift();
		drop_preload();
		if (fd == STDERR_FILENO || dup3(fd, STDERR_FILENO, 0) == STDERR_FILENO)
			execve(line->path, line->arguments, environ);
		real.syscall(SYS_exit_group, NO_REPORT);
	}
	while (pid > 0 && real.syscall(SYS_wait4, pid, &status, __WALL, NULL) < 0)
		if (errno != EINTR)
			pid = -1;
	real.syscall(SYS_exit_group, pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : NO_REPORT);
}

/* Starts the command; returns its exit code, or NO_REPORT. A child of fork(2) through libc would run the host's atfork handlers; and a child with
 * an exit signal, which exec sets to SIGCHLD, would show in the host's handlers and waits: so one that has none, and never calls exec, stands
 * between. */
static int run_reporter(bool last)
{
	struct command_line line;
	int status = -1;
	long pid;

	command_line_make(&line, last);
	pid = real.syscall(SYS_clone, 0, NULL, NULL, NULL, NULL);
	if (pid == 0)
		supervise(&line);
	while (pid > 0 && real.syscall(SYS_wait4, pid, &status, __WCLONE, NULL) < 0)
		if (errno != EINTR)
			return NO_REPORT;
	return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : NO_REPORT;
}

/* ---- ends ---- */

/* Writes the last facts of this process, once; they find no way where gridlock is off, and there is a report all the same. False: done already,
 * or never begun. */
static bool record_end(enum end_how how, int code)
{
	uint32_t before = atomic_exchange(&finished, process->serial);
	struct self *self;

	if (before == process->serial || process->serial == 0)
		return false;
	/* The last thread to call pthread_exit ends the process, when its own record is gone. */
	if (self_current == &self_over)
		self_current = &self_none;
	self = self_enter();
	if (self) {
		event_process_ends(self, how, code);
		self_leave(self);
	}
	return true;
}

/* Under a bare preload: reports. Returns the exit code to end with, -1: the program's own. */
static int report_end(void)
{
	uint32_t others = atomic_fetch_sub_explicit(&sink_header->processes_live, 1, memory_order_acq_rel) - 1;
	int code;

	if (others == 0)
		sink_trim();
	if (settings.launched)
		return -1;
	code = sandbox_allows_programs() ? run_reporter(others == 0) : NO_REPORT;
	if (code == NO_REPORT)
		finish_say("the report could not be made; the recording is for: gridlock report ", sink_directory);
	return code == 0 || code == 125 || code == NO_REPORT ? -1 : code;
}

int finish_exiting(int code, bool abrupt)
{
	int verdict;

	if (!record_end(abrupt ? END_UNDERSCORE_EXIT : END_EXIT, code))
		return code;
	verdict = report_end();
	return verdict < 0 ? code : verdict;
}

/* Behind every destructor and exit handler of the host. With findings, exit once more: libc goes on with what is left, which is to flush. */
static void finish_at_exit(void *unused)
{
	int code = finish_exiting(-1, false);

	(void)unused;
	if (code >= 0)
		exit(code);
}

/* quick_exit runs no exit handlers and calls _exit inside libc. It flushes nothing either. */
static void finish_at_quick_exit(void)
{
	int code = finish_exiting(-1, true);

	if (code >= 0)
		real._exit(code);
}

int __cxa_atexit(void (*function)(void *), void *argument, void *dso);

bool finish_init(void)
{
	stderr_keep();
	return __cxa_atexit(finish_at_exit, NULL, NULL) == 0 && at_quick_exit(finish_at_quick_exit) == 0;
}

/* Will a write there wait for nobody? What a stream has kept back fits into a pipe that has room at all (pipe(7)). */
static bool has_room(int fd)
{
	const struct timespec now = {0};
	struct pollfd file = {.fd = fd, .events = POLLOUT};

	return sandbox_allows(SYS_ppoll, (long)&file, 1, (long)&now, 0) && real.syscall(SYS_ppoll, &file, 1, &now, NULL, 0) == 1 &&
	       (file.revents & POLLOUT);
}

/* A stream whose lock some thread holds cannot be flushed without a risk to hang. */
static void flush_if_free(FILE *stream, int fd)
{
	if (real.ftrylockfile(stream) != 0)
		return;
	if (has_room(fd))
		fflush_unlocked(stream);
	real.funlockfile(stream);
}

void finish_deadlocked(struct self *self, bool core)
{
	int code = settings.exitcode > 0 ? settings.exitcode : 66, verdict = -1;

	flush_if_free(stdout, STDOUT_FILENO);
	flush_if_free(stderr, STDERR_FILENO);
	if (atomic_exchange(&finished, process->serial) != process->serial) {
		event_process_ends(self, END_DEADLOCK, code);
		verdict = report_end();
	}
	if (core)
		abort();
	real._exit(verdict >= 0 ? verdict : code);
	__builtin_unreachable();
}
