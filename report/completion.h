/* completion.h: what is made from the tables of options, subcommands and rules: completions of shells, sections of the manual page. */
#ifndef GRIDLOCK_COMPLETION_H
#define GRIDLOCK_COMPLETION_H

/* `gridlock completion bash|zsh|fish`; the build asks for mdoc-options and mdoc-subcommands. Returns the exit code. */
int completion_main(int count, char **words);

#endif
