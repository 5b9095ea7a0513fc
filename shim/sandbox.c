/* sandbox.c: see sandbox.h. Classic BPF as the kernel checks it for seccomp: S. McCanne, V. Jacobson, "The BSD Packet Filter", and seccomp(2). */
#include "sandbox.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "events.h"
#include "real.h"
#include "shim.h"
#include "sink.h"

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#endif

#define CODE_MAX    4096u /* instructions of all filters: as many as the kernel allows for one */
#define FILTERS_MAX 16u
#define AHEAD	    ((size_t)2 << 20) /* bytes of memory taken before a filter comes */

struct filter {
	const struct sock_filter *code;
	uint32_t length;
};

_Atomic bool sandbox_on;
static _Atomic uint32_t installing; /* calls under way */
static _Atomic bool closed;	    /* strict mode, or filters that found no room here: nothing passes */
static struct sock_filter code[CODE_MAX];
static struct filter filters[FILTERS_MAX];
static uint32_t code_used;
static _Atomic uint32_t filters_count; /* release: the filter below it is whole */
static _Atomic bool adding;

/* ---- running a filter ---- */

struct machine {
	uint32_t a, x;
	uint32_t memory[BPF_MEMWORDS];
};

static uint32_t compute(uint16_t operation, uint32_t a, uint32_t b)
{
	switch (operation) {
	case BPF_ADD:
		return a + b;
	case BPF_SUB:
		return a - b;
	case BPF_MUL:
		return a * b;
	case BPF_DIV:
		return b ? a / b : 0;
	case BPF_OR:
		return a | b;
	case BPF_AND:
		return a & b;
	case BPF_XOR:
		return a ^ b;
	case BPF_LSH:
		return b < 32 ? a << b : 0;
	case BPF_RSH:
		return b < 32 ? a >> b : 0;
	default:
		return -a;
	}
}

static bool holds(uint16_t condition, uint32_t a, uint32_t b)
{
	switch (condition) {
	case BPF_JEQ:
		return a == b;
	case BPF_JGT:
		return a > b;
	case BPF_JGE:
		return a >= b;
	default:
		return (a & b) != 0;
	}
}

/* What an instruction of class LD or LDX loads. */
static uint32_t load(const struct machine *m, const struct sock_filter *at, const struct seccomp_data *data)
{
	uint32_t value = 0;

	switch (BPF_MODE(at->code)) {
	case BPF_IMM:
		return at->k;
	case BPF_MEM:
		return m->memory[at->k % BPF_MEMWORDS];
	case BPF_LEN:
		return sizeof(*data);
	default:
		if (at->k <= sizeof(*data) - sizeof(value))
			memcpy(&value, (const char *)data + at->k, sizeof(value));
		return value;
	}
}

/* The kernel has checked it: jumps lead forwards and stay inside. */
static uint32_t run(const struct filter *filter, const struct seccomp_data *data)
{
	struct machine m = {0};

	for (uint32_t i = 0; i < filter->length; i++) {
		const struct sock_filter *at = &filter->code[i];
		uint32_t operand = BPF_SRC(at->code) == BPF_X ? m.x : at->k;

		switch (BPF_CLASS(at->code)) {
		case BPF_LD:
			m.a = load(&m, at, data);
			break;
		case BPF_LDX:
			m.x = load(&m, at, data);
			break;
		case BPF_ST:
			m.memory[at->k % BPF_MEMWORDS] = m.a;
			break;
		case BPF_STX:
			m.memory[at->k % BPF_MEMWORDS] = m.x;
			break;
		case BPF_ALU:
			m.a = compute(BPF_OP(at->code), m.a, operand);
			break;
		case BPF_JMP:
			i += BPF_OP(at->code) == BPF_JA ? at->k : holds(BPF_OP(at->code), m.a, operand) ? at->jt : at->jf;
			break;
		case BPF_RET:
			return BPF_RVAL(at->code) == BPF_A ? m.a : at->k;
		default: /* BPF_MISC */
			if (BPF_MISCOP(at->code) == BPF_TAX)
				m.x = m.a;
			else
				m.a = m.x;
			break;
		}
	}
	return SECCOMP_RET_KILL_PROCESS;
}

static bool lets_pass(const struct filter *filter, const struct seccomp_data *data)
{
	uint32_t action = run(filter, data) & SECCOMP_RET_ACTION_FULL;

	return action == SECCOMP_RET_ALLOW || action == SECCOMP_RET_LOG || action == SECCOMP_RET_ERRNO;
}

