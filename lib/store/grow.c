/* grow.c: the number of rows, and the memory for them.
 *
 * Three marks: rows <= capacity <= max_rows. Memory is committed up to capacity. Rows from
 * `written` on have not been written since the system gave their pages, so they are zero: a default
 * of zero costs nothing there, and new rows never show values of old ones. Validity bits from
 * `rows` on are 0, so that null as a default costs nothing anywhere. Inline appends may take
 * `rows` past `written`; set_rows catches up. Free memory goes back to the system once it is more
 * than a megabyte and more than half of what was written. That waits while a column is exported,
 * until its last export ends, since a view could write beyond the table's end into cells that would
 * later be taken for zero. */
#include <string.h>

#include "store/grow.h"
#include "store/ids.h"
#include "store/labels.h"
#include "store/lock.h"
#include "store/removal.h"

/* ---- memory ---- */

stoa__region *stoa__column_region(stoa__table *table, uint32_t field, size_t *offset)
{
    stoa__region *region = &table->region;
    if (table->extra != NULL && stoa__extra_of(table, field)->own.kind != STOA__NO_REGION)
        region = &stoa__extra_of(table, field)->own;
    *offset = region->kind == STOA__NO_REGION
                  ? 0
                  : (size_t)((char *)table->head.columns[field].cells - region->base);
    return region;
}

stoa__region *stoa__validity_region(stoa__table *table, uint32_t field, size_t *offset)
{
    const stoa_column *column = &table->head.columns[field];
    if (column->validity == NULL)
        return NULL;
    stoa__region *region = stoa__column_region(table, field, offset);
    if (region->kind != STOA__NO_REGION)
        *offset += (size_t)((char *)column->validity - (char *)column->cells);
    return region;
}

static bool commit_column(stoa__table *table, uint32_t field, size_t from, size_t to)
{
    size_t offset, width = stoa__column_width(table, field);
    stoa__region *region = stoa__column_region(table, field, &offset);
    if (!stoa__region_commit(region, offset + from * width, offset + to * width))
        return false;
    region = stoa__validity_region(table, field, &offset);
    return region == NULL ||
           stoa__region_commit(region, offset + from / 8, offset + stoa__validity_bytes(to));
}

static bool commit(stoa__table *table, size_t from, size_t to)
{
    STOA__EACH_FIELD (table, i)
        if (!commit_column(table, i, from, to))
            return false;
    return stoa__ids_commit(table, to);
}

/* An eighth more than is needed, so that growing by one costs few calls; 64 KiB at least. */
static size_t generous(const stoa__table *table, size_t rows)
{
    size_t more = rows / 8 + STOA__PLAIN_LIMIT / table->schema->row_bytes;
    return more < table->max_rows - rows ? rows + more : table->max_rows;
}

static stoa_status commit_more(stoa__table *table, size_t rows, stoa_error *error)
{
    if (rows > table->max_rows)
        return stoa__fail(error, STOA_FULL,
                          "%zu rows are more than the table can hold: max_rows is %zu; %s", rows,
                          table->max_rows,
                          table->asked > 0 ? "make it with a larger max_rows"
                                           : "the system gave it no more address space");
    size_t goal = generous(table, rows);
    if (!commit(table, table->capacity, goal)) {
        goal = rows;
        if (!commit(table, table->capacity, goal))
            return stoa__fail_memory(error, (rows - table->capacity) * table->schema->row_bytes);
    }
    table->capacity = goal;
    return STOA_OK;
}

stoa_status stoa__table_grow(stoa__table *table, size_t rows, stoa_error *error)
{
    stoa_status status = rows > table->capacity ? commit_more(table, rows, error) : STOA_OK;
    if (status == STOA_OK)
        stoa__ids_prepare(table, rows);
    return status;
}

void stoa__table_expect(stoa__table *table, size_t first, size_t end)
{
    STOA__EACH_FIELD (table, i) {
        size_t offset, width = stoa__column_width(table, i);
        stoa__region *region = stoa__column_region(table, i, &offset);
        stoa__region_expect(region, offset + first * width, offset + end * width);
        region = stoa__validity_region(table, i, &offset);
        if (region != NULL)
            stoa__region_expect(region, offset + first / 8, offset + stoa__validity_bytes(end));
    }
}

/* A commit rounds the end of a large region up to a huge page (stoa__region_commit). It is advised
 * whole here: else each growth leaves small pages at its end. */
