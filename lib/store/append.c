/* append.c: new rows, at the end or in the middle, and rows that are replaced as a whole.
 *
 * Everything that can fail comes first: memory, conversion of the values, objects entering their
 * pool. Values for one row are converted into cells aside; whole columns are converted straight
 * into the cells beyond the table's end, which nobody reads until the number of rows grows. */
#include <string.h>

#include "store/append.h"
#include "store/cell.h"
#include "store/grow.h"
#include "store/ids.h"
#include "store/lock.h"
#include "store/reference.h"
#include "store/source.h"

/* ---- one row ---- */

typedef struct new_cell {
    stoa__cell cell; /* null: zero */
    bool is_null;
} new_cell;

/* One cell for each field index. */
typedef struct row_cells {
    new_cell few[16];
    new_cell *cells;
} row_cells;

static stoa_status make_cells(row_cells *row, const stoa__table *table, stoa_error *error)
{
    size_t count = table->head.field_limit;
    row->cells = count <= 16 ? row->few : stoa__allocate(count * sizeof *row->cells);
    if (row->cells == NULL)
        return stoa__fail_memory(error, count * sizeof *row->cells);
    return STOA_OK;
}

static void drop_cells(row_cells *row)
{
    if (row->cells != row->few)
        stoa__release(row->cells);
}

/* For an object field the pointer is stored for now, for a string field a pointer to the string
 * (NULL: null); enter makes them handles. */
static void default_cell(const stoa__table *table, uint32_t field, new_cell *made)
{
    const stoa__schema_field *described = &table->schema->fields[field];
    made->cell = described->initial;
    made->is_null = stoa__schema_begins_null(described);
    if (described->type == STOA_OBJECT)
        made->cell.bits = (uint64_t)(uintptr_t)described->object;
    if (described->type == STOA_STRING)
        made->cell.bits = (uint64_t)(uintptr_t)&described->string;
}

static stoa_status convert_cell(const stoa__table *table, uint32_t field, const stoa_value *value,
                                new_cell *made, stoa_error *error)
{
    const stoa__schema_field *described = &table->schema->fields[field];
    made->cell.bits = 0;
    made->is_null = false;
    if (described->type == STOA_REFERENCE)
        return stoa__reference_convert(table, field, value, 0, &made->cell.bits, error);
    made->is_null = stoa__is_null(value) && table->head.columns[field].validity != NULL;
    if (made->is_null)
        return STOA_OK;
    stoa_status status = STOA_WRONG_TYPE;
    if (described->type != STOA_STRING)
        status = stoa__field_convert(described, value, made->cell.bytes);
    else if (value->type == STOA_STRING && !stoa__is_null(value))
        made->cell.bits = (uint64_t)(uintptr_t)&value->string, status = STOA_OK;
    return status == STOA_OK ? STOA_OK : stoa__field_refuse(described, value, status, 0, error);
}

static stoa_status convert_values(const stoa__table *table, const stoa_value *values, size_t count,
                                  new_cell *cells, stoa_error *error)
{
    size_t used = 0;
    if (count > table->head.field_count)
        return stoa__fail(error, STOA_INVALID, "%zu values are given, but the table has %zu fields",
                          count, (size_t)table->head.field_count);
    STOA__EACH_FIELD (table, i) {
        stoa_status status = STOA_OK;
        if (used < count)
            status = convert_cell(table, i, &values[used++], &cells[i], error);
        else
            default_cell(table, i, &cells[i]);
        if (status != STOA_OK)
            return status;
    }
    return STOA_OK;
}

static stoa_status enter_strings(stoa__table *table, new_cell *cells, stoa_error *error)
{
    STOA__EACH_FIELD (table, i) {
        /* NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Branch): every field has a cell */
        if (!stoa__is_string(table, i) || cells[i].is_null)
            continue;
        /* NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Assign): every field has a cell */
        const void *string = (const void *)(uintptr_t)cells[i].cell.bits;
        stoa_status status =
            stoa__strings_intern(table->head.strings, string, 0, 1, &cells[i].cell.handle,
                                 (stoa__place){table->schema->fields[i].name, 0}, error);
        if (status != STOA_OK)
            return status;
    }
    return STOA_OK;
}

