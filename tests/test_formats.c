/* test_formats.c: the text report and the json document, to the letter. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>

#include "report/utf8.h"
#include "tests/world.h"

static char *written; /* by the last writer */

/* What a writer writes of the world's findings. */
static const char *output_of(int (*write_to)(int fd, const struct findings *findings, const struct options *options))
{
	FILE *file = tmpfile();
	long size;

	ck_assert_int_eq(write_to(fileno(file), world.findings, &world.options), 0);
	fseek(file, 0, SEEK_END);
	size = ftell(file);
	rewind(file);
	free(written);
	written = calloc(1, (size_t)size + 1);
	ck_assert_uint_eq(fread(written, 1, (size_t)size, file), (size_t)size);
	fclose(file);
	return written;
}

/* Sources are shown relative to the folder that world.h lies in. */
static void read_with_root(const char *more)
{
	const char *file = world_findings("color=never")->list[0].links[0].held.stack->frames[0].file;
	char variable[5000];

	snprintf(variable, sizeof(variable), "color=never source_root='%.*s' %s", (int)(strlen(file) - strlen("/world.h")), file, more);
	world_forget();
	world_read(variable);
	world.findings->recording = NULL;
}

/* ---- text ---- */

static void put_stack_lines(FILE *text, const char *innermost, int line, const char *above, const char *below, const char *outer,
			    int outer_line)
{
	fprintf(text, "      #0  %s  world.h:%d\n", innermost, line);
	fprintf(text, "            %5d | %s\n", line - 1, above);
	fprintf(text, "           >%5d | SITE(%s)\n", line, innermost);
	fprintf(text, "            %5d | %s\n", line + 1, below);
	fprintf(text, "      #1  %s  world.h:%d\n", outer, outer_line);
}

static void put_alpha(FILE *text)
{
	fprintf(text, "\n  thread `clone_alpha` (created in make_threads, world.h:%d)\n    asks for `second_lock` here:\n",
		make_threads_line);
	put_stack_lines(text, "alpha_inner", alpha_inner_line, "SITE(alpha_outer)", "SITE(beta_outer)", "clone_alpha", clone_alpha_line);
	fprintf(text, "    while it holds `first_lock`, taken here:\n");
	put_stack_lines(text, "alpha_outer", alpha_outer_line, "", "SITE(alpha_inner)", "clone_alpha", clone_alpha_line);
}

static void put_beta(FILE *text)
{
	fprintf(text, "\n  thread `beta_worker` (created in make_threads, world.h:%d)\n    asks for `first_lock` here:\n",
		make_threads_line);
	put_stack_lines(text, "beta_inner", beta_inner_line, "SITE(beta_outer)",
			"SITE(clone_alpha) /* a start routine; the name is none of libc's */", "beta_worker", beta_worker_line);
	fprintf(text, "    while it holds `second_lock`, taken here:\n");
	put_stack_lines(text, "beta_outer", beta_outer_line, "SITE(alpha_inner)", "SITE(beta_inner)", "beta_worker", beta_worker_line);
}

static void put_rest(FILE *text)
{
	fprintf(text,
		"\n  Locks:\n    `first_lock`: mutex, static\n    `second_lock`: mutex, static\n"
		"\n  How it locks up:\n"
		"    clone_alpha                  | beta_worker\n"
		"    takes `first_lock`           |\n"
		"                                 | takes `second_lock`\n"
		"    waits for `second_lock`      |\n"
		"                                 | waits for `first_lock`\n"
		"\n  Why:         different threads, no gate lock, and nothing that orders them: they can meet\n"
		"  Fix:         Decide on one order for these locks and keep it on every path; or release the first\n"
		"               lock before taking the second; or try the second (trylock) and back off.\n"
		"  More:        gridlock explain lock-order-cycle\n"
		"  Fingerprint: %s\n\n"
		"gridlock: 1 error; 3 locks, 2 dependencies, 1 process\n",
		world.findings->list[0].fingerprint);
}

START_TEST(an_error_is_told_in_full)
{
	char *expected;
	size_t size;
	FILE *text = open_memstream(&expected, &size);

	world_ring();
	read_with_root("");
	fprintf(text,
		"error: lock-order-cycle in bank, pid 100\n"
		"  thread `clone_alpha` takes `first_lock` then `second_lock`; thread `beta_worker` takes `second_lock` then `first_lock`\n"
		"\n  first_lock -> second_lock -> first_lock\n");
	put_alpha(text);
	put_beta(text);
	put_rest(text);
	fclose(text);
	ck_assert_str_eq(output_of(text_write), expected);
	free(expected);
}
END_TEST

