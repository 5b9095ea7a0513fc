/* html_order.h: the order graph of the locks, laid out by Graphviz, and the table of all locks. */
#ifndef GRIDLOCK_HTML_ORDER_H
#define GRIDLOCK_HTML_ORDER_H

#include "page.h"

/* Locks in the graph, at most: those in rings first, then their neighbours. */
#define HTML_ORDER_MAX 300

void html_order(const struct page *page);
void html_locks(const struct page *page);

#endif
