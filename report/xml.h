/* xml.h: text in XML 1.0 and HTML. */
#ifndef GRIDLOCK_XML_H
#define GRIDLOCK_XML_H

#include <stdio.h>

/* Between tags. What XML cannot hold (control characters, bytes that are no UTF-8) becomes U+FFFD. */
void xml_put(FILE *stream, const char *text);
/* In an attribute, in double quotes: a line break is a character, which a reader would make a space of. */
void xml_put_value(FILE *stream, const char *text);

#endif
