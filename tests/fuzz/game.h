/* game.h: a table with its plain model, and the comparison of both: see fuzz_table.c. */
#ifndef STOA_TESTS_GAME_H
#define STOA_TESTS_GAME_H

#include <stoa/stoa.h>

#include "oracle.h"

enum { MOST_FIELDS = 48, MOST_ROWS = 90000, OBJECTS = 40 };

typedef struct column {
    bool lives;
    char name[16];
    stoa_type type;
    uint64_t initial;
    uint64_t *cells; /* MOST_ROWS cells, as bits; of an object its number, 0 for NULL */
    const void *address;
} column;

typedef struct game {
    choices from;
    stoa_table *table;
    stoa_pool *pool;
    column columns[MOST_FIELDS];
    unsigned limit;
    size_t rows;
    unsigned names; /* how many names were given so far */
    char objects[OBJECTS];
    int retained[OBJECTS];
    bool refuses;
    unsigned refusals;
    stoa_error error;
    const char *last;
} game;

/* Ends the process with a message if the condition does not hold. */
void must(const game *g, bool holds, const char *what);
/* Compares every cell, name and address of the table with the model. */
void compare(game *g);

/* The callbacks of the pool. retain refuses if the game says so. */
bool retain(void *context, void *object);
void release(void *context, void *object);

/* Makes some requests for memory fail, or the pool's callback refuse, during the next call. */
void arm(game *g);
/* Ends that; returns whether the call was refused and must be made again. */
bool was_refused(game *g, stoa_status status);

/* Makes a call: it succeeds, or is refused, changes nothing and is repeated. */
#define DO(g, call)                                                    \
    do {                                                               \
        (g)->last = #call;                                             \
        arm(g);                                                        \
        stoa_status did_ = (call);                                     \
        if (was_refused(g, did_)) {                                    \
            compare(g);                                                \
            must(g, (call) == STOA_OK, "it fails for no more reason"); \
        }                                                              \
    } while (0)

#endif
