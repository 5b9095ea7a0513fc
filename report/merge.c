/* merge.c: see merge.h. Files are sorted (record.h), so that they are merged as they are read: a heap has the next record of each. */
#include "merge.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "findings.h"
#include "memory.h"
#include "output.h"
#include "progress.h"
#include "shard.h"

#define OPEN_MAX_FILES 128 /* at once */

static const char usage[] = "usage: gridlock merge RUN... [-o FILE]";

/* ---- inputs ---- */

/* An input that is not open yet: a path, or a file without a name that we have made. */
struct input {
	const char *path;
	int fd; /* -1: the path's */
};
struct inputs {
	size_t count;
	struct input *list;
	size_t bytes, done; /* of all files; of those that are merged */
};

/* A file that is gone when it is closed. */
static int temporary(void)
{
	const char *folder = getenv("TMPDIR");
	char *name = printed("%s/gridlock-merge-XXXXXX", folder && *folder ? folder : "/tmp");
	int fd = mkostemp(name, O_CLOEXEC);

	if (fd < 0)
		die("%s: %s", name, strerror(errno));
	unlink(name);
	free(name);
	return fd;
}

static void rewind_file(int fd)
{
	if (lseek(fd, 0, SEEK_SET) != 0)
		die("a temporary file cannot be read: %s", strerror(errno));
}

/* The records of a folder's recording, as a file. */
static int converted(const char *folder, const struct options *options)
{
	char *error = NULL;
	struct findings *findings = findings_build(folder, options, &error);
	int fd = temporary();

	if (!findings)
		die("%s", error);
	if (findings->processes == 0)
		die("%s holds no recording that can be read", folder);
	if (jsonl_write(fd, findings, options) != 0)
		die("a temporary file cannot be written: %s", strerror(errno));
	findings_free(findings);
	rewind_file(fd);
	return fd;
}

static size_t size_of(const struct input *input)
{
	struct stat status;
	int failed = input->fd < 0 ? stat(input->path, &status) : fstat(input->fd, &status);

	return failed ? 0 : (size_t)status.st_size;
}

static struct inputs inputs_of(const struct options *options, size_t count, char **operands)
{
	struct inputs inputs = {.count = count, .list = new_zeroed(count, sizeof(*inputs.list))};

	for (size_t i = 0; i < count; i++) {
		progress_say("reading run", i, count);
		inputs.list[i] = (struct input){operands[i], -1};
		if (access(operands[i], R_OK) != 0)
			die("%s: %s", operands[i], strerror(errno));
		if (!shard_is_file(operands[i]))
			inputs.list[i].fd = converted(operands[i], options);
		inputs.bytes += size_of(&inputs.list[i]);
	}
	return inputs;
}

/* ---- the heap: of open files, the one with the first record on top ---- */

struct source {
	struct shard *shard;
	struct record now;
};
struct heap {
	size_t count;
	struct source *list;
};

static bool comes_before(const struct source *a, const struct source *b)
{
	return record_compare(&a->now, &b->now) < 0;
}

static void sink(struct heap *heap, size_t at)
{
	for (;;) {
		size_t first = at;
		struct source saved;

		for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < heap->count; child++)
			if (comes_before(&heap->list[child], &heap->list[first]))
				first = child;
		if (first == at)
			return;
		saved = heap->list[at];
		heap->list[at] = heap->list[first];
		heap->list[first] = saved;
		at = first;
	}
}

/* Goes on to the next record of a file, or closes it. False: it has none. */
static bool advance(struct source *source)
{
	if (shard_next(source->shard, &source->now))
		return true;
	if (!shard_is_whole(source->shard))
		die("%s is cut off: its end is missing; what is left of it can be reported, not merged", shard_name(source->shard));
	shard_close(source->shard);
	return false;
}

static struct heap heap_of(const struct input *list, size_t count)
{
	struct heap heap = {.list = new_zeroed(count, sizeof(*heap.list))};

	for (size_t i = 0; i < count; i++) {
		struct source *source = &heap.list[heap.count];

		source->shard = list[i].fd < 0 ? shard_open(list[i].path) : shard_open_at(list[i].fd, list[i].path);
		heap.count += advance(source);
	}
	for (size_t i = heap.count; i-- > 0;)
		sink(&heap, i);
	return heap;
}

/* ---- merging ---- */

/* The files of the heap that stand at one and the same record. The top's place is left to its last one, so nothing moves while they are looked at. */
struct group {
	size_t count;
	const struct record **records;
	size_t *places; /* in the heap */
};

