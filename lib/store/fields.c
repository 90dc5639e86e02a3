/* fields.c: adding, dropping and renaming fields of a living table.
 *
 * The new schema is built aside and swapped in last. An added field gets a region of its own, with
 * room for max_rows cells and, if it is nullable, their validity bits (see reserve_column); the
 * other columns are not touched. A dropped field leaves its index unused; its pages stay until
 * their last export ends (see stoa_column_unexport). */
#include <assert.h>
#include <string.h>

#include "store/fields.h"
#include "store/grow.h"
#include "store/lock.h"

/* ---- adding ---- */

void stoa__field_give_up(stoa__addition *made, const stoa_table *table)
{
    if (made->pool != stoa__whole_const(table)->pool)
        stoa_pool_free(made->pool);
    stoa__schema_release(made->schema);
    stoa__release(made->columns);
    stoa__release(made->extra);
    stoa__region_free(&made->region);
}

static stoa_status copy_lists(stoa__addition *made, const stoa__table *table, stoa_error *error)
{
    size_t before = table->head.field_limit, after = before + 1;
    made->columns = stoa__allocate_zeroed(after * sizeof *made->columns);
    made->extra = stoa__allocate_zeroed(after * sizeof *made->extra);
    if (made->columns == NULL || made->extra == NULL)
        return stoa__fail_memory(error, after * sizeof *made->extra);
    memcpy(made->columns, table->head.columns, before * sizeof *made->columns);
    if (table->extra != NULL)
        memcpy(made->extra, table->extra, before * sizeof *made->extra);
    return STOA_OK;
}

/* Where the cells of the next field begin in their own region. They are staggered as if they
 * followed the table's other columns; in plain memory by cache lines only, and by at most an eighth
 * of their size. */
static size_t stagger_of(const stoa__table *table, size_t bytes)
{
    size_t place = (size_t)table->region.phase + table->head.field_limit;
    if (bytes > STOA__PLAIN_LIMIT)
        return place % STOA__MOST_STAGGERS * STOA__STAGGER;
    return bytes < STOA__SMALL_COLUMN ? 0 : (1 + place % (bytes / STOA__SMALL_COLUMN)) * STOA__LINE;
}

/* Bytes of the column with so many rows, from the start of its region on. Validity bits stand a
 * stagger behind the cells, or a line in plain memory. */
typedef struct shape {
    size_t before, width, gap; /* gap: 0: there are no bits */
} shape;

/* What the cells are rounded up to, before their bits. */
static size_t unit_of(shape s)
{
    return s.gap > STOA__LINE ? STOA__PAGE : sizeof(uint64_t);
}

static size_t bytes_of(shape s, size_t rows)
{
    return s.before + rows * s.width +
           (s.gap > 0 ? s.gap + unit_of(s) + stoa__validity_bytes(rows + 64) : 0);
}

static size_t rows_in(shape s, size_t bytes)
{
    size_t lost = bytes_of(s, 0);
    size_t bits = s.width * 8 + (s.gap > 0);
    return bytes > lost ? (bytes - lost) / bits * 8 + (bytes - lost) % bits * 8 / bits : 0;
}

static void place(stoa__addition *made, shape s)
{
    made->cells = made->region.base + s.before;
    if (s.before > 0)
        made->cells -= (uintptr_t)made->cells % STOA__LINE;
    size_t bytes = stoa__round_up(made->max_rows * s.width, unit_of(s));
    if (s.gap > 0)
        made->validity = (uint64_t *)(void *)(made->cells + bytes + s.gap);
}

static bool commit(stoa__addition *made, size_t rows, size_t width)
{
    size_t bits = made->validity == NULL ? 0 : (size_t)((char *)made->validity - made->region.base);
    size_t cells = (size_t)(made->cells - made->region.base);
    return stoa__region_commit(&made->region, 0, cells + rows * width) &&
           (bits == 0 ||
            stoa__region_commit(&made->region, bits, bits + stoa__validity_bytes(rows)));
}

