/*
 * faults.c: linked into a variant of the library (BUILD/faults/libgridlock.so) in front of everything that it asks of the system and that can
 * fail. Calls are counted, and number GRIDLOCK_FAULT fails as the kernel would let it; with GRIDLOCK_FAULT_ON all that follow fail too. With
 * GRIDLOCK_FAULT_MEMORY it is not these calls that are counted and fail but the library's own allocations of memory. What
 * failed is appended to the file GRIDLOCK_FAULT_LOG, a line each: with no line there was no such call, and the tests are through.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "graph/arena.h"

static _Atomic long calls;

/* The library reaches syscall(2) by its address, since it exports one of its own. */
static long (*libc_syscall)(long number, ...);
void *__real_dlsym(void *handle, const char *name);
void *__wrap_dlsym(void *handle, const char *name);
static long fault_syscall(long number, ...);
void *__wrap_dlsym(void *handle, const char *name)
{
	if (strcmp(name, "syscall") != 0)
		return __real_dlsym(handle, name);
	libc_syscall = (long (*)(long, ...))__real_dlsym(handle, name);
	return (void *)fault_syscall;
}

static void note(const char *name)
{
	const char *log = getenv("GRIDLOCK_FAULT_LOG");
	char line[64];
	size_t length = strlen(name);
	long fd = log ? libc_syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_APPEND | O_CREAT, 0666) : -1;

	if (fd < 0)
		return;
	memcpy(line, name, length);
	line[length] = '\n';
	libc_syscall(SYS_write, fd, line, length + 1);
	libc_syscall(SYS_close, fd);
}

/* What it takes to say that something is wrong fails once: who cannot speak for good says nothing. */
static bool speaks(const char *name)
{
	return !strcmp(name, "fstat") || !strcmp(name, "write");
}

static bool allocates(const char *name)
{
	return !strcmp(name, "arena_alloc") || !strcmp(name, "state_pages");
}

/* Is it this call's turn to fail? */
static bool fails(const char *name, int error)
{
	const char *which = allocates(name) == (getenv("GRIDLOCK_FAULT_MEMORY") != NULL) ? getenv("GRIDLOCK_FAULT") : NULL;
	long number = which ? atomic_fetch_add(&calls, 1) + 1 : 0, wanted = which ? atol(which) : 0;
	int saved = errno;

	if (wanted == 0 || (getenv("GRIDLOCK_FAULT_ON") && !speaks(name) ? number < wanted : number != wanted))
		return false;
	note(name);
	errno = error ? error : saved;
	return true;
}

