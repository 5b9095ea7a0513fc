/*
 * suppress_block.h: the block form of a suppression, which names one finding exactly: its rule, its cause, and the functions of every stack.
 *
 *     {
 *       rule:lock-order-cycle
 *       held
 *         fun:transfer
 *         fun:main
 *       wanted
 *         fun:audit
 *       held
 *         ...
 *     }
 *
 * `held` and `wanted` take turns, one pair for each link of the ring, in its order, whichever link comes first; of a misuse each stack is
 * `stack:LABEL`. A frame is `fun:FUNCTION`, `obj:MODULE` where no function is known, or `...`, any number of frames. `*` in a frame stands for
 * anything. Blanks in front, empty lines and comments do not matter.
 */
#ifndef GRIDLOCK_SUPPRESS_BLOCK_H
#define GRIDLOCK_SUPPRESS_BLOCK_H

#include <stdbool.h>
#include <stdio.h>

#include "findings.h"

struct block;

/* An empty one; to be freed. */
struct block *block_new(void);
void block_free(struct block *block);
/* Adds a line that lies between the braces, without blanks around it. NULL, or what is wrong with it. */
const char *block_add(struct block *block, const char *line);
/* What is wrong with a block that is at its end; NULL: nothing. */
const char *block_wrong(const struct block *block);
/* Does it name the finding? In time that grows with the links' number squared times the frames. */
bool block_matches(const struct block *block, const struct finding *finding);

/* Writes the block that names the finding, and no other one. */
void block_write(FILE *stream, const struct finding *finding);

#endif
