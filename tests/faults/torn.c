/*
 * torn.c: torn IMAGE SEED ROUNDS: reads a real recording as it may be after a crash or on a bad disk: cut off at every byte, with every single byte
 * changed, and ROUNDS times with eight random bytes in a row. What is whole in front of a cut is read, all of it and no more; damage is never
 * read past (this program is built with AddressSanitizer). The command's collector reads every damaged one too.
 */
#include <sanitizer/asan_interface.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "graph/recording.h"
#include "report/collect.h"

struct place {
	size_t start, end;
};
static uint8_t *data; /* what is used of the file, in memory of exactly that size */
static size_t size;
static struct place places[20000]; /* of the facts, in order */
static size_t facts;
static char folder[] = "/dev/shm/torn.XXXXXX";

static void wrong(const char *what, size_t where)
{
	printf("FAIL  torn: %s (%zu)\n", what, where);
	exit(1);
}

static void load(const char *path)
{
	struct stat status;
	FILE *file = fopen(path, "re");
	struct recording_header header;

	if (!file || fstat(fileno(file), &status) != 0 || fread(&header, sizeof(header), 1, file) != 1)
		wrong("the recording cannot be read", 0);
	size = (size_t)header.chunks_claimed * RECORDING_CHUNK;
	data = malloc(size);
	rewind(file);
	if (!data || fread(data, 1, size, file) != size || recording_check(data, size) != NULL)
		wrong("the recording is not whole", size);
	fclose(file);
}

static void find_places(void)
{
	struct recording_cursor cursor;
	const struct fact *fact;
	uint32_t process;

	recording_start(&cursor, data, size);
	while ((fact = recording_next(&cursor, &process)))
		places[facts++] =
			(struct place){(size_t)((const uint8_t *)fact - data), (size_t)((const uint8_t *)fact - data) + fact->size};
	if (cursor.torn || facts < 10)
		wrong("too few facts to try this with", facts);
}

/* Reads the first `length` bytes. Calls `check` for each fact, if it is not NULL; returns how many there were. */
static size_t read_all(size_t length, void (*check)(size_t number, const struct place *place))
{
	struct recording_cursor cursor;
	const struct fact *fact;
	uint32_t process;
	size_t count = 0;

	if (recording_check(data, length) != NULL)
		return 0;
	recording_start(&cursor, data, length);
	while ((fact = recording_next(&cursor, &process))) {
		struct place place = {(size_t)((const uint8_t *)fact - data), (size_t)((const uint8_t *)fact - data) + fact->size};

		if (place.start < sizeof(struct recording_header) || place.end > length)
			wrong("a fact outside of the recording", place.start);
		if (check)
			check(count, &place);
		if (count++ > size / sizeof(*fact))
			wrong("more facts than there is room for", count);
	}
	return count;
}

static void is_in_place(size_t number, const struct place *place)
{
	if (number >= facts || memcmp(place, &places[number], sizeof(*place)) != 0)
		wrong("another fact than in the whole recording", number);
}

/* ---- the three ---- */

/* From its end towards its beginning; what is cut off is poisoned. */
static void cut_everywhere(void)
{
	size_t whole = facts;

	for (size_t length = size; length-- > 0;) {
		__asan_poison_memory_region(data + length, size - length);
		while (whole && places[whole - 1].end > length)
			whole--;
		if (read_all(length, is_in_place) != (length < sizeof(struct recording_header) ? 0 : whole))
			wrong("other facts than those that lie whole before the cut", length);
	}
	__asan_unpoison_memory_region(data, size);
}

static void write_image(void)
{
	char path[sizeof(folder) + 20];
	FILE *file;

	snprintf(path, sizeof(path), "%s/image.1.0", folder);
	file = fopen(path, "we");
	if (!file || fwrite(data, 1, size, file) != size || fclose(file) != 0)
		wrong("no room for a damaged recording", size);
}

static void collect_it(void)
{
	char *error = NULL;
	struct run *run;

	write_image();
	run = collect(folder, &error);
	if (!run || run->images_count + run->remarks_count == 0)
		wrong("neither read nor remarked", 0);
	run_free(run);
}

static void change_every_byte(void)
{
	static const uint8_t masks[] = {0x01, 0x80, 0xff};

	for (size_t at = 0; at < size; at++) {
		if (at >= sizeof(struct recording_header) && data[at] == 0 && at % 61)
			continue; /* of what was never written, a sample */
		for (size_t i = 0; i < sizeof(masks); i++) {
			data[at] ^= masks[i];
			read_all(size, NULL);
			if (at % 31 == 0)
				collect_it();
			data[at] ^= masks[i];
		}
	}
	if (read_all(size, is_in_place) != facts)
		wrong("the recording is not what it was", 0);
}

static void damage(unsigned *seed, unsigned rounds)
{
	uint8_t saved[8];

	for (unsigned round = 0; round < rounds; round++) {
		/* Where something is written, most of the time. */
		size_t at = rand_r(seed) % 4 ? places[(size_t)rand_r(seed) % facts].start + (size_t)rand_r(seed) % 64
					     : (size_t)rand_r(seed) % sizeof(struct recording_header);

		at = at > size - sizeof(saved) ? size - sizeof(saved) : at;
		memcpy(saved, data + at, sizeof(saved));
		for (size_t i = 0; i < sizeof(saved); i++)
			data[at + i] = (uint8_t)(rand_r(seed) >> 7);
		read_all(size, NULL);
		if (round % 10 == 0)
			collect_it();
		memcpy(data + at, saved, sizeof(saved));
	}
}

int main(int argc, char **argv)
{
	unsigned seed;

	if (argc != 4)
		return 2;
	load(argv[1]);
	find_places();
	if (!mkdtemp(folder))
		wrong("no folder", 0);
	cut_everywhere();
	change_every_byte();
	seed = (unsigned)atoi(argv[2]);
	damage(&seed, (unsigned)atoi(argv[3]));
	printf("torn: %zu facts in %zu bytes\n", facts, size);
	return 0;
}
