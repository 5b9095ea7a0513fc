/* html_run.c: see html_run.h. */
#include "html_run.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "build.h"
#include "explain.h"
#include "survey.h"
#include "unseen.h"

#define PROCESSES_MAX 200

/* ---- counts ---- */

static size_t count_suppressed(const struct findings *findings)
{
	size_t count = 0;

	for (size_t i = 0; i < findings->count; i++)
		count += findings->list[i].suppressed;
	return count;
}

static bool put_some(const struct page *page, bool first, size_t count, const char *one, const char *many)
{
	if (count == 0)
		return first;
	if (!first)
		fputs(", ", page->stream);
	page_count(page, count == 1 ? one : many, count);
	return false;
}

/* "2 errors (1 new)" */
static bool put_level(const struct page *page, bool first, enum level level, const char *one, const char *many)
{
	size_t count = findings_count(page->findings, level);

	first = put_some(page, first, count, one, many);
	if (count && findings_have_baseline(page->findings))
		page_count(page, " (% new)", findings_count_new(page->findings, level));
	return first;
}

void html_counts(const struct page *page)
{
	const struct findings *findings = page->findings;
	bool none = true;

	none = put_level(page, none, LEVEL_ERROR, "% error", "% errors");
	none = put_level(page, none, LEVEL_WARNING, "% warning", "% warnings");
	none = put_level(page, none, LEVEL_NOTE, "% note", "% notes");
	none = put_some(page, none, count_suppressed(findings), "% suppressed", "% suppressed");
	if (none)
		fputs("no findings", page->stream);
}

/* ---- the run ---- */

/* As it would be typed. */
static void put_command(const struct page *page, char *const *words)
{
	fputs("<dt>Command</dt><dd><code class=\"command\">", page->stream);
	for (size_t i = 0; words[i]; i++) {
		bool plain = words[i][0] && !strpbrk(words[i], " \t\n'\"\\$`&|;<>()*?[]#~!{}");

		page_put(page, i ? " " : "");
		page_put(page, plain ? "%" : "'%'", words[i]);
	}
	fputs("</code></dd>\n", page->stream);
}

static void put_numbers(const struct page *page)
{
	const struct findings *findings = page->findings;

	page_put(page, "<dt>gridlock</dt><dd>version %</dd>\n", VERSION);
	page_count(page, "<dt>Seen</dt><dd>% locks, ", findings->locks);
	page_count(page, "% dependencies, ", findings->dependencies);
	page_count(page, "% threads, ", findings->threads);
	page_count(page, findings->processes == 1 ? "% process</dd>\n" : "% processes</dd>\n", findings->processes);
	if (findings->recording)
		page_put(page, "<dt>Recording</dt><dd class=\"mark\"><code>%</code></dd>\n", findings->recording);
}

static void put_list(const struct page *page, const char *heading, char *const *lines, size_t count)
{
	if (count == 0)
		return;
	page_put(page, "<dt>%</dt><dd><ul>", heading);
	for (size_t i = 0; i < count; i++)
		page_put(page, "<li>%</li>", lines[i]);
	fputs("</ul></dd>\n", page->stream);
}

static void put_unseen(const struct page *page)
{
	char *unseen = unseen_text(page->findings->unseen);

	if (unseen)
		page_put(page, "<dt>Not seen</dt><dd>%: their locks do not pass through libc</dd>\n", unseen);
	free(unseen);
}

static void put_process(const struct page *page, const struct survey_process *process)
{
	time_t started = (time_t)(process->started / 1000000000);
	char when[40] = "";
	struct tm parts;

	if (process->started && gmtime_r(&started, &parts))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S UTC", &parts);
	page_count(page, "<tr><th scope=\"row\" class=\"count\">%</th><td>", (uint64_t)process->pid);
	page_name(page, process->exe);
	page_put(page, "</td><td>%</td><td>", when);
	if (process->code >= 0)
		page_count(page, "exit code %", (uint64_t)process->code);
	else
		fputs(process->ended ? "by itself" : "no end was seen", page->stream);
	fputs("</td></tr>\n", page->stream);
}

static void put_processes(const struct page *page)
{
	const struct survey *survey = page->survey;

	fputs("<div class=\"scroll\" tabindex=\"0\"><table class=\"list\"><thead><tr><th scope=\"col\" class=\"count\">Process</th><th "
	      "scope=\"col\">Program</th><th scope=\"col\">Started</th><th scope=\"col\">Ended</th></tr></thead>\n<tbody>\n",
	      page->stream);
	for (size_t i = 0; i < survey->processes_count && i < PROCESSES_MAX; i++)
		put_process(page, &survey->processes[i]);
	fputs("</tbody></table></div>\n", page->stream);
	if (survey->processes_count > PROCESSES_MAX)
		page_count(page, "<p class=\"none\">and % more</p>\n", survey->processes_count - PROCESSES_MAX);
}

static void put_runs(const struct page *page)
{
	const struct survey *survey = page->survey;

	fputs("<div class=\"scroll\" tabindex=\"0\"><table class=\"list\"><thead><tr><th scope=\"col\">Run</th><th "
	      "scope=\"col\">Programs, start</th></tr></thead>\n<tbody>\n",
	      page->stream);
	for (size_t i = 0; i < survey->runs_count && i < PROCESSES_MAX; i++)
		page_put(page, "<tr><th scope=\"row\"><code>%</code></th><td>%</td></tr>\n", survey->runs[i]->id, survey->runs[i]->about);
	fputs("</tbody></table></div>\n", page->stream);
	if (survey->runs_count > PROCESSES_MAX)
		page_count(page, "<p class=\"none\">and % more</p>\n", survey->runs_count - PROCESSES_MAX);
}

void html_run(const struct page *page)
{
	const struct findings *findings = page->findings;

	fputs("<section id=\"run\" aria-labelledby=\"run-title\"><h2 id=\"run-title\">The run</h2>\n<dl class=\"facts\">\n", page->stream);
	if (findings->command)
		put_command(page, findings->command);
	put_numbers(page);
	put_list(page, "Limits", findings->limits, findings->limits_count);
	put_list(page, "Remarks", findings->remarks, findings->remarks_count);
	put_unseen(page);
	fputs("</dl>\n", page->stream);
	if (page->survey->runs_count)
		put_runs(page);
	else
		put_processes(page);
	fputs("</section>\n", page->stream);
}

/* ---- the rules ---- */

static bool has_rule(const struct findings *findings, size_t rule)
{
	for (size_t i = 0; i < findings->count; i++)
		if ((size_t)findings->list[i].rule == rule && !findings->list[i].suppressed)
			return true;
	return false;
}

void html_rules(const struct page *page)
{
	bool any = false;

	for (size_t i = 0; i < rules_count; i++) {
		if (!has_rule(page->findings, i))
			continue;
		if (!any)
			fputs("<section id=\"rules\" aria-labelledby=\"rules-title\"><h2 id=\"rules-title\">Rules</h2>\n<dl "
			      "class=\"rules\">\n",
			      page->stream);
		any = true;
		page_put(page, "<dt id=\"rule-%\">%</dt><dd><p>%</p><p>%</p></dd>\n", rules[i].name, rules[i].name, rules[i].meaning,
			 explain_bites((int)i));
	}
	if (any)
		fputs("</dl>\n</section>\n", page->stream);
}
