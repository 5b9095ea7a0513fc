/* test_html.c: what is in the HTML report, without a browser (tests/html opens it in one). */
#include <stdio.h>

#include "report/page.h"
#include "report/suppress_block.h"
#include "report/survey.h"
#include "tests/world.h"

static char *written; /* by the last writer */

/* What `write` writes to a page. */
static const char *page_of(void (*write_to)(const struct page *page, const char *text), const char *text)
{
	size_t size;
	struct page page = {.root = ""};

	free(written);
	page.stream = open_memstream(&written, &size);
	write_to(&page, text);
	fclose(page.stream);
	return written;
}

/* The whole report of the world's findings. */
static const char *report(void)
{
	FILE *file = tmpfile();
	long size;

	ck_assert_int_eq(html_write(fileno(file), world.findings, &world.options), 0);
	fseek(file, 0, SEEK_END);
	size = ftell(file);
	rewind(file);
	free(written);
	written = calloc(1, (size_t)size + 1);
	ck_assert_uint_eq(fread(written, 1, (size_t)size, file), (size_t)size);
	fclose(file);
	return written;
}

static size_t count(const char *text, const char *what)
{
	size_t found = 0;

	for (const char *at = text; (at = strstr(at, what)); at++)
		found++;
	return found;
}

static void has(const char *what)
{
	ck_assert_msg(strstr(written, what), "`%s` is not in\n%s", what, written);
}

static void has_not(const char *what)
{
	ck_assert_msg(!strstr(written, what), "`%s` is in it", what);
}

/* ---- text ---- */