/* If a max_rows was asked for, room for all of it or nothing. Else a share of the address space,
 * and max_rows falls to what was granted. */
static stoa_status reserve_column(stoa__addition *made, const stoa__table *table, size_t width,
                                  bool nullable, stoa_error *error)
{
    assert(width > 0); /* the schema has taken the type */
    shape s = {.before = stagger_of(table, table->max_rows * width), .width = width};
    if (nullable)
        s.gap = table->max_rows * width > STOA__PLAIN_LIMIT ? STOA__STAGGER : STOA__LINE;
    size_t least_rows = table->asked > 0 ? table->max_rows : table->capacity;
    size_t wanted = bytes_of(s, table->max_rows), least = bytes_of(s, least_rows);
    size_t share = stoa__reserve_share(least);
    if (table->asked == 0 && wanted > share)
        wanted = share;
    if (wanted < least)
        wanted = least;
    bool had = stoa__region_reserve(&made->region, wanted, least, nullable ? 2 : 1);
    if (had) {
        size_t rows = rows_in(s, made->region.bytes);
        made->max_rows = rows < table->max_rows ? rows : table->max_rows;
        place(made, s);
    }
    if (!had || !commit(made, table->capacity, width))
        return stoa__fail(error, STOA_OUT_OF_MEMORY,
                          "the system refused address space for another column of %zu cells",
                          least_rows);
    return STOA_OK;
}

static stoa_status prepare(stoa__addition *made, const stoa__table *table, const stoa_field *field,
                           stoa_error *error)
{
    stoa_status status = stoa__schema_add(&made->schema, table->schema, field, error);
    if (status == STOA_OK)
        status = copy_lists(made, table, error);
    if (status == STOA_OK)
        status = reserve_column(made, table, stoa__width(field->type),
                                (field->flags & STOA_NULLABLE) != 0, error);
    if (status != STOA_OK || field->type != STOA_OBJECT)
        return status;
    if (table->pool == NULL)
        status = stoa_pool_new(&made->pool, NULL, error);
    if (status == STOA_OK)
        status = stoa__pool_enter(made->pool, field->initial.object, &made->handle, error);
    return status;
}

static void put_in_place(stoa__table *table, stoa__addition *made)
{
    uint32_t index = table->head.field_limit;
    made->columns[index].cells = made->cells;
    made->columns[index].validity = made->validity;
    made->columns[index].type = made->schema->fields[index].type;
    made->columns[index].plain = stoa__schema_plain(&made->schema->fields[index]);
    made->columns[index].initial = made->handle;
    made->columns[index].version = 1;
    made->extra[index].own = made->region;
    if ((void *)table->head.columns != (void *)(table + 1))
        stoa__release(table->head.columns);
    stoa__release(table->extra);
    stoa__schema_release(table->schema);
    table->max_rows = made->max_rows;
    table->head.columns = made->columns;
    table->head.field_limit++;
    table->head.field_count++;
    table->extra = made->extra;
    table->schema = made->schema;
    table->pool = made->pool;
}

stoa_status stoa__field_prepare(stoa__addition *made, const stoa_table *table,
                                const stoa_field *field, stoa_error *error)
{
    const stoa__table *whole = stoa__whole_const(table);
    *made = (stoa__addition){.pool = whole->pool};
    stoa_status status = prepare(made, whole, field, error);
    if (status != STOA_OK)
        stoa__field_give_up(made, table);
    return status;
}

void stoa__field_expect(stoa__addition *made, size_t rows)
{
    stoa_type type = (stoa_type)made->schema->fields[made->schema->field_limit - 1].type;
    size_t offset = (size_t)(made->cells - made->region.base);
    stoa__region_expect(&made->region, offset, offset + rows * stoa__width(type));
}

void stoa__field_put(stoa_table *table, stoa__addition *made)
{
    put_in_place(stoa__whole(table), made);
    stoa__table_open(stoa__whole(table));
}

