/*
 * told.h: which findings are in the list already, as what other ones say: at the same code locations, or better. Any number of findings: they are
 * found by hashes of what is compared.
 */
#ifndef GRIDLOCK_TOLD_H
#define GRIDLOCK_TOLD_H

#include "build.h"

/* The first finding of the builder's list that tells what this one does, as its place there; the list's length: none. O(links^2). */
size_t told_find(struct builder *builder, const struct finding *finding);
/* The finding at that place of the list is to be found from now on: the last one that was added. */
void told_add(struct builder *builder, size_t place);

/* Is this a ring among classes, and the known one a finding of single locks at its places? Then it does not even count. */
bool told_by_instance(const struct finding *known, const struct finding *finding);

#endif