void stoa__table_expect_more(stoa__table *table, size_t first)
{
    stoa__table_expect(table, first, table->capacity);
    STOA__EACH_FIELD (table, i) {
        size_t offset, width = stoa__column_width(table, i);
        stoa__region *region = stoa__column_region(table, i, &offset);
        size_t end = offset + table->capacity * width,
               last = stoa__round_down(end, STOA__HUGE_PAGE);
        bool is_long = (table->capacity - first) * width >= STOA__HUGE_PAGE;
        if (stoa__region_is_large(region) && is_long && last < end)
            stoa__region_expect(region, last, last + STOA__HUGE_PAGE);
    }
}

/* Makes rows from `rows` on zero; false if that is not possible for every column. */
static void discard(stoa__table *table, size_t rows)
{
    if (table->exports > 0 || table->written <= rows)
        return;
    bool zeroed = true;
    STOA__EACH_FIELD (table, i) {
        size_t offset, width = stoa__column_width(table, i);
        stoa__region *region = stoa__column_region(table, i, &offset);
        zeroed &=
            stoa__region_discard(region, offset + rows * width, offset + table->written * width);
        region = stoa__validity_region(table, i, &offset);
        if (region != NULL) /* bits behind the rows are 0 already */
            stoa__region_discard(region, offset + stoa__validity_bytes(rows),
                                 offset + stoa__validity_bytes(table->written));
    }
    if (zeroed)
        table->written = rows;
}

/* Keeps the huge page of the last of `rows` whole: narrow columns have most of their rows in
 * one. */
void stoa__table_give_back(stoa__table *table, size_t rows)
{
    bool zeroed = table->written > rows + STOA__HUGE_PAGE;
    STOA__EACH_FIELD (table, i) {
        size_t offset, width = stoa__column_width(table, i);
        stoa__region *region = stoa__column_region(table, i, &offset);
        size_t from = stoa__round_up(offset + rows * width, STOA__HUGE_PAGE);
        size_t to = offset + table->written * width;
        if (from < to)
            zeroed &= stoa__region_discard(region, from, to);
        region = stoa__validity_region(table, i, &offset);
        from = stoa__round_up(offset + stoa__validity_bytes(rows), STOA__HUGE_PAGE);
        to = offset + stoa__validity_bytes(table->written);
        if (region != NULL && from < to)
            stoa__region_discard(region, from, to);
    }
    if (zeroed)
        table->written = rows + STOA__HUGE_PAGE;
}

/* Whether a typed table has an enumeration: its appends must be checked. */
static bool holds_labels(const stoa__table *table)
{
    STOA__EACH_FIELD (table, i)
        if (table->head.columns[i].holds > 0 && stoa__has_labels(&table->schema->fields[i]))
            return true;
    return false;
}

void stoa__table_open(stoa__table *table)
{
    const stoa__schema *schema = table->schema;
    bool has_labels = schema->labels_count > 0 && holds_labels(table);
    bool takes_cells = schema->object_count == 0 && !has_labels;
    size_t most = table->head.ids == NULL || stoa__ids_of(table)->ready > table->capacity
                      ? table->capacity
                      : stoa__ids_of(table)->ready;
    table->head.room = takes_cells ? most : 0;
    table->head.append_limit = schema->string_count == 0 ? table->head.room : 0;
}

void stoa__table_trim_memory(stoa__table *table)
{
    size_t rows = table->head.rows, written = table->written > rows ? table->written : rows;
    size_t fallen_free = written - rows;
    if (fallen_free > rows && fallen_free * table->schema->row_bytes > (size_t)1 << 20)
        discard(table, rows);
}

/* Bits behind the rows are 0. */
static void clear_validity(stoa__table *table, size_t first, size_t end)
{
    if (table->schema->nullable_count == 0)
        return;
    STOA__EACH_FIELD (table, i) {
        if (table->head.columns[i].validity != NULL)
            stoa__bits_fill(table->head.columns[i].validity, first, end - first, false);
    }
}

/* The rows [rows, before) are no more, and their ids have left. */
static void drop_rows(stoa__table *table, size_t rows, size_t before)
{
    clear_validity(table, rows, before);
    table->changes += before - rows; /* so that no earlier version comes back */
    stoa__table_trim_memory(table);
}

void stoa__table_set_rows(stoa__table *table, size_t rows)
{
    size_t before = table->head.rows;
    if (table->written < before)
        table->written = before;
    if (table->written < rows)
        table->written = rows;
    stoa__table_publish(&table->head, rows);
    if (rows < before) {
        stoa__ids_leave(table, rows, before);
        drop_rows(table, rows, before);
    }
    stoa__table_open(table);
}

