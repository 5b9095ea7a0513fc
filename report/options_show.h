/* options_show.h: the options in force, for people and for programs without launcher. */
#ifndef GRIDLOCK_OPTIONS_SHOW_H
#define GRIDLOCK_OPTIONS_SHOW_H

#include <stdio.h>

#include "options.h"

/* --print-options: every option with its value and where that came from, as lines of a .gridlockrc; what has no value is a comment. False: it could
 * not be written. */
bool options_print(const struct options *options, FILE *out);
/* `gridlock env`: LD_PRELOAD and GRIDLOCK_OPTIONS with everything that is set somewhere, as the lines of an environment file. Names of files become
 * absolute: a service runs elsewhere. Returns the exit code. */
int env_main(struct options *options, int count);

#endif
