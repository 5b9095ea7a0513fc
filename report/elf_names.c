/* elf_names.c: see elf_names.h. */
#include "elf_names.h"

#include <gelf.h>
#include <stddef.h>

struct visitor {
	Elf *elf;
	elf_name_visit *visit;
	void *context;
};

static void tell(const struct visitor *visitor, enum elf_name what, const char *name)
{
	if (name && *name)
		visitor->visit(visitor->context, what, name);
}

static void visit_needed(const struct visitor *visitor, const GElf_Shdr *head, Elf_Data *data)
{
	GElf_Dyn entry;

	for (size_t i = 0; i < head->sh_size / head->sh_entsize && gelf_getdyn(data, (int)i, &entry); i++)
		if (entry.d_tag == DT_NEEDED)
			tell(visitor, ELF_NEEDS, elf_strptr(visitor->elf, head->sh_link, entry.d_un.d_val));
}

static void visit_symbols(const struct visitor *visitor, const GElf_Shdr *head, Elf_Data *data)
{
	GElf_Sym symbol;

	for (size_t i = 0; i < head->sh_size / head->sh_entsize && gelf_getsym(data, (int)i, &symbol); i++)
		tell(visitor, symbol.st_shndx == SHN_UNDEF ? ELF_IMPORTS : ELF_DEFINES,
		     elf_strptr(visitor->elf, head->sh_link, symbol.st_name));
}

static void visit_section(const struct visitor *visitor, Elf_Scn *section, const GElf_Shdr *head)
{
	Elf_Data *data;

	if ((head->sh_type != SHT_DYNAMIC && head->sh_type != SHT_DYNSYM && head->sh_type != SHT_SYMTAB) || !head->sh_entsize)
		return;
	data = elf_getdata(section, NULL);
	if (data && head->sh_type == SHT_DYNAMIC)
		visit_needed(visitor, head, data);
	else if (data)
		visit_symbols(visitor, head, data);
}

void elf_names(Elf *elf, elf_name_visit *visit, void *context)
{
	const struct visitor visitor = {elf, visit, context};
	Elf_Scn *section = NULL;
	size_t names = 0;

	elf_getshdrstrndx(elf, &names);
	while ((section = elf_nextscn(elf, section))) {
		GElf_Shdr head;

		if (!gelf_getshdr(section, &head))
			continue;
		tell(&visitor, ELF_SECTION, elf_strptr(elf, names, head.sh_name));
		visit_section(&visitor, section, &head);
	}
}
