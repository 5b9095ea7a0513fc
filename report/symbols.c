/* symbols.c: see symbols.h. */
#include "symbols.h"

#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <errno.h>
#include <gelf.h>
#include <libiberty/demangle.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "content.h"
#include "memory.h"

struct cached {
	uint64_t offset;
	size_t count;
	struct frame *frames;
};
/* One file, found by build-id (or path when there is none). */
struct file {
	uint8_t build_id[32];
	uint32_t build_id_size;
	char *path;
	Dwfl *dwfl;
	Dwfl_Module *module; /* NULL: nothing is known but the path */
	GElf_Addr bias;	     /* address in libdwfl = offset + bias */
	size_t cached_count, cached_room;
	struct cached *cached; /* open addressing by offset; room is a power of two */
};
struct symbols {
	size_t files_count;
	struct file **files;
	size_t texts_count;
	char **texts;
	void (*remark)(void *ctx, char *text);
	void *ctx;
};

struct symbols *symbols_new(void (*remark)(void *ctx, char *text), void *ctx)
{
	struct symbols *symbols = new_zeroed(1, sizeof(*symbols));

	symbols->remark = remark;
	symbols->ctx = ctx;
	return symbols;
}

void symbols_free(struct symbols *symbols)
{
	if (!symbols)
		return;
	for (size_t i = 0; i < symbols->files_count; i++) {
		struct file *file = symbols->files[i];

		for (size_t j = 0; j < file->cached_room; j++)
			free(file->cached[j].frames);
		free(file->cached);
		free(file->path);
		if (file->dwfl)
			dwfl_end(file->dwfl);
		free(file);
	}
	for (size_t i = 0; i < symbols->texts_count; i++)
		free(symbols->texts[i]);
	free(symbols->texts);
	free(symbols->files);
	free(symbols);
}

/* Keeps a text until the table is freed. */
static const char *keep(struct symbols *symbols, char *text)
{
	if ((symbols->texts_count & (symbols->texts_count - 1)) == 0)
		symbols->texts = resized(symbols->texts, symbols->texts_count ? symbols->texts_count * 2 : 1, sizeof(char *));
	return symbols->texts[symbols->texts_count++] = text;
}

static const char *demangled(struct symbols *symbols, const char *name)
{
	char *plain = strncmp(name, "_Z", 2) == 0 ? cplus_demangle_v3(name, DMGL_PARAMS | DMGL_ANSI) : NULL;

	return keep(symbols, plain ? plain : copied(name));
}

/* ---- files ---- */

static const Dwfl_Callbacks callbacks = {
	.find_elf = dwfl_build_id_find_elf,
	.find_debuginfo = dwfl_standard_find_debuginfo,
	.section_address = dwfl_offline_section_address,
};

static bool same_build_id(Dwfl_Module *module, const struct fact_module *recorded)
{
	const unsigned char *bits;
	GElf_Addr address;
	int size = dwfl_module_build_id(module, &bits, &address);

	if (recorded->build_id_size == 0 || size <= 0)
		return true;
	return (uint32_t)size == recorded->build_id_size && memcmp(bits, recorded->build_id, (size_t)size) == 0;
}

/* Opens the file for look-ups. Returns NULL, or why it cannot serve. */
static const char *file_open(struct file *file, const struct fact_module *recorded)
{
	Dwfl_Module *module;
	struct stat status;
	GElf_Addr bias;

	if (access(file->path, R_OK) != 0 || stat(file->path, &status) != 0)
		return strerror(errno);
	/* Opening a pipe would wait for its writer. */
	if (!S_ISREG(status.st_mode))
		return "it is no regular file";
	file->dwfl = dwfl_begin(&callbacks);
	if (!file->dwfl)
		return dwfl_errmsg(-1);
	dwfl_report_begin(file->dwfl);
	module = dwfl_report_offline(file->dwfl, file->path, file->path, -1);
	dwfl_report_end(file->dwfl, NULL, NULL);
	if (!module || !dwfl_module_getelf(module, &bias))
		return dwfl_errmsg(-1);
	if (!same_build_id(module, recorded))
		return "it is another build than the one that ran";
	file->module = module;
	file->bias = bias;
	return NULL;
}

/* What is no path (the vdso) is not expected to be found. */
static void say_missing(struct symbols *symbols, const struct file *file, const char *why)
{
	if (why && file->path[0] == '/')
		symbols->remark(symbols->ctx, printed("no symbols from %s: %s", file->path, why));
}

static bool same_file(const struct file *file, const struct fact_module *module)
{
	if (file->build_id_size != module->build_id_size || memcmp(file->build_id, module->build_id, module->build_id_size) != 0)
		return false;
	return strcmp(file->path, module->path) == 0;
}

