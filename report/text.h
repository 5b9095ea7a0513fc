/* text.h: a finding in words, for formats that carry text. */
#ifndef GRIDLOCK_TEXT_H
#define GRIDLOCK_TEXT_H

#include <stdio.h>

#include "findings.h"
#include "options.h"

/* What the text report says of the finding, without colour. Of bytes, as names are. */
void text_finding(FILE *stream, const struct finding *finding, const struct options *options);

#endif
