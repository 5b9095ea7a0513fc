/* confirm.c: see confirm.h. */
#include "confirm.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "findings.h"
#include "folder.h"
#include "graph/steer.h"
#include "memory.h"
#include "run.h"
#include "suppress.h"
#include "verdict.h"

/* In odd tries whoever comes to a link waits, each try for twice as long: the code is run through a few times only. In even tries only those do
 * whose locks fit together: it is run through again and again, with other locks each time. */
#define PATIENCE_MS	100u
#define PATIENCE_MAX_MS 1000u
/* In so many tries the locks are to be of the same classes. Afterwards any will do: of an array of locks it may be others in every run. */
#define WITH_CLASSES 4u

/* ---- the plan ---- */

static struct steer_site site_of(const struct stack *stack)
{
	struct steer_site site = {0};

	for (size_t i = 0; stack && i < stack->count && site.count < STEER_FRAMES; i++)
		if (!stack->frames[i].inlined)
			/* A frame has the place of its call, the recording that of the return behind it. */
			site.frames[site.count++] = stack->frames[i].offset + 1;
	return site;
}

static struct steer_class class_of(const struct lock *lock)
{
	return (struct steer_class){lock->offset, site_of(lock->created)};
}

static struct steer_link link_of(const struct link *link, bool with_classes)
{
	struct steer_link steer = {.held = site_of(link->held.stack), .wanted = site_of(link->wanted.stack)};

	if (with_classes) {
		steer.held_class = class_of(link->held.lock);
		steer.wanted_class = class_of(link->wanted.lock);
	}
	return steer;
}

static struct steer_plan plan_of(const struct finding *finding, unsigned attempt)
{
	struct steer_plan plan = {.magic = STEER_MAGIC, .links = (uint32_t)finding->links_count, .patience = PATIENCE_MS};

	plan.connected = attempt % 2 == 0;
	for (unsigned i = 1; i < attempt && plan.patience < PATIENCE_MAX_MS && !plan.connected; i += 2)
		plan.patience *= 2;
	if (plan.patience > PATIENCE_MAX_MS)
		plan.patience = PATIENCE_MAX_MS;
	for (uint32_t i = 0; i < plan.links; i++)
		plan.link[i] = link_of(&finding->links[i], attempt <= WITH_CLASSES);
	return plan;
}

static void write_plan(const char *path, const struct steer_plan *plan)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, plan, sizeof(*plan)) != (ssize_t)sizeof(*plan) || close(fd) != 0)
		die("%s cannot be written", path);
}

/* ---- a try ---- */

struct attempt {
	const char *folder;
	uint64_t met; /* when threads were brought together, ms: 0, not yet */
};

static uint64_t milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

static bool has_met(const char *folder, const char *name)
{
	char *path = printed("%s/%s", folder, name);
	struct recording_header header = {0};
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool met = fd >= 0 && read(fd, &header, sizeof(header)) == (ssize_t)sizeof(header) && header.steered;

	if (fd >= 0)
		close(fd);
	free(path);
	return met;
}

/* Half a second after threads have met they have either gone their ways or stand for ever. */
static bool is_over(void *ctx)
{
	struct attempt *attempt = ctx;
	DIR *folder = attempt->met ? NULL : opendir(attempt->folder);
	uint64_t now = milliseconds();
	struct dirent *entry;

	while (folder && (entry = readdir(folder)))
		if (strncmp(entry->d_name, "image.", 6) == 0 && has_met(attempt->folder, entry->d_name))
			attempt->met = now;
	if (folder)
		closedir(folder);
	return attempt->met && now > attempt->met + 500;
}

static struct findings *findings_of(const char *folder, const struct options *options)
{
	char *error = NULL;
	struct findings *findings = findings_build(folder, options, &error);

	if (!findings)
		die("the recording cannot be read: %s", error);
	return findings;
}

/* Reports the deadlock, if it is that of the cycle. */
static bool report_deadlock(const struct finding *cycle, struct findings *findings, const struct options *options)
{
	for (size_t i = 0; i < findings->count; i++) {
		struct findings one = *findings;

		if (strcmp(rules[findings->list[i].rule].name, "deadlock") != 0 || !finding_same_ring(cycle, &findings->list[i]))
			continue;
		one.list = &findings->list[i];
		one.count = 1;
		one.recording = NULL;
		text_write(STDERR_FILENO, &one, options);
		return true;
	}
	return false;
}

static bool interrupted; /* from the terminal: no more tries */

static bool was_interrupted(int status)
{
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGINT;
}

