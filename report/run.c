/* run.c: see run.h. */
#include "run.h"

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

#include "baseline.h"
#include "children.h"
#include "doctor.h"
#include "findings.h"
#include "folder.h"
#include "memory.h"
#include "output.h"
#include "preload.h"
#include "suppress.h"
#include "verdict.h"
#include "watch.h"

struct launch {
	const struct options *options;
	char **argv;
	char *path;		   /* what is executed */
	char *library;		   /* what is preloaded */
	char *folder;		   /* of the recording */
	bool kept;		   /* --record named it */
	sigset_t mask;		   /* as we found it */
	struct sigaction on_child; /* what SIGCHLD did when we came */
	struct children strangers; /* children that we had before: a shell that became us by exec left them */
	pid_t pid;
	int status; /* of the program, from wait */
	bool ended;
	bool told;     /* a signal that came after the program's end was sent on to its descendants */
	bool given_up; /* and a further one says not to wait for them */
	bool (*enough)(void *ctx);
	void *ctx;
	struct watch *watch; /* NULL: nobody looks */
	bool deadlocked;     /* processes were ended for it */
};

/* ---- signals: what is sent to the launcher goes on to the program ---- */

static const int forwarded[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGTSTP, SIGCONT};
#define FORWARDED (sizeof(forwarded) / sizeof(forwarded[0]))

static sigset_t watched_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	for (size_t i = 0; i < FORWARDED; i++)
		sigaddset(&set, forwarded[i]);
	return set;
}

/* SIGCHLD that is ignored, as some parents leave it, would throw the program's status away. */
static void take_signals(struct launch *launch)
{
	struct sigaction standard = {.sa_handler = SIG_DFL};
	sigset_t set = watched_signals();

	sigaction(SIGCHLD, &standard, &launch->on_child);
	sigprocmask(SIG_BLOCK, &set, &launch->mask);
}

/* For the report: whoever does not want to wait for it can end us. What came before was for the program. */
static void give_signals_back(const struct launch *launch)
{
	static const int ending[] = {SIGINT, SIGQUIT, SIGTERM};
	struct timespec now = {0};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(ending) / sizeof(ending[0]); i++)
		if (!sigismember(&launch->mask, ending[i]))
			sigaddset(&set, ending[i]);
	while (sigtimedwait(&set, NULL, &now) > 0)
		;
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* Stops as the signal would have stopped us; goes on with SIGCONT. */
static void stop(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	raise(SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

static void tell_descendants(const struct launch *launch, int signal)
{
	struct children children = children_list();

	for (size_t i = 0; i < children.count; i++)
		if (!children_have(&launch->strangers, children.pids[i]))
			kill(children.pids[i], signal);
	children_free(&children);
}

/* Behind the program's end, its descendants are meant, once; then we are. A terminal means us: its signals do not reach daemons. */
static void forward_late(struct launch *launch, const siginfo_t *info)
{
	bool ends = info->si_signo == SIGINT || info->si_signo == SIGTERM || info->si_signo == SIGHUP || info->si_signo == SIGQUIT;

	if (ends && (launch->told || info->si_code == SI_KERNEL)) {
		launch->given_up = true;
	} else if (info->si_code != SI_KERNEL) {
		tell_descendants(launch, info->si_signo);
		launch->told |= ends;
	}
}

/* A terminal sends its signals to the whole foreground group, the program included: those come from the kernel and are not sent on. */
static void forward(struct launch *launch, const siginfo_t *info)
{
	if (launch->ended)
		forward_late(launch, info);
	else if (info->si_code != SI_KERNEL && info->si_pid != launch->pid)
		kill(launch->pid, info->si_signo);
	if (info->si_signo == SIGTSTP)
		stop();
}

/* ---- starting ---- */

static void child(const struct launch *launch, int failure)
{
	int error;

	preload_set_environment(launch->library, launch->folder, launch->options);
	sigaction(SIGCHLD, &launch->on_child, NULL);
	sigprocmask(SIG_SETMASK, &launch->mask, NULL);
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

/* It was found, and the system refuses: ends the command with 126. */
static void refused(const struct launch *launch, int error)
{
	fprintf(stderr, "gridlock: %s: %s%s\n", launch->argv[0], strerror(error),
		error == ENOENT ? ": the interpreter that it names is missing" : "");
	if (!launch->kept)
		folder_remove(launch->folder);
	exit(126);
}

/* Starts the program; ends the command when it cannot be executed. */
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
		waitpid(launch->pid, NULL, 0);
		refused(launch, error);
	}
	close(failure[0]);
}

/* ---- waiting ---- */

/* Is there a child that is no stranger? Where there are strangers only /proc can tell. */
static bool has_descendants(const struct launch *launch)
{
	struct children children;
	bool found = false;

	if (launch->strangers.count == 0)
		return true;
	children = children_list();
	for (size_t i = 0; i < children.count; i++)
		found |= !children_have(&launch->strangers, children.pids[i]);
	children_free(&children);
	return found;
}

/* Reaps what has ended. False: there is nothing left to wait for. */
static bool reap(struct launch *launch)
{
	bool tree = strcmp(option_string(launch->options, OPTION_WAIT), "tree") == 0;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		children_forget(&launch->strangers, pid);
		if (pid == launch->pid) {
			launch->status = status;
			launch->ended = true;
		}
	}
	if (pid < 0)
		return false;
	return !launch->ended || (tree && !launch->given_up && has_descendants(launch));
}

