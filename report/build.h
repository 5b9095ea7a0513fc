/*
 * build.h: what the files that build findings share: the run being read, and how facts become threads, locks and stacks for people.
 * Everything made here lives in the arena of the findings.
 */
#ifndef GRIDLOCK_BUILD_H
#define GRIDLOCK_BUILD_H

#include "collect.h"
#include "findings.h"
#include "graph/arena.h"
#include "symbols.h"

/* rules.def's numbers. */
enum {
#define RULE(id, name, level, text) RULE_##id,
#include "graph/rules.def"
#undef RULE
};

/* What one image's numbers stand for, made when first asked for. */
struct image_names {
	const struct stack **stacks; /* by the place of their fact in the image's index, like threads */
	struct thread **threads;
	struct lock_name *locks;	 /* a hash by number */
	struct name_count *thread_names; /* a hash by name */
	bool threads_named;
};
struct builder {
	struct run *run;
	struct symbols *symbols;
	struct arena arena;
	struct findings *findings;
	struct told *told;	       /* the findings, as told.c finds them */
	enum level levels[64];	       /* of the rules, after --level */
	struct image_names *all_names; /* of the run's images */
	const struct image *image;     /* being read */
	struct image_names *names;     /* of it */
	uint32_t threads_numbered;
	size_t locks_numbered;
};

/* A builder over a run: both, and the symbols, stay the caller's. What it makes lives until builder_end, what else it keeps until builder_rest. */
struct builder builder_begin(struct run *run, struct symbols *symbols);
void builder_rest(struct builder *builder);
void builder_end(struct builder *builder);
/* From now on numbers are those of that image of the run. */
void build_from(struct builder *builder, size_t image);
/* Zeroed memory of the findings. Never NULL. */
void *build_alloc(struct builder *builder, size_t size);
const char *build_text(struct builder *builder, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The module that a frame is in; NULL: none is known. */
const struct fact_module *build_module(const struct builder *builder, frame_t frame);
/* The stack of that number, trimmed; NULL for 0 and for one that no fact describes. */
const struct stack *build_stack(struct builder *builder, uint32_t number);
const struct thread *build_thread(struct builder *builder, uint32_t number);
/* What a start routine is called, as a name for its threads; NULL: not known. */
const char *build_start_name(struct builder *builder, frame_t start);
const struct lock *build_lock(struct builder *builder, uint64_t number);
/* Is anything known of it but its number? */
bool build_lock_known(const struct builder *builder, uint64_t number);
/* The end of a thread, as what who joins it waits for: a lock of kind "thread", with the thread's name. NULL gives one of an unknown thread. */
const struct lock *build_end(struct builder *builder, const struct thread *thread);
/* A number that stands for all locks of a class, as the `nesting`th of it, from 0, that a thread holds at once. */
#define CLASS_NUMBER(class, nesting) (1ull << 63 | (uint64_t)(nesting) << 32 | (uint32_t)(class))
#define NUMBER_IS_CLASS(number)	     ((number) >> 63)
#define NUMBER_NESTING(number)	     ((uint32_t)((number) >> 32) & INT32_MAX)
/* Of a lock's number, or of one that stands for its class. NULL: not known. */
const struct fact_class *build_class(const struct image *image, uint64_t number);
/* The same for a lock, its class, and that class in another process. */
uint64_t lock_class_key(const struct lock *lock);
/* Last part of a path. */
const char *base_name(const char *path);

/* The finding's sentences and its fingerprint, once all else is there. */
void story_tell(struct builder *builder, struct finding *finding);
/* Length of a function's name without what compilers add to its clones (.part.0, .constprop.1). */
size_t function_plain_length(const char *function);
void fingerprint_make(struct builder *builder, struct finding *finding);
/* "function (file:line)" of the innermost frame, or what is known of it. */
const char *story_place(struct builder *builder, const struct stack *stack);

#endif
