/* findings.c: see findings.h. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "build.h"
#include "facts.h"
#include "judge.h"
#include "memory.h"
#include "merged.h"
#include "options.h"
#include "output.h"
#include "progress.h"
#include "shard.h"
#include "stuck.h"
#include "survey.h"
#include "timeline.h"
#include "told.h"
#include "unseen.h"

/* What outlives the building. */
struct memory {
	struct arena arena;
	struct symbols *symbols;
	struct run *run;
};

/* ---- the list ---- */

/* Are the links of several processes? Then a thread's name is not enough. */
bool finding_spans_processes(const struct finding *finding)
{
	for (size_t i = 1; i < finding->links_count; i++)
		if (finding->links[i].thread && finding->links[0].thread && finding->links[i].thread->pid != finding->links[0].thread->pid)
			return true;
	return false;
}

/* Adds a finding to the list. */
static struct finding *append(struct builder *builder, const struct finding *finding)
{
	struct findings *findings = builder->findings;
	size_t count = findings->count;
	struct finding *here;

	if ((count & (count - 1)) == 0)
		findings->list = resized(findings->list, count ? count * 2 : 1, sizeof(*findings->list));
	here = &findings->list[findings->count++];
	*here = *finding;
	here->level = builder->levels[finding->rule];
	return here;
}

/* Adds a finding that is known to be the only one of its kind. */
static void add_merged(struct builder *builder, const struct finding *finding)
{
	if (builder->levels[finding->rule] != LEVEL_OFF)
		append(builder, finding);
}

/* Adds a finding, or counts it in one at the same code locations. */
static void add(struct builder *builder, const struct finding *finding)
{
	struct findings *findings = builder->findings;
	size_t place, count = findings->count;
	struct finding *here;

	if (builder->levels[finding->rule] == LEVEL_OFF)
		return;
	place = told_find(builder, finding);
	if (place < count) {
		if (!told_by_instance(&findings->list[place], finding))
			findings->list[place].count += finding->count;
		return;
	}
	here = append(builder, finding);
	story_tell(builder, here);
	fingerprint_make(builder, here);
	told_add(builder, place);
}

static int compare(const void *left, const void *right)
{
	const struct finding *a = left, *b = right;

	if (a->level != b->level)
		return (int)b->level - (int)a->level;
	if (a->rule != b->rule)
		return a->rule - b->rule;
	return strcmp(a->fingerprint, b->fingerprint);
}

/* ---- misuse ---- */

static const char *const labels[LABEL_COUNT] = {"acquired here",
						"asked for here",
						"unlocked here",
						"unlocked before here",
						"jumped here",
						"destroyed here",
						"ended here",
						"freed here",
						"initialised here",
						"waited here",
						"waited here with another mutex",
						"forked here",
						"acquired in a signal handler here",
						"acquired on the way here",
						"signalled here"};
static const char *const causes[CAUSE_COUNT] = {NULL, "return", "pthread_exit", "cancel", "longjmp", "exception"};

static const char *signal_name(struct builder *builder, uint8_t number)
{
	const char *name = number ? sigabbrev_np(number) : NULL;

	if (name)
		return build_text(builder, "SIG%s", name);
	return number ? build_text(builder, "signal %u", number) : NULL;
}

/* The ring of a self-deadlock: a thread and a lock. */
static const struct link *link_alone(struct builder *builder, const struct fact_finding *fact)
{
	struct link *link = build_alloc(builder, sizeof(*link));

	link->thread = build_thread(builder, fact->thread);
	for (uint32_t i = 0; i < fact->stacks_count; i++) {
		const struct fact_finding_stack *stack = &fact->stacks[i];
		struct acquisition *side = stack->label == LABEL_WANTED ? &link->wanted : &link->held;

		if (stack->label == LABEL_WANTED || stack->label == LABEL_ACQUIRED)
			*side = (struct acquisition){build_lock(builder, fact->lock), stack->mode == LOCK_SHARED ? "shared" : "exclusive",
						     "blocking", build_stack(builder, stack->stack)};
	}
	return link->held.lock && link->wanted.lock ? link : NULL;
}

