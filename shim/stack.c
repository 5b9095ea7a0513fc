/* stack.c: see stack.h. */
#include "stack.h"

#include <string.h>
#include <sys/auxv.h>

#include "graph/hash.h"
#include "module.h"
#include "objects.h"
#include "real.h"
#include "signal.h"
#include "sink.h"
#include "steer.h"
#include "unwinder.h"

static struct unwinder unwinder; /* none: without a backtrace */

struct stack_entry {
	uint64_t hash;
	uint32_t id;
	UT_hash_handle hh;
};
static struct stack_entry *stacks; /* by the hash of their frames; in `tables`: numbers stay true across a fork */

/* Where threads and programs begin: libc, and the program's first function, which calls it. */
static struct object libc;
static uint64_t program_entry;
#define ENTRY_SIZE 64u

void stack_init(void)
{
	objects_find((uintptr_t)real.syscall, &libc);
	program_entry = getauxval(AT_ENTRY);
	if (!unwinder_find(&unwinder) || !objects_keep((uintptr_t)unwinder.backtrace))
		unwinder = (struct unwinder){0};
}

/* ---- walking ---- */

struct visitor {
	bool (*visit)(void *ctx, uint64_t pc, uint64_t sp, bool interrupted);
	void *ctx;
};

static _Unwind_Reason_Code visit_frame(struct _Unwind_Context *context, void *argument)
{
	struct visitor *visitor = argument;
	int before_instruction = 0;
	uint64_t pc = unwinder.ip(context, &before_instruction);

	if (pc == 0)
		return _URC_END_OF_STACK;
	if (module_is_own(pc))
		return _URC_NO_REASON;
	/* A return address lies behind its call, and readers look at pc - 1. In a frame that a signal interrupted pc is exact. */
	if (!visitor->visit(visitor->ctx, pc + (before_instruction != 0), unwinder.cfa(context), before_instruction != 0))
		return _URC_END_OF_STACK;
	return _URC_NO_REASON;
}

void stack_walk(bool (*visit)(void *ctx, uint64_t pc, uint64_t sp, bool interrupted), void *ctx)
{
	struct visitor visitor = {visit, ctx};

	if (unwinder.backtrace)
		unwinder.backtrace(visit_frame, &visitor);
}

uint64_t stack_function(uint64_t pc)
{
	return unwinder.function ? (uintptr_t)unwinder.function((void *)(uintptr_t)(pc - 1)) : 0;
}

/* ---- capturing ---- */

struct capture {
	struct self *self;
	struct site site;
	uint64_t above;	  /* stack pointer of the frame before, at its call */
	uint64_t taker;	  /* CFA of the calling function */
	uint64_t handler; /* where the signal handler goes on that it is inside of; 0: there is none */
	bool cut;
	bool astray; /* no more words of the path can be told */
	uint32_t count;
	struct path_word words[PATH_WORDS]; /* offsets below 2^31: PATH_WORDS * FRAME_MOST */
	uint16_t frames[PATH_WORDS];	    /* what each of them returns into: a frame of the stack, by number */
};

static uint64_t word_at(uint64_t address)
{
	return *(const uint64_t *)(uintptr_t)address;
}

#define FRAME_ENDS 8u /* words at both ends of a frame, where compilers keep the return address */

/* Does the word hold that return address? Signed ones (aarch64) have something else in the upper bits. */
static bool holds(uint64_t address, uint64_t pc)
{
	return ((word_at(address) ^ pc) & 0xffffffffffffull) == 0;
}

/* Where the frame from `sp` to `cfa` keeps its return address, which is `pc`; 0: not to be found. */
static uint64_t return_address(uint64_t sp, uint64_t cfa, uint64_t pc)
{
	for (uint32_t i = 1; i <= FRAME_ENDS && cfa - 8 * i >= sp; i++)
		if (holds(cfa - 8 * i, pc))
			return cfa - 8 * i;
	for (uint32_t i = 0; i < FRAME_ENDS && sp + 8 * i < cfa; i++)
		if (holds(sp + 8 * i, pc))
			return sp + 8 * i;
	return 0;
}

#define FRAME_MOST (1u << 20) /* a frame that is larger is none: the stack changes there */

