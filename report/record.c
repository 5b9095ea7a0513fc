/* record.c: see record.h. */
#include "record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

static const char *const kinds[RECORD_KINDS] = {"meta", "module", "lock", "stack", "dependency", "finding", "end"};

const char *record_kind_name(enum record_kind kind)
{
	return kinds[kind];
}

/* ---- one record ---- */

/* Does the text begin with that? Then what is behind it, else NULL. */
static const char *behind(const char *text, const char *end, const char *beginning)
{
	size_t length = strlen(beginning);

	return text && (size_t)(end - text) >= length && memcmp(text, beginning, length) == 0 ? text + length : NULL;
}

static bool is_key(const char *text)
{
	for (int i = 0; i < RECORD_KEY; i++)
		if (!strchr("0123456789abcdef", text[i]) || text[i] == '\0')
			return false;
	return true;
}

bool record_parse(struct record *record, char *line, size_t length)
{
	const char *end = line + length, *at = behind(line, end, "{\"kind\":\"");

	*record = (struct record){.length = length, .line = line};
	for (int kind = 0; at && kind < RECORD_KINDS; kind++) {
		const char *key = behind(behind(at, end, kinds[kind]), end, kind == RECORD_END ? "\",\"records\":" : "\",\"key\":\"");

		if (!key || end[-1] != '}')
			continue;
		record->kind = (enum record_kind)kind;
		if (kind == RECORD_END)
			return true;
		if (end - key <= RECORD_KEY || !is_key(key) || key[RECORD_KEY] != '"')
			return false;
		memcpy(record->key, key, RECORD_KEY);
		return true;
	}
	return false;
}

int record_compare(const struct record *a, const struct record *b)
{
	return a->kind != b->kind ? (int)a->kind - (int)b->kind : memcmp(a->key, b->key, RECORD_KEY);
}

void record_key(char text[RECORD_KEY + 1], uint64_t key)
{
	snprintf(text, RECORD_KEY + 1, "%016llx", (unsigned long long)key);
}

char *record_end(size_t count)
{
	return printed("{\"kind\":\"end\",\"records\":%zu}", count);
}

/* ---- several that are one ---- */

/* Where the runs of a record begin: no text inside of one has such quotes. Its end: none. */
static const char *runs_of(const struct record *record)
{
	size_t length = strlen(RECORD_RUNS);
	const char *end = record->line + record->length, *at = end;

	if (record->kind < RECORD_DEPENDENCY)
		return end;
	/* From behind: findings are long, and the runs stand last. */
	while ((at = memrchr(record->line, ',', (size_t)(at - record->line))))
		if ((size_t)(end - at) >= length && memcmp(at, RECORD_RUNS, length) == 0)
			return at;
	return end;
}

static int compare_bytes(const char *a, size_t a_length, const char *b, size_t b_length)
{
	int order = memcmp(a, b, a_length < b_length ? a_length : b_length);

	return order ? order : (a_length > b_length) - (a_length < b_length);
}

/* Adds the runs of a record to the others'. False: they are damaged. */
static bool add_runs(json_t *all, const struct record *record, const char *runs)
{
	const char *object = runs + strlen(RECORD_RUNS) - 1;
	size_t length = (size_t)(record->line + record->length - object) - 1;
	json_t *own = json_loadb(object, length, 0, NULL), *count;
	const char *run;

	json_object_foreach(own, run, count)
	{
		if (!json_is_integer(count) || strlen(run) != RECORD_KEY || !is_key(run)) {
			json_decref(own);
			return false;
		}
		if (json_integer_value(json_object_get(all, run)) < json_integer_value(count))
			json_object_set(all, run, count);
	}
	json_decref(own);
	return own != NULL;
}

/* The body, with these runs. */
static char *with_runs(const char *body, size_t body_length, const json_t *runs, size_t *length)
{
	char *text = json_dumps(runs, JSON_COMPACT | JSON_SORT_KEYS), *line;

	if (!text)
		die("out of memory");
	line = printed("%.*s,\"runs\":%s}", (int)body_length, body, text);
	*length = strlen(line);
	free(text);
	return line;
}

char *record_join(const struct record *const *records, size_t count, size_t *length)
{
	json_t *all = json_object();
	const char *body = "";
	size_t body_length = 0;
	char *line = NULL;
	bool good = true, has_runs = false;

	for (size_t i = 0; i < count && good; i++) {
		const char *runs = runs_of(records[i]);
		size_t here = (size_t)(runs - records[i]->line);
		bool ends = here == records[i]->length;

		if (i == 0 || compare_bytes(records[i]->line, here, body, body_length) < 0) {
			body = records[i]->line;
			body_length = here;
		}
		good = (ends ? i == 0 || !has_runs : i == 0 || has_runs) && (ends || add_runs(all, records[i], runs));
		has_runs = !ends;
	}
	if (good && has_runs)
		line = with_runs(body, body_length, all, length);
	else if (good) {
		*length = body_length;
		line = new_zeroed(body_length + 1, 1);
		memcpy(line, body, body_length);
	}
	json_decref(all);
	return line;
}

/* ---- lists ---- */

void records_add(struct records *records, struct record record)
{
	if (records->count == records->room) {
		records->room = records->room ? records->room * 2 : 256;
		records->list = resized(records->list, records->room, sizeof(*records->list));
	}
	records->list[records->count++] = record;
}

void records_free(struct records *records)
{
	for (size_t i = 0; i < records->count; i++)
		free(records->list[i].line);
	free(records->list);
	*records = (struct records){0};
}