static struct witness_step witness_steps[2];
static struct witnessed witnessed;

/* A ring with a witness of two steps, as if there were a trace. */
static void with_witness(const char *kind, const char *why)
{
	struct finding *finding;

	world_ring();
	read_with_root("");
	finding = &world.findings->list[0];
	witness_steps[0] = (struct witness_step){
		.thread = finding->links[1].thread, .before = 7, .does = "takes", .what = "a`b", .stack = finding->links[1].held.stack};
	witness_steps[1] = (struct witness_step){
		.thread = finding->links[0].thread, .does = "waits for", .what = "second_lock", .holder = finding->links[1].thread};
	witnessed = (struct witnessed){.kind = kind, .why = why, .left_out = 3, .steps_count = kind ? 2 : 0, .steps = witness_steps};
	finding->witness = &witnessed;
}

START_TEST(a_witness_is_steps_with_numbers)
{
	static const char waits[] = "waits for `second_lock`, which `beta_worker` holds";
	char expected[400];

	with_witness("plain", "it keeps this");
	snprintf(expected, sizeof(expected),
		 "\n  A plain witness in the trace of this run (it keeps this):\n"
		 "         (after 3 changes of thread)\n"
		 "      1. beta_worker  %-*s  beta_outer, world.h:%d\n"
		 "      2. clone_alpha  %s\n"
		 "\n  Why: ",
		 (int)strlen(waits), "7 events, then takes `a`b`", beta_outer_line, waits);
	ck_assert_ptr_nonnull(strstr(output_of(text_write), expected));
}
END_TEST

START_TEST(what_is_in_the_way_of_a_witness_is_said)
{
	with_witness(NULL, "something is in the way");
	ck_assert_ptr_nonnull(strstr(output_of(text_write), "  Witness:     no witness found: something is in the way\n  Fix: "));
}
END_TEST

START_TEST(a_note_is_a_paragraph)
{
	char expected[2000];

	world_ring();
	read_with_root("level=lock-order-cycle=note");
	snprintf(
		expected, sizeof(expected),
		"note: lock-order-cycle in bank, pid 100\n"
		"  thread `clone_alpha` takes `first_lock` then `second_lock`; thread `beta_worker` takes `second_lock` then `first_lock`\n"
		"    `second_lock` asked for alpha_inner, world.h:%d; `first_lock` held since alpha_outer, world.h:%d\n"
		"    `first_lock` asked for beta_inner, world.h:%d; `second_lock` held since beta_outer, world.h:%d\n"
		"    different threads, no gate lock, and nothing that orders them: they can meet; %s\n\n"
		"gridlock: 1 note; 3 locks, 2 dependencies, 1 process\n",
		alpha_inner_line, alpha_outer_line, beta_inner_line, beta_outer_line, world.findings->list[0].fingerprint);
	ck_assert_str_eq(output_of(text_write), expected);
}
END_TEST

START_TEST(what_is_suppressed_is_only_counted)
{
	char expected[200];

	world_ring();
	world_findings("color=never");
	world.findings->list[0].suppressed = true;
	snprintf(expected, sizeof(expected), "gridlock: 1 suppressed; 3 locks, 2 dependencies, 1 process; full report: %s\n", world.folder);
	ck_assert_str_eq(output_of(text_write), expected);
}
END_TEST

START_TEST(without_findings_there_is_one_line_and_quiet_takes_that_too)
{
	char expected[200];

	world_findings("color=never");
	snprintf(expected, sizeof(expected), "gridlock: no findings; 3 locks, 2 dependencies, 1 process; full report: %s\n", world.folder);
	ck_assert_str_eq(output_of(text_write), expected);
	world_forget();
	world_read("quiet");
	ck_assert_str_eq(output_of(text_write), "");
}
END_TEST

