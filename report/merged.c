/* merged.c: see merged.h. */
#include "merged.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "across.h"
#include "memory.h"
#include "output.h"
#include "progress.h"
#include "shard.h"
#include "survey.h"
#include "unseen.h"

/* ---- what the other files read with ---- */

void merged_damaged(const struct merged *merged, const struct record *record)
{
	die("%s: the %s %s is damaged: it is not as gridlock writes it", merged->path, record_kind_name(record->kind), record->key);
}

json_t *merged_object(const struct merged *merged, const struct record *record)
{
	json_t *object = json_loadb(record->line, record->length, 0, NULL);

	if (!json_is_object(object))
		merged_damaged(merged, record);
	return object;
}

const char *merged_text(struct merged *merged, const json_t *text)
{
	return json_is_string(text) ? build_text(merged->builder, "%s", json_string_value(text)) : NULL;
}

const char *merged_member(struct merged *merged, const struct record *record, const json_t *object, const char *name)
{
	const json_t *text = json_object_get(object, name);

	if (!json_is_string(text))
		merged_damaged(merged, record);
	return merged_text(merged, text);
}

const char *merged_mode(const json_t *object)
{
	const char *mode = json_string_value(json_object_get(object, "mode"));

	return mode && strcmp(mode, "shared") == 0 ? "shared" : "exclusive";
}

const char *merged_how(const json_t *object)
{
	const char *how = json_string_value(json_object_get(object, "how"));

	return how && strcmp(how, "timed") == 0 ? "timed" : how && strcmp(how, "try") == 0 ? "try" : "blocking";
}

/* ---- by key ---- */

static int compare(const void *a, const void *b)
{
	return record_compare(a, b);
}

/* The record of that kind that another one names. */
static const struct record *find(const struct merged *merged, const struct record *from, enum record_kind kind, const char *key)
{
	struct record wanted = {.kind = kind};
	const struct record *found;

	if (!key || strlen(key) != RECORD_KEY)
		merged_damaged(merged, from);
	memcpy(wanted.key, key, RECORD_KEY);
	found = bsearch(&wanted, merged->records->list, merged->records->count, sizeof(wanted), compare);
	if (!found)
		die("%s: the %s %s names a %s that is missing: %s", merged->path, record_kind_name(from->kind), from->key,
		    record_kind_name(kind), key);
	return found;
}

struct merged_stack {
	const struct record *record;
	const struct stack *stack;
	UT_hash_handle hh;
};

static struct frame frame_of(struct merged *merged, const struct record *record, const json_t *object)
{
	const char *offset = json_string_value(json_object_get(object, "offset"));
	const char *place = json_string_value(json_object_get(object, "place"));

	return (struct frame){.function = merged_member(merged, record, object, "function"),
			      .file = merged_text(merged, json_object_get(object, "file")),
			      .line = (unsigned)json_integer_value(json_object_get(object, "line")),
			      .module = merged_member(merged, record, object, "module"),
			      .offset = offset ? strtoull(offset, NULL, 16) : 0,
			      .place = place ? strtoull(place, NULL, 16) : 0,
			      .inlined = json_is_true(json_object_get(object, "inlined"))};
}

static const struct stack *stack_of(struct merged *merged, const struct record *record)
{
	struct stack *stack = build_alloc(merged->builder, sizeof(*stack));
	json_t *object = merged_object(merged, record), *list = json_object_get(object, "frames"), *frame;
	struct frame *frames;
	size_t i;

	if (json_array_size(list) == 0)
		merged_damaged(merged, record);
	frames = build_alloc(merged->builder, json_array_size(list) * sizeof(*frames));
	json_array_foreach(list, i, frame)
	{
		frames[i] = frame_of(merged, record, frame);
	}
	stack->count = json_array_size(list);
	stack->frames = frames;
	json_decref(object);
	return stack;
}

