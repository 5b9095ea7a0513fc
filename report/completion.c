/* completion.c: see completion.h. */
#include "completion.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "findings.h"
#include "memory.h"
#include "options.h"

static const struct subcommand {
	const char *name, *operands, *help;
} subcommands[] = {
#define SUBCOMMAND(id, name, operands, help) {name, operands, help},
#include "subcommands.def"
#undef SUBCOMMAND
};
#define SUBCOMMANDS (sizeof(subcommands) / sizeof(subcommands[0]))

static const struct format {
	const char *name, *help;
} formats[] = {
#define FORMAT(name, help) {#name, help},
#include "formats.def"
#undef FORMAT
};
#define FORMATS (sizeof(formats) / sizeof(formats[0]))

/* The next option that users see, behind `id` (-1: the first); OPTION_COUNT: no more. */
static int next_option(int id)
{
	do
		id++;
	while (id < OPTION_COUNT && !option_definition((enum option_id)id)->help);
	return id;
}
#define EACH_OPTION(id) (int id = next_option(-1); (id) < OPTION_COUNT; (id) = next_option(id))

static const struct option_definition *of(int id)
{
	return option_definition((enum option_id)id);
}

static bool takes_value(int id)
{
	return of(id)->type != FLAG;
}

/* A flag that is on by itself is of use as --no-NAME only. */
static const char *prefix(int id)
{
	return of(id)->type == FLAG && strcmp(of(id)->value, "1") == 0 ? "no-" : "";
}

/* Prints `text` with `by` in place of each character of `special`; NULL: with a backslash before it. */
static void print_escaped(const char *text, const char *special, const char *by)
{
	for (; *text; text++) {
		if (!strchr(special, *text))
			putchar(*text);
		else if (by)
			fputs(by, stdout);
		else
			printf("\\%c", *text);
	}
}

static void print_choices(const char *choices)
{
	for (; *choices; choices++)
		putchar(*choices == '|' ? ' ' : *choices);
}

static void print_subcommands(void)
{
	for (size_t i = 0; i < SUBCOMMANDS; i++)
		printf("%s%s", i ? " " : "", subcommands[i].name);
}

/* Each with `end` behind it. */
static void print_formats(const char *end)
{
	for (size_t i = 0; i < FORMATS; i++)
		printf("%s%s%s", i ? " " : "", formats[i].name, end);
}

static void print_rules(void)
{
	for (size_t i = 0; i < rules_count; i++)
		printf("%s%s", i ? " " : "", rules[i].name);
}

static bool is_argument(int id, const char *argument)
{
	return of(id)->argument && strcmp(of(id)->argument, argument) == 0;
}

/* ---- bash ---- */

/* `=` and `:` are words of their own there. */
static const char bash_start[] =
	"# gridlock's completion for bash: source it, or put it into /usr/share/bash-completion/completions/gridlock\n"
	"_gridlock()\n"
	"{\n"
	"\tlocal current=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]} i=1\n"
	"\tCOMPREPLY=()\n"
	"\tif [[ $current == = ]]; then\n"
	"\t\tcurrent=\n"
	"\telif [[ $option == = ]]; then\n"
	"\t\toption=${COMP_WORDS[COMP_CWORD - 2]}\n"
	"\tfi\n"
	"\twhile ((i < COMP_CWORD)); do\n"
	"\t\tcase ${COMP_WORDS[i]} in\n"
	"\t\t--) ((i++)); break ;;\n"
	"\t\trun) ((i++)) ;;\n"
	"\t\t:) ((i += 2)) ;;\n"
	"\t\t-o) ((i += 2)) ;;\n"
	"\t\t--*) [[ ${COMP_WORDS[i + 1]} == = ]] && ((i += 2)) || [[ \" $_gridlock_values \" != *\" ${COMP_WORDS[i]} \"* ]] || "
	"((i++))\n"
	"\t\t\t((i++)) ;;\n"
	"\t\t-*) ((i++)) ;;\n"
	"\t\t*) break ;;\n"
	"\t\tesac\n"
	"\tdone\n";
