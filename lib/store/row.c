/* row.c: checked reads and writes of single cells, by name and by index.
 *
 * The inline functions of row.h handle equal types; all other cases come here and convert by the
 * rules of type.c. */
#include <stoa/row.h>

#include <string.h>

#include "store/cell.h"
#include "store/lock.h"
#include "store/reference.h"

static stoa_value read_cell(const stoa__table *table, uint32_t field, size_t row)
{
    const void *cell = stoa__cell_at(table, field, row);
    if (!stoa__is_valid(table, field, row))
        return (stoa_value){.type = (stoa_type)table->head.columns[field].type, .is_null = true};
    if (table->head.columns[field].type == STOA_REFERENCE)
        return stoa__reference_value(table, field, row);
    if (stoa__is_object(table, field))
        return stoa_object_value(stoa_pool_get(table->pool, *(const stoa_handle *)cell));
    if (stoa__is_string(table, field))
        return stoa_string_value(stoa__string_of(table->head.strings, *(const stoa_handle *)cell));
    return stoa__field_value(&table->schema->fields[field], cell);
}

static stoa_status write_object(stoa__table *table, uint32_t field, size_t row, void *object,
                                stoa_error *error)
{
    stoa_pool *pool = table->pool;
    stoa_handle handle, *cell = (stoa_handle *)(void *)stoa__cell_at(table, field, row);
    stoa_status status = stoa__pool_enter(pool, object, &handle, error);
    if (status != STOA_OK)
        return status;
    stoa__pool_leave(pool, *cell);
    *cell = handle;
    stoa__column_written(table, field);
    stoa__pool_release_pending(pool);
    return STOA_OK;
}

static void write_null(stoa__table *table, uint32_t field, size_t row)
{
    memset(stoa__cell_at(table, field, row), 0, stoa__column_width(table, field));
    stoa__bit_put(table->head.columns[field].validity, row, false);
    stoa__column_written(table, field);
}

static stoa_status write_string(stoa__table *table, uint32_t field, size_t row,
                                const stoa_string *string, stoa_error *error)
{
    stoa_handle handle;
    stoa_status status =
        stoa__strings_intern(table->head.strings, string, 0, 1, &handle,
                             (stoa__place){table->schema->fields[field].name, 0}, error);
    if (status != STOA_OK)
        return status;
    *(stoa_handle *)(void *)stoa__cell_at(table, field, row) = handle;
    if (table->head.columns[field].validity != NULL)
        stoa__bit_put(table->head.columns[field].validity, row, true);
    stoa__column_written(table, field);
    return STOA_OK;
}

static stoa_status write_reference(stoa__table *table, uint32_t field, size_t row,
                                   const stoa_value *value, stoa_error *error)
{
    uint64_t id;
    stoa_status status = stoa__reference_convert(table, field, value, row, &id, error);
    if (status != STOA_OK)
        return status;
    ((uint64_t *)table->head.columns[field].cells)[row] = id;
    stoa__column_written(table, field);
    return STOA_OK;
}

static stoa_status write_cell(stoa__table *table, uint32_t field, size_t row,
                              const stoa_value *value, stoa_error *error)
{
    stoa_type type = (stoa_type)table->head.columns[field].type;
    if (type == STOA_REFERENCE)
        return write_reference(table, field, row, value, error);
    if (type == STOA_OBJECT && value->type == STOA_OBJECT && !stoa__is_null(value))
        return write_object(table, field, row, value->object, error);
    if (stoa__is_null(value) && table->head.columns[field].validity != NULL) {
        write_null(table, field, row);
        return STOA_OK;
    }
    if (type == STOA_STRING && value->type == STOA_STRING && !stoa__is_null(value))
        return write_string(table, field, row, &value->string, error);
    stoa__cell cell;
    const stoa__schema_field *described = &table->schema->fields[field];
    stoa_status status = STOA_WRONG_TYPE;
    if (!stoa__has_handles(type))
        status = stoa__field_convert(described, value, cell.bytes);
    if (status != STOA_OK)
        return stoa__field_refuse(described, value, status, row, error);
    memcpy(stoa__cell_at(table, field, row), cell.bytes, stoa__width(type));
    if (table->head.columns[field].validity != NULL)
        stoa__bit_put(table->head.columns[field].validity, row, true);
    stoa__column_written(table, field);
    return STOA_OK;
}

static stoa_status check(stoa_row row, size_t field, stoa_error *error)
{
    stoa_status status = stoa__check_row(row.table, row.index, error);
    return status == STOA_OK ? stoa__check_field(row.table, field, error) : status;
}

stoa_status stoa_row_get(stoa_row row, size_t field, stoa_value *value, stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, row.table);
    STOA__REQUIRE_ARGUMENT(error, value);
    stoa_status status = check(row, field, error);
    if (status == STOA_OK)
        *value = read_cell(stoa__whole(row.table), (uint32_t)field, row.index);
    return status;
}

stoa_status stoa_row_set(stoa_row row, size_t field, stoa_value value, stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, row.table);
    stoa__table *table = stoa__whole(row.table);
    stoa_status status = check(row, field, error);
    if (status == STOA_OK)
        status = stoa__check_writable(table, (uint32_t)field, error);
    return status == STOA_OK ? write_cell(table, (uint32_t)field, row.index, &value, error)
                             : status;
}

