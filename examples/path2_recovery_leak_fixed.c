/*
 * path2_recovery_leak_fixed: the corrected twin of path2_recovery_leak.c. Who jumps lets go first; who can be jumped out of anywhere,
 * by a signal, remembers what it holds for the place that recovers.
 *
 *   gridlock build/examples/path2_recovery_leak_fixed
 *
 * gridlock is silent but for its summary.
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

/* Shape 1: unlock, then jump. */
__attribute__((noinline)) static void add_row(const char *text)
{
	pthread_mutex_lock(&table_lock);
	if (text[0] == '#') {
		pthread_mutex_unlock(&table_lock);
		longjmp(parse_error, 1);
	}
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

/* Shape 2: the recovering side unlocks, when the section was inside. */
static volatile sig_atomic_t drawing;

static void on_fault(int signal_number)
{
	siglongjmp(bad_pixel, signal_number);
}

__attribute__((noinline)) static void draw(void)
{
	pthread_mutex_lock(&pixel_lock);
	drawing = 1;
	raise(SIGFPE);
	pixels++;
	drawing = 0;
	pthread_mutex_unlock(&pixel_lock);
}

static void *painter(void *unused)
{
	if (sigsetjmp(bad_pixel, 1) == 0) {
		draw();
	} else {
		if (drawing)
			pthread_mutex_unlock(&pixel_lock);
		puts("painter: skipped a pixel");
	}
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
