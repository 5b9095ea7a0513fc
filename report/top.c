/* top.c: gridlock top: what the threads of a process are at, again and again, on one screen. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "blocked.h"
#include "live.h"
#include "memory.h"
#include "options.h"
#include "output.h"

/* ---- the terminal ---- */

static struct termios terminal_before;
static bool terminal_changed;

static void terminal_restore(void)
{
	if (terminal_changed)
		tcsetattr(STDIN_FILENO, TCSANOW, &terminal_before);
	/* The other screen goes, the cursor comes back. */
	if (terminal_changed)
		(void)!write(STDOUT_FILENO, "\033[?25h\033[?1049l", 14);
	terminal_changed = false;
}

static void terminal_take(void)
{
	struct termios raw;

	if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &terminal_before) != 0)
		return;
	raw = terminal_before;
	/* Keys one by one; ^C comes as one too, so that the terminal is always given back. */
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	terminal_changed = true;
	atexit(terminal_restore);
	(void)!write(STDOUT_FILENO, "\033[?1049h\033[?25l", 14);
}

/* Sleeps for a second. False: the user has had enough. */
static bool terminal_wait(void)
{
	struct pollfd keys = {.fd = terminal_changed ? STDIN_FILENO : -1, .events = POLLIN};
	struct timespec now, end;
	char key;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec++;
	for (;;) {
		long left;

		clock_gettime(CLOCK_MONOTONIC, &now);
		left = (end.tv_sec - now.tv_sec) * 1000 + (end.tv_nsec - now.tv_nsec) / 1000000;
		if (left <= 0 || poll(&keys, 1, (int)left) <= 0)
			return true;
		if (read(STDIN_FILENO, &key, 1) != 1 || key == 'q' || key == 'Q' || key == 3 || key == 4)
			return false;
	}
}

/* ---- the screen ---- */

struct screen {
	FILE *stream;
	int width, height;
	int line;
	bool color;
};

/* One line, cut at the right: not in the middle of a character. */
static void put_line(struct screen *screen, const char *codes, const char *text)
{
	int columns = 0;

	if (screen->line++ >= screen->height)
		return;
	if (screen->color)
		fputs(codes, screen->stream);
	for (; *text; text++) {
		columns += ((unsigned char)*text & 0xc0) != 0x80;
		if (columns > screen->width)
			break;
		fputc((unsigned char)*text < ' ' ? '?' : *text, screen->stream);
	}
	fputs(screen->color ? "\033[0m\033[K\n" : "\n", screen->stream);
}

static const char *seconds(struct builder *builder, uint64_t msec)
{
	if (msec >= 3600000)
		return build_text(builder, "%lluh%02llum", (unsigned long long)(msec / 3600000), (unsigned long long)(msec / 60000 % 60));
	if (msec >= 100000)
		return build_text(builder, "%llum%02llus", (unsigned long long)(msec / 60000), (unsigned long long)(msec / 1000 % 60));
	return build_text(builder, "%llu.%llus", (unsigned long long)(msec / 1000), (unsigned long long)(msec / 100 % 10));
}

static int compare_threads(const void *left, const void *right)
{
	const struct waiter *a = *(const struct waiter *const *)left, *b = *(const struct waiter *const *)right;
	bool a_locks = WAIT_WHAT(a->state->wait) <= LOCK_SHARED, b_locks = WAIT_WHAT(b->state->wait) <= LOCK_SHARED;

	/* Who waits for a lock, the longest first; then who holds one; then the others. */
	if (a_locks != b_locks)
		return b_locks - a_locks;
	if (a_locks && a->state->nsec != b->state->nsec)
		return a->state->nsec > b->state->nsec ? -1 : 1;
	if (!a->state->count != !b->state->count)
		return a->state->count ? -1 : 1;
	return a->state->thread < b->state->thread ? -1 : a->state->thread > b->state->thread;
}