static const char bash_end[] = "\t\t*) [[ $(type -t _command_offset) == function ]] && _command_offset $i ;;\n"
			       "\t\tesac\n"
			       "\tfi\n"
			       "\t[[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == --*= ]] && compopt -o nospace\n"
			       "\treturn 0\n"
			       "}\n"
			       "complete -o bashdefault -o default -F _gridlock gridlock\n";

static void bash_values(void)
{
	for
		EACH_OPTION(id)
		{
			if (of(id)->type == CHOICE) {
				printf("\t--%s) COMPREPLY=($(compgen -W '", of(id)->name);
				print_choices(of(id)->argument);
				puts("' -- \"$current\")); return ;;");
			} else if (is_argument(id, "DIR")) {
				printf("\t--%s) compopt -o filenames; COMPREPLY=($(compgen -d -- \"$current\")); return ;;\n",
				       of(id)->name);
			} else if (is_argument(id, "FORMAT")) {
				printf("\t--%s) COMPREPLY=($(compgen -W '", of(id)->name);
				print_formats("");
				puts("' -- \"$current\")); return ;;");
			} else if (id == OPTION_OUTPUT) {
				printf("\t-o | --%s) compopt -o nospace; COMPREPLY=($(compgen -W '", of(id)->name);
				print_formats(":");
				puts("' -- \"$current\")); return ;;\n\t:) return ;;");
			} else if (takes_value(id)) {
				printf("\t--%s) return ;;\n", of(id)->name);
			}
		}
}

static void bash_write(void)
{
	printf("_gridlock_values='");
	for
		EACH_OPTION(id)
	if (takes_value(id))
		printf("--%s ", of(id)->name);
	puts("'");
	fputs(bash_start, stdout);
	printf("\tlocal ours=\n\t((i >= COMP_CWORD)) || [[ ' ");
	print_subcommands();
	puts(" ' == *\" ${COMP_WORDS[i]} \"* ]] && ours=1\n\t[[ $ours ]] && case $option in");
	bash_values();
	puts("\tesac\n\tif [[ $ours && $current == -* ]]; then");
	printf("\t\tCOMPREPLY=($(compgen -W '");
	for
		EACH_OPTION(id)
	printf("--%s%s%s ", prefix(id), of(id)->name, takes_value(id) ? "=" : "");
	puts("--help --version' -- \"$current\"))");
	puts("\telif ((i >= COMP_CWORD)); then");
	printf("\t\tCOMPREPLY=($(compgen -W '");
	print_subcommands();
	puts("' -- \"$current\") $(compgen -c -- \"$current\"))\n\telse\n\t\tcase ${COMP_WORDS[i]} in");
	printf("\t\texplain) COMPREPLY=($(compgen -W '");
	print_rules();
	puts("' -- \"$current\")) ;;");
	puts("\t\tcompletion) COMPREPLY=($(compgen -W 'bash zsh fish' -- \"$current\")) ;;");
	puts("\t\tdoctor) COMPREPLY=($(compgen -c -- \"$current\")) ;;");
	puts("\t\treport|merge|baseline|diff) ;;");
	fputs(bash_end, stdout);
}

/* ---- zsh ---- */

static void zsh_options(void)
{
	for
		EACH_OPTION(id)
		{
			printf("\t\t'%s--%s%s%s[", of(id)->type == LIST ? "*" : "", prefix(id), of(id)->name, takes_value(id) ? "=" : "");
			print_escaped(of(id)->help, "'[]:", "");
			printf("]");
			if (of(id)->type == CHOICE) {
				printf(":word:(");
				print_choices(of(id)->argument);
				printf(")");
			} else if (is_argument(id, "FORMAT")) {
				printf(":format:(");
				print_formats("");
				printf(")");
			} else if (takes_value(id)) {
				printf(":value:%s", is_argument(id, "FILE")  ? "_files"
						    : is_argument(id, "DIR") ? "_files -/"
						    : id == OPTION_OUTPUT    ? "_gridlock_output"
									     : "");
			}
			puts("'");
		}
	puts("\t\t'*-o[also write the report]:value:_gridlock_output' '-q[no summary line]' '--help[show the options]' '--version[show the "
	     "version]'");
}

