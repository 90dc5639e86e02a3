/* lock.h: a lock of a file's own.
 *
 * STOA__LOCK; defines take_lock() and give_lock(). A fork takes the lock and gives it back on both
 * sides: the child must not find it held by a thread that it doesn't have. */
#ifndef STOA__BASE_LOCK_H
#define STOA__BASE_LOCK_H

#include <pthread.h>

#define STOA__LOCK                                             \
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;   \
    static void take_lock(void)                                \
    {                                                          \
        pthread_mutex_lock(&lock);                             \
    }                                                          \
    static void give_lock(void)                                \
    {                                                          \
        pthread_mutex_unlock(&lock);                           \
    }                                                          \
    __attribute__((constructor)) static void guard_forks(void) \
    {                                                          \
        pthread_atfork(take_lock, give_lock, give_lock);       \
    }                                                          \
    _Static_assert(1, "a semicolon follows")

#endif
