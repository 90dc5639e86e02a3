/* typed.c: what the code that STOA_RECORD generates calls.
 *
 * A typed table holds its fields, so that they can't be dropped or renamed, and shares the table
 * with its other owners by a count of references. It finds its fields by name each time, since it
 * keeps only the addresses of the columns. */
#include <stoa/record.h>

#include "store/append.h"

static stoa_status find(const stoa_table *table, const stoa_field *field, size_t *index,
                        stoa_error *error)
{
    stoa_status status = stoa_table_find_field(table, field->name, index, error);
    if (status != STOA_OK)
        return status;
    stoa_type type = (stoa_type)table->columns[*index].type;
    if (type != field->type)
        return stoa__fail(error, STOA_WRONG_TYPE,
                          "field '%s' is %s in the table, but %s in the record", field->name,
                          stoa_type_name(type),
                          stoa__type_exists(field->type) ? stoa_type_name(field->type) : "nothing");
    if (table->columns[*index].holds == UINT16_MAX)
        return stoa__fail(error, STOA_IN_USE, "field '%s' is held by %d typed tables already",
                          field->name, UINT16_MAX);
    return STOA_OK;
}

static void count_holds(stoa_table *table, const stoa_field *fields, size_t count, int change)
{
    for (size_t i = 0; i < count; i++) {
        size_t index;
        if (stoa_table_find_field(table, fields[i].name, &index, NULL) == STOA_OK &&
            table->columns[index].holds + change >= 0)
            table->columns[index].holds = (uint16_t)(table->columns[index].holds + change);
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
        columns[i] = table->columns[index].cells;
    }
    count_holds(table, fields, count, 1);
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
        stoa__whole(table)->references++;
    return status;
}

stoa_status stoa__typed_new(stoa_table **table, const stoa_field *fields, size_t count, size_t rows,
                            void **columns, stoa_error *error)
{
    const stoa_table_options options = {.rows = rows};
    stoa_table *made;
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_EACH(error, fields, count, .name);
    STOA__REQUIRE_ARGUMENT(error, columns);
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

stoa_status stoa__typed_append(stoa_table *table, const stoa_field *fields, size_t count,
                               const void *const *values, stoa_error *error)
{
    enum { MOST = 256 };
    uint32_t indices[MOST];
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_EACH(error, fields, count, .name);
    STOA__REQUIRE_EACH(error, values, count, );
    if (count > MOST)
        return stoa__fail(error, STOA_INVALID, "a typed table cannot have %zu fields", count);
    for (size_t i = 0; i < count; i++) {
        size_t index;
        stoa_status status = stoa_table_find_field(table, fields[i].name, &index, error);
        if (status != STOA_OK)
            return status;
        indices[i] = (uint32_t)index;
    }
    return stoa__table_append_pointers(stoa__whole(table), indices, count, values, error);
}
