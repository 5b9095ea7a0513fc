/* utf8.c: see utf8.h. */
#include "utf8.h"

size_t utf8_length(const char *text)
{
	unsigned char first = (unsigned char)text[0], second;
	size_t length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;

	for (size_t i = 1; i < length; i++)
		if (((unsigned char)text[i] & 0xc0) != 0x80)
			return 0;
	if (length < 3)
		return length;
	/* Too long for what they are, surrogates, and what lies beyond U+10FFFF. */
	second = (unsigned char)text[1];
	if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) || (first == 0xf0 && second < 0x90) ||
	    (first == 0xf4 && second > 0x8f))
		return 0;
	return length;
}
