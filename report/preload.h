/* preload.h: what the launcher puts into the environment of the program. */
#ifndef GRIDLOCK_PRELOAD_H
#define GRIDLOCK_PRELOAD_H

#include "options.h"

/* The path of the library, as LD_PRELOAD can name it; to be freed. Ends the command when there is none. */
char *preload_library(void);
/* Puts our library in front of LD_PRELOAD, and the recording's folder with what the library has to know behind the user's
 * GRIDLOCK_OPTIONS. For the child, between fork and exec. */
void preload_set_environment(const char *library, const char *folder, const struct options *options);

#endif
