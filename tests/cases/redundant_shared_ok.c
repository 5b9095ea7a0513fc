/* Under a lock that is only read each time: that keeps nobody out. Or under two locks, now the one and now the other. */
/* options: witness */
#include "case.h"

RWLOCK(outer);
MUTEX(other);
MUTEX(under_reader);
MUTEX(under_either);

THREAD(thread1)
{
	for (int i = 0; i < 60; i++) {
		take_shared(outer);
		take(under_reader);
		give(under_reader);
		give(outer);
		take(other);
		take(under_either);
		give(under_either);
		give(other);
	}
	return NULL;
}

THREAD(thread2)
{
	for (int i = 0; i < 60; i++) {
		take_shared(outer);
		take(under_reader);
		give(under_reader);
		give(outer);
		take(outer);
		take(under_either);
		give(under_either);
		give(outer);
	}
	return NULL;
}

int main(void)
{
	run(thread1);
	run(thread2);
	return 0;
}
