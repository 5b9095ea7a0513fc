/* html_lanes.h: who does what in which order, as a table with a column for each thread. */
#ifndef GRIDLOCK_HTML_LANES_H
#define GRIDLOCK_HTML_LANES_H

#include "page.h"

/* How the links of a ring come to lock up: each thread takes its lock, then asks for the next one's. Nothing where there is no ring. */
void html_lanes_ring(const struct page *page, const struct finding *finding);
/* The steps of the finding's witness, with where they are made. */
void html_lanes_witness(const struct page *page, const struct finding *finding);

#endif
