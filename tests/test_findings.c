/* test_findings.c: from recordings to findings: verdicts, sentences, levels, and what is one finding and what are two. */
#include "tests/world.h"

static const char *const ring_story =
	"thread `clone_alpha` takes `first_lock` then `second_lock`; thread `beta_worker` takes `second_lock` then `first_lock`";

/* ---- what the source says ---- */

static void declare_first_before_second(void)
{
	put_order(&world.recorder, 1, taken(world.first, world.at_beta_outer), world.second, world.beta);
}

START_TEST(against_a_declared_order_one_thread_is_an_error)
{
	const struct finding *finding;

	declare_first_before_second();
	world_nested(world.beta, taken(world.second, world.at_alpha_outer), taken(world.first, world.at_alpha_inner));
	finding = only(world_findings(NULL));
	is_verdict(finding, RULE_DECLARED_ORDER, LEVEL_ERROR);
	ck_assert_str_eq(finding->message,
			 "thread `beta_worker` takes `second_lock` then `first_lock`, but `first_lock` is declared to come before "
			 "`second_lock`");
	ck_assert_uint_eq(finding->links_count, 0);
	ck_assert_uint_eq(finding->locks_count, 2);
	ck_assert_uint_eq(finding->stacks_count, 3);
	ck_assert_str_eq(finding->stacks[0].label, "acquired here");
	ck_assert_str_eq(finding->stacks[1].label, "asked for here");
	ck_assert_str_eq(finding->stacks[2].label, "declared here");
	is_stack(finding->stacks[2].stack, "beta_outer", beta_outer_line, "beta_worker");
}
END_TEST

START_TEST(what_keeps_to_a_declared_order_is_no_finding)
{
	declare_first_before_second();
	world_alpha_takes_first_then_second();
	ck_assert_uint_eq(world_findings(NULL)->count, 0);
}
END_TEST

START_TEST(of_orders_that_contradict_each_other_nothing_is_told)
{
	declare_first_before_second();
	put_order(&world.recorder, 1, taken(world.second, world.at_beta_outer), world.first, world.beta);
	ck_assert_uint_eq(world_findings(NULL)->count, 0);
}
END_TEST

START_TEST(the_last_name_of_a_lock_counts_and_goes_before_its_symbol)
{
	struct recorder *recorder = &world.recorder;
	uint32_t class = put_class(recorder, 1, CLASS_FIRST, KIND_MUTEX, world.at_beta_outer);

	world_ring();
	put_named_lock(recorder, 1, world.first, class, put_name(recorder, 1, "one"));
	put_named_lock(recorder, 1, world.first, class, put_name(recorder, 1, "std::map<int, \"x\">"));
	ck_assert_str_eq(only(world_findings(NULL))->links[0].held.lock->name, "std::map<int, \"x\">");
}
END_TEST

/* ---- cycles ---- */

START_TEST(two_threads_in_opposite_orders_are_an_error_with_all_that_explains_it)
{
	const struct finding *finding;

	world_ring();
	finding = only(world_findings(NULL));
	is_verdict(finding, RULE_LOCK_ORDER_CYCLE, LEVEL_ERROR);
	ck_assert_str_eq(finding->message, ring_story);
	ck_assert_str_eq(finding->reason, "different threads, no gate lock, and nothing that orders them: they can meet");
	ck_assert_uint_eq(finding->count, 1);
	ck_assert_int_eq(finding->pid, 100);
	ck_assert_str_eq(finding->exe, "/usr/bin/bank");
	ck_assert_ptr_null(finding->cause);
	ck_assert(!finding->suppressed);
	ck_assert_uint_eq(finding->locks_count, 2);
	ck_assert_uint_eq(finding->stacks_count, 0);
}
END_TEST

