/* nearest.c: see nearest.h. */
#include "nearest.h"

#include <stdint.h>
#include <string.h>

/* Edit distance, of words of up to 63 characters (V. Levenshtein, 1966). */
static size_t distance(const char *a, const char *b)
{
	size_t row[64], length = strlen(b);

	if (strlen(a) > 63 || length > 63)
		return SIZE_MAX;
	for (size_t j = 0; j <= length; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= length; j++) {
			size_t change = corner + (a[i - 1] != b[j - 1]), step = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;

			corner = row[j];
			row[j] = change < step ? change : step;
		}
	}
	return row[length];
}

const char *nearest_name(const char *word, const char *const *names, size_t count)
{
	const char *nearest = NULL;
	size_t best = strlen(word) / 2 < 3 ? strlen(word) / 2 + 1 : 4;

	for (size_t i = 0; i < count; i++) {
		size_t here = distance(word, names[i]);

		if (here < best) {
			best = here;
			nearest = names[i];
		}
	}
	return nearest;
}
