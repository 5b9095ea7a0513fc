/* run.h: the launcher: runs a program with all its descendants under the library, then reports. */
#ifndef GRIDLOCK_RUN_H
#define GRIDLOCK_RUN_H

#include "options.h"

/* `argv` is the program with its arguments. Returns the exit code, or dies of the signal that the program died of. */
int run_main(const struct options *options, char **argv);

/* Runs the program with its recording in `folder`, without a report. `enough`, which may be NULL, is asked every 100 ms: when it says so all
 * processes are killed. Returns the program's status, as from wait(2); ends the command when it cannot be executed. */
int run_recorded(const struct options *options, char **argv, const char *folder, bool (*enough)(void *ctx), void *ctx);

#endif
