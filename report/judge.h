/* judge.h: the cycles of one process, from its dependencies among instances, as findings (by graph/cycles.h). */
#ifndef GRIDLOCK_JUDGE_H
#define GRIDLOCK_JUDGE_H

#include "build.h"

/* Judges the dependencies that process `serial` of the builder's image wrote, and calls `add` with each cycle as a finding (whose memory
 * is the builder's). A search that was cut short becomes a remark. */
void judge_process(struct builder *builder, uint32_t serial, void (*add)(struct builder *builder, const struct finding *finding));

#endif
