/*
 * sarif.c: SARIF 2.1.0 (OASIS, 2020), one run, for code scanning. What GitHub makes of it shows `locations[0]`, the first thread flow and the related locations
 * that the message links to: so each step of the ring is told three times. Suppressed findings and those of the baseline are left out.
 */
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "explain.h"
#include "findings.h"
#include "json_page.h"
#include "memory.h"
#include "options.h"
#include "sites.h"
#include "source.h"

/* ---- text and paths ---- */

/* Brackets would begin a link. */
static void put_escaped(FILE *stream, const char *text)
{
	for (; *text; text++) {
		if (strchr("\\[]", *text))
			fputc('\\', stream);
		fputc(*text, stream);
	}
}

static json_t *message(char *text)
{
	json_t *json = json_pack("{s:o}", "text", json_text(text));

	free(text);
	return json;
}

static char *escaped(const char *text)
{
	char *memory;
	size_t size;
	FILE *stream = open_memstream(&memory, &size);

	if (!stream)
		die("out of memory");
	put_escaped(stream, text);
	fclose(stream);
	return memory;
}

/* RFC 3986: all but what is unreserved, and slashes. */
static char *uri(const char *scheme, const char *path)
{
	char *text = new_zeroed(strlen(scheme) + strlen(path) * 3 + 1, 1), *at = stpcpy(text, scheme);

	for (; *path; path++) {
		if ((*path >= 'a' && *path <= 'z') || (*path >= 'A' && *path <= 'Z') || (*path >= '0' && *path <= '9') ||
		    strchr("-._~/", *path))
			*at++ = *path;
		else
			at += sprintf(at, "%%%02X", (unsigned char)*path);
	}
	return text;
}

static json_t *artifact(const char *file, const char *root)
{
	const char *path = source_path(file, root);
	char *text = uri(*path == '/' ? "file://" : "", path);
	json_t *json = *path == '/' ? json_pack("{s:s}", "uri", text) : json_pack("{s:s, s:s}", "uri", text, "uriBaseId", "SRCROOT");

	free(text);
	return json;
}

/* ---- places ---- */

static json_t *physical(const struct frame *frame, const char *root)
{
	if (frame->file && frame->line)
		return json_pack("{s:o, s:{s:i}}", "artifactLocation", artifact(frame->file, root), "region", "startLine",
				 (int)frame->line);
	return frame->module ? json_pack("{s:o}", "artifactLocation", artifact(frame->module, root)) : NULL;
}

static json_t *location(const struct frame *frame, const char *root)
{
	json_t *json = json_object(), *place;

	if (!frame)
		return json;
	place = physical(frame, root);
	if (place)
		json_object_set_new(json, "physicalLocation", place);
	json_object_set_new(json, "logicalLocations",
			    json_pack("[{s:o, s:s}]", "fullyQualifiedName", json_text(frame->function), "kind", "function"));
	return json;
}

/* "thread `a` takes `x`", or "thread `a`: unlocked here"; to be freed. */
static char *words_of(const struct site *site)
{
	return site->lock ? printed("thread `%s` %s `%s`", site_thread(site->thread), site->does, site->lock->name)
			  : printed("thread `%s`: %s", site_thread(site->thread), site->does);
}

static json_t *site_location(const struct site *site, const char *root)
{
	json_t *json = location(site_frame(site->stack), root);
	char *words = words_of(site);

	json_object_set_new(json, "message", message(escaped(words)));
	free(words);
	return json;
}

/* ---- a result ---- */

/* The message with a link to each step, and what to do. */
static json_t *result_message(const struct finding *finding, const struct sites *sites)
{
	char *memory;
	size_t size;
	FILE *stream = open_memstream(&memory, &size);

	if (!stream)
		die("out of memory");
	put_escaped(stream, finding->message);
	for (size_t i = 0; i < sites->count; i++) {
		char *words = words_of(&sites->list[i]);

		fputs("\n[", stream);
		put_escaped(stream, words);
		fprintf(stream, "](%zu)", i + 1);
		free(words);
	}
	fputs("\n", stream);
	put_escaped(stream, explain_fix(finding));
	fclose(stream);
	return message(memory);
}

static json_t *flow_location(const struct site *site, const char *root)
{
	json_t *json = json_pack("{s:o}", "location", site_location(site, root));

	if (site->order >= 0)
		json_object_set_new(json, "executionOrder", json_integer(site->order + 1));
	return json;
}

/* The steps of the thread that does step `first`; NULL: they are told already. */
static json_t *thread_flow(const struct sites *sites, size_t first, const char *root)
{
	const struct thread *thread = sites->list[first].thread;
	json_t *locations;

	for (size_t i = 0; i < first; i++)
		if (sites->list[i].thread == thread)
			return NULL;
	locations = json_array();
	for (size_t i = first; i < sites->count; i++)
		if (sites->list[i].thread == thread)
			json_array_append_new(locations, flow_location(&sites->list[i], root));
	return json_pack("{s:o, s:o, s:o}", "id", json_text(site_thread(thread)), "message",
			 message(printed("thread `%s`", site_thread(thread))), "locations", locations);
}

