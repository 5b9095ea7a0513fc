/* doctor.c: see doctor.h. */
#include "doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "elf_names.h"
#include "memory.h"
#include "unseen.h"

/* ---- finding files ---- */

static bool is_program(const char *path)
{
	struct stat status;

	if (stat(path, &status) != 0)
		return false;
	if (S_ISREG(status.st_mode) && access(path, X_OK) == 0)
		return true;
	errno = EACCES;
	return false;
}

char *doctor_find(const char *program)
{
	const char *path = getenv("PATH");
	int error = ENOENT;

	if (strchr(program, '/'))
		return is_program(program) ? copied(program) : NULL;
	if (!path || !*path)
		path = "/usr/local/bin:/usr/bin:/bin";
	while (*program && path) {
		const char *colon = strchr(path, ':');
		int length = colon ? (int)(colon - path) : (int)strlen(path);
		char *candidate = length ? printed("%.*s/%s", length, path, program) : printed("./%s", program);

		if (is_program(candidate))
			return candidate;
		if (errno == EACCES)
			error = EACCES;
		free(candidate);
		path = colon ? colon + 1 : NULL;
	}
	errno = error;
	return NULL;
}

char *doctor_library(void)
{
	static const char *const places[] = {
		"", "../lib/", "../lib/gridlock/", "../lib/x86_64-linux-gnu/", "../lib/aarch64-linux-gnu/", "../lib64/"};
	char self[4096];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (length <= 0)
		return NULL;
	self[length] = '\0';
	strrchr(self, '/')[1] = '\0';
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		char *candidate = printed("%s%slibgridlock.so", self, places[i]), *real = realpath(candidate, NULL);

		free(candidate);
		if (real)
			return real;
	}
	return NULL;
}

/* ---- looking at ELF ---- */

struct program {
	Elf *elf;
	GElf_Ehdr head;
	char *interpreter; /* PT_INTERP; NULL: none */
	bool tsan;	   /* it is linked against ThreadSanitizer's runtime (gcc), or holds it (clang) */
	bool hides;	   /* it holds it: then its wrappers are found before any library's */
};

static void note_name(void *context, enum elf_name what, const char *name)
{
	struct program *program = context;

	program->hides |= what == ELF_DEFINES && strcmp(name, "__tsan_init") == 0;
	program->tsan |= program->hides || (what == ELF_NEEDS && strncmp(name, "libtsan.so", strlen("libtsan.so")) == 0);
}

static void read_segments(struct program *program)
{
	size_t count = 0, size;
	const char *bytes = elf_rawfile(program->elf, &size);

	elf_getphdrnum(program->elf, &count);
	for (size_t i = 0; i < count; i++) {
		GElf_Phdr segment;

		if (!gelf_getphdr(program->elf, (int)i, &segment))
			continue;
		if (segment.p_type == PT_INTERP && !program->interpreter && segment.p_offset < size && segment.p_filesz &&
		    segment.p_filesz <= size - segment.p_offset)
			program->interpreter = strndup(bytes + segment.p_offset, segment.p_filesz);
	}
}

static const char *class_name(const GElf_Ehdr *head)
{
	return head->e_ident[EI_CLASS] == ELFCLASS32 ? "a 32-bit program" : "a program for another machine";
}

#if defined(__x86_64__)
#define OWN_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define OWN_MACHINE EM_AARCH64
#endif

static char *refuse_elf(const char *path, const struct program *program)
{
	if (program->head.e_ident[EI_CLASS] != ELFCLASS64 || program->head.e_machine != OWN_MACHINE)
		return printed("%s is %s: the library would not load into it; build gridlock for that machine", path,
			       class_name(&program->head));
	if (!program->interpreter)
		return printed(
			"%s is statically linked: nothing can be preloaded into it; link it dynamically (without -static) for this test",
			path);
	if (strstr(program->interpreter, "ld-musl"))
		return printed("%s runs on musl (%s), and this library is built for glibc: it would not start", path, program->interpreter);
	if (!strstr(program->interpreter, "ld-linux"))
		return printed("%s wants the dynamic linker %s, and this library is built for glibc's", path, program->interpreter);
	return NULL;
}

/* Privileges that make the dynamic linker ignore LD_PRELOAD; none for those who have them anyway. */
static char *refuse_privileges(const char *path)
{
	struct stat status;

	if (stat(path, &status) != 0)
		return NULL;
	if (((status.st_mode & S_ISUID) && status.st_uid != geteuid()) || ((status.st_mode & S_ISGID) && status.st_gid != getegid()))
		return printed("%s is set-%s: the dynamic linker ignores LD_PRELOAD for it; run it as the user that it becomes, or a copy "
			       "without that bit",
			       path, (status.st_mode & S_ISUID) ? "user-ID" : "group-ID");
	if (geteuid() != 0 && getxattr(path, "security.capability", NULL, 0) > 0)
		return printed("%s has file capabilities: the dynamic linker ignores LD_PRELOAD for it; run a copy of it as root", path);
	return NULL;
}

