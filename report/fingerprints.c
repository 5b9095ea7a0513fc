/* fingerprints.c: see fingerprints.h. */
#include "fingerprints.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

/* By fingerprint; of the same one by place. */
static int compare(const void *left, const void *right)
{
	const struct finding *a = *(const struct finding *const *)left, *b = *(const struct finding *const *)right;
	int order = strcmp(a->fingerprint, b->fingerprint);

	return order ? order : (a > b) - (a < b);
}

static int compare_key(const void *key, const void *element)
{
	return strcmp(key, (*(const struct finding *const *)element)->fingerprint);
}

struct fingerprints fingerprints_of(const struct findings *findings)
{
	struct fingerprints all = {.list = new_zeroed(findings->count + 1, sizeof(const struct finding *))};
	size_t count = 0;

	for (size_t i = 0; i < findings->count; i++)
		if (!findings->list[i].suppressed)
			all.list[count++] = &findings->list[i];
	qsort(all.list, count, sizeof(const struct finding *), compare);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || strcmp(all.list[i]->fingerprint, all.list[all.count - 1]->fingerprint) != 0)
			all.list[all.count++] = all.list[i];
	return all;
}

void fingerprints_free(struct fingerprints *fingerprints)
{
	free(fingerprints->list);
}

const struct finding *fingerprints_find(const struct fingerprints *fingerprints, const char *fingerprint)
{
	const struct finding *const *found =
		bsearch(fingerprint, fingerprints->list, fingerprints->count, sizeof(const struct finding *), compare_key);

	return found ? *found : NULL;
}