START_TEST(limits_and_remarks_come_before_the_last_line_also_when_quiet)
{
	recorder_header(&world.recorder)->limits[LIMIT_FRAMES] = 12;
	recorder_header(&world.recorder)->totals[TOTAL_LOCKS] = 0;
	recorder_header(&world.recorder)->totals[TOTAL_DEPENDENCIES] = 1;
	fclose(fopen(world_path("image.300.0"), "we"));
	world_findings("color=never quiet");
	world.findings->recording = NULL;
	output_of(text_write);
	ck_assert_int_eq(strncmp(written, "gridlock: limit: 12 stacks cut at 256 frames\ngridlock: /tmp/gridlock-test.", 74), 0);
	ck_assert_ptr_nonnull(strstr(written, "/image.300.0 is left out: it is empty: "));
	ck_assert_ptr_nonnull(
		strstr(written, "\ngridlock: no findings; 0 locks, 1 dependency, 1 process; the library was loaded and saw no lock\n"));
}
END_TEST

START_TEST(colour_is_there_when_asked_for_and_only_then)
{
	world_ring();
	world_findings("color=always");
	ck_assert_ptr_nonnull(strstr(output_of(text_write), "\033[1;31merror: lock-order-cycle\033[0m"));
	world_forget();
	world_read("color=auto");
	unsetenv("CLICOLOR_FORCE");
	ck_assert_ptr_null(strchr(output_of(text_write), '\033'));
	setenv("CLICOLOR_FORCE", "1", 1);
	ck_assert_ptr_nonnull(strchr(output_of(text_write), '\033'));
	setenv("NO_COLOR", "1", 1);
	ck_assert_ptr_null(strchr(output_of(text_write), '\033'));
}
END_TEST

START_TEST(a_deadlock_has_a_picture_and_names_who_waits_beside_it)
{
	world_blocked(false);
	put_deadlock(&world.recorder, world.process, 2);
	read_with_root("");
	output_of(text_write);
	ck_assert_ptr_nonnull(strstr(written, "\n"
					      "    +-------------+\n"
					      "    | clone_alpha | <------------+\n"
					      "    +-------------+              |\n"
					      "           :                     |\n"
					      "           : waits for           |\n"
					      "           v                     |\n"
					      "    ( second_lock )              |\n"
					      "           |                     |\n"
					      "           | held by             |\n"
					      "           v                     |\n"
					      "    +-------------+              |\n"
					      "    | beta_worker |              |\n"
					      "    +-------------+              |\n"
					      "           :                     |\n"
					      "           : waits for           |\n"
					      "           v                     |\n"
					      "    ( first_lock )               |\n"
					      "           +-- held by ----------+\n"));
	ck_assert_ptr_nonnull(strstr(written, "\n    waits for `second_lock`, for 1.0 s so far, here:\n      #0  alpha_inner  world.h:"));
	ck_assert_ptr_nonnull(strstr(written, "\n  Threads that wait beside it:\n\n"
					      "  thread `main`\n    waits for thread `clone_alpha` to end, for 1.0 s so far, here:\n"
					      "      #0  join_threads  world.h:"));
}
END_TEST

START_TEST(a_deadlock_of_joins_has_no_locks_and_a_picture_that_closes)
{
	put_blocked(&world.recorder, world.process, 1, world.alpha, WAIT_JOIN, world.beta, world.at_alpha_inner, NULL)->by = BLOCKED_END;
	put_blocked(&world.recorder, world.process, 2, world.beta, WAIT_JOIN, world.alpha, world.at_beta_inner, NULL)->by = BLOCKED_END;
	put_deadlock(&world.recorder, world.process, 2);
	read_with_root("");
	output_of(text_write);
	ck_assert_ptr_nonnull(strstr(written, "\n"
					      "    +-------------+              |\n"
					      "    | beta_worker |              |\n"
					      "    +-------------+              |\n"
					      "           :                     |\n"
					      "           : waits for its end   |\n"
					      "           v                     |\n"
					      "           +---------------------+\n"));
	ck_assert_ptr_null(strstr(written, "Locks:"));
	ck_assert_ptr_nonnull(strstr(written, "Fix:         Let one thread join all others"));
}
END_TEST

/* ---- json ---- */

/* As jansson would have written it at once. */
static json_t *document(void)
{
	json_t *read = json_loads(output_of(json_write), 0, NULL);
	char *text = read ? json_dumps(read, JSON_INDENT(1)) : NULL;

	ck_assert_ptr_nonnull(text);
	ck_assert_uint_eq(strlen(written), strlen(text) + 1);
	ck_assert(strncmp(written, text, strlen(text)) == 0 && strcmp(written + strlen(text), "\n") == 0);
	free(text);
	return read;
}

