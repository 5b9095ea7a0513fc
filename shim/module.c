/* module.c: see module.h. */
#include "module.h"

#include <elf.h>
#include <link.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "graph/hash.h"
#include "objects.h"
#include "sink.h"
#include "state.h"
#include "text.h"

char module_exe[2048];
char module_program[2048];
char module_own_folder[2048];
static uint64_t own_start, own_end;

struct module {
	uint64_t start, end;
	const struct link_map *map;
	uint64_t name_hash; /* another object may come to lie at the same place, with the same link_map */
	uint64_t base;
	uint32_t id;
	struct module *next;
};
static struct module *modules; /* the one found last comes first */

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The name that a link gives to a program of many names, as redis-server is one to redis-check-rdb. `path`: as named to execve; it may be that of a
 * script, or of a descriptor (fexecve). */
static void name_by_link(const char *path)
{
	struct text text = text_into(module_program, sizeof(module_program));
	char target[sizeof(module_exe)];
	ssize_t length = readlink(path, target, sizeof(target) - 1);

	text_add(&text, module_exe);
	target[length > 0 ? length : 0] = '\0';
	if (strcmp(last_part(target), last_part(module_exe)) != 0 || strncmp(path, "/dev/", 5) == 0 || strncmp(path, "/proc/", 6) == 0)
		return;
	if (*path == '/' || !getcwd(module_program, sizeof(module_program)))
		text.used = 0;
	else
		text.used = strlen(module_program);
	text_add(text_add(&text, text.used ? "/" : ""), path);
}

static void find_program(void)
{
	const char *named = (const char *)getauxval(AT_EXECFN);
	ssize_t length = readlink("/proc/self/exe", module_exe, sizeof(module_exe) - 1);

	/* Without /proc: as it was named to execve. */
	if (length <= 0)
		strncpy(module_exe, named, sizeof(module_exe) - 1);
	else
		module_exe[length] = '\0';
	name_by_link(named);
}

void module_init(void)
{
	struct object own;
	char *slash;

	find_program();
	objects_init();
	if (!objects_find((uintptr_t)&own_start, &own))
		return;
	own_start = own.start;
	own_end = own.end;
	strncpy(module_own_folder, own.name, sizeof(module_own_folder) - 1);
	slash = strrchr(module_own_folder, '/');
	if (slash)
		slash[1] = '\0';
}

bool module_there(uint64_t address)
{
	struct object object;

	return objects_find(address, &object);
}

bool module_same(uint64_t a, uint64_t b)
{
	struct object first, second;

	return a && b && objects_find(a, &first) && objects_find(b, &second) && first.start == second.start;
}

bool module_is_own(uint64_t address)
{
	return address - own_start < own_end - own_start;
}

static uint64_t text_hash(const char *text)
{
	uint64_t hash = 0;

	while (*text)
		hash = hash_mix(hash, (uint8_t)*text++);
	return hash;
}

/* The build-id note of an object whose ELF header is mapped at `start`; its size, 0 when there is none. */
static uint32_t build_id_read(uint64_t start, uint64_t base, uint8_t *build_id, uint32_t room)
{
	const ElfW(Ehdr) *elf = (const void *)(uintptr_t)start;
	const ElfW(Phdr) * segment;

	if (memcmp(elf->e_ident, ELFMAG, SELFMAG) != 0)
		return 0;
	segment = (const void *)(uintptr_t)(start + elf->e_phoff);
	for (int i = 0; i < elf->e_phnum; i++, segment++) {
		const uint8_t *note = (const void *)(uintptr_t)(base + segment->p_vaddr);
		const uint8_t *end = note + segment->p_memsz;

		if (segment->p_type != PT_NOTE)
			continue;
		while (note + sizeof(ElfW(Nhdr)) <= end) {
			const ElfW(Nhdr) *head = (const void *)note;
			const uint8_t *name = note + sizeof(*head);
			const uint8_t *id = name + ((head->n_namesz + 3u) & ~3u);

			if (head->n_type == NT_GNU_BUILD_ID && head->n_namesz == 4 && !memcmp(name, "GNU", 4) && head->n_descsz <= room) {
				memcpy(build_id, id, head->n_descsz);
				return head->n_descsz;
			}
			note = id + ((head->n_descsz + 3u) & ~3u);
		}
	}
	return 0;
}

static void module_describe(const struct module *module, const char *path)
{
	union {
		struct fact_module fact;
		char room[sizeof(struct fact_module) + 1024];
	} u = {.fact = {.head.kind = FACT_MODULE, .id = module->id, .base = module->base, .start = module->start, .end = module->end}};
	size_t length = strnlen(path, 1000);

	u.fact.build_id_size = build_id_read(module->start, module->base, u.fact.build_id, sizeof(u.fact.build_id));
	memcpy(u.fact.path, path, length);
	u.fact.head.size = (sizeof(u.fact) + length + 1 + 7) & ~7u;
	sink_append(&u.fact.head);
}

static struct module *module_new(const struct object *object, uint64_t name_hash)
{
	struct module *module = arena_alloc(&tables, sizeof(*module));

	if (!module)
		return NULL;
	module->start = object->start;
	module->end = object->end;
	module->map = object->map;
	module->name_hash = name_hash;
	module->base = object->base;
	module->id = atomic_fetch_add_explicit(&sink_header->next_module, 1, memory_order_relaxed);
	module->next = modules;
	modules = module;
	module_describe(module, *object->name ? object->name : module_exe);
	return module;
}

static struct module *module_find(uint64_t address)
{
	struct object object;
	uint64_t name_hash;

	if (!objects_find(address, &object))
		return NULL;
	name_hash = text_hash(object.name);
	for (struct module **at = &modules; *at; at = &(*at)->next) {
		struct module *module = *at;

		if (module->start == object.start && module->map == object.map && module->name_hash == name_hash) {
			*at = module->next;
			module->next = modules;
			modules = module;
			return module;
		}
	}
	return module_new(&object, name_hash);
}

frame_t module_frame(uint64_t address)
{
	struct module *module = module_find(address);

	if (!module || module->id > 0xffff)
		return address & 0xffffffffffffull;
	return (uint64_t)module->id << 48 | ((address - module->base) & 0xffffffffffffull);
}
