/*
 * measure FILE COMMAND...: runs it, and writes to FILE: seconds on the clock, seconds of CPU time (user and system, with what it has waited for), and
 * the KiB of memory that the largest of its processes had at most. Ends as it did.
 */
#include <stdio.h>
#include <stdlib.h>
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

int main(int argc, char **argv)
{
	double start = now();
	struct rusage usage;
	FILE *file;
	int status;
	pid_t pid;

	if (argc < 3)
		return 2;
	pid = fork();
	if (pid == 0) {
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid)
		return 1;
	file = fopen(argv[1], "we");
	if (!file ||
	    fprintf(file, "%.4f %.4f %ld\n", now() - start, seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss) < 0)
		return 1;
	return fclose(file) != 0 || !WIFEXITED(status) ? 1 : WEXITSTATUS(status);
}
