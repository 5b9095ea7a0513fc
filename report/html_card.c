/* html_card.c: see html_card.h. In the order of the text report: what happened, the ring, each thread with its stacks, the locks, why, what to do. */
#include "html_card.h"

#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "explain.h"
#include "html_lanes.h"
#include "html_ring.h"
#include "memory.h"
#include "origins.h"
#include "suppress_block.h"
#include "text_blocked.h"

/* ---- modules ---- */

/* Calls `see` for every stack that the finding shows. */
static void each_stack(const struct finding *finding, void (*see)(void *ctx, const struct stack *stack), void *ctx)
{
	for (size_t i = 0; i < finding->links_count; i++) {
		see(ctx, finding->links[i].held.stack);
		see(ctx, finding->links[i].wanted.stack);
	}
	for (size_t i = 0; i < finding->stacks_count; i++)
		see(ctx, finding->stacks[i].stack);
}

static size_t find_module(const struct html_modules *modules, const char *path)
{
	size_t i = 0;

	while (i < modules->count && strcmp(modules->names[i], base_name(path)) != 0)
		i++;
	return i;
}

static void add_modules(void *ctx, const struct stack *stack)
{
	struct html_modules *modules = ctx;

	for (size_t i = 0; stack && i < stack->count; i++) {
		if (find_module(modules, stack->frames[i].module) < modules->count)
			continue;
		modules->names = resized(modules->names, modules->count + 1, sizeof(*modules->names));
		modules->names[modules->count++] = base_name(stack->frames[i].module);
	}
}

void html_modules_add(struct html_modules *modules, const struct finding *finding)
{
	each_stack(finding, add_modules, modules);
}

struct marks {
	const struct html_modules *modules;
	bool *seen;
};

static void mark_modules(void *ctx, const struct stack *stack)
{
	struct marks *marks = ctx;

	for (size_t i = 0; stack && i < stack->count; i++) {
		size_t module = find_module(marks->modules, stack->frames[i].module);

		if (module < marks->modules->count)
			marks->seen[module] = true;
	}
}

/* The numbers of its modules, for the script. */
static void put_modules(const struct page *page, const struct finding *finding, const struct html_modules *modules)
{
	struct marks marks = {modules, new_zeroed(modules->count + 1, sizeof(*marks.seen))};

	each_stack(finding, mark_modules, &marks);
	for (size_t i = 0; i < modules->count; i++)
		if (marks.seen[i])
			page_count(page, "% ", i);
	free(marks.seen);
}

/* ---- threads with their stacks ---- */

static void begin_column(const struct page *page, size_t column)
{
	page_count(page, "<section class=\"column t%\">", column % 6);
}

static void end_column(const struct page *page)
{
	fputs("</section>\n", page->stream);
}

/* " to read", of an rwlock. */
static const char *mode_of(const struct acquisition *acquisition)
{
	if (!strstr(acquisition->lock->kind, "rwlock"))
		return "";
	return strcmp(acquisition->mode, "shared") == 0 ? " to read" : " to write";
}

static void put_since(const struct page *page, uint64_t msec)
{
	if (msec >= 10000)
		page_count(page, ", for % s so far", msec / 1000);
	else if (msec)
		fprintf(page->stream, ", for %u.%u s so far", (unsigned)(msec / 1000), (unsigned)(msec / 100 % 10));
}

static void put_held(const struct page *page, const struct acquisition *held, const char *also)
{
	page_put(page, "<h5>% ", also);
	page_name(page, held->lock->name);
	page_put(page, "%, taken here</h5>\n", mode_of(held));
	page_stack(page, held->stack);
}

/* What a thread of a deadlock holds besides its lock of the ring. */
static void put_held_beside(const struct page *page, const struct blocked *blocked, const struct lock *but)
{
	for (size_t i = 0; i < blocked->held_count; i++)
		if (blocked->held[i].lock != but)
			put_held(page, &blocked->held[i], but ? "It also holds" : "It holds");
}

static void put_wanted(const struct page *page, const struct finding *finding, size_t i)
{
	const struct link *link = &finding->links[i];

	fputs("<h5>", page->stream);
	if (finding->blocked_count) {
		page_story(page, finding->blocked[i].waits);
		if (finding->links[(i + 1) % finding->links_count].by == LINK_QUEUE)
			fputs(", behind a writer", page->stream);
		put_since(page, finding->blocked[i].msec);
	} else {
		fputs("asks for ", page->stream);
		page_name(page, link->wanted.lock->name);
		page_put(page, "%%", mode_of(&link->wanted), strcmp(link->wanted.how, "timed") == 0 ? ", with a time limit" : "");
	}
	fputs(", here</h5>\n", page->stream);
	page_stack(page, link->wanted.stack);
}

/* No thread has a link of a ring across runs: runs have. */
static void put_origins(const struct page *page, const struct link *link)
{
	char *words = origins_words(link->runs, link->runs_count);

	page_put(page, "<h4>In %, a thread</h4>", words);
	free(words);
}

