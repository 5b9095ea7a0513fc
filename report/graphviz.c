/* graphviz.c: see graphviz.h. */
#include "graphviz.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "memory.h"
#include "output.h"

/* Starts it between two files in memory, so that neither side waits for the other; what it complains of goes nowhere. 0, or an error number. */
static int start(int in, int out, pid_t *pid)
{
	static char dot[] = "dot", svg[] = "-Tsvg";
	char *const words[] = {dot, svg, NULL};
	posix_spawn_file_actions_t files;
	int error;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	error = posix_spawnp(pid, dot, &files, NULL, words, environ);
	posix_spawn_file_actions_destroy(&files);
	return error;
}

/* Its status; a process that takes too long is killed. Where SIGCHLD is ignored there is no status: then what it wrote tells. */
static int wait_for(pid_t pid)
{
	const struct timespec nap = {.tv_nsec = 10000000};
	int status = 0;

	for (int naps = 0; waitpid(pid, &status, WNOHANG) == 0; naps++) {
		if (naps == GRAPHVIZ_SECONDS * 100)
			kill(pid, SIGKILL);
		nanosleep(&nap, NULL);
	}
	return status;
}

static char *read_all(int fd)
{
	struct stat file;
	char *text;

	if (fstat(fd, &file) != 0)
		return NULL;
	text = new_zeroed((size_t)file.st_size + 1, 1);
	if (pread(fd, text, (size_t)file.st_size, 0) == file.st_size)
		return text;
	free(text);
	return NULL;
}

/* Without what stands in front of it in a file of its own. */
static char *picture_in(char *text)
{
	char *begin = text ? strstr(text, "<svg") : NULL;

	if (begin && !strstr(begin, "</svg>"))
		begin = NULL;
	if (begin)
		memmove(text, begin, strlen(begin) + 1);
	else
		free(text);
	return begin ? text : NULL;
}

static char *run(int in, int out, const char **why)
{
	char *picture;
	pid_t pid;
	int error = start(in, out, &pid), status;

	*why = error == ENOENT ? "there is no program `dot` (Graphviz) here" : "the program `dot` (Graphviz) cannot be run";
	if (error)
		return NULL;
	status = wait_for(pid);
	*why = WIFSIGNALED(status) ? "the program `dot` took too long" : "the program `dot` failed";
	picture = status == 0 ? picture_in(read_all(out)) : NULL;
	return picture;
}

char *graphviz_svg(const char *source, size_t size, const char **why)
{
	int in = memfd_create("graph", MFD_CLOEXEC), out = memfd_create("picture", MFD_CLOEXEC);
	char *picture = NULL;

	*why = "there is no memory for a layout";
	if (in >= 0 && out >= 0 && output_all(in, source, size) == 0 && lseek(in, 0, SEEK_SET) == 0)
		picture = run(in, out, why);
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	return picture;
}