/* The index of a name, or field_limit, which every check refuses. */
static inline size_t field_named(stoa_row row, const char *name)
{
    uint32_t field = stoa__schema_find(stoa__whole(row.table)->schema, name, strlen(name));
    return field == STOA__NO_FIELD ? row.table->field_limit : field;
}

stoa_status stoa_row_is_null(stoa_row row, const char *field_name, bool *is_null)
{
    STOA__REQUIRE_ARGUMENT(NULL, row.table);
    STOA__REQUIRE_ARGUMENT(NULL, field_name);
    STOA__REQUIRE_ARGUMENT(NULL, is_null);
    size_t field = field_named(row, field_name);
    stoa_status status = check(row, field, NULL);
    if (status != STOA_OK)
        return status;
    const stoa__table *table = stoa__whole(row.table);
    size_t found;
    if (row.table->columns[field].type == STOA_REFERENCE)
        *is_null = !stoa__reference_find(table, (uint32_t)field, row.index, &found);
    else
        *is_null = !stoa__is_valid(table, (uint32_t)field, row.index);
    return STOA_OK;
}

stoa_status stoa_row_set_null(stoa_row row, const char *field_name)
{
    STOA__REQUIRE_ARGUMENT(NULL, row.table);
    STOA__REQUIRE_ARGUMENT(NULL, field_name);
    return stoa_row_set(row, field_named(row, field_name), stoa_null_value(), NULL);
}

/* A count, in the unit of the field. */
static void give_unit(stoa_row row, size_t field, stoa_value *value)
{
    if (!stoa__is_time(value->type) || row.table == NULL || !stoa__field_exists(row.table, field))
        return;
    const stoa__schema_field *described = &stoa__whole(row.table)->schema->fields[field];
    value->unit = described->unit;
    value->is_zoned = described->zone != NULL;
}

/* What was read, as a value of a type; a time is a count in the unit of its field. */
static stoa_status take(const stoa_value *read, stoa_type type, void *value)
{
    if (type == STOA_REFERENCE && read->type == type) {
        memcpy(value, &read->row, sizeof read->row);
        return STOA_OK;
    }
    if (type == STOA_UINT64 && read->type == STOA_REFERENCE) {
        uint64_t id = stoa_row_id(read->row);
        memcpy(value, &id, sizeof id);
        return STOA_OK;
    }
    if (!stoa__is_time(type) && !stoa__is_time(read->type))
        return stoa__convert_value(type, read, value);
    if (type != read->type)
        return STOA_WRONG_TYPE;
    memcpy(value, &read->int64, stoa__width(type)); /* little-endian: the low bytes */
    return STOA_OK;
}

/* Stores a reference where nothing is in the way; false: stoa_row_set() says what is, or stores. */
static inline bool refer(stoa_row row, size_t field, const void *to)
{
    if (row.table == NULL || row.index >= row.table->rows || !stoa__field_exists(row.table, field))
        return false;
    stoa_column *column = &row.table->columns[field];
    const stoa__table *table = stoa__whole(row.table);
    stoa_row target;
    memcpy(&target, to, sizeof target);
    if (column->type != STOA_REFERENCE || column->locked != 0)
        return false;
    bool is_own =
        target.table != NULL && stoa__target_of_field(table, field) == stoa__whole(target.table);
    uint64_t id = is_own ? stoa_row_id(target) : 0;
    if (id == 0 &&
        (target.table != NULL || !stoa__schema_takes_null(&table->schema->fields[field])))
        return false;
    ((uint64_t *)column->cells)[row.index] = id;
    column->version++;
    return true;
}

#define ROW(NAME, name, cell, value_type, member)                                            \
    stoa_status stoa__row_get_##name##_slow(stoa_row row, size_t field, value_type *value)   \
    {                                                                                        \
        stoa_value any;                                                                      \
        STOA__REQUIRE_ARGUMENT(NULL, value);                                                 \
        stoa_status status = stoa_row_get(row, field, &any, NULL);                           \
        if (status == STOA_OK && any.is_null)                                                \
            return STOA_NULL;                                                                \
        return status == STOA_OK ? take(&any, STOA_##NAME, value) : status;                  \
    }                                                                                        \
    stoa_status stoa__row_set_##name##_slow(stoa_row row, size_t field, value_type value)    \
    {                                                                                        \
        if (STOA_##NAME == STOA_REFERENCE && refer(row, field, &value))                      \
            return STOA_OK;                                                                  \
        stoa_value any = {.type = STOA_##NAME};                                              \
        any.member = value;                                                                  \
        give_unit(row, field, &any);                                                         \
        return stoa_row_set(row, field, any, NULL);                                          \
    }                                                                                        \
    stoa_status stoa_row_get_##name(stoa_row row, const char *field_name, value_type *value) \
    {                                                                                        \
        STOA__REQUIRE_ARGUMENT(NULL, row.table);                                             \
        STOA__REQUIRE_ARGUMENT(NULL, field_name);                                            \
        STOA__REQUIRE_ARGUMENT(NULL, value);                                                 \
        return stoa_row_get_##name##_at(row, field_named(row, field_name), value);           \
    }                                                                                        \
    stoa_status stoa_row_set_##name(stoa_row row, const char *field_name, value_type value)  \
    {                                                                                        \
        STOA__REQUIRE_ARGUMENT(NULL, row.table);                                             \
        STOA__REQUIRE_ARGUMENT(NULL, field_name);                                            \
        return stoa_row_set_##name##_at(row, field_named(row, field_name), value);           \
    }
STOA_TYPES(ROW)
#undef ROW
