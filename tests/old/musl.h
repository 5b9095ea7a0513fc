/* musl.h: what the cases use of glibc and musl has in other words. Included before all else when they are compiled for musl. */
#ifndef MUSL_H
#define MUSL_H

#include <pthread.h>

/* The first word of a mutex is its type. */
#define PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP                                                                                             \
	{                                                                                                                                  \
		{                                                                                                                          \
			{                                                                                                                  \
				PTHREAD_MUTEX_RECURSIVE                                                                                    \
			}                                                                                                                  \
		}                                                                                                                          \
	}
#define PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP                                                                                            \
	{                                                                                                                                  \
		{                                                                                                                          \
			{                                                                                                                  \
				PTHREAD_MUTEX_ERRORCHECK                                                                                   \
			}                                                                                                                  \
		}                                                                                                                          \
	}

#endif
