/* column.c: whole columns: their arrays, writes into them, and exports.
 *
 * A write looks at every value before it stores the first. Values that lie in the cells to be
 * written are copied aside before. */
#include <string.h>

#include "store/convert.h"
#include "store/source.h"

/* ---- arrays ---- */

static void *cells_of(const stoa_table *table, const char *name, stoa_type type)
{
    size_t field;
    if (table == NULL || name == NULL ||
        stoa_table_find_field(table, name, &field, NULL) != STOA_OK)
        return NULL;
    return table->columns[field].type == type ? table->columns[field].cells : NULL;
}

#define COLUMN(NAME, name, cell, value, member)                                 \
    cell *stoa_##name##_column(const stoa_table *table, const char *field_name) \
    {                                                                           \
        return cells_of(table, field_name, STOA_##NAME);                        \
    }
STOA_TYPES(COLUMN)
#undef COLUMN

void *stoa_column_cells(const stoa_table *table, size_t field)
{
    if (table == NULL || !stoa__field_exists(table, field))
        return NULL;
    return table->columns[field].cells;
}

/* ---- writes ---- */

/* The cells first, first + step, … of a column. */
typedef struct target {
    stoa__table *table;
    uint32_t field;
    stoa_type type;
    size_t width;
    char *start;
    ptrdiff_t stride;
    size_t count;
} target;

static stoa_status check_target(const stoa_table *table, size_t first, ptrdiff_t step, size_t count,
                                stoa_error *error)
{
    if (count == 0)
        return STOA_OK;
    size_t behind = step < 0 ? first : table->rows - 1 - first;
    size_t stride = step < 0 ? (size_t)0 - (size_t)step : (size_t)step;
    if (step == 0 && count > 1)
        return stoa__fail(error, STOA_INVALID, "a step of 0 names the same row over and over");
    if (first >= table->rows || (stride > 0 && (count - 1) > behind / stride))
        return stoa__fail_at(error, STOA_OUT_OF_RANGE, first,
                             "%zu rows from %zu on by steps of %td: the table has %zu", count,
                             first, step, table->rows);
    return STOA_OK;
}

/* First and last byte of `count` values at a stride of any sign. */
static bool overlaps(const target *to, const stoa_source *source)
{
    ptrdiff_t in_stride = stoa__source_stride(source), last = (ptrdiff_t)to->count - 1;
    uintptr_t in = (uintptr_t)source->data, out = (uintptr_t)to->start;
    uintptr_t in_first = in_stride < 0 ? in + (uintptr_t)(last * in_stride) : in;
    uintptr_t out_first = to->stride < 0 ? out + (uintptr_t)(last * to->stride) : out;
    uintptr_t in_span = (uintptr_t)(last * (in_stride < 0 ? -in_stride : in_stride)) + 8;
    uintptr_t out_span = (uintptr_t)(last * (to->stride < 0 ? -to->stride : to->stride)) + 8;
    return in_first < out_first + out_span && out_first < in_first + in_span;
}

static stoa_status write_numbers(const target *to, const stoa_source *source, stoa_error *error)
{
    ptrdiff_t in_stride = stoa__source_stride(source);
    size_t values = source->repeat ? 1 : to->count;
    size_t fit = stoa__convert_check(to->type, source->type, source->data, in_stride, values);
    if (fit < values)
        return stoa__source_overflow(to->table, to->field, source, fit, error);
    bool packed = to->type == source->type && in_stride == (ptrdiff_t)to->width &&
                  to->stride == in_stride && to->type != STOA_BOOL;
    if (packed || to->count < 2 || !overlaps(to, source)) {
        stoa__convert_store(to->type, to->start, to->stride, source->type, source->data, in_stride,
                            to->count);
        return STOA_OK;
    }
    void *aside = stoa__allocate(to->count * to->width);
    if (aside == NULL)
        return stoa__fail_memory(error, to->count * to->width);
    ptrdiff_t width = (ptrdiff_t)to->width;
    stoa__convert_store(to->type, aside, width, source->type, source->data, in_stride, to->count);
    stoa__convert_store(to->type, to->start, to->stride, to->type, aside, width, to->count);
    stoa__release(aside);
    return STOA_OK;
}

/* All enter before any leaves, so that an object in both stays. */
static stoa_status write_objects(const target *to, const stoa_source *source, stoa_error *error)
{
    stoa_pool *pool = to->table->pool;
    stoa_handle *entered = stoa__allocate(to->count * sizeof *entered);
    if (entered == NULL)
        return stoa__fail_memory(error, to->count * sizeof *entered);
    stoa_status status = stoa__source_enter(to->table, source, to->count, entered, 1, error);
    char *at = to->start;
    for (size_t i = 0; status == STOA_OK && i < to->count; i++, at += to->stride) {
        stoa_handle *cell = (stoa_handle *)(void *)at;
        stoa__pool_leave(pool, *cell);
        *cell = entered[i];
    }
    stoa__release(entered);
    stoa__pool_settle(pool);
    return status;
}

stoa_status stoa_column_write(stoa_table *table, size_t field, size_t first, ptrdiff_t step,
                              size_t count, const stoa_source *source, stoa_error *error)
{
    STOA__NEEDS(error, table);
    STOA__NEEDS(error, source);
    stoa__table *whole = stoa__whole(table);
    stoa_status status = stoa__check_field(table, field, error);
    if (status == STOA_OK)
        status = check_target(table, first, step, count, error);
    if (status == STOA_OK)
        status = stoa__source_check(whole, (uint32_t)field, source, count, error);
    if (status != STOA_OK || count == 0)
        return status;
    target to = {.table = whole, .field = (uint32_t)field, .count = count};
    to.type = (stoa_type)table->columns[field].type;
    to.width = stoa__width(to.type);
    to.stride = count > 1 ? step * (ptrdiff_t)to.width : 0; /* of one cell, any step is fine */
    to.start = stoa__cell_at(whole, to.field, first);
    return to.type == STOA_OBJECT ? write_objects(&to, source, error)
                                  : write_numbers(&to, source, error);
}

/* ---- exports ---- */

stoa_status stoa_column_export(stoa_table *table, size_t field, stoa_error *error)
{
    STOA__NEEDS(error, table);
    stoa__table *whole = stoa__whole(table);
    stoa_status status = stoa__check_field(table, field, error);
    if (status != STOA_OK)
        return status;
    if (whole->extra == NULL) {
        size_t bytes = table->field_limit * sizeof *whole->extra;
        whole->extra = stoa__allocate_zeroed(bytes);
        if (whole->extra == NULL)
            return stoa__fail_memory(error, bytes);
    }
    whole->extra[field].exports++;
    whole->exports++;
    return STOA_OK;
}

void stoa_column_unexport(stoa_table *table, size_t field)
{
    stoa__table *whole = stoa__whole(table);
    if (table == NULL || field >= table->field_limit || whole->extra == NULL ||
        whole->extra[field].exports == 0)
        return;
    stoa__column_extra *extra = &whole->extra[field];
    extra->exports--;
    whole->exports--;
    if (extra->exports == 0 && !stoa__field_exists(table, field)) {
        if (extra->own.kind != STOA__NO_BLOCK)
            stoa__block_free(&extra->own);
        else
            stoa__block_discard(&whole->block, extra->first, extra->last);
    }
    if (whole->exports == 0)
        stoa__table_settle_memory(whole);
}
