/* source.c: checking what callers hand over as arrays. */
#include "store/source.h"

#include <string.h>

#include "store/convert.h"

stoa_status stoa__source_check_array(const stoa_source *source, size_t count, stoa_error *error)
{
    ptrdiff_t stride = stoa__source_stride(source);
    size_t apart = stride < 0 ? (size_t)0 - (size_t)stride : (size_t)stride;
    size_t step = apart > sizeof(uint64_t) ? apart : sizeof(uint64_t);
    uintptr_t room = stride < 0 ? (uintptr_t)source->data : UINTPTR_MAX - (uintptr_t)source->data;
    if (source->reserved[0] != 0)
        return stoa__fail(error, STOA_INVALID, "stoa_source.reserved must be zero");
    if (stoa__byte_of(&source->repeat) > 1)
        return stoa__fail(error, STOA_INVALID, "stoa_source.repeat is neither true nor false");
    if (source->data == NULL && count > 0)
        return stoa__fail(error, STOA_INVALID, "stoa_source.data is NULL, but there are %zu values",
                          count);
    if (count > PTRDIFF_MAX / step || count * apart > room)
        return stoa__fail(error, STOA_INVALID,
                          "%zu values that are %td bytes apart do not fit in memory", count,
                          stride);
    return STOA_OK;
}

/* The first position from `from` on whose value is there (is_there: or is null), or count. */
static size_t next_bit(const stoa_source *source, size_t from, size_t count, bool is_there)
{
    const uint8_t *bytes = source->validity, none = is_there ? 0 : 0xFF;
    if (bytes == NULL || stoa__byte_of(&source->repeat) != 0)
        return from < count && stoa__source_has(source, 0) == is_there ? from : count;
    while (from < count) {
        if (from % 8 == 0 && bytes[from / 8] == none)
            from += 8;
        else if (stoa__source_has(source, from) == is_there)
            return from;
        else
            from++;
    }
    return count;
}

stoa_status stoa__source_check(const stoa__table *table, uint32_t field, const stoa_source *source,
                               size_t count, stoa_error *error)
{
    stoa_type type = (stoa_type)table->head.columns[field].type;
    const char *name = table->schema->fields[field].name;
    if (!stoa__type_exists(source->type))
        return stoa__fail(error, STOA_WRONG_TYPE,
                          "the values for field '%s' have type %d, which does not exist", name,
                          (int)source->type);
    if (type == STOA_OBJECT ? source->type != STOA_OBJECT : !stoa__convertible(type, source->type))
        return stoa__fail(error, STOA_WRONG_TYPE, "field '%s' is %s and takes no values of %s",
                          name, stoa_type_name(type), stoa_type_name(source->type));
    stoa_status status = stoa__source_check_array(source, count, error);
    if (status != STOA_OK || table->head.columns[field].validity != NULL)
        return status;
    size_t null = next_bit(source, 0, count, false);
    if (null == count)
        return STOA_OK;
    return stoa__fail_at(error, STOA_WRONG_TYPE, null,
                         "value %zu for field '%s' is null, but the field takes no null", null,
                         name);
}

stoa_status stoa__source_match(const stoa__table *table, const stoa_source *source, size_t count,
                               size_t *field, stoa_error *error)
{
    stoa_status status = stoa_table_find_field(&table->head, source->name, field, error);
    if (status == STOA_OK)
        status = stoa__source_check(table, (uint32_t)*field, source, count, error);
    return status;
}

stoa_status stoa__source_twice(const stoa_source *source, stoa_error *error)
{
    return stoa__fail(error, STOA_BAD_NAME, "field '%s' is given twice", source->name);
}

static stoa_value value_at(const stoa_source *source, size_t position)
{
    stoa__cell cell = {0};
    const char *at = (const char *)source->data + (ptrdiff_t)position * stoa__source_stride(source);
    memcpy(cell.bytes, at, stoa__width(source->type));
    if (source->type == STOA_BOOL && cell.bytes[0] > 1) /* a byte that is no bool: show it */
        return stoa_uint64_value(cell.bytes[0]);
    return stoa__cell_value(source->type, cell.bytes);
}

