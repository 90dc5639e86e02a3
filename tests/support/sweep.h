/* sweep.h: refuses memory at request 0, 1, 2, … of a call until the call succeeds, and checks that
 * nothing changed before.
 *
 * SWEPT repeats one call on one table, in which request n and all later ones are refused. Since a
 * failed call changes nothing, it can be repeated with n + 1. (All later requests fail too, because
 * a table whose first mapping alone fails just becomes smaller.)
 *
 * sweep_alone refuses a single request. The call may then succeed in another way, so each try
 * starts with a new table. */
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
    size_t request; /* the first request that is refused */
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
/* Judges the result of the call; true if the call has to be repeated. */
bool sweep_again(sweep *s, stoa_status status);

/* What one try consists of. */
typedef struct lone_sweep {
    stoa_table *(*make)(void *context); /* NULL: act starts without a table */
    stoa_status (*act)(stoa_table **table, void *context, stoa_error *error);
    void (*check)(stoa_table *table, void *context); /* called after success */
} lone_sweep;

/* Refuses one request at a time: among all kinds together, and, except in small runs, among each
 * kind alone. The table is freed after each try. */
void sweep_alone(const lone_sweep *scenario, void *context);

#endif