/* The interpreter of the script at `path`, without its argument; NULL: it is none. To be freed. */
static char *script_interpreter(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char line[256], *start;
	ssize_t length = fd < 0 ? -1 : pread(fd, line, sizeof(line) - 1, 0);

	if (fd >= 0)
		close(fd);
	if (length < 3 || line[0] != '#' || line[1] != '!')
		return NULL;
	line[length] = '\0';
	start = line + 2 + strspn(line + 2, " \t");
	start[strcspn(start, " \t\r\n")] = '\0';
	return *start ? copied(start) : NULL;
}

/* AddressSanitizer does not mind: the launcher tells gcc's not to insist on being first. */
static char *sanitizer_warning(const char *path, const struct program *program)
{
	if (!program->tsan)
		return NULL;
	return printed("%s is built with ThreadSanitizer, which watches locks itself%s; build it without for this test", path,
		       program->hides ? " and, being inside the program, hides them from gridlock" : "");
}

static char *look_at_elf(const char *path, char **warning)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct program program = {0};
	char *refusal = NULL;

	elf_version(EV_CURRENT);
	program.elf = fd < 0 ? NULL : elf_begin(fd, ELF_C_READ_MMAP, NULL);
	/* What is no ELF file either is a script without #!: the shell runs it. */
	if (program.elf && elf_kind(program.elf) == ELF_K_ELF && gelf_getehdr(program.elf, &program.head)) {
		read_segments(&program);
		elf_names(program.elf, note_name, &program);
		refusal = refuse_elf(path, &program);
		if (!refusal)
			*warning = sanitizer_warning(path, &program);
	}
	free(program.interpreter);
	elf_end(program.elf);
	if (fd >= 0)
		close(fd);
	return refusal;
}

/* `depth` scripts lie above: the kernel gives up behind five. */
static char *refusal_of(const char *path, char **warning, int depth)
{
	char *interpreter = script_interpreter(path), *inner, *refusal;

	if (!interpreter) {
		/* The kernel ignores the privileges of scripts. */
		refusal = refuse_privileges(path);
		return refusal ? refusal : look_at_elf(path, warning);
	}
	inner = depth < 5 ? refusal_of(interpreter, warning, depth + 1) : NULL;
	refusal = inner ? printed("%s is a script: %s", path, inner) : NULL;
	free(inner);
	free(interpreter);
	return refusal;
}

char *doctor_refusal(const char *path, char **warning)
{
	*warning = NULL;
	return refusal_of(path, warning, 0);
}

/* One line for a program that can be watched, or cannot even be started. */
static bool say_good(const char *path)
{
	char *interpreter = script_interpreter(path);
	bool there = !interpreter || access(interpreter, X_OK) == 0;

	if (!interpreter)
		printf("%s can be watched\n", path);
	else if (there)
		printf("%s is a script for %s, which can be watched\n", path, interpreter);
	else
		printf("%s is a script for %s, which cannot be executed: %s\n", path, interpreter, strerror(errno));
	free(interpreter);
	return there;
}

/* Of a script, that is what its interpreter holds. */
static void say_unseen(const char *path)
{
	char *interpreter = script_interpreter(path), *unseen = unseen_text(unseen_in(interpreter ? interpreter : path));

	if (unseen)
		printf("not seen: %s; these locks do not pass through libc\n", unseen);
	free(unseen);
	free(interpreter);
}

int doctor_main(int argc, char **argv)
{
	char *path, *refusal, *warning, *library;
	bool good;

	if (argc != 2)
		die("usage: gridlock doctor PROGRAM");
	path = doctor_find(argv[1]);
	if (!path)
		die("%s: %s", argv[1], strerror(errno));
	library = doctor_library();
	if (!library)
		die("libgridlock.so is not where it belongs beside this command: make, or make install");
	refusal = doctor_refusal(path, &warning);
	if (refusal)
		printf("%s\n", refusal);
	good = !refusal && say_good(path);
	if (good)
		say_unseen(path);
	if (warning)
		printf("%s\n", warning);
	free(refusal);
	free(warning);
	free(library);
	free(path);
	return good && fflush(stdout) == 0 ? 0 : EXIT_GRIDLOCK;
}
