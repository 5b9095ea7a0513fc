/*
 * seed.h: numbers that look random and are the same for the same seed (splitmix64: Steele, Lea, Flood, OOPSLA 2014). No thread shares one.
 */
#ifndef RANDOM_SEED_H
#define RANDOM_SEED_H

#include <stdbool.h>
#include <stdint.h>

struct seed {
	uint64_t state;
};

static inline uint64_t seed_next(struct seed *seed)
{
	uint64_t z = seed->state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

/* 0 .. count - 1 */
static inline unsigned seed_below(struct seed *seed, unsigned count)
{
	return (unsigned)((seed_next(seed) >> 32) * count >> 32);
}

static inline bool seed_chance(struct seed *seed, unsigned percent)
{
	return seed_below(seed, 100) < percent;
}

/* The seed of something new: what its owner draws later does not depend on what it draws. */
static inline struct seed seed_fork(struct seed *seed)
{
	return (struct seed){seed_next(seed)};
}

#endif
