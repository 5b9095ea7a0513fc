/* library.h: the library that goes with this command. */
#ifndef GRIDLOCK_LIBRARY_H
#define GRIDLOCK_LIBRARY_H

/* What is wrong with the library at `path`: not of this command's version, not readable; one sentence, to be freed; NULL: nothing. */
char *library_refusal(const char *path);
/* How LD_PRELOAD is to name it: in the system's folder for libraries as PREFIX/$LIB/..., where the dynamic linker of every program puts in the folder
 * of its own kind of machine, so that a tree of programs of several kinds finds the library of each. To be freed. */
char *library_preload_name(const char *path);

#endif
