/*
 * versions_x86_64_glibc.h: the oldest version of every function that glibc gave a new one when it moved into libc.so.6 (2.34), so that one
 * build loads on 2.31 and newer: a reference to dlsym@GLIBC_2.34 would stop every program on an older system from starting. Included
 * before all else by the compiler's command line, since any file may come to call one of them; tests/check_needs tells what is missing here.
 *
 * On an older system they lie in libpthread.so.0 and libdl.so.2, which the library needs by name for that reason: it exports pthread_create
 * and its like, so whoever asks whether the program has threads (weak references, in glibc 2.31's time) finds that it has, and calls them.
 */
__asm__(".symver dlopen, dlopen@GLIBC_2.2.5\n"
	".symver dlsym, dlsym@GLIBC_2.2.5\n"
	".symver dlvsym, dlvsym@GLIBC_2.2.5\n"
	".symver dladdr1, dladdr1@GLIBC_2.3.3\n"
	".symver pthread_key_create, pthread_key_create@GLIBC_2.2.5\n"
	".symver pthread_key_delete, pthread_key_delete@GLIBC_2.2.5\n"
	".symver pthread_getspecific, pthread_getspecific@GLIBC_2.2.5\n"
	".symver pthread_setspecific, pthread_setspecific@GLIBC_2.2.5\n"
	".symver pthread_sigmask, pthread_sigmask@GLIBC_2.2.5\n"
	".symver pthread_mutexattr_init, pthread_mutexattr_init@GLIBC_2.2.5\n"
	".symver pthread_mutexattr_settype, pthread_mutexattr_settype@GLIBC_2.2.5\n"
	".symver pthread_mutexattr_setprotocol, pthread_mutexattr_setprotocol@GLIBC_2.4\n"
	".symver pthread_getattr_np, pthread_getattr_np@GLIBC_2.2.5\n"
	".symver __pthread_register_cancel, __pthread_register_cancel@GLIBC_2.3.3\n"
	".symver __pthread_unregister_cancel, __pthread_unregister_cancel@GLIBC_2.3.3\n"
	".symver __pthread_unwind_next, __pthread_unwind_next@GLIBC_2.3.3\n");
