/* explain.h: what a rule means, how it bites, how to fix it. */
#ifndef GRIDLOCK_EXPLAIN_H
#define GRIDLOCK_EXPLAIN_H

#include <stdio.h>

struct finding;
/* What to do about it, in one or two sentences; never NULL. */
const char *explain_fix(const struct finding *finding);
/* What happens to a program that has it, in a few sentences. */
const char *explain_bites(int rule);
/* The whole text of a rule, to `stream`. */
void explain_rule(FILE *stream, int rule);
/* The subcommand: `gridlock explain [RULE...]`. Returns the exit code. */
int explain_main(int argc, char **argv);

#endif
