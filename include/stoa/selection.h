/**
 * selection.h: a set of rows: one bit for each row of the table that it was made of.
 *
 * A selection keeps no reference to its table, and does not follow it: rows that are appended
 * later don't belong to it, and after rows were removed, inserted in the middle or reordered it
 * means nothing (the table's `order` tells). Calls that take a selection and a table refuse one of
 * another order, and one of more rows than the table has.
 */
#ifndef STOA_SELECTION_H
#define STOA_SELECTION_H

#include <stoa/table.h>

STOA_BEGIN_DECLS

/**
 * Rows of a table, one bit for each. Bit i % 64 of word i / 64 tells whether row i is selected;
 * bits at and beyond `rows` are 0. All of it may be read, none written.
 *
 * @members stoa_selection
 */
typedef struct stoa_selection {
    size_t rows;     /* of the table when it was made */
    size_t count;    /* rows that are selected */
    uint64_t order;  /* of the table when it was made */
    uint64_t *words; /* rows / 64, rounded up, of them */
} stoa_selection;

/**
 * Selects the rows where a condition holds.
 *
 * @param selection becomes the new selection
 * @param where the condition, in text
 * @return STOA_SYNTAX: the text is no expression. STOA_NO_FIELD, STOA_WRONG_TYPE,
 *     STOA_OUT_OF_RANGE: it does not fit the table. STOA_NO_PARAMETER: a parameter has no value.
 *     STOA_OVERFLOW, STOA_DIVISION_BY_ZERO, STOA_INVALID: a value at fault, in row `error->row`.
 *     STOA_OUT_OF_MEMORY.
 * @owner The caller frees it by stoa_selection_free().
 * @cost One pass over the fields that the condition reads, on all cores; a bit for each row.
 * @threads Reads the table.
 * @snippet selection.c select
 */
STOA_TRY stoa_select(stoa_selection **selection, const stoa_table *table, const char *where,
                     stoa_error *error);

/**
 * Selects the rows whose byte is not zero.
 *
 * @param selection becomes the new selection
 * @param length the number of rows
 * @return STOA_INVALID: `length` is not the number of rows. STOA_OUT_OF_MEMORY.
 * @owner The caller frees it by stoa_selection_free().
 * @cost O(rows).
 * @threads Reads the table.
 * @snippet selection.c made
 */
STOA_TRY stoa_selection_from_mask(stoa_selection **selection, const stoa_table *table,
                                  const uint8_t *mask, size_t length, stoa_error *error);

/**
 * Selects rows by their numbers.
 *
 * @param selection becomes the new selection
 * @param indices in any order; a row may come several times
 * @return STOA_OUT_OF_RANGE: an index is beyond the rows; `error->row` is its position.
 *     STOA_OUT_OF_MEMORY.
 * @owner The caller frees it by stoa_selection_free().
 * @cost O(rows / 64 + count).
 * @threads Reads the table.
 * @snippet selection.c made
 */
STOA_TRY stoa_selection_from_indices(stoa_selection **selection, const stoa_table *table,
                                     const size_t *indices, size_t count, stoa_error *error);

/**
 * Copies a selection.
 *
 * @param copy becomes the new selection
 * @return STOA_OUT_OF_MEMORY.
 * @owner The caller frees it by stoa_selection_free().
 * @cost O(rows / 64).
 * @threads Reads the selection.
 * @snippet selection.c combine
 */
STOA_TRY stoa_selection_copy(stoa_selection **copy, const stoa_selection *selection,
                             stoa_error *error);

/**
 * Frees a selection. NULL does nothing.
 *
 * @cost O(1).
 * @threads Changes the selection.
 * @snippet selection.c select
 */
STOA_API void stoa_selection_free(stoa_selection *selection);

/**
 * Leaves in `selection` the rows that are in both.
 *
 * @return STOA_STALE: they are of another number of rows, or rows were removed, inserted in the
 *     middle or reordered between them.
 * @cost O(rows / 64).
 * @threads Changes `selection`, reads `other`.
 * @snippet selection.c combine
 */
STOA_TRY stoa_selection_and(stoa_selection *selection, const stoa_selection *other,
                            stoa_error *error);

/**
 * Adds to `selection` the rows that are in `other`.
 *
 * @return STOA_STALE: they are of another number of rows, or rows were removed, inserted in the
 *     middle or reordered between them.
 * @cost O(rows / 64).
 * @threads Changes `selection`, reads `other`.
 * @snippet selection.c combine
 */
STOA_TRY stoa_selection_or(stoa_selection *selection, const stoa_selection *other,
                           stoa_error *error);

