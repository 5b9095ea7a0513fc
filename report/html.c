/*
 * html.c: the report as one page for people: nothing is loaded, it can be read without scripts, and a policy in it (CSP) names the one script and the
 * one style sheet by their hashes. Those lie in report/html/ and are built into the command (report/html/embed).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "html_assets.h"
#include "html_card.h"
#include "html_order.h"
#include "html_run.h"
#include "memory.h"
#include "options.h"
#include "output.h"
#include "survey.h"

/* ---- the head ---- */

/* "in `abba`", "in 3 processes". */
static void put_where(const struct page *page)
{
	const struct findings *findings = page->findings;
	const struct survey *survey = page->survey;
	const char *exe = survey->processes_count ? survey->processes[0].exe : "";

	for (size_t i = 1; i < survey->processes_count; i++)
		if (strcmp(survey->processes[i].exe, exe) != 0)
			exe = "";
	if (*exe)
		page_put(page, "in %", base_name(exe));
	else
		page_count(page, findings->processes == 1 ? "in % process" : "in % processes", findings->processes);
}

static void put_head(const struct page *page)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n", page->stream);
	page_put(page,
		 "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-%'; script-src 'sha256-%'; "
		 "base-uri 'none'; form-action 'none'\">\n",
		 html_style_hash, html_script_hash);
	fputs("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light "
	      "dark\">\n"
	      "<meta name=\"referrer\" content=\"no-referrer\">\n<title>",
	      page->stream);
	html_counts(page);
	fputs(" ", page->stream);
	put_where(page);
	fputs(" - gridlock</title>\n<style>", page->stream);
	fputs(html_style, page->stream);
	fputs("</style>\n</head>\n", page->stream);
}

/* The heads of arrows, which all pictures use. */
static void put_arrow_heads(const struct page *page)
{
	static const char *const kinds[] = {"wait", "hold"};

	fputs("<svg class=\"heads\" width=\"0\" height=\"0\" aria-hidden=\"true\"><defs>", page->stream);
	for (size_t i = 0; i < 2; i++)
		fprintf(page->stream,
			"<marker id=\"head-%s\" class=\"head-%s\" viewBox=\"0 0 8 8\" refX=\"1\" refY=\"4\" markerWidth=\"8\" "
			"markerHeight=\"8\" "
			"markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0 0.5L8 4L0 7.5z\"/></marker>",
			kinds[i], kinds[i]);
	fputs("</defs></svg>\n", page->stream);
}

static size_t count_shown(const struct findings *findings)
{
	return findings_count(findings, LEVEL_ERROR) + findings_count(findings, LEVEL_WARNING) + findings_count(findings, LEVEL_NOTE);
}

#define LARGE 100 /* findings; of more only those are laid out that are on the screen */

static void put_top(const struct page *page)
{
	size_t shown = count_shown(page->findings);

	page_put(page, "<body class=\"%\">\n", shown < 2 ? "few" : shown > LARGE ? "large" : "");
	fputs("<a class=\"skip\" href=\"#findings\">Skip to the findings</a>\n", page->stream);
	put_arrow_heads(page);
	fputs("<header class=\"top\"><div class=\"title\"><h1>gridlock</h1><p>", page->stream);
	html_counts(page);
	fputs(" ", page->stream);
	put_where(page);
	fputs("</p></div>\n", page->stream);
	fputs("<nav aria-label=\"Sections\"><a href=\"#findings\">Findings</a><a href=\"#order\">Order of locks</a><a "
	      "href=\"#locks\">Locks</a>"
	      "<a href=\"#run\">The run</a></nav>\n"
	      "<div class=\"tools script\"><button type=\"button\" id=\"theme\">Theme: system</button>"
	      "<button type=\"button\" id=\"keys\" aria-haspopup=\"dialog\">Keys <kbd>?</kbd></button></div></header>\n",
	      page->stream);
}

/* ---- the filter ---- */

static void put_level_box(const struct page *page, enum level level)
{
	size_t count = findings_count(page->findings, level);

	if (count == 0)
		return;
	page_put(page, "<label class=\"box %\"><input type=\"checkbox\" name=\"level\" value=\"%\" checked> % ", level_name(level),
		 level_name(level), level_name(level));
	page_count(page, "<span class=\"count\">%</span></label>\n", count);
}

static bool is_first_of_rule(const struct findings *findings, size_t number)
{
	for (size_t i = 0; i < number; i++)
		if (findings->list[i].rule == findings->list[number].rule && !findings->list[i].suppressed)
			return false;
	return !findings->list[number].suppressed;
}

