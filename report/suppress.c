/* suppress.c: see suppress.h. */
#include "suppress.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "memory.h"
#include "suppress_block.h"

enum kind { DEADLOCK, MUTEX, RULE, LOCK, FINGERPRINT, BLOCK, IGNORED };
static const struct {
	const char *name;
	enum kind kind;
} kinds[] = {{"deadlock", DEADLOCK}, {"mutex", MUTEX},	    {"rule", RULE},	 {"lock", LOCK},      {"fingerprint", FINGERPRINT},
	     {"race", IGNORED},	     {"race_top", IGNORED}, {"thread", IGNORED}, {"signal", IGNORED}, {"called_from_lib", IGNORED},
	     {"atomic", IGNORED}};

struct entry {
	enum kind kind;
	char *pattern, *file;
	struct block *block; /* of the block form; else NULL */
	unsigned line;
	bool used;
};
struct suppressions {
	size_t count, ignored;
	struct entry *list;
};

/* ---- matching ---- */

/* Does `pattern`, up to its end, match the beginning of `text`? With `whole`, all of it. `*` is tried shortest first, going back once per star. */
static bool match_here(const char *pattern, const char *end, const char *text, bool whole)
{
	const char *star = NULL, *star_text = NULL;

	for (;;) {
		if (pattern == end && (!whole || !*text))
			return true;
		if (pattern < end && *pattern == '*') {
			star = ++pattern;
			star_text = text;
		} else if (pattern < end && *text && *pattern == *text) {
			pattern++;
			text++;
		} else if (star && *star_text) {
			pattern = star;
			text = ++star_text;
		} else {
			return false;
		}
	}
}

bool suppression_matches(const char *pattern, const char *name)
{
	bool from_start = *pattern == '^', whole;
	const char *end;

	pattern += from_start;
	end = pattern + strlen(pattern);
	whole = end > pattern && end[-1] == '$';
	end -= whole;
	if (from_start)
		return match_here(pattern, end, name, whole);
	for (;; name++) {
		if (match_here(pattern, end, name, whole))
			return true;
		if (!*name)
			return false;
	}
}

static bool stack_matches(const struct stack *stack, const char *pattern)
{
	for (size_t i = 0; stack && i < stack->count; i++) {
		const struct frame *frame = &stack->frames[i];

		if (suppression_matches(pattern, frame->function) || suppression_matches(pattern, frame->module) ||
		    (frame->file && suppression_matches(pattern, frame->file)))
			return true;
	}
	return false;
}

static bool any_stack_matches(const struct finding *finding, const char *pattern)
{
	for (size_t i = 0; i < finding->links_count; i++)
		if (stack_matches(finding->links[i].held.stack, pattern) || stack_matches(finding->links[i].wanted.stack, pattern))
			return true;
	for (size_t i = 0; i < finding->stacks_count; i++)
		if (stack_matches(finding->stacks[i].stack, pattern))
			return true;
	return false;
}

static bool any_lock_matches(const struct finding *finding, const char *pattern)
{
	for (size_t i = 0; i < finding->locks_count; i++)
		if (suppression_matches(pattern, finding->locks[i]->name))
			return true;
	return false;
}

/* Rules that ThreadSanitizer would report as `deadlock`. */
static bool is_deadlock(int rule)
{
	return rule <= RULE_LOCK_ORDER_CYCLE || rule == RULE_CYCLE_ACROSS_RUNS || rule == RULE_CYCLE_BY_CLASS;
}

static bool entry_matches(const struct entry *entry, const struct finding *finding)
{
	switch (entry->kind) {
	case DEADLOCK:
		return is_deadlock(finding->rule) && any_stack_matches(finding, entry->pattern);
	case MUTEX:
		return !is_deadlock(finding->rule) && any_stack_matches(finding, entry->pattern);
	case RULE:
		return match_here(entry->pattern, entry->pattern + strlen(entry->pattern), rules[finding->rule].name, true);
	case LOCK:
		return any_lock_matches(finding, entry->pattern);
	case FINGERPRINT:
		return strcmp(entry->pattern, finding->fingerprint) == 0;
	case BLOCK:
		return block_matches(entry->block, finding);
	default:
		return false;
	}
}

