/* ring.c: a cycle as a finding. See ring.h. */
#include "ring.h"

static const char *mode_name(uint8_t mode)
{
	return mode == LOCK_SHARED ? "shared" : "exclusive";
}

static const char *how_name(uint8_t how)
{
	return how == LOCK_TIMED ? "timed" : how == LOCK_TRY ? "try" : "blocking";
}

static struct acquisition acquisition_of(struct judge *judge, uint64_t lock, uint8_t mode, uint8_t how, uint32_t site)
{
	struct builder *builder = judge->builder;
	struct acquisition acquisition = {.mode = mode_name(mode), .how = how_name(how)};

	build_from(builder, judge->by_index[lock]->owner.image);
	acquisition.lock = build_lock(builder, judge->by_index[lock]->number);
	build_from(builder, judge->sites[site].owner.image);
	acquisition.stack = build_stack(builder, judge->sites[site].stack);
	return acquisition;
}

struct link ring_link(struct judge *judge, const struct cycles_link *from)
{
	const struct cycles_dependency *dependency = &judge->dependencies[from->dependency];
	const struct cycles_held *held = &dependency->held[from->held];
	struct link link = {
		.held = acquisition_of(judge, held->lock, held->mode, held->how, held->stack),
		.wanted = acquisition_of(judge, dependency->lock, dependency->mode, dependency->how, dependency->stack),
	};

	build_from(judge->builder, judge->owners[from->dependency].image);
	if (from->witness.thread)
		link.thread = build_thread(judge->builder, (uint32_t)judge->thread_by_index[from->witness.thread]->key.number);
	return link;
}

static const char *thread_at(const struct finding *finding, uint32_t link)
{
	return finding->links[link].thread ? finding->links[link].thread->name : "an unknown thread";
}

static int process_at(const struct finding *finding, uint32_t link)
{
	return finding->links[link].thread ? (int)finding->links[link].thread->pid : 0;
}

static const char *gate_reason(struct judge *judge, const struct finding *finding, const struct cycle *cycle)
{
	struct builder *builder = judge->builder;
	const char *first = thread_at(finding, cycle->gate_links[0]), *second = thread_at(finding, cycle->gate_links[1]), *name;
	const struct judge_lock *gate = judge->by_index[cycle->gate];

	if (!cycle->gate)
		return build_text(builder, "threads `%s` and `%s` held more locks than are told here: one may be a gate", first, second);
	build_from(builder, gate->owner.image);
	name = build_lock(builder, gate->number)->name;
	if (cycle->gate_inherited)
		return build_text(
			builder,
			"gate lock `%s` is held around what `%s` does by its creator, from pthread_create to pthread_join, and around "
			"what `%s` does",
			name, first, second);
	return build_text(builder, "gate lock `%s` is held by threads `%s` and `%s` around both orders", name, first, second);
}

static const char *excluded_reason(struct builder *builder, const struct finding *finding, const struct cycle *cycle)
{
	uint32_t one = cycle->event_links[0], other = cycle->event_links[1];
	const char *first = finding->locks[one]->name, *second = finding->locks[other]->name;

	if (!cycle->histories)
		return "in whatever order the critical sections of this run's trace come, one part lies behind another";
	return build_text(builder,
			  "since `%s` took `%s` it has taken and released `%s`, and since `%s` took `%s` it has taken and released `%s`, "
			  "every time: the one cannot come so far while the other is there",
			  thread_at(finding, one), first, second, thread_at(finding, other), second, first);
}

/* Who writes in between, as a stack of the finding. */
static void add_writer(struct judge *judge, struct finding *finding, const struct cycle *cycle)
{
	const struct cycles_dependency *writer = &judge->dependencies[cycle->writer];
	struct builder *builder = judge->builder;

	build_from(builder, judge->owners[cycle->writer].image);
	finding->stacks = build_alloc(builder, sizeof(*finding->stacks));
	finding->stacks[0].label = "write-locked here";
	finding->stacks[0].stack = build_stack(builder, judge->sites[writer->stack].stack);
	if (cycle->writer_witness.thread)
		finding->stacks[0].thread =
			build_thread(builder, (uint32_t)judge->thread_by_index[cycle->writer_witness.thread]->key.number);
	finding->stacks_count = finding->stacks[0].stack != NULL;
}

static const char *writer_name(const struct finding *finding)
{
	return finding->stacks_count && finding->stacks[0].thread ? finding->stacks[0].thread->name : "another thread";
}

