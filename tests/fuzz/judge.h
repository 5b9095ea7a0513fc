/*
 * judge.h: a recording of any bytes goes through all of the command: reader, collector, cycle stage, suppressions, every output format.
 */
#ifndef FUZZ_JUDGE_H
#define FUZZ_JUDGE_H

#include <stddef.h>
#include <stdint.h>

/* Anything but a result (a line of the command's own that ends it too) is a crash, and so is a json document that is none. */
void judge_recording(const uint8_t *data, size_t size);

#endif