static struct file *file_of(struct symbols *symbols, const struct fact_module *module)
{
	struct file *file;

	for (size_t i = 0; i < symbols->files_count; i++)
		if (same_file(symbols->files[i], module))
			return symbols->files[i];
	file = new_zeroed(1, sizeof(*file));
	file->build_id_size = module->build_id_size;
	memcpy(file->build_id, module->build_id, module->build_id_size);
	file->path = copied(module->path);
	say_missing(symbols, file, file_open(file, module));
	symbols->files = resized(symbols->files, symbols->files_count + 1, sizeof(*symbols->files));
	return symbols->files[symbols->files_count++] = file;
}

/* ---- frames ---- */

/* The unit of the source that an address comes from. Not every compiler writes .debug_aranges, by which libdwfl looks (clang does not): then
 * each unit is asked. NULL: none. *bias: what to take off the address for libdw. */
static Dwarf_Die *unit_of(struct file *file, uint64_t address, Dwarf_Addr *bias)
{
	Dwarf_Die *unit = dwfl_module_addrdie(file->module, address, bias);

	if (unit)
		return unit;
	do
		unit = dwfl_module_nextcu(file->module, unit, bias);
	while (unit && dwarf_haspc(unit, address - *bias) != 1);
	return unit;
}

static void set_line(struct symbols *symbols, struct frame *frame, Dwarf_Die *unit, Dwarf_Addr address)
{
	Dwarf_Line *line = dwarf_getsrc_die(unit, address);
	const char *source = line ? dwarf_linesrc(line, NULL, NULL) : NULL;
	int number;

	if (!source || dwarf_lineno(line, &number) != 0)
		return;
	if (source[0] != '/') {
		Dwarf_Attribute attribute;
		const char *folder = dwarf_formstring(dwarf_attr(unit, DW_AT_comp_dir, &attribute));

		source = keep(symbols, folder ? printed("%s/%s", folder, source) : copied(source));
	}
	frame->file = source;
	frame->line = (unsigned)number;
}

/* A function's name for people: the linkage name demangled, so that C++ overloads differ, else its plain name. */
static const char *die_name(struct symbols *symbols, Dwarf_Die *die)
{
	static const unsigned attributes[] = {DW_AT_linkage_name, DW_AT_MIPS_linkage_name, DW_AT_name};
	Dwarf_Attribute attribute;

	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
		const char *name = dwarf_formstring(dwarf_attr_integrate(die, attributes[i], &attribute));

		if (name)
			return demangled(symbols, name);
	}
	return "??";
}

/* Where an inlined function was called from. */
static void call_site(struct symbols *symbols, Dwarf_Die *cu, Dwarf_Die *inlined, struct frame *caller)
{
	Dwarf_Attribute attribute;
	Dwarf_Word number;
	Dwarf_Files *files;
	size_t count;
	const char *name, *const *folders;
	size_t folders_count;

	if (dwarf_formudata(dwarf_attr(inlined, DW_AT_call_line, &attribute), &number) == 0)
		caller->line = (unsigned)number;
	if (dwarf_formudata(dwarf_attr(inlined, DW_AT_call_file, &attribute), &number) != 0 || dwarf_getsrcfiles(cu, &files, &count) != 0 ||
	    number >= count)
		return;
	name = dwarf_filesrc(files, number, NULL, NULL);
	if (name && name[0] != '/' && dwarf_getsrcdirs(files, &folders, &folders_count) == 0 && folders_count && folders[0])
		name = keep(symbols, printed("%s/%s", folders[0], name));
	if (name)
		caller->file = name;
}

/* Where the function begins; 0: not known. */
static unsigned declared_at(Dwarf_Die *die)
{
	int line;

	return dwarf_decl_line(die, &line) == 0 && line > 0 ? (unsigned)line : 0;
}

/* The functions around an address, innermost first: inlined ones, then the one that they were inlined into. */
static size_t inlined_frames(struct symbols *symbols, Dwarf_Die *unit, Dwarf_Addr address, struct frame *frames, size_t room)
{
	Dwarf_Die *scopes, *parents;
	int count = dwarf_getscopes(unit, address, &scopes);
	size_t used = 0;

	if (count <= 0)
		return 0;
	count = dwarf_getscopes_die(&scopes[0], &parents);
	for (int i = 0; i < count && used < room; i++) {
		int tag = dwarf_tag(&parents[i]);

		if (tag != DW_TAG_inlined_subroutine && tag != DW_TAG_subprogram)
			continue;
		frames[used].function = die_name(symbols, &parents[i]);
		frames[used].inlined = tag == DW_TAG_inlined_subroutine;
		frames[used].place = declared_at(&parents[i]);
		if (tag == DW_TAG_inlined_subroutine && used + 1 < room)
			call_site(symbols, unit, &parents[i], &frames[used + 1]);
		used++;
		if (tag == DW_TAG_subprogram)
			break;
	}
	if (count > 0)
		free(parents);
	free(scopes);
	return used;
}