const struct stack *merged_stack(struct merged *merged, const struct record *from, const json_t *key)
{
	struct arena *arena = &merged->builder->arena;
	const struct record *record;
	struct merged_stack *known;

	if (!json_is_string(key))
		return NULL;
	record = find(merged, from, RECORD_STACK, json_string_value(key));
	HASH_FIND(hh, merged->stacks, &record, sizeof(record), known);
	if (known)
		return known->stack;
	known = build_alloc(merged->builder, sizeof(*known));
	known->record = record;
	known->stack = stack_of(merged, record);
	HASH_ADD(hh, merged->stacks, record, sizeof(known->record), known);
	if (!hash_added(known))
		die("out of memory");
	return known->stack;
}

struct merged_lock {
	const struct record *record;
	struct lock lock;
	UT_hash_handle hh;
};

const struct lock *merged_class(struct merged *merged, const struct record *from, const char *key)
{
	struct arena *arena = &merged->builder->arena;
	const struct record *record = find(merged, from, RECORD_LOCK, key);
	struct merged_lock *known;
	json_t *object;

	HASH_FIND(hh, merged->classes, &record, sizeof(record), known);
	if (known)
		return &known->lock;
	known = build_alloc(merged->builder, sizeof(*known));
	known->record = record;
	object = merged_object(merged, record);
	known->lock = (struct lock){.id = build_text(merged->builder, "C%zu", ++merged->builder->locks_numbered),
				    .name = merged_member(merged, record, object, "name"),
				    .kind = merged_member(merged, record, object, "type"),
				    .created = merged_stack(merged, record, json_object_get(object, "created")),
				    .created_how = merged_text(merged, json_object_get(object, "created_how")),
				    .content = strtoull(record->key, NULL, 16)};
	known->lock.kin = known->lock.content;
	json_decref(object);
	HASH_ADD(hh, merged->classes, record, sizeof(known->record), known);
	if (!hash_added(known))
		die("out of memory");
	return &known->lock;
}

static int compare_id(const void *id, const void *run)
{
	return strcmp(id, ((const struct merged_run *)run)->id);
}

size_t merged_run_of(const struct merged *merged, const char *id)
{
	const struct merged_run *found =
		merged->runs_count ? bsearch(id, merged->runs, merged->runs_count, sizeof(*merged->runs), compare_id) : NULL;

	return found ? (size_t)(found - merged->runs) : merged->runs_count;
}

/* ---- runs ---- */

/* "server, sh: 2026-11-27 20:46:24 UTC" */
static const char *about(struct merged *merged, const json_t *object)
{
	const json_t *programs = json_object_get(object, "programs"), *program;
	time_t started = (time_t)json_integer_value(json_object_get(object, "started"));
	struct tm parts;
	char when[40] = "";
	const char *names = "";
	size_t i;

	json_array_foreach(programs, i, program)
	{
		if (json_is_string(program) && i < 3)
			names = build_text(merged->builder, "%s%s%s", names, i ? ", " : "", json_string_value(program));
	}
	if (json_array_size(programs) > 3)
		names = build_text(merged->builder, "%s ...", names);
	if (gmtime_r(&started, &parts))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S UTC", &parts);
	return build_text(merged->builder, "%s, %s", names, when);
}

/* Adds a limit's count to that of the other runs. */
static void add_limits(json_t *all, json_t *limits)
{
	const char *text;
	json_t *count;

	json_object_foreach(limits, text, count)
	{
		json_object_set_new(all, text, json_integer(json_integer_value(json_object_get(all, text)) + json_integer_value(count)));
	}
}

static void add_remarks(struct merged *merged, const struct merged_run *run, const json_t *remarks)
{
	const json_t *remark;
	size_t i;

	json_array_foreach(remarks, i, remark)
	{
		if (json_is_string(remark))
			run_remark(merged->builder->run, printed("run %s: %s", run->id, json_string_value(remark)));
	}
}

