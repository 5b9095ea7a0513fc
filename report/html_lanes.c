/* html_lanes.c: see html_lanes.h. */
#include "html_lanes.h"

#include <string.h>

#include "picture.h"

/* What a step changes in its lane. */
enum change { TAKES, RELEASES, WAITS, OTHER };
struct lanes {
	const struct page *page;
	const struct thread *threads[12];
	size_t tones[12];  /* the same for a thread as elsewhere in its card */
	unsigned held[12]; /* locks, so far */
	size_t count;	   /* of threads */
	size_t rows;	   /* so far */
	bool with_process;
};
#define LANES_MAX (sizeof(((struct lanes *)0)->threads) / sizeof(struct thread *))

/* The lane of a thread, a new one for a new thread; LANES_MAX: there are too many. */
static size_t lane_of(struct lanes *lanes, const struct thread *thread)
{
	size_t lane = 0;

	while (lane < lanes->count && lanes->threads[lane] != thread)
		lane++;
	if (lane == lanes->count && lane < LANES_MAX)
		lanes->threads[lanes->count++] = thread;
	return lane;
}

#define NAME_SHOWN 60 /* characters: it stands whole where its stack does */

static void put_name(const struct page *page, const char *before, const char *name, const char *behind)
{
	page_put(page, "%<code>", before);
	page_short(page, name, NAME_SHOWN);
	page_put(page, "</code>%", behind);
}

static void begin(const struct lanes *lanes, const char *caption)
{
	const struct page *page = lanes->page;

	page_put(page,
		 "<div class=\"scroll\" tabindex=\"0\"><table class=\"lanes\"><caption>%</caption>\n<thead><tr><th scope=\"col\">Step</th>",
		 caption);
	for (size_t i = 0; i < lanes->count; i++) {
		page_count(page, "<th scope=\"col\" class=\"t%\">", lanes->tones[i]);
		put_name(page, "", page_thread_name(lanes->threads[i]), "");
		if (lanes->threads[i] && lanes->with_process)
			page_count(page, " of process %", (uint64_t)lanes->threads[i]->pid);
		fputs("</th>", page->stream);
	}
	fputs("</tr></thead>\n<tbody>\n", page->stream);
}

static void end(const struct lanes *lanes)
{
	fputs("</tbody></table></div>\n", lanes->page->stream);
}

/* Begins a row, up to the words of what `lane` does in it. */
static void begin_step(struct lanes *lanes, size_t lane, enum change change)
{
	static const char *const classes[] = {[TAKES] = "takes", [RELEASES] = "releases", [WAITS] = "waits", [OTHER] = "other"};
	FILE *stream = lanes->page->stream;

	page_count(lanes->page, "<tr><th scope=\"row\">%</th>", ++lanes->rows);
	for (size_t i = 0; i < lane; i++)
		fprintf(stream, "<td class=\"t%zu%s\"></td>", lanes->tones[i], lanes->held[i] ? " holds" : "");
	fprintf(stream, "<td class=\"t%zu %s%s\">", lanes->tones[lane], classes[change], lanes->held[lane] ? " holds" : "");
	if (change == TAKES)
		lanes->held[lane]++;
	if (change == RELEASES && lanes->held[lane])
		lanes->held[lane]--;
}

static void end_step(const struct lanes *lanes, size_t lane)
{
	FILE *stream = lanes->page->stream;

	fputs("</td>", stream);
	for (size_t i = lane + 1; i < lanes->count; i++)
		fprintf(stream, "<td class=\"t%zu%s\"></td>", lanes->tones[i], lanes->held[i] ? " holds" : "");
	fputs("</tr>\n", stream);
}

/* ---- a ring ---- */

static const char *mode_words(const struct acquisition *acquisition, const char *reads, const char *writes, const char *plain)
{
	if (!strstr(acquisition->lock->kind, "rwlock"))
		return plain;
	return strcmp(acquisition->mode, "shared") == 0 ? reads : writes;
}

static void put_take(struct lanes *lanes, size_t lane, const struct acquisition *held)
{
	begin_step(lanes, lane, TAKES);
	put_name(lanes->page, mode_words(held, "takes, to read, ", "takes, to write, ", "takes "), held->lock->name, "");
	end_step(lanes, lane);
}