stoa_status stoa__source_overflow(const stoa__table *table, uint32_t field,
                                  const stoa_source *source, size_t position, stoa_error *error)
{
    char text[40];
    stoa_value value = value_at(source, position);
    stoa__print_value(&value, text, sizeof text);
    return stoa__fail_at(error, STOA_OVERFLOW, position,
                         "value %zu for field '%s', %s, does not fit %s", position,
                         table->schema->fields[field].name, text,
                         stoa_type_name((stoa_type)table->head.columns[field].type));
}

/* ---- values and nulls ---- */

/* The part of a source from a position on, for convert.h. */
static const void *data_at(const stoa_source *source, size_t position)
{
    return (const char *)source->data + (ptrdiff_t)position * stoa__source_stride(source);
}

size_t stoa__source_fit(const stoa_source *source, stoa_type type, size_t count)
{
    ptrdiff_t stride = stoa__source_stride(source);
    bool is_repeated = stoa__byte_of(&source->repeat) != 0;
    if (stoa__converts_always(type, source->type))
        return count;
    size_t from = next_bit(source, 0, count, true), end = count;
    for (; from < count; from = next_bit(source, end, count, true)) {
        end = next_bit(source, from, count, false);
        size_t values = is_repeated ? 1 : end - from;
        size_t fit = stoa__convert_check(type, source->type, data_at(source, from), stride, values);
        if (fit < values)
            return from + fit;
    }
    return count;
}

static void store_zeros(char *out, ptrdiff_t stride, size_t width, size_t count)
{
    for (size_t i = 0; i < count; i++, out += stride)
        memset(out, 0, width);
}

size_t stoa__source_store(const stoa_source *source, stoa_type type, char *out,
                          ptrdiff_t out_stride, size_t first, size_t count)
{
    ptrdiff_t stride = stoa__source_stride(source);
    size_t end = first + count, width = stoa__width(type);
    if (source->validity == NULL)
        return stoa__convert_store(type, out, out_stride, source->type, data_at(source, first),
                                   stride, count);
    bool at_once = stoa__converts_always(type, source->type);
    if (at_once) /* nulls too: they are zeroed below */
        stoa__convert_store(type, out, out_stride, source->type, data_at(source, first), stride,
                            count);
    for (size_t null, from = first; from < end; from = null) {
        null = next_bit(source, from, end, false);
        char *at = out + (ptrdiff_t)(from - first) * out_stride;
        size_t stored = null - from;
        if (!at_once)
            stored = stoa__convert_store(type, at, out_stride, source->type, data_at(source, from),
                                         stride, null - from);
        if (stored < null - from)
            return from - first + stored;
        at += (ptrdiff_t)(null - from) * out_stride;
        from = null;
        null = next_bit(source, from, end, true);
        store_zeros(at, out_stride, width, null - from);
    }
    return count;
}

void stoa__source_store_validity(const stoa_source *source, uint64_t *validity, size_t row,
                                 ptrdiff_t step, size_t first, size_t count)
{
    bool alike = source->validity == NULL || stoa__byte_of(&source->repeat) != 0;
    if (step == 1 && alike)
        stoa__bits_fill(validity, row, count, stoa__source_has(source, 0));
    else if (step == 1 && first % 8 == 0)
        stoa__bits_of_bytes_move(validity, row, source->validity + first / 8, count);
    else
        for (size_t i = 0; i < count; i++)
            stoa__bit_put(validity, row + (size_t)((ptrdiff_t)i * step),
                          stoa__source_has(source, first + i));
}

stoa_status stoa__source_enter(const stoa__table *table, const stoa_source *source, size_t count,
                               stoa_handle *handles, ptrdiff_t step, stoa_error *error)
{
    const char *in = source->data;
    ptrdiff_t stride = stoa__source_stride(source);
    for (size_t i = 0; i < count; i++, in += stride) {
        void *object;
        memcpy(&object, in, sizeof object);
        stoa_status status =
            stoa__pool_enter(table->pool, object, &handles[(ptrdiff_t)i * step], error);
        if (status == STOA_OK)
            continue;
        if (error != NULL)
            error->row = i;
        while (i-- > 0)
            stoa__pool_leave(table->pool, handles[(ptrdiff_t)i * step]);
        return status;
    }
    return STOA_OK;
}
