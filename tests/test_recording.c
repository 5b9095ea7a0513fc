/* test_recording.c: the reader of recordings: cut off anywhere, damaged anywhere, it never reads outside and never loses what is whole. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "graph/recording.h"

#define SIZE (3 * RECORDING_CHUNK)

/* A recording of two chunks: `facts` locks in chunk 1, one process and a stack of five frames in chunk 2. */
static uint8_t *made(unsigned facts)
{
	uint8_t *data = calloc(1, SIZE);
	struct recording_header *header = (struct recording_header *)data;
	struct recording_chunk *chunk = (struct recording_chunk *)(data + RECORDING_CHUNK);
	struct fact_lock *lock = (struct fact_lock *)(chunk + 1);
	struct fact_stack *stack;

	memcpy(header->magic, RECORDING_MAGIC, sizeof(header->magic));
	header->version = RECORDING_VERSION;
	header->byte_order = RECORDING_ORDER;
	header->chunk_size = RECORDING_CHUNK;
	header->chunks_claimed = 3;
	for (unsigned i = 0; i < facts; i++, lock++)
		*lock = (struct fact_lock){.head = {.size = sizeof(*lock), .kind = FACT_LOCK}, .id = i + 1};
	chunk->kind = CHUNK_FACTS;
	chunk->process = 1;
	chunk->used = facts * sizeof(*lock);
	chunk = (struct recording_chunk *)(data + 2 * RECORDING_CHUNK);
	stack = (struct fact_stack *)(chunk + 1);
	stack->head = (struct fact){.size = sizeof(*stack) + 5 * sizeof(frame_t), .kind = FACT_STACK};
	stack->id = 1;
	stack->count = 5;
	chunk->kind = CHUNK_FACTS;
	chunk->process = 2;
	chunk->used = stack->head.size;
	return data;
}

static unsigned count(const void *data, size_t size, uint32_t *torn)
{
	struct recording_cursor cursor;
	unsigned facts = 0;
	uint32_t process;

	recording_start(&cursor, data, size);
	while (recording_next(&cursor, &process))
		facts++;
	if (torn)
		*torn = cursor.torn;
	return facts;
}

START_TEST(all_facts_are_read_with_their_process)
{
	uint8_t *data = made(3);
	struct recording_cursor cursor;
	const struct fact *fact;
	uint32_t process;

	ck_assert_ptr_null(recording_check(data, SIZE));
	recording_start(&cursor, data, SIZE);
	for (uint64_t i = 1; i <= 3; i++) {
		fact = recording_next(&cursor, &process);
		ck_assert_uint_eq(fact->kind, FACT_LOCK);
		ck_assert_uint_eq(((const struct fact_lock *)fact)->id, i);
		ck_assert_uint_eq(process, 1);
	}
	fact = recording_next(&cursor, &process);
	ck_assert_uint_eq(fact->kind, FACT_STACK);
	ck_assert_uint_eq(process, 2);
	ck_assert_ptr_null(recording_next(&cursor, &process));
	ck_assert_uint_eq(cursor.torn, 0);
	free(data);
}
END_TEST

START_TEST(what_is_no_recording_is_refused_with_a_reason)
{
	uint8_t *data = made(1);

	ck_assert_ptr_nonnull(recording_check(data, 10));
	data[0] ^= 1;
	ck_assert_str_eq(recording_check(data, SIZE), "it is no gridlock recording");
	data[0] ^= 1;
	((struct recording_header *)data)->version = 99;
	ck_assert_ptr_nonnull(strstr(recording_check(data, SIZE), "another version"));
	((struct recording_header *)data)->version = RECORDING_VERSION;
	((struct recording_header *)data)->byte_order = 0x04030201;
	ck_assert_ptr_nonnull(strstr(recording_check(data, SIZE), "byte order"));
	free(data);
}
END_TEST

/* Each copy lies in memory of exactly its size, so that the sanitizer sees every byte read behind it. */
START_TEST(cut_off_at_every_byte_it_keeps_the_whole_facts)
{
	uint8_t *data = made(20);

	for (size_t size = sizeof(struct recording_header); size < RECORDING_CHUNK + 1000; size += size < RECORDING_CHUNK - 8 ? 4093 : 1) {
		uint8_t *part = malloc(size);
		size_t start = RECORDING_CHUNK + sizeof(struct recording_chunk), whole;
		uint32_t torn;

		memcpy(part, data, size);
		whole = size < start ? 0 : (size - start) / sizeof(struct fact_lock);
		ck_assert_uint_eq(count(part, size, &torn), whole > 20 ? 20 : whole);
		ck_assert_uint_eq(torn, size >= start && whole < 20);
		free(part);
	}
	free(data);
}
END_TEST

START_TEST(counts_that_lie_are_torn)
{
	uint8_t *data = made(1);
	struct fact_stack *stack = (struct fact_stack *)(data + 2 * RECORDING_CHUNK + sizeof(struct recording_chunk));
	uint32_t torn;

	stack->count = 6;
	ck_assert_uint_eq(count(data, SIZE, &torn), 1);
	ck_assert_uint_eq(torn, 1);
	stack->count = UINT32_MAX;
	ck_assert_uint_eq(count(data, SIZE, &torn), 1);
	free(data);
}
END_TEST

START_TEST(random_damage_never_reads_outside)
{
	unsigned seed = (unsigned)time(NULL);

	printf("recording: seed %u\n", seed);
	for (int round = 0; round < 300; round++) {
		size_t size = SIZE - rand_r(&seed) % RECORDING_CHUNK;
		uint8_t *data = made(40), *part = malloc(size);

		memcpy(part, data, size);
		for (int i = 0; i < 30; i++)
			part[RECORDING_CHUNK + rand_r(&seed) % 2000] = (uint8_t)rand_r(&seed);
		ck_assert_uint_le(count(part, size, NULL), 10000);
		free(part);
		free(data);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("recording");
	TCase *tests = tcase_create("recording");
	SRunner *runner;
	int failed;

	tcase_add_test(tests, all_facts_are_read_with_their_process);
	tcase_add_test(tests, what_is_no_recording_is_refused_with_a_reason);
	tcase_add_test(tests, cut_off_at_every_byte_it_keeps_the_whole_facts);
	tcase_add_test(tests, counts_that_lie_are_torn);
	tcase_add_test(tests, random_damage_never_reads_outside);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
