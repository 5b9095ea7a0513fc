/* diff.c: gridlock diff: the findings of two runs, compared by fingerprint. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "baseline.h"
#include "fingerprints.h"
#include "memory.h"
#include "verdict.h"

/* One of the two runs. */
struct side {
	struct findings *findings;
	struct fingerprints fingerprints;
};

static struct side read_side(const char *run, const struct options *options)
{
	struct side side = {.findings = baseline_findings(run, options)};

	side.fingerprints = fingerprints_of(side.findings);
	return side;
}

static void free_side(struct side *side)
{
	fingerprints_free(&side->fingerprints);
	findings_free(side->findings);
}

/* Those of `from` that `other` has too, or has not, the worst first; one for each fingerprint. Returns how many there are. */
static size_t put(const char *word, const struct side *from, const struct side *other, bool both)
{
	size_t count = 0;

	for (size_t i = 0; i < from->findings->count; i++) {
		const struct finding *finding = &from->findings->list[i];

		if (fingerprints_find(&from->fingerprints, finding->fingerprint) != finding ||
		    (fingerprints_find(&other->fingerprints, finding->fingerprint) != NULL) != both)
			continue;
		printf("%s: %s: %s, %s\n  %s\n", word, level_name(finding->level), rules[finding->rule].name, finding->fingerprint,
		       finding->message);
		count++;
	}
	return count;
}

int diff_main(const struct options *options, int count, char **operands)
{
	struct side old, new;
	size_t added, gone, unchanged;
	int code;

	if (count != 2)
		die("usage: gridlock diff OLD NEW");
	old = read_side(operands[0], options);
	new = read_side(operands[1], options);
	added = put("new", &new, &old, false);
	gone = put("gone", &old, &new, false);
	unchanged = put("unchanged", &new, &old, true);
	printf("gridlock: %zu new, %zu gone, %zu unchanged\n", added, gone, unchanged);
	if (fflush(stdout) != 0)
		die("the comparison cannot be written: %s", strerror(errno));
	for (size_t i = 0; i < new.findings->count; i++) {
		struct finding *finding = &new.findings->list[i];

		finding->baseline = fingerprints_find(&old.fingerprints, finding->fingerprint) ? BASELINE_KNOWN : BASELINE_NEW;
	}
	code = verdict_code(new.findings, options, 0);
	free_side(&old);
	free_side(&new);
	return code;
}
