/* lock.h: a lock for the use of one file.
 *
 * STOA__LOCK; defines take_lock() and give_lock(). A fork takes the lock, and both sides give it
 * back: else the child could find it held by a thread that it does not have. A thread that holds
 * the lock cannot be cancelled. */
#ifndef STOA__BASE_LOCK_H
#define STOA__BASE_LOCK_H

#include <pthread.h>

#define STOA__LOCK                                                \
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;      \
    static int cancelling; /* the holder's cancel state before */ \
    static void take_lock(void)                                   \
    {                                                             \
        int before;                                               \
        pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);  \
        pthread_mutex_lock(&lock);                                \
        cancelling = before;                                      \
    }                                                             \
    static void give_lock(void)                                   \
    {                                                             \
        int before = cancelling;                                  \
        pthread_mutex_unlock(&lock);                              \
        pthread_setcancelstate(before, &before);                  \
    }                                                             \
    __attribute__((constructor)) static void guard_forks(void)    \
    {                                                             \
        pthread_atfork(take_lock, give_lock, give_lock);          \
    }                                                             \
    _Static_assert(1, "a semicolon follows")

#endif