static json_t *flows_of(const struct sites *sites, const char *root)
{
	json_t *flows = json_array();

	for (size_t i = 0; i < sites->count; i++) {
		json_t *flow = thread_flow(sites, i, root);

		if (flow)
			json_array_append_new(flows, flow);
	}
	return json_pack("[{s:o}]", "threadFlows", flows);
}

static json_t *related_of(const struct sites *sites, const char *root)
{
	json_t *related = json_array();

	for (size_t i = 0; i < sites->count; i++) {
		json_t *json = site_location(&sites->list[i], root);

		json_object_set_new(json, "id", json_integer((json_int_t)i + 1));
		json_array_append_new(related, json);
	}
	return related;
}

static json_t *stack_of(const struct site *site, const char *root)
{
	json_t *frames = json_array();
	char *words = words_of(site);

	for (size_t i = 0; site->stack && i < site->stack->count; i++)
		json_array_append_new(frames, json_pack("{s:o, s:o}", "location", location(&site->stack->frames[i], root), "module",
							json_text(site->stack->frames[i].module)));
	return json_pack("{s:o, s:o}", "message", message(words), "frames", frames);
}

static json_t *stacks_of(const struct sites *sites, const char *root)
{
	json_t *stacks = json_array();

	for (size_t i = 0; i < sites->count; i++)
		if (sites->list[i].stack)
			json_array_append_new(stacks, stack_of(&sites->list[i], root));
	return stacks;
}

static json_t *result_json(const struct finding *finding, const char *root)
{
	struct sites sites = sites_of(finding);
	json_t *json =
		json_pack("{s:s, s:i, s:s, s:o, s:[o], s:{s:s, s:s}, s:o, s:o, s:I, s:{s:o, s:o}}", "ruleId", rules[finding->rule].name,
			  "ruleIndex", finding->rule, "level", level_name(finding->level), "message", result_message(finding, &sites),
			  "locations", location(site_of(finding), root), "partialFingerprints", "gridlock/v1", finding->fingerprint,
			  "primaryLocationLineHash", finding->fingerprint, "relatedLocations", related_of(&sites, root), "stacks",
			  stacks_of(&sites, root), "occurrenceCount", (json_int_t)(finding->count ? finding->count : 1), "properties",
			  "program", json_text(finding->exe), "reason", json_text(finding->reason));

	if (json && sites.count)
		json_object_set_new(json, "codeFlows", flows_of(&sites, root));
	free(sites.list);
	return json;
}

/* ---- the run ---- */

static json_t *rule_json(int rule)
{
	enum level level = rules[rule].level;

	return json_pack("{s:s, s:{s:s}, s:{s:o}, s:{s:s}}", "id", rules[rule].name, "shortDescription", "text", rules[rule].meaning,
			 "fullDescription", "text", json_text(explain_bites(rule)), "defaultConfiguration", "level",
			 level == LEVEL_OFF ? "none" : level_name(level));
}

static json_t *tool_json(void)
{
	json_t *list = json_array();

	for (size_t i = 0; i < rules_count; i++)
		json_array_append_new(list, rule_json((int)i));
	return json_pack("{s:{s:s, s:s, s:o}}", "driver", "name", "gridlock", "version", VERSION, "rules", list);
}

/* What paths are relative to; with a slash at its end. */
static json_t *base_json(const char *root)
{
	char path[PATH_MAX], *text;
	json_t *json;

	if (!realpath(*root ? root : ".", path))
		return json_object();
	text = uri("file://", path);
	json = json_pack("{s:{s:s+}}", "SRCROOT", "uri", text, path[1] ? "/" : "");
	free(text);
	return json;
}

static void put_results(struct json_page *page, const struct findings *findings, const char *root)
{
	const char *between = "\n";

	json_page_put(page, ",\n  \"results\": [");
	page->level = 4;
	for (size_t i = 0; i < findings->count && !page->error; i++) {
		if (!site_is_new(&findings->list[i]))
			continue;
		json_page_put(page, between);
		json_page_value(page, result_json(&findings->list[i], root));
		between = ",\n";
	}
	page->level = 0;
	json_page_put(page, "]");
}

int sarif_write(int fd, const struct findings *findings, const struct options *options)
{
	const char *root = option_string(options, OPTION_SOURCE_ROOT);
	struct json_page page = {.fd = fd};

	json_page_put(&page,
		      "{\n \"$schema\": \"https://json.schemastore.org/sarif-2.1.0.json\",\n \"version\": \"2.1.0\",\n \"runs\": [{\n"
		      "  \"tool\": ");
	page.level = 2;
	json_page_value(&page, tool_json());
	json_page_put(&page, ",\n\"originalUriBaseIds\": ");
	json_page_value(&page, base_json(root));
	page.level = 0;
	put_results(&page, findings, root);
	json_page_put(&page, "\n }]\n}\n");
	return json_page_end(&page);
}
