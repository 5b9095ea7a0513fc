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

#include "memory.h"

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
	static const char *const places[] = {"", "../lib/", "../lib/gridlock/", "../lib/x86_64-linux-gnu/", "../lib64/"};
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
	bool dynamic;
	char *sanitizer; /* a runtime that it is linked against or holds */
};

static void read_needed(struct program *program, GElf_Phdr *segment)
{
	Elf_Scn *section = NULL;

	while ((section = elf_nextscn(program->elf, section))) {
		GElf_Shdr head;
		Elf_Data *data;

		if (!gelf_getshdr(section, &head) || head.sh_type != SHT_DYNAMIC || !(data = elf_getdata(section, NULL)))
			continue;
		for (size_t i = 0; head.sh_entsize && i < head.sh_size / head.sh_entsize; i++) {
			GElf_Dyn entry;
			const char *name;

			if (!gelf_getdyn(data, (int)i, &entry) || entry.d_tag != DT_NEEDED)
				continue;
			name = elf_strptr(program->elf, head.sh_link, entry.d_un.d_val);
			if (name && (strncmp(name, "libasan", 7) == 0 || strncmp(name, "libtsan", 7) == 0) && !program->sanitizer)
				program->sanitizer = copied(name);
		}
	}
	(void)segment;
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
		if (segment.p_type == PT_INTERP && segment.p_offset < size && segment.p_filesz &&
		    segment.p_filesz <= size - segment.p_offset)
			program->interpreter = strndup(bytes + segment.p_offset, segment.p_filesz);
		if (segment.p_type == PT_DYNAMIC) {
			program->dynamic = true;
			read_needed(program, &segment);
		}
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

/* The interpreter of a script, without its argument; NULL: it is none. To be freed. */
static char *script_interpreter(int fd)
{
	char line[256];
	ssize_t length = pread(fd, line, sizeof(line) - 1, 0);
	char *start;

	if (length < 3 || line[0] != '#' || line[1] != '!')
		return NULL;
	line[length] = '\0';
	start = line + 2 + strspn(line + 2, " \t");
	start[strcspn(start, " \t\r\n")] = '\0';
	return *start ? copied(start) : NULL;
}

static char *look_at_elf(const char *path, int fd, char **warning)
{
	struct program program = {0};
	char *refusal = NULL;

	elf_version(EV_CURRENT);
	program.elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (!program.elf || elf_kind(program.elf) != ELF_K_ELF || !gelf_getehdr(program.elf, &program.head)) {
		/* A script without #!: the shell runs it. */
		elf_end(program.elf);
		return NULL;
	}
	read_segments(&program);
	refusal = refuse_elf(path, &program);
	if (program.sanitizer && !refusal)
		*warning = printed(
			"%s is built with a sanitizer (%s), which watches locks itself; run it without gridlock, or build it without", path,
			program.sanitizer);
	free(program.interpreter);
	free(program.sanitizer);
	elf_end(program.elf);
	return refusal;
}

char *doctor_refusal(const char *path, char **warning)
{
	char *refusal = refuse_privileges(path), *interpreter;
	int fd;

	*warning = NULL;
	if (refusal)
		return refusal;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	interpreter = script_interpreter(fd);
	if (interpreter) {
		char *inner = strcmp(interpreter, path) ? doctor_refusal(interpreter, warning) : NULL;

		refusal = inner ? printed("%s is a script: %s", path, inner) : NULL;
		free(inner);
		free(interpreter);
	} else {
		refusal = look_at_elf(path, fd, warning);
	}
	close(fd);
	return refusal;
}

int doctor_main(int argc, char **argv)
{
	char *path, *refusal, *warning, *library;

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
	else
		printf("%s can be watched\n", path);
	if (warning)
		printf("%s\n", warning);
	free(warning);
	free(library);
	free(path);
	if (!refusal)
		return 0;
	free(refusal);
	return EXIT_GRIDLOCK;
}
