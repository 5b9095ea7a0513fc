/*
 * bytes.c: memset, memcpy and memmove of the library's own, seen by nobody else; the compiler calls them too.
 * Libc's can be anybody's: a sanitizer's wrapper takes what the library does with its own records for races of the program, and is a null
 * pointer before it is initialised. The hot path calls none of them; a thread's record and slot, 28 KiB, are cleared at its beginning.
 */
#include <stddef.h>
#include <stdint.h>

#define OWN __attribute__((visibility("hidden")))

/* Keeps the compiler from seeing a memset in the loop that is to be one. */
#define OPAQUE() __asm__ volatile("" ::: "memory")

OWN void *memset(void *bytes, int value, size_t count);
OWN void *memcpy(void *restrict to, const void *restrict from, size_t count);
OWN void *memmove(void *to, const void *from, size_t count);

/* A cache line at a time. */
struct line {
	uint64_t words[8];
};

void *memset(void *bytes, int value, size_t count)
{
	uint64_t word = 0x0101010101010101ull * (uint8_t)value;
	struct line line = {{word, word, word, word, word, word, word, word}};
	unsigned char *at = bytes;

	for (; count >= sizeof(line); count -= sizeof(line), at += sizeof(line)) {
		__builtin_memcpy(at, &line, sizeof(line));
		OPAQUE();
	}
	for (; count >= sizeof(word); count -= sizeof(word), at += sizeof(word)) {
		__builtin_memcpy(at, &word, sizeof(word));
		OPAQUE();
	}
	for (; count; count--) {
		*at++ = (unsigned char)value;
		OPAQUE();
	}
	return bytes;
}

/* Upwards, a word at a time: right also where `to` lies below `from`. */
static void copy_up(unsigned char *to, const unsigned char *from, size_t count)
{
	uint64_t word;

	for (; count >= sizeof(word); count -= sizeof(word), to += sizeof(word), from += sizeof(word)) {
		__builtin_memcpy(&word, from, sizeof(word));
		__builtin_memcpy(to, &word, sizeof(word));
		OPAQUE();
	}
	for (; count; count--) {
		*to++ = *from++;
		OPAQUE();
	}
}

void *memcpy(void *restrict to, const void *restrict from, size_t count)
{
	copy_up(to, from, count);
	return to;
}

void *memmove(void *to, const void *from, size_t count)
{
	unsigned char *end = (unsigned char *)to + count;
	const unsigned char *from_end = (const unsigned char *)from + count;

	if ((uintptr_t)to - (uintptr_t)from >= count) {
		copy_up(to, from, count);
		return to;
	}
	for (; count; count--) {
		*--end = *--from_end;
		OPAQUE();
	}
	return to;
}
