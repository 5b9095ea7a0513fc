/* facts.c: see facts.h. Records of findings are in facts_finding.c. */
#include "facts.h"

#include <stdlib.h>
#include <string.h>

#include "content.h"
#include "facts_gather.h"
#include "json_page.h"
#include "memory.h"
#include "unseen.h"

/* ---- gathering ---- */

/* What there is so far with that kind and key; NULL: nothing. */
static struct gathered *find(struct gather *gather, enum record_kind kind, uint64_t key)
{
	struct gathered *gathered;
	struct {
		uint64_t kind, key;
	} name = {kind, key};

	HASH_FIND(hh, gather->all, &name, sizeof(name), gathered);
	return gathered;
}

static void add(struct gather *gather, enum record_kind kind, uint64_t key, json_t *record)
{
	struct arena *arena = &gather->builder->arena;
	struct gathered *gathered = build_alloc(gather->builder, sizeof(*gathered));

	gathered->name.kind = kind;
	gathered->name.key = key;
	gathered->record = record;
	HASH_ADD(hh, gather->all, name, sizeof(gathered->name), gathered);
	if (!record || !hash_added(gathered))
		die("out of memory");
}

/* A record's beginning. */
static json_t *begun(enum record_kind kind, uint64_t key)
{
	char text[RECORD_KEY + 1];

	record_key(text, key);
	return json_pack("{s:s, s:s}", "kind", record_kind_name(kind), "key", text);
}

/* The record with more members, which it takes. */
static json_t *with(json_t *record, json_t *more)
{
	json_object_update(record, more);
	json_decref(more);
	return record;
}

void gather_counted(struct gather *gather, enum record_kind kind, uint64_t key, uint64_t count, json_t *more)
{
	struct gathered *known = find(gather, kind, key);

	if (!known) {
		add(gather, kind, key, with(begun(kind, key), more));
		known = find(gather, kind, key);
	} else {
		json_decref(more);
	}
	known->count += count;
}

json_t *gather_key(uint64_t key)
{
	char text[RECORD_KEY + 1];

	record_key(text, key);
	return json_string(text);
}

/* ---- modules, stacks, locks ---- */

static void add_module(struct gather *gather, const struct fact_module *module)
{
	char id[2 * sizeof(module->build_id) + 1] = "";
	uint64_t key;

	for (uint32_t i = 0; i < module->build_id_size && i < sizeof(module->build_id); i++)
		snprintf(id + (size_t)i * 2, 3, "%02x", module->build_id[i]);
	key = content_text(content_text(4, base_name(module->path)), id);
	if (!find(gather, RECORD_MODULE, key))
		add(gather, RECORD_MODULE, key,
		    with(begun(RECORD_MODULE, key), json_pack("{s:o, s:o, s:o}", "name", json_text(base_name(module->path)), "path",
							      json_text(module->path), "build_id", json_text(*id ? id : NULL))));
}

static json_t *frame_json(const struct frame *frame)
{
	char offset[24], place[24];

	snprintf(offset, sizeof(offset), "0x%llx", (unsigned long long)frame->offset);
	snprintf(place, sizeof(place), "%llx", (unsigned long long)frame->place);
	return json_pack("{s:o, s:o, s:i, s:o, s:s, s:s, s:b}", "function", json_text(frame->function), "file", json_text(frame->file),
			 "line", (int)frame->line, "module", json_text(frame->module), "offset", offset, "place", place, "inlined",
			 frame->inlined);
}

json_t *gather_stack(struct gather *gather, const struct stack *stack)
{
	uint64_t key = content_stack(stack);
	json_t *frames;

	if (!stack)
		return json_null();
	if (!find(gather, RECORD_STACK, key)) {
		frames = json_array();
		for (size_t i = 0; i < stack->count; i++)
			json_array_append_new(frames, frame_json(&stack->frames[i]));
		add(gather, RECORD_STACK, key, with(begun(RECORD_STACK, key), json_pack("{s:o}", "frames", frames)));
	}
	return gather_key(key);
}