START_TEST(a_link_has_its_thread_its_locks_and_both_stacks)
{
	const struct link *alpha, *beta;

	world_ring();
	alpha = &only(world_findings(NULL))->links[0];
	beta = alpha + 1;
	ck_assert_str_eq(alpha->thread->name, "clone_alpha");
	ck_assert_uint_eq(alpha->thread->id, 2);
	ck_assert_int_eq(alpha->thread->tid, 1002);
	is_stack(alpha->thread->created, "make_threads", make_threads_line, NULL);
	is_stack(alpha->held.stack, "alpha_outer", alpha_outer_line, "clone_alpha");
	is_stack(alpha->wanted.stack, "alpha_inner", alpha_inner_line, "clone_alpha");
	ck_assert_str_eq(alpha->held.mode, "exclusive");
	ck_assert_str_eq(alpha->wanted.how, "blocking");
	is_stack(beta->held.stack, "beta_outer", beta_outer_line, "beta_worker");
	/* Link i wants what link i + 1 holds. */
	ck_assert_ptr_eq(alpha->wanted.lock, beta->held.lock);
	ck_assert_ptr_eq(beta->wanted.lock, alpha->held.lock);
	ck_assert_str_eq(alpha->held.lock->name, "first_lock");
	ck_assert_str_eq(alpha->held.lock->kind, "mutex");
	ck_assert_ptr_null(alpha->held.lock->created);
}
END_TEST

START_TEST(one_order_is_no_finding)
{
	world_alpha_takes_first_then_second();
	world_nested(world.beta, taken(world.first, world.at_beta_outer), taken(world.second, world.at_beta_inner));
	ck_assert_uint_eq(world_findings(NULL)->count, 0);
}
END_TEST

START_TEST(one_thread_in_both_orders_is_a_note)
{
	const struct finding *finding;

	world_alpha_takes_first_then_second();
	world_nested(world.alpha, taken(world.second, world.at_beta_outer), taken(world.first, world.at_beta_inner));
	finding = only(world_findings(NULL));
	is_verdict(finding, RULE_CYCLE_SINGLE_THREAD, LEVEL_NOTE);
	ck_assert_str_eq(finding->message,
			 "thread `clone_alpha` takes `first_lock` then `second_lock`, and takes `second_lock` then `first_lock`");
	ck_assert_str_eq(finding->reason, "no two threads: only `clone_alpha` took the locks in these orders");
}
END_TEST

START_TEST(a_gate_lock_makes_it_a_note_that_names_the_gate)
{
	struct fact_held alpha[] = {taken(world.gate, world.at_alpha_outer), taken(world.first, world.at_alpha_outer)};
	struct fact_held beta[] = {taken(world.gate, world.at_beta_outer), taken(world.second, world.at_beta_outer)};
	struct recorder *recorder = &world.recorder;
	const struct finding *finding;

	put_witness(recorder, 1, put_dependency(recorder, 1, alpha, 2, taken(world.second, world.at_alpha_inner)), world.alpha, 1);
	put_witness(recorder, 1, put_dependency(recorder, 1, beta, 2, taken(world.first, world.at_beta_inner)), world.beta, 1);
	finding = only(world_findings(NULL));
	is_verdict(finding, RULE_CYCLE_GATED, LEVEL_NOTE);
	ck_assert_str_eq(finding->message, ring_story);
	ck_assert_str_eq(finding->reason, "gate lock `gate_lock` is held by threads `clone_alpha` and `beta_worker` around both orders");
}
END_TEST

static void beta_begins_behind(uint32_t segment_of_alpha)
{
	put_segment(&world.recorder, world.process, world.beta, 1,
		    (struct fact_before){world.alpha, segment_of_alpha, EVENT_JOIN, world_stack(join_threads(), NULL)});
}

START_TEST(a_join_between_the_orders_makes_it_a_note_that_names_the_join)
{
	const struct finding *finding;
	char reason[200];

	world_ring();
	beta_begins_behind(1);
	finding = only(world_findings(NULL));
	is_verdict(finding, RULE_CYCLE_ORDERED, LEVEL_NOTE);
	snprintf(reason, sizeof(reason),
		 "pthread_join in join_threads (world.h:%d) puts what `clone_alpha` did before what `beta_worker` did", join_threads_line);
	ck_assert_str_eq(finding->reason, reason);
}
END_TEST

