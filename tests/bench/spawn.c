/*
 * spawn COUNT COMMAND...: runs it COUNT times, one after the other; prints nanoseconds for one, from its start to when it has been waited for.
 * spawn --exit COUNT COMMAND...: from the moment that the command prints (nanoseconds of CLOCK_MONOTONIC) to the same end.
 * SPAWN_PRELOAD is LD_PRELOAD to the command and not to this.
 */
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ll + time.tv_nsec;
}

/* What it says on standard output, a number, when `answers`. */
static long long run(char **command, bool answers)
{
	posix_spawn_file_actions_t actions;
	char text[64] = "";
	int ends[2], status;
	long long start = now();
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	if (pipe(ends) != 0)
		exit(1);
	posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
	posix_spawn_file_actions_addclose(&actions, ends[0]);
	if (posix_spawnp(&pid, command[0], &actions, NULL, command, environ) != 0)
		exit(127);
	close(ends[1]);
	if (answers && read(ends[0], text, sizeof(text) - 1) > 0)
		start = atoll(text);
	if (waitpid(pid, &status, 0) != pid || status != 0)
		exit(1);
	close(ends[0]);
	posix_spawn_file_actions_destroy(&actions);
	return now() - start;
}

int main(int argc, char **argv)
{
	bool exits = argc > 1 && strcmp(argv[1], "--exit") == 0;
	long long sum = 0;
	int count;

	argv += exits;
	if (argc < 3 + exits)
		return 2;
	count = atoi(argv[1]);
	if (getenv("SPAWN_PRELOAD"))
		setenv("LD_PRELOAD", getenv("SPAWN_PRELOAD"), 1);
	for (int i = 0; i < count; i++)
		sum += run(argv + 2, exits);
	printf("%.0f\n", (double)sum / count);
	return 0;
}
