/* run.h: the launcher: runs a program with all its descendants under the library, then reports. */
#ifndef GRIDLOCK_RUN_H
#define GRIDLOCK_RUN_H

#include "options.h"

/* `argv` is the program with its arguments. Returns the exit code, or dies of the signal that the program died of. */
int run_main(const struct options *options, char **argv);

#endif
