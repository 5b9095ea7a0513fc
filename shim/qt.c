/*
 * qt.c: QMutex of Qt 5, by its mangled names. Whether one is recursive it does not tell, so that a relock is never judged. Calls from
 * inside Qt's own libraries, and inlined fast paths of QBasicMutex, do not pass here.
 */
#include "plain.h"
#include "real.h"

#define QT(name) real_other((void **)&real.name, #name, SITE.caller)

/* QMutex::lock() */
EXPORT void _ZN6QMutex4lockEv(void *mutex)
{
	struct plain call = PLAIN(mutex, KIND_QT);

	QT(_ZN6QMutex7tryLockEi);
	QT(_ZN6QMutex4lockEv);
	call.recursive = true;
	if (unlikely(!real._ZN6QMutex7tryLockEi(mutex, 0))) {
		plain_ask(&call);
		real._ZN6QMutex4lockEv(mutex);
	}
	plain_answer(&call, true);
}

/* QMutex::tryLock(int milliseconds): negative: without limit */
EXPORT bool _ZN6QMutex7tryLockEi(void *mutex, int milliseconds)
{
	struct plain call = PLAIN(mutex, KIND_QT);
	bool result;

	QT(_ZN6QMutex7tryLockEi);
	call.recursive = true;
	call.how = milliseconds == 0 ? LOCK_TRY : milliseconds < 0 ? LOCK_BLOCKING : LOCK_TIMED;
	if (milliseconds != 0)
		plain_ask(&call);
	result = real._ZN6QMutex7tryLockEi(mutex, milliseconds);
	plain_answer(&call, result);
	return result;
}

/* QMutex::unlock() */
EXPORT void _ZN6QMutex6unlockEv(void *mutex)
{
	QT(_ZN6QMutex6unlockEv);
	plain_release(mutex);
	real._ZN6QMutex6unlockEv(mutex);
}