/* On failure the objects that have entered the pool leave it again. */
static stoa_status enter_objects(stoa__table *table, new_cell *cells, stoa_error *error)
{
    STOA__EACH_FIELD (table, i) {
        if (!stoa__is_object(table, i))
            continue;
        /* NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Assign): every field has a cell */
        void *object = (void *)(uintptr_t)cells[i].cell.bits;
        stoa_status status = stoa__pool_enter(table->pool, object, &cells[i].cell.handle, error);
        if (status == STOA_OK)
            continue;
        for (uint32_t entered = 0; entered < i; entered++)
            if (stoa__is_object(table, entered))
                stoa__pool_leave(table->pool, cells[entered].cell.handle);
        return status;
    }
    return STOA_OK;
}

/* Pointers become handles. On failure the pools are as they were. */
static stoa_status enter(stoa__table *table, new_cell *cells, stoa_error *error)
{
    stoa_status status = STOA_OK;
    size_t mark = stoa__table_strings_mark(table);
    if (table->schema->string_count > 0)
        status = enter_strings(table, cells, error);
    if (status == STOA_OK && table->schema->object_count > 0)
        status = enter_objects(table, cells, error);
    if (status != STOA_OK) {
        stoa__table_forget_strings(table, mark);
        stoa__pool_release_pending(table->pool);
    }
    return status;
}

static void store_cells(stoa__table *table, size_t row, const new_cell *cells)
{
    size_t behind = table->head.rows - row;
    STOA__EACH_FIELD (table, i) {
        size_t width = stoa__column_width(table, i);
        char *at = stoa__cell_at(table, i, row);
        if (behind > 0)
            memmove(at + width, at, behind * width);
        memcpy(at, cells[i].cell.bytes, width);
        uint64_t *validity = table->head.columns[i].validity;
        if (validity == NULL)
            continue;
        if (behind > 0)
            stoa__bits_move(validity, row + 1, validity, row, behind);
        /* NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): every field has a cell */
        stoa__bits_fill(validity, row, 1, !cells[i].is_null);
    }
}

static stoa_status insert_cells(stoa__table *table, size_t row, new_cell *cells, stoa_error *error)
{
    stoa_status status = stoa__table_grow(table, table->head.rows + 1, error);
    if (status == STOA_OK)
        status = enter(table, cells, error);
    if (status != STOA_OK)
        return status;
    store_cells(table, row, cells);
    if (row < table->head.rows) {
        stoa__ids_rotate(table, row, table->head.rows, table->head.rows + 1);
        stoa__table_reordered(table);
    }
    stoa__table_set_rows(table, table->head.rows + 1);
    return STOA_OK;
}

static stoa_status insert(stoa__table *whole, size_t index, const stoa_value *values, size_t count,
                          stoa_error *error)
{
    row_cells row;
    stoa_status status = make_cells(&row, whole, error);
    if (status != STOA_OK)
        return status;
    status = convert_values(whole, values, count, row.cells, error);
    if (status == STOA_OK)
        status = insert_cells(whole, index, row.cells, error);
    drop_cells(&row);
    return status;
}

stoa_status stoa_table_append(stoa_table *table, const stoa_value *values, size_t count,
                              stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_ARRAY(error, values, count);
    return insert(stoa__whole(table), table->rows, values, count, error);
}

stoa_status stoa_table_insert(stoa_table *table, size_t index, const stoa_value *values,
                              size_t count, stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_ARRAY(error, values, count);
    if (index > table->rows)
        return stoa__check_row(table, index, error);
    if (index < table->rows) {
        stoa_status status = stoa__check_unlocked(stoa__whole(table), error);
        if (status != STOA_OK)
            return status;
    }
    return insert(stoa__whole(table), index, values, count, error);
}

