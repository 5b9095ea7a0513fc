/* jsonl.c: the records of a run, or of runs that were put together, for `gridlock merge` and for data bases. */
#include "findings.h"
#include "shard.h"

static int write_all(int fd, const struct findings *findings, bool gzip)
{
	struct shard_writer *writer = shard_write_begin(fd, gzip);

	for (size_t i = 0; findings->records && i < findings->records->count; i++)
		shard_write(writer, findings->records->list[i].line, findings->records->list[i].length);
	return shard_write_end(writer);
}

int jsonl_write(int fd, const struct findings *findings, const struct options *options)
{
	(void)options;
	return write_all(fd, findings, false);
}

int jsonl_write_gzip(int fd, const struct findings *findings, const struct options *options)
{
	(void)options;
	return write_all(fd, findings, true);
}
