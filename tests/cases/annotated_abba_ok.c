/* The same, but all of them read. */
#define WRITES 0
#include "annotated_abba.c"
