/* snapshot.h: a copy of everything that can be seen of a table, to compare later.
 *
 * Fields (names, types, defaults, addresses, locks), rows, order, every cell; and every handle of
 * the pool with its object and its uses. */
#ifndef STOA_TESTS_SNAPSHOT_H
#define STOA_TESTS_SNAPSHOT_H

#include <stoa/stoa.h>

typedef struct snapshot snapshot;

/* Never NULL: without memory the test ends. For table NULL, an empty snapshot, which equals every
 * table. */
snapshot *snapshot_take(const stoa_table *table);
void snapshot_free(snapshot *taken);
/* What differs, as static text; NULL if nothing does. */
const char *snapshot_differs(const snapshot *taken, const stoa_table *table);

#endif
