/* scope.h: the rows that a run is about, and what it reads and writes there. */
#ifndef STOA__QUERY_SCOPE_H
#define STOA__QUERY_SCOPE_H

#include "expr/execution/run.h"

/* The rows of a scope; checks it against table and arrays, and locks the columns that the program
 * reads until stoa__run_end, which follows only where this gave STOA_OK. */
stoa_status stoa__run_begin(stoa__run *run, stoa_program *program, const stoa_table *table,
                            const stoa_scope *scope, stoa_error *error);
void stoa__run_end(stoa__run *run);

/* Cells that a run writes: one of this width for each of its rows. */
typedef struct stoa__written {
    const void *cells; /* of row 0 */
    size_t width;
    size_t index; /* for messages */
} stoa__written;

/* By address; two that overlap are then neighbours: gives the second of the first such pair, or
 * count. */
size_t stoa__written_sort(stoa__written *written, size_t count, size_t rows);
/* A column or array that the last pass reads where one of these, which are sorted and do not
 * overlap, is written: unless the cells of each row are the very same (strictly: even then). NULL:
 * none. *index is what is written there. */
const stoa__term *stoa__run_overlap(const stoa__run *run, const stoa__written *written,
                                    size_t count, bool strictly, size_t *index);

#endif
