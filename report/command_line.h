/* command_line.h: the options that are typed, by argp. */
#ifndef GRIDLOCK_COMMAND_LINE_H
#define GRIDLOCK_COMMAND_LINE_H

#include "options.h"

/* The last part of options_read, which tells the rest: sets what the words say; a wrong one ends the command with 125 and a suggestion. Operands move
 * to the front of argv; returns their number. */
int command_line_read(struct options *options, int argc, char **argv, bool program, bool *dashes);

#endif
