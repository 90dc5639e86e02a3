/* arrow.c: reading arrays of Arrow byte by byte. */
#include "arrow.h"

#include <stdlib.h>

/* ---- reading ---- */

static bool bit_of(const void *bits, size_t at)
{
    return (((const uint8_t *)bits)[at / 8] >> at % 8 & 1) != 0;
}

static size_t width_of(const char *format)
{
    static const char letters[] = "csilCSILfg";
    static const uint8_t widths[] = {1, 2, 4, 8, 1, 2, 4, 8, 4, 8};
    const char *letter = strchr(letters, format[0]);
    if (format[0] == 't')
        return strcmp(format, "tdD") == 0 ? 4 : 8;
    ck_assert_msg(letter != NULL, "format %s", format);
    return widths[letter - letters];
}

static stoa_value number_at(const char *format, const void *data, size_t at)
{
    size_t width = width_of(format);
    const char *cell = (const char *)data + at * width;
    int64_t whole = 0;
    uint64_t bits = 0;
    float single;
    double real;
    memcpy(&bits, cell, width);
    whole = (int64_t)(bits << (64 - width * 8)) >> (64 - width * 8);
    memcpy(&single, cell, sizeof single);
    if (format[0] == 'f')
        return stoa_float64_value(single);
    if (format[0] == 'g') {
        memcpy(&real, cell, sizeof real);
        return stoa_float64_value(real);
    }
    bool is_unsigned = strchr("CSIL", format[0]) != NULL;
    return is_unsigned ? stoa_uint64_value(bits) : stoa_int64_value(whole);
}

