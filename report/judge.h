/* judge.h: the cycles of one process, or of several, from their dependencies among instances, as findings (by graph/cycles.h). */
#ifndef GRIDLOCK_JUDGE_H
#define GRIDLOCK_JUDGE_H

#include "build.h"

/* Judges the dependencies that process `serial` of image number `image` of the run wrote, and calls `add` with each cycle as a finding (whose
 * memory is the builder's). A search that was cut short becomes a remark. */
void judge_process(struct builder *builder, size_t image, uint32_t serial,
		   void (*add)(struct builder *builder, const struct finding *finding));
/* The same for the process-shared locks of all processes: only the cycles that go through more than one of them. */
/* The same among classes of locks: what is found is RULE_CYCLE_BY_CLASS. */
void judge_classes(struct builder *builder, size_t image, uint32_t serial,
		   void (*add)(struct builder *builder, const struct finding *finding));
void judge_across(struct builder *builder, void (*add)(struct builder *builder, const struct finding *finding));

#endif
