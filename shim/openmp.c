/* openmp.c: OpenMP's locks and critical sections, by the names of GNU's and LLVM's runtimes. Both are made of futexes or atomics. */
#include "plain.h"
#include "real.h"

#define OMP(name) real_other((void **)&real.name, #name, SITE.caller)

/* ---- omp_lock_t, omp_nest_lock_t ---- */

EXPORT void omp_set_lock(void *lock)
{
	struct plain call = PLAIN(lock, KIND_OPENMP);

	OMP(omp_test_lock);
	OMP(omp_set_lock);
	if (unlikely(!real.omp_test_lock(lock))) {
		plain_ask(&call);
		real.omp_set_lock(lock);
	}
	plain_answer(&call, true);
}

EXPORT int omp_test_lock(void *lock)
{
	struct plain call = PLAIN(lock, KIND_OPENMP);
	int result;

	OMP(omp_test_lock);
	call.how = LOCK_TRY;
	result = real.omp_test_lock(lock);
	if (result)
		plain_answer(&call, true);
	return result;
}

EXPORT void omp_unset_lock(void *lock)
{
	OMP(omp_unset_lock);
	plain_release(lock);
	real.omp_unset_lock(lock);
}

EXPORT void omp_set_nest_lock(void *lock)
{
	struct plain call = PLAIN(lock, KIND_OPENMP);

	OMP(omp_set_nest_lock);
	call.recursive = true;
	plain_ask(&call);
	real.omp_set_nest_lock(lock);
	plain_answer(&call, true);
}

EXPORT int omp_test_nest_lock(void *lock)
{
	struct plain call = PLAIN(lock, KIND_OPENMP);
	int result;

	OMP(omp_test_nest_lock);
	call.how = LOCK_TRY;
	result = real.omp_test_nest_lock(lock);
	if (result)
		plain_answer(&call, true);
	return result;
}

EXPORT void omp_unset_nest_lock(void *lock)
{
	OMP(omp_unset_nest_lock);
	plain_release(lock);
	real.omp_unset_nest_lock(lock);
}

/* ---- critical sections: a name is the address of a static pointer; the one without a name is any address of ours ---- */

static const char nameless;

EXPORT void GOMP_critical_start(void)
{
	struct plain call = PLAIN(&nameless, KIND_CRITICAL);

	OMP(GOMP_critical_start);
	plain_ask(&call);
	real.GOMP_critical_start();
	plain_answer(&call, true);
}

EXPORT void GOMP_critical_end(void)
{
	OMP(GOMP_critical_end);
	plain_release(&nameless);
	real.GOMP_critical_end();
}

EXPORT void GOMP_critical_name_start(void **name)
{
	struct plain call = PLAIN(name, KIND_CRITICAL);

	OMP(GOMP_critical_name_start);
	plain_ask(&call);
	real.GOMP_critical_name_start(name);
	plain_answer(&call, true);
}

EXPORT void GOMP_critical_name_end(void **name)
{
	OMP(GOMP_critical_name_end);
	plain_release(name);
	real.GOMP_critical_name_end(name);
}

EXPORT void __kmpc_critical(void *location, int32_t thread, void *name)
{
	struct plain call = PLAIN(name, KIND_CRITICAL);

	OMP(__kmpc_critical);
	plain_ask(&call);
	real.__kmpc_critical(location, thread, name);
	plain_answer(&call, true);
}

EXPORT void __kmpc_end_critical(void *location, int32_t thread, void *name)
{
	OMP(__kmpc_end_critical);
	plain_release(name);
	real.__kmpc_end_critical(location, thread, name);
}
