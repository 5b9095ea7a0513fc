/* sequence.c: see sequence.h. */
#include "sequence.h"

#define STRIDE (1ull << 32) /* between labels at the ends */

/* Gives those around `number` new labels, evenly, in the smallest aligned range of labels that is not too full. The larger it is, the emptier it
 * has to be, by a factor of 3/4 each time that it doubles: so what fills one up again is in proportion to what is in it. */
static void spread(struct sequence *sequence, uint32_t number)
{
	struct place *places = sequence->places;
	uint32_t first = number, last = number, count = 1;
	uint64_t mask = 31, most = 4, label, step;

	for (;; mask = mask << 1 | 1, most += most / 2) {
		label = places[number].label & ~mask;
		for (; places[first].before && places[places[first].before].label >= label; count++)
			first = places[first].before;
		for (; places[last].after && places[places[last].after].label <= (label | mask); count++)
			last = places[last].after;
		if (count <= most)
			break;
	}
	sequence->moved += count;
	step = mask / count;
	for (label += step / 2; count > 0; count--, label += step, first = places[first].after)
		places[first].label = label;
}

/* How far behind the label of `place` (before that of the first one, for 0) a new label is to be: half the way to the next one, at the ends no
 * more than a stride. 0: there is none between them. */
static uint64_t gap_behind(const struct sequence *sequence, uint32_t place)
{
	const struct place *places = sequence->places;
	uint32_t next = places[place].after;
	uint64_t gap = ((next ? places[next].label : UINT64_MAX) - (place ? places[place].label : 0)) / 2;
	bool at_one_end = !place != !next;

	return at_one_end && gap > STRIDE ? STRIDE : gap;
}

void sequence_add(struct sequence *sequence, uint32_t number, uint32_t place)
{
	struct place *places = sequence->places;
	uint32_t next = places[place].after;
	uint64_t gap = gap_behind(sequence, place);

	if (gap == 0) {
		spread(sequence, place ? place : next);
		gap = gap_behind(sequence, place);
	}
	sequence->moved++;
	places[number].label = place || !next ? places[place].label + gap : places[next].label - gap;
	places[number].before = place;
	places[number].after = next;
	places[place].after = number;
	places[next].before = number;
}

void sequence_remove(struct sequence *sequence, uint32_t number)
{
	struct place *places = sequence->places;

	places[places[number].before].after = places[number].after;
	places[places[number].after].before = places[number].before;
}
