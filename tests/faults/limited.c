/*
 * limited.c: limited ACTION: the program takes from itself what programs take from themselves: descriptors, address space, rights, system calls.
 * Afterwards it locks: nested, deeper than a slot holds, in many orders, and once the wrong way round. It prints what its calls said; its exit
 * code is 0.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEEP  100
#define PAIRS 60

static pthread_mutex_t first = PTHREAD_MUTEX_INITIALIZER, second = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t deep[DEEP], pairs[PAIRS];

static void both(pthread_mutex_t *outer, pthread_mutex_t *inner)
{
	pthread_mutex_lock(outer);
	pthread_mutex_lock(inner);
	pthread_mutex_unlock(inner);
	pthread_mutex_unlock(outer);
}

/* ---- actions: 0, or an error ---- */

static int limit(int which, rlim_t value)
{
	struct rlimit now;

	if (getrlimit(which, &now) != 0)
		return errno;
	now.rlim_cur = value;
	return setrlimit(which, &now) ? errno : 0;
}

static int no_descriptors(void)
{
	return limit(RLIMIT_NOFILE, 0);
}

static int no_file_size(void)
{
	return limit(RLIMIT_FSIZE, 0);
}

static long address_space(void)
{
	long pages = 0;
	FILE *file = fopen("/proc/self/statm", "re");

	if (!file || fscanf(file, "%ld", &pages) != 1)
		exit(9);
	fclose(file);
	return pages * sysconf(_SC_PAGESIZE);
}

static int no_address_space(void)
{
	return limit(RLIMIT_AS, (rlim_t)address_space() + 4096);
}

static int lock_all(void)
{
	return mlockall(MCL_CURRENT | MCL_FUTURE) ? errno : 0;
}

static int close_all(void)
{
	return close_range(3, ~0U, 0) ? errno : 0;
}

/* A file of its own under every number that gridlock may have had. Its contents tell. */
static int reuse_descriptors(void)
{
	int file = open(getenv("LIMITED_FILE"), O_CREAT | O_RDWR | O_TRUNC, 0600);

	if (file < 0 || dup2(file, 2) != 2)
		return errno;
	for (int fd = 3; fd < 200; fd++)
		if (fd != file)
			dup2(file, fd);
	return 0;
}

static int other_root(void)
{
	return chroot("/proc/self/fdinfo") || chdir("/") ? errno : 0;
}

static int other_user(void)
{
	return setgid(65534) || setuid(65534) ? errno : 0;
}

static int remove_folder(void)
{
	char command[300];

	snprintf(command, sizeof(command), "LD_PRELOAD= rm -rf %s", getenv("LIMITED_FOLDER"));
	return system(command);
}

/* Nothing but what is listed, and what a lock and an end need; everything else kills. */
static const int allowed[] = {SYS_write, SYS_futex, SYS_exit, SYS_exit_group, SYS_rt_sigreturn};
#define ALLOWED (sizeof(allowed) / sizeof(allowed[0]))

static struct sock_fprog filter(void)
{
	static struct sock_filter code[ALLOWED * 2 + 2];
	size_t n = 0;

	code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < ALLOWED; i++) {
		code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)allowed[i], 0, 1);
		code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	}
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
	return (struct sock_fprog){n, code};
}

static int filter_by_prctl(void)
{
	struct sock_fprog program = filter();

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) ? errno : 0;
}

/* As libseccomp does it. */
static int filter_by_syscall(void)
{
	struct sock_fprog program = filter();

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program)
		       ? errno
		       : 0;
}

static int nothing(void)
{
	return 0;
}

static const struct {
	const char *name;
	int (*act)(void);
} actions[] = {
	{"nothing", nothing},
	{"no-descriptors", no_descriptors},
	{"no-file-size", no_file_size},
	{"no-address-space", no_address_space},
	{"lock-all", lock_all},
	{"close-all", close_all},
	{"reuse-descriptors", reuse_descriptors},
	{"other-root", other_root},
	{"other-user", other_user},
	{"remove-folder", remove_folder},
	{"filter-by-prctl", filter_by_prctl},
	{"filter-by-syscall", filter_by_syscall},
};

/* ---- afterwards ---- */

static _Atomic int turn; /* 0: the other thread is not there yet; 1: it is; 2: main went forwards; 3: the other backwards */

static void *backwards(void *unused)
{
	turn = 1;
	while (turn != 2)
		;
	both(&second, &first);
	turn = 3;
	/* Its end would take system calls. */
	while (turn == 3)
		;
	return unused;
}

static void take_many(void)
{
	for (int i = 0; i < DEEP; i++)
		pthread_mutex_lock(&deep[i]);
	for (int i = DEEP; i-- > 0;)
		pthread_mutex_unlock(&deep[i]);
	for (int i = 0; i < PAIRS; i++)
		for (int j = i + 1; j < PAIRS; j++)
			both(&pairs[i], &pairs[j]);
}

static void say(const char *what, int result)
{
	char line[100];
	int length = snprintf(line, sizeof(line), "%s: %s\n", what, result ? strerror(result) : "fine");

	if (write(STDOUT_FILENO, line, (size_t)length) != length)
		_exit(8);
}

int main(int argc, char **argv)
{
	pthread_t thread;
	int result = -1;

	pthread_create(&thread, NULL, backwards, NULL);
	while (turn != 1)
		;
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (argc > 1 && strcmp(argv[1], actions[i].name) == 0)
			result = actions[i].act();
	say(argc > 1 ? argv[1] : "no action", result);
	both(&first, &second);
	turn = 2;
	/* The thread is not joined, and not asked to sleep: neither has to be allowed. */
	while (turn != 3)
		;
	take_many();
	say("locks", 0);
	return 0;
}
