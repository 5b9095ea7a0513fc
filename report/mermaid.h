/* mermaid.h: the ring of one finding as a chart of its own. */
#ifndef GRIDLOCK_MERMAID_H
#define GRIDLOCK_MERMAID_H

#include <stdio.h>

#include "findings.h"

/* Is there a ring to be drawn? */
bool mermaid_has(const struct finding *finding);
/* No character of a name in it means anything to Markdown, HTML or Mermaid. */
void mermaid_chart(FILE *stream, const struct finding *finding);

#endif
