/*
 * maps: four kinds of map under one load, beside what the text says that this project started from.
 *
 *   build/examples/maps               a few seconds
 *   build/examples/maps short         a tenth of that, for `gridlock build/examples/maps short`
 *
 * gridlock is silent. build/examples/maps_redundant is the same with one lock too many around maps that lock themselves
 * (-DREDUNDANT_OUTER_LOCK): compare the figures of rwlock and sharded.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "load.h"

enum { KINDS = 4, LOADS = 4 };

static const struct map_kind *const kinds[KINDS] = {&map_plain, &map_mutex, &map_rwlock, &map_sharded};
static const int threads[LOADS] = {1, 16, 256, 1024};

/* The figures of the text, for 16, 256 and 1,024 readers. */
static const double text_read_nsec[LOADS] = {0, 8.2, 47.6, 219.3};
static const double text_writes_lost_percent[LOADS] = {0, 0, 12, 68};

static struct load_result loads[KINDS][LOADS];
static struct load_puts puts_done[KINDS];

/* A plain map is for one thread; every other cell is measured. */
static int loads_of(int kind)
{
	return kinds[kind] == &map_plain ? 1 : LOADS;
}

static void measure(double seconds, size_t puts)
{
	for (int kind = 0; kind < KINDS; kind++) {
		for (int load = 0; load < loads_of(kind); load++)
			loads[kind][load] = load_mixed(kinds[kind], threads[load], seconds);
		puts_done[kind] = load_puts(kinds[kind], puts);
	}
}

static void print_heading(const char *title)
{
	printf("\n%-28s", title);
	for (int load = 0; load < LOADS; load++)
		printf("%12d", threads[load]);
	printf("  threads\n");
}

static void print_reads(void)
{
	print_heading("mean time of a read, ns");
	for (int kind = 0; kind < KINDS; kind++) {
		printf("  %-26s", kinds[kind]->name);
		for (int load = 0; load < loads_of(kind); load++)
			printf("%12.0f", loads[kind][load].read_nsec);
		putchar('\n');
	}
	printf("  %-26s%12s", "(the text: rwlock)", "");
	for (int load = 1; load < LOADS; load++)
		printf("%12.1f", text_read_nsec[load]);
	putchar('\n');
}

/* How much of its writes with 16 threads a kind has lost with more. */
static double writes_lost_percent(int kind, int load)
{
	return 100 - 100 * loads[kind][load].writes_sec / loads[kind][1].writes_sec;
}

static void print_writes(void)
{
	print_heading("writes, thousands a second");
	for (int kind = 0; kind < KINDS; kind++) {
		printf("  %-26s", kinds[kind]->name);
		for (int load = 0; load < loads_of(kind); load++)
			printf("%12.0f", loads[kind][load].writes_sec / 1000);
		putchar('\n');
	}
	printf("  %-26s%12s", "rwlock: lost since 16, %", "");
	for (int load = 1; load < LOADS; load++)
		printf("%12.0f", writes_lost_percent(2, load));
	printf("\n  %-26s%12s", "(the text: rwlock), %", "");
	for (int load = 1; load < LOADS; load++)
		printf("%12.0f", text_writes_lost_percent[load]);
	putchar('\n');
}

static void print_puts(size_t puts)
{
	printf("\n%-28s%12s%12s%12s\n", "new keys by one thread", "ns a put", "allocations", "MB");
	for (int kind = 0; kind < KINDS; kind++)
		printf("  %-26s%12.0f%12zu%12.0f\n", kinds[kind]->name, puts_done[kind].nsec, puts_done[kind].memory.allocations,
		       (double)puts_done[kind].memory.bytes / 1e6);
	printf("  %zu puts here; (the text: 1,000,000 puts: one locked map 186 MB, 16 shards 73 MB, a concurrent map 41 MB)\n", puts);
}

static const char *holds(bool yes)
{
	return yes ? "holds here" : "does not hold here";
}

/* What the text's figures say, put to the figures of this run. */
static void print_conclusions(void)
{
	const struct load_result *rwlock = loads[2];
	size_t locked_bytes = puts_done[1].memory.bytes, sharded_bytes = puts_done[3].memory.bytes;

	printf("\nWhat the figures of the text say, and C on this machine with %ld CPUs\n", sysconf(_SC_NPROCESSORS_ONLN));
	printf("  Reads through a rwlock take over twice as long with 1,024 readers as with 16: %s.\n",
	       holds(rwlock[3].read_nsec > 2 * rwlock[1].read_nsec));
	printf("  Writes through it fall by more than half: %s.\n", holds(writes_lost_percent(2, 3) > 50));
	printf("    No more threads run at once than there are CPUs, so 1,024 press on a lock hardly harder than 16 do;\n"
	       "    what grows is the time for which a thread that waits for a lock or a CPU is asleep, and it counts.\n");
	printf("  16 shards allocate less than half of what one locked map does: %s (%.0f %%).\n", holds(sharded_bytes < locked_bytes / 2),
	       100.0 * (double)sharded_bytes / (double)locked_bytes);
	printf("    A uthash entry is an allocation of its own in both; only the tables of buckets differ.\n");
}

int main(int argc, char **argv)
{
	bool is_short = argc > 1 && strcmp(argv[1], "short") == 0;
	double seconds = is_short ? 0.02 : 0.3;
	size_t count = is_short ? 100000 : 1000000;

#ifdef REDUNDANT_OUTER_LOCK
	puts("Every call goes through one more lock, which no map needs.");
#endif
	printf("95 reads to 5 writes over 4,096 keys, %g s each\n", seconds);
	measure(seconds, count);
	print_reads();
	print_writes();
	print_puts(count);
	if (is_short)
		printf("\nToo short a run for conclusions: see build/examples/maps without `short`.\n");
	else
		print_conclusions();
	return 0;
}