static void zsh_write(void)
{
	puts("#compdef gridlock\n"
	     "_gridlock_first()\n"
	     "{\n"
	     "\tlocal -a subcommands=(");
	for (size_t i = 0; i < SUBCOMMANDS; i++) {
		printf("\t\t'%s:", subcommands[i].name);
		print_escaped(subcommands[i].help, "'", "");
		puts("'");
	}
	puts("\t)\n"
	     "\t_describe -t subcommands subcommand subcommands\n"
	     "\t_command_names -e\n"
	     "\t_files\n"
	     "}\n"
	     "_gridlock_rest()\n"
	     "{\n"
	     "\tcase $words[1] in");
	printf("\texplain) _arguments $options '*:rule:(");
	print_rules();
	puts(")' ;;\n"
	     "\tcompletion) _arguments $options ':shell:(bash zsh fish)' ;;\n"
	     "\tdump|top) _arguments $options '*:process:_pids' ;;\n"
	     "\tdoctor) _arguments $options ':program:_command_names -e' ;;\n"
	     "\treport|merge|baseline|diff|confirm|env) _arguments $options '*:operand:_files' ;;\n"
	     "\trun) shift words; ((CURRENT--)); _gridlock_words ;;\n"
	     "\t*) _normal ;;\n"
	     "\tesac\n"
	     "}\n"
	     "_gridlock_words() { if ((CURRENT == 1)); then _command_names -e; _files; else _normal; fi; }\n"
	     "_gridlock_output()\n"
	     "{");
	printf("\tif compset -P '*:'; then _files; else compadd -S : ");
	print_formats("");
	puts("; fi\n"
	     "}\n"
	     "_gridlock()\n"
	     "{\n"
	     "\tlocal -a options=(");
	zsh_options();
	puts("\t)\n"
	     "\t_arguments -S -A '-*' $options '1: :_gridlock_first' '*:: :_gridlock_rest'\n"
	     "}\n"
	     "if [[ $funcstack[1] == _gridlock ]]; then _gridlock \"$@\"; else compdef _gridlock gridlock; fi");
}

/* ---- fish ---- */

static void fish_options(void)
{
	for
		EACH_OPTION(id)
		{
			printf("complete -c gridlock -n __gridlock_options -l %s%s ", prefix(id), of(id)->name);
			if (of(id)->type == CHOICE) {
				printf("-x -a '");
				print_choices(of(id)->argument);
				printf("' ");
			} else if (is_argument(id, "FORMAT") || id == OPTION_OUTPUT) {
				printf("%s -a '", id == OPTION_OUTPUT ? "-s o -r" : "-x");
				print_formats(id == OPTION_OUTPUT ? ":" : "");
				printf("' ");
			} else if (takes_value(id)) {
				printf(is_argument(id, "DIR") ? "-x -a '(__fish_complete_directories)' " : "-r ");
			}
			printf("-d '");
			print_escaped(of(id)->help, "'\\", NULL);
			puts("'");
		}
}

static void fish_write(void)
{
	printf("set -g __gridlock_subcommands ");
	print_subcommands();
	puts("\n"
	     "# Options end at the first operand, unless it is a subcommand.\n"
	     "function __gridlock_options\n"
	     "\t__fish_use_subcommand; or __fish_seen_subcommand_from $__gridlock_subcommands\n"
	     "end\n"
	     "complete -c gridlock -f -n __fish_use_subcommand -a '(__fish_complete_command)'\n"
	     "complete -c gridlock -n 'not __gridlock_options; or __fish_seen_subcommand_from run' -a '(__fish_complete_subcommand)'\n"
	     "complete -c gridlock -f -n '__fish_seen_subcommand_from completion' -a 'bash zsh fish'\n"
	     "complete -c gridlock -f -n '__fish_seen_subcommand_from dump top' -a '(__fish_complete_pids)'\n"
	     "complete -c gridlock -f -n '__fish_seen_subcommand_from doctor' -a '(__fish_complete_command)'");
	printf("complete -c gridlock -f -n '__fish_seen_subcommand_from explain' -a '");
	print_rules();
	puts("'");
	for (size_t i = 0; i < SUBCOMMANDS; i++) {
		printf("complete -c gridlock -f -n __fish_use_subcommand -a %s -d '", subcommands[i].name);
		print_escaped(subcommands[i].help, "'\\", NULL);
		puts("'");
	}
	fish_options();
}

