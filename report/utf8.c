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

bool utf8_unseen(const char *text, size_t length)
{
	unsigned char first = (unsigned char)text[0], second = length > 1 ? (unsigned char)text[1] : 0,
		      third = length > 2 ? (unsigned char)text[2] : 0;

	if (length == 1)
		return (first < ' ' && first != '\t' && first != '\n') || first == 0x7f;
	if (length == 2)
		return first == 0xc2 && second < 0xa0;
	return first == 0xe2 && ((second == 0x80 && third >= 0xaa && third <= 0xae) || (second == 0x81 && third >= 0xa6 && third <= 0xa9));
}