/* New objects enter before old ones leave, so that an object that is both stays. */
static void replace_cells(stoa__table *table, size_t row, const new_cell *cells)
{
    STOA__EACH_FIELD (table, i) {
        char *at = stoa__cell_at(table, i, row);
        if (stoa__is_object(table, i))
            stoa__pool_leave(table->pool, *(const stoa_handle *)(const void *)at);
        memcpy(at, cells[i].cell.bytes, stoa__column_width(table, i));
        if (table->head.columns[i].validity != NULL)
            stoa__bit_put(table->head.columns[i].validity, row, !cells[i].is_null);
        stoa__column_written(table, i);
    }
    stoa__pool_release_pending(table->pool);
}

stoa_status stoa_table_replace(stoa_table *table, size_t index, const stoa_value *values,
                               size_t count, stoa_error *error)
{
    stoa__table *whole = stoa__whole(table);
    row_cells row;
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_ARRAY(error, values, count);
    stoa_status status = stoa__check_row(table, index, error);
    if (status == STOA_OK)
        status = stoa__check_unlocked(whole, error);
    if (status != STOA_OK)
        return status;
    status = make_cells(&row, whole, error);
    if (status != STOA_OK)
        return status;
    status = convert_values(whole, values, count, row.cells, error);
    if (status == STOA_OK)
        status = enter(whole, row.cells, error);
    if (status == STOA_OK)
        replace_cells(whole, index, row.cells);
    drop_cells(&row);
    return status;
}

static stoa_status check_cell(const stoa__table *table, uint32_t field, const stoa__cell *cell,
                              stoa_error *error)
{
    const stoa__schema_field *described = &table->schema->fields[field];
    stoa_status status = stoa__field_check(described, cell->bytes);
    if (status == STOA_OK)
        return STOA_OK;
    stoa_value value = stoa__field_value(described, cell->bytes);
    return stoa__field_refuse(described, &value, status, 0, error);
}

stoa_status stoa__table_append_pointers(stoa__table *table, const uint32_t *fields, size_t count,
                                        const void *const *values, stoa_error *error)
{
    row_cells row;
    stoa_status status = make_cells(&row, table, error);
    if (status != STOA_OK)
        return status;
    STOA__EACH_FIELD (table, i)
        default_cell(table, i, &row.cells[i]);
    for (size_t k = 0; k < count; k++) {
        stoa_type type = (stoa_type)table->head.columns[fields[k]].type;
        row.cells[fields[k]].is_null = values[k] == NULL;
        row.cells[fields[k]].cell.bits = 0;
        if (values[k] == NULL)
            continue;
        if (type == STOA_REFERENCE && status == STOA_OK) {
            const stoa_value value = stoa_reference_value(*(const stoa_row *)values[k]);
            status = stoa__reference_convert(table, fields[k], &value, 0,
                                             &row.cells[fields[k]].cell.bits, error);
        }
        if (type == STOA_REFERENCE)
            continue;
        if (type == STOA_STRING)
            row.cells[fields[k]].cell.bits = (uint64_t)(uintptr_t)values[k];
        else
            memcpy(row.cells[fields[k]].cell.bytes, values[k], stoa__value_width(type));
        if (status == STOA_OK)
            status = check_cell(table, fields[k], &row.cells[fields[k]].cell, error);
    }
    if (status == STOA_OK)
        status = insert_cells(table, table->head.rows, row.cells, error);
    drop_cells(&row);
    return status;
}

/* ---- whole columns ---- */

/* The source of each field, or NULL. */
static stoa_status match_sources(const stoa__table *table, const stoa_source *sources,
                                 size_t source_count, size_t rows, const stoa_source **matched,
                                 stoa_error *error)
{
    memset(matched, 0, table->head.field_limit * sizeof *matched);
    for (size_t k = 0; k < source_count; k++) {
        size_t field;
        stoa_status status = stoa__source_match(table, &sources[k], rows, &field, error);
        if (status == STOA_OK && matched[field] != NULL)
            status = stoa__source_twice(&sources[k], error);
        if (status != STOA_OK)
            return status;
        matched[field] = &sources[k];
    }
    return STOA_OK;
}