/* ---- mdoc ---- */

/* A paragraph, in short lines; no word begins like a request. */
static void mdoc_text(const char *text)
{
	size_t column = 1;

	putchar(toupper(*text++));
	while (*text) {
		size_t length = strcspn(text, " ");

		if (column && column + length > 78) {
			putchar('\n');
			column = 0;
		}
		if (column > 1)
			putchar(' ');
		printf("%s%.*s", *text == '.' || *text == '\'' ? "\\&" : "", (int)length, text);
		column += length + 1;
		text += length;
		text += *text == ' ';
	}
	puts(".");
}

static void mdoc_options(void)
{
	for
		EACH_OPTION(id)
		{
			printf(".It %sFl \\-%s%s",
			       id == OPTION_OUTPUT  ? "Fl o , "
			       : id == OPTION_QUIET ? "Fl q , "
						    : "",
			       prefix(id), of(id)->name);
			if (takes_value(id))
				printf(" Ns = Ns Ar %s", of(id)->argument ? of(id)->argument : "VALUE");
			putchar('\n');
			mdoc_text(*prefix(id) ? printed("Do not %s", of(id)->help) : of(id)->help);
			if (takes_value(id) && *of(id)->value)
				printf("The default is\n.Cm %s .\n", of(id)->value);
			if (of(id)->type == LIST)
				puts("May be given several times.");
		}
}

/* One word of operands: `[` and `]` become Oo and Oc, `-o` a flag, the rest arguments. */
static void mdoc_operand(const char *word, size_t length)
{
	bool last = length && word[length - 1] == ']';

	if (*word == '[') {
		fputs(" Oo", stdout);
		word++;
		length--;
	}
	length -= last;
	if (*word == '-')
		printf(" Fl %s%.*s", length > 1 && word[1] == '-' ? "\\" : "", (int)length - 1, word + 1);
	else
		printf(" Ar %.*s", (int)length, word);
	fputs(last ? " Oc" : "", stdout);
}

static void mdoc_formats(void)
{
	for (size_t i = 0; i < FORMATS; i++) {
		printf(".It Cm %s\n", formats[i].name);
		mdoc_text(formats[i].help);
	}
}

static void mdoc_subcommands(void)
{
	for (size_t i = 0; i < SUBCOMMANDS; i++) {
		printf(".It Nm gridlock Cm %s", subcommands[i].name);
		for (const char *word = subcommands[i].operands; *word; word += strspn(word, " ")) {
			mdoc_operand(word, strcspn(word, " "));
			word += strcspn(word, " ");
		}
		putchar('\n');
		mdoc_text(subcommands[i].help);
	}
}

/* ---- which ---- */

int completion_main(int count, char **words)
{
	static const struct {
		const char *name;
		void (*write)(void);
	} writers[] = {{"bash", bash_write},
		       {"zsh", zsh_write},
		       {"fish", fish_write},
		       {"mdoc-options", mdoc_options},
		       {"mdoc-subcommands", mdoc_subcommands},
		       {"mdoc-formats", mdoc_formats}};

	for (size_t i = 0; count == 1 && i < sizeof(writers) / sizeof(writers[0]); i++)
		if (strcmp(writers[i].name, words[0]) == 0) {
			writers[i].write();
			return fflush(stdout) == 0 ? 0 : EXIT_GRIDLOCK;
		}
	die("usage: gridlock completion bash|zsh|fish");
}
