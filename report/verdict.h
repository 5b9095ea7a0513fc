/* verdict.h: which exit code findings ask for (USER.md, "Exit code"). */
#ifndef GRIDLOCK_VERDICT_H
#define GRIDLOCK_VERDICT_H

#include "findings.h"
#include "options.h"

/* No finding that is not suppressed, at any level. */
bool verdict_clean(const struct findings *findings);
/* Is the finding at or above --fail-on, not suppressed, and in no baseline? */
bool verdict_fails_for(const struct finding *finding, const struct options *options);
/* Is there a finding at or above --fail-on that is not suppressed? */
bool verdict_fails(const struct findings *findings, const struct options *options);
/* The code that findings ask for: --error-exitcode when they fail, else `otherwise`. --error-exitcode=0 only reports. */
int verdict_code(const struct findings *findings, const struct options *options, int otherwise);

#endif
