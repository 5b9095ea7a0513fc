/* survey.c: see survey.h. */
#include "survey.h"

#include "build.h"
#include "memory.h"

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

/* The class of that number in the image that is being read. */
static struct survey_lock *lock_of(struct builder *builder, struct survey *survey, uint32_t class)
{
	const struct lock *lock = build_lock(builder, CLASS_NUMBER(class, 0));
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

static void add_dependency(struct builder *builder, struct survey *survey, const struct fact_dependency *fact)
{
	struct survey_lock *held, *wanted;

	if (fact->count == 0 || fact->how == LOCK_TRY)
		return;
	held = lock_of(builder, survey, (uint32_t)fact->held[fact->count - 1].lock);
	wanted = lock_of(builder, survey, (uint32_t)fact->lock);
	held->around++;
	wanted->under++;
	edge_of(builder, survey, held->index, wanted->index)->count++;
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