/* Converts into the cells beyond the end. */
static stoa_status store_numbers(stoa__table *table, const stoa_source *const *matched,
                                 size_t count, stoa_error *error)
{
    STOA__EACH_FIELD (table, i) {
        const stoa_source *source = matched[i];
        if (source == NULL || stoa__is_pooled(table, i))
            continue;
        size_t stored = stoa__source_store(source, stoa__field_time(&table->schema->fields[i]),
                                           stoa__cell_at(table, i, table->head.rows),
                                           (ptrdiff_t)stoa__column_width(table, i), 0, count);
        if (stored < count)
            return stoa__source_overflow(table, i, source, stored, error);
    }
    return STOA_OK;
}

static stoa_status store_strings(stoa__table *table, const stoa_source *const *matched,
                                 size_t count, stoa_error *error)
{
    if (table->schema->string_count == 0)
        return STOA_OK;
    STOA__EACH_FIELD (table, i) {
        if (matched[i] == NULL || !stoa__is_string(table, i))
            continue;
        stoa_handle *handles = (stoa_handle *)(void *)stoa__cell_at(table, i, table->head.rows);
        stoa_status status = stoa__source_intern(table, i, matched[i], count, handles, error);
        if (status != STOA_OK)
            return status;
    }
    return STOA_OK;
}

static stoa_status store_objects(stoa__table *table, const stoa_source *const *matched,
                                 size_t count, stoa_error *error)
{
    if (table->schema->object_count == 0)
        return STOA_OK;
    STOA__EACH_FIELD (table, i) {
        if (matched[i] == NULL || !stoa__is_object(table, i))
            continue;
        stoa_handle *handles = (stoa_handle *)(void *)stoa__cell_at(table, i, table->head.rows);
        stoa_status status = stoa__source_enter(table, matched[i], count, handles, 1, error);
        if (status == STOA_OK)
            continue;
        for (uint32_t entered = 0; entered < i; entered++)
            if (matched[entered] != NULL && stoa__is_object(table, entered))
                stoa__pool_leave_all(
                    table->pool,
                    (const stoa_handle *)(void *)stoa__cell_at(table, entered, table->head.rows),
                    count);
        return status;
    }
    return STOA_OK;
}

static stoa_status extend(stoa__table *table, const stoa_source *const *matched, size_t count,
                          stoa_error *error)
{
    size_t before = table->head.rows, end = before + count;
    size_t mark = stoa__table_strings_mark(table);
    stoa_status status = stoa__table_grow(table, end, error);
    if (status != STOA_OK)
        return status;
    stoa__table_expect(table, before, end);
    status = store_numbers(table, matched, count, error);
    if (status == STOA_OK)
        status = store_strings(table, matched, count, error);
    if (status == STOA_OK)
        status = store_objects(table, matched, count, error);
    if (status != STOA_OK) {
        stoa__table_forget_strings(table, mark);
        table->written = table->written > end ? table->written : end; /* left over: not zero */
        stoa__table_open(table);
        stoa__pool_release_pending(table->pool);
        return status;
    }
    STOA__EACH_FIELD (table, i) {
        uint64_t *validity = table->head.columns[i].validity;
        if (matched[i] == NULL)
            stoa__column_write_defaults(table, i, before, count);
        else if (validity != NULL)
            stoa__source_store_validity(matched[i], validity, before, 1, 0, count);
    }
    stoa__table_set_rows(table, end);
    return STOA_OK;
}

stoa_status stoa_table_extend(stoa_table *table, const stoa_source *sources, size_t source_count,
                              size_t rows, stoa_error *error)
{
    stoa__table *whole = stoa__whole(table);
    const stoa_source *few[64], **matched = few;
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_EACH(error, sources, source_count, .name);
    if (rows > SIZE_MAX - table->rows)
        return stoa__fail(error, STOA_FULL, "no table has room for %zu more rows", rows);
    if (table->field_limit > 64)
        matched = stoa__allocate(table->field_limit * sizeof(const stoa_source *));
    if (matched == NULL)
        return stoa__fail_memory(error, table->field_limit * sizeof(const stoa_source *));
    stoa_status status = match_sources(whole, sources, source_count, rows, matched, error);
    if (status == STOA_OK)
        status = extend(whole, matched, rows, error);
    if (matched != few)
        stoa__release((void *)matched);
    return status;
}
