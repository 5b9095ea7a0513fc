/* test_collect.c: recordings that are foreign, empty, cut off or incomplete, and what is said of them. */
#include <sys/resource.h>

#include "tests/world.h"

/* ---- files ---- */

static void has_one_remark(const struct findings *findings, const char *file, const char *rest)
{
	char expected[300];

	snprintf(expected, sizeof(expected), "%s%s", world_path(file), rest);
	ck_assert_uint_eq(findings->remarks_count, 1);
	ck_assert_str_eq(findings->remarks[0], expected);
}

START_TEST(a_foreign_file_is_left_out_and_the_others_are_read)
{
	FILE *foreign = fopen(world_path("image.300.0"), "we");

	for (int i = 0; i < 100; i++)
		fputs("this is no recording\n", foreign);
	fclose(foreign);
	world_ring();
	only(world_findings(NULL));
	has_one_remark(world.findings, "image.300.0", " is left out: it is no gridlock recording");
}
END_TEST

START_TEST(an_empty_file_is_said_to_be_for_want_of_room)
{
	fclose(fopen(world_path("image.300.0"), "we"));
	world_ring();
	only(world_findings(NULL));
	has_one_remark(
		world.findings, "image.300.0",
		" is left out: it is empty: there was no room for it (a full disk, or a limit on the size of files or of address space)");
}
END_TEST

START_TEST(a_recording_cut_off_inside_a_fact_keeps_the_facts_before_it)
{
	struct recording_chunk *chunk = (struct recording_chunk *)(world.recorder.data + RECORDING_CHUNK);

	world_ring();
	put_finding(&world.recorder, 1, RULE_UNLOCK_NOT_LOCKED, world.first, NULL, 0);
	ck_assert(recorder_save(&world.recorder, world_path("image.100.0"), RECORDING_CHUNK + sizeof(*chunk) + chunk->used - 8));
	only(world_read(NULL));
	has_one_remark(world.findings, "image.100.0", " is cut off: what lay behind its last whole fact is missing");
}
END_TEST

START_TEST(a_library_that_switched_itself_off_is_said)
{
	recorder_header(&world.recorder)->incomplete = 1;
	strcpy(recorder_header(&world.recorder)->why, "no memory");
	world_findings(NULL);
	has_one_remark(world.findings, "image.100.0", " is incomplete: gridlock switched itself off: no memory");
}
END_TEST

START_TEST(limits_that_were_hit_are_named_with_their_number)
{
	recorder_header(&world.recorder)->limits[LIMIT_FRAMES] = 12;
	recorder_header(&world.recorder)->limits[LIMIT_NO_SLOT] = 1;
	world_findings(NULL);
	ck_assert_uint_eq(world.findings->limits_count, 2);
	ck_assert_str_eq(world.findings->limits[0], "12 stacks cut at 256 frames");
	ck_assert_str_eq(world.findings->limits[1], "1 threads not watched for want of memory");
}
END_TEST

START_TEST(an_empty_folder_has_no_process_and_a_missing_one_is_an_error)
{
	char *error = NULL;

	ck_assert_uint_eq(world_read(NULL)->processes, 0);
	ck_assert_uint_eq(world.findings->count, 0);
	ck_assert_ptr_null(findings_build("/nowhere/at/all", &world.options, &error));
	ck_assert_str_eq(error, "/nowhere/at/all: No such file or directory");
	free(error);
}
END_TEST

/* ---- damage ---- */

/* 64 MiB from now on; not where a sanitizer needs terabytes (clang). */
static void bound_memory(void)
{
#ifndef __clang__
	struct rlimit limit = {64 << 20, RLIM_INFINITY};

	ck_assert_int_eq(setrlimit(RLIMIT_DATA, &limit), 0);
#endif
}

/* What is kept is bounded by what is there, not by what a number says. */
START_TEST(a_fact_of_a_number_far_off_is_found_and_costs_no_room)
{
	uint32_t stack = world_stack(alpha_inner(), NULL);

	recorder_header(&world.recorder)->next_stack = UINT32_MAX - 1;
	world.at_alpha_inner = world_stack(alpha_inner(), NULL);
	ck_assert_uint_eq(world.at_alpha_inner, UINT32_MAX);
	ck_assert_uint_ne(stack, world.at_alpha_inner);
	world_ring();
	bound_memory();
	is_stack(only(world_findings(NULL))->links[0].wanted.stack, "alpha_inner", alpha_inner_line, NULL);
}
END_TEST

START_TEST(of_two_facts_with_one_number_the_later_counts)
{
	put_thread_name(&world.recorder, world.process, world.alpha, "first");
	put_thread_name(&world.recorder, world.process, world.alpha, "second");
	put_thread_name(&world.recorder, world.process, world.beta, "other");
	world_ring();
	ck_assert_str_eq(only(world_findings(NULL))->links[0].thread->name, "second");
	ck_assert_str_eq(world.findings->list[0].links[1].thread->name, "other");
}
END_TEST

/* 64 GiB, says the header. */
START_TEST(a_header_that_claims_more_than_the_file_has_costs_no_room)
{
	size_t whole;

	world_ring();
	whole = (size_t)recorder_header(&world.recorder)->chunks_claimed * RECORDING_CHUNK;
	recorder_header(&world.recorder)->chunks_claimed = recorder_header(&world.recorder)->chunks_max = 1 << 20;
	ck_assert(recorder_save(&world.recorder, world_path("image.100.0"), whole));
	bound_memory();
	only(world_read(NULL));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_foreign_file_is_left_out_and_the_others_are_read,
		an_empty_file_is_said_to_be_for_want_of_room,
		a_recording_cut_off_inside_a_fact_keeps_the_facts_before_it,
		a_library_that_switched_itself_off_is_said,
		limits_that_were_hit_are_named_with_their_number,
		an_empty_folder_has_no_process_and_a_missing_one_is_an_error,
		a_fact_of_a_number_far_off_is_found_and_costs_no_room,
		of_two_facts_with_one_number_the_later_counts,
		a_header_that_claims_more_than_the_file_has_costs_no_room,
	};

	return world_run("collect", tests, sizeof(tests) / sizeof(tests[0]));
}
