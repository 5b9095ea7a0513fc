/* origins.c: see origins.h. */
#include "origins.h"

#include <stdlib.h>

#include "memory.h"

#define SHOWN 3

/* The words with one more run, in place of them. */
static char *with(char *words, const char *between, const struct origin *run)
{
	char *more = printed("%s%s%s (%s)", words, between, run->id, run->about);

	free(words);
	return more;
}

char *origins_words(const struct origin *const *runs, size_t count)
{
	char *words = count == 1 ? copied("run ") : printed("%zu runs: ", count), *more;

	for (size_t i = 0; i < count && i < SHOWN; i++)
		words = with(words, i ? ", " : "", runs[i]);
	if (count <= SHOWN)
		return words;
	more = printed("%s and %zu more", words, count - SHOWN);
	free(words);
	return more;
}