/* The frame returns to `pc`, where the stack pointer was `sp`: the next word of the path. */
static void capture_word(struct capture *capture, uint64_t pc, uint64_t sp)
{
	uint64_t at;

	capture->astray |= sp <= capture->above || sp - capture->above > FRAME_MOST || (sp & 7);
	if (capture->astray || capture->count == PATH_WORDS)
		return;
	at = return_address(capture->above, sp, pc);
	if (!at)
		return;
	capture->words[capture->count] = (struct path_word){(int32_t)(at - capture->site.sp), (uint32_t)word_at(at)};
	capture->frames[capture->count++] = (uint16_t)capture->self->scratch.count;
}

static bool capture_frame(void *ctx, uint64_t pc, uint64_t sp, bool interrupted)
{
	struct capture *capture = ctx;
	struct fact_stack *stack = &capture->self->scratch;

	/* The stack pointer of the second frame is the CFA of the first. */
	if (stack->count == 1)
		capture->taker = sp;
	/* The stack of a signal handler ends with it: what it interrupts is another thing each time. Between the two lies the frame that the kernel
	 * has made, which returns from the signal. */
	if (interrupted && stack->count >= 2) {
		stack->count--;
		capture->handler = stack->frames[stack->count - 1];
		return false;
	}
	if (stack->count == MAX_FRAMES) {
		capture->cut = true;
		return false;
	}
	if (stack->count)
		capture_word(capture, pc, sp);
	capture->above = sp;
	stack->frames[stack->count++] = pc;
	return true;
}

/* Does a thread or the program begin there? What calls it is the same for all that the thread does. */
static bool is_beginning(uint64_t pc)
{
	return pc - libc.start < libc.end - libc.start || pc - program_entry < ENTRY_SIZE;
}

static void drop_beginning(struct capture *capture)
{
	const struct fact_stack *stack = &capture->self->scratch;
	uint32_t count = stack->count;

	while (count > 1 && !capture->cut && is_beginning(stack->frames[count - 1]))
		count--;
	while (capture->count && capture->frames[capture->count - 1] >= count)
		capture->count--;
}

/* The live stack, into self->scratch. */
static void walk_here(struct capture *capture)
{
	struct self *self = capture->self;

	self->scratch.count = 0;
	stack_walk(capture_frame, capture);
	if (self->scratch.count == 0)
		self->scratch.frames[self->scratch.count++] = capture->site.caller;
	drop_beginning(capture);
}

/* ---- interning ---- */

/* The number of the stack in self->scratch, whose frames are plain addresses. Caller holds the lock. 0: no memory. */
static uint32_t stack_intern(struct self *self)
{
	struct arena *arena = &tables;
	struct fact_stack *stack = &self->scratch;
	struct stack_entry *entry;
	uint64_t hash = stack->count;

	for (uint32_t i = 0; i < stack->count; i++) {
		stack->frames[i] = module_frame(stack->frames[i]);
		hash = hash_mix(hash, stack->frames[i]);
	}
	HASH_FIND(hh, stacks, &hash, sizeof(hash), entry);
	if (entry)
		return entry->id;
	entry = arena_alloc(arena, sizeof(*entry));
	if (entry) {
		entry->hash = hash;
		HASH_ADD(hh, stacks, hash, sizeof(entry->hash), entry);
		if (!hash_added(entry)) {
			arena_free(arena, entry, sizeof(*entry));
			entry = NULL;
		}
	}
	if (!entry) {
		sink_limit(LIMIT_STACKS);
		return 0;
	}
	entry->id = atomic_fetch_add_explicit(&sink_header->next_stack, 1, memory_order_relaxed);
	stack->id = entry->id;
	stack->head = (struct fact){.size = sizeof(*stack) + stack->count * sizeof(frame_t), .kind = FACT_STACK};
	sink_append(&stack->head);
	steer_stack(entry->id, stack->frames, stack->count);
	return entry->id;
}

/* A path by its content; in `tables` as well. Its words come behind this, and then the path. */
struct path_entry {
	uint64_t hash; /* taken as unique */
	const struct path *path;
	UT_hash_handle hh;
	struct path_word words[];
};
static struct path_entry *paths;
#define PATHS_MOST (1u << 17) /* a stack has more than one path when alloca moves its frames; beyond these it is walked each time */

