/* facts_finding.c: a finding as a record: all that a report says of it. See facts.h; finding_read.c reads it. */
#include "content.h"
#include "facts_gather.h"
#include "json_page.h"

/* ---- its key ---- */

static uint64_t acquisition_key(const struct acquisition *acquisition)
{
	uint64_t key = content_number(7, acquisition->lock ? acquisition->lock->content : 0);

	return content_text(content_number(key, content_stack(acquisition->stack)), acquisition->mode);
}

/* What the finding is about, whichever run it is of. A ring has no first link: a sum. */
static uint64_t finding_key(const struct finding *finding)
{
	uint64_t key = content_text(content_text(content_text(8, rules[finding->rule].name), finding->cause), finding->signal), links = 0;

	for (size_t i = 0; i < finding->links_count; i++)
		links += content_number(acquisition_key(&finding->links[i].held), acquisition_key(&finding->links[i].wanted));
	key = content_number(key, links);
	for (size_t i = 0; i < finding->locks_count && finding->links_count == 0; i++)
		key = content_number(key, finding->locks[i]->content);
	for (size_t i = 0; i < finding->stacks_count; i++)
		key = content_number(content_text(key, finding->stacks[i].label), content_stack(finding->stacks[i].stack));
	return key;
}

/* ---- its members ---- */

static json_t *thread_json(struct gather *gather, const struct thread *thread)
{
	if (!thread)
		return json_null();
	return json_pack("{s:i, s:o, s:o, s:i, s:i}", "id", (int)thread->id, "name", json_text(thread->name), "created",
			 gather_stack(gather, thread->created), "pid", (int)thread->pid, "tid", (int)thread->tid);
}

/* An instance, whose name means something in its run only; `class`: the key of its class. */
static json_t *lock_json(struct gather *gather, const struct lock *lock)
{
	return json_pack("{s:s, s:o, s:o, s:s, s:o, s:o}", "id", lock->id, "class", gather_key(lock->content), "name",
			 json_text(lock->name), "type", lock->kind, "created", gather_stack(gather, lock->created), "created_how",
			 json_text(lock->created_how));
}

static json_t *locks_json(struct gather *gather, const struct finding *finding)
{
	json_t *array = json_array();

	for (size_t i = 0; i < finding->locks_count; i++)
		json_array_append_new(array, lock_json(gather, finding->locks[i]));
	return array;
}

static json_t *acquisition_json(struct gather *gather, const struct acquisition *acquisition)
{
	if (!acquisition->lock)
		return json_null();
	return json_pack("{s:o, s:s, s:s, s:o}", "lock", lock_json(gather, acquisition->lock), "mode", acquisition->mode, "how",
			 acquisition->how ? acquisition->how : "blocking", "stack", gather_stack(gather, acquisition->stack));
}

static json_t *link_json(struct gather *gather, const struct link *link)
{
	static const char *const bys[] = {[LINK_LOCK] = "lock", [LINK_END] = "end", [LINK_QUEUE] = "queue"};

	if (!link)
		return json_null();
	return json_pack("{s:s, s:o, s:o, s:o}", "by", bys[link->by], "thread", thread_json(gather, link->thread), "held",
			 acquisition_json(gather, &link->held), "wanted", acquisition_json(gather, &link->wanted));
}

static json_t *links_json(struct gather *gather, const struct finding *finding)
{
	json_t *array = json_array();

	for (size_t i = 0; i < finding->links_count; i++)
		json_array_append_new(array, link_json(gather, &finding->links[i]));
	return array;
}

static json_t *stacks_json(struct gather *gather, const struct finding *finding)
{
	json_t *array = json_array();

	for (size_t i = 0; i < finding->stacks_count; i++)
		json_array_append_new(array, json_pack("{s:s, s:o, s:o}", "label", finding->stacks[i].label, "thread",
						       thread_json(gather, finding->stacks[i].thread), "stack",
						       gather_stack(gather, finding->stacks[i].stack)));
	return array;
}

static json_t *blocked_one(struct gather *gather, const struct blocked *blocked)
{
	json_t *held = json_array();

	for (size_t i = 0; i < blocked->held_count; i++)
		json_array_append_new(held, acquisition_json(gather, &blocked->held[i]));
	return json_pack("{s:o, s:b, s:o, s:o, s:o, s:o, s:I, s:o, s:o}", "thread", thread_json(gather, blocked->thread), "in_ring",
			 blocked->in_ring, "waits", json_text(blocked->waits), "lock",
			 blocked->lock ? lock_json(gather, blocked->lock) : json_null(), "holder", thread_json(gather, blocked->holder),
			 "taken", gather_stack(gather, blocked->taken), "msec", (json_int_t)blocked->msec, "stack",
			 gather_stack(gather, blocked->stack), "held", held);
}

static json_t *blocked_json(struct gather *gather, const struct finding *finding)
{
	json_t *array = json_array();

	for (size_t i = 0; i < finding->blocked_count; i++)
		json_array_append_new(array, blocked_one(gather, &finding->blocked[i]));
	return array;
}

static json_t *step_json(struct gather *gather, const struct witness_step *step)
{
	return json_pack("{s:o, s:I, s:s, s:o, s:o, s:o}", "thread", thread_json(gather, step->thread), "before", (json_int_t)step->before,
			 "does", step->does, "what", json_text(step->what), "holder", thread_json(gather, step->holder), "stack",
			 gather_stack(gather, step->stack));
}

static json_t *witness_json(struct gather *gather, const struct witnessed *witness)
{
	json_t *steps;

	if (!witness)
		return json_null();
	steps = json_array();
	for (size_t i = 0; i < witness->steps_count; i++)
		json_array_append_new(steps, step_json(gather, &witness->steps[i]));
	return json_pack("{s:o, s:o, s:I, s:o}", "witness", json_text(witness->kind), "why", json_text(witness->why), "left_out",
			 (json_int_t)witness->left_out, "steps", steps);
}

void gather_finding(struct gather *gather, const struct finding *finding)
{
	gather_counted(gather, RECORD_FINDING, finding_key(finding), finding->count,
		       json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "rule",
				 rules[finding->rule].name, "fingerprint", finding->fingerprint, "message", json_text(finding->message),
				 "reason", json_text(finding->reason), "cause", json_text(finding->cause), "signal",
				 json_text(finding->signal), "pid", (int)finding->pid, "exe", json_text(finding->exe), "locks",
				 locks_json(gather, finding), "links", links_json(gather, finding), "alone",
				 link_json(gather, finding->alone), "stacks", stacks_json(gather, finding), "blocked",
				 blocked_json(gather, finding), "witness", witness_json(gather, finding->witness)));
}
