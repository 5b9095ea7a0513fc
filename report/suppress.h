/*
 * suppress.h: findings that are not to be reported. ThreadSanitizer's lines work unchanged: `deadlock:PATTERN` for deadlocks and cycles,
 * `mutex:PATTERN` for all other rules; `race:` and its other types are read and ignored. Ours besides: `rule:NAME`, `lock:PATTERN`,
 * `fingerprint:v1:HEX`. A pattern is matched against function, file and module of every frame of every stack; `*` stands for anything, `^` and
 * `$` bind it to an end, else it may lie anywhere in the name. The block form (suppress_block.h) names one finding.
 */
#ifndef GRIDLOCK_SUPPRESS_H
#define GRIDLOCK_SUPPRESS_H

#include "findings.h"
#include "options.h"

struct suppressions;

/* Reads every file of --suppressions. What is wrong ends the command, with file and line. */
struct suppressions *suppressions_read(const struct options *options);
/* Marks the findings that match; entries that no finding needed become remarks, and are counted. */
void suppressions_apply(struct suppressions *suppressions, struct findings *findings);
void suppressions_free(struct suppressions *suppressions);
/* Is it `v1:` and 16 hex digits? */
bool fingerprint_is(const char *text);
/* Does a pattern match a name? */
bool suppression_matches(const char *pattern, const char *name);

#endif
