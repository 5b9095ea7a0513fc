/*
 * collect.h: the recordings of a run, read and indexed. The facts stay where they lie in the copy.
 * Numbers are per image; look-ups take the image they belong to. What no fact describes is NULL.
 */
#ifndef GRIDLOCK_COLLECT_H
#define GRIDLOCK_COLLECT_H

#include <stdbool.h>
#include <stddef.h>

#include "graph/recording.h"

/* Facts of one kind, each of another number, in the order of their numbers. Of two with one number the later one counts. */
struct index {
	size_t count;
	const struct fact **facts;
};
struct image {
	char *path;
	void *data;
	size_t size;
	const struct recording_header *header;
	struct index processes, ends, modules, threads, thread_names, stacks, classes, gates, names;
	/* Sorted by what is looked up, then in the order of the recording. */
	size_t locks_count, dependencies_count, class_dependencies_count, witnesses_count, segments_count, findings_count;
	const struct fact_lock **locks;
	const struct fact_dependency **dependencies, **class_dependencies; /* by process; among instances, among classes */
	const struct fact_witness **witnesses;				   /* by dependency */
	const struct fact_segment **segments;				   /* by thread and segment */
	const struct fact_finding **findings;				   /* unsorted, like all that follow */
	size_t blocked_count, deadlocks_count, orders_count;
	const struct fact_blocked **blocked;
	const struct fact_deadlock **deadlocks;
	const struct fact_order **orders;
	uint32_t torn;
};
struct run {
	char *directory;
	size_t images_count;
	struct image *images;
	size_t remarks_count;
	char **remarks; /* files that could not be read, recordings that are cut off ... */
};

/* Reads all `image.*` files of a folder, in the order of their names. NULL with *error (to be freed) when the folder cannot be read.
 * Files that cannot be read become remarks. */
struct run *collect(const char *directory, char **error);
void run_free(struct run *run);
void run_remark(struct run *run, char *remark);

/* The fact of that number, or NULL. Its place in the list, or the list's length. */
const struct fact *index_find(const struct index *index, uint64_t number);
size_t index_place(const struct index *index, uint64_t number);
/* The number of a fact that an index may hold. */
uint32_t index_number(const struct fact *fact);
/* What was said last of the lock; NULL: nothing. */
const struct fact_lock *image_lock(const struct image *image, uint64_t number);
/* The name that the source gave, by its number; NULL: it gave none. */
const char *image_name(const struct image *image, uint32_t number);
/* Where the segment `segment` of `thread` says that `other`'s segment `other_segment` is over; a strong event before a weak one. NULL: nowhere. */
const struct fact_before *image_before(const struct image *image, uint32_t thread, uint32_t segment, uint32_t other,
				       uint32_t other_segment);
/* Where the dependencies of a process, the witnesses of a dependency begin in their lists; they end where another one's begin. */
size_t image_dependencies_of(const struct image *image, uint32_t process);
size_t image_class_dependencies_of(const struct image *image, uint32_t process);
size_t image_witnesses_of(const struct image *image, uint32_t dependency);

#endif
