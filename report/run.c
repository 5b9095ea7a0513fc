/* run.c: see run.h. */
#include "run.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "doctor.h"
#include "findings.h"
#include "folder.h"
#include "memory.h"
#include "output.h"
#include "suppress.h"
#include "verdict.h"

struct launch {
	const struct options *options;
	char **argv;
	char *path;    /* what is executed */
	char *folder;  /* of the recording */
	bool kept;     /* --record named it */
	sigset_t mask; /* as we found it */
	pid_t pid;
	int status; /* of the program, from wait */
	bool ended;
};

/* ---- the environment ---- */

/* A value for GRIDLOCK_OPTIONS, quoted. */
static char *quoted(const char *name, const char *value)
{
	char quote = strchr(value, '"') ? '\'' : '"';

	return printed("%s=%c%s%c", name, quote, value, quote);
}

static void set_environment(const struct launch *launch)
{
	const char *preload = getenv("LD_PRELOAD"), *user = getenv("GRIDLOCK_OPTIONS");
	char *library = doctor_library(), *record = quoted("record", launch->folder), *value;

	if (!library)
		die("libgridlock.so is not where it belongs beside this command: make, or make install");
	value = preload && *preload ? printed("%s:%s", library, preload) : copied(library);
	setenv("LD_PRELOAD", value, 1);
	free(value);
	value = printed("%s%s%s launched=1 on-deadlock=%s identity=%s error-exitcode=%s", user ? user : "", user && *user ? " " : "",
			record, option_string(launch->options, OPTION_ON_DEADLOCK), option_string(launch->options, OPTION_IDENTITY),
			option_string(launch->options, OPTION_ERROR_EXITCODE));
	setenv("GRIDLOCK_OPTIONS", value, 1);
	free(value);
	free(record);
	free(library);
}

/* ---- signals: what is sent to the launcher goes on to the program ---- */

static const int forwarded[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGTSTP, SIGCONT};
#define FORWARDED (sizeof(forwarded) / sizeof(forwarded[0]))

/* A terminal sends its signals to the whole foreground group, the program included: those come from the kernel and are not sent on. */
static void forward(const struct launch *launch, const siginfo_t *info)
{
	if (info->si_code == SI_KERNEL)
		return;
	if (!launch->ended && info->si_pid != launch->pid)
		kill(launch->pid, info->si_signo == SIGTSTP ? SIGSTOP : info->si_signo);
	if (info->si_signo == SIGTSTP)
		raise(SIGSTOP);
}

static void block_signals(struct launch *launch)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	for (size_t i = 0; i < FORWARDED; i++)
		sigaddset(&set, forwarded[i]);
	sigprocmask(SIG_BLOCK, &set, &launch->mask);
}

/* ---- starting ---- */

static void child(const struct launch *launch, int failure)
{
	int error;

	sigprocmask(SIG_SETMASK, &launch->mask, NULL);
	set_environment(launch);
	execv(launch->path, launch->argv);
	error = errno;
	if (error == ENOEXEC) {
		/* A script without #!, as execvp would run it. */
		size_t count = 0;
		char **shell;

		while (launch->argv[count])
			count++;
		shell = new_zeroed(count + 2, sizeof(*shell));
		shell[0] = copied("/bin/sh");
		shell[1] = launch->path;
		memcpy(shell + 2, launch->argv + 1, count * sizeof(*shell));
		execv(shell[0], shell);
	}
	if (write(failure, &error, sizeof(error)) < 0)
		_exit(EXIT_GRIDLOCK);
	_exit(126);
}

/* Starts the program; ends the command with 126 when it cannot be executed. */
static void start(struct launch *launch)
{
	int failure[2], error;

	if (pipe2(failure, O_CLOEXEC) != 0)
		die("pipe: %s", strerror(errno));
	launch->pid = fork();
	if (launch->pid < 0)
		die("fork: %s", strerror(errno));
	if (launch->pid == 0)
		child(launch, failure[1]);
	close(failure[1]);
	if (read(failure[0], &error, sizeof(error)) == sizeof(error)) {
		fprintf(stderr, "gridlock: %s: %s\n", launch->argv[0], strerror(error));
		waitpid(launch->pid, NULL, 0);
		if (!launch->kept)
			folder_remove(launch->folder);
		exit(error == ENOENT ? 127 : 126);
	}
	close(failure[0]);
}

/* ---- waiting ---- */

/* Reaps what has ended. False: there is nothing left to wait for. */
static bool reap(struct launch *launch)
{
	bool tree = strcmp(option_string(launch->options, OPTION_WAIT), "tree") == 0;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == launch->pid) {
			launch->status = status;
			launch->ended = true;
		}
	}
	if (pid < 0)
		return false;
	return tree || !launch->ended;
}

