/* html_ring.h: the ring of a finding as an inline picture (SVG): threads are boxes, locks rounded; `waits for` is dashed, `held by` solid. */
#ifndef GRIDLOCK_HTML_RING_H
#define GRIDLOCK_HTML_RING_H

#include "page.h"

/* Nothing where the finding has no ring, or one of more than HTML_RING_MAX threads. */
#define HTML_RING_MAX 8
void html_ring(const struct page *page, const struct finding *finding);

#endif