/* The name of a class: what the source calls it; of a lock in a static array or structure its symbol with its place in there. */
static const char *class_name(struct builder *builder, const struct lock *lock, uint64_t number)
{
	const struct fact_class *class = lock->created || lock->class_name ? NULL : build_class(builder->image, number);
	const char *symbol = NULL;

	if (class && class->kind == CLASS_STATIC)
		symbol = symbols_data(builder->symbols, build_module(builder, class->frame), FRAME_OFFSET(class->frame));
	return symbol ? symbol : lock->class_name ? lock->class_name : lock->name;
}

/* The key of a class of locks. */
static json_t *lock_key(struct gather *gather, uint64_t class)
{
	const struct lock *lock = build_lock(gather->builder, CLASS_NUMBER(class, 0));

	if (!find(gather, RECORD_LOCK, lock->content))
		add(gather, RECORD_LOCK, lock->content,
		    with(begun(RECORD_LOCK, lock->content),
			 json_pack("{s:o, s:s, s:o, s:o}", "name", json_text(class_name(gather->builder, lock, CLASS_NUMBER(class, 0))),
				   "type", lock->kind, "created", gather_stack(gather, lock->created), "created_how",
				   json_text(lock->created_how))));
	return gather_key(lock->content);
}

/* ---- dependencies ---- */

static json_t *taken_json(struct gather *gather, uint64_t class, uint8_t mode, uint8_t how, uint32_t stack)
{
	static const char *const hows[] = {[LOCK_BLOCKING] = "blocking", [LOCK_TIMED] = "timed", [LOCK_TRY] = "try"};

	return json_pack("{s:o, s:s, s:s, s:o}", "lock", lock_key(gather, class), "mode", mode == LOCK_SHARED ? "shared" : "exclusive",
			 "how", hows[how <= LOCK_TRY ? how : LOCK_BLOCKING], "stack",
			 gather_stack(gather, build_stack(gather->builder, stack)));
}

static uint64_t taken_key(struct gather *gather, uint64_t key, uint64_t class, uint8_t mode, uint8_t how, uint32_t stack)
{
	key = content_number(key, build_lock(gather->builder, CLASS_NUMBER(class, 0))->content);
	key = content_number(key, (uint64_t)mode << 8 | how);
	return content_number(key, content_stack(build_stack(gather->builder, stack)));
}

static void add_dependency(struct gather *gather, const char *program, const struct fact_dependency *fact)
{
	uint64_t key = taken_key(gather, content_text(5, program), fact->lock, fact->mode, fact->how, fact->stack);
	json_t *held = json_array();

	for (uint32_t i = 0; i < fact->count; i++) {
		const struct fact_held *one = &fact->held[i];

		key = taken_key(gather, key, one->lock, one->mode, one->how, one->stack);
		json_array_append_new(held, taken_json(gather, one->lock, one->mode, one->how, one->stack));
	}
	gather_counted(gather, RECORD_DEPENDENCY, content_number(key, fact->head.flags & DEPENDENCY_CUT), 1,
		       json_pack("{s:o, s:o, s:o, s:b}", "program", json_text(program), "wanted",
				 taken_json(gather, fact->lock, fact->mode, fact->how, fact->stack), "held", held, "cut",
				 (fact->head.flags & DEPENDENCY_CUT) != 0));
}

/* ---- the run ---- */

uint64_t facts_run(const struct run *run)
{
	const struct fact_process *first = NULL;

	for (size_t i = 0; i < run->images_count; i++)
		for (size_t j = 0; j < run->images[i].processes.count; j++) {
			const struct fact_process *process = (const struct fact_process *)run->images[i].processes.facts[j];

			if (!first || process->started < first->started ||
			    (process->started == first->started && process->pid < first->pid))
				first = process;
		}
	return first ? content_text(content_number(content_number(6, first->started), first->pid), base_name(first->exe)) : 0;
}

static const char *program_of(const struct image *image, uint32_t serial)
{
	const struct fact_process *process = (const struct fact_process *)index_find(&image->processes, serial);

	return process ? base_name(process->exe) : "?";
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The programs of the run, sorted, each once. */
static json_t *programs(const struct run *run)
{
	const char **names = NULL;
	json_t *array = json_array();
	size_t count = 0;

	for (size_t i = 0; i < run->images_count; i++)
		for (size_t j = 0; j < run->images[i].processes.count; j++) {
			names = resized(names, count + 1, sizeof(*names));
			names[count++] = base_name(((const struct fact_process *)run->images[i].processes.facts[j])->exe);
		}
	if (count)
		qsort(names, count, sizeof(*names), compare_texts);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || strcmp(names[i], names[i - 1]) != 0)
			json_array_append_new(array, json_text(names[i]));
	free(names);
	return array;
}

