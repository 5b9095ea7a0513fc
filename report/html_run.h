/* html_run.h: what was run, and what of it could not be seen; the rules of its findings in words. */
#ifndef GRIDLOCK_HTML_RUN_H
#define GRIDLOCK_HTML_RUN_H

#include "page.h"

void html_run(const struct page *page);
void html_rules(const struct page *page);
/* "2 errors, 1 note". */
void html_counts(const struct page *page);

#endif
