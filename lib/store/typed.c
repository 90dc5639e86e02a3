/* typed.c: what the code that STOA_RECORD generates calls.
 *
 * A typed table holds its fields, so that they can't be dropped or renamed, and shares the table
 * with its other owners by a count of references. It finds its fields by name each time, since it
 * keeps only the addresses of the columns. */
#include <stoa/record.h>

#include "store/append.h"
#include "store/cell.h"
#include "store/describe.h"
#include "store/grow.h"

/* The first of the fields that a field of the record is. */
static stoa_status find_first(const stoa_table *table, const stoa_field *field, size_t *index,
                              stoa_error *error)
{
    stoa_vector vector;
    if (field->length == 0)
        return stoa_table_find_field(table, field->name, index, error);
    stoa_status status = stoa_table_find_vector(table, field->name, &vector, error);
    if (status != STOA_OK)
        return status;
    *index = vector.first;
    if (vector.length == field->length)
        return STOA_OK;
    return stoa__fail(error, STOA_WRONG_TYPE,
                      "vector '%s' has length %zu in the table, but %d in the record", field->name,
                      vector.length, (int)field->length);
}

static stoa_status find(const stoa_table *table, const stoa_field *field, size_t *index,
                        stoa_error *error)
{
    stoa_status status = find_first(table, field, index, error);
    if (status != STOA_OK)
        return status;
    stoa_type type = (stoa_type)table->columns[*index].type;
    if (type != field->type)
        return stoa__fail(error, STOA_WRONG_TYPE,
                          "field '%s' is %s in the table, but %s in the record", field->name,
                          stoa_type_name(type),
                          stoa__type_exists(field->type) ? stoa_type_name(field->type) : "nothing");
    const stoa__schema_field *described = &stoa__whole_const(table)->schema->fields[*index];
    if (described->unit != field->unit || (described->zone != NULL) != (field->zone != NULL)) {
        char text[STOA__TYPE_TEXT];
        return stoa__fail(
            error, STOA_WRONG_TYPE, "field '%s' is %s in the table, but the record says %s of %s",
            field->name, stoa__type_text(type, stoa__field_time(described), text),
            field->zone != NULL ? "utc" : stoa_type_name(type),
            stoa__unit_exists(field->unit) ? stoa__unit_name(field->unit) : "no unit");
    }
    bool is_nullable = stoa__schema_takes_null(described);
    if (is_nullable != ((field->flags & STOA_NULLABLE) != 0))
        return stoa__fail(error, STOA_WRONG_TYPE,
                          is_nullable ? "field '%s' is nullable in the table, but not in the "
                                        "record: write FIELD(nullable(%s), %s)"
                                      : "field '%s' takes no null in the table, but the record "
                                        "says nullable(%s) of %s",
                          field->name, stoa_type_name(type), field->name);
    if (table->columns[*index].holds == UINT16_MAX)
        return stoa__fail(error, STOA_IN_USE, "field '%s' is held by %d typed tables already",
                          field->name, UINT16_MAX);
    return STOA_OK;
}

static void count_holds(stoa_table *table, const stoa_field *fields, size_t count, int change)
{
    for (size_t i = 0; i < count; i++) {
        size_t index;
        if (find_first(table, &fields[i], &index, NULL) != STOA_OK)
            continue;
        for (size_t k = index; k < index + stoa__field_span(&fields[i]); k++)
            if (table->columns[k].holds + change >= 0)
                table->columns[k].holds = (uint16_t)(table->columns[k].holds + change);
    }
}

static stoa_status hold(stoa_table *table, const stoa_field *fields, size_t count, void **columns,
                        stoa_error *error)
{
    for (size_t i = 0; i < count; i++) {
        size_t index;
        stoa_status status = find(table, &fields[i], &index, error);
        if (status != STOA_OK)
            return status;
        for (size_t k = index; k < index + stoa__field_span(&fields[i]); k++)
            *columns++ = table->columns[k].cells;
        if (table->columns[index].validity != NULL)
            *columns++ = table->columns[index].validity;
    }
    count_holds(table, fields, count, 1);
    stoa__table_open(stoa__whole(table));
    return STOA_OK;
}

stoa_status stoa__typed_hold(stoa_table *table, const stoa_field *fields, size_t count,
                             void **columns, stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_EACH(error, fields, count, .name);
    STOA__REQUIRE_ARGUMENT(error, columns);
    stoa_status status = hold(table, fields, count, columns, error);
    if (status == STOA_OK)
        stoa__table_retain(table);
    return status;
}

stoa_status stoa__typed_new(stoa_table **table, const stoa_field *fields, size_t count, size_t rows,
                            void **columns, stoa_error *error)
{
    stoa_table_options options = {.rows = rows};
    stoa_table *made;
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_EACH(error, fields, count, .name);
    STOA__REQUIRE_ARGUMENT(error, columns);
    for (size_t i = 0; i < count; i++)
        options.ids = options.ids || fields[i].type == STOA_REFERENCE; /* to itself */
    stoa_status status = stoa_table_new(&made, fields, count, &options, error);
    if (status != STOA_OK)
        return status;
    status = hold(made, fields, count, columns, error);
    if (status == STOA_OK)
        *table = made;
    else
        stoa_table_free(made);
    return status;
}

void stoa__typed_release(stoa_table *table, const stoa_field *fields, size_t count)
{
    if (table == NULL || fields == NULL)
        return;
    count_holds(table, fields, count, -1);
    stoa_table_free(table);
}

/* For each component, where its value is and which field takes it. */
static stoa_status list_values(const stoa_table *table, const stoa_field *fields, size_t count,
                               const void *const *values, uint32_t *indices, const void **places,
                               stoa_error *error)
{
    for (size_t i = 0; i < count; i++) {
        size_t index;
        stoa_status status = find_first(table, &fields[i], &index, error);
        if (status != STOA_OK)
            return status;
        for (uint32_t k = 0; k < stoa__field_span(&fields[i]); k++) {
            *indices++ = (uint32_t)index + k;
            *places++ = values[i] == NULL
                            ? NULL
                            : (const char *)values[i] + k * stoa__width(fields[i].type);
        }
    }
    return STOA_OK;
}

stoa_status stoa__typed_append(stoa_table *table, const stoa_field *fields, size_t count,
                               const void *const *values, stoa_error *error)
{
    size_t all = 0;
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_EACH(error, fields, count, .name);
    STOA__REQUIRE_ARRAY(error, values, count);
    for (size_t i = 0; i < count; i++) {
        all += stoa__field_span(&fields[i]);
        if (values[i] == NULL && (fields[i].flags & STOA_NULLABLE) == 0) {
            stoa__say_null_among(error, __func__, "values", i, "");
            return STOA_INVALID;
        }
    }
    const void *few[64], **places = few;
    uint32_t indices_of_few[64], *indices = indices_of_few;
    if (all > 64) {
        places = stoa__allocate(all * (sizeof *places + sizeof *indices));
        indices = (uint32_t *)(void *)(places + all);
    }
    if (places == NULL)
        return stoa__fail_memory(error, all * (sizeof *places + sizeof *indices));
    stoa_status status = list_values(table, fields, count, values, indices, places, error);
    if (status == STOA_OK)
        status = stoa__table_append_pointers(stoa__whole(table), indices, all, places, error);
    if (places != few)
        stoa__release((void *)places);
    return status;
}