static void add_misuse(struct builder *builder, const struct fact_finding *fact)
{
	const struct fact_process *process = (const struct fact_process *)index_find(&builder->image->processes, fact->process);
	struct finding finding = {.rule = fact->rule, .count = atomic_load(&((struct fact_finding *)(uintptr_t)fact)->count)};

	if (fact->rule >= rules_count || fact->cause >= CAUSE_COUNT || finding.count == 0)
		return;
	finding.cause = causes[fact->cause];
	finding.signal = signal_name(builder, fact->signal);
	finding.pid = process ? (pid_t)process->pid : 0;
	finding.exe = process ? process->exe : "?";
	finding.stacks = build_alloc(builder, fact->stacks_count * sizeof(*finding.stacks));
	for (uint32_t i = 0; i < fact->stacks_count; i++) {
		const struct stack *stack = build_stack(builder, fact->stacks[i].stack);

		if (stack && fact->stacks[i].label < LABEL_COUNT)
			finding.stacks[finding.stacks_count++] = (struct labelled_stack){
				labels[fact->stacks[i].label], build_thread(builder, fact->stacks[i].thread), stack};
	}
	if (fact->lock) {
		finding.locks = build_alloc(builder, sizeof(*finding.locks));
		finding.locks[0] = build_lock(builder, fact->lock);
		finding.locks_count = 1;
	}
	if (fact->rule == RULE_SELF_DEADLOCK)
		finding.alone = link_alone(builder, fact);
	add(builder, &finding);
}

/* ---- images ---- */

static void remark(void *run, char *text)
{
	run_remark(run, text);
}

/* A bare preload reports for one process only, IMAGE:SERIAL. */
static bool wanted(const struct options *options, const struct image *image, uint32_t serial)
{
	const char *only = option_string(options, OPTION_PROCESS), *colon = strchr(only, ':'), *name = base_name(image->path);

	if (!colon)
		return true;
	return strlen(name) == (size_t)(colon - only) && strncmp(name, only, strlen(name)) == 0 && strtoul(colon + 1, NULL, 10) == serial;
}

static void judge_one(struct builder *builder, size_t image, uint32_t serial, const struct options *options)
{
	stuck_recorded(builder, image, serial, add);
	judge_process(builder, image, serial, add);
	judge_declared(builder, image, serial, add);
	if (option_flag(options, OPTION_BY_CLASS))
		judge_classes(builder, image, serial, add);
}

static void read_image(struct builder *builder, size_t number, const struct options *options)
{
	const struct image *image = &builder->run->images[number];

	build_from(builder, number);
	for (size_t i = 0; i < image->findings_count; i++)
		if (wanted(options, image, image->findings[i]->process))
			add_misuse(builder, image->findings[i]);
	for (size_t i = 0; i < image->processes.count; i++)
		if (wanted(options, image, index_number(image->processes.facts[i])))
			judge_one(builder, number, index_number(image->processes.facts[i]), options);
}

static void read_images(struct builder *builder, const struct options *options)
{
	size_t count = builder->run->images_count;

	for (size_t i = 0; i < count; i++) {
		progress_say("judging process", i, count);
		read_image(builder, i, options);
	}
	progress_say("judging what lies across processes", 0, 0);
	if (!*option_string(options, OPTION_PROCESS)) {
		stuck_find(builder, add);
		judge_across(builder, false, add);
		if (option_flag(options, OPTION_BY_CLASS))
			judge_across(builder, true, add);
	}
}

static int compare_pids(const void *left, const void *right)
{
	return *(const uint32_t *)left < *(const uint32_t *)right ? -1 : *(const uint32_t *)left > *(const uint32_t *)right;
}

