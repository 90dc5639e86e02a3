/* source.h: the caller's values for one column. */
#ifndef STOA__STORE_SOURCE_H
#define STOA__STORE_SOURCE_H

#include "store/table.h"

/* Bytes from value to value; 0 for a repeated value. */
static inline ptrdiff_t stoa__source_stride(const stoa_source *source)
{
    if (stoa__byte_of(&source->repeat) != 0)
        return 0;
    if (source->stride != 0)
        return source->stride;
    return (ptrdiff_t)(source->strings != NULL ? stoa__width(source->type)
                                               : stoa__value_width(source->type));
}

/* Checks that a source is an array of `count` values of a type that exists. */
stoa_status stoa__source_check_array(const stoa_source *source, size_t count, stoa_error *error);
/* The same, and that the field can take values of that type. */
stoa_status stoa__source_check(const stoa__table *table, uint32_t field, const stoa_source *source,
                               size_t count, stoa_error *error);
/* Finds the field that a source names, and checks that the field can take it. */
stoa_status stoa__source_match(const stoa__table *table, const stoa_source *source, size_t count,
                               size_t *field, stoa_error *error);
/* The error for a field that two sources name. */
stoa_status stoa__source_twice(const stoa_source *source, stoa_error *error);
/* The error for the value at `position`, which does not fit. */
stoa_status stoa__source_overflow(const stoa__table *table, uint32_t field,
                                  const stoa_source *source, size_t position, stoa_error *error);
/* Whether the value at that position is there; else it is null. */
static inline bool stoa__source_has(const stoa_source *source, size_t position)
{
    if (source->validity == NULL)
        return true;
    size_t at = stoa__byte_of(&source->repeat) != 0 ? 0 : position;
    return (source->validity[at / 8] >> at % 8 & 1) != 0;
}

/* The position of the first of `count` values that is there and does not fit such cells, or
 * count. */
size_t stoa__source_fit(const stoa_source *source, stoa__time to, size_t count);
/* Stores `count` values from position `first` on, and zero for nulls; the same as
 * stoa__convert_store() or stoa__times_store() otherwise. */
size_t stoa__source_store(const stoa_source *source, stoa__time to, char *out, ptrdiff_t out_stride,
                          size_t first, size_t count);
/* Says which of the cells at rows row, row + step, … hold values, for the same values. */
void stoa__source_store_validity(const stoa_source *source, uint64_t *validity, size_t row,
                                 ptrdiff_t step, size_t first, size_t count);
/* The handles of strings, which are interned, or of handles, in the table's pool. If it fails, the
 * pool may have new strings: see stoa__table_forget_strings. */
stoa_status stoa__source_intern(const stoa__table *table, uint32_t field, const stoa_source *source,
                                size_t count, stoa_handle *handles, stoa_error *error);
/* Objects enter the pool; their handles go to `handles`, `step` handles from one to the next. On
 * failure those that have entered leave again; the caller releases them. */
stoa_status stoa__source_enter(const stoa__table *table, const stoa_source *source, size_t count,
                               stoa_handle *handles, ptrdiff_t step, stoa_error *error);

#endif
