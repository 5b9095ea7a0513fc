/* slots.c: see slots.h. */
#include "slots.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "memory.h"
#include "output.h"

/* One in the file. */
struct kept {
	char image[32]; /* name of its file */
	uint64_t when;	/* nanoseconds of CLOCK_MONOTONIC */
	struct slot slot;
};

static char *path_of(const char *directory, unsigned number)
{
	return printed("%s/slots.%u", directory, number);
}

static struct kept kept_of(const struct run *run, const struct waiter *waiter)
{
	struct kept kept = {.when = waiter->slot->wait_since + waiter->state->nsec, .slot = *waiter->slot};

	snprintf(kept.image, sizeof(kept.image), "%s", base_name(run->images[waiter->image].path));
	return kept;
}

void slots_keep(const char *directory, unsigned number, const struct run *run, const struct waiters *waiters, const uint32_t *members,
		size_t count)
{
	char *path = path_of(directory, number);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	bool whole = fd >= 0;

	for (size_t i = 0; i < count && whole; i++) {
		struct kept kept = kept_of(run, &waiters->list[members[i]]);

		whole = output_all(fd, (const char *)&kept, sizeof(kept)) == 0;
	}
	if (fd >= 0)
		whole &= close(fd) == 0;
	if (!whole)
		fprintf(stderr, "gridlock: %s cannot be written: %s\n", path, strerror(errno));
	free(path);
}

static void add_kept(const struct run *run, struct waiters *waiters, struct kept *kept)
{
	kept->image[sizeof(kept->image) - 1] = '\0';
	for (size_t i = 0; i < run->images_count; i++)
		if (strcmp(base_name(run->images[i].path), kept->image) == 0)
			waiters_add_slot(waiters, i, &kept->slot, kept->when);
}

bool slots_read(const struct run *run, unsigned *number, struct waiters *waiters)
{
	char *path = path_of(run->directory, ++*number);
	struct kept *kept = new_zeroed(1, sizeof(*kept));
	FILE *file = fopen(path, "re");

	*waiters = (struct waiters){0};
	while (file && fread(kept, sizeof(*kept), 1, file) == 1)
		add_kept(run, waiters, kept);
	if (file)
		fclose(file);
	free(kept);
	free(path);
	return file != NULL;
}