/* Processes of the run: a process that executes another image stays the same one. */
static unsigned count_processes(const struct run *run, const struct options *options)
{
	uint32_t *pids = NULL;
	unsigned count = 0, distinct = 0;

	for (size_t i = 0; i < run->images_count; i++) {
		const struct index *index = &run->images[i].processes;

		for (size_t j = 0; j < index->count; j++) {
			if (!wanted(options, &run->images[i], index_number(index->facts[j])))
				continue;
			pids = resized(pids, count + 1, sizeof(*pids));
			pids[count++] = ((const struct fact_process *)index->facts[j])->pid;
		}
	}
	if (count)
		qsort(pids, count, sizeof(*pids), compare_pids);
	for (unsigned i = 0; i < count; i++)
		distinct += i == 0 || pids[i] != pids[i - 1];
	free(pids);
	return distinct;
}

static void add_totals(struct findings *findings, const struct image *image)
{
	struct recording_header *header = (struct recording_header *)(uintptr_t)image->header;
	struct stat file;

	findings->threads += atomic_load(&header->totals[TOTAL_THREADS]);
	findings->locks += atomic_load(&header->totals[TOTAL_LOCKS]);
	findings->dependencies += atomic_load(&header->totals[TOTAL_DEPENDENCIES]);
	for (int i = 0; i < STAT_COUNT; i++)
		findings->stats[i] += atomic_load(&header->stats[i]);
	if (stat(image->path, &file) == 0)
		findings->recording_bytes += (uint64_t)file.st_blocks * 512;
}

static void add_limits(struct builder *builder)
{
	static const char *const texts[] = {
#define X(name, text) text,
		RECORDING_LIMITS(X)
#undef X
	};
	struct findings *findings = builder->findings;

	findings->limits = build_alloc(builder, LIMIT_COUNT * sizeof(*findings->limits));
	for (int i = 0; i < LIMIT_COUNT; i++) {
		unsigned long long sum = 0;

		for (size_t j = 0; j < builder->run->images_count; j++)
			sum += atomic_load(&((struct recording_header *)(uintptr_t)builder->run->images[j].header)->limits[i]);
		if (sum)
			findings->limits[findings->limits_count++] = (char *)build_text(builder, "%llu %s", sum, texts[i]);
	}
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Programs and libraries that appear in the recordings, each looked at once. */
static void add_unseen(struct findings *findings, const struct run *run)
{
	size_t count = 0;
	const char **paths;

	for (size_t i = 0; i < run->images_count; i++)
		count += run->images[i].processes.count + run->images[i].modules.count;
	paths = new_zeroed(count + 1, sizeof(*paths));
	count = 0;
	for (size_t i = 0; i < run->images_count; i++) {
		const struct image *image = &run->images[i];

		for (size_t j = 0; j < image->processes.count; j++)
			paths[count++] = ((const struct fact_process *)image->processes.facts[j])->exe;
		for (size_t j = 0; j < image->modules.count; j++)
			paths[count++] = ((const struct fact_module *)image->modules.facts[j])->path;
	}
	qsort(paths, count, sizeof(*paths), compare_texts);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || strcmp(paths[i], paths[i - 1]) != 0)
			findings->unseen |= unseen_in(paths[i]);
	free(paths);
}

/* --level RULE=LEVEL; what is wrong in them was refused when the options were read. */
static void set_levels(struct builder *builder, const struct options *options)
{
	for (size_t i = 0; i < rules_count; i++)
		builder->levels[i] = rules[i].level;
	for (size_t i = 0; i < options->of[OPTION_LEVEL].count; i++) {
		char *name = copied(options->of[OPTION_LEVEL].values[i]), *equals = strchr(name, '=');
		int rule, level;

		if (equals) {
			*equals = '\0';
			rule = rule_find(name);
			level = level_find(equals + 1);
			if (rule >= 0 && level >= 0)
				builder->levels[rule] = (enum level)level;
		}
		free(name);
	}
}

/* What the recordings of a folder hold. */
static void read_run(struct builder *builder, const struct options *options)
{
	const struct run *run = builder->run;

	read_images(builder, options);
	progress_say("looking up names", 0, 0);
	if (output_is_asked_for(options, "html"))
		builder->findings->survey = survey_make(builder);
	if (output_is_asked_for(options, "trace"))
		builder->findings->timeline = timeline_make(builder);
	if (builder->findings->timeline && builder->findings->timeline->events == 0)
		run_remark(builder->run, printed("there is no trace for the format trace to show: it wants --witness"));
	for (size_t i = 0; i < run->images_count; i++)
		add_totals(builder->findings, &run->images[i]);
	builder->findings->processes = count_processes(run, options);
	add_limits(builder);
	add_unseen(builder->findings, run);
	if (output_is_asked_for(options, "jsonl")) {
		builder->findings->records = build_alloc(builder, sizeof(struct records));
		*builder->findings->records = facts_of(builder);
	}
}

