/* selection.h: selections, from inside. */
#ifndef STOA__QUERY_SELECTION_H
#define STOA__QUERY_SELECTION_H

#include <stoa/selection.h>

/* Of the first `rows` rows of the table, none of them selected. */
stoa_status stoa__selection_new(stoa_selection **made, const stoa_table *table, size_t rows,
                                stoa_error *error);
/* STOA_STALE where it is not of this table as it is now. */
stoa_status stoa__selection_check(const stoa_selection *selection, const stoa_table *table,
                                  stoa_error *error);

#endif