START_TEST(a_segment_in_pieces_is_one)
{
	world_ring();
	put_segment(&world.recorder, world.process, world.beta, 1, (struct fact_before){world.beta + 1, 1, EVENT_JOIN, 0});
	beta_begins_behind(1);
	put_segment(&world.recorder, world.process, world.beta, 1, (struct fact_before){world.beta + 2, 1, EVENT_JOIN, 0});
	is_verdict(only(world_findings(NULL)), RULE_CYCLE_ORDERED, LEVEL_NOTE);
}
END_TEST

START_TEST(what_nobody_is_known_to_have_done_makes_no_ring)
{
	world_alpha_takes_first_then_second();
	put_dependency(&world.recorder, 1, (struct fact_held[]){taken(world.second, world.at_beta_outer)}, 1,
		       taken(world.first, world.at_beta_inner));
	ck_assert_uint_eq(world_findings(NULL)->count, 0);
}
END_TEST

START_TEST(what_comes_before_an_earlier_segment_orders_nothing)
{
	world_ring();
	beta_begins_behind(0);
	is_verdict(only(world_findings(NULL)), RULE_LOCK_ORDER_CYCLE, LEVEL_ERROR);
}
END_TEST

START_TEST(a_time_limit_makes_it_a_warning)
{
	struct fact_held wanted = taken(world.first, world.at_beta_inner);
	const struct finding *finding;

	wanted.how = LOCK_TIMED;
	world_alpha_takes_first_then_second();
	world_nested(world.beta, taken(world.second, world.at_beta_outer), wanted);
	finding = only(world_findings(NULL));
	is_verdict(finding, RULE_CYCLE_BOUNDED, LEVEL_WARNING);
	ck_assert_str_eq(finding->reason, "thread `beta_worker` asks for `first_lock` with a time limit, so it cannot wait for ever");
}
END_TEST

START_TEST(dependencies_of_classes_make_no_ring_of_locks)
{
	struct fact_held outer = taken(world.second, world.at_beta_outer);
	struct fact_dependency *fact;

	world_alpha_takes_first_then_second();
	fact = recorder_fact(&world.recorder, 1, FACT_DEPENDENCY, sizeof(*fact) + sizeof(outer));
	*fact = (struct fact_dependency){.head = fact->head, .id = 9, .process = 1, .lock = world.first, .count = 1};
	fact->head.flags = DEPENDENCY_CLASS;
	fact->held[0] = outer;
	ck_assert_uint_eq(world_findings(NULL)->count, 0);
}
END_TEST

/* ---- processes ---- */

START_TEST(halves_of_a_ring_in_parent_and_child_are_no_ring)
{
	world_alpha_takes_first_then_second();
	world.process = put_process(&world.recorder, 1, 101, "/usr/bin/bank");
	world_beta_takes_second_then_first();
	ck_assert_uint_eq(world_findings(NULL)->count, 0);
}
END_TEST

START_TEST(a_forked_child_uses_what_its_parent_described)
{
	const struct findings *findings;

	world.process = put_process(&world.recorder, 1, 101, "/usr/bin/bank");
	world_ring();
	findings = world_findings(NULL);
	ck_assert_str_eq(only(findings)->message, ring_story);
	ck_assert_int_eq(findings->list[0].pid, 101);
	ck_assert_uint_eq(findings->processes, 2);
}
END_TEST

START_TEST(one_ring_in_two_images_is_one_finding_of_count_two)
{
	const struct findings *findings;

	world_ring();
	world_save("image.100.0");
	world_image(200);
	world_beta_takes_second_then_first();
	world_alpha_takes_first_then_second();
	world_save("image.200.0");
	findings = world_read(NULL);
	ck_assert_uint_eq(only(findings)->count, 2);
	ck_assert_int_eq(findings->list[0].pid, 100);
	ck_assert_uint_eq(findings->processes, 2);
	ck_assert_uint_eq(findings->threads, 6);
	ck_assert_uint_eq(findings->locks, 6);
	ck_assert_uint_eq(findings->dependencies, 4);
}
END_TEST

START_TEST(only_the_process_asked_for_is_judged)
{
	const struct findings *findings;

	world_ring();
	world.process = put_process(&world.recorder, 1, 101, "/usr/bin/bank");
	findings = world_findings("process=image.100.0:2");
	ck_assert_uint_eq(findings->count, 0);
	ck_assert_uint_eq(findings->processes, 1);
}
END_TEST

