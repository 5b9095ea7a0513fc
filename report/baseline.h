/*
 * baseline.h: findings that are known already: only new ones fail. A baseline is sorted JSON, one finding a line, made to lie in a repository:
 * it holds nothing that changes from run to run.
 */
#ifndef GRIDLOCK_BASELINE_H
#define GRIDLOCK_BASELINE_H

#include "findings.h"
#include "options.h"

struct baseline;

/* What --baseline names; NULL without one. What is wrong in it ends the command; so does a fingerprint of a version that is not ours, with the
 * command that makes the file anew. */
struct baseline *baseline_read(const struct options *options);
/* Says of every finding whether it is new or known; entries that no finding has become remarks, but for a bare preload's report, which knows
 * one process only. `baseline` may be NULL: nothing happens. */
void baseline_apply(struct baseline *baseline, struct findings *findings, const struct options *options);
void baseline_free(struct baseline *baseline);

/* A baseline of all findings that are not suppressed: 0, or -1 with errno. */
int baseline_write(int fd, const struct findings *findings);

/* The findings of the recording in the folder `run`, suppressed as the options say, for the subcommands below. Ends the command when there is
 * none that can be read. */
struct findings *baseline_findings(const char *run, const struct options *options);
/* gridlock baseline RUN [-o FILE]: `count` operands. Returns the exit code. */
int baseline_main(const struct options *options, int count, char **operands);
/* gridlock diff OLD NEW: what is new, gone and unchanged; the exit code is that of a run whose known findings are OLD's. */
int diff_main(const struct options *options, int count, char **operands);

#endif
