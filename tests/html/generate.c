/*
 * generate.c: what the HTML report is tried with that no example gives.
 *
 *     generate large FOLDER [PAIRS]     a recording: PAIRS (100) pairs of locks, each in four rings and with a lock beside it; a leaked lock for each
 *     generate hostile FOLDER BASE      a report in which everything that a program can name has such a name, as BASE.FORMAT in each format
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "report/facts.h"
#include "report/survey.h"
#include "tests/world.h"

/* ---- large: a program with many functions and many locks ---- */

#define ROW(X, x)                                                                                                                          \
	X(x##0) X(x##1) X(x##2) X(x##3) X(x##4) X(x##5) X(x##6) X(x##7) X(x##8) X(x##9) X(x##a) X(x##b) X(x##c) X(x##d) X(x##e) X(x##f)
#define ROWS(X)                                                                                                                            \
	ROW(X, 0)                                                                                                                          \
	ROW(X, 1)                                                                                                                          \
	ROW(X, 2)                                                                                                                          \
	ROW(X, 3)                                                                                                                          \
	ROW(X, 4)                                                                                                                          \
	ROW(X, 5)                                                                                                                          \
	ROW(X, 6)                                                                                                                          \
	ROW(X, 7)                                                                                                                          \
	ROW(X, 8)                                                                                                                          \
	ROW(X, 9)                                                                                                                          \
	ROW(X, a)                                                                                                                          \
	ROW(X, b)                                                                                                                          \
	ROW(X, c)                                                                                                                          \
	ROW(X, d)                                                                                                                          \
	ROW(X, e)                                                                                                                          \
	ROW(X, f)                                                                                                                          \
	ROW(X, g)                                                                                                                          \
	ROW(X, h)                                                                                                                          \
	ROW(X, i)

#define LOCK(name) char shelf_##name##_lock[40] = {1};
ROWS(LOCK)
#define FUNCTION(name) SITE(visit_shelf_##name)
ROWS(FUNCTION)
#define LOCK_NAME(name) shelf_##name##_lock,
static char *const locks[] = {ROWS(LOCK_NAME)};
#define FUNCTION_NAME(name) visit_shelf_##name,
static void *(*const functions[])(void) = {ROWS(FUNCTION_NAME)};
#define COUNT (sizeof(locks) / sizeof(locks[0]))

struct made {
	uint32_t class;
	uint64_t lock;
	uint32_t stacks[4]; /* whose first frames are four calls of one function */
};

static struct made make(size_t number)
{
	struct recorder *recorder = &world.recorder;
	struct made made = {.class = put_class(recorder, world.process, CLASS_STATIC, KIND_MUTEX, frame_in(world.self, locks[number]))};

	made.lock = put_lock(recorder, world.process, made.class);
	for (size_t i = 0; i < 4; i++)
		made.stacks[i] = world_stack((char *)functions[number]() + i, i % 2 ? beta_worker() : clone_alpha());
	return made;
}

static void nest_classes(struct fact_held held, struct fact_held wanted, uint32_t held_class, uint32_t wanted_class)
{
	struct recorder *recorder = &world.recorder;
	struct fact_dependency *fact = recorder_fact(recorder, world.process, FACT_DEPENDENCY, sizeof(*fact) + sizeof(held));

	fact->head.flags = DEPENDENCY_CLASS;
	fact->id = ++recorder_header(recorder)->next_dependency;
	fact->process = world.process;
	fact->lock = wanted_class;
	fact->stack = wanted.stack;
	fact->count = 1;
	fact->held[0] = held;
	fact->held[0].lock = held_class;
}

static void nest(const struct made *outer, const struct made *inner, uint32_t thread, size_t at)
{
	struct fact_held held = taken(outer->lock, outer->stacks[at]), wanted = taken(inner->lock, inner->stacks[at]);

	world_nested(thread, held, wanted);
	nest_classes(held, wanted, outer->class, inner->class);
}

static void save(const char *folder)
{
	char path[4096];

	mkdir(folder, 0700);
	snprintf(path, sizeof(path), "%s/image.100.0", folder);
	if (!recorder_save(&world.recorder, path, 0))
		exit(1);
}

static void make_large(const char *folder, size_t pairs)
{
	static struct made made[COUNT];

	if (3 * pairs > COUNT)
		exit(2);
	world_image(100);
	recorder_header(&world.recorder)->totals[TOTAL_LOCKS] = 3 * pairs;
	for (size_t i = 0; i < 3 * pairs; i++)
		made[i] = make(i);
	for (size_t i = 0; i < pairs; i++) {
		struct made *one = &made[3 * i], *other = one + 1, *beside = one + 2;
		struct fact_finding_stack leaked = {.label = LABEL_ACQUIRED, .thread = world.alpha, .stack = beside->stacks[3]};

		for (size_t j = 0; j < 2; j++) {
			nest(one, other, world.alpha, j);
			nest(other, one, world.beta, 2 + j);
		}
		nest_classes(taken(0, one->stacks[0]), taken(0, beside->stacks[0]), one->class, beside->class);
		put_finding(&world.recorder, world.process, RULE_LOCK_LEAKED, beside->lock, &leaked, 1)->cause = CAUSE_CANCEL;
	}
	save(folder);
}

/* ---- hostile ---- */

/* Ends of elements, attributes, comments and scripts; a character cut in half, a NUL's neighbours, a change of direction; dot's language. */
#define EVIL                                                                                                                               \
	"</script></style></code><script>window.harmed=1</script><img src=x onerror=window.harmed=1>\" onmouseover=\"window.harmed=1\" ' " \
	"`&amp;&#60; --> ]]> %s %0A \\n\\\" \xc3 \x01\x1b[31m \xe2\x80\xae "
#define TEMPLATE "std::map<std::string, std::vector<std::pair<int, long>>, std::less<void>>::"

static const char *named(const char *what, size_t length)
{
	char *name = calloc(1, length + 200);
	size_t at = (size_t)sprintf(name, "%s %s", what, EVIL);

	while (at < length)
		at += (size_t)sprintf(name + at, "%s", TEMPLATE);
	return name;
}

static void rename_stack(const struct stack *stack)
{
	for (size_t i = 0; stack && i < stack->count; i++) {
		struct frame *frame = (struct frame *)(uintptr_t)&stack->frames[i];

		frame->function = named("function", i ? 200 : 4000);
		frame->file = i ? NULL : named("/file", 300);
		frame->module = named("/lib/module", 0);
	}
}

static void rename_thread(const struct thread *thread)
{
	((struct thread *)(uintptr_t)thread)->name = named("thread", 300);
	rename_stack(thread->created);
}

static void rename_lock(const struct lock *lock)
{
	((struct lock *)(uintptr_t)lock)->name = named("lock", 4000);
}

static void rename_finding(struct finding *finding)
{
	for (size_t i = 0; i < finding->links_count; i++) {
		rename_thread(finding->links[i].thread);
		rename_lock(finding->links[i].held.lock);
		rename_stack(finding->links[i].held.stack);
		rename_stack(finding->links[i].wanted.stack);
	}
	for (size_t i = 0; i < finding->blocked_count; i++)
		finding->blocked[i].waits = named("waits for `", 400);
	finding->message = (char *)(uintptr_t)named("thread `", 4000);
	finding->reason = (char *)(uintptr_t)named("because `", 400);
	finding->exe = named("/bin/exe", 0);
}

/* The ring of world.h as a deadlock, read back. (What Check asserts can only be called in its tests.) */
static struct findings *make_findings(const char *folder)
{
	char name[] = "gridlock", format[] = "--format=html", *words[] = {name, format, NULL}, *error = NULL;
	bool dashes;

	world_image(100);
	world_ring();
	world_blocked(false);
	put_deadlock(&world.recorder, world.process, 2);
	nest_classes(taken(0, world.at_alpha_outer), taken(0, world.at_alpha_inner), 1, 2);
	save(folder);
	options_read(&world.options, 2, words, NULL, false, &dashes);
	return findings_build(folder, &world.options, &error);
}

static void write_as(const char *base, const char *format, int (*write_to)(int, const struct findings *, const struct options *),
		     const struct findings *findings)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s.%s", base, format);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || write_to(fd, findings, &world.options) != 0)
		exit(1);
	close(fd);
}

/* Of what the findings are called by now. */
static struct records records_of(struct findings *findings)
{
	static struct run run;
	struct builder builder = builder_begin(&run, NULL);

	builder.findings = findings;
	return facts_of(&builder);
}

static void make_hostile(const char *folder, const char *base)
{
	static struct records records;
	static char program[] = "program", evil[] = EVIL, *command[] = {program, evil, NULL};
	struct findings *findings = make_findings(folder);

	for (size_t i = 0; i < findings->count; i++)
		rename_finding(&findings->list[i]);
	for (size_t i = 0; i < findings->survey->locks_count; i++)
		rename_lock(findings->survey->locks[i]->lock);
	records = records_of(findings);
	findings->records = &records;
	findings->command = command;
	findings->recording = evil;
#define FORMAT(name, help) write_as(base, #name, name##_write, findings);
#include "report/formats.def"
#undef FORMAT
}

int main(int argc, char **argv)
{
	if (argc >= 3 && strcmp(argv[1], "large") == 0)
		make_large(argv[2], argc > 3 ? strtoul(argv[3], NULL, 10) : 100);
	else if (argc == 4 && strcmp(argv[1], "hostile") == 0)
		make_hostile(argv[2], argv[3]);
	else
		return 2;
	return 0;
}
