/* sites.c: see sites.h. */
#include "sites.h"

#include <stdlib.h>

#include "memory.h"

static void add(struct sites *sites, struct site site)
{
	sites->list[sites->count++] = site;
}

/* A thread that is joined, or that only stands in line, has taken nothing. */
static void add_link(struct sites *sites, const struct finding *finding, size_t i)
{
	const struct link *link = &finding->links[i];

	if (link->by == LINK_LOCK)
		add(sites, (struct site){link->thread, "takes", link->held.lock, link->held.stack, (int)i});
	add(sites, (struct site){link->thread, finding->blocked_count ? "waits for" : "asks for", link->wanted.lock, link->wanted.stack,
				 (int)(finding->links_count + i)});
}

struct sites sites_of(const struct finding *finding)
{
	struct sites sites = {.list = new_zeroed(2 * finding->links_count + finding->stacks_count + 1, sizeof(*sites.list))};

	for (size_t i = 0; i < finding->links_count; i++)
		add_link(&sites, finding, i);
	for (size_t i = 0; i < finding->stacks_count; i++) {
		const struct labelled_stack *stack = &finding->stacks[i];

		add(&sites, (struct site){stack->thread, stack->label, NULL, stack->stack, -1});
	}
	return sites;
}

const struct frame *site_frame(const struct stack *stack)
{
	for (size_t i = 0; stack && i < stack->count; i++)
		if (stack->frames[i].file && stack->frames[i].line)
			return &stack->frames[i];
	return stack && stack->count ? &stack->frames[0] : NULL;
}

const struct frame *site_of(const struct finding *finding)
{
	struct sites sites = sites_of(finding);
	const struct frame *frame = NULL;

	/* The last one that asks closes the ring; a misuse comes before what led to it. */
	if (finding->links_count)
		frame = site_frame(finding->links[finding->links_count - 1].wanted.stack);
	for (size_t i = 0; i < sites.count && (!frame || !frame->file); i++)
		if (!frame || (site_frame(sites.list[i].stack) && site_frame(sites.list[i].stack)->file))
			frame = site_frame(sites.list[i].stack);
	free(sites.list);
	return frame;
}

const char *site_thread(const struct thread *thread)
{
	return thread ? thread->name : "an unknown thread";
}

bool site_is_new(const struct finding *finding)
{
	return !finding->suppressed && finding->baseline != BASELINE_KNOWN;
}
