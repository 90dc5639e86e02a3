/* snapshot.h: everything that can be seen of a table, copied, to be compared later.
 *
 * Fields (names, types, defaults, addresses, locks), rows, order, every cell, and of the pool
 * every handle with its object and its uses. */
#ifndef STOA_TESTS_SNAPSHOT_H
#define STOA_TESTS_SNAPSHOT_H

#include <stoa/stoa.h>

typedef struct snapshot snapshot;

/* Of table NULL: an empty one, which everything equals. Never NULL: out of memory ends the test. */
snapshot *snapshot_take(const stoa_table *table);
void snapshot_free(snapshot *taken);
/* What differs, as static text; NULL where nothing does. */
const char *snapshot_differs(const snapshot *taken, const stoa_table *table);

#endif
