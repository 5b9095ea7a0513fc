/* signal.c: sigaction and signal, as their manual pages have it; what was installed is what is read back, and what runs. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static volatile sig_atomic_t came, value, pending;

static void count(int number)
{
	came += number == SIGUSR1 ? 1 : number == SIGUSR2 ? 100 : 10000;
}

static void take_value(int number, siginfo_t *info, void *context)
{
	came++;
	value = info->si_signo == number && context ? info->si_value.sival_int : -1;
}

static void look_at_pending(int number)
{
	sigset_t set;

	(void)number;
	raise(SIGUSR2);
	sigpending(&set);
	pending = sigismember(&set, SIGUSR2);
}

static void come_again(int number)
{
	if (++came < 3)
		raise(number);
}

static void restore(void)
{
	MUST(signal(SIGUSR1, SIG_DFL) == SIG_ERR);
	MUST(signal(SIGUSR2, SIG_DFL) == SIG_ERR);
}

CHECK(sigaction_reads_back_what_was_set, "0 0 1 1 1 0 1")
{
	struct sigaction action = {.sa_handler = count, .sa_flags = SA_RESTART | SA_NODEFER}, back;

	MUST(sigaddset(&action.sa_mask, SIGHUP));
	SYS(sigaction(SIGUSR1, &action, NULL));
	SYS(sigaction(SIGUSR1, NULL, &back));
	say("%d %d %d", back.sa_handler == count, (back.sa_flags & (SA_RESTART | SA_NODEFER)) == (SA_RESTART | SA_NODEFER),
	    sigismember(&back.sa_mask, SIGHUP));
	action.sa_handler = SIG_IGN;
	SYS(sigaction(SIGUSR1, &action, &back));
	say("%d", back.sa_handler == count);
	restore();
}

CHECK(sigaction_of_no_signal, "EINVAL EINVAL EINVAL")
{
	struct sigaction action = {.sa_handler = count};

	SYS(sigaction(SIGKILL, &action, NULL));
	SYS(sigaction(0, &action, NULL));
	SYS(sigaction(1000, &action, NULL));
}

CHECK(signal_returns_the_handler_before, "1 1 1 1 2")
{
	came = 0;
	say("%d", signal(SIGUSR1, count) == SIG_DFL);
	say("%d", signal(SIGUSR1, count) == count);
	raise(SIGUSR1);
	raise(SIGUSR1);
	say("%d", signal(SIGUSR1, SIG_IGN) == count);
	raise(SIGUSR1);
	say("%d %d", signal(SIGUSR1, SIG_DFL) == SIG_IGN, (int)came);
}

CHECK(signal_of_no_signal, "EINVAL EINVAL")
{
	SYS(signal(SIGKILL, count) == SIG_ERR ? -1 : 0);
	SYS(signal(-5, count) == SIG_ERR ? -1 : 0);
}

CHECK(a_handler_gets_the_value_that_was_sent, "0 0 1 77")
{
	struct sigaction action = {.sa_sigaction = take_value, .sa_flags = SA_SIGINFO};

	came = 0;
	SYS(sigaction(SIGUSR1, &action, NULL));
	SYS(sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = 77}));
	say("%d %d", (int)came, (int)value);
	restore();
}

CHECK(what_the_mask_blocks_waits, "0 1 100")
{
	struct sigaction action = {.sa_handler = look_at_pending};

	came = 0;
	MUST(signal(SIGUSR2, count) == SIG_ERR);
	MUST(sigaddset(&action.sa_mask, SIGUSR2));
	SYS(sigaction(SIGUSR1, &action, NULL));
	raise(SIGUSR1);
	say("%d %d", (int)pending, (int)came);
	restore();
}

CHECK(a_handler_that_is_not_deferred_nests, "0 3")
{
	struct sigaction action = {.sa_handler = come_again, .sa_flags = SA_NODEFER};

	came = 0;
	SYS(sigaction(SIGUSR1, &action, NULL));
	raise(SIGUSR1);
	say("%d", (int)came);
	restore();
}

CHECK(a_handler_for_once_goes, "0 1 1")
{
	struct sigaction action = {.sa_handler = count, .sa_flags = (int)SA_RESETHAND}, back;

	came = 0;
	SYS(sigaction(SIGUSR1, &action, NULL));
	raise(SIGUSR1);
	MUST(sigaction(SIGUSR1, NULL, &back));
	say("%d %d", (int)came, back.sa_handler == SIG_DFL);
}

CHECK(a_child_has_the_handlers, "1 exit 0")
{
	struct sigaction back;
	int status;
	pid_t child;

	MUST(signal(SIGUSR1, count) == SIG_ERR);
	child = fork();
	if (child == 0) {
		came = 0;
		raise(SIGUSR1);
		_exit(!(came == 1 && sigaction(SIGUSR1, NULL, &back) == 0 && back.sa_handler == count));
	}
	say("%d", child > 0);
	MUST(waitpid(child, &status, 0) != child);
	say("exit %d", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	restore();
}
