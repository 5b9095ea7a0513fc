/* children.h: the children of this process, the adopted included. */
#ifndef GRIDLOCK_CHILDREN_H
#define GRIDLOCK_CHILDREN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

struct children {
	size_t count;
	pid_t *pids;
};

/* Those alive or not yet waited for, as /proc tells; none where it does not. The process must have one thread. */
struct children children_list(void);
void children_free(struct children *children);
bool children_have(const struct children *children, pid_t pid);
/* Forgets one that was waited for: its number may come back. */
void children_forget(struct children *children, pid_t pid);
/* Appends " PID (NAME)". */
void child_print(FILE *stream, pid_t pid);

#endif
