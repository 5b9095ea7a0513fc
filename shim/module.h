/*
 * module.h: addresses as the recording has them: module and offset (objects.h knows what is loaded).
 * Each object is described in the recording once, with its build-id read from memory, so that its name survives dlclose.
 */
#ifndef GRIDLOCK_MODULE_H
#define GRIDLOCK_MODULE_H

#include <stdbool.h>

#include "graph/recording.h"

/* The address as module and offset; FRAME_MODULE is 0 where no module is known. Caller holds process->lock. */
frame_t module_frame(uint64_t address);
/* Does it lie in an object that is loaded now? Do both lie in the same one? Any thread, no lock. */
bool module_there(uint64_t address);
bool module_same(uint64_t a, uint64_t b);
/* Does the address lie in this library? Any thread, no lock. */
bool module_is_own(uint64_t address);
/* Notes the library's own range and the program's path; at start. */
void module_init(void);
/* Path of the executable; the same by the link that it was called by; of the library's folder (with its last '/'). As of the start. */
extern char module_exe[2048];
extern char module_program[2048];
extern char module_own_folder[2048];

#endif
