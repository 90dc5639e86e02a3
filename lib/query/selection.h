/* selection.h: selections, from inside. */
#ifndef STOA__QUERY_SELECTION_H
#define STOA__QUERY_SELECTION_H

#include <stoa/selection.h>

#include "store/table.h"

/* Of the first `rows` rows of the table, none of them selected. */
stoa_status stoa__selection_new(stoa_selection **made, const stoa_table *table, size_t rows,
                                stoa_error *error);
/* STOA_STALE where it is not of this table as it is now. */
stoa_status stoa__selection_check(const stoa_selection *selection, const stoa_table *table,
                                  stoa_error *error);

/* Of rows first to end - 1, those whose bit is set (inverted: is not) go to row `to` and those
 * behind it, to <= first; the others' objects leave their pool. Bit 0 is of row `first`. Cannot
 * fail; the caller ends the removal. */
void stoa__rows_pack(stoa__table *table, const uint64_t *words, bool inverted, size_t first,
                     size_t end, size_t to);

/* Rows `first` to `first` + `count` - 1 of a table, and bits for them, of which `chosen` are set.
 */
typedef struct stoa__part {
    const uint64_t *words; /* bit 0 is of row `first` */
    size_t first, count, chosen;
} stoa__part;

/* The chosen rows of a part go to row `place` of another table of the same fields (dropped ones
 * left out) and those behind it. Their objects are the caller's matter. Cannot fail; other threads
 * may do the same with other parts meanwhile. */
void stoa__rows_take(stoa__table *taken, size_t place, const stoa__table *table,
                     const stoa__part *part);

#endif
