/*
 * shorten.h: C++ names for people. What says nothing is left out: the library's own namespaces, template arguments that are what they are by default, what std::string
 * is made of. Names of other languages stay as they are.
 */
#ifndef GRIDLOCK_SHORTEN_H
#define GRIDLOCK_SHORTEN_H

#include <stddef.h>

/* The text, which may hold names among other words, with all names shortened; to be freed. NULL: there is nothing to shorten. Linear. */
char *shorten(const char *text);
/* A function's name in at most `room` columns, if that can be had: what it takes becomes "(...)", then template arguments, from left to right, "<...>". Shortens in
 * place. */
void shorten_to_fit(char *function, size_t room);

#endif
