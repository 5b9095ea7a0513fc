/* diff.c: gridlock diff: the findings of two runs, compared by fingerprint. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "baseline.h"
#include "memory.h"
#include "verdict.h"

/* Is there a finding like it that counts? A fingerprint that several findings have is listed once. */
static bool has(const struct findings *findings, size_t count, const char *fingerprint)
{
	for (size_t i = 0; i < count; i++)
		if (!findings->list[i].suppressed && strcmp(findings->list[i].fingerprint, fingerprint) == 0)
			return true;
	return false;
}

/* Those of `from` that `other` has too, or has not. Returns how many there are. */
static size_t put(const char *word, const struct findings *from, const struct findings *other, bool both)
{
	size_t count = 0;

	for (size_t i = 0; i < from->count; i++) {
		const struct finding *finding = &from->list[i];

		if (finding->suppressed || has(from, i, finding->fingerprint) || has(other, other->count, finding->fingerprint) != both)
			continue;
		printf("%s: %s: %s, %s\n  %s\n", word, level_name(finding->level), rules[finding->rule].name, finding->fingerprint,
		       finding->message);
		count++;
	}
	return count;
}

int diff_main(const struct options *options, int count, char **operands)
{
	struct findings *old, *new;
	size_t added, gone, unchanged;
	int code;

	if (count != 2)
		die("usage: gridlock diff OLD NEW");
	old = baseline_findings(operands[0], options);
	new = baseline_findings(operands[1], options);
	added = put("new", new, old, false);
	gone = put("gone", old, new, false);
	unchanged = put("unchanged", new, old, true);
	printf("gridlock: %zu new, %zu gone, %zu unchanged\n", added, gone, unchanged);
	if (fflush(stdout) != 0)
		die("the comparison cannot be written: %s", strerror(errno));
	for (size_t i = 0; i < new->count; i++)
		new->list[i].baseline = has(old, old->count, new->list[i].fingerprint) ? BASELINE_KNOWN : BASELINE_NEW;
	code = verdict_code(new, options, 0);
	findings_free(old);
	findings_free(new);
	return code;
}
