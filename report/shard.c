/* shard.c: see shard.h. */
#include "shard.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "memory.h"

#define ROOM	(16u << 10) /* of a line, at first; there may be hundreds of files */
#define LONGEST (256u << 20)

struct shard {
	char *name;
	gzFile file;
	char *buffer; /* `used` bytes of it are read, those from `at` on not yet given out */
	size_t room, used, at;
	size_t lines;	   /* given out */
	size_t records;	   /* those before `end` */
	struct record now; /* its line is not its own */
	bool read_out;	   /* the file */
	bool cut;	   /* gzip says so */
	bool ended;
};

bool shard_is_file(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && !S_ISDIR(status.st_mode);
}

struct shard *shard_open_at(int fd, const char *name)
{
	struct shard *shard = new_zeroed(1, sizeof(*shard));

	shard->name = copied(name);
	shard->file = gzdopen(fd, "rb");
	if (!shard->file)
		die("out of memory");
	gzbuffer(shard->file, ROOM);
	shard->room = ROOM;
	shard->buffer = resized(NULL, shard->room, 1);
	return shard;
}

struct shard *shard_open(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		die("%s: %s", path, strerror(errno));
	return shard_open_at(fd, path);
}

static void fill(struct shard *shard)
{
	int count, error;

	memmove(shard->buffer, shard->buffer + shard->at, shard->used - shard->at);
	shard->used -= shard->at;
	shard->at = 0;
	if (shard->used == shard->room) {
		if (shard->room >= LONGEST)
			die("%s:%zu: the line is too long", shard->name, shard->lines + 1);
		shard->room *= 2;
		shard->buffer = resized(shard->buffer, shard->room, 1);
	}
	count = gzread(shard->file, shard->buffer + shard->used, (unsigned)(shard->room - shard->used));
	if (count <= 0) {
		const char *text = gzerror(shard->file, &error);

		if (error == Z_ERRNO)
			die("%s: %s", shard->name, strerror(errno));
		if (error != Z_OK && error != Z_STREAM_END && error != Z_BUF_ERROR)
			die("%s: %s", shard->name, text);
		shard->read_out = true;
		shard->cut |= error == Z_BUF_ERROR;
		return;
	}
	shard->used += (size_t)count;
}

/* The next line; NULL: there is none that is whole. */
static char *next_line(struct shard *shard, size_t *length)
{
	size_t looked = 0;
	char *line, *end;

	for (;;) {
		end = memchr(shard->buffer + shard->at + looked, '\n', shard->used - shard->at - looked);
		if (end || shard->read_out)
			break;
		looked = shard->used - shard->at;
		fill(shard);
	}
	if (!end) {
		shard->cut |= shard->used > shard->at;
		return NULL;
	}
	line = shard->buffer + shard->at;
	*length = (size_t)(end - line);
	shard->at += *length + 1;
	shard->lines++;
	return line;
}

/* `end`: are there as many as it says, and nothing behind it? */
static void check_end(struct shard *shard, const struct record *record)
{
	char *line = record_end(shard->records);
	bool same = strlen(line) == record->length && memcmp(line, record->line, record->length) == 0;
	size_t length;

	free(line);
	if (!same)
		die("%s:%zu: it has %zu records, and its end says another number", shard->name, shard->lines, shard->records);
	if (next_line(shard, &length) || shard->cut)
		die("%s:%zu: there is more behind its end; `gridlock merge` puts files together", shard->name, shard->lines);
	shard->ended = true;
}

bool shard_next(struct shard *shard, struct record *record)
{
	size_t length;
	char *line = shard->ended ? NULL : next_line(shard, &length);

	if (!line)
		return false;
	if (!record_parse(record, line, length))
		die("%s:%zu: this is no line that `gridlock -o jsonl:FILE` writes", shard->name, shard->lines);
	if (record->kind == RECORD_END) {
		check_end(shard, record);
		return false;
	}
	if (shard->records && record_compare(&shard->now, record) >= 0)
		die("%s:%zu: the record is out of order: it was not written by gridlock so", shard->name, shard->lines);
	shard->records++;
	shard->now = *record;
	return true;
}

bool shard_is_whole(const struct shard *shard)
{
	return shard->ended;
}

size_t shard_read(const struct shard *shard)
{
	z_off_t offset = gzoffset(shard->file);

	return offset > 0 ? (size_t)offset : 0;
}

const char *shard_name(const struct shard *shard)
{
	return shard->name;
}

void shard_close(struct shard *shard)
{
	gzclose_r(shard->file);
	free(shard->buffer);
	free(shard->name);
	free(shard);
}

/* ---- writing ---- */

struct shard_writer {
	gzFile file;
	size_t records;
	int error; /* errno of what failed first */
};

struct shard_writer *shard_write_begin(int fd, bool gzip)
{
	struct shard_writer *writer = new_zeroed(1, sizeof(*writer));
	int own = dup(fd);

	/* Its first level: lines are many, and mostly hashes, which no level makes much smaller. */
	writer->file = own < 0 ? NULL : gzdopen(own, gzip ? "wb1" : "wbT");
	if (!writer->file)
		die("a file of records cannot be opened: %s", strerror(errno));
	gzbuffer(writer->file, 1 << 17);
	return writer;
}

static void put(struct shard_writer *writer, const char *text, size_t length)
{
	if (!writer->error && length && gzwrite(writer->file, text, (unsigned)length) == 0)
		writer->error = errno ? errno : EIO;
}

void shard_write(struct shard_writer *writer, const char *line, size_t length)
{
	put(writer, line, length);
	put(writer, "\n", 1);
	writer->records++;
}

int shard_write_end(struct shard_writer *writer)
{
	char *end = record_end(writer->records);
	int error;

	put(writer, end, strlen(end));
	put(writer, "\n", 1);
	free(end);
	errno = 0;
	if (gzclose_w(writer->file) != Z_OK && !writer->error)
		writer->error = errno ? errno : EIO;
	error = writer->error;
	free(writer);
	errno = error;
	return error ? -1 : 0;
}

bool shard_is_gzip(const char *path)
{
	size_t length = strlen(path);

	return length > 3 && strcmp(path + length - 3, ".gz") == 0;
}
