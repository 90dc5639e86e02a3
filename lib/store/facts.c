/* facts.c: what a table tells of its rows, its fields and its pools. */
#include <string.h>

#include "store/cell.h"
#include "store/reference.h"
#include "store/table.h"

size_t stoa_table_rows(const stoa_table *table)
{
    return table == NULL ? 0 : table->rows;
}

size_t stoa_table_max_rows(const stoa_table *table)
{
    return table == NULL ? 0 : stoa__whole_const(table)->max_rows;
}

size_t stoa_table_capacity(const stoa_table *table)
{
    return table == NULL ? 0 : stoa__whole_const(table)->capacity;
}

size_t stoa_table_row_bytes(const stoa_table *table)
{
    return table == NULL ? 0 : stoa__whole_const(table)->schema->row_bytes;
}

size_t stoa_table_field_count(const stoa_table *table)
{
    return table == NULL ? 0 : table->field_count;
}

size_t stoa_table_field_limit(const stoa_table *table)
{
    return table == NULL ? 0 : table->field_limit;
}

const char *stoa_table_field_name(const stoa_table *table, size_t field)
{
    if (table == NULL || !stoa__field_exists(table, field))
        return NULL;
    return stoa__whole_const(table)->schema->fields[field].name;
}

stoa_type stoa_table_field_type(const stoa_table *table, size_t field)
{
    if (table == NULL || field >= table->field_limit)
        return STOA_NO_TYPE;
    return (stoa_type)table->columns[field].type;
}

uint32_t stoa_table_field_flags(const stoa_table *table, size_t field)
{
    if (table == NULL || !stoa__field_exists(table, field))
        return 0;
    return stoa__whole_const(table)->schema->fields[field].flags;
}

const char *const *stoa_table_field_labels(const stoa_table *table, size_t field, size_t *count)
{
    bool exists = table != NULL && stoa__field_exists(table, field);
    const stoa__schema_field *described =
        exists ? &stoa__whole_const(table)->schema->fields[field] : NULL;
    if (count != NULL)
        *count = exists ? described->label_count : 0;
    return exists ? described->labels : NULL;
}

stoa_unit stoa_table_field_unit(const stoa_table *table, size_t field)
{
    if (table == NULL || !stoa__field_exists(table, field))
        return STOA_NO_UNIT;
    return (stoa_unit)stoa__whole_const(table)->schema->fields[field].unit;
}

const char *stoa_table_field_zone(const stoa_table *table, size_t field)
{
    if (table == NULL || !stoa__field_exists(table, field))
        return NULL;
    const stoa__zone *zone = stoa__whole_const(table)->schema->fields[field].zone;
    return zone == NULL ? NULL : zone->name;
}

stoa_table *stoa_table_field_target(const stoa_table *table, size_t field)
{
    if (table == NULL || !stoa__field_exists(table, field) ||
        table->columns[field].type != STOA_REFERENCE)
        return NULL;
    stoa__table *target = stoa__target_of_field(stoa__whole_const(table), field);
    return target == NULL ? NULL : &target->head;
}

stoa_on_remove stoa_table_field_on_remove(const stoa_table *table, size_t field)
{
    if (table == NULL || !stoa__field_exists(table, field))
        return STOA_ON_REMOVE_DEFAULT;
    return (stoa_on_remove)stoa__whole_const(table)->schema->fields[field].on_remove;
}

stoa_status stoa_table_field_initial(const stoa_table *table, size_t field, stoa_value *initial)
{
    STOA__REQUIRE_ARGUMENT(NULL, table);
    STOA__REQUIRE_ARGUMENT(NULL, initial);
    if (!stoa__field_exists(table, field))
        return STOA_NO_FIELD;
    const stoa__schema_field *described = &stoa__whole_const(table)->schema->fields[field];
    if (described->type == STOA_OBJECT)
        *initial = stoa_object_value(described->object);
    else if (described->type == STOA_STRING)
        *initial = stoa_string_value(described->string);
    else
        *initial = stoa__field_value(described, described->initial.bytes);
    initial->is_null = stoa__schema_begins_null(described) || described->type == STOA_REFERENCE;
    return STOA_OK;
}

stoa_status stoa_table_find_field(const stoa_table *table, const char *name, size_t *field,
                                  stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_ARGUMENT(error, name);
    STOA__REQUIRE_ARGUMENT(error, field);
    const stoa__schema *schema = stoa__whole_const(table)->schema;
    uint32_t found = stoa__schema_find(schema, name, strlen(name));
    if (found == STOA__NO_FIELD)
        return stoa__schema_no_field(schema, name, error);
    *field = found;
    return STOA_OK;
}

static stoa_vector describe_vector(const stoa_table *table, const stoa__schema_field *entry)
{
    const stoa_column *columns = &table->columns[entry->vector];
    return (stoa_vector){.name = entry->name,
                         .type = (stoa_type)entry->type,
                         .first = entry->vector,
                         .length = entry->components,
                         .distance = (size_t)((char *)columns[1].cells - (char *)columns[0].cells)};
}

stoa_status stoa_table_find_vector(const stoa_table *table, const char *name, stoa_vector *vector,
                                   stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_ARGUMENT(error, name);
    STOA__REQUIRE_ARGUMENT(error, vector);
    size_t field;
    const stoa__schema *schema = stoa__whole_const(table)->schema;
    const stoa__schema_field *entry = stoa__schema_find_vector(schema, name, strlen(name));
    if (entry == NULL && stoa_table_find_field(table, name, &field, error) == STOA_OK)
        return stoa__fail(error, STOA_NO_FIELD, "field '%s' is no vector", name);
    if (entry == NULL)
        return STOA_NO_FIELD;
    *vector = describe_vector(table, entry);
    return STOA_OK;
}

stoa_status stoa_table_field_vector(const stoa_table *table, size_t field, stoa_vector *vector)
{
    STOA__REQUIRE_ARGUMENT(NULL, table);
    STOA__REQUIRE_ARGUMENT(NULL, vector);
    const stoa__schema *schema = stoa__whole_const(table)->schema;
    if (!stoa__field_exists(table, field) || schema->fields[field].components == 0)
        return STOA_NO_FIELD;
    *vector = describe_vector(table, &schema->fields[schema->fields[field].vector]);
    return STOA_OK;
}

stoa_pool *stoa_table_pool(const stoa_table *table)
{
    return table == NULL ? NULL : stoa__whole_const(table)->pool;
}

stoa_string_pool *stoa_table_strings(const stoa_table *table)
{
    return table == NULL ? NULL : table->strings;
}
