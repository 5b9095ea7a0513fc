/* preload.c: see preload.h. */
#include "preload.h"

#include <stdlib.h>
#include <string.h>

#include "doctor.h"
#include "library.h"
#include "memory.h"

/* A value for GRIDLOCK_OPTIONS, quoted. */
static char *quoted(const char *name, const char *value)
{
	char quote = strchr(value, '"') ? '\'' : '"';

	return printed("%s=%c%s%c", name, quote, value, quote);
}

/* The dynamic linker takes names from LD_PRELOAD apart at spaces and colons, and replaces $ORIGIN and the like. */
char *preload_library(void)
{
	char *library = doctor_library(), *wrong, *name;

	if (!library)
		die("libgridlock.so is not where it belongs beside this command: make, or make install");
	if (strpbrk(library, " :$"))
		die("%s cannot be named in LD_PRELOAD: move gridlock to a path without space, colon and $", library);
	wrong = library_refusal(library);
	if (wrong)
		die("%s", wrong);
	name = library_preload_name(library);
	free(library);
	return name;
}

/* gcc's AddressSanitizer refuses to start behind another library. Ours takes none of the functions that it cares for; what the user
 * says comes last and wins. */
static void quieten_sanitizer(void)
{
	const char *user = getenv("ASAN_OPTIONS");
	char *value = printed("verify_asan_link_order=0%s%s", user && *user ? ":" : "", user ? user : "");

	setenv("ASAN_OPTIONS", value, 1);
	free(value);
}

void preload_set_environment(const char *library, const char *folder, const struct options *options)
{
	const char *preload = getenv("LD_PRELOAD"), *user = getenv("GRIDLOCK_OPTIONS");
	char *record = quoted("record", folder), *steer = quoted("steer", option_string(options, OPTION_STEER)), *value, open_quote[2] = "";

	value = preload && *preload ? printed("%s:%s", library, preload) : copied(library);
	setenv("LD_PRELOAD", value, 1);
	free(value);
	open_quote[0] = user ? options_open_quote(user) : '\0';
	value = printed("%s%s%s%s %s launched=1 on-deadlock=%s identity=%s witness=%s stats=%s error-exitcode=%s", user ? user : "",
			open_quote, user && *user ? " " : "", record, *option_string(options, OPTION_STEER) ? steer : "",
			option_string(options, OPTION_ON_DEADLOCK), option_string(options, OPTION_IDENTITY),
			option_string(options, OPTION_WITNESS), option_string(options, OPTION_STATS),
			option_string(options, OPTION_ERROR_EXITCODE));
	setenv("GRIDLOCK_OPTIONS", value, 1);
	free(value);
	free(record);
	free(steer);
	quieten_sanitizer();
}