/**
 * Selects the rows that were not selected. NULL does nothing.
 *
 * @cost O(rows / 64).
 * @threads Changes the selection.
 * @snippet selection.c combine
 */
STOA_API void stoa_selection_not(stoa_selection *selection);

/**
 * Writes the numbers of the selected rows, ascending.
 *
 * @param indices room for `selection->count`
 * @cost O(rows / 64 + count).
 * @threads Reads the selection.
 * @snippet selection.c forms
 */
STOA_API void stoa_selection_indices(const stoa_selection *selection, size_t *indices);

/**
 * Writes a byte for each row: 1 if it is selected, else 0.
 *
 * @param mask room for `selection->rows`
 * @cost O(rows).
 * @threads Reads the selection.
 * @snippet selection.c forms
 */
STOA_API void stoa_selection_mask(const stoa_selection *selection, uint8_t *mask);

/**
 * Writes the values of the selected rows, out of an array with a value for each row, such as the
 * cells of a column.
 *
 * @param cells `selection->rows` of them, aligned to their width, as are the values
 * @param width the bytes of a cell: 1, 2, 4 or 8
 * @param values room for `selection->count`; may be `cells`, but not overlap them elsewhere
 * @return STOA_INVALID: another width.
 * @cost O(rows / 64 + count).
 * @threads Reads the selection and the cells.
 * @snippet selection.c forms
 */
STOA_TRY stoa_selection_values(const stoa_selection *selection, const void *cells, size_t width,
                               void *values, stoa_error *error);

/**
 * Writes values to the places of the selected rows, in an array with a value for each row; the
 * others stay. The opposite of stoa_selection_values().
 *
 * @param values `selection->count` of them; may be unaligned, as may the cells
 * @param stride bytes from value to value; 0: all are the first
 * @param width the bytes of a value: 1, 2, 4 or 8
 * @param cells room for `selection->rows`; must not overlap the values
 * @return STOA_INVALID: another width.
 * @cost O(rows / 64 + count).
 * @threads Reads the selection and the values, and writes the cells.
 * @snippet selection.c forms
 */
STOA_TRY stoa_selection_spread(const stoa_selection *selection, const void *values,
                               ptrdiff_t stride, size_t width, void *cells, stoa_error *error);

/**
 * Writes the ids of the selected rows, in their order.
 *
 * @param ids room for `selection->count`
 * @return STOA_NO_ID: the table has no ids. STOA_STALE: rows were removed, inserted in the middle
 *     or reordered since the selection was made, or it is of more rows than the table has.
 * @cost O(rows / 64 + count).
 * @threads Reads the table and the selection.
 * @snippet ids.c read
 */
STOA_TRY stoa_selection_ids(const stoa_selection *selection, const stoa_table *table, uint64_t *ids,
                            stoa_error *error);

/**
 * Makes a table of copies of the selected rows, as stoa_table_take() does.
 *
 * @param taken becomes the new table
 * @return STOA_STALE: rows were removed, inserted in the middle or reordered since the selection
 *     was made, or it is of more rows than the table has. STOA_OUT_OF_MEMORY.
 * @owner The caller frees it by stoa_table_free().
 * @cost O(rows / 64 + count), on all cores.
 * @threads Reads the table and the selection. With object fields: changes the pool.
 * @snippet selection.c use
 */
STOA_TRY stoa_table_take_selected(stoa_table **taken, const stoa_table *table,
                                  const stoa_selection *selection, stoa_error *error);

/**
 * Removes the selected rows. Rows that were appended since the selection was made stay.
 *
 * @return STOA_STALE: rows were removed, inserted in the middle or reordered since the selection
 *     was made, or it is of more rows than the table has. STOA_LOCKED: a column is locked.
 *     If others refer to the rows, also as stoa_on_remove tells.
 * @cost O(fields × rows), on all cores.
 * @threads Changes the table, and the order of its rows.
 * @snippet selection.c use
 */
STOA_TRY stoa_table_remove_selected(stoa_table *table, const stoa_selection *selection,
                                    stoa_error *error);

/**
 * Removes all rows but the selected ones. Rows that were appended since the selection was made go.
 *
 * @return STOA_STALE: rows were removed, inserted in the middle or reordered since the selection
 *     was made, or it is of more rows than the table has. STOA_LOCKED: a column is locked.
 *     If others refer to the rows, also as stoa_on_remove tells.
 * @cost O(fields × rows), on all cores.
 * @threads Changes the table, and the order of its rows.
 * @snippet selection.c use
 */
STOA_TRY stoa_table_keep_selected(stoa_table *table, const stoa_selection *selection,
                                  stoa_error *error);

STOA_END_DECLS

#endif
