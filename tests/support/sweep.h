/* sweep.h: allocation fails at 0, 1, 2, … until the call succeeds, and nothing may change before.
 *
 * SWEPT repeats one call on one table: request n for memory and every later one is refused. A
 * call that fails changes nothing, so it can be made again with n + 1. (All later ones too,
 * because a table whose first mapping alone is refused comes out smaller, not refused.)
 *
 * sweep_alone refuses one single request. Such a call may succeed all the same, on a detour, so
 * each try starts from a table made anew. */
#ifndef STOA_TESTS_SWEEP_H
#define STOA_TESTS_SWEEP_H

#include <string.h>

#include "faults.h"
#include "snapshot.h"

typedef struct sweep {
    const stoa_table *table;
    snapshot *before;
    stoa_status expected;
    const char *call;
    const char *file;
    int line;
    size_t request; /* the first that is refused */
} sweep;

#define SWEPT(table, expected, call)                                      \
    do {                                                                  \
        sweep sweep_;                                                     \
        stoa_status status_;                                              \
        sweep_start(&sweep_, table, expected, #call, __FILE__, __LINE__); \
        do {                                                              \
            sweep_arm(&sweep_);                                           \
            status_ = (call);                                             \
        } while (sweep_again(&sweep_, status_));                          \
    } while (0)

void sweep_start(sweep *s, const stoa_table *table, stoa_status expected, const char *call,
                 const char *file, int line);
void sweep_arm(const sweep *s);
/* Judges what came of the call; true where it must be made once more. */
bool sweep_again(sweep *s, stoa_status status);

/* A scenario of its own for each try. */
typedef struct lone_sweep {
    stoa_table *(*make)(void *context); /* NULL: act starts without a table */
    stoa_status (*act)(stoa_table **table, void *context, stoa_error *error);
    void (*check)(stoa_table *table, void *context); /* after success */
} lone_sweep;

/* Refuses one request at a time, of all kinds together and, but for small runs, of each kind alone.
 * The table is freed after each try. */
void sweep_alone(const lone_sweep *scenario, void *context);

#endif
