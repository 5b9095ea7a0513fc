/*
 * lives.h: locks that come and go. Memory of the stack, of the heap or of the program itself is one lock and then another, of another kind,
 * which is taken in the other order: two lives are no ring. And a robust mutex whose owner dies and who has an heir.
 */
#ifndef RANDOM_LIVES_H
#define RANDOM_LIVES_H

#include "actor.h"

/* `by_copy`: a life may also begin by copying a static initialiser, which no library is told of: not to be asked for where locks are known
 * by their addresses. */
void lives_init(bool by_copy);

void lives_on_stack(struct actor *actor);
void lives_on_heap(struct actor *actor);
void lives_of_static(struct actor *actor);
void lives_robust(struct actor *actor);

#endif
