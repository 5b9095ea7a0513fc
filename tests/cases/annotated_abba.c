/* Locks of the program's own, annotated as dynamic_annotations.h has it, in both orders. */
#include "case.h"

void AnnotateRWLockCreate(const char *file, int line, const volatile void *lock) __attribute__((weak));
void AnnotateRWLockCreateStatic(const char *file, int line, const volatile void *lock) __attribute__((weak));
void AnnotateRWLockDestroy(const char *file, int line, const volatile void *lock) __attribute__((weak));
void AnnotateRWLockAcquired(const char *file, int line, const volatile void *lock, long is_writer) __attribute__((weak));
void AnnotateRWLockReleased(const char *file, int line, const volatile void *lock, long is_writer) __attribute__((weak));

#define acquired(lock) AnnotateRWLockAcquired(__FILE__, __LINE__, &(lock), WRITES)
#define released(lock) AnnotateRWLockReleased(__FILE__, __LINE__, &(lock), WRITES)

#ifndef WRITES
#define WRITES 1
#endif

static struct {
	char before, A, B;
} __attribute__((packed)) bytes;
#define A bytes.A /* of a byte each, wherever they lie */
#define B bytes.B

THREAD(thread1)
{
	acquired(A);
	acquired(B);
	released(B);
	released(A);
	return NULL;
}

THREAD(thread2)
{
	acquired(B);
	acquired(A);
	released(A);
	released(B);
	return NULL;
}

int main(void)
{
	if (!AnnotateRWLockCreate)
		return 1;
	AnnotateRWLockCreate(__FILE__, __LINE__, &A);
	AnnotateRWLockCreateStatic(__FILE__, __LINE__, &B);
	run(thread1);
	run(thread2);
	AnnotateRWLockDestroy(__FILE__, __LINE__, &A);
	return 0;
}
