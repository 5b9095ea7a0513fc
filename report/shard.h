/*
 * shard.h: files of JSON Lines (record.h), gzipped or plain, read and written a record at a time. What is wrong with a file ends the command, with its
 * name and line. Memory: what its longest line takes, and zlib's windows.
 */
#ifndef GRIDLOCK_SHARD_H
#define GRIDLOCK_SHARD_H

#include "record.h"

/* ---- reading ---- */

struct shard;
/* Is that a file, and no folder? Then it is read as one of these. */
bool shard_is_file(const char *path);
struct shard *shard_open(const char *path);
/* Of a descriptor, which becomes the shard's; `name` is for messages. */
struct shard *shard_open_at(int fd, const char *name);
/* The next record, whose line lives until the next call; its length counts, no NUL ends it. False: there is none; what is behind `end` is refused. */
bool shard_next(struct shard *shard, struct record *record);
/* After the last record: was it the last that was written? */
bool shard_is_whole(const struct shard *shard);
/* Bytes of the file that were read so far. */
size_t shard_read(const struct shard *shard);
const char *shard_name(const struct shard *shard);
void shard_close(struct shard *shard);

/* ---- writing ---- */

struct shard_writer;
/* To a descriptor, which stays the caller's. */
struct shard_writer *shard_write_begin(int fd, bool gzip);
/* Records must come in order. */
void shard_write(struct shard_writer *writer, const char *line, size_t length);
/* Writes `end`. 0, or -1 with errno: something could not be written. */
int shard_write_end(struct shard_writer *writer);
/* Does the name of a file ask for gzip? */
bool shard_is_gzip(const char *path);

#endif