static bool try_once(const struct finding *cycle, unsigned number, struct options *options, char **argv)
{
	char *folder = folder_private(), *plan_folder = folder_private(), *path = printed("%s/plan", plan_folder);
	struct steer_plan plan = plan_of(cycle, number);
	struct attempt attempt = {.folder = folder};
	struct findings *findings;
	bool confirmed;
	int status;

	write_plan(path, &plan);
	options_set(options, OPTION_STEER, path);
	status = run_recorded(options, argv, folder, is_over, &attempt);
	options_set(options, OPTION_STEER, "");
	unlink(path);
	folder_remove(plan_folder);
	findings = findings_of(folder, options);
	confirmed = report_deadlock(cycle, findings, options);
	findings_free(findings);
	folder_remove(folder);
	free(path);
	free(plan_folder);
	free(folder);
	interrupted = was_interrupted(status);
	return confirmed;
}

static bool confirm(const struct finding *cycle, struct options *options, char **argv)
{
	long tries = option_number(options, OPTION_TRIES);

	if (cycle->links_count > STEER_LINKS || cycle->stacks_count) {
		fprintf(stderr, "gridlock: %s: not tried: %s: %s\n", cycle->fingerprint,
			cycle->stacks_count ? "a writer would have to be steered too" : "it has too many links", cycle->message);
		return false;
	}
	for (long i = 1; i <= tries && !interrupted; i++)
		if (try_once(cycle, (unsigned)i, options, argv)) {
			fprintf(stderr, "gridlock: %s: confirmed, try %ld of %ld: %s\n", cycle->fingerprint, i, tries, cycle->message);
			return true;
		}
	if (interrupted)
		return false;
	fprintf(stderr, "gridlock: %s: not reproduced in %ld tries, which does not say that it cannot happen: %s\n", cycle->fingerprint,
		tries, cycle->message);
	return false;
}

/* ---- which ---- */

static bool named(const struct finding *finding, char **fingerprints)
{
	for (; *fingerprints; fingerprints++)
		if (strcmp(*fingerprints, finding->fingerprint) == 0)
			return true;
	return false;
}

static bool is_meant(const struct finding *finding, char **fingerprints)
{
	if (finding->links_count == 0)
		return false;
	if (*fingerprints)
		return named(finding, fingerprints);
	return !finding->suppressed && strcmp(rules[finding->rule].name, "lock-order-cycle") == 0;
}

static void check_names(const struct findings *findings, char **fingerprints)
{
	for (char **name = fingerprints; *name; name++) {
		bool found = false;

		for (size_t i = 0; i < findings->count; i++)
			found |= findings->list[i].links_count && strcmp(findings->list[i].fingerprint, *name) == 0;
		if (!found)
			fprintf(stderr, "gridlock: %s: no cycle of that fingerprint was found in this run\n", *name);
	}
}

/* Every try writes on stderr what it shows, and nothing is kept of it. */
static void check_options(const struct options *options)
{
	static const enum option_id unused[] = {OPTION_RECORD, OPTION_LOG_PATH, OPTION_OUTPUT};

	for (size_t i = 0; i < sizeof(unused) / sizeof(unused[0]); i++)
		if (option_given(options, unused[i]))
			fprintf(stderr, "gridlock: confirm writes to stderr only: --%s is not used\n", option_name(unused[i]));
}

int confirm_main(struct options *options, char **fingerprints, char **argv)
{
	struct suppressions *suppressions = suppressions_read(options);
	char *folder = folder_private();
	struct findings *findings;
	size_t meant = 0, confirmed = 0;

	check_options(options);
	interrupted = was_interrupted(run_recorded(options, argv, folder, NULL, NULL));
	findings = findings_of(folder, options);
	suppressions_apply(suppressions, findings);
	check_names(findings, fingerprints);
	for (size_t i = 0; i < findings->count; i++)
		if (is_meant(&findings->list[i], fingerprints) && !interrupted) {
			meant++;
			confirmed += confirm(&findings->list[i], options, argv);
		}
	if (meant == 0 && !interrupted)
		fprintf(stderr, "gridlock: nothing to confirm: the run shows no such cycle\n");
	else if (meant)
		fprintf(stderr, "gridlock: %zu of %zu confirmed\n", confirmed, meant);
	findings_free(findings);
	suppressions_free(suppressions);
	folder_remove(folder);
	free(folder);
	if (interrupted)
		return 128 + SIGINT;
	return confirmed ? (int)option_number(options, OPTION_ERROR_EXITCODE) : 0;
}
