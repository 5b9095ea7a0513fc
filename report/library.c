/* library.c: see library.h. */
#include "library.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "memory.h"

/* ---- version: shim/version.c ---- */

static char *section_text(Elf *elf, const char *name)
{
	Elf_Scn *section = NULL;
	size_t names;

	if (elf_getshdrstrndx(elf, &names) != 0)
		return NULL;
	while ((section = elf_nextscn(elf, section))) {
		GElf_Shdr head;
		Elf_Data *data;
		const char *here = gelf_getshdr(section, &head) ? elf_strptr(elf, names, head.sh_name) : NULL;

		if (!here || strcmp(here, name) != 0)
			continue;
		data = elf_getdata(section, NULL);
		return data && data->d_buf ? strndup(data->d_buf, data->d_size) : NULL;
	}
	return NULL;
}

static char *version_of(int fd)
{
	char *version = NULL;
	Elf *elf;

	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (elf)
		version = section_text(elf, ".gridlock.version");
	elf_end(elf);
	return version;
}

char *library_refusal(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *version, *wrong = NULL;

	if (fd < 0)
		return printed("%s cannot be read: %s", path, strerror(errno));
	version = version_of(fd);
	close(fd);
	if (!version || strcmp(version, VERSION) != 0)
		wrong = printed("%s is of version %s, this command of " VERSION ": install both from one build", path,
				version ? version : "unknown");
	free(version);
	return wrong;
}

/* ---- $LIB ---- */

/* The folder that the dynamic linker puts in place of $LIB, as lib/x86_64-linux-gnu or lib64: where libc lies, below / or /usr. NULL: libc lies
 * elsewhere. To be freed. */
static char *system_folder(void)
{
	char *path, *end, *folder = NULL;
	Dl_info libc;

	if (!dladdr((void *)getenv, &libc) || !libc.dli_fname)
		return NULL;
	path = realpath(libc.dli_fname, NULL);
	end = path ? strrchr(path, '/') : NULL;
	if (end && end > path) {
		*end = '\0';
		folder = copied(path + (strncmp(path, "/usr/", 5) == 0 ? 5 : 1));
	}
	free(path);
	return folder;
}

char *library_preload_name(const char *path)
{
	char *folder = system_folder(), *name = NULL;
	size_t length = folder ? strlen(folder) : 0;
	const char *end = strrchr(path, '/');

	if (length && (size_t)(end - path) > length && strncmp(end - length, folder, length) == 0 && end[-(long)length - 1] == '/')
		name = printed("%.*s$LIB%s", (int)((size_t)(end - path) - length), path, end);
	free(folder);
	return name ? name : copied(path);
}
