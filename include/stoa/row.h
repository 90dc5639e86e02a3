/* row.h: one row, by value.
 *
 * A stoa_row is a table and an index: nothing is allocated, reads and writes go through. It is
 * checked at each use that the row is there; that it still means the same record after a removal
 * is the caller's to know (compare table->order). */
#ifndef STOA_ROW_H
#define STOA_ROW_H

#include <stoa/table.h>

STOA_BEGIN_DECLS

typedef struct stoa_row {
    stoa_table *table;
    size_t index;
} stoa_row;

#ifndef STOA_CDEF
/* Not checked here, but at each use. */
STOA__INLINE stoa_row stoa_table_row(stoa_table *table, size_t index)
{
    stoa_row row;
    row.table = table;
    row.index = index;
    return row;
}
#endif

/* stoa_row_get_int32(row, "x", &value), stoa_row_set_int32(row, "x", value) and their like for
 * each type, by name; ..._at(row, field, ...) by index, inline where the type is the field's; these
 * trust that row.table and value are not NULL.
 * Integers convert where they fit (STOA_OVERFLOW), go into floats as IEEE rounds, and come out of
 * a float never (STOA_WRONG_TYPE). A value read is written only on success. object: the pointer. */
#define STOA__ROW(NAME, name, cell, value_type, member)                                    \
    STOA_TRY stoa_row_get_##name(stoa_row row, const char *field_name, value_type *value); \
    STOA_TRY stoa_row_set_##name(stoa_row row, const char *field_name, value_type value);  \
    STOA_TRY stoa__row_get_##name##_slow(stoa_row row, size_t field, value_type *value);   \
    STOA_TRY stoa__row_set_##name##_slow(stoa_row row, size_t field, value_type value);
STOA_TYPES(STOA__ROW)
#undef STOA__ROW

/**
 * Any type, with a message. The value read has the field's type.
 */
STOA_TRY stoa_row_get(stoa_row row, size_t field, stoa_value *value, stoa_error *error);
STOA_TRY stoa_row_set(stoa_row row, size_t field, stoa_value value, stoa_error *error);

/* For bindings: writes to one cell of a row that was taken at that order number, while runs of
 * other threads may begin at any moment. STOA_STALE: rows were removed or reordered since;
 * STOA_NO_FIELD; STOA_LOCKED; or the value does not fit (STOA_OVERFLOW, STOA_WRONG_TYPE). */
STOA_TRY stoa__cell_put_int64(stoa_table *table, size_t field, size_t row, uint64_t order,
                              int64_t number);
STOA_TRY stoa__cell_put_uint64(stoa_table *table, size_t field, size_t row, uint64_t order,
                               uint64_t number);
STOA_TRY stoa__cell_put_float64(stoa_table *table, size_t field, size_t row, uint64_t order,
                                double number);
STOA_TRY stoa__cell_put_boolean(stoa_table *table, size_t field, size_t row, uint64_t order,
                                bool number);
/* In the child of a fork: the runs of other threads that held locks are not there. */
STOA_API void stoa__table_forget_locks(stoa_table *table);

#ifndef STOA_CDEF
STOA__INLINE bool stoa__plain_cell(stoa_row row, size_t field, stoa_type type)
{
    return STOA__LIKELY(row.index < row.table->rows && field < row.table->field_limit &&
                        row.table->columns[field].type == type);
}

#define STOA__ROW_AT(NAME, name, cell, value_type, member)                                      \
    STOA__INLINE STOA_MUST_USE stoa_status stoa_row_get_##name##_at(stoa_row row, size_t field, \
                                                                    value_type *value)          \
    {                                                                                           \
        if (STOA_##NAME == STOA_OBJECT || !stoa__plain_cell(row, field, STOA_##NAME))           \
            return stoa__row_get_##name##_slow(row, field, value);                              \
        *value = STOA__CAST(value_type *, row.table->columns[field].cells)[row.index];          \
        return STOA_OK;                                                                         \
    }                                                                                           \
    STOA__INLINE STOA_MUST_USE stoa_status stoa_row_set_##name##_at(stoa_row row, size_t field, \
                                                                    value_type value)           \
    {                                                                                           \
        if (STOA_##NAME == STOA_OBJECT || !stoa__plain_cell(row, field, STOA_##NAME) ||         \
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
