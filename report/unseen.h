/*
 * unseen.h: locks that no library in front of libc can see, because they are made of futexes, of atomics or of a virtual machine's own
 * means (INTERPOSITION section 1): recognised by what the file of a program or of a library holds, so that silence is not taken for safety.
 */
#ifndef GRIDLOCK_UNSEEN_H
#define GRIDLOCK_UNSEEN_H

#include <stddef.h>
#include <stdint.h>

/* What a set's bits mean, "Rust's std::sync": unseen_count names. */
extern const char *const unseen_names[];
extern const size_t unseen_count;
/* The set of what is in the ELF file at `path`; 0 where there is nothing, or no such file. Cost: the file's symbols, and where it may be
 * Rust's its strings. */
uint32_t unseen_in(const char *path);
/* "Rust's std::sync, Go's sync"; NULL for the empty set. To be freed. */
char *unseen_text(uint32_t set);

#endif