static json_t *frame_json(const struct frame *frame, const char *function, int line)
{
	char offset[24];

	snprintf(offset, sizeof(offset), "0x%llx", (unsigned long long)frame->offset);
	return json_pack("{s:s, s:s, s:i, s:s, s:s, s:b}", "function", function, "file", frame->file, "line", line, "module",
			 world.findings->list[0].stacks[0].stack->frames[0].module, "offset", offset, "inlined", 0);
}

/* The whole document of a leak by pthread_cancel, as USER.md has it. */
static json_t *expected_leak(void)
{
	const struct finding *finding = &world.findings->list[0];
	const struct frame *frames = finding->stacks[0].stack->frames, *made = finding->stacks[0].thread->created->frames;

	return json_pack(
		"{s:{s:s, s:s}, s:[{s:s, s:s, s:s, s:s, s:s, s:i, s:b, s:n, s:{s:i, s:s}, s:s, s:n, s:[{s:s, s:s, s:s, s:n}], s:[],"
		" s:[{s:s, s:{s:i, s:s, s:[o]}, s:[o, o]}], s:[], s:n, s:n}], s:[], s:{s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:[s], "
		"s:[s]}}",
		"tool", "name", "gridlock", "version", VERSION, "findings", "rule", "lock-leaked", "level", "error", "fingerprint",
		finding->fingerprint, "message", "thread `clone_alpha` was cancelled with `first_lock` locked", "reason",
		"nothing can unlock it any more on behalf of the code that locked it", "count", 1, "suppressed", 0, "baseline", "process",
		"pid", 100, "exe", "/usr/bin/bank", "cause", "cancel", "signal", "locks", "id", "L1", "name", "first_lock", "kind", "mutex",
		"created", "links", "stacks", "label", "acquired here", "thread", "id", 2, "name", "clone_alpha", "created",
		frame_json(made, "make_threads", make_threads_line), "stack", frame_json(&frames[0], "alpha_outer", alpha_outer_line),
		frame_json(&frames[1], "clone_alpha", clone_alpha_line), "blocked", "witness", "runs", "remarks", "summary", "errors", 1,
		"warnings", 0, "notes", 0, "suppressed", 0, "processes", 1, "threads", 3, "locks", 3, "dependencies", 2, "limits",
		"12 stacks cut at 256 frames", "unseen", "Rust's std::sync");
}

START_TEST(the_document_of_a_misuse_is_exactly_this)
{
	struct fact_finding_stack stack = {.label = LABEL_ACQUIRED, .thread = world.alpha, .stack = world.at_alpha_outer};
	json_t *found, *expected;

	put_finding(&world.recorder, 1, RULE_LOCK_LEAKED, world.first, &stack, 1)->cause = CAUSE_CANCEL;
	recorder_header(&world.recorder)->limits[LIMIT_FRAMES] = 12;
	world_findings(NULL);
	world.findings->unseen = 1;
	found = document();
	expected = expected_leak();
	ck_assert_ptr_nonnull(expected);
	ck_assert_msg(json_equal(found, expected), "%s", written);
	json_decref(found);
	json_decref(expected);
}
END_TEST

/* "first_lock exclusive alpha_outer, second_lock exclusive blocking alpha_inner" of one link. */
static void is_link(json_t *finding, size_t number, const char *thread, const char *held, const char *held_in, const char *wanted,
		    const char *wanted_in)
{
	json_t *link = json_array_get(json_object_get(finding, "links"), number), *locks = json_object_get(finding, "locks"), *lock;
	const char *name, *held_id, *held_mode, *held_function, *wanted_id, *wanted_mode, *how, *wanted_function;
	size_t i;

	ck_assert_int_eq(json_unpack(link, "{s:{s:s}, s:{s:s, s:s, s:[{s:s}]}, s:{s:s, s:s, s:s, s:[{s:s}]}}", "thread", "name", &name,
				     "held", "lock", &held_id, "mode", &held_mode, "stack", "function", &held_function, "wanted", "lock",
				     &wanted_id, "mode", &wanted_mode, "how", &how, "stack", "function", &wanted_function),
			 0);
	ck_assert_str_eq(name, thread);
	ck_assert_str_eq(held_mode, "exclusive");
	ck_assert_str_eq(held_function, held_in);
	ck_assert_str_eq(wanted_mode, "exclusive");
	ck_assert_str_eq(how, "blocking");
	ck_assert_str_eq(wanted_function, wanted_in);
	json_array_foreach(locks, i, lock)
	{
		const char *id = json_string_value(json_object_get(lock, "id")), *is = json_string_value(json_object_get(lock, "name"));

		if (strcmp(id, held_id) == 0)
			ck_assert_str_eq(is, held);
		if (strcmp(id, wanted_id) == 0)
			ck_assert_str_eq(is, wanted);
	}
	ck_assert_uint_eq(i, 2);
	ck_assert_str_ne(held_id, wanted_id);
}

