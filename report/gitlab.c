/* gitlab.c: a code quality report of GitLab: one array, an entry a finding. GitLab shows those that the other branch has not, by fingerprint. */
#include <jansson.h>

#include "findings.h"
#include "json_page.h"
#include "options.h"
#include "sites.h"
#include "source.h"

/* GitLab has five. A deadlock that happened is worse than one that can. */
static const char *severity_of(const struct finding *finding)
{
	static const char *const severities[] = {[LEVEL_NOTE] = "info", [LEVEL_WARNING] = "minor", [LEVEL_ERROR] = "critical"};

	return finding->blocked_count ? "blocker" : severities[finding->level];
}

/* A path is demanded: that of the program where the source is not known. */
static json_t *entry_json(const struct finding *finding, const char *root)
{
	const struct frame *frame = site_of(finding);
	const char *path = frame && frame->file ? frame->file : finding->exe;

	return json_pack("{s:o, s:s, s:s, s:s, s:{s:o, s:{s:i}}}", "description", json_text(finding->message), "check_name",
			 rules[finding->rule].name, "fingerprint", finding->fingerprint, "severity", severity_of(finding), "location",
			 "path", json_text(source_path(path, root)), "lines", "begin", frame && frame->line ? (int)frame->line : 1);
}

int gitlab_write(int fd, const struct findings *findings, const struct options *options)
{
	struct json_page page = {.fd = fd, .level = 1};
	const char *between = "[\n";

	for (size_t i = 0; i < findings->count && !page.error; i++) {
		if (!site_is_new(&findings->list[i]))
			continue;
		json_page_put(&page, between);
		json_page_value(&page, entry_json(&findings->list[i], option_string(options, OPTION_SOURCE_ROOT)));
		between = ",\n";
	}
	page.level = 0;
	json_page_put(&page, *between == '[' ? "[]\n" : "\n]\n");
	return json_page_end(&page);
}