/* For whom we wait after the program itself has ended. */
static void say_who(const struct launch *launch)
{
	struct children children = children_list();

	fputs("gridlock: the program has ended; waiting for its descendants:", stderr);
	for (size_t i = 0; i < children.count; i++)
		if (!children_have(&launch->strangers, children.pids[i]))
			child_print(stderr, children.pids[i]);
	fputs("; --wait=program does not wait\n", stderr);
	children_free(&children);
}

/* How long to sleep: until something happens, but for what there is to be done meanwhile. */
static const struct timespec *nap(const struct launch *launch, bool said)
{
	static const struct timespec tenth = {.tv_nsec = 100000000}, half = {.tv_nsec = 500000000}, two_seconds = {.tv_sec = 2};

	if (launch->enough)
		return &tenth;
	if (launch->ended && !said)
		return &two_seconds;
	return launch->watch ? &half : NULL;
}

static void wait_for_all(struct launch *launch)
{
	sigset_t set = watched_signals();
	bool said = false;

	while (reap(launch)) {
		siginfo_t info;
		int signal = sigtimedwait(&set, &info, nap(launch, said));

		if (signal > 0 && signal != SIGCHLD)
			forward(launch, &info);
		if (launch->enough && launch->enough(launch->ctx)) {
			tell_descendants(launch, SIGKILL);
		} else if (signal < 0 && errno == EAGAIN && launch->ended && !said && !launch->enough) {
			say_who(launch);
			said = true;
		} else if (signal < 0 && errno == EAGAIN && launch->watch) {
			launch->deadlocked |= watch_look(launch->watch);
		}
	}
}

/* ---- afterwards ---- */

/* Of a program that was killed because it was deadlocked, where the finding does not count. */
#define EXIT_DEADLOCKED 66

/* Dies of the program's signal, without a second core: a core_pattern that is a pipe heeds no limit. Returns where signals do not kill, as
 * process 1 of a container. */
static void die_likewise(int signal)
{
	struct sigaction standard = {.sa_handler = SIG_DFL};
	struct rlimit none = {0, 0};
	sigset_t set;

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
	sigemptyset(&set);
	sigaddset(&set, signal);
	sigaction(signal, &standard, NULL);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(signal);
}