/* Some hundreds of KiB. */
START_TEST(a_document_of_many_findings_is_whole)
{
	json_t *found, *finding, *stats;
	size_t i;

	for (int n = 0; n < 300; n++) {
		uint32_t class = put_class(&world.recorder, 1, CLASS_INIT, KIND_MUTEX, 0);
		struct fact_finding_stack stack = {.label = LABEL_ACQUIRED, .thread = world.alpha, .stack = world.at_alpha_outer};

		put_finding(&world.recorder, 1, RULE_LOCK_LEAKED, put_lock(&world.recorder, 1, class), &stack, 1);
	}
	world_findings("stats=yes");
	world.findings->list[299].message = (char *)"two\nlines";
	found = document();
	ck_assert_uint_gt(strlen(written), 300000);
	ck_assert_uint_eq(json_array_size(json_object_get(found, "findings")), 300);
	json_array_foreach(json_object_get(found, "findings"), i, finding)
		ck_assert_str_eq(json_string_value(json_object_get(finding, "message")), world.findings->list[i].message);
	stats = json_object_get(found, "stats");
	ck_assert_uint_eq(json_object_size(stats), STAT_COUNT + 1);
	json_decref(found);
}
END_TEST

START_TEST(a_document_that_cannot_be_written_says_why)
{
	FILE *full = fopen("/dev/full", "w");

	world_ring();
	world_findings(NULL);
	ck_assert_ptr_nonnull(full);
	errno = 0;
	ck_assert_int_eq(json_write(fileno(full), world.findings, &world.options), -1);
	ck_assert_int_eq(errno, ENOSPC);
	fclose(full);
}
END_TEST

START_TEST(the_links_of_a_ring_name_locks_by_their_ids)
{
	json_t *found, *finding;

	world_ring();
	world_findings(NULL);
	found = document();
	finding = json_array_get(json_object_get(found, "findings"), 0);
	is_link(finding, 0, "clone_alpha", "first_lock", "alpha_outer", "second_lock", "alpha_inner");
	is_link(finding, 1, "beta_worker", "second_lock", "beta_outer", "first_lock", "beta_inner");
	ck_assert(json_is_null(json_object_get(finding, "cause")));
	ck_assert_uint_eq(json_array_size(json_object_get(finding, "stacks")), 0);
	json_decref(found);
}
END_TEST

START_TEST(the_document_has_the_steps_of_a_witness)
{
	json_t *found, *witness, *step;
	const char *kind, *why, *does, *what, *thread, *holder, *function;
	int left_out, before;

	with_witness("strong", "it keeps that");
	found = document();
	witness = json_object_get(json_array_get(json_object_get(found, "findings"), 0), "witness");
	ck_assert_int_eq(json_unpack(witness, "{s:s, s:s, s:i}", "kind", &kind, "why", &why, "left_out", &left_out), 0);
	ck_assert_str_eq(kind, "strong");
	ck_assert_str_eq(why, "it keeps that");
	ck_assert_int_eq(left_out, 3);
	step = json_array_get(json_object_get(witness, "steps"), 0);
	ck_assert_int_eq(json_unpack(step, "{s:{s:s}, s:i, s:s, s:s, s:n, s:[{s:s}]}", "thread", "name", &thread, "events_before", &before,
				     "does", &does, "what", &what, "holder", "stack", "function", &function),
			 0);
	ck_assert_str_eq(thread, "beta_worker");
	ck_assert_int_eq(before, 7);
	ck_assert_str_eq(does, "takes");
	ck_assert_str_eq(what, "a`b");
	ck_assert_str_eq(function, "beta_outer");
	step = json_array_get(json_object_get(witness, "steps"), 1);
	ck_assert_int_eq(json_unpack(step, "{s:{s:s}, s:{s:s}, s:n}", "thread", "name", &thread, "holder", "name", &holder, "stack"), 0);
	ck_assert_str_eq(thread, "clone_alpha");
	ck_assert_str_eq(holder, "beta_worker");
	json_decref(found);
}
END_TEST