/* Words of a path with those that fill it up. */
static uint32_t path_room(uint32_t count)
{
	return count ? (count + 1) & ~1u : 2;
}

static size_t path_size(uint32_t count)
{
	return sizeof(struct path_entry) + path_room(count) * sizeof(struct path_word) + sizeof(struct path);
}

static uint64_t path_hash(const struct capture *capture, uint32_t id)
{
	uint64_t hash = hash_mix(id, capture->taker - capture->site.sp);

	for (uint32_t i = 0; i < capture->count; i++)
		hash = hash_mix(hash, (uint64_t)(uint32_t)capture->words[i].offset << 32 | capture->words[i].value);
	return hash;
}

static const struct path *path_write(struct path_word *words, const struct capture *capture, uint32_t id)
{
	uint32_t room = path_room(capture->count);
	struct path *path = (struct path *)(words + room);

	/* What fills it up is always so: the call's own return address, which x86 has below the stack pointer; or the word before. Where it is not
	 * (aarch64), a path without words is found by memo_find, which does not look at it. */
	words[0] = words[1] = (struct path_word){-8, (uint32_t)capture->site.caller};
	memcpy(words, capture->words, capture->count * sizeof(*words));
	if (capture->count && capture->count < room)
		words[capture->count] = words[capture->count - 1];
	path->first = -(int32_t)(room * sizeof(*words));
	path->words = capture->count;
	path->stack = id;
	path->taker = capture->taker ? (uint32_t)(capture->taker - capture->site.sp) : 0;
	return path;
}

/* The path of the stack `id`. Caller holds the lock. NULL: no memory. */
static const struct path *path_intern(const struct capture *capture, uint32_t id)
{
	struct arena *arena = &tables;
	uint64_t hash = path_hash(capture, id);
	struct path_entry *entry;

	HASH_FIND(hh, paths, &hash, sizeof(hash), entry);
	if (entry)
		return entry->path;
	entry = HASH_COUNT(paths) < PATHS_MOST ? arena_alloc(arena, path_size(capture->count)) : NULL;
	if (!entry)
		return NULL;
	entry->hash = hash;
	entry->path = path_write(entry->words, capture, id);
	HASH_ADD(hh, paths, hash, sizeof(entry->hash), entry);
	if (hash_added(entry))
		return entry->path;
	arena_free(arena, entry, path_size(capture->count));
	return NULL;
}

/* ---- the memo ---- */

/* What `memo` has no room for, in sets of one cache line. Tables that were too small stay until the thread ends: a signal handler may have made a
 * larger one while the thread looks into this one. */
#define SET	   4u
#define MORE_FIRST (32u << 10) /* bytes */
#define MORE_LAST  (512u << 10)
struct memo_more {
	uint32_t sets;
	uint32_t size; /* bytes */
	struct memo_more *before;
	uint64_t pad[6];
	struct memo places[];
};
_Static_assert(sizeof(struct memo_more) == SET * sizeof(struct memo), "a set is a cache line");

/* Two words that a signal handler may get in between: a pair that does not belong together is no entry, for no key has it. */
static void memo_set(struct memo *memo, uint64_t key, const struct path *path)
{
	memo->path = path;
	memo->key = key ^ (uintptr_t)path;
}

static uint64_t memo_key(const struct memo *memo)
{
	return memo->key ^ (uintptr_t)memo->path;
}

/* An entry may be in either of two sets, and goes where there is room (known.c says who found that): then none is lost before the table is nearly full,
 * and with it the way to others. */
static struct memo *more_set(struct memo_more *more, uint64_t key, bool second)
{
	uint64_t product = key * 0x9e3779b97f4a7c15ull, half = second ? (uint32_t)product : product >> 32;

	return &more->places[(half * more->sets >> 32) * SET];
}

static struct memo *more_find(struct memo_more *more, uint64_t key)
{
	for (int second = 0; second < 2; second++) {
		struct memo *set = more_set(more, key, second);

		for (uint32_t i = 0; i < SET; i++)
			if (memo_key(&set[i]) == key)
				return &set[i];
	}
	return NULL;
}

static uint32_t set_used(const struct memo *set)
{
	uint32_t used = 0;

	while (used < SET && set[used].path)
		used++;
	return used;
}