/* A file is a run of which everything is said in its records. */
static struct run *run_of_file(const char *path)
{
	struct run *run = new_zeroed(1, sizeof(*run));

	run->directory = copied(path);
	return run;
}

struct findings *findings_build(const char *directory, const struct options *options, char **error)
{
	bool file = shard_is_file(directory);
	struct run *run = file ? run_of_file(directory) : collect(directory, error);
	struct builder builder;
	struct memory *memory;

	if (!run)
		return NULL;
	builder = builder_begin(run, symbols_new(remark, run));
	builder.findings = new_zeroed(1, sizeof(*builder.findings));
	set_levels(&builder, options);
	if (file)
		merged_read(&builder, directory, options, add_merged);
	else
		read_run(&builder, options);
	builder_rest(&builder);
	if (builder.findings->count)
		qsort(builder.findings->list, builder.findings->count, sizeof(*builder.findings->list), compare);
	builder.findings->remarks = run->remarks;
	builder.findings->remarks_count = run->remarks_count;
	builder.findings->recording = run->directory;
	memory = new_zeroed(1, sizeof(*memory));
	*memory = (struct memory){builder.arena, builder.symbols, run};
	builder.findings->memory = memory;
	return builder.findings;
}

void findings_free(struct findings *findings)
{
	struct memory *memory = findings ? findings->memory : NULL;

	if (!findings)
		return;
	symbols_free(memory->symbols);
	if (findings->records)
		records_free(findings->records);
	arena_fini(&memory->arena);
	/* Remarks may have grown since: they are the run's. */
	memory->run->remarks = findings->remarks;
	memory->run->remarks_count = findings->remarks_count;
	run_free(memory->run);
	free(memory);
	free(findings->list);
	free(findings);
}

struct deadlocks deadlocks_of(const struct findings *findings)
{
	struct deadlocks deadlocks = {0};

	for (size_t i = 0; i < findings->count; i++)
		deadlocks.count += findings->list[i].blocked_count != 0;
	deadlocks.list = new_zeroed(deadlocks.count, sizeof(const struct finding *));
	deadlocks.count = 0;
	for (size_t i = 0; i < findings->count; i++)
		if (findings->list[i].blocked_count && !findings->list[i].suppressed)
			deadlocks.list[deadlocks.count++] = &findings->list[i];
	return deadlocks;
}

const struct finding *deadlocks_find(const struct deadlocks *deadlocks, const struct finding *finding)
{
	for (size_t i = 0; i < deadlocks->count; i++)
		if (finding->blocked_count == 0 && finding_same_ring(deadlocks->list[i], finding))
			return deadlocks->list[i];
	return NULL;
}

size_t findings_count(const struct findings *findings, enum level level)
{
	size_t count = 0;

	for (size_t i = 0; i < findings->count; i++)
		count += findings->list[i].level == level && !findings->list[i].suppressed;
	return count;
}

size_t findings_count_new(const struct findings *findings, enum level level)
{
	size_t count = 0;

	for (size_t i = 0; i < findings->count; i++)
		count += findings->list[i].level == level && !findings->list[i].suppressed && findings->list[i].baseline != BASELINE_KNOWN;
	return count;
}

bool findings_have_baseline(const struct findings *findings)
{
	return findings->count && findings->list[0].baseline != BASELINE_NONE;
}

void findings_remark(struct findings *findings, char *remark)
{
	struct run run = {.remarks = findings->remarks, .remarks_count = findings->remarks_count};

	run_remark(&run, remark);
	findings->remarks = run.remarks;
	findings->remarks_count = run.remarks_count;
}
