/*
 * check.h: a table of small checks. Each calls functions as their manual pages describe, and says a line: what they returned, what errno was,
 * what could be seen afterwards. The table has the line that is documented. The runner compares it with what is said natively, and with what
 * is said when gridlock watches.
 *
 *     CHECK(trylock_of_a_held_mutex, "0 EBUSY 0") { ... DO(pthread_mutex_lock(&m)); ... }
 */
#ifndef CHECK_H
#define CHECK_H

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

struct check {
	const char *name;
	void (*run)(void);
	const char *expected;
};

/* The table is a section of pointers: whichever file is linked in joins it. */
#define CHECK(title, text)                                                                                                                 \
	static void title(void);                                                                                                           \
	static const struct check title##_check = {#title, title, text};                                                                   \
	static const struct check *const title##_row __attribute__((section("checks"), used)) = &title##_check;                            \
	static void title(void)

/* A word of the check's line, with a space before it. One thread at a time. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What no function sets errno to. */
#define ERRNO_UNTOUCHED 4242

/* Calls that return an error number: the number's name; "!errno=" when they touched errno. */
#define DO(call) (errno = ERRNO_UNTOUCHED, said_error(call))
/* Calls that return -1 and set errno: the number returned, or errno's name. */
#define SYS(call) (errno = ERRNO_UNTOUCHED, said_result(call))
/* C11's calls: success, busy, timedout, nomem, error. */
#define C11(call) (errno = ERRNO_UNTOUCHED, said_word(call))
/* Preparations, which are not what is checked: they succeed. */
#define MUST(call) must((call) == 0, #call, __FILE__, __LINE__)

int said_error(int error);
long said_result(long result);
int said_word(int word);
void must(bool true_, const char *what, const char *file, int line);

/* Runs `body` in a thread of its own and waits for its end. */
void in_thread(void (*body)(void));
/* Runs `body` in a forked child, which ends with _exit(what it returns); says "exit N" or "killed N". */
void in_child(int (*body)(void));
/* What waitpid told, as in_child says it. */
void said_status(int status);
/* Waits until a thread of this process sleeps in a futex call. */
void until_blocked(pid_t tid);
/* Waits until the system knows a thread of this process no more. */
void until_ended(pid_t tid);
/* The thread's number for until_blocked, as the thread stored it; waits until it has. */
pid_t tid_of(const _Atomic pid_t *tid);
/* Waits until a word that another thread stores is no longer `value`. */
void until_not(const _Atomic int *word, int value);
/* Memory that a forked child shares. */
void *shared_memory(size_t size);

/* A time long past, one a few milliseconds ahead, one that will not come, one with too many nanoseconds, one with less than none. */
extern const struct timespec past, bad_nsec, negative_nsec;
const struct timespec *soon(clockid_t clock);
const struct timespec *never(clockid_t clock);

#endif