/* For whom we wait after the program itself has ended: pids and names of our children. */
static void say_who(void)
{
	char *path = printed("/proc/self/task/%d/children", (int)getpid()), *name = NULL;
	FILE *children = fopen(path, "re");
	int pid;

	fputs("gridlock: the program has ended; waiting for its descendants:", stderr);
	while (children && fscanf(children, "%d", &pid) == 1) {
		char comm[64] = "?";
		FILE *file;

		free(name);
		name = printed("/proc/%d/comm", pid);
		file = fopen(name, "re");
		if (file && !fgets(comm, sizeof(comm), file))
			comm[0] = '\0';
		if (file)
			fclose(file);
		comm[strcspn(comm, "\n")] = '\0';
		fprintf(stderr, " %d (%s)", pid, comm);
	}
	fputs("; --wait=program does not wait\n", stderr);
	if (children)
		fclose(children);
	free(name);
	free(path);
}

static void wait_for_all(struct launch *launch)
{
	struct timespec two_seconds = {.tv_sec = 2};
	bool said = false;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	for (size_t i = 0; i < FORWARDED; i++)
		sigaddset(&set, forwarded[i]);
	while (reap(launch)) {
		bool patient = launch->ended && !said;
		siginfo_t info;
		int signal = sigtimedwait(&set, &info, patient ? &two_seconds : NULL);

		if (signal < 0 && errno == EAGAIN) {
			say_who();
			said = true;
		} else if (signal > 0 && signal != SIGCHLD) {
			forward(launch, &info);
		}
	}
}

/* ---- afterwards ---- */

static void die_likewise(int signal)
{
	struct rlimit none = {0, 0};
	sigset_t set;

	setrlimit(RLIMIT_CORE, &none);
	sigemptyset(&set);
	sigaddset(&set, signal);
	struct sigaction standard = {.sa_handler = SIG_DFL};
	sigaction(signal, &standard, NULL);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(signal);
}

static int own_code(const struct launch *launch)
{
	return WIFEXITED(launch->status) ? WEXITSTATUS(launch->status) : 128 + WTERMSIG(launch->status);
}

/* Nothing was recorded: because nothing was loaded, as far as the program's file tells why, or because there was no room. */
static int report_empty(const struct launch *launch, const struct findings *findings)
{
	char *warning, *why = doctor_refusal(launch->path, &warning);

	if (findings->remarks_count)
		fprintf(stderr, "gridlock: nothing could be recorded: %s\n", findings->remarks[0]);
	else
		fprintf(stderr, "gridlock: no process of the tree loaded the library, so nothing was watched: %s\n",
			why ? why
			    : "it may have been run with a cleared environment, or have executed a static or set-user-ID program (see "
			      "gridlock "
			      "doctor); --allow-empty accepts that");
	free(why);
	free(warning);
	return EXIT_GRIDLOCK;
}

static int finish(struct launch *launch, struct suppressions *suppressions, struct outputs *outputs)
{
	char *error = NULL;
	struct findings *findings = findings_build(launch->folder, launch->options, &error);
	bool keep, whole;
	int code;

	if (!findings)
		die("the recording cannot be read: %s", error);
	if (findings->processes == 0 && !option_flag(launch->options, OPTION_ALLOW_EMPTY)) {
		code = report_empty(launch, findings);
		if (!launch->kept)
			folder_remove(launch->folder);
		return code;
	}
	suppressions_apply(suppressions, findings);
	keep = launch->kept ||
	       findings_count(findings, LEVEL_ERROR) + findings_count(findings, LEVEL_WARNING) + findings_count(findings, LEVEL_NOTE) > 0;
	if (!keep)
		findings->recording = NULL;
	whole = outputs_write(outputs, findings, launch->options);
	code = whole ? verdict_code(findings, launch->options, own_code(launch)) : EXIT_GRIDLOCK;
	findings_free(findings);
	if (!keep)
		folder_remove(launch->folder);
	/* A signal says more than a finding, which is in the report. */
	if (whole && WIFSIGNALED(launch->status))
		die_likewise(WTERMSIG(launch->status));
	return code;
}

int run_main(const struct options *options, char **argv)
{
	const char *record = option_string(options, OPTION_RECORD);
	struct launch launch = {.options = options, .argv = argv, .kept = *record != '\0'};
	struct suppressions *suppressions = suppressions_read(options);
	struct outputs outputs;
	char *refusal, *warning;
	int code;

	launch.path = doctor_find(argv[0]);
	if (!launch.path) {
		fprintf(stderr, "gridlock: %s: %s\n", argv[0], errno == ENOENT ? "not found" : strerror(errno));
		return errno == ENOENT ? 127 : 126;
	}
	refusal = doctor_refusal(launch.path, &warning);
	if (refusal && !option_flag(options, OPTION_ALLOW_EMPTY))
		die("%s", refusal);
	if (warning)
		fprintf(stderr, "gridlock: warning: %s\n", warning);
	outputs = outputs_open(options, argv[0], STDERR_FILENO, true);
	launch.folder = *record ? folder_named(record) : folder_private();
	block_signals(&launch);
	if (option_flag(options, OPTION_SUBREAPER))
		prctl(PR_SET_CHILD_SUBREAPER, 1);
	start(&launch);
	wait_for_all(&launch);
	code = finish(&launch, suppressions, &outputs);
	suppressions_free(suppressions);
	free(refusal);
	free(warning);
	free(launch.path);
	free(launch.folder);
	return code;
}
