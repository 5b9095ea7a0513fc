/*
 * measure FILE COMMAND...: runs it, and writes to FILE: seconds on the clock, seconds of CPU time (user and system, with what it has waited for), and
 * the KiB of memory that the largest of its processes had at most. Ends as it did.
 * measure - COMMAND...: those KiB alone, on standard output, where the command has none.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static bool put(FILE *file, double took, const struct rusage *usage)
{
	double cpu = seconds(usage->ru_utime) + seconds(usage->ru_stime);

	return file && fprintf(file, "%.4f %.4f %ld\n", took, cpu, usage->ru_maxrss) > 0 && fclose(file) == 0;
}

int main(int argc, char **argv)
{
	double start = now(), took;
	struct rusage usage;
	bool alone = argc > 1 && strcmp(argv[1], "-") == 0;
	int status;
	pid_t pid;

	if (argc < 3)
		return 2;
	pid = fork();
	if (pid == 0) {
		if (!alone || freopen("/dev/null", "w", stdout))
			execvp(argv[2], argv + 2);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid)
		return 1;
	took = now() - start;
	if (alone)
		printf("%ld\n", usage.ru_maxrss);
	else if (!put(fopen(argv[1], "we"), took, &usage))
		return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
