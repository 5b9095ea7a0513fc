/* fingerprints.h: the findings of a run, looked up by fingerprint. */
#ifndef GRIDLOCK_FINGERPRINTS_H
#define GRIDLOCK_FINGERPRINTS_H

#include "findings.h"

struct fingerprints {
	size_t count;
	const struct finding **list; /* sorted; each fingerprint once */
};

/* Of all findings that are not suppressed; where several have one fingerprint the first of them stands for all. In O(n log n). */
struct fingerprints fingerprints_of(const struct findings *findings);
void fingerprints_free(struct fingerprints *fingerprints);
/* The finding of that fingerprint; NULL: there is none. In O(log n). */
const struct finding *fingerprints_find(const struct fingerprints *fingerprints, const char *fingerprint);

#endif