static stoa_value text_at(const char *format, const struct ArrowArray *array, size_t at)
{
    const int32_t *narrow = array->buffers[1];
    const int64_t *wide = array->buffers[1];
    bool is_large = format[0] == 'U';
    int64_t first = is_large ? wide[at] : narrow[at],
            end = is_large ? wide[at + 1] : narrow[at + 1];
    ck_assert(0 <= first && first <= end);
    return stoa_string_value(
        (stoa_string){(const char *)array->buffers[2] + first, (size_t)(end - first)});
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the types */
stoa_value arrow_value(const struct ArrowSchema *schema, const struct ArrowArray *array,
                       size_t place, size_t component)
{
    const char *format = schema->format;
    ck_assert(place < (size_t)array->length && array->offset == 0);
    if (array->null_count > 0 && !bit_of(array->buffers[0], place))
        return stoa_null_value();
    if (format[0] == '+') {
        size_t length = (size_t)atoi(format + strlen("+w:"));
        return arrow_value(schema->children[0], array->children[0], place * length + component, 0);
    }
    if (format[0] == 'u' || format[0] == 'U')
        return text_at(format, array, place);
    if (format[0] == 'b')
        return stoa_boolean_value(bit_of(array->buffers[1], place));
    stoa_value value = number_at(format, array->buffers[1], place);
    return schema->dictionary == NULL
               ? value
               : arrow_value(schema->dictionary, array->dictionary, (size_t)value.uint64, 0);
}

bool arrow_equals(stoa_value value, stoa_value cell, const char *const *labels)
{
    if (value.is_null || cell.is_null)
        return value.is_null == cell.is_null;
    if (labels != NULL)
        cell = stoa_string_value((stoa_string){labels[cell.uint64], strlen(labels[cell.uint64])});
    if (cell.type == STOA_STRING)
        return value.type == STOA_STRING && value.string.length == cell.string.length &&
               (cell.string.length == 0 ||
                memcmp(value.string.bytes, cell.string.bytes, cell.string.length) == 0);
    if (cell.type == STOA_BOOL)
        return value.type == STOA_BOOL && value.boolean == cell.boolean;
    return memcmp(&value.uint64, &cell.uint64, sizeof cell.uint64) == 0; /* NaN, too */
}

/* ---- what exports promise ---- */

static void check_nulls(const struct ArrowSchema *schema, const struct ArrowArray *array)
{
    int64_t nulls = 0;
    for (size_t i = 0; array->buffers[0] != NULL && i < (size_t)array->length; i++)
        nulls += !bit_of(array->buffers[0], i);
    ck_assert_int_eq(array->null_count, nulls);
    ck_assert(nulls == 0 || (schema->flags & ARROW_FLAG_NULLABLE) != 0);
    for (size_t i = 0; nulls > 0 && i < (size_t)array->length; i++) {
        if (bit_of(array->buffers[0], i))
            continue;
        if (schema->format[0] == 'u' || schema->format[0] == 'U')
            ck_assert_uint_eq(text_at(schema->format, array, i).string.length, 0);
        else if (schema->format[0] == 'b')
            ck_assert(!bit_of(array->buffers[1], i));
        else
            ck_assert_uint_eq(number_at(schema->format, array->buffers[1], i).uint64, 0);
    }
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the types */
static void check_dictionary(const struct ArrowSchema *schema, const struct ArrowArray *array)
{
    ck_assert_ptr_nonnull(array->dictionary);
    arrow_check(schema->dictionary, array->dictionary);
    for (size_t i = 0; i < (size_t)array->length; i++)
        ck_assert(number_at(schema->format, array->buffers[1], i).uint64 <
                  (uint64_t)array->dictionary->length);
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the types */
void arrow_check(const struct ArrowSchema *schema, const struct ArrowArray *array)
{
    const char *format = schema->format;
    ck_assert(array->release != NULL);
    ck_assert(array->length >= 0 && array->offset == 0);
    ck_assert_int_eq(array->n_children, schema->n_children);
    ck_assert_int_eq(array->n_buffers, format[0] == '+'                       ? 1
                                       : format[0] == 'u' || format[0] == 'U' ? 3
                                                                              : 2);
    for (int64_t i = 1; i < array->n_buffers; i++)
        ck_assert(array->buffers[i] != NULL);
    if (strchr("+uUb", format[0]) == NULL) /* what is lent begins at any cell */
        ck_assert((uintptr_t)array->buffers[1] % width_of(format) == 0);
    if (format[0] == '+')
        ck_assert(array->null_count == 0 && array->buffers[0] == NULL);
    else
        check_nulls(schema, array);
    if (schema->dictionary != NULL)
        check_dictionary(schema, array);
    size_t each = format[1] == 'w' ? (size_t)atoi(format + strlen("+w:")) : 1;
    for (int64_t i = 0; i < schema->n_children; i++) {
        ck_assert_int_eq(array->children[i]->length, array->length * (int64_t)each);
        arrow_check(schema->children[i], array->children[i]);
    }
}

/* ---- comparing ---- */

void arrow_compare(const stoa_table *table, size_t field, const struct ArrowSchema *schema,
                   const struct ArrowArray *array, const size_t *rows)
{
    stoa_vector vector = {.length = 1};
    bool is_vector = stoa_table_field_vector(table, field, &vector) == STOA_OK;
    const char *const *labels = stoa_table_field_labels(table, field, NULL);
    ck_assert_str_eq(schema->name, is_vector ? vector.name : stoa_table_field_name(table, field));
    for (size_t i = 0; i < (size_t)array->length; i++) {
        for (size_t k = 0; k < vector.length; k++) {
            stoa_value cell, value = arrow_value(schema, array, i, k);
            PASSES(stoa_row_get(stoa_table_row((stoa_table *)(uintptr_t)table, rows[i]), field + k,
                                &cell, &trouble));
            ck_assert_msg(arrow_equals(value, cell, labels), "row %zu of %s", rows[i],
                          schema->name);
        }
    }
}

void arrow_compare_all(const stoa_table *table, const struct ArrowSchema *schema,
                       const struct ArrowArray *array, const size_t *rows)
{
    int64_t child = 0;
    arrow_check(schema, array);
    for (size_t field = 0; field < stoa_table_field_limit(table); child++) {
        stoa_vector vector = {.length = 1};
        bool is_vector = stoa_table_field_vector(table, field, &vector) == STOA_OK;
        arrow_compare(table, field, schema->children[child], array->children[child], rows);
        field += is_vector ? vector.length : 1;
    }
    ck_assert_int_eq(child, schema->n_children);
}

/* ---- tables ---- */

static const char *const colors[] = {"RED", "GREEN", "", "BL\xc3\x9c"};

#define TWICE(title, ...)                                             \
    {.name = (title), __VA_ARGS__},                                   \
    {                                                                 \
        .name = title " or null", .flags = STOA_NULLABLE, __VA_ARGS__ \
    }

stoa_table *arrow_table(size_t rows, dice *d)
{
    stoa_table *table =
        TABLE(OPTIONS(.rows = rows), TWICE("bool", .type = STOA_BOOL),
              TWICE("int8", .type = STOA_INT8), TWICE("int16", .type = STOA_INT16),
              TWICE("int32", .type = STOA_INT32), TWICE("int64", .type = STOA_INT64),
              TWICE("uint8", .type = STOA_UINT8), TWICE("uint16", .type = STOA_UINT16),
              TWICE("uint32", .type = STOA_UINT32), TWICE("uint64", .type = STOA_UINT64),
              TWICE("float32", .type = STOA_FLOAT32), TWICE("float64", .type = STOA_FLOAT64),
              TWICE("string", .type = STOA_STRING), TWICE("date", .type = STOA_DATE),
              TWICE("t", .type = STOA_TIMESTAMP, .unit = STOA_NANOSECOND),
              TWICE("z", .type = STOA_TIMESTAMP, .unit = STOA_MILLISECOND, .zone = "+02:00"),
              TWICE("d", .type = STOA_DURATION, .unit = STOA_SECOND),
              TWICE("color", .type = STOA_UINT8, .labels = colors, .label_count = 4),
              TWICE("wide", .type = STOA_UINT16, .labels = colors, .label_count = 3),
              {.name = "v", .type = STOA_FLOAT32, .length = 3},
              {.name = "flags", .type = STOA_BOOL, .length = 5});
    arrow_fill(table, 0, d);
    return table;
}

static stoa_value random_value(const stoa_table *table, size_t field, dice *d)
{
    static const char text[] = "na\xc3\xafve 0123456789 the quick brown fox";
    size_t labels;
    stoa_type type = stoa_table_field_type(table, field);
    uint64_t any = dice_roll(d);
    if ((stoa_table_field_flags(table, field) & STOA_NULLABLE) != 0 && dice_below(d, 3) == 0)
        return stoa_null_value();
    if (stoa_table_field_labels(table, field, &labels) != NULL)
        return stoa_uint64_value(any % labels);
    if (type == STOA_STRING)
        return stoa_string_value((stoa_string){text + 4, any % (sizeof text - 4)});
    if (type == STOA_BOOL)
        return stoa_boolean_value(any % 2 == 1);
    if (type == STOA_FLOAT32 || type == STOA_FLOAT64)
        return stoa_float64_value((double)(float)(int64_t)any);
    int bits = (int)stoa_type_width(type) * 8;
    if (type >= STOA_UINT8 && type <= STOA_UINT64)
        return stoa_uint64_value(any >> (64 - bits));
    if (type == STOA_DATE)
        return stoa_date_value((int32_t)(any % 100000) - 50000);
    stoa_unit unit = stoa_table_field_unit(table, field);
    if (type == STOA_TIMESTAMP && stoa_table_field_zone(table, field) != NULL)
        return stoa_zoned_value((int64_t)any >> 24, unit);
    if (type == STOA_TIMESTAMP)
        return stoa_timestamp_value((int64_t)any >> 8, unit);
    if (type == STOA_DURATION)
        return stoa_duration_value((int64_t)any >> 1, unit);
    return stoa_int64_value((int64_t)any >> (64 - bits));
}

void arrow_fill(stoa_table *table, size_t first, dice *d)
{
    for (size_t row = first; row < stoa_table_rows(table); row++)
        for (size_t i = 0; i < stoa_table_field_limit(table); i++)
            PASSES(
                stoa_row_set(stoa_table_row(table, row), i, random_value(table, i, d), &trouble));
}
