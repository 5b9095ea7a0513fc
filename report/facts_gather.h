/* facts_gather.h: what facts.c and facts_finding.c share: the records that are gathered, each once. */
#ifndef GRIDLOCK_FACTS_GATHER_H
#define GRIDLOCK_FACTS_GATHER_H

#include "build.h"
#include "graph/hash.h"
#include "record.h"

struct gathered {
	struct {
		uint64_t kind, key;
	} name;
	json_t *record;
	uint64_t count; /* of the run; 0: the record says nothing of runs */
	UT_hash_handle hh;
};
struct gather {
	struct builder *builder;
	struct gathered *all;
};

/* Adds a record with these members (which it takes), or counts it in the one with that key. */
void gather_counted(struct gather *gather, enum record_kind kind, uint64_t key, uint64_t count, json_t *more);
/* The key of a stack, or null; gathers it. */
json_t *gather_stack(struct gather *gather, const struct stack *stack);
json_t *gather_key(uint64_t key);
/* The record of a finding. */
void gather_finding(struct gather *gather, const struct finding *finding);

#endif
