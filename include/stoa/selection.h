/* selection.h: a set of rows: one bit for each row of the table that it was made of.
 *
 * A selection keeps no reference to its table, and does not follow it: rows that are appended
 * later don't belong to it, and after rows were removed or reordered it means nothing (the table's
 * `order` tells). Calls that take a selection and a table refuse one of another order, and one of
 * more rows than the table has. */
#ifndef STOA_SELECTION_H
#define STOA_SELECTION_H

#include <stoa/table.h>

STOA_BEGIN_DECLS

/**
 * What may be read. Bit i % 64 of word i / 64 says whether row i is selected; bits at and beyond
 * `rows` are 0.
 */
typedef struct stoa_selection {
    size_t rows;     /* of the table when it was made */
    size_t count;    /* rows that are selected */
    uint64_t order;  /* of the table when it was made */
    uint64_t *words; /* rows / 64, rounded up, of them */
} stoa_selection;

/**
 * The rows where the condition (text) holds. The caller owns it. O(rows).
 */
STOA_TRY stoa_select(stoa_selection **selection, const stoa_table *table, const char *where,
                     stoa_error *error);
/**
 * By a byte for each row (nonzero: selected), or by row numbers in any order, also twice.
 */
STOA_TRY stoa_selection_from_mask(stoa_selection **selection, const stoa_table *table,
                                  const uint8_t *mask, size_t length, stoa_error *error);
STOA_TRY stoa_selection_from_indices(stoa_selection **selection, const stoa_table *table,
                                     const size_t *indices, size_t count, stoa_error *error);
STOA_TRY stoa_selection_copy(stoa_selection **copy, const stoa_selection *selection,
                             stoa_error *error);
STOA_API void stoa_selection_free(stoa_selection *selection);

/**
 * In place. Both must be of as many rows and of the same order. O(rows / 64).
 */
STOA_TRY stoa_selection_and(stoa_selection *selection, const stoa_selection *other,
                            stoa_error *error);
STOA_TRY stoa_selection_or(stoa_selection *selection, const stoa_selection *other,
                           stoa_error *error);
STOA_API void stoa_selection_not(stoa_selection *selection);

/**
 * selection->count row numbers, ascending, into the caller's array.
 */
STOA_API void stoa_selection_indices(const stoa_selection *selection, size_t *indices);
/**
 * selection->rows bytes, 0 or 1, into the caller's array.
 */
STOA_API void stoa_selection_mask(const stoa_selection *selection, uint8_t *mask);

/**
 * A table of its own of the selected rows, as stoa_table_take makes one.
 */
STOA_TRY stoa_table_take_selected(stoa_table **taken, const stoa_table *table,
                                  const stoa_selection *selection, stoa_error *error);
/**
 * The selected rows go, or all others do.
 */
STOA_TRY stoa_table_remove_selected(stoa_table *table, const stoa_selection *selection,
                                    stoa_error *error);
STOA_TRY stoa_table_keep_selected(stoa_table *table, const stoa_selection *selection,
                                  stoa_error *error);

STOA_END_DECLS

#endif
