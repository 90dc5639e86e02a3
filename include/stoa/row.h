/**
 * row.h: one row, by value.
 *
 * A stoa_row is a table and an index: nothing is allocated, reads and writes go through. It is
 * checked at each use that the row is there; that it still means the same record after a removal
 * is the caller's to know (compare table->order).
 */
#ifndef STOA_ROW_H
#define STOA_ROW_H

#include <stoa/table.h>

STOA_BEGIN_DECLS

#ifndef STOA_CDEF
/**
 * Makes a row. The index is not checked here, but at each use.
 *
 * @cost Two stores; inline.
 * @threads Any.
 * @snippet row.c by_name
 */
STOA__INLINE stoa_row stoa_table_row(stoa_table *table, size_t index)
{
    stoa_row row;
    row.table = table;
    row.index = index;
    return row;
}
#endif

/**
 * Reads a cell by the field's name. There is one function for each type. Integers convert if they
 * fit; an integer is read as a float, rounded as IEEE 754 does; a float is never read as an
 * integer. Of an object field: the pointer. Of a string field: its bytes, borrowed from the pool.
 * Of a date, a timestamp or a duration, which no other type is read as: the count, in the unit of
 * the field. Of a reference field: the row; or as a uint64 its id.
 *
 * @each stoa_status stoa_row_get_NAME(stoa_row row, const char *field_name, VALUE *value)
 * @param value becomes what the cell holds; not written if the call fails
 * @return STOA_INVALID: NULL. STOA_NO_FIELD: there is no such field. STOA_OUT_OF_RANGE: there is no
 *     such row. STOA_WRONG_TYPE: the field does not hold this type. STOA_OVERFLOW: the value does
 *     not fit. STOA_NULL: the cell is null, or the row that it refers to was removed.
 * @cost O(1): a hash of the name, and stoa_row_get_int32_at().
 * @threads Reads the table.
 * @snippet row.c by_name
 */

/**
 * Writes a cell by the field's name, by the rules for reading. There is one function for each type.
 *
 * @each stoa_status stoa_row_set_NAME(stoa_row row, const char *field_name, VALUE value)
 * @return STOA_INVALID: NULL. STOA_NO_FIELD: there is no such field. STOA_OUT_OF_RANGE: there is no
 *     such row. STOA_WRONG_TYPE: the field does not take this type. STOA_OVERFLOW: the value does
 *     not fit. Of objects and strings also STOA_OUT_OF_MEMORY, STOA_FULL: the pool is full,
 *     STOA_REFUSED: the pool refused it, STOA_INVALID: a string is not UTF-8. Of references
 *     STOA_NO_ID: the row is not there, or of another table than the field refers to.
 *     STOA_LOCKED: the column is locked.
 * @cost O(1): a hash of the name, and stoa_row_set_int32_at().
 * @threads Changes the table.
 * @snippet row.c by_name
 */

/**
 * Reads a cell by the field's index; inline if the field has this type. Trusts that `row.table` and
 * `value` are not NULL. Otherwise as stoa_row_get_int32().
 *
 * @each stoa_status stoa_row_get_NAME_at(stoa_row row, size_t field, VALUE *value)
 * @return As stoa_row_get_int32().
 * @cost Three comparisons and a load.
 * @threads Reads the table.
 * @snippet row.c by_index
 */

/**
 * Writes a cell by the field's index; inline if the field has this type. Trusts that `row.table` is
 * not NULL. Otherwise as stoa_row_set_int32().
 *
 * @each stoa_status stoa_row_set_NAME_at(stoa_row row, size_t field, VALUE value)
 * @return As stoa_row_set_int32().
 * @cost A few comparisons and a store.
 * @threads Changes the table.
 * @snippet row.c by_index
 */

#define STOA__ROW(NAME, name, cell, value_type, member)                                    \
    STOA_TRY stoa_row_get_##name(stoa_row row, const char *field_name, value_type *value); \
    STOA_TRY stoa_row_set_##name(stoa_row row, const char *field_name, value_type value);  \
    STOA_TRY stoa__row_get_##name##_slow(stoa_row row, size_t field, value_type *value);   \
    STOA_TRY stoa__row_set_##name##_slow(stoa_row row, size_t field, value_type value);
STOA_TYPES(STOA__ROW)
#undef STOA__ROW

/**
 * Tells whether a cell is null; false for every cell of a field that is not nullable, but for a
 * reference to a row that is no more, or to none yet.
 *
 * @param is_null becomes the answer
 * @return STOA_INVALID: NULL. STOA_NO_FIELD: there is no such field. STOA_OUT_OF_RANGE: there is no
 *     such row.
 * @cost O(1): a hash of the name.
 * @threads Reads the table.
 * @snippet row.c null
 */