static void put_wait(struct lanes *lanes, const struct finding *finding, size_t i)
{
	const struct link *link = &finding->links[i], *next = &finding->links[(i + 1) % finding->links_count];
	const struct page *page = lanes->page;

	begin_step(lanes, i, WAITS);
	if (next->by == LINK_END) {
		put_name(page, "waits for the end of ", page_thread_name(next->thread), "");
	} else {
		put_name(page, mode_words(&link->wanted, "waits to read ", "waits to write ", "waits for "), link->wanted.lock->name, "");
		if (finding->links_count > 1)
			put_name(page, next->by == LINK_QUEUE ? ", behind " : ", which ", page_thread_name(next->thread),
				 next->by == LINK_QUEUE ? "" : " holds");
	}
	end_step(lanes, i);
}

/* A writer who is not of the ring makes its readers wait. */
static void put_writers(const struct lanes *lanes, const struct finding *finding)
{
	for (size_t i = 0; i < finding->stacks_count; i++) {
		page_count(lanes->page, "<tr><td></td><td class=\"aside\" colspan=\"%\">", lanes->count);
		put_name(lanes->page, "now ", page_thread_name(finding->stacks[i].thread), " asks to write, and readers wait behind it");
		fputs("</td></tr>\n", lanes->page->stream);
	}
}

void html_lanes_ring(const struct page *page, const struct finding *finding)
{
	struct finding ring;
	struct lanes lanes = {.page = page};

	if (!picture_ring(finding, &ring) || ring.links_count > LANES_MAX)
		return;
	lanes.count = ring.links_count;
	lanes.with_process = finding_spans_processes(&ring);
	for (size_t i = 0; i < lanes.count; i++) {
		lanes.threads[i] = ring.links[i].thread;
		lanes.tones[i] = i % 6;
	}
	begin(&lanes, finding->blocked_count	     ? "How it locked up"
		      : finding->level == LEVEL_NOTE ? "How it would lock up"
						     : "How it locks up");
	for (size_t i = 0; i < lanes.count; i++)
		if (ring.links[i].by == LINK_LOCK)
			put_take(&lanes, i, &ring.links[i].held);
	if (finding->links_count && !finding->blocked_count)
		put_writers(&lanes, finding);
	for (size_t i = 0; i < lanes.count; i++)
		put_wait(&lanes, &ring, i);
	end(&lanes);
}

/* ---- a witness ---- */

static enum change change_of(const struct witness_step *step)
{
	if (step->holder)
		return WAITS;
	if (strcmp(step->does, "takes") == 0 || strcmp(step->does, "reads") == 0)
		return TAKES;
	return strcmp(step->does, "releases") == 0 ? RELEASES : OTHER;
}

static void put_words(const struct page *page, const struct witness_step *step)
{
	if (step->before)
		page_count(page, "% events, then ", step->before);
	page_put(page, "% ", step->does);
	if (step->what)
		put_name(page, "", step->what, "");
	if (step->holder)
		put_name(page, ", which ", page_thread_name(step->holder), " holds");
	if (!step->stack)
		return;
	fputs("<div class=\"where\">", page->stream);
	page_place(page, step->stack);
	fputs("</div>", page->stream);
}

static void put_step(struct lanes *lanes, const struct witness_step *step)
{
	size_t lane = lane_of(lanes, step->thread);

	if (lane == LANES_MAX) {
		page_count(lanes->page, "<tr><th scope=\"row\">%</th>", ++lanes->rows);
		page_count(lanes->page, "<td class=\"aside\" colspan=\"%\">", lanes->count);
		put_name(lanes->page, "", page_thread_name(step->thread), " ");
		put_words(lanes->page, step);
		fputs("</td></tr>\n", lanes->page->stream);
		return;
	}
	/* What is not listed may have released what it held. */
	if (step->before)
		lanes->held[lane] = 0;
	begin_step(lanes, lane, change_of(step));
	put_words(lanes->page, step);
	end_step(lanes, lane);
}

/* Threads of the ring have the tones of their links, others those that are left. */
static void set_tones(struct lanes *lanes, const struct finding *finding)
{
	size_t others = finding->links_count;

	for (size_t i = 0; i < lanes->count; i++) {
		size_t link = 0;

		while (link < finding->links_count && finding->links[link].thread != lanes->threads[i])
			link++;
		lanes->tones[i] = (link < finding->links_count ? link : others++) % 6;
	}
}

void html_lanes_witness(const struct page *page, const struct finding *finding)
{
	const struct witnessed *witness = finding->witness;
	struct lanes lanes = {.page = page, .rows = witness->left_out};

	for (size_t i = 0; i < witness->steps_count; i++)
		lane_of(&lanes, witness->steps[i].thread);
	set_tones(&lanes, finding);
	begin(&lanes, witness->left_out ? "The schedule; of its beginning, only the number of changes of thread" : "The schedule");
	for (size_t i = 0; i < witness->steps_count; i++)
		put_step(&lanes, &witness->steps[i]);
	end(&lanes);
}