stoa_status stoa_table_add_field(stoa_table *table, const stoa_field *field, size_t *index,
                                 stoa_error *error)
{
    stoa__addition made;
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_ARGUMENT(error, field);
    STOA__REQUIRE_ARGUMENT(error, field->name);
    stoa_status status = stoa__check_unlocked(stoa__whole(table), error);
    if (status == STOA_OK)
        status = stoa__field_prepare(&made, table, field, error);
    if (status != STOA_OK)
        return status;
    uint32_t added = table->field_limit;
    const stoa__schema_field *described = &made.schema->fields[added];
    bool is_zero = made.handle == 0 && described->initial.bits == 0 &&
                   (described->flags & STOA_HAS_INITIAL) == 0;
    size_t unlike = is_zero ? 0 : table->rows; /* its memory is fresh: zeros are there already */
    stoa__field_expect(&made, unlike);
    stoa__field_put(table, &made);
    stoa__column_write_defaults(stoa__whole(table), added, 0, unlike);
    if (index != NULL)
        *index = added;
    return STOA_OK;
}

/* ---- dropping and renaming ---- */

static stoa_status find_free(const stoa__table *table, const char *name, const char *what,
                             uint32_t *field, stoa_error *error)
{
    size_t index;
    stoa_status status = stoa_table_find_field(&table->head, name, &index, error);
    if (status != STOA_OK)
        return status;
    if (table->head.columns[index].holds > 0)
        return stoa__fail(error, STOA_IN_USE, "field '%s' belongs to a typed table and can't be %s",
                          name, what);
    status = stoa__check_unlocked(table, error);
    *field = (uint32_t)index;
    return status;
}

static void free_pages(stoa__table *table, uint32_t field)
{
    size_t first, width = stoa__column_width(table, field);
    stoa__region *region = stoa__column_region(table, field, &first);
    size_t last = first + table->capacity * width;
    size_t bits = 0;
    if (region == &table->region && stoa__validity_region(table, field, &bits) != NULL)
        stoa__region_discard(region, bits, bits + stoa__validity_bytes(table->capacity));
    if (table->extra != NULL && table->extra[field].exports > 0) {
        table->extra[field].first = first;
        table->extra[field].last = last;
    } else if (region != &table->region) {
        stoa__region_free(region);
    } else {
        stoa__region_discard(region, first, last);
    }
}

stoa_status stoa_table_drop_field(stoa_table *table, const char *name, stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_ARGUMENT(error, name);
    stoa__table *whole = stoa__whole(table);
    uint32_t field = 0;
    stoa__schema *schema;
    stoa_status status = find_free(whole, name, "dropped", &field, error);
    if (status != STOA_OK)
        return status;
    if (table->field_count == 1)
        return stoa__fail(error, STOA_INVALID, "'%s' is the last field; a table needs one", name);
    status = stoa__schema_drop(&schema, whole->schema, field, error);
    if (status != STOA_OK)
        return status;
    stoa_column *column = &table->columns[field];
    stoa_pool *pool = whole->pool;
    if (column->type == STOA_OBJECT) {
        stoa__pool_leave_all(pool, column->cells, table->rows);
        stoa__pool_leave(pool, column->initial);
    }
    free_pages(whole, field);
    whole->changes += column->version + 1;
    *column = (stoa_column){0};
    table->field_count--;
    stoa__schema_release(whole->schema);
    whole->schema = schema;
    stoa__table_open(whole);
    stoa__pool_release_pending(pool);
    return STOA_OK;
}

stoa_status stoa_table_rename_field(stoa_table *table, const char *name, const char *new_name,
                                    stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_ARGUMENT(error, name);
    STOA__REQUIRE_ARGUMENT(error, new_name);
    stoa__table *whole = stoa__whole(table);
    uint32_t field = 0;
    stoa__schema *schema;
    stoa_status status = find_free(whole, name, "renamed", &field, error);
    if (status == STOA_OK)
        status = stoa__schema_rename(&schema, whole->schema, field, new_name, error);
    if (status != STOA_OK)
        return status;
    stoa__schema_release(whole->schema);
    whole->schema = schema;
    stoa__column_written(whole, field); /* not what it was called */
    return STOA_OK;
}
