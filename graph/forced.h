/*
 * forced.h: does the trace's own locking force certain places apart, in whatever order its critical sections come? (V. Kahlon, F. Ivancic, A. Gupta:
 * "Reasoning About Threads Communicating via Locks", CAV 2005, where it is told by acquisition histories; here it is worked out.)
 *
 * For the threads to stand at their places everything before them has been done. Of two sections of one lock, each done by then or still going on
 * there, one is over before the other begins; which one is forced as soon as something of the one has to come before something of the other. This is
 * repeated until nothing new follows. When a place would have to lie behind itself, no order is left.
 *
 * Only what always happens counts: a section that was entered by a try or with a time limit need not come about. Semaphores, conditions and the
 * like may have had other reasons to go on: they count only when `weakly` asks for it.
 */
#ifndef GRIDLOCK_FORCED_H
#define GRIDLOCK_FORCED_H

#include "places.h"

/* True: the threads of these places, all different, are never there at once. False: they may be, or it is too much to work out (more than
 * FORCED_MAX clocks, each event one for each thread), or there is no memory. */
#define FORCED_MAX 1000000u
bool forced_apart(const struct history *history, const struct place *const *at, uint32_t count, bool weakly);

#endif