STOA_TRY stoa_row_is_null(stoa_row row, const char *field_name, bool *is_null);

/**
 * Makes a cell null.
 *
 * @return As stoa_row_is_null(). STOA_WRONG_TYPE: the field is not nullable. STOA_LOCKED: the
 *     column is locked.
 * @cost O(1): a hash of the name.
 * @threads Changes the table.
 * @snippet row.c null
 */
STOA_TRY stoa_row_set_null(stoa_row row, const char *field_name);

/**
 * Reads a cell of any type, with a message if it fails.
 *
 * @param value becomes what the cell holds, in the field's type: `is_null` tells that it holds
 *     nothing; an object or a string is borrowed
 * @return STOA_INVALID: NULL. STOA_NO_FIELD: there is no such field. STOA_OUT_OF_RANGE: there is no
 *     such row.
 * @cost O(1).
 * @threads Reads the table.
 * @snippet row.c any
 */
STOA_TRY stoa_row_get(stoa_row row, size_t field, stoa_value *value, stoa_error *error);

/**
 * Writes a cell of any type, with a message if it fails.
 *
 * @param value converted by the rules of stoa_row_set_int32(); null goes into nullable fields
 * @return STOA_INVALID: NULL. STOA_NO_FIELD: there is no such field. STOA_OUT_OF_RANGE: there is no
 *     such row. STOA_WRONG_TYPE: the field does not take this type, or no null. STOA_OVERFLOW: the
 *     value does not fit. Of objects and strings also STOA_OUT_OF_MEMORY, STOA_FULL: the pool is
 *     full, STOA_REFUSED: the pool refused it, STOA_INVALID: a string is not UTF-8. STOA_NO_ID: a
 *     reference to no row of the field's target. STOA_LOCKED: the column is locked.
 * @cost O(1).
 * @threads Changes the table.
 * @snippet row.c any
 */
STOA_TRY stoa_row_set(stoa_row row, size_t field, stoa_value value, stoa_error *error);

/* For bindings: writes to one cell of a row that was taken at that order number, while runs of
 * other threads may begin at any moment. STOA_STALE: rows were removed, inserted in the middle or
 * reordered since; STOA_NO_FIELD; STOA_LOCKED; or the value does not fit (STOA_OVERFLOW,
 * STOA_WRONG_TYPE). */
STOA_TRY stoa__cell_put_int64(stoa_table *table, size_t field, size_t row, uint64_t order,
                              int64_t number);
STOA_TRY stoa__cell_put_uint64(stoa_table *table, size_t field, size_t row, uint64_t order,
                               uint64_t number);
STOA_TRY stoa__cell_put_float64(stoa_table *table, size_t field, size_t row, uint64_t order,
                                double number);
STOA_TRY stoa__cell_put_boolean(stoa_table *table, size_t field, size_t row, uint64_t order,
                                bool number);
STOA_TRY stoa__cell_put_null(stoa_table *table, size_t field, size_t row, uint64_t order);
/* In the child of a fork: the runs of other threads that held locks are not there. */
STOA_API void stoa__table_forget_locks(stoa_table *table);

#ifndef STOA_CDEF
STOA__INLINE bool stoa__plain_cell(stoa_row row, size_t field, stoa_type type)
{
    return STOA__LIKELY(row.index < row.table->rows && field < row.table->field_limit &&
                        row.table->columns[field].plain == type);
}

#define STOA__ROW_AT(NAME, name, cell, value_type, member)                                      \
    STOA__INLINE STOA_MUST_USE stoa_status stoa_row_get_##name##_at(stoa_row row, size_t field, \
                                                                    value_type *value)          \
    {                                                                                           \
        if (!stoa__plain_cell(row, field, STOA_##NAME))                                         \
            return stoa__row_get_##name##_slow(row, field, value);                              \
        *value = STOA__CAST(value_type *, row.table->columns[field].cells)[row.index];          \
        return STOA_OK;                                                                         \
    }                                                                                           \
    STOA__INLINE STOA_MUST_USE stoa_status stoa_row_set_##name##_at(stoa_row row, size_t field, \
                                                                    value_type value)           \
    {                                                                                           \
        if (STOA_##NAME > STOA_OBJECT || !stoa__plain_cell(row, field, STOA_##NAME) ||          \
            row.table->columns[field].locked)                                                   \
            return stoa__row_set_##name##_slow(row, field, value);                              \
        STOA__CAST(value_type *, row.table->columns[field].cells)[row.index] = value;           \
        row.table->columns[field].version++;                                                    \
        return STOA_OK;                                                                         \
    }
STOA_TYPES(STOA__ROW_AT)
#undef STOA__ROW_AT
#endif

STOA_END_DECLS

#endif