static void put_link(const struct page *page, const struct finding *finding, size_t i)
{
	const struct link *link = &finding->links[i];

	begin_column(page, i);
	if (link->runs_count)
		put_origins(page, link);
	else
		page_thread(page, link->thread, finding_spans_processes(finding));
	if (link->by == LINK_LOCK)
		put_held(page, &link->held, "holds");
	put_wanted(page, finding, i);
	if (finding->blocked_count)
		put_held_beside(page, &finding->blocked[i], link->by == LINK_LOCK ? link->held.lock : NULL);
	end_column(page);
}

static void put_labelled(const struct page *page, const struct finding *finding, size_t i)
{
	const struct labelled_stack *labelled = &finding->stacks[i];
	size_t first = 0;

	/* One thread has one tone. */
	while (finding->stacks[first].thread != labelled->thread)
		first++;
	begin_column(page, finding->links_count + first);
	page_thread(page, labelled->thread, false);
	page_put(page, "<h5>%</h5>\n", finding->links_count ? "asks to write in between, and readers wait behind it" : labelled->label);
	page_stack(page, labelled->stack);
	end_column(page);
}

static void put_stacks(const struct page *page, const struct finding *finding)
{
	fputs("<div class=\"columns\">\n", page->stream);
	for (size_t i = 0; i < finding->links_count; i++)
		put_link(page, finding, i);
	for (size_t i = 0; i < finding->stacks_count; i++)
		put_labelled(page, finding, i);
	fputs("</div>\n", page->stream);
}

/* ---- threads beside a deadlock ---- */

static void put_beside(const struct page *page, const struct blocked *blocked, size_t others)
{
	begin_column(page, 5);
	page_thread(page, blocked->thread, false);
	if (others)
		page_count(page, others == 1 ? "<p>and % other</p>" : "<p>and % others</p>", others);
	fputs("<h5>", page->stream);
	page_story(page, blocked->waits);
	if (blocked->holder && blocked->lock)
		page_put(page, ", which <code>%</code> holds", blocked->holder->name);
	put_since(page, blocked->msec);
	fputs("</h5>\n", page->stream);
	page_stack(page, blocked->stack);
	put_held_beside(page, blocked, NULL);
	end_column(page);
}

/* Threads that wait alike are told together. */
static void put_one_beside(const struct page *page, const struct finding *finding, size_t i)
{
	size_t others = 0;

	for (size_t j = finding->links_count; j < i; j++)
		if (text_waits_alike(&finding->blocked[j], &finding->blocked[i]))
			return;
	for (size_t j = i + 1; j < finding->blocked_count; j++)
		others += text_waits_alike(&finding->blocked[j], &finding->blocked[i]);
	put_beside(page, &finding->blocked[i], others);
}

static void put_all_beside(const struct page *page, const struct finding *finding)
{
	if (finding->blocked_count <= finding->links_count)
		return;
	page_count(page, "<details class=\"part\"><summary>Threads that wait beside it: %</summary><div class=\"columns\">\n",
		   finding->blocked_count - finding->links_count);
	for (size_t i = finding->links_count; i < finding->blocked_count; i++)
		put_one_beside(page, finding, i);
	fputs("</div></details>\n", page->stream);
}

/* ---- the rest ---- */

static void put_lock(const struct page *page, const struct lock *lock)
{
	fputs("<li>", page->stream);
	page_name(page, lock->name);
	page_put(page, ": %", lock->kind);
	if (lock->created) {
		page_put(page, ", % in ", lock->created_how);
		page_place(page, lock->created);
	} else {
		fputs(", static", page->stream);
	}
	fputs("</li>\n", page->stream);
}

static void put_locks(const struct page *page, const struct finding *finding)
{
	bool any = false;

	for (size_t i = 0; i < finding->locks_count; i++) {
		/* The end of a thread, or a line that two stand in. */
		if (strcmp(finding->locks[i]->kind, "thread") == 0 || (i && finding->locks[i] == finding->locks[i - 1]))
			continue;
		if (!any)
			fputs("<dt>Locks</dt><dd><ul>", page->stream);
		any = true;
		put_lock(page, finding->locks[i]);
	}
	if (any)
		fputs("</ul></dd>\n", page->stream);
}

static void put_witness(const struct page *page, const struct finding *finding)
{
	const struct witnessed *witness = finding->witness;

	if (!witness || !witness->kind)
		return;
	page_put(page, "<details class=\"part\"><summary>A % witness in the trace of this run (%)</summary>\n", witness->kind,
		 witness->why);
	html_lanes_witness(page, finding);
	fputs("</details>\n", page->stream);
}

/* The block that --gen-suppressions=all prints. */
static void put_block(const struct page *page, const struct finding *finding)
{
	char *block;
	size_t size;
	FILE *stream = open_memstream(&block, &size);

	if (!stream)
		die("out of memory");
	block_write(stream, finding);
	fclose(stream);
	page_put(page, "<pre>%</pre>", block);
	free(block);
}

