/* json.c: the json document of USER.md. */
#include <jansson.h>
#include <stdio.h>

#include "findings.h"
#include "json_page.h"
#include "options.h"
#include "unseen.h"

static json_t *stack_json(const struct stack *stack)
{
	json_t *array;

	if (!stack)
		return json_null();
	array = json_array();
	for (size_t i = 0; i < stack->count; i++) {
		const struct frame *frame = &stack->frames[i];
		char offset[24];

		snprintf(offset, sizeof(offset), "0x%llx", (unsigned long long)frame->offset);
		json_array_append_new(array, json_pack("{s:o, s:o, s:i, s:o, s:s, s:b}", "function", json_text(frame->function), "file",
						       json_text(frame->file), "line", (int)frame->line, "module", json_text(frame->module),
						       "offset", offset, "inlined", frame->inlined));
	}
	return array;
}

static json_t *thread_json(const struct thread *thread)
{
	if (!thread)
		return json_null();
	return json_pack("{s:i, s:o, s:o}", "id", (int)thread->id, "name", json_text(thread->name), "created", stack_json(thread->created));
}

static json_t *lock_json(const struct lock *lock)
{
	return json_pack("{s:s, s:o, s:s, s:o}", "id", lock->id, "name", json_text(lock->name), "kind", lock->kind, "created",
			 stack_json(lock->created));
}

/* null where nothing is said of runs. */
static json_t *runs_json(const struct origin *const *runs, size_t count)
{
	json_t *array = count ? json_array() : json_null();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, json_pack("{s:s, s:o}", "id", runs[i]->id, "about", json_text(runs[i]->about)));
	return array;
}

static json_t *link_json(const struct link *link)
{
	static const char *const bys[] = {[LINK_LOCK] = "lock", [LINK_END] = "end", [LINK_QUEUE] = "queue"};

	return json_pack("{s:s, s:o, s:{s:s, s:s, s:o}, s:{s:s, s:s, s:s, s:o}, s:o}", "by", bys[link->by], "thread",
			 thread_json(link->thread), "held", "lock", link->held.lock->id, "mode", link->held.mode, "stack",
			 stack_json(link->held.stack), "wanted", "lock", link->wanted.lock->id, "mode", link->wanted.mode, "how",
			 link->wanted.how, "stack", stack_json(link->wanted.stack), "runs", runs_json(link->runs, link->runs_count));
}

static json_t *blocked_json(const struct blocked *blocked)
{
	json_t *held = json_array();

	for (size_t i = 0; i < blocked->held_count; i++)
		json_array_append_new(held, json_pack("{s:o, s:s, s:o}", "lock", json_text(blocked->held[i].lock->name), "mode",
						      blocked->held[i].mode, "stack", stack_json(blocked->held[i].stack)));
	return json_pack("{s:o, s:b, s:o, s:o, s:I, s:o, s:o}", "thread", thread_json(blocked->thread), "in_ring", blocked->in_ring,
			 "waits", json_text(blocked->waits), "holder", thread_json(blocked->holder), "msec", (json_int_t)blocked->msec,
			 "stack", stack_json(blocked->stack), "held", held);
}

static json_t *witness_json(const struct witnessed *witness)
{
	json_t *steps;

	if (!witness)
		return json_null();
	steps = json_array();
	for (size_t i = 0; i < witness->steps_count; i++) {
		const struct witness_step *step = &witness->steps[i];

		json_array_append_new(steps,
				      json_pack("{s:o, s:I, s:s, s:o, s:o, s:o}", "thread", thread_json(step->thread), "events_before",
						(json_int_t)step->before, "does", step->does, "what", json_text(step->what), "holder",
						thread_json(step->holder), "stack", stack_json(step->stack)));
	}
	return json_pack("{s:o, s:o, s:I, s:o}", "kind", json_text(witness->kind), "why", json_text(witness->why), "left_out",
			 (json_int_t)witness->left_out, "steps", steps);
}