/* Only an id that is retired can bring the limit of appends down. */
void stoa__table_drop_last(stoa__table *table)
{
    const stoa__ids *ids = stoa__ids_of(table);
    size_t before = table->head.rows;
    if (table->written < before)
        table->written = before;
    stoa__table_publish(&table->head, before - 1);
    drop_rows(table, before - 1, before);
    if (ids != NULL && ids->ready < table->head.room)
        stoa__table_open(table);
}

/* ---- defaults ---- */

static void fill_cells(char *cells, size_t count, size_t width, const unsigned char *cell)
{
    static const unsigned char zero[8];
    if (width == 1 || memcmp(cell, zero, width) == 0) {
        memset(cells, cell[0], count * width);
        return;
    }
#define FILL(type)                                \
    if (width == sizeof(type)) {                  \
        type value, *out = (type *)(void *)cells; \
        memcpy(&value, cell, sizeof value);       \
        for (size_t i = 0; i < count; i++)        \
            out[i] = value;                       \
    }
    FILL(uint16_t)
    FILL(uint32_t)
    FILL(uint64_t)
#undef FILL
}

/* Writes zeros only where cells have been written before. */
void stoa__column_write_defaults(stoa__table *table, uint32_t field, size_t first, size_t count)
{
    const stoa_column *column = &table->head.columns[field];
    const stoa__cell *initial = &table->schema->fields[field].initial;
    stoa__cell handle = {.handle = column->initial};
    size_t old_end = table->written > table->head.rows ? table->written : table->head.rows;
    if (column->validity != NULL && !stoa__schema_begins_null(&table->schema->fields[field]))
        stoa__bits_fill(column->validity, first, count, true);
    if (column->type == STOA_OBJECT)
        stoa__pool_share(table->pool, column->initial, count);
    if (stoa__is_pooled(table, field))
        initial = &handle;
    if (initial->bits == 0 && first + count > old_end)
        count = first < old_end ? old_end - first : 0;
    fill_cells(stoa__cell_at(table, field, first), count, stoa__column_width(table, field),
               initial->bytes);
}

static void write_defaults(stoa__table *table, size_t first, size_t count)
{
    STOA__EACH_FIELD (table, i)
        stoa__column_write_defaults(table, i, first, count);
}

/* ---- objects ---- */

void stoa__table_leave_objects(stoa__table *table, size_t first, size_t count)
{
    if (table->schema->object_count == 0)
        return;
    STOA__EACH_FIELD (table, i) {
        if (stoa__is_object(table, i))
            stoa__pool_leave_all(table->pool,
                                 (const stoa_handle *)table->head.columns[i].cells + first, count);
    }
}

/* ---- public ---- */

static stoa_status cut(stoa__table *table, size_t rows, stoa_error *error)
{
    stoa_pool *pool = table->pool;
    if (table->rules > 0)
        return stoa__remove_rows(table, rows, table->head.rows - rows, error);
    stoa__table_leave_objects(table, rows, table->head.rows - rows);
    stoa__table_reordered(table);
    stoa__table_set_rows(table, rows);
    stoa__pool_release_pending(pool);
    return STOA_OK;
}

stoa_status stoa_table_resize(stoa_table *table, size_t rows, stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, table);
    stoa__table *whole = stoa__whole(table);
    size_t before = table->rows;
    if (rows < before) {
        stoa_status status = stoa__check_unlocked(whole, error);
        return status == STOA_OK ? cut(whole, rows, error) : status;
    }
    stoa_status status = stoa__table_grow(whole, rows, error);
    if (status != STOA_OK)
        return status;
    stoa__table_expect(whole, before, rows);
    write_defaults(whole, before, rows - before);
    stoa__table_set_rows(whole, rows);
    return STOA_OK;
}

stoa_status stoa_table_reserve(stoa_table *table, size_t rows, stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, table);
    stoa_status status = stoa__table_grow(stoa__whole(table), rows, error);
    if (status == STOA_OK)
        stoa__table_open(stoa__whole(table));
    return status;
}

void stoa_table_clear(stoa_table *table)
{
    if (table != NULL && table->rows > 0 &&
        stoa__check_unlocked(stoa__whole(table), NULL) == STOA_OK)
        (void)cut(stoa__whole(table), 0, NULL);
}

void stoa_table_shrink(stoa_table *table)
{
    stoa__table *whole = stoa__whole(table);
    if (table == NULL)
        return;
    stoa__table_set_rows(whole, table->rows);
    discard(whole, table->rows);
    if (whole->region.kind == STOA__RESERVED_REGION)
        whole->capacity = table->rows; /* what is committed may be committed again */
    stoa__table_open(whole);
}