static void put_suppressions(const struct page *page, const struct finding *finding)
{
	page_put(page, "<div class=\"mark\"><code>fingerprint:%</code>", finding->fingerprint);
	page_copy(page);
	fputs("</div>\n<details><summary>or by its stacks</summary><div class=\"mark\">", page->stream);
	put_block(page, finding);
	page_copy(page);
	fputs("</div></details>", page->stream);
}

static void put_facts(const struct page *page, const struct finding *finding)
{
	const struct finding *deadlock = deadlocks_find(&page->deadlocks, finding);

	fputs("<dl class=\"facts\">\n", page->stream);
	if (!deadlock)
		put_locks(page, finding);
	fputs("<dt>Why</dt><dd>", page->stream);
	if (deadlock)
		page_count(page, "It is the ring of <a href=\"#finding-%\">the deadlock</a>; it was there before the threads met in it.",
			   (uint64_t)(deadlock - page->findings->list) + 1);
	else
		page_story(page, finding->reason);
	fputs("</dd>\n", page->stream);
	if (finding->runs_count) {
		char *words = origins_words(finding->runs, finding->runs_count);

		page_put(page, "<dt>Seen in</dt><dd>%</dd>\n", words);
		free(words);
	}
	if (finding->witness && !finding->witness->kind) {
		fputs("<dt>Witness</dt><dd>none found: ", page->stream);
		page_story(page, finding->witness->why);
		fputs("</dd>\n", page->stream);
	}
	page_put(page, "<dt>Fix</dt><dd>%</dd>\n", explain_fix(finding));
	page_put(page, "<dt>Fingerprint</dt><dd class=\"mark\"><code>%</code>", finding->fingerprint);
	page_copy(page);
	fputs("</dd>\n<dt>To suppress</dt><dd>", page->stream);
	put_suppressions(page, finding);
	fputs("</dd>\n</dl>\n", page->stream);
}

void html_level(const struct page *page, enum level level)
{
	page_put(page, "<span class=\"level %\">%</span>", level_name(level), level_name(level));
}

void html_standing(const struct page *page, const struct finding *finding)
{
	if (finding->baseline != BASELINE_NONE)
		fputs(finding->baseline == BASELINE_NEW ? " <span class=\"standing new\">new</span>"
							: " <span class=\"standing\">known</span>",
		      page->stream);
}

#define STORY_LONG 1200 /* bytes; a longer one scrolls */
#define EXE_SHOWN  60	/* characters */

static void put_head(const struct page *page, const struct finding *finding, size_t number)
{
	fputs("<header>", page->stream);
	html_level(page, finding->level);
	html_standing(page, finding);
	page_put(page, " <a class=\"rule\" href=\"#rule-%\">%</a>", rules[finding->rule].name, rules[finding->rule].name);
	if (finding->count > 1)
		page_count(page, " <span class=\"times\">% times</span>", finding->count);
	fputs(" <span class=\"process\"><code>", page->stream);
	page_short(page, base_name(finding->exe), EXE_SHOWN);
	if (finding->runs_count > 1)
		page_count(page, "</code>, % runs</span>", finding->runs_count);
	else
		page_count(page, "</code>, pid %</span>", (uint64_t)finding->pid);
	page_count(page, " <a class=\"number\" href=\"#finding-%\">", number + 1);
	page_count(page, "#%</a></header>\n", number + 1);
	page_count(page,
		   strlen(finding->message) > STORY_LONG ? "<h3 id=\"story-%\" class=\"long\" tabindex=\"0\">" : "<h3 id=\"story-%\">",
		   number + 1);
	page_story(page, finding->message);
	fputs("</h3>\n", page->stream);
}

/* What there is to be seen at once; of a note only on a click. */
static void put_body(const struct page *page, const struct finding *finding)
{
	fputs(finding->level == LEVEL_NOTE ? "<details class=\"part\"><summary>The stacks</summary>\n" : "", page->stream);
	fputs("<div class=\"pictures\">", page->stream);
	html_ring(page, finding);
	html_lanes_ring(page, finding);
	fputs("</div>\n", page->stream);
	put_stacks(page, finding);
	fputs(finding->level == LEVEL_NOTE ? "</details>\n" : "", page->stream);
	put_all_beside(page, finding);
	put_witness(page, finding);
}

void html_card(const struct page *page, size_t number, const struct html_modules *modules)
{
	const struct finding *finding = &page->findings->list[number];

	page_put(page, "<article class=\"card %\" data-level=\"%\" data-rule=\"%\" data-modules=\"", level_name(finding->level),
		 level_name(finding->level), rules[finding->rule].name);
	put_modules(page, finding, modules);
	page_count(page, "\" id=\"finding-%\" tabindex=\"-1\"", number + 1);
	page_count(page, " aria-labelledby=\"story-%\">\n", number + 1);
	put_head(page, finding, number);
	if (!deadlocks_find(&page->deadlocks, finding))
		put_body(page, finding);
	put_facts(page, finding);
	fputs("</article>\n", page->stream);
}
