/* A process-shared mutex that is not to be had, as a child took it: which has exited, or was killed, or only stands there. */
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static int child(pthread_mutex_t *mutex, char how)
{
	/* Not to be left over. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	pthread_mutex_lock(mutex);
	if (how == 'k')
		raise(SIGKILL);
	if (how == 's')
		pause();
	return 0;
}

int main(int argc, char **argv)
{
	pthread_mutex_t *mutex = mmap(NULL, sizeof(*mutex), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char how = argc > 1 ? *argv[1] : 'e';
	pthread_mutexattr_t attributes;
	pid_t pid;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(mutex, &attributes);
	pid = fork();
	if (pid == 0)
		return child(mutex, how);
	if (how == 's')
		while (pthread_mutex_trylock(mutex) == 0) {
			pthread_mutex_unlock(mutex);
			usleep(1000);
		}
	else
		waitpid(pid, NULL, 0);
	pthread_mutex_lock(mutex);
	return 0;
}