START_TEST(the_document_has_who_is_blocked_and_by_what)
{
	json_t *found, *finding, *blocked;
	const char *by, *thread, *holder, *waits, *lock;
	int in_ring, msec;

	world_blocked(true);
	put_deadlock(&world.recorder, world.process, 2);
	world_findings(NULL);
	found = document();
	finding = json_array_get(json_object_get(found, "findings"), 0);
	ck_assert_int_eq(
		json_unpack(json_array_get(json_object_get(finding, "links"), 0), "{s:s, s:{s:s}}", "by", &by, "thread", "name", &thread),
		0);
	ck_assert_str_eq(by, strcmp(thread, "clone_alpha") == 0 ? "end" : "lock");
	ck_assert_uint_eq(json_array_size(json_object_get(finding, "blocked")), 3);
	for (size_t i = 0; i < 2; i++) {
		blocked = json_array_get(json_object_get(finding, "blocked"), i);
		ck_assert_int_eq(json_unpack(blocked, "{s:{s:s}, s:b, s:s, s:{s:s}, s:i, s:[{s:s}]}", "thread", "name", &thread, "in_ring",
					     &in_ring, "waits", &waits, "holder", "name", &holder, "msec", &msec, "held", "lock", &lock),
				 0);
		ck_assert(in_ring);
		ck_assert_int_eq(msec, 1000);
		ck_assert_str_ne(thread, holder);
		ck_assert_str_eq(lock, strcmp(thread, "clone_alpha") == 0 ? "first_lock" : "second_lock");
		ck_assert_str_eq(waits,
				 strcmp(thread, "clone_alpha") == 0 ? "waits for `second_lock`" : "waits for thread `clone_alpha` to end");
	}
	json_decref(found);
}
END_TEST

START_TEST(bytes_that_are_no_text_do_not_break_the_document)
{
	json_t *found, *finding;
	const char *exe;

	world.process = put_process(&world.recorder, 1, 101, "/caf\xc3\xa9/b\xff\xc3");
	world_ring();
	world_findings(NULL);
	found = document();
	finding = json_array_get(json_object_get(found, "findings"), 0);
	ck_assert_int_eq(json_unpack(finding, "{s:{s:s}}", "process", "exe", &exe), 0);
	ck_assert_str_eq(exe, "/caf\xc3\xa9/b\xef\xbf\xbd\xef\xbf\xbd");
	json_decref(found);
}
END_TEST