static const struct path *memo_get(struct self *self, uint64_t key)
{
	struct memo *first = stack_memo(self, key), *found;

	if (memo_key(first) == key)
		return first->path;
	found = self->memo_more ? more_find(self->memo_more, key) : NULL;
	if (!found)
		return NULL;
	memo_set(first, key, found->path);
	return found->path;
}

static void more_put(struct self *self, uint64_t key, const struct path *path)
{
	struct memo *one = more_set(self->memo_more, key, false), *other = more_set(self->memo_more, key, true);
	struct memo *set = set_used(other) < set_used(one) ? other : one;
	uint32_t used = set_used(set);

	if (!more_find(self->memo_more, key))
		memo_set(&set[used < SET ? used : self->memo_lost++ % SET], key, path);
}

/* A larger table, with all that there is. */
static void more_grow(struct self *self)
{
	struct memo_more *before = self->memo_more, *more;
	uint32_t size = before ? before->size * 4 : MORE_FIRST;

	self->memo_lost = 0;
	more = size <= MORE_LAST ? state_pages(size, true) : NULL;
	if (!more)
		return;
	more->size = size;
	more->sets = size / sizeof(struct memo) / SET - 1;
	more->before = before;
	self->memo_more = more;
	for (uint32_t i = 0; before && i < before->sets * SET; i++)
		if (before->places[i].path)
			more_put(self, memo_key(&before->places[i]), before->places[i].path);
	for (uint32_t i = 0; i < MEMO_SIZE; i++)
		if (self->memo[i].path)
			more_put(self, memo_key(&self->memo[i]), self->memo[i].path);
	self->memo_lost = 0;
}

static void memo_put(struct self *self, uint64_t key, const struct path *path)
{
	struct memo *first = stack_memo(self, key);

	if (!self->memo_more && first->path && memo_key(first) != key)
		self->memo_lost++;
	/* Soon: with an entry the way to others goes, which are walked again. */
	if (self->memo_lost > (self->memo_more ? self->memo_more->sets * SET : MEMO_SIZE) / 64)
		more_grow(self);
	if (self->memo_more)
		more_put(self, key, path);
	memo_set(first, key, path);
}

void stack_end(struct self *self)
{
	while (self->memo_more) {
		struct memo_more *more = self->memo_more;

		self->memo_more = more->before;
		state_pages_free(more, more->size);
	}
}

static const struct path_word *path_words(const struct path *path)
{
	return (const struct path_word *)((const char *)path + path->first);
}

/* The first of the path's words from number `i` on that is another one on the live stack; path->words: none. */
static uint32_t word_other(const struct path *path, uint64_t sp, uint32_t i)
{
	const struct path_word *words = path_words(path);

	while (i < path->words && stack_has(&words[i], sp))
		i++;
	return i;
}

/* Where the tree of a call begins that has several paths. What lies at the call's own key is then the path that was met last, more or less. */
static uint64_t root_key(uint64_t key)
{
	return ~key;
}

/* Where a path leads to that is another one than the live stack from that word on. With the path in it: after the tree has lost a part and has got
 * another one in its place, nothing is reached that does not belong there. */
static uint64_t next_key(uint64_t key, const struct path *path, const struct path_word *word, uint64_t sp)
{
	uint64_t from = key ^ (((uint64_t)(uintptr_t)path << 16) + (uint32_t)word->offset);

	return hash_mix(from, (uint32_t)word_at(sp + (uint64_t)word->offset)) | 1;
}

/* Where the path of a call belongs that the memo has not. */
struct gap {
	uint64_t key;		  /* in the tree; 0: the call has no path yet */
	const struct path *alone; /* the one that the call has, which is no tree yet */
};

/* The path of the call that is being made, or NULL: *gap. */
static const struct path *memo_find(struct self *self, struct site site, struct gap *gap)
{
	uint32_t same = 0; /* words that are known to be right, more of them each time */
	uint64_t key = root_key(stack_key(site));
	const struct path *path = memo_get(self, key);

	*gap = (struct gap){.alone = path ? NULL : memo_get(self, stack_key(site))};
	if (!path)
		path = gap->alone;
	for (uint32_t i = 0; path && same <= path->words && i <= PATH_WORDS; i++) {
		same = word_other(path, site.sp, same);
		if (same == path->words)
			return path;
		key = gap->key = next_key(key, path, path_words(path) + same, site.sp);
		path = memo_get(self, key);
	}
	return NULL;
}

