/*
 * progress.h: what a long command is at, on one line of the terminal on stderr: from one second after progress_begin, once a second, whatever the
 * command does meanwhile (a timer's signal writes it), wiped at the end. Elsewhere than on a terminal nothing is written. One at a time, one thread.
 */
#ifndef GRIDLOCK_PROGRESS_H
#define GRIDLOCK_PROGRESS_H

#include <stddef.h>

void progress_begin(void);
/* `what` lives for ever; `total` 0: not counted. Cheap; of no effect before progress_begin. */
void progress_say(const char *what, size_t done, size_t total);
/* Wipes the line; also done at exit. */
void progress_end(void);

#endif
