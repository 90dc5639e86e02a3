/* scope.h: the rows of a run, and the cells that it reads and writes. */
#ifndef STOA__QUERY_SCOPE_H
#define STOA__QUERY_SCOPE_H

#include "expr/execution/run.h"

/* Begins a run over the rows of a scope: checks the scope against the table and the arrays. If
 * the scope has an interpreter, locks the columns that the program reads, and leaves it. If this
 * returns STOA_OK, stoa__run_end must follow. */
stoa_status stoa__run_begin(stoa__run *run, stoa_program *program, const stoa_table *table,
                            const stoa_scope *scope, stoa_error *error);
void stoa__run_end(stoa__run *run);

/* Cells that a run writes, one for each of its rows. */
typedef struct stoa__written {
    const void *cells; /* of row 0 */
    size_t width;
    size_t index; /* for messages */
} stoa__written;

/* Sorts by address, so that overlapping ones are neighbours. Returns the index of the second of the
 * first overlapping pair, or count. */
size_t stoa__written_sort(stoa__written *written, size_t count, size_t rows);
/* Has the run collect from copies, where it would from cells that it writes. */
stoa_status stoa__run_keep(stoa__run *run, const stoa__written *written, size_t count,
                           stoa_error *error);
/* Finds a column or array of the last pass that overlaps one of these, which are sorted and do not
 * overlap each other; *index is that one. NULL if there is none. An overlap cell for cell counts
 * only if `strictly` is true. */
const stoa__term *stoa__run_overlap(const stoa__run *run, const stoa__written *written,
                                    size_t count, bool strictly, size_t *index);

#endif
