/*
 * elf_names.h: the names in an ELF file: of the libraries that it needs, its symbols, its sections.
 */
#ifndef GRIDLOCK_ELF_NAMES_H
#define GRIDLOCK_ELF_NAMES_H

#include <libelf.h>

enum elf_name { ELF_NEEDS, ELF_DEFINES, ELF_IMPORTS, ELF_SECTION };
typedef void elf_name_visit(void *context, enum elf_name what, const char *name);

/* Every name, in the order of the file; damaged parts are left out. Cost: linear in the number of symbols. */
void elf_names(Elf *elf, elf_name_visit *visit, void *context);

#endif
