/* suppress_block.c: see suppress_block.h. */
#include "suppress_block.h"

#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "memory.h"
#include "suppress.h"
#include "utf8.h"

struct pattern {
	char *title; /* "held", "wanted", or the label of a misuse's stack */
	size_t count;
	char **frames; /* "fun:...", "obj:..." or "..." */
};
struct block {
	int rule; /* -1: not named yet */
	char *cause;
	size_t count;
	struct pattern *patterns;
};

/* ---- reading ---- */

struct block *block_new(void)
{
	struct block *block = new_zeroed(1, sizeof(*block));

	block->rule = -1;
	return block;
}

void block_free(struct block *block)
{
	for (size_t i = 0; block && i < block->count; i++) {
		for (size_t j = 0; j < block->patterns[i].count; j++)
			free(block->patterns[i].frames[j]);
		free(block->patterns[i].frames);
		free(block->patterns[i].title);
	}
	if (block) {
		free(block->patterns);
		free(block->cause);
	}
	free(block);
}

static const char *add_stack(struct block *block, const char *title)
{
	block->patterns = resized(block->patterns, block->count + 1, sizeof(*block->patterns));
	block->patterns[block->count++] = (struct pattern){.title = copied(title)};
	return NULL;
}

static const char *add_frame(struct block *block, const char *frame)
{
	struct pattern *last = block->count ? &block->patterns[block->count - 1] : NULL;

	if (!last)
		return "a frame comes behind `held`, `wanted` or `stack:LABEL`";
	last->frames = resized(last->frames, last->count + 1, sizeof(*last->frames));
	last->frames[last->count++] = copied(frame);
	return NULL;
}

const char *block_add(struct block *block, const char *line)
{
	if (strncmp(line, "rule:", 5) == 0) {
		block->rule = rule_find(line + 5);
		return block->rule < 0 ? "there is no such rule; `gridlock explain` lists them" : NULL;
	}
	if (strncmp(line, "cause:", 6) == 0) {
		free(block->cause);
		block->cause = copied(line + 6);
		return NULL;
	}
	if (strcmp(line, "held") == 0 || strcmp(line, "wanted") == 0)
		return add_stack(block, line);
	if (strncmp(line, "stack:", 6) == 0)
		return add_stack(block, line + 6);
	if (strncmp(line, "fun:", 4) == 0 || strncmp(line, "obj:", 4) == 0 || strcmp(line, "...") == 0)
		return add_frame(block, line);
	return "expected rule:, cause:, held, wanted, stack:, fun:, obj:, ... or }";
}

/* `held` and `wanted` by turns, or none of them. */
static bool takes_turns(const struct block *block)
{
	size_t links = 0;

	for (size_t i = 0; i < block->count; i++) {
		bool held = strcmp(block->patterns[i].title, "held") == 0, wanted = strcmp(block->patterns[i].title, "wanted") == 0;

		if ((held && links % 2) || (wanted && links % 2 == 0))
			return false;
		links += held || wanted;
	}
	return links % 2 == 0;
}

const char *block_wrong(const struct block *block)
{
	if (block->rule < 0)
		return "the block names no rule";
	if (block->count == 0)
		return "the block names no stack";
	return takes_turns(block) ? NULL : "`held` and `wanted` must take turns";
}

/* ---- matching ---- */

/* Does `text` as a whole match what stands behind the first four characters? */
static bool name_matches(const char *pattern, const char *text, size_t length)
{
	char *whole = printed("^%s$", pattern + 4), *name = strndup(text, length);
	bool matches = name && suppression_matches(whole, name);

	free(whole);
	free(name);
	return matches;
}

static bool frame_matches(const char *pattern, const struct frame *frame)
{
	if (strncmp(pattern, "obj:", 4) == 0)
		return name_matches(pattern, base_name(frame->module), strlen(base_name(frame->module)));
	return name_matches(pattern, frame->function, function_plain_length(frame->function));
}

