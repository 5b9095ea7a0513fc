/*
 * utf8.h: is it text? Paths, symbols and names of threads are bytes; what reads our formats wants UTF-8 (RFC 3629).
 */
#ifndef GRIDLOCK_UTF8_H
#define GRIDLOCK_UTF8_H

#include <stdbool.h>
#include <stddef.h>

#define UTF8_REPLACEMENT "\xef\xbf\xbd" /* U+FFFD, for a byte that is none */

/* Length of the character at `text`, which ends with a NUL; 0 when there is none. A NUL is one of length 1. */
size_t utf8_length(const char *text);
/* Is a character of that length not to be seen? Control characters but for tab and line break, and those that change the direction of writing: source
 * could read other than it is compiled (U+202A-202E, U+2066-2069). */
bool utf8_unseen(const char *text, size_t length);

#endif