START_TEST(text_is_escaped_and_what_is_no_text_is_replaced)
{
	static const struct {
		const char *text, *page;
	} texts[] = {
		{"a_lock", "a_lock"},
		{"</script>&\"'", "&lt;/script&gt;&amp;&quot;'"},
		{"&lt;", "&amp;lt;"},
		{"tab\tline\n", "tab\tline\n"},
		{"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"},
		{"cut \xe2\x82", "cut \xef\xbf\xbd\xef\xbf\xbd"},
		{"\x01\x1b\x7f", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
		{"\xc2\x85", "\xef\xbf\xbd"},				  /* a control character above ASCII */
		{"\xe2\x80\xae\xe2\x81\xa6", "\xef\xbf\xbd\xef\xbf\xbd"}, /* they turn the direction */
		{"\xe2\x80\xa6", "\xe2\x80\xa6"},			  /* their neighbour does not */
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		ck_assert_str_eq(page_of(page_text, texts[i].text), texts[i].page);
}
END_TEST

static void put_ten(const struct page *page, const char *text)
{
	page_short(page, text, 10);
}

START_TEST(what_is_too_long_keeps_its_beginning_and_its_end)
{
	ck_assert_str_eq(page_of(put_ten, "0123456789"), "0123456789");
	ck_assert_str_eq(page_of(put_ten, "0123456789a"), "012345\xe2\x80\xa6"
							  "89a");
	ck_assert_str_eq(page_of(put_ten, "<<<<<<<<<<\xc3\xa9\xc3\xa9\xc3\xa9"),
			 "&lt;&lt;&lt;&lt;&lt;&lt;\xe2\x80\xa6\xc3\xa9\xc3\xa9\xc3\xa9");
	ck_assert_str_eq(page_of(put_ten, "\xff\xff\xff"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}
END_TEST

START_TEST(names_in_a_story_are_code)
{
	ck_assert_str_eq(page_of(page_story, "thread `a<b>` waits"), "thread <code>a&lt;b&gt;</code> waits");
	ck_assert_str_eq(page_of(page_story, "`a``b`"), "<code>a</code><code>b</code>");
	ck_assert_str_eq(page_of(page_story, "one ` alone"), "one ` alone");
	ck_assert_str_eq(page_of(page_story, ""), "");
}
END_TEST

START_TEST(a_very_long_name_has_a_frame_that_scrolls)
{
	char name[4001];

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	page_of(page_name, name);
	ck_assert_int_eq(strncmp(written, "<code class=\"long\" tabindex=\"0\">xxxx", 36), 0);
	ck_assert_uint_eq(count(written, "x"), 4001); /* one is tabindex's */
	ck_assert_str_eq(page_of(page_name, "short"), "<code>short</code>");
}
END_TEST

/* ---- a ring ---- */

static void read_ring(const char *more)
{
	world_ring();
	world_findings(more);
	report();
}

START_TEST(a_ring_is_told_drawn_and_played)
{
	char mark[100];

	read_ring("format=html");
	has("<title>1 error in bank - gridlock</title>");
	has("<h3 id=\"story-1\">thread <code>clone_alpha</code> takes <code>first_lock</code> then <code>second_lock</code>; thread "
	    "<code>beta_worker</code> takes <code>second_lock</code> then <code>first_lock</code></h3>");
	has("aria-label=\"The ring: clone_alpha waits for second_lock held by beta_worker waits for first_lock held by clone_alpha\">");
	ck_assert_uint_eq(count(written, "<g class=\"thread "), 2);
	ck_assert_uint_eq(count(written, "<g class=\"lock "), 2);
	has("<caption>How it locks up</caption>\n"
	    "<thead><tr><th scope=\"col\">Step</th><th scope=\"col\" class=\"t0\"><code>clone_alpha</code></th>"
	    "<th scope=\"col\" class=\"t1\"><code>beta_worker</code></th></tr></thead>\n<tbody>\n"
	    "<tr><th scope=\"row\">1</th><td class=\"t0 takes\">takes <code>first_lock</code></td><td class=\"t1\"></td></tr>\n"
	    "<tr><th scope=\"row\">2</th><td class=\"t0 holds\"></td><td class=\"t1 takes\">takes <code>second_lock</code></td></tr>\n"
	    "<tr><th scope=\"row\">3</th><td class=\"t0 waits holds\">waits for <code>second_lock</code>, which <code>beta_worker</code> "
	    "holds</td><td class=\"t1 holds\"></td></tr>\n"
	    "<tr><th scope=\"row\">4</th><td class=\"t0 holds\"></td><td class=\"t1 waits holds\">waits for <code>first_lock</code>, which "
	    "<code>clone_alpha</code> holds</td></tr>\n</tbody>");
	snprintf(mark, sizeof(mark), "<code>fingerprint:%s</code> <button type=\"button\" class=\"copy\">",
		 world.findings->list[0].fingerprint);
	has(mark);
}
END_TEST

/* The block as the text report prints it, which is text that needs no escapes here. */
START_TEST(the_block_that_suppresses_it_is_there_to_be_copied)
{
	char *block;
	size_t size;
	FILE *stream = open_memstream(&block, &size);

	read_ring("format=html");
	block_write(stream, &world.findings->list[0]);
	fclose(stream);
	ck_assert_ptr_nonnull(strstr(block, "  held\n    fun:alpha_outer\n"));
	ck_assert_ptr_null(strpbrk(block, "<>&\""));
	has("<details><summary>or by its stacks</summary><div class=\"mark\"><pre>{\n  rule:lock-order-cycle\n");
	has(block);
	has("}\n</pre> <button type=\"button\" class=\"copy\">Copy</button></div></details>");
	free(block);
}
END_TEST

START_TEST(with_a_baseline_it_says_what_is_new)
{
	read_ring("format=html");
	has_not("class=\"standing");
	world.findings->list[0].baseline = BASELINE_NEW;
	report();
	has("<title>1 error (1 new) in bank - gridlock</title>");
	ck_assert_uint_eq(count(written, "<span class=\"level error\">error</span> <span class=\"standing new\">new</span> "), 2);
	world.findings->list[0].baseline = BASELINE_KNOWN;
	report();
	has("<title>1 error (0 new) in bank - gridlock</title>");
	ck_assert_uint_eq(count(written, "<span class=\"level error\">error</span> <span class=\"standing\">known</span> "), 2);
}
END_TEST

START_TEST(each_thread_of_a_ring_has_a_column_with_its_stacks_and_their_source)
{
	char line[300];

	read_ring("format=html");
	ck_assert_uint_eq(count(written, "<section class=\"column "), 2);
	ck_assert_uint_eq(count(written, "<ol class=\"stack\" start=\"0\">"), 4);
	has("<section class=\"column t0\"><h4>Thread <code>clone_alpha</code></h4><p class=\"made\">created in <code>make_threads</code> "
	    "<span class=\"at\">");
	has("<h5>holds <code>first_lock</code>, taken here</h5>");
	has("<h5>asks for <code>second_lock</code>, here</h5>");
	snprintf(line, sizeof(line),
		 "<span class=\"line hit\"><span class=\"number\">%d</span><span class=\"words\">SITE(alpha_inner)</span></span>\n",
		 alpha_inner_line);
	has(line);
	ck_assert_uint_eq(count(written, "<span class=\"line hit\">"), 4);
}
END_TEST

START_TEST(a_stack_that_is_deep_is_folded)
{
	frame_t frames[70];
	struct fact_finding_stack stack = {.label = LABEL_ACQUIRED};

	for (size_t i = 0; i < 70; i++)
		frames[i] = frame_in(world.self, i % 2 ? alpha_outer() : beta_outer());
	stack.thread = world.alpha;
	stack.stack = put_stack(&world.recorder, world.process, frames, 70);
	put_finding(&world.recorder, 1, RULE_LOCK_LEAKED, world.first, &stack, 1)->cause = CAUSE_RETURN;
	world_findings("format=html");
	report();
	has("<details class=\"more\"><summary>64 more frames</summary><ol class=\"stack\" start=\"6\">");
	has("<p class=\"none\">and 6 more</p></details>");
	ck_assert_uint_eq(count(written, "<li><code>alpha_outer</code>"), 32);
}
END_TEST

START_TEST(a_deadlock_says_who_waits_beside_it_and_the_cycle_leads_to_it)
{
	world_ring();
	world_blocked(false);
	put_deadlock(&world.recorder, world.process, 2);
	world_findings("format=html");
	report();
	has("<title>2 errors in bank - gridlock</title>");
	has("<h5>waits for <code>second_lock</code>, for 1.0 s so far, here</h5>");
	has("<caption>How it locked up</caption>");
	has("<summary>Threads that wait beside it: 1</summary>");
	has("<h5>waits for thread <code>clone_alpha</code> to end, for 1.0 s so far</h5>");
	has("It is the ring of <a href=\"#finding-1\">the deadlock</a>");
	ck_assert_uint_eq(count(written, "<svg role=\"img\" width"), 1);
}
END_TEST

START_TEST(a_note_shows_its_stacks_on_a_click)
{
	read_ring("format=html level=lock-order-cycle=note");
	has("<article class=\"card note\" data-level=\"note\" data-rule=\"lock-order-cycle\" data-modules=\"0 \" id=\"finding-1\"");
	has("<details class=\"part\"><summary>The stacks</summary>");
	has("<caption>How it would lock up</caption>");
}
END_TEST

static struct witness_step steps[3];
static struct witnessed witnessed;

START_TEST(a_witness_is_lanes_and_what_is_not_listed_may_have_let_go)
{
	struct finding *finding;

	world_ring();
	world_findings("format=html");
	finding = &world.findings->list[0];
	steps[0] = (struct witness_step){.thread = finding->links[1].thread, .does = "takes", .what = "a`b"};
	steps[1] = (struct witness_step){.thread = finding->links[0].thread, .does = "creates", .what = "x"};
	steps[2] = (struct witness_step){
		.thread = finding->links[1].thread, .before = 7, .does = "waits for", .what = "y", .holder = finding->links[0].thread};
	witnessed = (struct witnessed){.kind = "plain", .why = "it keeps <this>", .left_out = 3, .steps_count = 3, .steps = steps};
	finding->witness = &witnessed;
	report();
	has("<summary>A plain witness in the trace of this run (it keeps &lt;this&gt;)</summary>");
	has("<tr><th scope=\"row\">4</th><td class=\"t1 takes\">takes <code>a`b</code></td><td class=\"t0\"></td></tr>\n"
	    "<tr><th scope=\"row\">5</th><td class=\"t1 holds\"></td><td class=\"t0 other\">creates <code>x</code></td></tr>\n"
	    "<tr><th scope=\"row\">6</th><td class=\"t1 waits\">7 events, then waits for <code>y</code>, which <code>clone_alpha</code> "
	    "holds</td><td class=\"t0\"></td></tr>\n");
}
END_TEST

/* ---- the whole ---- */

START_TEST(it_names_its_style_and_script_and_nothing_else)
{
	read_ring("format=html");
	has("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-");
	ck_assert_uint_eq(count(written, "<script"), 1);
	ck_assert_uint_eq(count(written, "<style"), 1);
	has_not(" style=");
	has_not(" onclick=");
	has_not(" src=");
	has_not("<link");
	has_not("@import");
	/* But for the name of SVG's language, which nobody loads. */
	ck_assert_uint_eq(count(written, "http://") + count(written, "https://"), count(written, "http://www.w3.org/"));
}
END_TEST

START_TEST(without_findings_it_says_so_and_shows_the_run)
{
	static char program[] = "./bank", hostile[] = "a <b>", *command[] = {program, hostile, NULL};

	recorder_header(&world.recorder)->limits[LIMIT_FRAMES] = 12;
	world_findings("format=html");
	world.findings->command = command;
	world.findings->recording = NULL;
	world.findings->unseen = 1;
	report();
	has("<title>no findings in bank - gridlock</title>");
	has("<p class=\"none\">Nothing was found.</p>");
	has("<p class=\"none\">No lock is in a ring.</p>");
	has("<code class=\"command\">./bank 'a &lt;b&gt;'</code>");
	has("<dd>3 locks, 2 dependencies, 3 threads, 1 process</dd>");
	has("<li>12 stacks cut at 256 frames</li>");
	has("<dt>Not seen</dt><dd>Rust's std::sync: ");
	has("<code>/usr/bin/bank</code></td>");
	has_not("<dt>Recording</dt>");
}
END_TEST

START_TEST(what_is_suppressed_is_only_counted)
{
	world_ring();
	world_findings("format=html");
	world.findings->list[0].suppressed = true;
	report();
	has("<title>1 suppressed in bank - gridlock</title>");
	has_not("class=\"card");
	has_not("class=\"rules\"");
	has_not("<svg role=\"img\"");
}
END_TEST

START_TEST(of_too_many_findings_the_worst_have_cards_and_the_rest_is_counted)
{
	struct findings many;
	struct finding *list = calloc(2100, sizeof(*list));

	world_ring();
	world_findings("format=html");
	for (size_t i = 0; i < 2100; i++) {
		list[i] = world.findings->list[0];
		list[i].links_count = 0;
	}
	many = *world.findings;
	world.findings->list = list;
	world.findings->count = 2100;
	report();
	ck_assert_uint_eq(count(written, "<article class=\"card"), 2000);
	has("<p class=\"none\">100 more findings are not shown here; other formats have them all.</p>");
	has_not("#finding-2001");
	*world.findings = many;
	free(list);
}
END_TEST

/* ---- the survey ---- */

static void nest_classes(uint64_t held, uint64_t wanted, uint8_t how)
{
	struct fact_dependency *fact =
		recorder_fact(&world.recorder, world.process, FACT_DEPENDENCY, sizeof(*fact) + 2 * sizeof(fact->held[0]));

	fact->head.flags = DEPENDENCY_CLASS;
	fact->id = ++recorder_header(&world.recorder)->next_dependency;
	fact->process = world.process;
	fact->lock = wanted;
	fact->how = how;
	fact->stack = world.at_alpha_inner;
	fact->count = 2;
	fact->held[0] = taken(3, world.at_beta_outer);
	fact->held[1] = taken(held, world.at_alpha_outer);
}

/* Their classes have the numbers 1, 2, 3, in the order of world.h: first, second, gate. */
START_TEST(the_survey_has_the_innermost_nestings_and_counts_them)
{
	const struct survey *survey;

	nest_classes(1, 2, LOCK_BLOCKING);
	nest_classes(1, 2, LOCK_TIMED);
	nest_classes(2, 1, LOCK_TRY);
	world_ring();
	survey = world_findings("format=html")->survey;
	ck_assert_uint_eq(survey->locks_count, 3);
	ck_assert_uint_eq(survey->edges_count, 1);
	ck_assert_uint_eq(survey->edges[0]->count, 2);
	ck_assert_str_eq(survey->locks[survey->edges[0]->key.from]->lock->name, "first_lock");
	ck_assert_str_eq(survey->locks[survey->edges[0]->key.to]->lock->name, "second_lock");
	ck_assert_ptr_eq(survey_find(survey, world.findings->list[0].locks[0]), survey->locks[0]);
	ck_assert_uint_eq(survey->locks[0]->around, 2);
	ck_assert_uint_eq(survey->locks[1]->under, 2);
	report();
	has("<th scope=\"row\"><code>first_lock</code></th><td>mutex</td><td>static</td><td class=\"count\">2</td><td "
	    "class=\"count\">0</td><td "
	    "class=\"links\"><a href=\"#finding-1\">#1</a> </td>");
	has("<th scope=\"row\"><code>gate_lock</code></th><td>mutex</td><td>static</td><td class=\"count\">0</td><td "
	    "class=\"count\">0</td><td "
	    "class=\"links\"></td>");
}
END_TEST

START_TEST(one_lock_in_two_processes_is_one)
{
	world_ring();
	world_save("image.100.0");
	world_image(200);
	world_ring();
	world_save("image.200.0");
	ck_assert_uint_eq(world_read("format=html")->survey->locks_count, 3);
	ck_assert_uint_eq(world.findings->survey->processes_count, 2);
	ck_assert_uint_eq(count(report(), "<th scope=\"row\"><code>first_lock</code></th>"), 1);
}
END_TEST

START_TEST(only_who_asks_for_html_pays_for_a_survey)
{
	world_findings("format=json");
	ck_assert_ptr_null(world.findings->survey);
	world_forget();
	world_read("output=html:/tmp/x.html");
	ck_assert_ptr_nonnull(world.findings->survey);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		text_is_escaped_and_what_is_no_text_is_replaced,
		what_is_too_long_keeps_its_beginning_and_its_end,
		names_in_a_story_are_code,
		a_very_long_name_has_a_frame_that_scrolls,
		a_ring_is_told_drawn_and_played,
		the_block_that_suppresses_it_is_there_to_be_copied,
		with_a_baseline_it_says_what_is_new,
		each_thread_of_a_ring_has_a_column_with_its_stacks_and_their_source,
		a_stack_that_is_deep_is_folded,
		a_deadlock_says_who_waits_beside_it_and_the_cycle_leads_to_it,
		a_note_shows_its_stacks_on_a_click,
		a_witness_is_lanes_and_what_is_not_listed_may_have_let_go,
		it_names_its_style_and_script_and_nothing_else,
		without_findings_it_says_so_and_shows_the_run,
		what_is_suppressed_is_only_counted,
		of_too_many_findings_the_worst_have_cards_and_the_rest_is_counted,
		the_survey_has_the_innermost_nestings_and_counts_them,
		one_lock_in_two_processes_is_one,
		only_who_asks_for_html_pays_for_a_survey,
	};

	return world_run("html", tests, sizeof(tests) / sizeof(tests[0]));
}