/* When the first process of the run began, in seconds. */
static json_int_t started(const struct run *run)
{
	uint64_t first = UINT64_MAX;

	for (size_t i = 0; i < run->images_count; i++)
		for (size_t j = 0; j < run->images[i].processes.count; j++) {
			uint64_t here = ((const struct fact_process *)run->images[i].processes.facts[j])->started;

			first = here < first ? here : first;
		}
	return first == UINT64_MAX ? 0 : (json_int_t)(first / 1000000000);
}

static json_t *texts(char *const *list, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, json_text(list[i]));
	return array;
}

/* "12 stacks cut" as {"stacks cut": 12}: numbers of several runs can be added. */
static json_t *limits(const struct findings *findings)
{
	json_t *object = json_object();

	for (size_t i = 0; i < findings->limits_count; i++) {
		char *text;
		uint64_t number = strtoull(findings->limits[i], &text, 10);

		json_object_set_new(object, text + strspn(text, " "), json_integer((json_int_t)number));
	}
	return object;
}

static json_t *unseen(const struct findings *findings)
{
	json_t *array = json_array();

	for (size_t i = 0; i < unseen_count; i++)
		if (findings->unseen & 1u << i)
			json_array_append_new(array, json_text(unseen_names[i]));
	return array;
}

static void add_meta(struct gather *gather)
{
	const struct findings *findings = gather->builder->findings;
	const struct run *run = gather->builder->run;
	uint64_t key = facts_run(run);

	add(gather, RECORD_META, key,
	    with(begun(RECORD_META, key),
		 json_pack("{s:i, s:s, s:I, s:o, s:I, s:I, s:I, s:I, s:o, s:o, s:o}", "format", RECORD_FORMAT, "tool", VERSION, "started",
			   started(run), "programs", programs(run), "processes", (json_int_t)findings->processes, "threads",
			   (json_int_t)findings->threads, "locks", (json_int_t)findings->locks, "dependencies",
			   (json_int_t)findings->dependencies, "limits", limits(findings), "remarks",
			   texts(run->remarks, run->remarks_count), "unseen", unseen(findings))));
}

/* ---- all of it ---- */

static void read_image(struct gather *gather, size_t number)
{
	const struct image *image = &gather->builder->run->images[number];

	build_from(gather->builder, number);
	for (size_t i = 0; i < image->modules.count; i++)
		add_module(gather, (const struct fact_module *)image->modules.facts[i]);
	for (size_t i = 0; i < image->class_dependencies_count; i++)
		add_dependency(gather, program_of(image, image->class_dependencies[i]->process), image->class_dependencies[i]);
}

static struct record line_of(const struct gathered *gathered, const char *run)
{
	struct record record = {.kind = (enum record_kind)gathered->name.kind};

	if (gathered->count)
		json_object_set_new(gathered->record, "runs", json_pack("{s:I}", run, (json_int_t)gathered->count));
	record.line = json_dumps(gathered->record, JSON_COMPACT);
	if (!record.line)
		die("out of memory");
	record.length = strlen(record.line);
	record_key(record.key, gathered->name.key);
	return record;
}

static int compare(const void *a, const void *b)
{
	return record_compare(a, b);
}

struct records facts_of(struct builder *builder)
{
	struct gather gather = {.builder = builder};
	struct records records = {0};
	char run[RECORD_KEY + 1];

	record_key(run, facts_run(builder->run));
	add_meta(&gather);
	for (size_t i = 0; i < builder->run->images_count; i++)
		read_image(&gather, i);
	for (size_t i = 0; i < builder->findings->count; i++)
		gather_finding(&gather, &builder->findings->list[i]);
	for (struct gathered *gathered = gather.all; gathered; gathered = gathered->hh.next) {
		records_add(&records, line_of(gathered, run));
		json_decref(gathered->record);
	}
	qsort(records.list, records.count, sizeof(*records.list), compare);
	return records;
}