/* A lock that nobody ever waited for, and no dependency names, is in no fact: where it was taken tells which it is. */
static const char *lock_name(struct builder *builder, uint64_t lock, uint32_t taken)
{
	const char *name = build_lock(builder, lock)->name;
	const struct stack *stack = build_lock_known(builder, lock) ? NULL : build_stack(builder, taken);

	return stack ? build_text(builder, "%s (taken in %s)", name, story_place(builder, stack)) : name;
}

static const char *held_names(struct builder *builder, const struct fact_blocked *state)
{
	const char *names = "";

	for (uint32_t i = 0; i < state->count; i++)
		names = build_text(builder, "%s%s%s", names, i ? ", " : "", lock_name(builder, state->held[i].lock, state->held[i].stack));
	return names;
}

static void put_thread(struct screen *screen, struct moment *moment, const struct waiter *waiter)
{
	struct builder *builder = &moment->builder;
	struct blocked blocked = blocked_of(builder, &moment->waiters, waiter);
	const char *does = blocked.waits, *codes = "";

	if (blocked.holder && blocked.lock)
		does = build_text(builder, "%s, which `%s` holds", does, blocked.holder->name);
	if (blocked.stack)
		does = build_text(builder, "%s, %s", does, story_place(builder, blocked.stack));
	if (WAIT_WHAT(waiter->state->wait) <= LOCK_SHARED)
		codes = blocked.msec >= 1000 ? "\033[1;31m" : "\033[33m";
	put_line(screen, codes,
		 build_text(builder, "%8u %-16.16s %5u %8s  %s%s%s", waiter->tid, blocked.thread->name, waiter->state->count,
			    waiter->state->wait == WAIT_NOTHING ? "" : seconds(builder, blocked.msec), does,
			    blocked.held_count ? "; holds " : "", held_names(builder, waiter->state)));
}

/* A lock that somebody holds or waits for. */
struct row {
	uint64_t lock;
	const char *holder;
	uint32_t taken; /* by it: stack */
	unsigned holders, waiters;
	uint64_t longest; /* nanoseconds */
};
struct rows {
	struct row *list;
	size_t count;
};

static struct row *row_of(struct rows *rows, uint64_t lock)
{
	for (size_t i = 0; i < rows->count; i++)
		if (rows->list[i].lock == lock)
			return &rows->list[i];
	rows->list = resized(rows->list, rows->count + 1, sizeof(*rows->list));
	rows->list[rows->count] = (struct row){.lock = lock};
	return &rows->list[rows->count++];
}

static void count_locks(struct rows *rows, struct moment *moment, const struct waiter *waiter)
{
	const struct fact_blocked *state = waiter->state;

	for (uint32_t i = 0; i < state->count; i++) {
		struct row *row = row_of(rows, state->held[i].lock);

		row->holders++;
		row->taken = state->held[i].stack;
		row->holder = waiter_thread(&moment->builder, waiter)->name;
	}
	if (WAIT_WHAT(state->wait) <= LOCK_SHARED) {
		struct row *row = row_of(rows, state->lock);

		row->waiters++;
		row->longest = state->nsec > row->longest ? state->nsec : row->longest;
	}
}

static int compare_rows(const void *left, const void *right)
{
	const struct row *a = left, *b = right;

	if (a->waiters != b->waiters)
		return a->waiters > b->waiters ? -1 : 1;
	return a->lock < b->lock ? -1 : a->lock > b->lock;
}

static void put_locks(struct screen *screen, struct moment *moment, const struct waiter **list, size_t count)
{
	struct rows rows = {0};

	for (size_t i = 0; i < count; i++)
		count_locks(&rows, moment, list[i]);
	if (rows.count)
		qsort(rows.list, rows.count, sizeof(*rows.list), compare_rows);
	put_line(screen, "\033[7m", " WAITERS HOLDERS  LONGEST  LOCK");
	for (size_t i = 0; i < rows.count; i++) {
		const struct row *row = &rows.list[i];

		build_from(&moment->builder, moment->image);
		put_line(screen, row->waiters ? "\033[33m" : "",
			 build_text(&moment->builder, "%8u %7u %8s  %s%s%s", row->waiters, row->holders,
				    row->waiters ? seconds(&moment->builder, row->longest / 1000000) : "",
				    lock_name(&moment->builder, row->lock, row->taken), row->holders ? ", held by " : "",
				    row->holders > 1 ? build_text(&moment->builder, "%s and others", row->holder)
				    : row->holders   ? row->holder
						     : ""));
	}
	free(rows.list);
}