/* Until here `place` is the line at which the function begins. */
static void set_place(struct frame *frame, const struct file *file, uint64_t address)
{
	unsigned declared = (unsigned)frame->place;
	GElf_Off inside;
	GElf_Sym symbol;

	if (declared && frame->line >= declared)
		frame->place = content_place(true, frame->line - declared);
	else if (strcmp(frame->function, "??") != 0 && file->module &&
		 dwfl_module_addrinfo(file->module, address, &inside, &symbol, NULL, NULL, NULL))
		frame->place = content_place(false, inside);
	else
		frame->place = content_offset(file->build_id, file->build_id_size, address - file->bias);
}

#define INLINED_MAX 32

static void look_up(struct symbols *symbols, struct file *file, struct cached *entry)
{
	struct frame frames[INLINED_MAX] = {{0}};
	uint64_t address = entry->offset + file->bias;
	size_t count = 0;

	if (file->module) {
		Dwarf_Addr bias;
		Dwarf_Die *unit = unit_of(file, address, &bias);

		if (unit) {
			set_line(symbols, &frames[0], unit, address - bias);
			count = inlined_frames(symbols, unit, address - bias, frames, INLINED_MAX);
		}
		if (count == 0 || strcmp(frames[count - 1].function, "??") == 0) {
			const char *name = dwfl_module_addrname(file->module, address);

			count = count ? count : 1;
			frames[count - 1].function = name ? demangled(symbols, name) : "??";
		}
	} else {
		count = 1;
		frames[0].function = "??";
	}
	for (size_t i = 0; i < count; i++) {
		frames[i].module = file->path;
		frames[i].offset = entry->offset;
		frames[i].inlined = i + 1 < count;
		set_place(&frames[i], file, address);
	}
	entry->count = count;
	entry->frames = new_zeroed(count, sizeof(*entry->frames));
	memcpy(entry->frames, frames, count * sizeof(*frames));
}

static struct cached *cache_place(struct cached *cached, size_t room, uint64_t offset)
{
	size_t at = (offset * 0x9e3779b97f4a7c15ull) >> 20 & (room - 1);

	while (cached[at].frames && cached[at].offset != offset)
		at = (at + 1) & (room - 1);
	return &cached[at];
}

static void cache_grow(struct file *file)
{
	size_t room = file->cached_room ? file->cached_room * 2 : 256;
	struct cached *cached = new_zeroed(room, sizeof(*cached));

	for (size_t i = 0; i < file->cached_room; i++)
		if (file->cached[i].frames)
			*cache_place(cached, room, file->cached[i].offset) = file->cached[i];
	free(file->cached);
	file->cached = cached;
	file->cached_room = room;
}

const struct frame *symbols_frames(struct symbols *symbols, const struct fact_module *module, uint64_t offset, size_t *count)
{
	static const struct frame unknown = {.function = "??", .module = "??"};
	struct file *file;
	struct cached *entry;

	if (!module) {
		*count = 1;
		return &unknown;
	}
	file = file_of(symbols, module);
	if (file->cached_count * 2 >= file->cached_room)
		cache_grow(file);
	/* At the return address itself line and function can be the next ones. */
	entry = cache_place(file->cached, file->cached_room, offset - 1);
	if (!entry->frames) {
		entry->offset = offset - 1;
		file->cached_count++;
		look_up(symbols, file, entry);
	}
	*count = entry->count;
	return entry->frames;
}

/* ---- symbols of single addresses ---- */

const char *symbols_data(struct symbols *symbols, const struct fact_module *module, uint64_t offset)
{
	struct file *file = module ? file_of(symbols, module) : NULL;
	GElf_Off inside = 0;
	GElf_Sym symbol;
	const char *name;

	if (!file || !file->module)
		return NULL;
	name = dwfl_module_addrinfo(file->module, offset + file->bias, &inside, &symbol, NULL, NULL, NULL);
	/* Marks of the linker (__bss_start, _edata) have no size: the lock is not theirs. */
	if (!name || inside >= symbol.st_size)
		return NULL;
	name = demangled(symbols, name);
	return inside ? keep(symbols, printed("%s+%llu", name, (unsigned long long)inside)) : name;
}

const char *symbols_function(struct symbols *symbols, const struct fact_module *module, uint64_t offset)
{
	struct file *file = module ? file_of(symbols, module) : NULL;
	const char *name = file && file->module ? dwfl_module_addrname(file->module, offset + file->bias) : NULL;

	return name ? demangled(symbols, name) : NULL;
}
