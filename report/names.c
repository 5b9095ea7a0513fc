/* names.c: stacks, threads and locks of a recording, with the names that people know them by. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "content.h"
#include "graph/hash.h"
#include "memory.h"

/* ---- the builder ---- */

static void *grow(void *ctx, size_t size)
{
	(void)ctx;
	return calloc(1, size);
}

static void release(void *ctx, void *block, size_t size)
{
	(void)ctx;
	(void)size;
	free(block);
}

struct builder builder_begin(struct run *run, struct symbols *symbols)
{
	struct builder builder = {.run = run, .symbols = symbols};

	arena_init(&builder.arena, grow, release, NULL);
	builder.all_names = new_zeroed(run->images_count + 1, sizeof(*builder.all_names));
	return builder;
}

void builder_rest(struct builder *builder)
{
	for (size_t i = 0; i < builder->run->images_count; i++) {
		free(builder->all_names[i].stacks);
		free(builder->all_names[i].threads);
	}
	free(builder->all_names);
}

void builder_end(struct builder *builder)
{
	builder_rest(builder);
	arena_fini(&builder->arena);
}

void build_from(struct builder *builder, size_t image)
{
	builder->image = &builder->run->images[image];
	builder->names = &builder->all_names[image];
}

void *build_alloc(struct builder *builder, size_t size)
{
	void *memory = arena_alloc(&builder->arena, size ? size : 1);

	if (!memory)
		die("out of memory");
	return memory;
}

const char *build_text(struct builder *builder, const char *format, ...)
{
	va_list arguments;
	char *text, *copy;
	int length;

	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length < 0)
		die("out of memory");
	copy = build_alloc(builder, (size_t)length + 1);
	memcpy(copy, text, (size_t)length + 1);
	free(text);
	return copy;
}

const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

const struct fact_module *build_module(const struct builder *builder, frame_t frame)
{
	return (const struct fact_module *)index_find(&builder->image->modules, FRAME_MODULE(frame));
}

/* ---- stacks ---- */

