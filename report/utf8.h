/*
 * utf8.h: is it text? Paths, symbols and names of threads are bytes; what reads our formats wants UTF-8 (RFC 3629).
 */
#ifndef GRIDLOCK_UTF8_H
#define GRIDLOCK_UTF8_H

#include <stddef.h>

#define UTF8_REPLACEMENT "\xef\xbf\xbd" /* U+FFFD, for a byte that is none */

/* Length of the character at `text`, which ends with a NUL; 0 when there is none. A NUL is one of length 1. */
size_t utf8_length(const char *text);

#endif
