/* unseen.c: see unseen.h. */
#include "unseen.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <gelf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "elf_names.h"
#include "memory.h"

enum unseen { RUST, GO, JAVA, ABSEIL, TBB, ATOMIC_WAIT, LWLOCKS, NAMESPACES };
const char *const unseen_names[] = {
	[RUST] = "Rust's std::sync",	    [GO] = "Go's sync",
	[JAVA] = "Java's monitors",	    [ABSEIL] = "abseil's Mutex",
	[TBB] = "oneTBB's locks",	    [ATOMIC_WAIT] = "std::atomic::wait, counting_semaphore and latch",
	[LWLOCKS] = "PostgreSQL's LWLocks", [NAMESPACES] = "what is loaded by dlmopen",
};
const size_t unseen_count = sizeof(unseen_names) / sizeof(unseen_names[0]);

/* A file is told by one of these names; patterns are fnmatch's. */
static const struct sign {
	enum elf_name what;
	const char *pattern;
	enum unseen means;
} signs[] = {
	{ELF_SECTION, ".go.buildinfo", GO},
	{ELF_SECTION, ".note.go.buildid", GO},
	{ELF_NEEDS, "libjvm.so", JAVA},
	{ELF_NEEDS, "libjli.so", JAVA}, /* of the command `java`, which loads the other one */
	{ELF_DEFINES, "JNI_CreateJavaVM", JAVA},
	{ELF_NEEDS, "libabsl_synchronization.so*", ABSEIL},
	{ELF_DEFINES, "_ZN4absl*5Mutex4LockEv", ABSEIL},
	{ELF_NEEDS, "libtbb.so*", TBB},
	{ELF_DEFINES, "_ZZNSt8__detail18__waiter_pool_base6_S_forEPKvE3__w", ATOMIC_WAIT}, /* libstdc++'s table of waiters */
	{ELF_DEFINES, "LWLockAcquire", LWLOCKS},
	{ELF_IMPORTS, "dlmopen", NAMESPACES},
};

struct signs_seen {
	uint32_t set;
	bool unwinds; /* as Rust's standard library does, and those of other languages */
};

static void look_at_name(void *context, enum elf_name what, const char *name)
{
	struct signs_seen *seen = context;

	if (what == ELF_IMPORTS && strcmp(name, "_Unwind_GetTextRelBase") == 0)
		seen->unwinds = true;
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (signs[i].what == what && strncmp(name, signs[i].pattern, strcspn(signs[i].pattern, "*")) == 0 &&
		    fnmatch(signs[i].pattern, name, 0) == 0)
			seen->set |= 1u << signs[i].means;
}

/* Panics name the file that they come from, in stripped programs too; the path before it is the builder's. */
static bool holds_rust(Elf *elf)
{
	static const char source[] = "library/std/src/";
	Elf_Scn *section = NULL;

	while ((section = elf_nextscn(elf, section))) {
		GElf_Shdr head;
		Elf_Data *data;

		if (!gelf_getshdr(section, &head) || head.sh_type != SHT_PROGBITS || !(head.sh_flags & SHF_ALLOC) ||
		    (head.sh_flags & (SHF_WRITE | SHF_EXECINSTR)))
			continue;
		data = elf_getdata(section, NULL);
		if (data && data->d_buf && memmem(data->d_buf, data->d_size, source, sizeof(source) - 1))
			return true;
	}
	return false;
}

uint32_t unseen_in(const char *path)
{
	struct stat status;
	int fd = stat(path, &status) == 0 && S_ISREG(status.st_mode) ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	struct signs_seen seen = {0};
	Elf *elf;

	elf_version(EV_CURRENT);
	elf = fd < 0 ? NULL : elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (elf && elf_kind(elf) == ELF_K_ELF) {
		elf_names(elf, look_at_name, &seen);
		if (seen.unwinds && holds_rust(elf))
			seen.set |= 1u << RUST;
	}
	elf_end(elf);
	if (fd >= 0)
		close(fd);
	return seen.set;
}

char *unseen_text(uint32_t set)
{
	char *text = NULL;

	for (size_t i = 0; i < unseen_count; i++)
		if (set & 1u << i) {
			char *longer = text ? printed("%s, %s", text, unseen_names[i]) : copied(unseen_names[i]);

			free(text);
			text = longer;
		}
	return text;
}