static void add_unseen(struct findings *findings, const json_t *unseen)
{
	const json_t *name;
	size_t i;

	json_array_foreach(unseen, i, name)
	{
		for (size_t bit = 0; bit < unseen_count && json_is_string(name); bit++)
			if (strcmp(unseen_names[bit], json_string_value(name)) == 0)
				findings->unseen |= 1u << bit;
	}
}

static json_int_t number(const json_t *object, const char *name)
{
	json_int_t value = json_integer_value(json_object_get(object, name));

	return value > 0 ? value : 0;
}

static void add_run(struct merged *merged, const struct record *record, json_t *limits)
{
	struct findings *findings = merged->builder->findings;
	json_t *object = merged_object(merged, record);
	struct merged_run *run = &merged->runs[merged->runs_count++];

	if (number(object, "format") != RECORD_FORMAT)
		die("%s: its form is one that gridlock " VERSION " does not know: write it anew from the recordings", merged->path);
	memcpy(run->id, record->key, sizeof(run->id));
	run->origin = (struct origin){run->id, about(merged, object)};
	findings->processes += (unsigned)number(object, "processes");
	findings->threads += (unsigned)number(object, "threads");
	findings->locks += (uint64_t)number(object, "locks");
	findings->dependencies += (uint64_t)number(object, "dependencies");
	add_limits(limits, json_object_get(object, "limits"));
	add_remarks(merged, run, json_object_get(object, "remarks"));
	add_unseen(findings, json_object_get(object, "unseen"));
	json_decref(object);
}

static void put_limits(struct merged *merged, json_t *limits)
{
	struct findings *findings = merged->builder->findings;
	const char *text;
	json_t *count;

	findings->limits = build_alloc(merged->builder, json_object_size(limits) * sizeof(*findings->limits));
	json_object_foreach(limits, text, count)
	{
		findings->limits[findings->limits_count++] =
			(char *)build_text(merged->builder, "%lld %s", (long long)json_integer_value(count), text);
	}
}

static void read_runs(struct merged *merged)
{
	json_t *limits = json_object();
	size_t count = 0;

	while (count < merged->records->count && merged->records->list[count].kind == RECORD_META)
		count++;
	merged->runs = build_alloc(merged->builder, count * sizeof(*merged->runs));
	for (size_t i = 0; i < count; i++)
		add_run(merged, &merged->records->list[i], limits);
	put_limits(merged, limits);
	json_decref(limits);
	merged->builder->findings->runs = count;
}

/* ---- the file ---- */

static void read_records(struct merged *merged)
{
	struct shard *shard = shard_open(merged->path);
	struct record record;

	while (shard_next(shard, &record)) {
		char *line = new_zeroed(record.length + 1, 1);

		memcpy(line, record.line, record.length);
		record.line = line;
		records_add(merged->records, record);
		if (merged->records->count % 1024 == 0)
			progress_say("reading record", merged->records->count, 0);
	}
	if (!shard_is_whole(shard))
		run_remark(merged->builder->run, printed("%s is cut off: what lay behind its last whole line is missing", merged->path));
	shard_close(shard);
}

void merged_read(struct builder *builder, const char *path, const struct options *options,
		 void (*add)(struct builder *builder, const struct finding *finding))
{
	struct merged merged = {.builder = builder, .path = path, .records = build_alloc(builder, sizeof(struct records))};

	builder->findings->records = merged.records;
	read_records(&merged);
	read_runs(&merged);
	progress_say("reading findings", 0, 0);
	for (size_t i = 0; i < merged.records->count; i++)
		if (merged.records->list[i].kind == RECORD_FINDING) {
			struct finding finding = merged_finding(&merged, &merged.records->list[i]);

			if (finding.rule >= 0)
				add(builder, &finding);
		}
	if (merged.runs_count > 1)
		across_find(&merged, options, add);
	if (output_is_asked_for(options, "html"))
		builder->findings->survey = survey_make_merged(&merged);
}
