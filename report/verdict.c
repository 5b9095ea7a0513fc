/* verdict.c: see verdict.h. */
#include "verdict.h"

#include <string.h>

bool verdict_clean(const struct findings *findings)
{
	return findings_count(findings, LEVEL_NOTE) + findings_count(findings, LEVEL_WARNING) + findings_count(findings, LEVEL_ERROR) == 0;
}

bool verdict_fails_for(const struct finding *finding, const struct options *options)
{
	const char *from = option_string(options, OPTION_FAIL_ON);

	return strcmp(from, "never") != 0 && !finding->suppressed && finding->baseline != BASELINE_KNOWN &&
	       finding->level >= (enum level)level_find(from);
}

bool verdict_fails(const struct findings *findings, const struct options *options)
{
	const char *from = option_string(options, OPTION_FAIL_ON);
	enum level lowest = LEVEL_ERROR;

	if (strcmp(from, "never") == 0)
		return false;
	/* A bare preload's report knows one process only: what is unused there may be for another one. */
	if (option_flag(options, OPTION_STRICT_SUPPRESSIONS) && findings->unused_suppressions && !option_flag(options, OPTION_AT_EXIT))
		return true;
	lowest = (enum level)level_find(from);
	for (enum level level = lowest; level <= LEVEL_ERROR; level++)
		if (findings_count_new(findings, level))
			return true;
	return false;
}

int verdict_code(const struct findings *findings, const struct options *options, int otherwise)
{
	long code = option_number(options, OPTION_ERROR_EXITCODE);

	return code && verdict_fails(findings, options) ? (int)code : otherwise;
}
