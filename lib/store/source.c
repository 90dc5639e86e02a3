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
    if ((source->reserved[0] | source->reserved[1]) != 0)
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
    return stoa__source_check_array(source, count, error);
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
