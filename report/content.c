/* content.c: see content.h. */
#include "content.h"

#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "build.h"

static uint64_t add(uint64_t key, const void *bytes, size_t size)
{
	return XXH3_64bits_withSeed(bytes, size, key);
}

uint64_t content_number(uint64_t key, uint64_t number)
{
	/* The same on every machine. */
	uint8_t bytes[8];

	for (int i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(number >> 8 * i);
	return add(key, bytes, sizeof(bytes));
}

uint64_t content_text(uint64_t key, const char *text)
{
	return text ? add(content_number(key, strlen(text)), text, strlen(text)) : content_number(key, UINT64_MAX);
}

uint64_t content_stack(const struct stack *stack)
{
	uint64_t key = 1;

	if (!stack)
		return 0;
	for (size_t i = 0; i < stack->count; i++) {
		const struct frame *frame = &stack->frames[i];

		key = content_number(key, function_plain_length(frame->function));
		key = add(key, frame->function, function_plain_length(frame->function));
		key = content_text(key, base_name(frame->module));
		key = content_number(key, frame->place);
	}
	return key;
}

uint64_t content_static(const char *module, const char *symbol)
{
	return content_text(content_text(2, base_name(module)), symbol);
}

uint64_t content_place(bool lines, uint64_t distance)
{
	return distance << 1 | !lines;
}

uint64_t content_offset(const uint8_t *build_id, size_t size, uint64_t offset)
{
	return content_number(add(3, build_id, size), offset);
}