void suppressions_apply(struct suppressions *suppressions, struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		for (size_t j = 0; j < suppressions->count; j++)
			if (entry_matches(&suppressions->list[j], &findings->list[i]))
				suppressions->list[j].used = findings->list[i].suppressed = true;
	for (size_t i = 0; i < suppressions->count; i++) {
		const struct entry *entry = &suppressions->list[i];

		if (entry->used)
			continue;
		findings_remark(findings, printed("unused suppression: %s:%u: %s", entry->file, entry->line, entry->pattern));
		findings->unused_suppressions++;
	}
	if (suppressions->ignored)
		findings_remark(findings,
				printed("%zu suppression%s for other tools' findings and %s ignored", suppressions->ignored,
					suppressions->ignored == 1 ? " is" : "s are", suppressions->ignored == 1 ? "was" : "were"));
}

/* ---- reading ---- */

bool fingerprint_is(const char *text)
{
	return strncmp(text, "v1:", 3) == 0 && strlen(text) == 3 + 16 && strspn(text + 3, "0123456789abcdef") == 16;
}

/* Without blanks around it. */
static char *trimmed(char *line)
{
	size_t length;

	line += strspn(line, " \t");
	length = strcspn(line, "\r\n");
	while (length && (line[length - 1] == ' ' || line[length - 1] == '\t'))
		length--;
	line[length] = '\0';
	return line;
}

static void add(struct suppressions *suppressions, struct entry entry)
{
	suppressions->list = resized(suppressions->list, suppressions->count + 1, sizeof(*suppressions->list));
	suppressions->list[suppressions->count++] = entry;
}

/* A line of the form TYPE:PATTERN. */
static void read_entry(struct suppressions *suppressions, const char *file, unsigned number, char *line)
{
	char *colon = strchr(line, ':');

	if (!colon || !colon[1])
		die("%s:%u: '%s': expected TYPE:PATTERN, or { for a block", file, number, line);
	*colon = '\0';
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].name, line) != 0)
			continue;
		if (kinds[i].kind == IGNORED) {
			suppressions->ignored++;
			return;
		}
		if (kinds[i].kind == FINGERPRINT && !fingerprint_is(colon + 1))
			die("%s:%u: '%s' is no fingerprint: expected v1: and 16 hex digits, as in the report", file, number, colon + 1);
		add(suppressions,
		    (struct entry){.kind = kinds[i].kind, .pattern = copied(colon + 1), .file = copied(file), .line = number});
		return;
	}
	die("%s:%u: '%s' is no type of suppression; deadlock, mutex, rule, lock and fingerprint are", file, number, line);
}

/* A line of a block that is open. */
static void read_block(struct suppressions *suppressions, struct entry *open, unsigned number, const char *line)
{
	bool ends = strcmp(line, "}") == 0;
	const char *wrong = ends ? block_wrong(open->block) : block_add(open->block, line);

	if (wrong)
		die("%s:%u: '%s': %s", open->file, number, line, wrong);
	if (ends) {
		add(suppressions, *open);
		*open = (struct entry){.block = NULL};
	}
}

static void read_line(struct suppressions *suppressions, struct entry *open, const char *file, unsigned number, char *line)
{
	line = trimmed(line);
	if (!*line || *line == '#')
		return;
	if (open->block)
		read_block(suppressions, open, number, line);
	else if (strcmp(line, "{") == 0)
		*open = (struct entry){
			.kind = BLOCK, .pattern = copied("block"), .file = copied(file), .line = number, .block = block_new()};
	else
		read_entry(suppressions, file, number, line);
}

static void read_file(struct suppressions *suppressions, const char *file)
{
	FILE *stream = fopen(file, "re");
	struct entry open = {.block = NULL};
	char *line = NULL;
	size_t room = 0;

	if (!stream)
		die("--suppressions=%s: %s", file, strerror(errno));
	for (unsigned number = 1; getline(&line, &room, stream) >= 0; number++)
		read_line(suppressions, &open, file, number, line);
	if (ferror(stream))
		die("--suppressions=%s: %s", file, strerror(errno));
	if (open.block)
		die("%s:%u: the block that begins here has no }", file, open.line);
	free(line);
	fclose(stream);
}

struct suppressions *suppressions_read(const struct options *options)
{
	struct suppressions *suppressions = new_zeroed(1, sizeof(*suppressions));

	for (size_t i = 0; i < options->of[OPTION_SUPPRESSIONS].count; i++)
		read_file(suppressions, options->of[OPTION_SUPPRESSIONS].values[i]);
	return suppressions;
}

void suppressions_free(struct suppressions *suppressions)
{
	for (size_t i = 0; i < suppressions->count; i++) {
		block_free(suppressions->list[i].block);
		free(suppressions->list[i].pattern);
		free(suppressions->list[i].file);
	}
	free(suppressions->list);
	free(suppressions);
}
