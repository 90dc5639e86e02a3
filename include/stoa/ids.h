/**
 * ids.h: ids of rows, which stay when others come, go or move.
 *
 * A table that was made with `stoa_table_options.ids` gives each new row an id: a number from 1 to
 * 2^63 - 1. The row keeps it wherever it moves to, until it is removed; no other row gets it, in
 * this table or in another. A table made of another's rows gives them ids of its own. Ids take 12
 * bytes a row, and nothing for rows that have not moved since they came; tables without ids pay
 * nothing.
 *
 * How certain that is: among the tables of a process it is certain for the first 524,287 tables
 * with ids (a table with many removals counts once more for each four million of them, or more).
 * Beyond these, and for ids of another process, an id that is strange to the table passes for one
 * of its own at most once in two billion times.
 */
#ifndef STOA_IDS_H
#define STOA_IDS_H

#include <stoa/row.h>
#include <stoa/table.h>

STOA_BEGIN_DECLS

/**
 * The ids of a table, as inline code sees them. Only stoa's own code writes them. A row that has
 * not moved since it came is zero in both arrays.
 *
 * @members stoa_ids
 */
struct stoa_ids {
    uint64_t *cells;   /* by row: its id ^ origin ^ row; behind the rows: of the next ones */
    uint32_t *rows;    /* by slot: the row whose id has the slot, ^ slot */
    uint64_t origin;   /* the id of row 0 at first; its slot is 0 */
    uint64_t slots;    /* the bits of an id that are its slot */
    size_t slot_count; /* slots that have been given are below it */
    size_t begun;      /* rows below it are as they came: zero in both arrays; only falls */
};

/**
 * Tells whether the rows have ids. False for NULL.
 *
 * @cost O(1).
 * @threads Reads the table.
 * @snippet ids.c read
 */
STOA_API bool stoa_table_has_ids(const stoa_table *table);

/**
 * Copies the ids of rows [first, first + count).
 *
 * @param ids become the ids
 * @return STOA_NO_ID: the table has no ids. STOA_OUT_OF_RANGE: the rows are not all there.
 * @cost O(count), at the speed of memcpy.
 * @threads Reads the table.
 * @snippet ids.c read
 */
STOA_TRY stoa_table_read_ids(const stoa_table *table, size_t first, size_t count, uint64_t *ids,
                             stoa_error *error);

/**
 * Removes the rows that have these ids; the others move up, in their order. All are removed, or
 * none.
 *
 * @param ids in any order; one may come several times
 * @return STOA_NO_ID: no row has one of them, or the table has no ids; `error->row` is its
 *     position. STOA_OUT_OF_MEMORY. STOA_LOCKED: a column is locked.
 *     If others refer to the rows, also as stoa_on_remove tells.
 * @cost O(fields × rows), on all cores, and O(count).
 * @threads Changes the table, and the order of its rows.
 * @snippet ids.c remove
 */
STOA_TRY stoa_table_remove_ids(stoa_table *table, const uint64_t *ids, size_t count,
                               stoa_error *error);

/* For bindings: gives the rows the ids that they had when the table was saved, if `ids` are those
 * of a table with the same max_rows. New rows get ids that none had. STOA_INVALID: they are not, or
 * `count` is not the number of rows; STOA_OUT_OF_MEMORY. */
STOA_TRY stoa__table_restore_ids(stoa_table *table, const uint64_t *ids, size_t count,
                                 stoa_error *error);

#ifndef STOA_CDEF
/* The id of a row that exists. Nothing is loaded for one that is as it came. */
STOA__INLINE uint64_t stoa__id_at(const stoa_ids *ids, size_t row)
{
    uint64_t id = ids->origin ^ row;
    return row < ids->begun ? id : id ^ ids->cells[row];
}

/**
 * Tells the id of a row. 0 if there is no such row, or the table has no ids. Trusts that
 * `row.table` is not NULL.
 *
 * @cost A few comparisons, and a load if rows were removed or moved; inline.
 * @threads Reads the table.
 * @snippet ids.c find
 */
STOA__INLINE uint64_t stoa_row_id(stoa_row row)
{
    const stoa_ids *ids = row.table->ids;
    bool exists = ids && row.index < row.table->rows;
    return STOA__LIKELY(exists) ? stoa__id_at(ids, row.index) : 0;
}

/**
 * Finds the row that has an id. Trusts that `table` and `index` are not NULL.
 *
 * @param id any number
 * @param index becomes the row's; not written if the call fails
 * @return STOA_NO_ID: no row of the table has it: the row was removed, or it is none of this
 *     table's.
 * @cost A few comparisons, and two loads if rows were removed or moved; inline.
 * @threads Reads the table.
 * @snippet ids.c find
 */
STOA__INLINE STOA_MUST_USE stoa_status stoa_table_find_id(const stoa_table *table, uint64_t id,
                                                          size_t *index)
{
    const stoa_ids *ids = table->ids;
    if (!ids)
        return STOA_NO_ID;
    size_t row = id ^ ids->origin;
    if (row < ids->begun && row < table->rows) {
        *index = row;
        return STOA_OK;
    }
    if ((id & ids->slots) >= ids->slot_count)
        return STOA_NO_ID;
    row = ids->rows[id & ids->slots] ^ (id & ids->slots);
    if (row >= table->rows || (ids->cells[row] ^ ids->origin ^ row) != id)
        return STOA_NO_ID;
    *index = row;
    return STOA_OK;
}
#endif

STOA_END_DECLS

#endif
