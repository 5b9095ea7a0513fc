/*
 * content.h: what recordings of several runs are put together by: 64 bits of xxHash over content that stays the same from run to run and from build to
 * build. No addresses, numbers, process ids or paths.
 */
#ifndef GRIDLOCK_CONTENT_H
#define GRIDLOCK_CONTENT_H

#include "findings.h"

/* `key` with one more text (NULL is a text of its own), or number. The order counts. Start with 0. */
uint64_t content_text(uint64_t key, const char *text);
uint64_t content_number(uint64_t key, uint64_t number);

/* The functions of a stack, in which modules they are, and the place in each. NULL: 0. Linear in its names. */
uint64_t content_stack(const struct stack *stack);
/* Of a lock of static storage: module and symbol. */
uint64_t content_static(const char *module, const char *symbol);

/* Where in its function an address lies: by lines from the function's declaration, else by bytes from its symbol. */
uint64_t content_place(bool lines, uint64_t distance);
/* The same of an address in no function that is known: it stays the same in that one build only. */
uint64_t content_offset(const uint8_t *build_id, size_t size, uint64_t offset);

#endif