bool sandbox_passes(long number, long a, long b, long c, long d)
{
	struct seccomp_data data = {.nr = (int)number, .arch = ARCH, .args = {(uint64_t)a, (uint64_t)b, (uint64_t)c, (uint64_t)d}};
	uint32_t count;

	if (atomic_load(&installing) || atomic_load(&closed))
		return false;
	count = atomic_load_explicit(&filters_count, memory_order_acquire);
	for (uint32_t i = 0; i < count; i++)
		if (!lets_pass(&filters[i], &data))
			return false;
	return true;
}

bool sandbox_allows_programs(void)
{
	static const int needed[] = {SYS_clone, SYS_wait4,     SYS_execve,     SYS_openat, SYS_read,	     SYS_pread64,	SYS_mmap,
				     SYS_close, SYS_mprotect,  SYS_munmap,     SYS_brk,	   SYS_newfstatat,   SYS_fstat,		SYS_dup3,
				     SYS_lseek, SYS_prlimit64, SYS_getdents64, SYS_ioctl,  SYS_rt_sigaction, SYS_rt_sigprocmask};

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!sandbox_allows(needed[i], 0, 0, 0, 0))
			return false;
	return true;
}

/* ---- installing ---- */

/* What comes after the filter is to find memory. Pages that are never touched cost none. */
static void take_ahead(void)
{
	struct self *self = self_enter();

	if (!self)
		return;
	if (state_lock(self)) {
		event_arena_begin();
		arena_reserve(&process->arena, AHEAD);
		arena_reserve(&tables, AHEAD);
		sink_reserve();
		state_unlock(self);
	}
	self_leave(self);
}

void sandbox_begin(void)
{
	take_ahead();
	atomic_fetch_add(&installing, 1);
	atomic_store(&sandbox_on, true);
}

static bool add(const struct sock_fprog *program)
{
	uint32_t count = atomic_load(&filters_count);

	if (count == FILTERS_MAX || program->len > CODE_MAX - code_used)
		return false;
	memcpy(&code[code_used], program->filter, program->len * sizeof(code[0]));
	filters[count] = (struct filter){&code[code_used], program->len};
	code_used += program->len;
	atomic_store_explicit(&filters_count, count + 1, memory_order_release);
	return true;
}

/* The filter is read afterwards: now it is known that there is one at that address. Two at once are one too many. */
void sandbox_end(bool installed, const void *program)
{
	if (installed && (!program || atomic_exchange(&adding, true) || !add(program)))
		atomic_store(&closed, true);
	else if (installed)
		atomic_store(&adding, false);
	atomic_fetch_sub(&installing, 1);
}

/* ---- syscall(2): libseccomp's way ---- */

static SLOW long seccomp(long operation, unsigned long flags, void *program)
{
	long result;

	sandbox_begin();
	result = real.syscall(SYS_seccomp, operation, flags, program);
	/* With TSYNC a thread's number is an error; with a listener its descriptor is none. */
	sandbox_end(result == 0 || (result > 0 && (flags & SECCOMP_FILTER_FLAG_NEW_LISTENER)),
		    operation == SECCOMP_SET_MODE_FILTER ? program : NULL);
	return result;
}

long syscall_slow(long number, long a, long b, long c, long d, long e, long f);
extern long (*syscall_next)(long number, ...);
__attribute__((visibility("hidden"))) long (*syscall_next)(long, ...) = (long (*)(long, ...))syscall_slow;

__attribute__((visibility("hidden"))) long syscall_slow(long number, long a, long b, long c, long d, long e, long f)
{
	real_ready();
	__atomic_store_n(&syscall_next, real.syscall, __ATOMIC_RELAXED);
	if (number == SYS_seccomp && (a == SECCOMP_SET_MODE_FILTER || a == SECCOMP_SET_MODE_STRICT))
		return seccomp(a, (unsigned long)b, (void *)c);
	return real.syscall(number, a, b, c, d, e, f);
}

/* No function of C: compilers write an argument that lies on the stack back to its place, and where fewer were passed that is another's memory;
 * and a raw vfork must not come back through a frame of ours. */
__asm__(".pushsection .text\n"
	".globl syscall\n"
	".type syscall, %function\n"
	"syscall:\n"
	".cfi_startproc\n"
#if defined(__x86_64__)
	"endbr64\n"
	"cmp $317, %rdi\n" /* SYS_seccomp */
	"je syscall_slow\n"
	"jmp *syscall_next(%rip)\n"
#elif defined(__aarch64__)
	"hint #34\n" /* bti c */
	"cmp x0, #277\n"
	"b.eq syscall_slow\n"
	"adrp x16, syscall_next\n"
	"ldr x16, [x16, :lo12:syscall_next]\n"
	"br x16\n"
#endif
	".cfi_endproc\n"
	".size syscall, . - syscall\n"
	".popsection\n");
