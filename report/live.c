/* live.c: see live.h. */
#include "live.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "memory.h"
#include "options.h"
#include "threads.h"

/* ---- finding it ---- */

/* The path of a mapping, without the end of its line; NULL: it has none. */
static char *path_of(char *line)
{
	char *path = strchr(line, '/');

	if (path)
		path[strcspn(path, "\n")] = '\0';
	return path;
}

/* The file of its image, mapped: "/dev/shm/gridlock-ab12/image.123.0". */
static bool is_recording(const char *path)
{
	static const char deleted[] = " (deleted)";
	char magic[sizeof(((struct recording_header *)NULL)->magic)];
	bool found = false;
	int fd;

	if (strncmp(base_name(path), "image.", 6) != 0 || strstr(path, deleted))
		return false;
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0) {
		found = pread(fd, magic, sizeof(magic), 0) == (ssize_t)sizeof(magic) && memcmp(magic, RECORDING_MAGIC, sizeof(magic)) == 0;
		close(fd);
	}
	return found;
}

/* Its number as it knows it itself: the last one of NSpid (proc(5)). */
static pid_t own_number(pid_t pid)
{
	char *path = printed("/proc/%d/status", (int)pid), line[256];
	FILE *status = fopen(path, "re");
	pid_t own = pid;

	while (status && fgets(line, sizeof(line), status))
		if (strncmp(line, "NSpid:", 6) == 0 && strrchr(line, '\t'))
			own = (pid_t)strtol(strrchr(line, '\t'), NULL, 10);
	if (status)
		fclose(status);
	free(path);
	return own;
}

pid_t live_number(const char *word)
{
	char *end;
	long pid = strtol(word, &end, 10);

	if (*end || end == word || pid <= 0 || pid > INT32_MAX)
		die("'%s' is no number of a process", word);
	return (pid_t)pid;
}

char *live_find(pid_t pid, struct live *live)
{
	char *maps_path = printed("/proc/%d/maps", (int)pid), *line = NULL, *path = NULL, *wrong = NULL;
	FILE *maps = fopen(maps_path, "re");
	bool loaded = false, readable = maps != NULL;
	size_t room = 0;

	while (maps && !path && getline(&line, &room, maps) >= 0) {
		char *mapped = path_of(line);

		loaded |= mapped && strncmp(base_name(mapped), "libgridlock.so", 14) == 0;
		if (mapped && is_recording(mapped))
			path = copied(mapped);
	}
	if (!readable)
		wrong = errno == ENOENT ? printed("there is no process %d", (int)pid)
					: printed("process %d cannot be looked at: %s", (int)pid, strerror(errno));
	else if (!path && loaded)
		wrong = printed("process %d has the library, and no recording that can be read from here", (int)pid);
	else if (!path)
		wrong = printed("process %d does not run under gridlock", (int)pid);
	if (maps)
		fclose(maps);
	free(line);
	free(maps_path);
	if (!path)
		return wrong;
	*live = (struct live){
		.directory = strndup(path, (size_t)(base_name(path) - path - 1)), .image = copied(base_name(path)), .pid = own_number(pid)};
	free(path);
	return NULL;
}

void live_free(struct live *live)
{
	free(live->directory);
	free(live->image);
}

/* ---- a moment ---- */

/* The last process of that number: others may have ended. */
static bool find_process(struct moment *moment, const struct live *live)
{
	for (size_t i = 0; i < moment->run->images_count; i++) {
		const struct image *image = &moment->run->images[i];

		if (strcmp(base_name(image->path), live->image) != 0)
			continue;
		for (size_t j = image->processes.count; j-- > 0;) {
			const struct fact_process *process = (const struct fact_process *)image->processes.facts[j];

			if ((pid_t)process->pid != live->pid)
				continue;
			moment->image = i;
			moment->process = process->serial;
			return true;
		}
	}
	return false;
}

char *moment_take(const struct live *live, struct symbols *symbols, struct moment *moment)
{
	char *error = NULL;

	*moment = (struct moment){.run = collect(live->directory, &error)};
	if (!moment->run)
		return error;
	if (!find_process(moment, live)) {
		run_free(moment->run);
		return printed("process %d has no recording in %s", (int)live->pid, live->directory);
	}
	moment->builder = builder_begin(moment->run, symbols);
	moment->waiters = waiters_read(moment->run, WAITERS_LIVE);
	return NULL;
}

void moment_free(struct moment *moment)
{
	waiters_free(&moment->waiters);
	builder_end(&moment->builder);
	run_free(moment->run);
}

/* ---- gridlock dump ---- */

static void ignore(void *ctx, char *remark)
{
	(void)ctx;
	free(remark);
}

static void dump(const struct options *options, pid_t pid, struct symbols *symbols)
{
	struct moment moment;
	struct live live;
	char *wrong = live_find(pid, &live);

	if (!wrong) {
		wrong = moment_take(&live, symbols, &moment);
		live_free(&live);
	}
	if (wrong)
		die("%s", wrong);
	if (threads_write(STDOUT_FILENO, &moment, options) != 0)
		die("the report cannot be written: %s", strerror(errno));
	moment_free(&moment);
}

int dump_main(const struct options *options, int count, char **operands)
{
	struct symbols *symbols = symbols_new(ignore, NULL);

	if (count < 1)
		die("usage: gridlock dump PID...");
	for (int i = 0; i < count; i++)
		dump(options, live_number(operands[i]), symbols);
	symbols_free(symbols);
	return 0;
}
