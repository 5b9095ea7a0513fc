/* confirm.h: `gridlock confirm`: makes a reported cycle happen, or says that it could not. */
#ifndef GRIDLOCK_CONFIRM_H
#define GRIDLOCK_CONFIRM_H

#include "options.h"

/*
 * Runs the program to find its cycles, then again for each of them, up to --tries times, with threads held back so that they meet (graph/steer.h).
 * `fingerprints`, a list that ends with NULL, says which cycles; none: all at level error. `argv` is the program with its arguments. Returns the
 * exit code: --error-exitcode when one was confirmed, else 0; ends the command when there is nothing to run.
 */
int confirm_main(struct options *options, char **fingerprints, char **argv);

#endif
