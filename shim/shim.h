/* shim.h: what every file of the library needs: attributes, and nothing of substance. */
#ifndef GRIDLOCK_SHIM_H
#define GRIDLOCK_SHIM_H

#include <stdint.h>

#define EXPORT	 __attribute__((visibility("default"), noinline))
#define INLINE	 static inline __attribute__((always_inline))
#define NOINLINE __attribute__((noinline))
#define SLOW	 __attribute__((noinline, cold))
/* Of a variable of the library's own in a header: without it the compiler reaches for it through the table of foreign symbols. */
#define HIDDEN	    __attribute__((visibility("hidden")))
#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* The old name of a wrapper, at the same address; with its attributes, where the compiler asks for that (gcc). */
#if __has_attribute(copy)
#define OLD_NAME(name, target) __typeof__(target) name __attribute__((visibility("default"), alias(#target), copy(target)))
#else
#define OLD_NAME(name, target) __typeof__(target) name __attribute__((visibility("default"), alias(#target)))
#endif

/* Where the program called the wrapper from: return address, and the stack pointer before the call (the wrapper's CFA). */
struct site {
	uint64_t caller;
	uint64_t sp;
};
#define SITE ((struct site){(uint64_t)(uintptr_t)__builtin_return_address(0), (uint64_t)(uintptr_t)__builtin_dwarf_cfa()})

/* Keeps the compiler from moving memory accesses across; a signal handler of the same thread sees them in this order. */
#define signal_fence() atomic_signal_fence(memory_order_seq_cst)

#endif
