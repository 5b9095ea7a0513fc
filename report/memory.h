/* memory.h: allocation in the command: what fails ends the command with its own failure's code. */
#ifndef GRIDLOCK_MEMORY_H
#define GRIDLOCK_MEMORY_H

#include <stdarg.h>
#include <stddef.h>

/* Exit code of gridlock's own failures and of usage errors. */
#define EXIT_GRIDLOCK 125

/* One line on stderr, `gridlock: ...`, then exit with EXIT_GRIDLOCK. */
void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
/* Zeroed; never NULL. Freed with free. */
void *new_zeroed(size_t count, size_t size);
/* realloc that never returns NULL. */
void *resized(void *memory, size_t count, size_t size);
char *copied(const char *text);
/* A new text; never NULL. */
char *printed(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
