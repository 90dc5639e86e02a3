/* selection.h: selections, from inside. */
#ifndef STOA__QUERY_SELECTION_H
#define STOA__QUERY_SELECTION_H

#include <stoa/selection.h>

#include "store/table.h"

/* Makes an empty selection of the first `rows` rows of the table. */
stoa_status stoa__selection_new(stoa_selection **made, const stoa_table *table, size_t rows,
                                stoa_error *error);
/* Fails with STOA_STALE if the selection does not fit the table as it is now. */
stoa_status stoa__selection_check(const stoa_selection *selection, const stoa_table *table,
                                  stoa_error *error);

/* Moves those of rows [first, end) whose bit is set (inverted: is not set) to row `to` and the
 * following ones, to <= first; the objects of the others leave their pool. Bit 0 belongs to row
 * `first`. Cannot fail; the caller ends the removal. */
void stoa__rows_pack(stoa__table *table, const uint64_t *words, bool inverted, size_t first,
                     size_t end, size_t to);

/* Rows [first, first + count) of a table, and a bit for each; `chosen` bits are set. */
typedef struct stoa__part {
    const uint64_t *words; /* bit 0 belongs to row `first` */
    size_t first, count, chosen;
} stoa__part;

/* Copies the chosen rows of a part to row `place`, and the following ones, of another table with
 * the same fields, without dropped ones. The caller counts their objects. Cannot fail. Other
 * threads may copy other parts meanwhile. */
void stoa__rows_take(stoa__table *taken, size_t place, const stoa__table *table,
                     const stoa__part *part);

#endif
