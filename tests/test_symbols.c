/* test_symbols.c: addresses of this very program to functions, lines and data symbols, and what is said of files that cannot serve. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "report/symbols.h"
#include "tests/recording_builder.h"

/* ---- addresses with names ---- */

#define NOINLINE __attribute__((noinline))
/* After a call, so that it is no jump and its return address lies in the caller. */
#define KEEP() __asm__ volatile("" ::: "memory")

static NOINLINE void *caller_address(void)
{
	KEEP();
	return __builtin_return_address(0);
}

static int plain_line, inner_line, outer_line;

static NOINLINE void *plain(void)
{
	void *address;

	plain_line = __LINE__ + 1;
	address = caller_address();
	KEEP();
	return address;
}

static inline __attribute__((always_inline)) void *inner(void)
{
	void *address;

	inner_line = __LINE__ + 1;
	address = caller_address();
	KEEP();
	return address;
}

static NOINLINE void *outer(void)
{
	void *address;

	outer_line = __LINE__ + 1;
	address = inner();
	KEEP();
	return address;
}

/* As C++ names it. */
int mangled(void) __asm__("_ZN4bank6creditEi");
int NOINLINE mangled(void)
{
	KEEP();
	return 1;
}

char account_lock[40] = {1}, table[4][40] = {{1}};

/* As the linker makes them (__bss_start, _edata). */
extern char mark[];
__asm__(".pushsection .data\n"
	".globl mark\n"
	"mark: .skip 64\n"
	".popsection");

/* ---- fixture ---- */

static struct recorder recorder;
static struct fact_module *self;
static struct symbols *symbols;
static char *remarks[8];
static unsigned remarks_count;

static void keep_remark(void *ctx, char *text)
{
	ck_assert_ptr_eq(ctx, remarks);
	remarks[remarks_count++] = text;
}

static void set_up(void)
{
	recorder_init(&recorder);
	self = put_self(&recorder, put_process(&recorder, 0, 1, "/bin/x"));
	symbols = symbols_new(keep_remark, remarks);
}

static void tear_down(void)
{
	symbols_free(symbols);
	recorder_free(&recorder);
	while (remarks_count)
		free(remarks[--remarks_count]);
}

static uint64_t offset_of(const void *address)
{
	return FRAME_OFFSET(frame_in(self, address));
}

static void is_here(const struct frame *frame, const char *function, int line, bool inlined)
{
	ck_assert_str_eq(frame->function, function);
	ck_assert_str_eq(strrchr(frame->file, '/'), "/test_symbols.c");
	ck_assert_uint_eq(frame->line, (unsigned)line);
	ck_assert_str_eq(frame->module, self->path);
	ck_assert(frame->inlined == inlined);
}

START_TEST(a_return_address_is_the_line_of_its_call)
{
	uint64_t offset = offset_of(plain());
	size_t count;
	const struct frame *frames = symbols_frames(symbols, self, offset, &count);

	ck_assert_uint_eq(count, 1);
	is_here(&frames[0], "plain", plain_line, false);
	ck_assert_uint_eq(frames[0].offset, offset - 1);
	ck_assert_uint_eq(remarks_count, 0);
}
END_TEST

START_TEST(an_inlined_call_is_a_frame_of_its_own)
{
	size_t count;
	const struct frame *frames = symbols_frames(symbols, self, offset_of(outer()), &count);

	ck_assert_uint_eq(count, 2);
	is_here(&frames[0], "inner", inner_line, true);
	is_here(&frames[1], "outer", outer_line, false);
}
END_TEST

START_TEST(an_address_is_looked_up_once)
{
	uint64_t offset = offset_of(plain());
	size_t first, again;

	ck_assert_ptr_eq(symbols_frames(symbols, self, offset, &first), symbols_frames(symbols, self, offset, &again));
	ck_assert_uint_eq(first, again);
	/* Many others move the table, not what it holds. */
	for (uint64_t other = 1; other < 2000; other++)
		symbols_frames(symbols, self, offset + other, &again);
	is_here(symbols_frames(symbols, self, offset, &again), "plain", plain_line, false);
}
END_TEST

START_TEST(data_is_its_symbol_and_how_far_inside)
{
	ck_assert_str_eq(symbols_data(symbols, self, offset_of(account_lock)), "account_lock");
	ck_assert_str_eq(symbols_data(symbols, self, offset_of(table[2])), "table+80");
}
END_TEST

START_TEST(a_mark_of_no_size_names_no_data)
{
	ck_assert_ptr_null(symbols_data(symbols, self, offset_of(mark)));
	ck_assert_ptr_null(symbols_data(symbols, self, offset_of(mark + 8)));
	ck_assert_ptr_null(symbols_data(symbols, self, 1));
}
END_TEST

