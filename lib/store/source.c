/* source.c: checking what callers hand over as arrays. */
#include "store/source.h"

#include <inttypes.h>
#include <string.h>

#include "base/bits.h"
#include "store/cell.h"
#include "store/convert.h"
#include "store/labels.h"
#include "store/reference.h"

stoa_status stoa__source_check_array(const stoa_source *source, size_t count, stoa_error *error)
{
    ptrdiff_t stride = stoa__source_stride(source);
    size_t apart = stride < 0 ? (size_t)0 - (size_t)stride : (size_t)stride;
    size_t step = apart > sizeof(stoa_string) ? apart : sizeof(stoa_string);
    uintptr_t room = stride < 0 ? (uintptr_t)source->data : UINTPTR_MAX - (uintptr_t)source->data;
    if (source->reserved[0] != 0)
        return stoa__fail(error, STOA_INVALID, "stoa_source.reserved must be zero");
    if (stoa__byte_of(&source->repeat) > 1)
        return stoa__fail(error, STOA_INVALID, "stoa_source.repeat is neither true nor false");
    if (source->strings != NULL && source->type != STOA_STRING)
        return stoa__fail(error, STOA_INVALID, "stoa_source.strings is only for strings");
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

/* A unit where the type has one, and nowhere else. */
static stoa_status check_unit(const stoa_source *source, stoa_error *error)
{
    bool has_unit = source->type == STOA_TIMESTAMP || source->type == STOA_DURATION;
    unsigned char zoned = stoa__byte_of(&source->is_zoned);
    if (has_unit && !stoa__unit_exists(source->unit))
        return stoa__fail(error, STOA_INVALID, "values of %s need stoa_source.unit",
                          stoa_type_name(source->type));
    if (!has_unit && source->unit != STOA_NO_UNIT)
        return stoa__fail(error, STOA_INVALID, "values of %s take no stoa_source.unit",
                          stoa_type_name(source->type));
    if (zoned > (source->type == STOA_TIMESTAMP))
        return stoa__fail(error, STOA_INVALID,
                          "stoa_source.is_zoned is neither true nor false, or set for values of %s",
                          stoa_type_name(source->type));
    return STOA_OK;
}

static bool takes(const stoa__schema_field *field, const stoa_source *source)
{
    if (stoa__has_handles((stoa_type)field->type))
        return source->type == (stoa_type)field->type;
    if (stoa__is_time((stoa_type)field->type))
        return stoa__times_match(stoa__field_time(field), source->type, source->is_zoned);
    if (field->type == STOA_REFERENCE)
        return source->type == STOA_REFERENCE || source->type == STOA_UINT64 ||
               source->type == STOA_INT64;
    return stoa__convertible((stoa_type)field->type, source->type);
}

static stoa_value value_at(const stoa_source *source, size_t position)
{
    stoa__cell cell = {0};
    const char *at = (const char *)source->data + (ptrdiff_t)position * stoa__source_stride(source);
    memcpy(cell.bytes, at, stoa__width(source->type));
    if (source->type == STOA_BOOL && cell.bytes[0] > 1) /* a byte that is no bool: show it */
        return stoa_uint64_value(cell.bytes[0]);
    if (stoa__is_time(source->type)) {
        stoa__schema_field field = {.type = (uint8_t)source->type, .unit = source->unit};
        return stoa__field_value(&field, cell.bytes);
    }
    return stoa__cell_value(source->type, cell.bytes);
}

/* Whether each value is the number of a label, where the field has labels. */
static stoa_status check_labels(const stoa__schema_field *field, const stoa_source *source,
                                size_t count, stoa_error *error)
{
    size_t values = stoa__byte_of(&source->repeat) != 0 && count > 0 ? 1 : count;
    for (size_t i = 0; stoa__has_labels(field) && i < values; i++) {
        stoa__cell cell;
        if (!stoa__source_has(source, i))
            continue;
        stoa_value value = value_at(source, i);
        stoa_status status = stoa__field_convert(field, &value, cell.bytes);
        if (status != STOA_OK)
            return stoa__field_refuse(field, &value, status, i, error);
    }
    return STOA_OK;
}

stoa_status stoa__source_check(const stoa__table *table, uint32_t field, const stoa_source *source,
                               size_t count, stoa_error *error)
{
    const stoa__schema_field *described = &table->schema->fields[field];
    const char *name = described->name;
    char text[STOA__TYPE_TEXT];
    if (!stoa__type_exists(source->type))
        return stoa__fail(error, STOA_WRONG_TYPE,
                          "the values for field '%s' have type %d, which does not exist", name,
                          (int)source->type);
    stoa_status status = check_unit(source, error);
    if (status != STOA_OK)
        return status;
    if (!takes(described, source))
        return stoa__fail(
            error, STOA_WRONG_TYPE, "field '%s' is %s and takes no values of %s%s", name,
            stoa__type_text((stoa_type)described->type, stoa__field_time(described), text),
            stoa_type_name(source->type),
            source->type != described->type ? ""
            : source->is_zoned              ? ", which are of UTC"
                                            : ", which belong to no zone");
    status = stoa__source_check_array(source, count, error);
    if (status != STOA_OK)
        return status;
    if (described->type == STOA_REFERENCE)
        return stoa__reference_check(table, field, source, count, error);
    if (table->head.columns[field].validity != NULL)
        return check_labels(described, source, count, error);
    size_t null = next_bit(source, 0, count, false);
    if (null == count)
        return check_labels(described, source, count, error);
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

stoa_status stoa__source_overflow(const stoa__table *table, uint32_t field,
                                  const stoa_source *source, size_t position, stoa_error *error)
{
    char text[40], type[STOA__TYPE_TEXT];
    const stoa__schema_field *described = &table->schema->fields[field];
    stoa_value value = value_at(source, position);
    stoa__print_value(&value, text, sizeof text);
    return stoa__fail_at(
        error, STOA_OVERFLOW, position, "value %zu for field '%s', %s, does not fit %s", position,
        described->name, text,
        stoa__type_text((stoa_type)described->type, stoa__field_time(described), type));
}

/* ---- values and nulls ---- */

/* The part of a source from a position on, for convert.h. */
static const void *data_at(const stoa_source *source, size_t position)
{
    return (const char *)source->data + (ptrdiff_t)position * stoa__source_stride(source);
}

static size_t check(const stoa_source *source, stoa__time to, size_t first, size_t count)
{
    const void *data = data_at(source, first);
    ptrdiff_t stride = stoa__source_stride(source);
    if (stoa__is_time((stoa_type)to.type))
        return stoa__times_check(to, source->unit, data, stride, count);
    return stoa__convert_check(stoa__cell_type((stoa_type)to.type), stoa__cell_type(source->type),
                               data, stride, count);
}

static size_t store(const stoa_source *source, stoa__time to, char *out, ptrdiff_t out_stride,
                    size_t first, size_t count)
{
    const void *data = data_at(source, first);
    ptrdiff_t stride = stoa__source_stride(source);
    if (stoa__is_time((stoa_type)to.type))
        return stoa__times_store(to, out, out_stride, source->unit, data, stride, count);
    return stoa__convert_store(stoa__cell_type((stoa_type)to.type), out, out_stride,
                               stoa__cell_type(source->type), data, stride, count);
}

static bool converts_always(const stoa_source *source, stoa__time to)
{
    return !stoa__is_time((stoa_type)to.type) &&
           stoa__converts_always(stoa__cell_type((stoa_type)to.type),
                                 stoa__cell_type(source->type));
}

size_t stoa__source_fit(const stoa_source *source, stoa__time to, size_t count)
{
    bool is_repeated = stoa__byte_of(&source->repeat) != 0;
    if (converts_always(source, to))
        return count;
    size_t from = next_bit(source, 0, count, true), end = count;
    for (; from < count; from = next_bit(source, end, count, true)) {
        end = next_bit(source, from, count, false);
        size_t values = is_repeated ? 1 : end - from;
        size_t fit = check(source, to, from, values);
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

static inline void zero_cell(char *cell, size_t width)
{
    if (width == 4)
        memset(cell, 0, 4);
    else if (width == 8)
        memset(cell, 0, 8);
    else
        memset(cell, 0, width);
}

/* Zeroes the cells of values that are null, of those from `first` on. */
static void zero_nulls(const stoa_source *source, char *out, ptrdiff_t stride, size_t width,
                       size_t first, size_t count)
{
    for (size_t i = 0; i < count; i += 64) {
        size_t some = count - i < 64 ? count - i : 64;
        uint64_t nulls = ~stoa__bits_of_bytes_get(source->validity, first + i, some);
        for (nulls &= UINT64_MAX >> (64 - some); nulls != 0; nulls &= nulls - 1)
            zero_cell(out + (ptrdiff_t)(i + (size_t)__builtin_ctzll(nulls)) * stride, width);
    }
}

/* Values that fit whatever they are, so that nulls are stored with them and zeroed while they are
 * in the cache. */
static void store_with_nulls(const stoa_source *source, stoa__time to, char *out,
                             ptrdiff_t out_stride, size_t first, size_t count)
{
    enum { BLOCK = 4096 };
    size_t width = stoa__width((stoa_type)to.type);
    for (size_t i = 0; i < count; i += BLOCK) {
        size_t some = count - i < BLOCK ? count - i : BLOCK;
        char *at = out + (ptrdiff_t)i * out_stride;
        store(source, to, at, out_stride, first + i, some);
        zero_nulls(source, at, out_stride, width, first + i, some);
    }
}

size_t stoa__source_store(const stoa_source *source, stoa__time to, char *out, ptrdiff_t out_stride,
                          size_t first, size_t count)
{
    size_t end = first + count, width = stoa__width((stoa_type)to.type);
    if (source->validity == NULL)
        return store(source, to, out, out_stride, first, count);
    if (converts_always(source, to) && stoa__byte_of(&source->repeat) == 0) {
        store_with_nulls(source, to, out, out_stride, first, count);
        return count;
    }
    for (size_t null, from = first; from < end; from = null) {
        null = next_bit(source, from, end, false);
        char *at = out + (ptrdiff_t)(from - first) * out_stride;
        size_t stored = store(source, to, at, out_stride, from, null - from);
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

/* ---- strings ---- */

static stoa_status check_handle(const stoa__table *table, uint32_t field, const stoa_source *source,
                                stoa_handle handle, size_t position, stoa_error *error)
{
    if (STOA__LIKELY(handle < source->strings->count))
        return STOA_OK;
    return stoa__fail_at(error, STOA_OUT_OF_RANGE, position,
                         "value %zu for field '%s' is handle %" PRIu32 ", but the pool has %zu "
                         "strings",
                         position, table->schema->fields[field].name, handle,
                         source->strings->count);
}

static stoa_status copy_handles(const stoa__table *table, uint32_t field, const stoa_source *source,
                                size_t first, size_t end, stoa_handle *handles, stoa_error *error)
{
    stoa_status status = STOA_OK;
    for (size_t i = first; status == STOA_OK && i < end; i++) {
        memcpy(&handles[i], data_at(source, i), sizeof *handles);
        status = check_handle(table, field, source, handles[i], i, error);
    }
    return status;
}

/* Handles of another pool become handles of the table's. Each different string is interned once.
 * map: 0 where that has not been done. */
static stoa_status map_handles(const stoa__table *table, uint32_t field, const stoa_source *source,
                               stoa_handle *map, size_t count, stoa_handle *handles,
                               stoa_error *error)
{
    for (size_t i = 0; i < count; i++) {
        stoa_handle *mapped = &map[handles[i]];
        if (*mapped == 0 && handles[i] != 0) {
            stoa_string string = stoa__string_of(source->strings, handles[i]);
            stoa__place at = {table->schema->fields[field].name, i};
            stoa_status status =
                stoa__strings_intern(table->head.strings, &string, 0, 1, mapped, at, error);
            if (status != STOA_OK)
                return status;
        }
        handles[i] = *mapped;
    }
    return STOA_OK;
}

static stoa_status change_pool(const stoa__table *table, uint32_t field, const stoa_source *source,
                               size_t count, stoa_handle *handles, stoa_error *error)
{
    size_t bytes = source->strings->count * sizeof(stoa_handle);
    stoa_handle *map = stoa__allocate_zeroed(bytes);
    if (map == NULL)
        return stoa__fail_memory(error, bytes);
    stoa_status status = map_handles(table, field, source, map, count, handles, error);
    stoa__release(map);
    return status;
}

/* Values from `first` to `end`, none of which is null. */
static stoa_status intern_run(const stoa__table *table, uint32_t field, const stoa_source *source,
                              size_t first, size_t end, stoa_handle *handles, stoa_error *error)
{
    ptrdiff_t stride = stoa__source_stride(source);
    size_t different = stride == 0 ? 1 : end - first;
    stoa__place at = {table->schema->fields[field].name, first};
    if (source->strings != NULL)
        return copy_handles(table, field, source, first, end, handles, error);
    stoa_status status = stoa__strings_intern(table->head.strings, data_at(source, first), stride,
                                              different, handles + first, at, error);
    for (size_t i = first + different; status == STOA_OK && i < end; i++)
        handles[i] = handles[first];
    return status;
}

stoa_status stoa__source_intern(const stoa__table *table, uint32_t field, const stoa_source *source,
                                size_t count, stoa_handle *handles, stoa_error *error)
{
    stoa_status status = STOA_OK;
    size_t from = next_bit(source, 0, count, true), end = 0;
    for (; status == STOA_OK && end < count; from = next_bit(source, end, count, true)) {
        memset(handles + end, 0, (from - end) * sizeof *handles);
        end = next_bit(source, from, count, false);
        if (from < end)
            status = intern_run(table, field, source, from, end, handles, error);
    }
    if (status == STOA_OK && source->strings != NULL && source->strings != table->head.strings)
        status = change_pool(table, field, source, count, handles, error);
    return status;
}
