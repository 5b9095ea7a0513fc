/* survey.c: see survey.h. */
#include "survey.h"

#include "build.h"
#include "memory.h"
#include "merged.h"

/* ---- lists in the builder's memory that double ---- */

static void *with_room(struct builder *builder, void *list, size_t count, size_t size)
{
	void *longer;

	/* Full at 0, 16, 32, 64 ... */
	if (count && (count < 16 || count & (count - 1)))
		return list;
	longer = build_alloc(builder, (count ? count * 2 : 16) * size);
	if (count)
		memcpy(longer, list, count * size);
	return longer;
}

/* ---- locks ---- */

const struct survey_lock *survey_find(const struct survey *survey, const struct lock *lock)
{
	uint64_t key = lock_class_key(lock);
	struct survey_lock *found;

	HASH_FIND(hh, survey->by_key, &key, sizeof(key), found);
	return found;
}

static struct survey_lock *add_lock(struct builder *builder, struct survey *survey, const struct lock *lock)
{
	struct survey_lock *known = (struct survey_lock *)(uintptr_t)survey_find(survey, lock);
	struct arena *arena = &builder->arena;

	if (known)
		return known;
	known = build_alloc(builder, sizeof(*known));
	*known = (struct survey_lock){.key = lock_class_key(lock), .index = survey->locks_count, .lock = lock};
	HASH_ADD(hh, survey->by_key, key, sizeof(known->key), known);
	if (!hash_added(known))
		die("out of memory");
	survey->locks = with_room(builder, survey->locks, survey->locks_count, sizeof(*survey->locks));
	survey->locks[survey->locks_count++] = known;
	return known;
}

/* The class of that number in the image that is being read. */
static struct survey_lock *lock_of(struct builder *builder, struct survey *survey, uint32_t class)
{
	return add_lock(builder, survey, build_lock(builder, CLASS_NUMBER(class, 0)));
}

/* ---- their order ---- */

static struct survey_edge *edge_of(struct builder *builder, struct survey *survey, size_t from, size_t to)
{
	struct survey_edge *edge = build_alloc(builder, sizeof(*edge)), *known;
	struct arena *arena = &builder->arena;

	edge->key.from = from;
	edge->key.to = to;
	HASH_FIND(hh, survey->by_ends, &edge->key, sizeof(edge->key), known);
	if (known)
		return known;
	HASH_ADD(hh, survey->by_ends, key, sizeof(edge->key), edge);
	if (!hash_added(edge))
		die("out of memory");
	survey->edges = with_room(builder, survey->edges, survey->edges_count, sizeof(*survey->edges));
	survey->edges[survey->edges_count++] = edge;
	return edge;
}

static void add_order(struct builder *builder, struct survey *survey, struct survey_lock *held, struct survey_lock *wanted)
{
	held->around++;
	wanted->under++;
	edge_of(builder, survey, held->index, wanted->index)->count++;
}

static void add_dependency(struct builder *builder, struct survey *survey, const struct fact_dependency *fact)
{
	if (fact->count == 0 || fact->how == LOCK_TRY)
		return;
	add_order(builder, survey, lock_of(builder, survey, (uint32_t)fact->held[fact->count - 1].lock),
		  lock_of(builder, survey, (uint32_t)fact->lock));
}

/* ---- processes ---- */

static void add_process(struct builder *builder, struct survey *survey, const struct fact_process *fact)
{
	const struct fact_end *end = (const struct fact_end *)index_find(&builder->image->ends, fact->serial);

	survey->processes = with_room(builder, survey->processes, survey->processes_count, sizeof(*survey->processes));
	survey->processes[survey->processes_count++] = (struct survey_process){
		.pid = (pid_t)fact->pid, .exe = fact->exe, .started = fact->started, .ended = end, .code = end ? end->code : -1};
}

const struct survey *survey_make(struct builder *builder)
{
	struct survey *survey = build_alloc(builder, sizeof(*survey));

	for (size_t i = 0; i < builder->run->images_count; i++) {
		const struct image *image = &builder->run->images[i];

		build_from(builder, i);
		for (size_t j = 0; j < image->classes.count; j++)
			lock_of(builder, survey, index_number(image->classes.facts[j]));
		for (size_t j = 0; j < image->class_dependencies_count; j++)
			add_dependency(builder, survey, image->class_dependencies[j]);
		for (size_t j = 0; j < image->processes.count; j++)
			add_process(builder, survey, (const struct fact_process *)image->processes.facts[j]);
	}
	return survey;
}

/* ---- of a file of records ---- */

static struct survey_lock *merged_lock(struct merged *merged, const struct record *record, struct survey *survey, const json_t *taken)
{
	const char *key = json_string_value(json_object_get(taken, "lock"));

	if (!key)
		merged_damaged(merged, record);
	return add_lock(merged->builder, survey, merged_class(merged, record, key));
}

static void add_record(struct merged *merged, const struct record *record, struct survey *survey)
{
	json_t *object = merged_object(merged, record);
	const json_t *held = json_object_get(object, "held"), *wanted = json_object_get(object, "wanted");
	size_t count = json_array_size(held);

	if (count && strcmp(merged_how(wanted), "try") != 0)
		add_order(merged->builder, survey, merged_lock(merged, record, survey, json_array_get(held, count - 1)),
			  merged_lock(merged, record, survey, wanted));
	json_decref(object);
}

const struct survey *survey_make_merged(struct merged *merged)
{
	struct survey *survey = build_alloc(merged->builder, sizeof(*survey));
	const struct findings *findings = merged->builder->findings;

	survey->runs_count = merged->runs_count;
	survey->runs = build_alloc(merged->builder, merged->runs_count * sizeof(*survey->runs));
	for (size_t i = 0; i < merged->runs_count; i++)
		survey->runs[i] = &merged->runs[i].origin;
	for (size_t i = 0; i < merged->records->count; i++) {
		const struct record *record = &merged->records->list[i];

		if (record->kind == RECORD_LOCK)
			add_lock(merged->builder, survey, merged_class(merged, record, record->key));
		else if (record->kind == RECORD_DEPENDENCY)
			add_record(merged, record, survey);
	}
	/* Those that were never nested have no record of their own. Threads that are joined are links of rings like locks. */
	for (size_t i = 0; i < findings->count; i++)
		for (size_t j = 0; j < findings->list[i].locks_count; j++)
			if (strcmp(findings->list[i].locks[j]->kind, "thread") != 0)
				add_lock(merged->builder, survey, findings->list[i].locks[j]);
	return survey;
}
