/* mapping.c: see mapping.h. */
#include "mapping.h"

#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "real.h"
#include "sandbox.h"

/* A text that is read in pieces; room for one line at a time is not needed. */
struct reader {
	int fd;
	char *buffer;
	size_t room, used, at;
};

/* The next character, -1 at the end. */
static int next(struct reader *reader)
{
	if (reader->at == reader->used) {
		/* Raw calls: the library functions are cancellation points, and a lock call is none. */
		long got = real.syscall(SYS_read, reader->fd, reader->buffer, reader->room);

		if (got <= 0)
			return -1;
		reader->used = (size_t)got;
		reader->at = 0;
	}
	return (unsigned char)reader->buffer[reader->at++];
}

/* A number in that base, and the character behind it. */
static uint64_t number(struct reader *reader, unsigned base, int *behind)
{
	uint64_t value = 0;

	for (;;) {
		int c = next(reader);
		unsigned digit = c >= '0' && c <= '9' ? (unsigned)c - '0' : c >= 'a' && c <= 'f' ? (unsigned)c - 'a' + 10 : 99;

		if (digit >= base) {
			*behind = c;
			return value;
		}
		value = value * base + digit;
	}
}

/* One line: START-END PERM OFFSET MAJOR:MINOR INODE ... False: the end. */
static bool read_line(struct reader *reader, uint64_t *start, uint64_t *end, bool *shared, struct lock_place *place)
{
	unsigned major_number, minor_number;
	int c;

	*start = number(reader, 16, &c);
	if (c < 0)
		return false;
	*end = number(reader, 16, &c);
	for (int i = 0; i < 4; i++)
		c = next(reader);
	*shared = c == 's';
	next(reader);
	place->offset = number(reader, 16, &c);
	major_number = (unsigned)number(reader, 16, &c);
	minor_number = (unsigned)number(reader, 16, &c);
	place->device = makedev(major_number, minor_number);
	place->inode = number(reader, 10, &c);
	while (c >= 0 && c != '\n')
		c = next(reader);
	return true;
}

bool mapping_find(struct self *self, const void *address, struct lock_place *place)
{
	struct reader reader = {.buffer = self->scratch_room, .room = sizeof(self->scratch_room)};
	uint64_t start, end;
	bool shared, found = false;

	if (!sandbox_allows(SYS_openat, AT_FDCWD, 0, O_RDONLY | O_CLOEXEC, 0) || !sandbox_allows(SYS_read, 0, 0, 0, 0) ||
	    !sandbox_allows(SYS_close, 0, 0, 0, 0))
		return false;
	reader.fd = (int)real.syscall(SYS_openat, AT_FDCWD, "/proc/self/maps", O_RDONLY | O_CLOEXEC);
	if (reader.fd < 0)
		return false;
	while (!found && read_line(&reader, &start, &end, &shared, place))
		found = (uintptr_t)address >= start && (uintptr_t)address < end;
	real.syscall(SYS_close, reader.fd);
	place->offset += (uintptr_t)address - start;
	return found && shared;
}