static bool starts(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static bool starts_with_any(const char *text, const char *const *with)
{
	for (; *with; with++)
		if (starts(text, *with))
			return true;
	return false;
}

/* A demangled template function begins with its return type: "std::pair<a, b> const& work<int>(int)". Returns where its name begins, or a part of
 * the type that is of no library. */
static const char *without_type(const char *function)
{
	int depth = 0;

	for (const char *at = function; *at; at++) {
		depth += *at == '<';
		depth -= *at == '>';
		if (depth == 0 && *at == ' ')
			return at + 1;
		if (depth == 0 && *at == '(')
			break;
	}
	return function;
}

static bool in_libc(const struct frame *frame)
{
	static const char *const names[] = {"libc.so", "libc-2.", "libpthread", "ld-linux", "ld-2.", "ld-musl", NULL};

	return starts_with_any(base_name(frame->module), names);
}

static bool in_gridlock(const struct frame *frame)
{
	return starts(base_name(frame->module), "libgridlock.so");
}

/* The C++ library: what it has in the program itself, made of its templates, and its own functions, which may have no name. */
static bool in_cxx_library(const struct frame *frame)
{
	static const char *const modules[] = {"libstdc++.so", "libc++.so", NULL};
	static const char *const names[] = {"std::", "__gnu_cxx::", NULL};

	return starts_with_any(without_type(frame->function), names) || starts_with_any(base_name(frame->module), modules);
}

/* A wrapper around a lock, on top of a stack: what the user called is below it. C functions are matched behind their underscores, for
 * symbol tables call one and the same pthread_mutex_lock, __pthread_mutex_lock or ___pthread_mutex_lock. */
static bool is_lock_wrapper(const struct frame *frame)
{
	static const char *const c_names[] = {"pthread_",     "gthread_",   "gthrw_", "glibcxx_rwlock_", "interceptor_pthread_",
					      "g_rec_mutex_", "g_rw_lock_", NULL};
	const char *function = frame->function;

	return in_gridlock(frame) || in_cxx_library(frame) || starts(function, "operator delete") ||
	       starts_with_any(function + strspn(function, "_"), c_names) ||
	       (strcmp(function, "??") == 0 && (in_libc(frame) || starts(base_name(frame->module), "libglib-2.0.")));
}

/* What runs a program or a thread, at the bottom of a stack. By module where it has one of its own: a user's start routine may well be
 * called clone_data. */
static bool is_runtime_start(const struct frame *frame)
{
	return in_libc(frame) || in_gridlock(frame) || in_cxx_library(frame) || strcmp(frame->function, "_start") == 0;
}

static const struct stack *trimmed(struct builder *builder, const struct frame *frames, size_t count)
{
	struct stack *stack = build_alloc(builder, sizeof(*stack));
	size_t first = 0, end = count;

	while (first + 1 < count && is_lock_wrapper(&frames[first]))
		first++;
	/* A program without symbols has no name for its _start. */
	if (end > first + 1 && strcmp(frames[end - 1].function, "??") == 0 && starts(frames[end - 2].function, "__libc_start_main"))
		end--;
	while (end > first + 1 && is_runtime_start(&frames[end - 1]))
		end--;
	stack->frames = frames + first;
	stack->count = end - first;
	return stack;
}

static const struct stack *stack_of(struct builder *builder, const struct fact_stack *fact)
{
	size_t count = 0;
	struct frame *frames;

	for (uint32_t i = 0; i < fact->count; i++) {
		size_t here;

		symbols_frames(builder->symbols, build_module(builder, fact->frames[i]), FRAME_OFFSET(fact->frames[i]), &here);
		count += here;
	}
	frames = build_alloc(builder, count * sizeof(*frames));
	count = 0;
	for (uint32_t i = 0; i < fact->count; i++) {
		size_t here;
		const struct frame *some =
			symbols_frames(builder->symbols, build_module(builder, fact->frames[i]), FRAME_OFFSET(fact->frames[i]), &here);

		memcpy(frames + count, some, here * sizeof(*some));
		count += here;
	}
	return trimmed(builder, frames, count);
}

const struct stack *build_stack(struct builder *builder, uint32_t number)
{
	const struct index *index = &builder->image->stacks;
	size_t place = index_place(index, number);
	const struct fact_stack *fact = place < index->count ? (const struct fact_stack *)index->facts[place] : NULL;
	struct image_names *names = builder->names;

	if (!fact || fact->count == 0)
		return NULL;
	if (!names->stacks)
		names->stacks = new_zeroed(index->count, sizeof(*names->stacks));
	if (!names->stacks[place])
		names->stacks[place] = stack_of(builder, fact);
	return names->stacks[place];
}

/* ---- threads ---- */

static const char *given_name(struct builder *builder, const struct fact_thread *fact)
{
	const struct fact_thread_name *later = (const struct fact_thread_name *)index_find(&builder->image->thread_names, fact->id);
	const char *name = later ? later->name : fact->name;

	return name[0] ? build_text(builder, "%.16s", name) : NULL;
}

const char *build_start_name(struct builder *builder, frame_t start)
{
	const char *name = start ? symbols_function(builder->symbols, build_module(builder, start), FRAME_OFFSET(start)) : NULL;
	const char *parenthesis = name ? strchr(name, '(') : NULL;

	if (!name || strcmp(name, "??") == 0)
		return NULL;
	/* std::thread and its like start every thread with one and the same routine. */
	if (strstr(name, "execute_native_thread_routine"))
		return NULL;
	return parenthesis ? build_text(builder, "%.*s", (int)(parenthesis - name), name) : name;
}

/* How many threads of the image have a name so far. */
struct name_count {
	const char *name;
	unsigned count;
	UT_hash_handle hh;
};

/* The name, with a number when an earlier thread of the image has the same. */
static const char *distinct_name(struct builder *builder, const char *name)
{
	struct arena *arena = &builder->arena;
	struct name_count *known;

	HASH_FIND_STR(builder->names->thread_names, name, known);
	if (!known) {
		known = build_alloc(builder, sizeof(*known));
		known->name = name;
		HASH_ADD_KEYPTR(hh, builder->names->thread_names, known->name, strlen(known->name), known);
		if (!hash_added(known))
			die("out of memory");
	}
	return ++known->count > 1 ? build_text(builder, "%s#%u", name, known->count) : name;
}

static struct thread *thread_of(struct builder *builder, const struct fact_thread *fact)
{
	const struct fact_process *process = (const struct fact_process *)index_find(&builder->image->processes, fact->process);
	struct thread *thread = build_alloc(builder, sizeof(*thread));
	const char *name;

	thread->id = ++builder->threads_numbered;
	thread->tid = (pid_t)fact->tid;
	thread->pid = process ? (pid_t)process->pid : 0;
	thread->created = build_stack(builder, fact->stack);
	if (fact->is_main) {
		thread->name = "main";
		return thread;
	}
	name = given_name(builder, fact);
	if (!name)
		name = build_start_name(builder, fact->start);
	thread->name = name ? distinct_name(builder, name) : build_text(builder, "thread %u", thread->id);
	return thread;
}

/* All threads of the image at once, in the order of their creation, so that numbers do not depend on who is asked for first. */
static void name_threads(struct builder *builder)
{
	const struct index *index = &builder->image->threads;
	struct image_names *names = builder->names;

	names->threads_named = true;
	names->threads = new_zeroed(index->count, sizeof(*names->threads));
	for (size_t i = 0; i < index->count; i++)
		names->threads[i] = thread_of(builder, (const struct fact_thread *)index->facts[i]);
}

const struct thread *build_thread(struct builder *builder, uint32_t number)
{
	size_t place = index_place(&builder->image->threads, number);

	if (!builder->names->threads_named)
		name_threads(builder);
	return place < builder->image->threads.count ? builder->names->threads[place] : NULL;
}

/* ---- locks ---- */

static const char *kind_name(uint8_t kind)
{
	static const char *const names[KIND_COUNT] = {[KIND_UNKNOWN] = "lock",
						      [KIND_MUTEX] = "mutex",
						      [KIND_RECURSIVE] = "recursive mutex",
						      [KIND_ERRORCHECK] = "errorcheck mutex",
						      [KIND_ADAPTIVE] = "adaptive mutex",
						      [KIND_RWLOCK] = "rwlock",
						      [KIND_RWLOCK_WRITER] = "writer-preferring rwlock",
						      [KIND_SPIN] = "spin lock",
						      [KIND_ONCE] = "once",
						      [KIND_STATIC_INIT] = "static initialiser",
						      [KIND_STREAM] = "stream",
						      [KIND_GLIB] = "GMutex",
						      [KIND_QT] = "QMutex",
						      [KIND_OPENMP] = "OpenMP lock",
						      [KIND_CRITICAL] = "critical section",
						      [KIND_CUSTOM] = "custom lock"};

	return kind < KIND_COUNT ? names[kind] : "lock";
}

/* "mutexes", "rwlocks". */
static const char *kinds_name(struct builder *builder, const char *kind)
{
	return build_text(builder, "%s%s", kind, kind[strlen(kind) - 1] == 'x' ? "es" : "s");
}

static const char *short_place(struct builder *builder, const struct stack *stack)
{
	const struct frame *frame = &stack->frames[0];

	if (frame->file)
		return build_text(builder, "at %s:%u", base_name(frame->file), frame->line);
	return build_text(builder, "in %s", strcmp(frame->function, "??") ? frame->function : base_name(frame->module));
}

/* ---- kin: which locks one place in the source makes ---- */

static uint64_t hash_text(uint64_t hash, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		hash = hash_mix(hash, (uint8_t)text[i]);
	return hash;
}

static uint64_t hash_place(uint64_t hash, const char *module, uint64_t offset)
{
	return hash_mix(hash_text(hash, module, strlen(module)), offset);
}

/* All locks of a static array or structure are kin. */
static uint64_t static_kin(const struct fact_module *module, frame_t frame, const char *symbol)
{
	const char *path = module ? module->path : "??";

	return symbol ? hash_text(hash_place(1, path, 0), symbol, strcspn(symbol, "+")) : hash_place(1, path, FRAME_OFFSET(frame));
}

/* Locks created at one line of one function are kin, whoever called it; but as programs have functions of their own around
 * pthread_mutex_init, one caller counts too. */
static uint64_t created_kin(const struct stack *stack)
{
	uint64_t hash = 2;

	for (size_t i = 0, calls = 0; i < stack->count && calls < 2; i++) {
		if (stack->frames[i].inlined)
			continue;
		hash = hash_place(hash, stack->frames[i].module, stack->frames[i].offset);
		calls++;
	}
	return hash;
}

/* A lock without a symbol is known by its place in that one build. */
static uint64_t static_content(const struct fact_module *module, frame_t frame, const char *symbol)
{
	const char *path = module ? module->path : "??";

	if (symbol)
		return content_static(path, symbol);
	return content_number(content_static(path, NULL),
			      module ? content_offset(module->build_id, module->build_id_size, FRAME_OFFSET(frame)) : FRAME_OFFSET(frame));
}

static void name_lock(struct builder *builder, struct lock *lock, uint64_t number, const struct fact_class *class)
{
	const struct fact_module *module = build_module(builder, class->frame);

	if (class->kind == CLASS_STATIC) {
		const char *symbol = symbols_data(builder->symbols, module, FRAME_OFFSET(class->frame));

		lock->offset = FRAME_OFFSET(class->frame);
		lock->kin = static_kin(module, class->frame, symbol);
		lock->content = static_content(module, class->frame, symbol);
		lock->name = symbol ? symbol
			     : NUMBER_IS_CLASS(number)
				     ? build_text(builder, "%s (static in %s, 0x%llx)", kinds_name(builder, lock->kind),
						  module ? base_name(module->path) : "??", (unsigned long long)lock->offset)
				     : build_text(builder, "%s #%llu (static in %s)", lock->kind, (unsigned long long)number,
						  module ? base_name(module->path) : "??");
		return;
	}
	lock->created = build_stack(builder, class->stack);
	lock->created_how = class->kind == CLASS_INIT ? "initialised" : "first taken";
	lock->kin = lock->created ? created_kin(lock->created) : hash_mix(3, class->id);
	lock->content = content_text(content_stack(lock->created), lock->created_how);
	if (lock->created)
		lock->name = build_text(builder, "%s #%llu (%s %s)", lock->kind, (unsigned long long)number,
					class->kind == CLASS_INIT ? "init" : "first taken", short_place(builder, lock->created));
	else
		lock->name = build_text(builder, "%s #%llu", lock->kind, (unsigned long long)number);
}

/* Do several locks of the image have that name? */
static bool is_shared_name(const struct image *image, uint32_t name)
{
	uint64_t first = 0;

	for (size_t i = 0; i < image->locks_count; i++) {
		if (image->locks[i]->name != name)
			continue;
		if (first && image->locks[i]->id != first)
			return true;
		first = image->locks[i]->id;
	}
	return false;
}

/* What the source calls its class makes its kin, wherever it was created. */
static void name_by_class(struct builder *builder, struct lock *lock, uint64_t number, const struct fact_class *class)
{
	const char *name = image_name(builder->image, class->name);

	if (!name && !class->subclass)
		return;
	lock->class_name = build_text(builder, "%s", name ? name : lock->name);
	if (class->subclass)
		lock->class_name = build_text(builder, "%s/%u", lock->class_name, class->subclass);
	if (name) {
		lock->kin = hash_text(7, name, strlen(name));
		lock->content = content_text(7, name);
	}
	lock->kin = hash_mix(lock->kin, class->subclass);
	lock->content = content_number(lock->content, class->subclass);
	if (NUMBER_IS_CLASS(number))
		lock->name = lock->class_name;
	else if (name)
		lock->name = build_text(builder, "%s #%llu", lock->class_name, (unsigned long long)number);
}

/* What the source calls it, or its class. */
static void name_by_source(struct builder *builder, struct lock *lock, uint64_t number, const struct fact_class *class)
{
	const struct fact_lock *fact = NUMBER_IS_CLASS(number) ? NULL : image_lock(builder->image, number);
	const char *name = fact ? image_name(builder->image, fact->name) : NULL;

	name_by_class(builder, lock, number, class);
	if (name)
		lock->name = is_shared_name(builder->image, fact->name) ? build_text(builder, "%s #%llu", name, (unsigned long long)number)
									: name;
}

const struct fact_class *build_class(const struct image *image, uint64_t number)
{
	const struct fact_lock *lock = NUMBER_IS_CLASS(number) ? NULL : image_lock(image, number);

	if (!lock && !NUMBER_IS_CLASS(number))
		return NULL;
	return (const struct fact_class *)index_find(&image->classes, lock ? lock->class : (uint32_t)number);
}

/* What makes a class for people, as a line of source does for lockdep: where its locks are created, and in which function's call of that. */
static uint64_t class_kin(const struct stack *stack)
{
	const struct frame *frame = &stack->frames[0], *caller = frame;
	uint64_t hash = hash_place(5, frame->module, frame->offset);

	while (caller < frame + stack->count && caller->inlined)
		caller++;
	if (++caller >= frame + stack->count)
		return hash;
	return hash_text(hash_place(hash, caller->module, 0), caller->function, strlen(caller->function));
}

uint64_t lock_class_key(const struct lock *lock)
{
	return lock->created && !lock->class_name ? class_kin(lock->created) : lock->kin;
}

/* "mutexes (init at pool.c:42)", "table" for those of a static array, and "/1" behind it when another of them is held already. */
static void name_class(struct builder *builder, struct lock *lock, uint64_t number)
{
	if (lock->created && !lock->class_name) {
		lock->kin = class_kin(lock->created);
		lock->name = build_text(builder, "%s (%s %s)", kinds_name(builder, lock->kind),
					strcmp(lock->created_how, "initialised") ? lock->created_how : "init",
					short_place(builder, lock->created));
	}
	if (!lock->created && !lock->class_name)
		lock->name = build_text(builder, "%.*s", (int)strcspn(lock->name, "+"), lock->name);
	if (NUMBER_NESTING(number))
		lock->name = build_text(builder, "%s/%u", lock->name, NUMBER_NESTING(number));
	if (NUMBER_NESTING(number))
		lock->kin = hash_mix(lock->kin, NUMBER_NESTING(number));
}

struct lock_name {
	uint64_t number;
	struct lock lock;
	UT_hash_handle hh;
};

static struct lock_name *lock_of(struct builder *builder, uint64_t number)
{
	const struct fact_class *class = build_class(builder->image, number);
	struct lock_name *name = build_alloc(builder, sizeof(*name));
	struct lock *lock = &name->lock;

	name->number = number;
	lock->id = build_text(builder, "L%zu", ++builder->locks_numbered);
	lock->kind = kind_name(class ? class->lock_kind : KIND_UNKNOWN);
	if (class) {
		name_lock(builder, lock, number, class);
		name_by_source(builder, lock, number, class);
		if (NUMBER_IS_CLASS(number))
			name_class(builder, lock, number);
	} else {
		lock->kin = hash_mix(4, number);
		lock->name = build_text(builder, "lock #%llu", (unsigned long long)number);
	}
	return name;
}

const struct lock *build_end(struct builder *builder, const struct thread *thread)
{
	struct lock *lock = build_alloc(builder, sizeof(*lock));

	lock->id = build_text(builder, "T%u", thread ? thread->id : 0);
	lock->name = thread ? thread->name : "an unknown thread";
	lock->kind = "thread";
	lock->created = thread ? thread->created : NULL;
	lock->created_how = "created";
	lock->kin = lock->created ? created_kin(lock->created) : 6;
	lock->content = content_text(content_stack(lock->created), "thread");
	return lock;
}

bool build_lock_known(const struct builder *builder, uint64_t number)
{
	return build_class(builder->image, number) != NULL;
}

const struct lock *build_lock(struct builder *builder, uint64_t number)
{
	struct arena *arena = &builder->arena;
	struct lock_name *name;

	HASH_FIND(hh, builder->names->locks, &number, sizeof(number), name);
	if (name)
		return &name->lock;
	name = lock_of(builder, number);
	HASH_ADD(hh, builder->names->locks, number, sizeof(name->number), name);
	if (!hash_added(name))
		die("out of memory");
	return &name->lock;
}
