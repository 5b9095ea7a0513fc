/*
 * symbols.h: addresses in modules to functions, source lines and data symbols, through libdw: symbol tables, DWARF with inlined calls,
 * separate debug files by build-id (and debuginfod when DEBUGINFOD_URLS is set). A file whose build-id is not the recorded one is not
 * believed, and that is said. Everything is looked up once and kept until symbols_free; strings belong to the table.
 */
#ifndef GRIDLOCK_SYMBOLS_H
#define GRIDLOCK_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>

#include "findings.h"
#include "graph/recording.h"

struct symbols;
/* `remark` is called with one line (to be freed) for every file that is gone or is not the one recorded. */
struct symbols *symbols_new(void (*remark)(void *ctx, char *text), void *ctx);
void symbols_free(struct symbols *symbols);

/* The frames at a return address of a module (module NULL: unknown): innermost inlined call first, at least one. *count frames. */
const struct frame *symbols_frames(struct symbols *symbols, const struct fact_module *module, uint64_t offset, size_t *count);
/* The data symbol that covers the offset, with "+N" behind it when it does not begin there; NULL: none. */
const char *symbols_data(struct symbols *symbols, const struct fact_module *module, uint64_t offset);
/* The function that begins at or covers the offset exactly (no return address); NULL: none. */
const char *symbols_function(struct symbols *symbols, const struct fact_module *module, uint64_t offset);

#endif
