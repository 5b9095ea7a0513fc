/* html_card.h: a finding as a card. */
#ifndef GRIDLOCK_HTML_CARD_H
#define GRIDLOCK_HTML_CARD_H

#include "page.h"

/* Modules that stacks of the findings go through, each once: what the page can be filtered by. */
struct html_modules {
	size_t count;
	const char **names;
};

/* Adds those of a finding. */
void html_modules_add(struct html_modules *modules, const struct finding *finding);
/* The finding of that number in the list. */
void html_card(const struct page *page, size_t number, const struct html_modules *modules);
/* "lock-order-cycle" in the colour of its level, with the level in words. */
void html_level(const struct page *page, enum level level);
/* "new" or "known", where there is a baseline. */
void html_standing(const struct page *page, const struct finding *finding);

#endif