static void put_screen(struct screen *screen, struct moment *moment, pid_t pid)
{
	const struct fact_process *process =
		(const struct fact_process *)index_find(&moment->run->images[moment->image].processes, moment->process);
	const struct waiter **list = new_zeroed(moment->waiters.count + 1, sizeof(*list));
	size_t count = 0, waiting = 0, quiet = 0, room;

	for (size_t i = 0; i < moment->waiters.count; i++) {
		const struct waiter *waiter = &moment->waiters.list[i];

		if (waiter->image != moment->image || waiter->process != moment->process)
			continue;
		list[count++] = waiter;
		waiting += WAIT_WHAT(waiter->state->wait) <= LOCK_SHARED;
	}
	if (count)
		qsort(list, count, sizeof(*list), compare_threads);
	put_line(screen, "\033[1m",
		 build_text(&moment->builder, "gridlock top: %s, pid %d: %zu threads, %zu wait for a lock; %llu locks, %llu dependencies",
			    process ? base_name(process->exe) : "?", (int)pid, count, waiting,
			    (unsigned long long)moment->run->images[moment->image].header->totals[TOTAL_LOCKS],
			    (unsigned long long)moment->run->images[moment->image].header->totals[TOTAL_DEPENDENCIES]));
	put_line(screen, "\033[7m", "     TID THREAD            HELD    SINCE  DOES");
	/* Half of the screen is for the locks, if they need it. */
	room = screen->height > 12 ? (size_t)screen->height - 8 : 4;
	for (size_t i = 0; i < count; i++) {
		if (i < room)
			put_thread(screen, moment, list[i]);
		else
			quiet++;
	}
	if (quiet)
		put_line(screen, "", build_text(&moment->builder, "         and %zu more threads", quiet));
	put_line(screen, "", "");
	put_locks(screen, moment, list, count);
	free(list);
}

/* ---- gridlock top ---- */

static void ignore(void *ctx, char *remark)
{
	(void)ctx;
	free(remark);
}

static bool show(const struct live *live, struct symbols *symbols, pid_t pid, bool live_screen)
{
	struct screen screen = {.width = 1000, .height = 10000, .color = live_screen};
	struct winsize size;
	struct moment moment;
	char *wrong, *memory;
	size_t length;

	if (kill(pid, 0) != 0 || (wrong = moment_take(live, symbols, &moment)))
		return false;
	if (live_screen && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col) {
		screen.width = size.ws_col;
		screen.height = size.ws_row - 1;
	}
	screen.stream = open_memstream(&memory, &length);
	if (!screen.stream)
		die("out of memory");
	if (live_screen)
		fputs("\033[H", screen.stream);
	put_screen(&screen, &moment, pid);
	if (live_screen)
		fputs("\033[J", screen.stream);
	fclose(screen.stream);
	output_all(STDOUT_FILENO, memory, length);
	free(memory);
	moment_free(&moment);
	return true;
}

int top_main(const struct options *options, int count, char **operands)
{
	struct symbols *symbols = symbols_new(ignore, NULL);
	bool live_screen = isatty(STDOUT_FILENO);
	struct live live;
	char *wrong;
	pid_t pid;

	(void)options;
	if (count != 1)
		die("usage: gridlock top PID");
	pid = live_number(operands[0]);
	wrong = live_find(pid, &live);
	if (wrong)
		die("%s", wrong);
	if (live_screen)
		terminal_take();
	/* Into a pipe or a file: once. */
	while (show(&live, symbols, pid, live_screen) && live_screen && terminal_wait())
		;
	terminal_restore();
	live_free(&live);
	symbols_free(symbols);
	return 0;
}
