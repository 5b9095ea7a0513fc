/*
 * rcfile.h: .gridlockrc, the options of a folder and all below it: lines `name=value` as in GRIDLOCK_OPTIONS, a flag also by its name alone; quotes
 * protect a value, `#` at the start of a line or behind a blank begins a comment. Names of files are relative to the folder of the file.
 * It is the command's: a library without launcher reads no file, `gridlock env` puts what stands here into the variable.
 */
#ifndef GRIDLOCK_RCFILE_H
#define GRIDLOCK_RCFILE_H

#include "options.h"

/* The nearest .gridlockrc, from the working directory upwards; NULL: none. To be freed. */
char *rcfile_find(void);
/* Sets what the file at `path` says. What is wrong in it is a warning on stderr, with its line; so is a file that belongs to neither this user nor
 * root, which is not read: whoever may write to a folder above this one must not choose where reports are written. */
void rcfile_read(struct options *options, const char *path);

#endif