static json_t *finding_json(const struct finding *finding)
{
	static const char *const standings[] = {[BASELINE_NEW] = "new", [BASELINE_KNOWN] = "known"};
	json_t *locks = json_array(), *links = json_array(), *stacks = json_array(), *blocked = json_array();

	for (size_t i = 0; i < finding->locks_count; i++)
		json_array_append_new(locks, lock_json(finding->locks[i]));
	for (size_t i = 0; i < finding->links_count; i++)
		json_array_append_new(links, link_json(&finding->links[i]));
	for (size_t i = 0; i < finding->stacks_count; i++)
		json_array_append_new(stacks,
				      json_pack("{s:s, s:o, s:o}", "label", finding->stacks[i].label, "thread",
						thread_json(finding->stacks[i].thread), "stack", stack_json(finding->stacks[i].stack)));
	for (size_t i = 0; i < finding->blocked_count; i++)
		json_array_append_new(blocked, blocked_json(&finding->blocked[i]));
	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:I, s:b, s:s?, s:{s:i, s:o}, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "rule",
			 rules[finding->rule].name, "level", level_name(finding->level), "fingerprint", finding->fingerprint, "message",
			 json_text(finding->message), "reason", json_text(finding->reason), "count", (json_int_t)finding->count,
			 "suppressed", finding->suppressed, "baseline", standings[finding->baseline], "process", "pid", (int)finding->pid,
			 "exe", json_text(finding->exe), "cause", json_text(finding->cause), "signal", json_text(finding->signal), "locks",
			 locks, "links", links, "stacks", stacks, "blocked", blocked, "witness", witness_json(finding->witness), "runs",
			 runs_json(finding->runs, finding->runs_count));
}

static json_t *stats_json(const struct findings *findings)
{
	static const char *const names[] = {
#define X(name, text) text,
		RECORDING_STATS(X)
#undef X
	};
	json_t *stats = json_object();

	for (int i = 0; i < STAT_COUNT; i++)
		json_object_set_new(stats, names[i], json_integer((json_int_t)findings->stats[i]));
	json_object_set_new(stats, "recording_bytes", json_integer((json_int_t)findings->recording_bytes));
	return stats;
}

static json_t *summary_json(const struct findings *findings)
{
	json_t *limits = json_array(), *unseen = json_array();
	size_t suppressed = 0;

	for (size_t i = 0; i < findings->count; i++)
		suppressed += findings->list[i].suppressed;
	for (size_t i = 0; i < findings->limits_count; i++)
		json_array_append_new(limits, json_text(findings->limits[i]));
	for (size_t i = 0; i < unseen_count; i++)
		if (findings->unseen & 1u << i)
			json_array_append_new(unseen, json_text(unseen_names[i]));
	return json_pack("{s:I, s:I, s:I, s:I, s:i, s:i, s:I, s:I, s:o, s:o}", "errors", (json_int_t)findings_count(findings, LEVEL_ERROR),
			 "warnings", (json_int_t)findings_count(findings, LEVEL_WARNING), "notes",
			 (json_int_t)findings_count(findings, LEVEL_NOTE), "suppressed", (json_int_t)suppressed, "processes",
			 (int)findings->processes, "threads", (int)findings->threads, "locks", (json_int_t)findings->locks, "dependencies",
			 (json_int_t)findings->dependencies, "limits", limits, "unseen", unseen);
}

/* ---- writing ---- */

static void put_findings(struct json_page *page, const struct findings *findings)
{
	json_page_put(page, ",\n\"findings\": [");
	page->level++;
	for (size_t i = 0; i < findings->count && !page->error; i++) {
		json_page_put(page, i ? ",\n" : "\n");
		json_page_value(page, finding_json(&findings->list[i]));
	}
	page->level--;
	json_page_put(page, findings->count ? "\n]" : "]");
}

static json_t *remarks_json(const struct findings *findings)
{
	json_t *remarks = json_array();

	for (size_t i = 0; i < findings->remarks_count; i++)
		json_array_append_new(remarks, json_text(findings->remarks[i]));
	return remarks;
}

int json_write(int fd, const struct findings *findings, const struct options *options)
{
	struct json_page page = {.fd = fd, .level = 1};

	json_page_put(&page, "{\n\"tool\": ");
	json_page_value(&page, json_pack("{s:s, s:s}", "name", "gridlock", "version", VERSION));
	put_findings(&page, findings);
	json_page_put(&page, ",\n\"remarks\": ");
	json_page_value(&page, remarks_json(findings));
	json_page_put(&page, ",\n\"summary\": ");
	json_page_value(&page, summary_json(findings));
	if (option_flag(options, OPTION_STATS)) {
		json_page_put(&page, ",\n\"stats\": ");
		json_page_value(&page, stats_json(findings));
	}
	page.level = 0;
	json_page_put(&page, "\n}\n");
	return json_page_end(&page);
}