/* ---- one finding or two ---- */

/* Both threads take their locks in my_lock, and there only. */
static void ring_through_wrapper(uint64_t a, uint64_t b)
{
	uint32_t alpha = world_stack(my_lock(), clone_alpha()), beta = world_stack(my_lock(), beta_worker());

	world_nested(world.alpha, taken(a, alpha), taken(b, alpha));
	world_nested(world.beta, taken(b, beta), taken(a, beta));
}

START_TEST(rings_of_different_locks_taken_in_one_wrapper_are_different_findings)
{
	const struct findings *findings;

	ring_through_wrapper(world.first, world.second);
	ring_through_wrapper(world.gate, world_lock(lock_table[0]));
	findings = world_findings(NULL);
	ck_assert_uint_eq(findings->count, 2);
	ck_assert_uint_eq(findings->list[0].count, 1);
	ck_assert_uint_eq(findings->list[1].count, 1);
}
END_TEST

START_TEST(rings_in_one_table_of_locks_are_one_finding)
{
	ring_through_wrapper(world_lock(lock_table[0]), world_lock(lock_table[1]));
	ring_through_wrapper(world_lock(lock_table[2]), world_lock(lock_table[3]));
	ck_assert_uint_eq(only(world_findings(NULL))->count, 2);
}
END_TEST

/* ---- misuse ---- */

static struct fact_finding *beta_unlocks_what_alpha_holds(void)
{
	struct fact_finding_stack stacks[] = {
		{.label = LABEL_ACQUIRED, .thread = world.alpha, .stack = world.at_alpha_outer},
		{.label = LABEL_RELEASED, .thread = world.beta, .stack = world.at_beta_outer},
	};

	return put_finding(&world.recorder, world.process, RULE_UNLOCK_NOT_OWNER, world.first, stacks, 2);
}

START_TEST(a_misuse_names_both_threads_and_labels_its_stacks)
{
	const struct finding *finding;

	beta_unlocks_what_alpha_holds()->count = 5;
	finding = only(world_findings(NULL));
	is_verdict(finding, RULE_UNLOCK_NOT_OWNER, LEVEL_ERROR);
	ck_assert_str_eq(finding->message, "thread `beta_worker` unlocks `first_lock`, which thread `clone_alpha` holds");
	ck_assert_uint_eq(finding->count, 5);
	ck_assert_uint_eq(finding->links_count, 0);
	ck_assert_uint_eq(finding->locks_count, 1);
	ck_assert_uint_eq(finding->stacks_count, 2);
	ck_assert_str_eq(finding->stacks[0].label, "acquired here");
	ck_assert_str_eq(finding->stacks[0].thread->name, "clone_alpha");
	is_stack(finding->stacks[0].stack, "alpha_outer", alpha_outer_line, "clone_alpha");
	ck_assert_str_eq(finding->stacks[1].label, "unlocked here");
	is_stack(finding->stacks[1].stack, "beta_outer", beta_outer_line, "beta_worker");
}
END_TEST

START_TEST(the_same_misuse_of_two_processes_adds_up_another_lock_does_not)
{
	const struct findings *findings;

	beta_unlocks_what_alpha_holds()->count = 5;
	world.process = put_process(&world.recorder, 1, 101, "/usr/bin/bank");
	beta_unlocks_what_alpha_holds()->count = 2;
	world.first = world.second;
	beta_unlocks_what_alpha_holds()->count = 1;
	findings = world_findings(NULL);
	ck_assert_uint_eq(findings->count, 2);
	ck_assert_uint_eq(findings->list[0].count + findings->list[1].count, 8);
	ck_assert(findings->list[0].count == 7 || findings->list[1].count == 7);
}
END_TEST

