/*
 * facts.c: what a program can find out about its process, a line each, "name: value": the same with gridlock and without. First as it starts, then
 * when it has locked and has a thread, then (argument "again") in a program that it executes.
 */
#include <dirent.h>
#include <fcntl.h>
#include <locale.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const char *when;

#define FACT(name, format, ...) printf("%s " name ": " format "\n", when, ##__VA_ARGS__)

static void limits(void)
{
	struct rlimit limit;

	for (int which = 0; which < RLIM_NLIMITS; which++)
		if (getrlimit(which, &limit) == 0)
			FACT("limit %d", "%lx %lx", which, (unsigned long)limit.rlim_cur, (unsigned long)limit.rlim_max);
}

/* All below 100; higher ones only where they are inherited by what is executed. */
static void descriptors(void)
{
	struct stat status;

	for (int fd = 0; fd < 2048; fd++) {
		int flags = fcntl(fd, F_GETFD);

		if (flags >= 0 && (fd < 100 || !(flags & FD_CLOEXEC)) && fstat(fd, &status) == 0)
			FACT("descriptor %d", "flags %d mode %o status %o", fd, flags, (unsigned int)status.st_mode,
			     (unsigned int)fcntl(fd, F_GETFL));
	}
}

static void signals(void)
{
	struct sigaction action;

	for (int number = 1; number < NSIG; number++)
		if (sigaction(number, NULL, &action) == 0)
			FACT("signal %d", "%s flags %x", number,
			     action.sa_handler == SIG_DFL   ? "default"
			     : action.sa_handler == SIG_IGN ? "ignored"
							    : "handled",
			     (unsigned int)action.sa_flags);
}

/* AddressSanitizer insists on being first; the launcher asks it not to, for whatever is executed later. */
static bool belongs_to_the_preload(const char *entry)
{
	return !strncmp(entry, "LD_PRELOAD=", 11) || !strncmp(entry, "GRIDLOCK_", 9) || !strncmp(entry, "_=", 2) ||
	       !strcmp(entry, "ASAN_OPTIONS=verify_asan_link_order=0");
}

static void environment(void)
{
	for (char **entry = environ; *entry; entry++)
		if (!belongs_to_the_preload(*entry))
			FACT("environment %.*s", "%s", (int)strcspn(*entry, "="), *entry, *entry + strcspn(*entry, "="));
}

/* What the kernel says of this task, but for what differs from run to run. */
static void status(void)
{
	static const char *const same[] = {"Name",	   "Umask",
					   "Uid",	   "Gid",
					   "FDSize",	   "Groups",
					   "VmLck",	   "VmPin",
					   "Threads",	   "SigPnd",
					   "ShdPnd",	   "SigBlk",
					   "SigIgn",	   "SigCgt",
					   "CapInh",	   "CapPrm",
					   "CapEff",	   "CapBnd",
					   "CapAmb",	   "NoNewPrivs",
					   "Seccomp",	   "Cpus_allowed",
					   "Mems_allowed", "THP_enabled",
					   "CoreDumping",  "Speculation_Store_Bypass"};
	FILE *file = fopen("/proc/thread-self/status", "r");
	char line[4096];

	if (!file)
		return;
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
			if (!strncmp(line, same[i], strlen(same[i])) && line[strlen(same[i])] == ':')
				FACT("task %s", "%s", same[i], line + strlen(same[i]) + 1);
	}
	fclose(file);
}

static void tasks(void)
{
	DIR *folder = opendir("/proc/self/task");
	struct dirent *entry;
	int count = 0;

	while (folder && (entry = readdir(folder)))
		count += entry->d_name[0] != '.';
	if (folder)
		closedir(folder);
	FACT("tasks", "%d", count);
}

static void line_of(const char *name)
{
	char path[64], text[4096];
	size_t size;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/%s", name);
	file = fopen(path, "r");
	size = file ? fread(text, 1, sizeof(text) - 1, file) : 0;
	for (size_t i = 0; i < size; i++)
		if (text[i] == '\0' || text[i] == '\n')
			text[i] = '|';
	FACT("%s", "%.*s", name, (int)size, text);
	if (file)
		fclose(file);
}

static void folders(void)
{
	char path[4096];
	ssize_t size = readlink("/proc/self/exe", path, sizeof(path));

	FACT("program", "%.*s", (int)(size > 0 ? size : 0), path);
	FACT("folder", "%s", getcwd(path, sizeof(path)));
	size = readlink("/proc/self/root", path, sizeof(path));
	FACT("root", "%.*s", (int)(size > 0 ? size : 0), path);
}

static void rest(void)
{
	struct itimerval timer;
	mode_t mask = umask(0);
	int number = -1;

	umask(mask);
	FACT("umask", "%o", (unsigned int)mask);
	FACT("no child", "%d", (int)waitpid(-1, NULL, WNOHANG));
	for (int which = ITIMER_REAL; which <= ITIMER_PROF; which++)
		if (getitimer(which, &timer) == 0)
			FACT("timer %d", "%ld %ld", which, timer.it_value.tv_sec + timer.it_value.tv_usec,
			     timer.it_interval.tv_sec + timer.it_interval.tv_usec);
	FACT("nice", "%d", getpriority(PRIO_PROCESS, 0));
	FACT("policy", "%d", sched_getscheduler(0));
	FACT("personality", "%x", (unsigned int)personality(0xffffffff));
	FACT("secure", "%lu", getauxval(AT_SECURE));
	FACT("dumpable", "%d", prctl(PR_GET_DUMPABLE));
	prctl(PR_GET_PDEATHSIG, &number);
	FACT("signal at the parent's death", "%d", number);
	FACT("keeps capabilities", "%d", prctl(PR_GET_KEEPCAPS));
	prctl(PR_GET_CHILD_SUBREAPER, &number);
	FACT("adopts orphans", "%d", number);
	FACT("timer slack", "%d", prctl(PR_GET_TIMERSLACK));
	FACT("locale", "%s", setlocale(LC_ALL, NULL));
	FACT("leads its group", "%d", getpgrp() == getpid());
	FACT("leads its session", "%d", getsid(0) == getpid());
	FACT("is of its parent's group", "%d", getpgrp() == getpgid(getppid()));
}

static void all(const char *title)
{
	when = title;
	limits();
	descriptors();
	signals();
	environment();
	tasks();
	status();
	line_of("comm");
	line_of("cmdline");
	line_of("oom_score_adj");
	line_of("coredump_filter");
	folders();
	rest();
}

static pthread_mutex_t first = PTHREAD_MUTEX_INITIALIZER, second = PTHREAD_MUTEX_INITIALIZER;

static void *locks(void *unused)
{
	pthread_mutex_lock(&first);
	pthread_mutex_lock(&second);
	if (unused)
		all("thread");
	pthread_mutex_unlock(&second);
	pthread_mutex_unlock(&first);
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t thread;

	if (argc > 1) {
		all("executed");
		return 0;
	}
	all("start");
	locks(NULL);
	if (pthread_create(&thread, NULL, locks, &first) != 0 || pthread_join(thread, NULL) != 0)
		return 1;
	fflush(stdout);
	execl("/proc/self/exe", argv[0], "again", NULL);
	return 1;
}
