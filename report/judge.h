/* judge.h: the cycles of one process, or of several, from their dependencies among instances, as findings (by graph/cycles.h). */
#ifndef GRIDLOCK_JUDGE_H
#define GRIDLOCK_JUDGE_H

#include "build.h"

/* Judges the dependencies that process `serial` of image number `image` of the run wrote, and calls `add` with each cycle as a finding (whose
 * memory is the builder's). A search that was cut short becomes a remark. */
void judge_process(struct builder *builder, size_t image, uint32_t serial,
		   void (*add)(struct builder *builder, const struct finding *finding));
/* The same among classes of locks: what is found is RULE_CYCLE_BY_CLASS. */
void judge_classes(struct builder *builder, size_t image, uint32_t serial,
		   void (*add)(struct builder *builder, const struct finding *finding));
/* What one process did against the orders that the source declares: RULE_DECLARED_ORDER. */
void judge_declared(struct builder *builder, size_t image, uint32_t serial,
		    void (*add)(struct builder *builder, const struct finding *finding));
/* The same for all processes: cycles that go through more than one of them, by the process-shared locks; or, among classes, because they run the
 * same code, each with locks of its own. */
void judge_across(struct builder *builder, bool by_class, void (*add)(struct builder *builder, const struct finding *finding));

#endif