START_TEST(a_leak_says_its_cause)
{
	static const struct {
		enum lock_cause cause;
		const char *name, *message;
	} leaks[] = {
		{CAUSE_RETURN, "return", "thread `clone_alpha` returned from its start routine with `first_lock` locked"},
		{CAUSE_PTHREAD_EXIT, "pthread_exit", "thread `clone_alpha` called pthread_exit with `first_lock` locked"},
		{CAUSE_CANCEL, "cancel", "thread `clone_alpha` was cancelled with `first_lock` locked"},
	};
	struct fact_finding_stack stack = {.label = LABEL_ACQUIRED, .thread = world.alpha, .stack = world.at_alpha_outer};
	const struct findings *findings;
	bool found[3] = {false};

	for (int i = 0; i < 3; i++)
		put_finding(&world.recorder, 1, RULE_LOCK_LEAKED, world.first, &stack, 1)->cause = (uint8_t)leaks[i].cause;
	findings = world_findings(NULL);
	ck_assert_uint_eq(findings->count, 3);
	for (int i = 0; i < 3; i++)
		for (int j = 0; j < 3; j++)
			found[i] |= strcmp(findings->list[j].cause, leaks[i].name) == 0 &&
				    strcmp(findings->list[j].message, leaks[i].message) == 0;
	ck_assert(found[0] && found[1] && found[2]);
	ck_assert_str_ne(findings->list[0].fingerprint, findings->list[1].fingerprint);
}
END_TEST

/* ---- levels ---- */

START_TEST(the_worst_comes_first_and_levels_can_be_moved)
{
	const struct findings *findings;

	beta_unlocks_what_alpha_holds();
	world_ring();
	findings = world_findings("level=lock-order-cycle=note level=unlock-not-owner=warning");
	ck_assert_uint_eq(findings->count, 2);
	is_verdict(&findings->list[0], RULE_UNLOCK_NOT_OWNER, LEVEL_WARNING);
	is_verdict(&findings->list[1], RULE_LOCK_ORDER_CYCLE, LEVEL_NOTE);
	ck_assert_uint_eq(findings_count(findings, LEVEL_ERROR), 0);
	ck_assert_uint_eq(findings_count(findings, LEVEL_WARNING), 1);
	ck_assert_uint_eq(findings_count(findings, LEVEL_NOTE), 1);
}
END_TEST

START_TEST(a_rule_that_is_off_is_left_out)
{
	beta_unlocks_what_alpha_holds();
	world_ring();
	is_verdict(only(world_findings("level=lock-order-cycle=off")), RULE_UNLOCK_NOT_OWNER, LEVEL_ERROR);
}
END_TEST

START_TEST(what_is_suppressed_does_not_count)
{
	world_ring();
	world_findings(NULL);
	world.findings->list[0].suppressed = true;
	ck_assert_uint_eq(findings_count(world.findings, LEVEL_ERROR), 0);
}
END_TEST

/* ---- deadlocks ---- */

START_TEST(a_deadlock_is_its_ring_and_all_who_wait_beside_it)
{
	const struct finding *finding;

	world_blocked(false);
	put_deadlock(&world.recorder, world.process, 2);
	finding = only(world_findings(NULL));
	is_verdict(finding, RULE_DEADLOCK, LEVEL_ERROR);
	ck_assert_uint_eq(finding->links_count, 2);
	ck_assert_str_eq(finding->links[0].thread->name, "clone_alpha");
	ck_assert_int_eq(finding->links[0].by, LINK_LOCK);
	ck_assert_str_eq(finding->links[0].wanted.lock->name, "second_lock");
	is_stack(finding->links[0].wanted.stack, "alpha_inner", alpha_inner_line, "clone_alpha");
	is_stack(finding->links[0].held.stack, "alpha_outer", alpha_outer_line, "clone_alpha");
	ck_assert_ptr_eq(finding->links[0].wanted.lock, finding->links[1].held.lock);
	ck_assert_uint_eq(finding->blocked_count, 3);
	ck_assert(finding->blocked[0].in_ring && finding->blocked[1].in_ring && !finding->blocked[2].in_ring);
	ck_assert_str_eq(finding->blocked[1].waits, "waits for `first_lock`");
	ck_assert_uint_eq(finding->blocked[1].msec, 1000);
	ck_assert_ptr_eq(finding->blocked[1].holder, finding->links[0].thread);
	ck_assert_ptr_eq(finding->blocked[1].taken, finding->links[0].held.stack);
	ck_assert_str_eq(finding->blocked[2].thread->name, "main");
	ck_assert_str_eq(finding->blocked[2].waits, "waits for thread `clone_alpha` to end");
	is_stack(finding->blocked[2].stack, "join_threads", join_threads_line, NULL);
}
END_TEST

