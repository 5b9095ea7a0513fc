/*
 * expect.h: what is to be found, one finding a line: rule, level, and the names of its locks in alphabetical order.
 */
#ifndef RANDOM_EXPECT_H
#define RANDOM_EXPECT_H

#include "lock.h"

/* Where the lines go; NULL: nowhere. */
void expect_init(const char *path);
void expect(const char *rule, const char *level, struct lock *const *locks, unsigned count);
void expect_fini(void);

#endif
