/* html_locks.c: the table of locks. See html_order.h. */
#include <stdlib.h>
#include <string.h>

#include "html_order.h"
#include "memory.h"
#include "survey.h"

#define ROWS_MAX  500
#define LINKS_MAX 12 /* findings that are linked in a row */

/* A finding that names the lock. */
struct mention {
	size_t lock, finding;
};
struct row {
	const struct survey_lock *lock;
	size_t count; /* of its mentions */
	const struct mention *mentions;
};

static int compare_mentions(const void *left, const void *right)
{
	const struct mention *a = left, *b = right;

	if (a->lock != b->lock)
		return a->lock < b->lock ? -1 : 1;
	return a->finding < b->finding ? -1 : a->finding > b->finding;
}

static struct mention *list_mentions(const struct page *page, size_t *count)
{
	struct mention *mentions = NULL;

	*count = 0;
	for (size_t i = 0; i < page->cards; i++) {
		const struct finding *finding = &page->findings->list[i];

		for (size_t j = 0; j < finding->locks_count && !finding->suppressed; j++) {
			const struct survey_lock *lock = survey_find(page->survey, finding->locks[j]);

			if (!lock)
				continue;
			mentions = resized(mentions, *count + 1, sizeof(*mentions));
			mentions[(*count)++] = (struct mention){lock->index, i};
		}
	}
	if (*count)
		qsort(mentions, *count, sizeof(*mentions), compare_mentions);
	return mentions;
}

static int compare_rows(const void *left, const void *right)
{
	const struct row *a = left, *b = right;
	size_t a_nested = a->lock->around + a->lock->under, b_nested = b->lock->around + b->lock->under;

	if (!a->count != !b->count)
		return a->count ? -1 : 1;
	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	if (a_nested != b_nested)
		return a_nested > b_nested ? -1 : 1;
	return strcmp(a->lock->lock->name, b->lock->lock->name);
}

static struct row *list_rows(const struct survey *survey, const struct mention *mentions, size_t count)
{
	struct row *rows = new_zeroed(survey->locks_count + 1, sizeof(*rows));
	size_t at = 0;

	for (size_t i = 0; i < survey->locks_count; i++) {
		rows[i] = (struct row){.lock = survey->locks[i]};
		for (; at < count && mentions[at].lock == i; at++)
			if (rows[i].count++ == 0)
				rows[i].mentions = &mentions[at];
	}
	qsort(rows, survey->locks_count, sizeof(*rows), compare_rows);
	return rows;
}

static void put_findings(const struct page *page, const struct row *row)
{
	size_t shown = 0, last = SIZE_MAX;

	for (size_t i = 0; i < row->count && shown < LINKS_MAX; i++) {
		/* A ring may have two locks of one class. */
		if (row->mentions[i].finding == last)
			continue;
		last = row->mentions[i].finding;
		page_count(page, "<a href=\"#finding-%\">", last + 1);
		page_count(page, "#%</a> ", last + 1);
		shown++;
	}
	if (shown == LINKS_MAX && shown < row->count)
		fputs("and more", page->stream);
}

static void put_row(const struct page *page, const struct row *row)
{
	const struct lock *lock = row->lock->lock;

	page_count(page, "<tr id=\"lock-%\"><th scope=\"row\">", row->lock->index);
	page_name(page, lock->name);
	page_put(page, "</th><td>%</td><td>", lock->kind);
	if (lock->created) {
		page_put(page, "% in ", lock->created_how);
		page_place(page, lock->created);
	} else {
		fputs("static", page->stream);
	}
	page_count(page, "</td><td class=\"count\">%</td>", row->lock->around);
	page_count(page, "<td class=\"count\">%</td><td class=\"links\">", row->lock->under);
	put_findings(page, row);
	fputs("</td></tr>\n", page->stream);
}

void html_locks(const struct page *page)
{
	const struct survey *survey = page->survey;
	size_t count;
	struct mention *mentions = list_mentions(page, &count);
	struct row *rows = list_rows(survey, mentions, count);

	page_count(page,
		   "<section id=\"locks\" aria-labelledby=\"locks-title\"><h2 id=\"locks-title\">Locks</h2>\n<p>Of % locks those that were "
		   "nested, or are in a finding; locks that one place in the source makes are one line.</p>\n",
		   page->findings->locks);
	fputs("<div class=\"scroll\" tabindex=\"0\"><table class=\"list\"><thead><tr><th scope=\"col\">Lock</th><th scope=\"col\">Kind</th>"
	      "<th scope=\"col\">Made</th><th scope=\"col\" class=\"count\">Held around</th><th scope=\"col\" class=\"count\">Asked for "
	      "under</th>"
	      "<th scope=\"col\">Findings</th></tr></thead>\n<tbody>\n",
	      page->stream);
	for (size_t i = 0; i < survey->locks_count && i < ROWS_MAX; i++)
		put_row(page, &rows[i]);
	fputs("</tbody></table></div>\n", page->stream);
	if (survey->locks_count > ROWS_MAX)
		page_count(page, "<p class=\"none\">and % more</p>\n", survey->locks_count - ROWS_MAX);
	fputs("</section>\n", page->stream);
	free(mentions);
	free(rows);
}
