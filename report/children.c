/* children.c: see children.h. */
#include "children.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "memory.h"

struct children children_list(void)
{
	struct children children = {0};
	char *path = printed("/proc/self/task/%d/children", (int)getpid());
	FILE *file = fopen(path, "re");
	int pid;

	while (file && fscanf(file, "%d", &pid) == 1) {
		children.pids = resized(children.pids, children.count + 1, sizeof(*children.pids));
		children.pids[children.count++] = pid;
	}
	if (file)
		fclose(file);
	free(path);
	return children;
}

void children_free(struct children *children)
{
	free(children->pids);
	*children = (struct children){0};
}

bool children_have(const struct children *children, pid_t pid)
{
	for (size_t i = 0; i < children->count; i++)
		if (children->pids[i] == pid)
			return true;
	return false;
}

void children_forget(struct children *children, pid_t pid)
{
	for (size_t i = 0; i < children->count; i++)
		if (children->pids[i] == pid)
			children->pids[i] = children->pids[--children->count];
}

void child_print(FILE *stream, pid_t pid)
{
	char *path = printed("/proc/%d/comm", (int)pid), name[64] = "?";
	FILE *file = fopen(path, "re");

	if (file && !fgets(name, sizeof(name), file))
		name[0] = '\0';
	if (file)
		fclose(file);
	name[strcspn(name, "\n")] = '\0';
	fprintf(stream, " %d (%s)", (int)pid, name);
	free(path);
}