/* As a glob does with `*`: an ellipsis is tried shortest first, going back once per ellipsis. */
static bool stack_matches(const struct pattern *pattern, const struct stack *stack)
{
	size_t frames = stack ? stack->count : 0, at = 0, next = 0, ellipsis = SIZE_MAX, from = 0;

	while (at < frames || next < pattern->count) {
		if (next < pattern->count && strcmp(pattern->frames[next], "...") == 0) {
			ellipsis = next++;
			from = at;
		} else if (at < frames && next < pattern->count && frame_matches(pattern->frames[next], &stack->frames[at])) {
			next++;
			at++;
		} else if (ellipsis != SIZE_MAX && from < frames) {
			next = ellipsis + 1;
			at = ++from;
		} else {
			return false;
		}
	}
	return true;
}

/* The links of the finding from its link `shift` on are those of the block. */
static bool links_match(const struct block *block, const struct finding *finding, size_t shift)
{
	for (size_t i = 0; i < finding->links_count; i++) {
		const struct link *link = &finding->links[(i + shift) % finding->links_count];

		if (!stack_matches(&block->patterns[2 * i], link->held.stack) ||
		    !stack_matches(&block->patterns[2 * i + 1], link->wanted.stack))
			return false;
	}
	return true;
}

static bool stacks_match(const struct block *block, const struct finding *finding)
{
	for (size_t i = 0; i < finding->stacks_count; i++) {
		const struct pattern *pattern = &block->patterns[2 * finding->links_count + i];

		if (strcmp(pattern->title, finding->stacks[i].label) != 0 || !stack_matches(pattern, finding->stacks[i].stack))
			return false;
	}
	return true;
}

/* Do the block's first stacks stand for links, and no other one? */
static bool has_links(const struct block *block, size_t links)
{
	for (size_t i = 0; i < block->count; i++)
		if ((strcmp(block->patterns[i].title, "held") == 0 || strcmp(block->patterns[i].title, "wanted") == 0) != (i < 2 * links))
			return false;
	return true;
}

bool block_matches(const struct block *block, const struct finding *finding)
{
	bool same = finding->links_count == 0;

	if (block->rule != finding->rule || strcmp(block->cause ? block->cause : "", finding->cause ? finding->cause : "") != 0 ||
	    block->count != 2 * finding->links_count + finding->stacks_count || !has_links(block, finding->links_count))
		return false;
	for (size_t shift = 0; shift < finding->links_count && !same; shift++)
		same = links_match(block, finding, shift);
	return same && stacks_match(block, finding);
}

/* ---- writing ---- */

/* `*` stands for what could not be copied from a page or a terminal: line breaks, what is not to be seen, what is no text. */
static void put_name(FILE *stream, const char *kind, const char *name, size_t length)
{
	fprintf(stream, "    %s:", kind);
	for (size_t at = 0; at < length;) {
		size_t size = utf8_length(name + at);

		if (size == 0 || (unsigned char)name[at] < ' ' || utf8_unseen(name + at, size))
			fputc('*', stream);
		else
			fwrite(name + at, size, 1, stream);
		at += size ? size : 1;
	}
	fputc('\n', stream);
}

static void put_stack(FILE *stream, const char *title, const struct stack *stack)
{
	fprintf(stream, "  %s\n", title);
	for (size_t i = 0; stack && i < stack->count; i++) {
		const struct frame *frame = &stack->frames[i];

		if (strcmp(frame->function, "??") == 0)
			put_name(stream, "obj", base_name(frame->module), strlen(base_name(frame->module)));
		else
			put_name(stream, "fun", frame->function, function_plain_length(frame->function));
	}
}

void block_write(FILE *stream, const struct finding *finding)
{
	fprintf(stream, "{\n  rule:%s\n", rules[finding->rule].name);
	if (finding->cause)
		fprintf(stream, "  cause:%s\n", finding->cause);
	for (size_t i = 0; i < finding->links_count; i++) {
		put_stack(stream, "held", finding->links[i].held.stack);
		put_stack(stream, "wanted", finding->links[i].wanted.stack);
	}
	for (size_t i = 0; i < finding->stacks_count; i++) {
		char *title = printed("stack:%s", finding->stacks[i].label);

		put_stack(stream, title, finding->stacks[i].stack);
		free(title);
	}
	fputs("}\n", stream);
}
