/*
 * load.h: what the maps are measured with.
 */
#ifndef LOAD_H
#define LOAD_H

#include "map.h"

struct load_result {
	double read_nsec;  /* mean time of one get, the waiting for its lock and for a CPU included */
	double writes_sec; /* puts a second, of all threads together */
};
/* `threads` threads for `seconds`, each with 95 reads to 5 writes, over 4,096 keys that the map has from the beginning. */
struct load_result load_mixed(const struct map_kind *kind, int threads, double seconds);

struct load_puts {
	double nsec; /* mean time of one put */
	struct map_memory memory;
};
/* `puts` new keys into an empty map, by one thread: 8 bytes the key, 8 the value. */
struct load_puts load_puts(const struct map_kind *kind, size_t puts);

#endif
