/* bench.h: what the operations share. */
#ifndef BENCH_H
#define BENCH_H

#define BENCH_THREADS 128

struct operation {
	const char *name;
	void (*run)(void);
};

extern const struct operation single_operations[], together_operations[], scoped_operations[]; /* up to one without a name */
extern __thread int bench_self;								       /* the number of this thread, from 0 */

/* Before the threads begin. */
void single_init(void);

#endif
