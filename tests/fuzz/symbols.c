/*
 * symbols.c: names for the frames of recordings that mean nothing, instead of libdw's: those of real programs, of compilers, and of nobody.
 * It is no part of what is tested, and opens no files.
 */
#include "report/symbols.h"

#include <stdlib.h>

#include "report/memory.h"

struct symbols {
	struct frame frames[256][2];
};

static const char *const functions[] = {"main",
					"work_one(int, std::vector<int>&)",
					"alpha",
					"??",
					"",
					"with \"quotes\", %s, \\ and <b>",
					"line\nbreak\tand\rmore",
					"not utf-8: \xff\xfe\xc3",
					"pthread_mutex_lock",
					"std::mutex::lock()",
					"a::b::operator<<(c const&)::{lambda()#1}::operator()() const"};
static const char *const files[] = {NULL, "", "/nonexistent/file.c", "relative/\xff.c", "/nonexistent/a b:c,%d.c"};
#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

struct symbols *symbols_new(void (*remark)(void *ctx, char *text), void *ctx)
{
	(void)remark;
	(void)ctx;
	return new_zeroed(1, sizeof(struct symbols));
}

void symbols_free(struct symbols *symbols)
{
	free(symbols);
}

const struct frame *symbols_frames(struct symbols *symbols, const struct fact_module *module, uint64_t offset, size_t *count)
{
	struct frame *frames = symbols->frames[offset % 256];

	*count = 1 + (offset % 256 >= 192);
	for (size_t i = 0; i < *count; i++)
		frames[i] = (struct frame){.function = functions[(offset + i) % 256 % COUNT(functions)],
					   .file = files[offset % 256 % COUNT(files)],
					   .line = (unsigned)(offset % 256),
					   .module = module ? "/usr/lib/module.so" : "??",
					   .offset = offset % 256,
					   .inlined = i + 1 < *count};
	return frames;
}

const char *symbols_data(struct symbols *symbols, const struct fact_module *module, uint64_t offset)
{
	(void)symbols;
	return module && offset % 3 ? functions[offset % COUNT(functions)] : NULL;
}

const char *symbols_function(struct symbols *symbols, const struct fact_module *module, uint64_t offset)
{
	(void)symbols;
	return module && offset % 3 ? functions[offset % COUNT(functions)] : NULL;
}
