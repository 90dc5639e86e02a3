/* unique.c: a counter that begins at a random number. The child of a fork begins anew, at another
 * one: else parent and child would get the same numbers from then on. */
#define _GNU_SOURCE
#include "base/unique.h"

#include <stdbool.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/lock.h"

STOA__LOCK;
static uint64_t next;
static pid_t owner; /* the process that `next` is of; 0: of none */

/* Where the system has no random numbers for us, the clock, the process and an address, which it
 * places at random, are mixed (splitmix64). */
uint64_t stoa__random(void)
{
    uint64_t number;
    if (getentropy(&number, sizeof number) == 0)
        return number;
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    number = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
    number ^= (uint64_t)getpid() << 32 ^ (uint64_t)(uintptr_t)&number;
    number = (number ^ number >> 30) * 0xbf58476d1ce4e5b9;
    number = (number ^ number >> 27) * 0x94d049bb133111eb;
    return number ^ number >> 31;
}

uint64_t stoa__unique(uint64_t count)
{
    take_lock();
    if (owner != getpid()) {
        next = stoa__random() >> 1; /* far from its own end */
        owner = getpid();
    }
    uint64_t number = next++ % count;
    give_lock();
    return number;
}
