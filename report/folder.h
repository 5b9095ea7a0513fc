/* folder.h: the directory of a run. */
#ifndef GRIDLOCK_FOLDER_H
#define GRIDLOCK_FOLDER_H

/* A new private directory on a memory file system where there is one, mode 0700; under root sticky and writable by the users that the program
 * changes to. To be freed. */
char *folder_private(void);
/* The directory that --record names, made with its parents. One that holds anything is refused: the command ends. */
char *folder_named(const char *path);
/* Removes the recordings in it, and the directory. */
void folder_remove(const char *path);

#endif
