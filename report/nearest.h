/* nearest.h: what a misspelt word was meant to be. */
#ifndef GRIDLOCK_NEAREST_H
#define GRIDLOCK_NEAREST_H

#include <stddef.h>

/* The name among `count` that `word` was most likely meant to be, or NULL when none is near. */
const char *nearest_name(const char *word, const char *const *names, size_t count);

#endif