START_TEST(a_start_routine_has_its_name_and_cxx_names_are_readable)
{
	ck_assert_str_eq(symbols_function(symbols, self, offset_of((void *)(uintptr_t)plain)), "plain");
	ck_assert_str_eq(symbols_function(symbols, self, offset_of((void *)(uintptr_t)mangled)), "bank::credit(int)");
}
END_TEST

START_TEST(a_file_of_another_build_is_not_believed)
{
	char expected[4200];
	size_t count;
	const struct frame *frames;

	ck_assert_uint_gt(self->build_id_size, 0);
	self->build_id[0] ^= 1;
	frames = symbols_frames(symbols, self, 0x1235, &count);
	ck_assert_uint_eq(count, 1);
	ck_assert_str_eq(frames[0].function, "??");
	ck_assert_ptr_null(frames[0].file);
	ck_assert_str_eq(frames[0].module, self->path);
	ck_assert_uint_eq(frames[0].offset, 0x1234);
	ck_assert_ptr_null(symbols_data(symbols, self, offset_of(account_lock)));
	ck_assert_ptr_null(symbols_function(symbols, self, offset_of((void *)(uintptr_t)plain)));
	snprintf(expected, sizeof(expected), "no symbols from %s: it is another build than the one that ran", self->path);
	ck_assert_uint_eq(remarks_count, 1);
	ck_assert_str_eq(remarks[0], expected);
}
END_TEST

START_TEST(a_file_that_is_gone_is_said_once)
{
	struct fact_module *gone = put_module(&recorder, 1, "/nowhere/libgone.so");
	size_t count;

	ck_assert_str_eq(symbols_frames(symbols, gone, 0x10, &count)->function, "??");
	ck_assert_str_eq(symbols_frames(symbols, gone, 0x20, &count)->module, "/nowhere/libgone.so");
	ck_assert_uint_eq(remarks_count, 1);
	ck_assert_str_eq(remarks[0], "no symbols from /nowhere/libgone.so: No such file or directory");
}
END_TEST

START_TEST(a_pipe_is_not_waited_for)
{
	char folder[] = "/tmp/gridlock-test.XXXXXX", pipe[64], expected[128];
	size_t count;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(pipe, sizeof(pipe), "%s/libpipe.so", folder);
	snprintf(expected, sizeof(expected), "no symbols from %s: it is no regular file", pipe);
	ck_assert_int_eq(mkfifo(pipe, 0600), 0);
	ck_assert_str_eq(symbols_frames(symbols, put_module(&recorder, 1, pipe), 0x10, &count)->function, "??");
	ck_assert_uint_eq(remarks_count, 1);
	ck_assert_str_eq(remarks[0], expected);
	unlink(pipe);
	rmdir(folder);
}
END_TEST

START_TEST(what_is_no_file_is_not_missed)
{
	struct fact_module *vdso = put_module(&recorder, 1, "linux-vdso.so.1");
	size_t count;

	ck_assert_str_eq(symbols_frames(symbols, vdso, 0x10, &count)->function, "??");
	ck_assert_uint_eq(remarks_count, 0);
}
END_TEST

START_TEST(an_unknown_module_is_one_unknown_frame)
{
	size_t count;
	const struct frame *frames = symbols_frames(symbols, NULL, 0x1234, &count);

	ck_assert_uint_eq(count, 1);
	ck_assert_str_eq(frames[0].function, "??");
	ck_assert_str_eq(frames[0].module, "??");
	ck_assert_ptr_null(symbols_data(symbols, NULL, 0x1234));
	ck_assert_ptr_null(symbols_function(symbols, NULL, 0x1234));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("symbols");
	TCase *tests = tcase_create("symbols");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, a_return_address_is_the_line_of_its_call);
	tcase_add_test(tests, an_inlined_call_is_a_frame_of_its_own);
	tcase_add_test(tests, an_address_is_looked_up_once);
	tcase_add_test(tests, data_is_its_symbol_and_how_far_inside);
	tcase_add_test(tests, a_mark_of_no_size_names_no_data);
	tcase_add_test(tests, a_start_routine_has_its_name_and_cxx_names_are_readable);
	tcase_add_test(tests, a_file_of_another_build_is_not_believed);
	tcase_add_test(tests, a_file_that_is_gone_is_said_once);
	tcase_add_test(tests, a_pipe_is_not_waited_for);
	tcase_add_test(tests, what_is_no_file_is_not_missed);
	tcase_add_test(tests, an_unknown_module_is_one_unknown_frame);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
