/* flags: -l:libQt5Core.so.5 */
/* Qt 5: QMutex in both orders. Declared here as its header does it, so that no headers are needed. */
#include "case.h"

class QMutex
{
      public:
	enum RecursionMode { NonRecursive, Recursive };
	explicit QMutex(RecursionMode mode = NonRecursive);
	~QMutex();
	void lock();
	bool tryLock(int timeout = 0);
	void unlock();

      private:
	void *d;
};

static QMutex A, B;

static void *thread1(void *)
{
	A.lock();
	B.lock();
	B.unlock();
	A.unlock();
	return nullptr;
}

static void *thread2(void *)
{
	B.lock();
	if (A.tryLock(1000))
		A.unlock();
	A.lock();
	A.unlock();
	B.unlock();
	return nullptr;
}

int main()
{
	run(thread1);
	run(thread2);
	return 0;
}
