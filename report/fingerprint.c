/*
 * fingerprint.c: what names a finding from build to build: rule, cause, and for every link or stack the functions and modules on it. No
 * lines, addresses, pids or text; compilers' suffixes of clones (.part.0, .constprop.1) are left out.
 */
#include <string.h>

#include "build.h"
#include "graph/hash.h"

static uint64_t hash_bytes(uint64_t hash, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		hash = hash_mix(hash, (uint8_t)text[i]);
	return hash_mix(hash, length);
}

size_t function_plain_length(const char *function)
{
	const char *clone = strstr(function, ".part.");
	const char *others[] = {strstr(function, ".constprop."), strstr(function, ".isra."), strstr(function, ".cold"),
				strstr(function, ".lto_priv.")};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (others[i] && (!clone || others[i] < clone))
			clone = others[i];
	return clone ? (size_t)(clone - function) : strlen(function);
}

static uint64_t hash_stack(const struct stack *stack)
{
	uint64_t hash = 7;

	for (size_t i = 0; stack && i < stack->count; i++) {
		const struct frame *frame = &stack->frames[i];
		const char *module = base_name(frame->module);

		hash = hash_bytes(hash, frame->function, function_plain_length(frame->function));
		hash = hash_bytes(hash, module, strlen(module));
	}
	return hash;
}

void fingerprint_make(struct builder *builder, struct finding *finding)
{
	const char *rule = rules[finding->rule].name;
	uint64_t hash = hash_bytes(1, rule, strlen(rule)), links = 0;

	if (finding->cause)
		hash = hash_bytes(hash, finding->cause, strlen(finding->cause));
	/* A sum: a ring has no first link. */
	for (size_t i = 0; i < finding->links_count; i++)
		links += hash_mix(hash_stack(finding->links[i].held.stack), hash_stack(finding->links[i].wanted.stack));
	hash = hash_mix(hash, links);
	for (size_t i = 0; i < finding->stacks_count; i++) {
		hash = hash_bytes(hash, finding->stacks[i].label, strlen(finding->stacks[i].label));
		hash = hash_mix(hash, hash_stack(finding->stacks[i].stack));
	}
	finding->fingerprint = (char *)build_text(builder, "v1:%016llx", (unsigned long long)hash);
}
