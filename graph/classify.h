/*
 * classify.h: which rule a cycle falls under (DESIGN section 6, the table): first match wins.
 *
 *   cycle-single-thread  no choice of witnesses gives every link a thread of its own
 *   cycle-compatible     some link's lock is asked for shared and held shared by the next link, and no writer whom readers wait behind is there
 *   cycle-gated          a common lock in two held sets (not one of the ring's own), exclusive on at least one side; shared/shared is none;
 *                        or one that may be there, where a held set is cut; or, in every choice of witnesses, one that a thread's creator
 *                        held around all that the thread did
 *   cycle-ordered        in every choice of distinct-thread witnesses some pair of segments is ordered by create or join
 *   cycle-bounded        some link is a timed acquisition
 *   lock-order-cycle     none of the above
 *
 * Of a cycle of threads chosen, `links[i].witness` is a choice that supports the verdict: distinct threads and, where there is one, no
 * pair of which is ordered.
 */
#ifndef GRIDLOCK_CLASSIFY_H
#define GRIDLOCK_CLASSIFY_H

#include "cycles.h"

/* Looks up who asks for the locks that make readers wait behind writers, to write them: input->writers. Before the others. False: no memory. Linear. */
bool classify_prepare(struct cycles_input *input, struct arena *arena);
/* Does the input have a writer of the lock that this reader asks for? */
bool classify_has_writer(const struct cycles_input *input, const struct cycles_dependency *reader);
/* Fills cycle->rule and the reason, and chooses the witnesses. */
void classify_cycle(const struct cycles_input *input, struct cycle *cycle);

#endif
