/*
 * steer.h: the plan by which the library steers a run into a ring (`gridlock confirm`): each link by the places where its locks are taken, and by
 * their classes. The command writes it to a file, the library reads it. Places are code, not addresses: they are the same in every run of one build.
 */
#ifndef GRIDLOCK_STEER_H
#define GRIDLOCK_STEER_H

#include <stdbool.h>
#include <stdint.h>

#include "recording.h"

#define STEER_MAGIC  0x3272656574736c67ull /* "glsteer2" */
#define STEER_FRAMES 4
#define STEER_LINKS  8

/* The innermost of the program's frames where a lock is taken: return addresses, as offsets in their modules. */
struct steer_site {
	uint32_t count;
	uint32_t pad;
	uint64_t frames[STEER_FRAMES];
};
/* Which locks are meant: those of a module, by their offset in it; else those that are made at a site; with neither, any. */
struct steer_class {
	uint64_t offset;
	struct steer_site made;
};
struct steer_link {
	struct steer_site held, wanted;
	struct steer_class held_class, wanted_class;
};
struct steer_plan {
	uint64_t magic;
	uint32_t links;	    /* link i wants what link i + 1 (mod links) holds */
	uint32_t patience;  /* milliseconds that a thread waits for the others, each time that it comes to its link */
	uint32_t connected; /* 1: only who holds or wants what one that stands there wants or holds waits too; 0: all do */
	uint32_t pad;
	struct steer_link link[STEER_LINKS];
};

/* Is the site on the stack, not far below its top? The frames are as the recording has them. */
static inline bool steer_site_is_on(const struct steer_site *site, const frame_t *frames, uint32_t count)
{
	for (uint32_t top = 0; site->count && top < 8 && top + site->count <= count; top++) {
		uint32_t same = 0;

		while (same < site->count && FRAME_OFFSET(frames[top + same]) == site->frames[same])
			same++;
		if (same == site->count)
			return true;
	}
	return false;
}

#endif
