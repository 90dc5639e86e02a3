/* lock.h: a lock of a file's own.
 *
 * STOA__LOCK; defines take_lock() and give_lock(). A fork takes the lock and gives it back on both
 * sides: the child must not find it held by a thread that it doesn't have. A thread that holds it
 * is not cancelled. */
#ifndef STOA__BASE_LOCK_H
#define STOA__BASE_LOCK_H

#include <pthread.h>

#define STOA__LOCK                                               \
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;     \
    static int cancelling; /* what its holder had before */      \
    static void take_lock(void)                                  \
    {                                                            \
        int before;                                              \
        pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before); \
        pthread_mutex_lock(&lock);                               \
        cancelling = before;                                     \
    }                                                            \
    static void give_lock(void)                                  \
    {                                                            \
        int before = cancelling;                                 \
        pthread_mutex_unlock(&lock);                             \
        pthread_setcancelstate(before, &before);                 \
    }                                                            \
    __attribute__((constructor)) static void guard_forks(void)   \
    {                                                            \
        pthread_atfork(take_lock, give_lock, give_lock);         \
    }                                                            \
    _Static_assert(1, "a semicolon follows")

#endif
