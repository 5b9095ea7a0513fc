/* merge.h: gridlock merge: the union of runs. */
#ifndef GRIDLOCK_MERGE_H
#define GRIDLOCK_MERGE_H

#include "options.h"

/* gridlock merge RUN... [-o FILE]: `count` operands, folders of recordings or files of records; without -o to standard output. The result does not
 * depend on their order, on how they were merged before, or on how often one is given. Memory: that of 128 open files, and of the largest recording in a
 * folder; the files themselves may be any number and of any size. Space for what is put together first in $TMPDIR or /tmp. Returns the exit code. */
int merge_main(struct options *options, int count, char **operands);

#endif
