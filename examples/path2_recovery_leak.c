/*
 * path2_recovery_leak: recovery from an error jumps out of a critical section and over its unlock.
 *
 *   gridlock build/examples/path2_recovery_leak
 *
 * Both threads recover and go on, each with a lock that nobody will release any more. gridlock reports lock-leaked twice, cause longjmp,
 * with the place where the lock was taken and the place of the jump: exit code 66. For exceptions see path2_recovery_leak_cxx.cpp.
 */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>

static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t pixel_lock = PTHREAD_MUTEX_INITIALIZER;
static int rows, pixels;

static jmp_buf parse_error;
static sigjmp_buf bad_pixel;

/* Shape 1: an error deep inside ends in longjmp, as in libpng, libjpeg or Lua. */
__attribute__((noinline)) static void add_row(const char *text)
{
	pthread_mutex_lock(&table_lock);
	if (text[0] == '#')
		longjmp(parse_error, 1);
	rows++;
	pthread_mutex_unlock(&table_lock);
}

static void *parser(void *unused)
{
	if (setjmp(parse_error) == 0)
		add_row("# not a row");
	else
		puts("parser: skipped a row");
	return unused;
}

/* Shape 2: a signal handler leaves the section with siglongjmp. */
static void on_fault(int signal_number)
{
	siglongjmp(bad_pixel, signal_number);
}

__attribute__((noinline)) static void draw(void)
{
	pthread_mutex_lock(&pixel_lock);
	raise(SIGFPE);
	pixels++;
	pthread_mutex_unlock(&pixel_lock);
}

static void *painter(void *unused)
{
	if (sigsetjmp(bad_pixel, 1) == 0)
		draw();
	else
		puts("painter: skipped a pixel");
	return unused;
}

int main(void)
{
	pthread_t threads[2];
	signal(SIGFPE, on_fault);
	pthread_create(&threads[0], NULL, parser, NULL);
	pthread_create(&threads[1], NULL, painter, NULL);
	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
	return 0;
}
