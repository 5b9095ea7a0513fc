/* text.h: short texts without stdio, which would take the host's locks: paths, and the alarm line. What does not fit is cut. */
#ifndef GRIDLOCK_TEXT_H
#define GRIDLOCK_TEXT_H

#include <stddef.h>
#include <stdint.h>

struct text {
	char *start;
	size_t room, used;
};

static inline struct text text_into(char *buffer, size_t room)
{
	buffer[0] = '\0';
	return (struct text){buffer, room, 0};
}

static inline struct text *text_add(struct text *text, const char *more)
{
	while (*more && text->used + 1 < text->room)
		text->start[text->used++] = *more++;
	text->start[text->used] = '\0';
	return text;
}

static inline struct text *text_add_number(struct text *text, uint64_t number)
{
	char digits[21];
	size_t at = sizeof(digits) - 1;

	digits[at] = '\0';
	do
		digits[--at] = (char)('0' + number % 10);
	while (number /= 10);
	return text_add(text, digits + at);
}

#endif