START_TEST(what_is_a_character_and_what_none)
{
	static const struct {
		const char *text;
		size_t length;
	} texts[] = {
		{"", 1},
		{"a", 1},
		{"\xc3\xa9", 2},
		{"\xe2\x82\xac", 3},
		{"\xf0\x9f\x98\x80", 4},
		{"\x80", 0},
		{"\xc0\xaf", 0},
		{"\xe0\x9f\xbf", 0},
		{"\xed\xa0\x80", 0},
		{"\xf0\x8f\xbf\xbf", 0},
		{"\xf4\x90\x80\x80", 0},
		{"\xf4\x8f\xbf\xbf", 4},
		{"\xe2\x82", 0},
		{"\xff", 0},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		ck_assert_uint_eq(utf8_length(texts[i].text), texts[i].length);
}
END_TEST

/* ---- pictures ---- */

/* What a name can be: ends of strings, entities and comments of every language that it may be put in, and a character cut in half. */
#define HOSTILE "a\"];}\\n%%`</script>&lt;#;\xc3"

/* The ring of clone_alpha and beta_worker, one of whose locks has such a name. */
static void with_hostile_name(bool join)
{
	world_blocked(join);
	put_deadlock(&world.recorder, world.process, 2);
	world_findings(NULL);
	for (size_t i = 0; i < 2; i++)
		if (strcmp(world.findings->list[0].links[i].wanted.lock->name, "second_lock") == 0)
			((struct lock *)world.findings->list[0].links[i].wanted.lock)->name = HOSTILE;
}

START_TEST(dot_is_exactly_this)
{
	char expected[2000];

	with_hostile_name(false);
	snprintf(expected, sizeof(expected),
		 "digraph gridlock {\n"
		 "  node [fontname=\"sans-serif\"];\n"
		 "  edge [fontname=\"sans-serif\", fontsize=10];\n"
		 "  subgraph cluster_0 {\n"
		 "    class=\"error\";\n"
		 "    label=\"deadlock\";\n"
		 "    tooltip=\"%s\";\n"
		 "    f0t0 [class=\"thread\", shape=box, label=\"clone_alpha\"];\n"
		 "    f0t1 [class=\"thread\", shape=box, label=\"beta_worker\"];\n"
		 "    f0l0 [class=\"lock\", shape=oval, label=\"a\\\"];}\\\\n%%%%`</script>&amp;lt;#;\xef\xbf\xbd\", tooltip=\"mutex\"];\n"
		 "    f0l1 [class=\"lock\", shape=oval, label=\"first_lock\", tooltip=\"mutex\"];\n"
		 "    f0t0 -> f0l0 [class=\"wait\", style=dashed, label=\"waits for\"];\n"
		 "    f0l0 -> f0t1 [class=\"hold\", style=bold, arrowhead=dot, label=\"held by\"];\n"
		 "    f0t1 -> f0l1 [class=\"wait\", style=dashed, label=\"waits for\"];\n"
		 "    f0l1 -> f0t0 [class=\"hold\", style=bold, arrowhead=dot, label=\"held by\"];\n"
		 "  }\n"
		 "}\n",
		 world.findings->list[0].fingerprint);
	ck_assert_str_eq(output_of(dot_write), expected);
}
END_TEST

START_TEST(mermaid_is_exactly_this)
{
	with_hostile_name(false);
	ck_assert_str_eq(output_of(mermaid_write),
			 "flowchart LR\n"
			 "  classDef thread stroke-width:2px\n"
			 "  classDef lock stroke-width:1px\n"
			 "  subgraph f0[\"error: deadlock\"]\n"
			 "    f0t0[\"clone_alpha\"]:::thread\n"
			 "    f0l0([\"a#34;#93;#59;#125;#92;n%%#96;#60;/script#62;#38;lt#59;#35;#59;\xef\xbf\xbd\"]):::lock\n"
			 "    f0t1[\"beta_worker\"]:::thread\n"
			 "    f0l1([\"first_lock\"]):::lock\n"
			 "    f0t0 -. waits for .-> f0l0\n"
			 "    f0l0 == held by ==> f0t1\n"
			 "    f0t1 -. waits for .-> f0l1\n"
			 "    f0l1 == held by ==> f0t0\n"
			 "  end\n");
}
END_TEST

START_TEST(the_end_of_a_thread_is_no_oval)
{
	with_hostile_name(true);
	output_of(dot_write);
	ck_assert_ptr_nonnull(strstr(written, " [class=\"wait\", style=dashed, label=\"waits for its end\"];\n"));
	ck_assert_ptr_null(strstr(written, "l1 ["));
	output_of(mermaid_write);
	ck_assert_ptr_nonnull(strstr(written, " -. waits for its end .-> f0t"));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		an_error_is_told_in_full,
		a_note_is_a_paragraph,
		a_witness_is_steps_with_numbers,
		what_is_in_the_way_of_a_witness_is_said,
		the_document_has_the_steps_of_a_witness,
		what_is_suppressed_is_only_counted,
		without_findings_there_is_one_line_and_quiet_takes_that_too,
		limits_and_remarks_come_before_the_last_line_also_when_quiet,
		colour_is_there_when_asked_for_and_only_then,
		the_document_of_a_misuse_is_exactly_this,
		a_document_of_many_findings_is_whole,
		a_document_that_cannot_be_written_says_why,
		the_links_of_a_ring_name_locks_by_their_ids,
		bytes_that_are_no_text_do_not_break_the_document,
		a_deadlock_has_a_picture_and_names_who_waits_beside_it,
		a_deadlock_of_joins_has_no_locks_and_a_picture_that_closes,
		the_document_has_who_is_blocked_and_by_what,
		what_is_a_character_and_what_none,
		dot_is_exactly_this,
		mermaid_is_exactly_this,
		the_end_of_a_thread_is_no_oval,
	};

	return world_run("formats", tests, sizeof(tests) / sizeof(tests[0]));
}
