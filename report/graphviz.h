/* graphviz.h: layout by Graphviz's program `dot`, where it is installed. */
#ifndef GRIDLOCK_GRAPHVIZ_H
#define GRIDLOCK_GRAPHVIZ_H

#include <stddef.h>

/* What `dot -Tsvg` makes of the graph `source` (in the dot language), from `<svg` on; to be freed. NULL: there is no dot, it failed, or it took longer
 * than GRAPHVIZ_SECONDS; then *why (static) says which. */
#define GRAPHVIZ_SECONDS 20
char *graphviz_svg(const char *source, size_t size, const char **why);

#endif
