/* things.h: objects for a pool that count the calls of its callbacks.
 *
 * Each thing knows how often it was retained and released, so that a test can check that both
 * happened once, and when. Things are plain array elements; the pool sees only their addresses. */
#ifndef STOA_TESTS_THINGS_H
#define STOA_TESTS_THINGS_H

#include <stoa/stoa.h>

enum { THINGS = 64 };

typedef struct thing {
    int retained, released; /* number of calls */
    bool refuses;           /* retain returns false */
} thing;

typedef struct things {
    thing all[THINGS];
    size_t retains, releases; /* number of calls for all things */
    /* Called within each release, if not NULL. */
    void (*on_release)(struct things *owner, thing *released);
    /* Called within each retain, if not NULL. */
    void (*on_retain)(struct things *owner, thing *retained);
    void *context; /* for both */
} things;

/* A pool of these things. `owner` must be zeroed and must outlive the pool. */
stoa_pool *things_pool(things *owner);
/* The number of things that are retained once. Fails the test if a thing is retained more often or
 * released too often. */
size_t things_held(const things *owner);
/* Checks that exactly the things in the pool are held. */
void things_match(const things *owner, const stoa_pool *pool);
/* Checks that each thing was released as often as retained. */
void things_are_all_released(const things *owner);

#endif
