/* things.h: objects for a pool that keeps count of its callbacks.
 *
 * Each thing knows how often it was retained and released, so that a test can say that both
 * happened once, and when. Things are plain array elements: the pool only sees their addresses. */
#ifndef STOA_TESTS_THINGS_H
#define STOA_TESTS_THINGS_H

#include <stoa/stoa.h>

enum { THINGS = 64 };

typedef struct thing {
    int retained, released; /* calls */
    bool refuses;           /* retain gives false */
} thing;

typedef struct things {
    thing all[THINGS];
    size_t retains, releases; /* calls for all things together */
    /* Called within each release, where not NULL. */
    void (*on_release)(struct things *owner, thing *released);
    /* Called within each retain, where not NULL. */
    void (*on_retain)(struct things *owner, thing *retained);
    void *context; /* for them */
} things;

/* A pool of these things. `owner` must be zeroed and outlive it. */
stoa_pool *things_pool(things *owner);
/* Things that were retained once more than released. Fails the test where one has another number
 * than 0 or 1. */
size_t things_held(const things *owner);
/* Each thing in the pool is held, and no other. */
void things_match(const things *owner, const stoa_pool *pool);
/* Each thing was released as often as retained. */
void things_are_all_released(const things *owner);

#endif
