/*
 * settings.h: the options that matter inside the host, from GRIDLOCK_OPTIONS (secure_getenv), read once at start.
 * The grammar is USER.md's: `name=value` separated by space or `,`; quotes protect a value; `-` and `_` in names are the same. Options
 * that only concern the command are passed over; what is wrong is said by the command, never here.
 */
#ifndef GRIDLOCK_SETTINGS_H
#define GRIDLOCK_SETTINGS_H

#include <stdbool.h>

enum on_deadlock { ON_DEADLOCK_EXIT, ON_DEADLOCK_REPORT, ON_DEADLOCK_ABORT };

struct settings {
	char record[2048];  /* directory of the run; empty: make a private one */
	char steer[2048];   /* the plan of `gridlock confirm`; empty: none */
	char command[2048]; /* the gridlock command; empty: next to the library */
	enum on_deadlock on_deadlock;
	int exitcode;  /* for findings */
	bool launched; /* the launcher reports, not we */
	bool identity_table;
	bool witness; /* a trace is kept */
	bool stats;   /* it is counted what gridlock costs */
};
extern struct settings settings;

/* Reads the variable. `text` may be NULL (defaults). Does not allocate. */
void settings_read(const char *text);

#endif