/* A function of the library's that fails with `error` and returns `failed`. */
#define FAULT(type, name, parameters, arguments, error, failed)                                                                            \
	type __real_##name parameters;                                                                                                     \
	type __wrap_##name parameters;                                                                                                     \
	type __wrap_##name parameters                                                                                                      \
	{                                                                                                                                  \
		return fails(#name, error) ? (type)(failed) : __real_##name arguments;                                                     \
	}

FAULT(void *, mmap, (void *at, size_t size, int protection, int flags, int fd, off_t offset), (at, size, protection, flags, fd, offset),
      ENOMEM, MAP_FAILED)
FAULT(int, mprotect, (void *at, size_t size, int protection), (at, size, protection), ENOMEM, -1)
FAULT(int, ftruncate, (int fd, off_t size), (fd, size), ENOSPC, -1)
FAULT(int, fstatfs, (int fd, struct statfs *system), (fd, system), ENOSYS, -1)
FAULT(int, mkdir, (const char *path, mode_t mode), (path, mode), EACCES, -1)
FAULT(ssize_t, getrandom, (void *to, size_t size, unsigned flags), (to, size, flags), EAGAIN, -1)
FAULT(int, getrlimit, (__rlimit_resource_t which, struct rlimit *limit), (which, limit), EPERM, -1)
FAULT(ssize_t, write, (int fd, const void *from, size_t size), (fd, from, size), EPIPE, -1)
FAULT(ssize_t, read, (int fd, void *to, size_t size), (fd, to, size), EIO, -1)
FAULT(int, unlink, (const char *path), (path), EROFS, -1)
FAULT(int, rmdir, (const char *path), (path), EROFS, -1)
FAULT(ssize_t, readlink, (const char *path, char *to, size_t size), (path, to, size), EACCES, -1)
FAULT(char *, getcwd, (char *to, size_t size), (to, size), ENOENT, NULL)
FAULT(int, access, (const char *path, int mode), (path, mode), EACCES, -1)
FAULT(int, dup3, (int from, int to, int flags), (from, to, flags), EBUSY, -1)
FAULT(int, close, (int fd), (fd), EINTR, -1)
FAULT(int, execve, (const char *path, char *const argv[], char *const envp[]), (path, argv, envp), E2BIG, -1)
FAULT(void *, dlopen, (const char *path, int flags), (path, flags), 0, NULL)
FAULT(int, pthread_key_create, (pthread_key_t * key, void (*end)(void *)), (key, end), 0, EAGAIN)
FAULT(int, pthread_setspecific, (pthread_key_t key, const void *value), (key, value), 0, ENOMEM)
FAULT(int, __register_atfork, (void (*prepare)(void), void (*parent)(void), void (*child)(void), void *object),
      (prepare, parent, child, object), 0, ENOMEM)
FAULT(int, __cxa_atexit, (void (*function)(void *), void *argument, void *object), (function, argument, object), 0, -1)
FAULT(int, __cxa_at_quick_exit, (void (*function)(void *), void *object), (function, object), 0, -1)

FAULT(void *, arena_alloc, (struct arena * arena, size_t size), (arena, size), 0, NULL)
FAULT(void *, state_pages, (size_t size, bool wipe), (size, wipe), 0, NULL)

/* Memory that cannot be made ready, or advice that the kernel does not know: each has its ways to go on. */
int __real_madvise(void *at, size_t size, int advice);
int __wrap_madvise(void *at, size_t size, int advice);
int __wrap_madvise(void *at, size_t size, int advice)
{
	int error = advice == MADV_POPULATE_WRITE && !getenv("GRIDLOCK_FAULT_OLD") ? EFAULT : EINVAL;

	return fails("madvise", error) ? -1 : __real_madvise(at, size, advice);
}

/* mremap, open, openat and fcntl have arguments that only some calls pass; none of theirs is wider than a long. */
#define FAULT_VARIABLE(type, name, parameters, last, arguments, error, failed)                                                             \
	type __real_##name parameters;                                                                                                     \
	type __wrap_##name parameters;                                                                                                     \
	type __wrap_##name parameters                                                                                                      \
	{                                                                                                                                  \
		va_list list;                                                                                                              \
		long more;                                                                                                                 \
                                                                                                                                           \
		va_start(list, last);                                                                                                      \
		more = va_arg(list, long);                                                                                                 \
		va_end(list);                                                                                                              \
		return fails(#name, error) ? (type)(failed) : __real_##name arguments;                                                     \
	}

FAULT_VARIABLE(void *, mremap, (void *at, size_t old, size_t new, int flags, ...), flags, (at, old, new, flags, more), EAGAIN, MAP_FAILED)
FAULT_VARIABLE(int, open, (const char *path, int flags, ...), flags, (path, flags, (mode_t)more), EMFILE, -1)
FAULT_VARIABLE(int, openat, (int folder, const char *path, int flags, ...), flags, (folder, path, flags, (mode_t)more), EMFILE, -1)
FAULT_VARIABLE(int, fcntl, (int fd, int command, ...), command, (fd, command, more), EMFILE, -1)

/* Raw calls. The futex does not fail but by a signal, and the end of a process not at all. */
static int error_of(long number)
{
	switch (number) {
	case SYS_clone:
		return EAGAIN;
	case SYS_wait4:
		return EINTR;
	case SYS_fstat:
		return EIO;
	case SYS_munmap:
	case SYS_rt_sigprocmask:
		return EFAULT;
	default:
		return 0;
	}
}

/* The program's raw calls come through here too, by a jump. */
extern const char __ehdr_start[] __attribute__((visibility("hidden"))), _etext[] __attribute__((visibility("hidden")));
static bool is_ours(const void *caller)
{
	return (const char *)caller >= __ehdr_start && (const char *)caller < _etext;
}

static long fault_syscall(long number, ...)
{
	bool ours = is_ours(__builtin_return_address(0));
	long a[6];
	va_list list;

	va_start(list, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(list, long);
	va_end(list);
	/* A wait that is interrupted for ever is a hang that no kernel makes. */
	if (ours && error_of(number) && !(number == SYS_wait4 && getenv("GRIDLOCK_FAULT_ON")) &&
	    fails(number == SYS_fstat ? "fstat" : "syscall", error_of(number)))
		return -1;
	return libc_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