static int own_code(const struct launch *launch)
{
	if (launch->deadlocked && !WIFEXITED(launch->status))
		return EXIT_DEADLOCKED;
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

static int finish(struct launch *launch, struct suppressions *suppressions, struct baseline *baseline, struct outputs *outputs)
{
	char *error = NULL;
	struct findings *findings = findings_build(launch->folder, launch->options, &error);
	bool keep = launch->kept, whole = true;
	int code;

	if (!findings)
		die("the recording cannot be read: %s", error);
	if (findings->processes == 0 && !option_flag(launch->options, OPTION_ALLOW_EMPTY)) {
		code = report_empty(launch, findings);
	} else {
		findings->command = launch->argv;
		suppressions_apply(suppressions, findings);
		baseline_apply(baseline, findings, launch->options);
		keep |= !verdict_clean(findings);
		if (!keep)
			findings->recording = NULL;
		whole = outputs_write(outputs, findings, launch->options);
		code = whole ? verdict_code(findings, launch->options, own_code(launch)) : EXIT_GRIDLOCK;
	}
	findings_free(findings);
	if (!keep)
		folder_remove(launch->folder);
	/* A signal says more than a finding, which is in the report. */
	if (whole && WIFSIGNALED(launch->status) && !launch->deadlocked) {
		die_likewise(WTERMSIG(launch->status));
		code = own_code(launch);
	}
	return code;
}

/* Finds the program, and ends the command when it cannot be watched. 0, or the exit code when it cannot be run. */
static int find(struct launch *launch)
{
	char *refusal, *warning;

	launch->path = doctor_find(launch->argv[0]);
	if (!launch->path) {
		fprintf(stderr, "gridlock: %s: %s\n", launch->argv[0], errno == ENOENT ? "not found" : strerror(errno));
		return errno == ENOENT ? 127 : 126;
	}
	refusal = doctor_refusal(launch->path, &warning);
	if (refusal && !option_flag(launch->options, OPTION_ALLOW_EMPTY))
		die("%s", refusal);
	if (warning)
		fprintf(stderr, "gridlock: warning: %s\n", warning);
	free(refusal);
	free(warning);
	return 0;
}

/* From the first process to the end of the last. */
static void run(struct launch *launch)
{
	launch->strangers = children_list();
	take_signals(launch);
	if (option_flag(launch->options, OPTION_SUBREAPER))
		prctl(PR_SET_CHILD_SUBREAPER, 1);
	start(launch);
	wait_for_all(launch);
	give_signals_back(launch);
	children_free(&launch->strangers);
}

int run_recorded(const struct options *options, char **argv, const char *folder, bool (*enough)(void *ctx), void *ctx)
{
	struct launch launch = {.options = options,
				.argv = argv,
				.kept = true,
				.library = preload_library(),
				.folder = copied(folder),
				.enough = enough,
				.ctx = ctx};
	int code = find(&launch);

	if (code)
		exit(code);
	run(&launch);
	free(launch.library);
	free(launch.path);
	free(launch.folder);
	return launch.status;
}

int run_main(const struct options *options, char **argv)
{
	const char *record = option_string(options, OPTION_RECORD);
	struct launch launch = {.options = options, .argv = argv, .kept = *record != '\0', .library = preload_library()};
	struct suppressions *suppressions = suppressions_read(options);
	struct baseline *baseline = baseline_read(options);
	struct outputs outputs;
	int code = find(&launch);

	if (code)
		return code;
	outputs = outputs_open(options, argv[0], STDERR_FILENO, true);
	launch.folder = *record ? folder_named(record) : folder_private();
	launch.watch = watch_new(launch.folder, options);
	run(&launch);
	watch_free(launch.watch);
	code = finish(&launch, suppressions, baseline, &outputs);
	suppressions_free(suppressions);
	baseline_free(baseline);
	free(launch.library);
	free(launch.path);
	free(launch.folder);
	return code;
}