/* All that equal the top: below one that does not, none does. */
static void find_group(const struct heap *heap, struct group *group)
{
	group->count = 0;
	group->places[group->count++] = 0;
	for (size_t i = 0; i < group->count; i++) {
		size_t place = group->places[i];

		group->records[i] = &heap->list[place].now;
		for (size_t child = 2 * place + 1; child <= 2 * place + 2 && child < heap->count; child++)
			if (record_compare(&heap->list[child].now, &heap->list[0].now) == 0)
				group->places[group->count++] = child;
	}
}

static int compare_places(const void *a, const void *b)
{
	size_t left = *(const size_t *)a, right = *(const size_t *)b;

	return (left < right) - (left > right);
}

/* Moves the files of the group on: from the last place in the heap to the first, so that what is below one is in order when its turn comes. */
static void advance_group(struct heap *heap, struct group *group)
{
	qsort(group->places, group->count, sizeof(*group->places), compare_places);
	for (size_t i = 0; i < group->count; i++) {
		size_t place = group->places[i];

		if (!advance(&heap->list[place]))
			heap->list[place] = heap->list[--heap->count];
		if (place < heap->count)
			sink(heap, place);
	}
}

static void write_group(struct shard_writer *writer, const struct group *group)
{
	size_t length;
	char *line;

	if (group->count == 1) {
		shard_write(writer, group->records[0]->line, group->records[0]->length);
		return;
	}
	line = record_join(group->records, group->count, &length);
	if (!line)
		die("the %s %s is damaged in one of the files", record_kind_name(group->records[0]->kind), group->records[0]->key);
	shard_write(writer, line, length);
	free(line);
}

static size_t bytes_read(const struct heap *heap)
{
	size_t bytes = 0;

	for (size_t i = 0; i < heap->count; i++)
		bytes += shard_read(heap->list[i].shard);
	return bytes;
}

/* Merges those files; each is open once it begins. */
static void merge(const struct inputs *inputs, const struct input *list, size_t count, int fd, bool gzip)
{
	struct shard_writer *writer = shard_write_begin(fd, gzip);
	struct heap heap = heap_of(list, count);
	struct group group = {.records = new_zeroed(count, sizeof(*group.records)), .places = new_zeroed(count, sizeof(*group.places))};

	for (size_t records = 0; heap.count; records++) {
		if (records % 4096 == 0)
			progress_say("merging, MiB", (inputs->done + bytes_read(&heap)) >> 20, (inputs->bytes >> 20) + 1);
		find_group(&heap, &group);
		write_group(writer, &group);
		advance_group(&heap, &group);
	}
	free(group.records);
	free(group.places);
	free(heap.list);
	if (shard_write_end(writer) != 0)
		die("what is merged cannot be written: %s", strerror(errno));
}

/* As many as may be open, with some left for what else is. */
static size_t open_max(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return 64;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= OPEN_MAX_FILES + 32)
		return OPEN_MAX_FILES;
	return limit.rlim_cur > 34 ? (size_t)limit.rlim_cur - 32 : 2;
}

/* Too many files: the first of them become one, and that goes to the end. No more than needed, so that the rest is read once only. */
static void reduce(struct inputs *inputs, size_t most)
{
	while (inputs->count > most) {
		size_t count = inputs->count - most + 1 < most ? inputs->count - most + 1 : most;
		struct input input = {"a temporary file", temporary()};

		merge(inputs, inputs->list, count, input.fd, false);
		rewind_file(input.fd);
		for (size_t i = 0; i < count; i++)
			inputs->done += inputs->list[i].fd < 0 ? size_of(&inputs->list[i]) : 0;
		inputs->bytes += size_of(&input);
		memmove(inputs->list, inputs->list + count, (inputs->count - count) * sizeof(*inputs->list));
		inputs->count -= count;
		inputs->list[inputs->count++] = input;
	}
}

int merge_main(struct options *options, int count, char **operands)
{
	const char *path = output_typed(options, usage);
	char *beside = path ? printed("%s.new", path) : NULL;
	struct inputs inputs;
	int fd = STDOUT_FILENO;

	if (count < 1)
		die("%s", usage);
	options_set(options, OPTION_FORMAT, "jsonl");
	if (path)
		fd = output_beside(path, beside);
	progress_begin();
	inputs = inputs_of(options, (size_t)count, operands);
	reduce(&inputs, open_max());
	merge(&inputs, inputs.list, inputs.count, fd, path && shard_is_gzip(path));
	progress_end();
	if (path)
		output_in_place(path, beside, fd);
	free(beside);
	free(inputs.list);
	return 0;
}
