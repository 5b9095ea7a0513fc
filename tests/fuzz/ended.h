/*
 * ended.h: for what may end the command with a line of its own (die): the harness links with --wrap=die, and comes back here.
 *
 * What ends the command frees nothing. So an input that ends well is tried once more, and then everything is to be freed. libFuzzer's own
 * search for leaks, at each input that leaves anything behind, is off.
 */
#ifndef FUZZ_ENDED_H
#define FUZZ_ENDED_H

#include <sanitizer/allocator_interface.h>
#include <sanitizer/lsan_interface.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

static jmp_buf ended_here;
static long blocks;

void __wrap_die(const char *format, ...) __attribute__((noreturn));
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

void __wrap_die(const char *format, ...)
{
	(void)format;
	longjmp(ended_here, 1);
}

static void count_malloc(const volatile void *block, size_t size)
{
	(void)size;
	blocks += block != NULL;
}

static void count_free(const volatile void *block)
{
	blocks -= block != NULL;
}

/* True: `try` came to its end. */
static bool ends_well(void (*try)(const uint8_t *data, size_t size), const uint8_t *data, size_t size)
{
	volatile bool well = false;

	__lsan_disable();
	if (setjmp(ended_here) == 0) {
		try(data, size);
		well = true;
	}
	__lsan_enable();
	return well;
}

static int try_twice(void (*try)(const uint8_t *data, size_t size), const uint8_t *data, size_t size)
{
	static bool counting;

	if (!counting)
		counting = __sanitizer_install_malloc_and_free_hooks(count_malloc, count_free) != 0;
	if (!counting)
		abort();
	if (!ends_well(try, data, size))
		return 0;
	blocks = 0;
	try(data, size);
	if (blocks && __lsan_do_recoverable_leak_check())
		abort();
	return 0;
}

#endif
