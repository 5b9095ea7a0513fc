/*
 * live.h: processes that run: where their recordings are, and what their threads are at. For `gridlock dump`, `gridlock top` and --stuck. Reads the
 * recording, and asks /proc; the process is neither stopped nor told.
 */
#ifndef GRIDLOCK_LIVE_H
#define GRIDLOCK_LIVE_H

#include "waiters.h"

/* A process, found by its number. */
struct live {
	char *directory; /* of its recording */
	char *image;	 /* name of its image's file there */
	pid_t pid;	 /* as the process itself knows it: another one in a container */
};
/* The number that a word of the command line is; ends the command when it is none. */
pid_t live_number(const char *word);
/* NULL, or what is wrong (to be freed): there is no such process, it is not watched, it may not be asked. */
char *live_find(pid_t pid, struct live *live);
void live_free(struct live *live);

/* A moment of it. */
struct moment {
	struct run *run;
	struct builder builder;
	struct waiters waiters; /* of all processes of the recording */
	size_t image;
	uint32_t process;
};
/* NULL, or what is wrong: the process has ended. */
char *moment_take(const struct live *live, struct symbols *symbols, struct moment *moment);
void moment_free(struct moment *moment);

/* gridlock dump PID..., gridlock top PID */
struct options;
int dump_main(const struct options *options, int count, char **operands);
int top_main(const struct options *options, int count, char **operands);

#endif