static void memo_fill(struct self *self, uint64_t key, const struct gap *gap, const struct path *path)
{
	if (gap->alone)
		memo_put(self, root_key(key), gap->alone);
	memo_put(self, gap->key ? gap->key : key, path);
}

/* A path that was found where the way is longer: every fourth time it comes to where it is found at once, so that the ones that come often are there
 * most of the time. Unless another call would lose its place. */
static void memo_promote(struct self *self, uint64_t key, const struct path *path)
{
	struct memo *first = stack_memo(self, key);

	if (++self->promoted % 4 == 0 && (self->memo_more || !first->path || memo_key(first) == key))
		memo_set(first, key, path);
}

void stack_forget(struct self *self)
{
	memset(self->memo, 0, sizeof(self->memo));
	if (self->memo_more)
		memset(self->memo_more->places, 0, (size_t)self->memo_more->sets * SET * sizeof(struct memo));
}

/* ---- capturing a stack ---- */

/* The push that follows is to take the slow path, and to look at its lock (held.c). */
static void look_next(struct self *self)
{
	if (!self->look)
		self->look_direct = self->direct;
	self->look = true;
	self->direct = 0;
}

/* Has no place in the memo: it is walked each time. */
static const struct path *not_kept(struct self *self, uint32_t id)
{
	self->handled = (struct path){.stack = id};
	return &self->handled;
}

/* A call inside of a signal handler: that it is one is to be seen each time. */
static const struct path *in_handler(struct self *self, uint64_t handler, uint32_t id)
{
	self->handler = stack_function(handler);
	self->signals = signal_handled_by(self->handler);
	return not_kept(self, id);
}

bool stack_is_wrong(struct self *self, struct site site)
{
	struct capture capture = {.self = self, .site = site};
	const struct path *path = stack_first(self, site);
	struct gap gap;
	uint32_t id;

	if (!path)
		path = memo_find(self, site, &gap);
	if (!path)
		return false;
	walk_here(&capture);
	if (!state_lock(self))
		return false;
	id = stack_intern(self);
	state_unlock(self);
	return id && id != path->stack;
}

/* That of a stack for which there was no memory. It lies in the memo like others: what fills it up may be there or not, as in path_write. */
static const struct {
	struct path_word words[2];
	struct path path;
} no_memory = {.path.first = -(int32_t)sizeof(no_memory.words)};

/* What the walk has found, as a path. */
static const struct path *captured(struct capture *capture, const struct gap *gap)
{
	struct self *self = capture->self;
	const struct path *path;
	uint32_t id;

	if (!state_lock(self))
		return not_kept(self, 0);
	id = stack_intern(self);
	path = !id ? &no_memory.path : capture->handler ? NULL : path_intern(capture, id);
	state_unlock(self);
	if (capture->handler)
		return in_handler(self, capture->handler, id);
	if (!path)
		return not_kept(self, id);
	memo_fill(self, stack_key(capture->site), gap, path);
	return path;
}

static const struct path *capture_new(struct self *self, struct site site, const struct gap *gap)
{
	struct capture capture = {.self = self, .site = site};

	look_next(self);
	walk_here(&capture);
	if (capture.cut)
		sink_limit(LIMIT_FRAMES);
	self->stats[STAT_UNWINDS]++;
	self->stats[STAT_FRAMES] += self->scratch.count;
	return captured(&capture, gap);
}

const struct path *stack_capture(struct self *self, struct site site)
{
	const struct path *path = stack_first(self, site);
	struct gap gap;

	self->signals = 0;
	if (!path)
		path = memo_find(self, site, &gap);
	return path ? path : capture_new(self, site, &gap);
}

__attribute__((noinline)) const struct path *stack_at_others(struct self *self, struct site site)
{
	static const struct path none;
	struct gap gap;
	const struct path *path = memo_find(self, site, &gap);

	if (path) {
		memo_promote(self, stack_key(site), path);
		return path;
	}
	if (!self_enter())
		return &none;
	path = stack_capture(self, site);
	self_leave(self);
	return path;
}

uint64_t stack_taker(struct self *self, struct site site)
{
	const struct path *path = memo_get(self, stack_key(site));

	return path && path->taker ? site.sp + path->taker : 0;
}