START_TEST(who_is_joined_keeps_the_joiner_by_its_end)
{
	const struct finding *finding;

	world_blocked(true);
	put_deadlock(&world.recorder, world.process, 2);
	finding = only(world_findings(NULL));
	is_verdict(finding, RULE_DEADLOCK, LEVEL_ERROR);
	for (size_t i = 0; i < 2; i++)
		ck_assert_int_eq(finding->links[i].by, strcmp(finding->links[i].thread->name, "clone_alpha") == 0 ? LINK_END : LINK_LOCK);
}
END_TEST

START_TEST(of_a_deadlock_that_lacks_a_thread_of_its_ring_nothing_is_told)
{
	world_blocked(false);
	put_deadlock(&world.recorder, world.process, 4);
	ck_assert_uint_eq(world_findings(NULL)->count, 0);
}
END_TEST

START_TEST(without_the_deadlock_itself_who_waits_is_no_finding)
{
	world_blocked(false);
	ck_assert_uint_eq(world_findings(NULL)->count, 0);
}
END_TEST

START_TEST(the_ring_of_a_deadlock_is_one_with_the_cycle_that_foretold_it)
{
	world_ring();
	world_blocked(false);
	put_deadlock(&world.recorder, world.process, 2);
	ck_assert_uint_eq(world_findings(NULL)->count, 2);
	is_verdict(&world.findings->list[0], RULE_DEADLOCK, LEVEL_ERROR);
	is_verdict(&world.findings->list[1], RULE_LOCK_ORDER_CYCLE, LEVEL_ERROR);
	ck_assert(finding_same_ring(&world.findings->list[0], &world.findings->list[1]));
}
END_TEST

START_TEST(what_was_taken_back_is_no_finding)
{
	put_finding(&world.recorder, 1, RULE_WAIT_HOLDING, world.first, NULL, 0)->count = 0;
	ck_assert_uint_eq(world_findings(NULL)->count, 0);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		two_threads_in_opposite_orders_are_an_error_with_all_that_explains_it,
		a_link_has_its_thread_its_locks_and_both_stacks,
		one_order_is_no_finding,
		against_a_declared_order_one_thread_is_an_error,
		what_keeps_to_a_declared_order_is_no_finding,
		of_orders_that_contradict_each_other_nothing_is_told,
		the_last_name_of_a_lock_counts_and_goes_before_its_symbol,
		one_thread_in_both_orders_is_a_note,
		a_gate_lock_makes_it_a_note_that_names_the_gate,
		a_join_between_the_orders_makes_it_a_note_that_names_the_join,
		a_segment_in_pieces_is_one,
		what_nobody_is_known_to_have_done_makes_no_ring,
		what_comes_before_an_earlier_segment_orders_nothing,
		a_time_limit_makes_it_a_warning,
		dependencies_of_classes_make_no_ring_of_locks,
		halves_of_a_ring_in_parent_and_child_are_no_ring,
		a_forked_child_uses_what_its_parent_described,
		one_ring_in_two_images_is_one_finding_of_count_two,
		only_the_process_asked_for_is_judged,
		rings_of_different_locks_taken_in_one_wrapper_are_different_findings,
		rings_in_one_table_of_locks_are_one_finding,
		a_misuse_names_both_threads_and_labels_its_stacks,
		the_same_misuse_of_two_processes_adds_up_another_lock_does_not,
		a_leak_says_its_cause,
		the_worst_comes_first_and_levels_can_be_moved,
		a_rule_that_is_off_is_left_out,
		what_is_suppressed_does_not_count,
		a_deadlock_is_its_ring_and_all_who_wait_beside_it,
		who_is_joined_keeps_the_joiner_by_its_end,
		of_a_deadlock_that_lacks_a_thread_of_its_ring_nothing_is_told,
		without_the_deadlock_itself_who_waits_is_no_finding,
		the_ring_of_a_deadlock_is_one_with_the_cycle_that_foretold_it,
		what_was_taken_back_is_no_finding,
	};

	return world_run("findings", tests, sizeof(tests) / sizeof(tests[0]));
}