static void put_filter(const struct page *page, const struct html_modules *modules)
{
	const struct findings *findings = page->findings;

	fputs("<form class=\"filter script\" role=\"search\"><label class=\"words\"><span>Filter</span> <input type=\"search\" "
	      "id=\"words\" "
	      "placeholder=\"function, file, lock, thread\" autocomplete=\"off\" spellcheck=\"false\"></label>\n<div class=\"boxes\">",
	      page->stream);
	for (enum level level = LEVEL_ERROR; level > LEVEL_OFF; level--)
		put_level_box(page, level);
	fputs("</div>\n<label class=\"choice\"><span>Rule</span> <select id=\"rule\"><option value=\"\">all</option>", page->stream);
	for (size_t i = 0; i < page->cards; i++)
		if (is_first_of_rule(findings, i))
			page_put(page, "<option>%</option>", rules[findings->list[i].rule].name);
	fputs("</select></label>\n<label class=\"choice\"><span>Module</span> <select id=\"module\"><option value=\"\">all</option>",
	      page->stream);
	for (size_t i = 0; i < modules->count; i++) {
		page_count(page, "<option value=\"%\">", i);
		page_short(page, modules->names[i], 60);
		fputs("</option>", page->stream);
	}
	fputs("</select></label>\n<p class=\"shown\" aria-live=\"polite\" id=\"shown\"></p></form>\n", page->stream);
}

/* ---- the findings ---- */

#define STORY_SHOWN 160 /* characters of a story, in the list of all */

/* Without the marks around names. */
static void put_story(const struct page *page, const char *message)
{
	char *plain = copied(message), *to = plain;

	for (const char *from = message; *from; from++)
		if (*from != '`')
			*to++ = *from;
	*to = '\0';
	page_short(page, plain, STORY_SHOWN);
	free(plain);
}

static void put_entry(const struct page *page, size_t number)
{
	const struct finding *finding = &page->findings->list[number];

	page_count(page, "<li><a href=\"#finding-%\">", number + 1);
	html_level(page, finding->level);
	html_standing(page, finding);
	page_put(page, " <span class=\"rule\">%</span><span class=\"story\">", rules[finding->rule].name);
	put_story(page, finding->message);
	fputs("</span></a></li>\n", page->stream);
}

static void put_side(const struct page *page, const struct html_modules *modules)
{
	fputs("<div class=\"side\">\n", page->stream);
	put_filter(page, modules);
	fputs("<nav aria-label=\"All findings\"><ol class=\"entries\">\n", page->stream);
	for (size_t i = 0; i < page->cards; i++)
		if (!page->findings->list[i].suppressed)
			put_entry(page, i);
	fputs("</ol></nav>\n</div>\n", page->stream);
}

static void put_findings(const struct page *page, const struct html_modules *modules)
{
	bool any = false;

	fputs("<section id=\"findings\" aria-labelledby=\"findings-title\"><h2 id=\"findings-title\">Findings</h2>\n", page->stream);
	for (size_t i = 0; i < page->cards; i++) {
		if (page->findings->list[i].suppressed)
			continue;
		any = true;
		html_card(page, i, modules);
	}
	if (page->cards < page->findings->count)
		page_count(page, "<p class=\"none\">% more findings are not shown here; other formats have them all.</p>\n",
			   page->findings->count - page->cards);
	fputs(any ? "<p class=\"none\" id=\"nothing\" hidden>No finding matches the filter.</p>\n</section>\n"
		  : "<p class=\"none\">Nothing was found.</p>\n</section>\n",
	      page->stream);
}

/* ---- the rest ---- */

static void put_help(const struct page *page)
{
	static const char *const keys[][2] = {{"j", "next finding"},	   {"k", "previous finding"},		{"/", "to the filter"},
					      {"Esc", "clear the filter"}, {"t", "light, dark, as the system"}, {"?", "this list"}};

	fputs("<dialog id=\"help\" aria-labelledby=\"help-title\"><h2 id=\"help-title\">Keys</h2><dl>", page->stream);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		page_put(page, "<dt><kbd>%</kbd></dt><dd>%</dd>", keys[i][0], keys[i][1]);
	fputs("</dl><form method=\"dialog\"><button>Close</button></form></dialog>\n", page->stream);
}

static void put_page(const struct page *page)
{
	struct html_modules modules = {0};

	for (size_t i = 0; i < page->cards; i++)
		if (!page->findings->list[i].suppressed)
			html_modules_add(&modules, &page->findings->list[i]);
	put_head(page);
	put_top(page);
	fputs("<div class=\"frame\">\n", page->stream);
	put_side(page, &modules);
	fputs("<main>\n", page->stream);
	put_findings(page, &modules);
	html_order(page);
	html_locks(page);
	html_rules(page);
	html_run(page);
	fputs("</main>\n</div>\n", page->stream);
	put_help(page);
	fputs("<script>", page->stream);
	fputs(html_script, page->stream);
	fputs("</script>\n</body>\n</html>\n", page->stream);
	free(modules.names);
}

#define CARDS_MAX 2000 /* what a browser opens in seconds; the worst come first */

int html_write(int fd, const struct findings *findings, const struct options *options)
{
	static const struct survey none;
	struct output_text text;
	struct page page = {.root = option_string(options, OPTION_SOURCE_ROOT),
			    .findings = findings,
			    .cards = findings->count < CARDS_MAX ? findings->count : CARDS_MAX,
			    .survey = findings->survey ? findings->survey : &none};

	if (!output_begin(&text))
		return -1;
	page.stream = text.stream;
	page.deadlocks = deadlocks_of(findings);
	put_page(&page);
	free(page.deadlocks.list);
	return output_end(&text, fd);
}