static const char *reason_of(struct judge *judge, const struct finding *finding, const struct cycle *cycle)
{
	struct builder *builder = judge->builder;
	static const char *const events[] = {[EVENT_CREATE] = "pthread_create",
					     [EVENT_JOIN] = "pthread_join",
					     [EVENT_BARRIER] = "pthread_barrier_wait",
					     [EVENT_FORK] = "fork",
					     [EVENT_SEMAPHORE] = "sem_post",
					     [EVENT_CONDITION] = "the condition signalled",
					     [EVENT_ONCE] = "pthread_once"};

	if (judge->by_class)
		return judge->several ? "locks of these classes were taken in these orders, in several processes, each with its own"
				      : "locks of these classes were taken in these orders, no single ones";
	switch (cycle->rule) {
	case RULE_CYCLE_SINGLE_THREAD:
		return build_text(builder, "no two threads: only `%s` took the locks in these orders", thread_at(finding, 0));
	case RULE_CYCLE_COMPATIBLE:
		return build_text(builder, "`%s` is asked for and held by readers only, which do not block each other%s",
				  finding->links[cycle->why_link].wanted.lock->name,
				  judge->dependencies[cycle->links[cycle->why_link].dependency].writer_preferring
					  ? ", and no writer can come in between"
					  : "");
	case RULE_CYCLE_GATED:
		return gate_reason(judge, finding, cycle);
	case RULE_CYCLE_ORDERED:
		return build_text(builder, "%s %s puts what `%s` did before what `%s` did", events[cycle->event.event],
				  story_place(builder, build_stack(builder, cycle->event.stack)), thread_at(finding, cycle->event_links[0]),
				  thread_at(finding, cycle->event_links[1]));
	case RULE_CYCLE_EXCLUDED:
		return excluded_reason(builder, finding, cycle);
	case RULE_CYCLE_WEAKLY_ORDERED:
		if (cycle->forced)
			return "only semaphores, conditions and the like, and the critical sections between them, kept its parts apart, in "
			       "this run";
		if (cycle->event.event == EVENT_END)
			return build_text(builder, "in this run process %d had ended before process %d did its part",
					  process_at(finding, cycle->event_links[0]), process_at(finding, cycle->event_links[1]));
		return build_text(builder, "only %s %s put what `%s` did before what `%s` did, in this run", events[cycle->event.event],
				  story_place(builder, build_stack(builder, cycle->event.stack)), thread_at(finding, cycle->event_links[0]),
				  thread_at(finding, cycle->event_links[1]));
	case RULE_CYCLE_BOUNDED:
		return build_text(builder, "thread `%s` asks for `%s` with a time limit, so it cannot wait for ever",
				  thread_at(finding, cycle->why_link), finding->links[cycle->why_link].wanted.lock->name);
	default:
		if (cycle->reader_behind_writer)
			return build_text(builder, "reader-behind-writer: `%s` makes readers wait behind a waiting writer, as `%s` is one",
					  finding->links[cycle->why_link].wanted.lock->name, writer_name(finding));
		return "different threads, no gate lock, and nothing that orders them: they can meet";
	}
}

struct finding ring_finding(struct judge *judge, const struct cycle *cycle)
{
	struct builder *builder = judge->builder;
	struct owner owner = judge->owners[cycle->links[0].dependency];
	const struct image *image = &builder->run->images[owner.image];
	const struct fact_process *process = (const struct fact_process *)index_find(&image->processes, owner.process);
	struct finding finding = {.count = cycle->count, .links_count = cycle->length, .locks_count = cycle->length};

	finding.rule = judge->by_class ? RULE_CYCLE_BY_CLASS : cycle->rule;
	finding.pid = process ? (pid_t)process->pid : 0;
	finding.exe = process ? process->exe : "?";
	finding.links = build_alloc(builder, cycle->length * sizeof(*finding.links));
	finding.locks = build_alloc(builder, cycle->length * sizeof(*finding.locks));
	for (uint32_t i = 0; i < cycle->length; i++) {
		finding.links[i] = ring_link(judge, &cycle->links[i]);
		finding.locks[i] = finding.links[i].held.lock;
	}
	if (cycle->reader_behind_writer && (cycle->rule == RULE_LOCK_ORDER_CYCLE || cycle->rule == RULE_CYCLE_BOUNDED ||
					    (cycle->rule == RULE_CYCLE_WEAKLY_ORDERED && cycle->forced)))
		add_writer(judge, &finding, cycle);
	build_from(builder, owner.image);
	finding.reason = (char *)reason_of(judge, &finding, cycle);
	build_from(builder, owner.image);
	finding.witness = ring_witness(judge, cycle);
	return finding;
}
