/* doctor.h: can a program be watched? */
#ifndef GRIDLOCK_DOCTOR_H
#define GRIDLOCK_DOCTOR_H

#include <stdbool.h>

/* What keeps the library out of the program at `path`, and what to do about it: one sentence, to be freed; NULL: nothing does. A script is judged
 * by its interpreter. *warning (to be freed, or NULL): what works, with a limit. */
char *doctor_refusal(const char *path, char **warning);
/* The path that executing `program` would run, by PATH when it has no slash; to be freed. NULL with errno: ENOENT or EACCES. */
char *doctor_find(const char *program);
/* The library that goes with this command; NULL: not found. To be freed. */
char *doctor_library(void);
/* The subcommand: `gridlock doctor PROGRAM`. Returns the exit code: 0 or 125. */
int doctor_main(int argc, char **argv);

#endif
