/* origins.h: the runs that something was seen in, in words. */
#ifndef GRIDLOCK_ORIGINS_H
#define GRIDLOCK_ORIGINS_H

#include "findings.h"

/* "run X (server, 2026-11-27 20:46:24 UTC)", or "4 runs: X (...), Y (...), Z (...) and 1 more". To be freed. */
char *origins_words(const struct origin *const *runs, size_t count);

#endif
