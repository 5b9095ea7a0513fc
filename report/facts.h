/*
 * facts.h: what a run saw, as records (record.h): what several runs are put together from. The run's findings; its dependencies among classes of
 * locks, program by program; and the locks, stacks and modules that these name.
 */
#ifndef GRIDLOCK_FACTS_H
#define GRIDLOCK_FACTS_H

#include "build.h"
#include "record.h"

/* The records of the builder's run, whose findings are all there; in order. To be freed with records_free. Looks up every stack that a
 * dependency has. */
struct records facts_of(struct builder *builder);
/* The number by which a run is known: of when its first process began, which one that was, and what it ran. The same whoever reads the recording,
 * and however much of it is there. */
uint64_t facts_run(const struct run *run);

#endif
