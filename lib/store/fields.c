/* fields.c: adding, dropping and renaming fields of a living table.
 *
 * The new schema is built aside and swapped in last. An added field gets a region of its own, with
 * room for max_rows cells and, if it is nullable, their validity bits (see reserve_columns), and so
 * do all components of an added vector together; the other columns are not touched. A dropped field
 * leaves its index unused; its pages stay until their last export ends (see
 * stoa_column_unexport). */
#include <assert.h>
#include <string.h>

#include "store/fields.h"
#include "store/grow.h"
#include "store/lock.h"
#include "store/reference.h"

/* ---- adding ---- */

void stoa__field_give_up(stoa__addition *made, const stoa_table *table)
{
    if (made->pool != stoa__whole_const(table)->pool)
        stoa_pool_free(made->pool);
    if (made->strings != table->strings)
        stoa_string_pool_free(made->strings);
    stoa__schema_release(made->schema);
    stoa__release(made->columns);
    stoa__release(made->extra);
    stoa__release(made->links); /* its own comes last, where nothing can fail */
    stoa__region_free(&made->region);
}

static stoa_status copy_lists(stoa__addition *made, const stoa__table *table, stoa_error *error)
{
    size_t before = table->head.field_limit, after = before + made->count;
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
        return stoa__stagger(place);
    return bytes < STOA__SMALL_COLUMN ? 0 : (1 + place % (bytes / STOA__SMALL_COLUMN)) * STOA__LINE;
}

/* How the columns of an added field lie in its region: cells of each component, and behind those of
 * a nullable field its validity bits. */
typedef struct shape {
    stoa__spacing apart;
    size_t width, count;
    bool nullable; /* then count is 1 */
} shape;

static shape shape_of(const stoa__table *table, const stoa_field *field, size_t count)
{
    shape s = {.width = stoa__width(field->type), .count = count};
    size_t bytes = table->max_rows * s.width;
    size_t first = stagger_of(table, bytes);
    s.nullable = (field->flags & STOA_NULLABLE) != 0 && field->type != STOA_REFERENCE;
    s.apart =
        bytes * count > STOA__PLAIN_LIMIT / 2
            ? stoa__spacing_of_pages(first, bytes >= STOA__LARGE_REGION / 2)
            : (stoa__spacing){first, sizeof(uint64_t), bytes < STOA__SMALL_COLUMN ? 0 : STOA__LINE};
    return s;
}

static size_t bytes_of(shape s, size_t rows)
{
    size_t lost = (s.count - 1 + s.nullable) * stoa__spacing_loss(s.apart);
    return s.apart.first + rows * s.width * s.count + lost +
           (s.nullable ? stoa__validity_bytes(rows + 64) : 0);
}

static size_t rows_in(shape s, size_t bytes)
{
    size_t lost = bytes_of(s, 0);
    size_t bits = s.width * s.count * 8 + s.nullable;
    return bytes > lost ? (bytes - lost) / bits * 8 + (bytes - lost) % bits * 8 / bits : 0;
}

static void place(stoa__addition *made, shape s)
{
    made->cells = made->region.base + s.apart.first;
    if (s.apart.first > 0)
        made->cells -= (uintptr_t)made->cells % STOA__LINE;
    made->distance = stoa__spaced(made->max_rows * s.width, s.apart);
    if (s.nullable)
        made->validity = (uint64_t *)(void *)(made->cells + made->distance);
}

static bool commit(stoa__addition *made, size_t rows, size_t width)
{
    size_t bits = made->validity == NULL ? 0 : (size_t)((char *)made->validity - made->region.base);
    size_t cells = (size_t)(made->cells - made->region.base);
    for (uint32_t i = 0; i < made->count; i++, cells += made->distance)
        if (!stoa__region_commit(&made->region, i == 0 ? 0 : cells, cells + rows * width))
            return false;
    return bits == 0 || stoa__region_commit(&made->region, bits, bits + stoa__validity_bytes(rows));
}

/* If a max_rows was asked for, room for all of it or nothing. Else a share of the address space,
 * and max_rows falls to what was granted. */
static stoa_status reserve_columns(stoa__addition *made, const stoa__table *table,
                                   const stoa_field *field, stoa_error *error)
{
    shape s = shape_of(table, field, made->count);
    assert(s.width > 0); /* the schema has taken the type */
    size_t least_rows = table->asked > 0 ? table->max_rows : table->capacity;
    size_t wanted = bytes_of(s, table->max_rows), least = bytes_of(s, least_rows);
    size_t share = stoa__reserve_share(least);
    if (table->asked == 0 && wanted > share)
        wanted = share;
    if (wanted < least)
        wanted = least;
    bool had = stoa__region_reserve(&made->region, wanted, least, made->count + s.nullable);
    if (had) {
        size_t rows = rows_in(s, made->region.bytes);
        made->max_rows = rows < table->max_rows ? rows : table->max_rows;
        place(made, s);
    }
    if (!had || !commit(made, table->capacity, s.width))
        return stoa__fail(error, STOA_OUT_OF_MEMORY,
                          "the system refused address space for another column of %zu cells",
                          least_rows);
    return STOA_OK;
}

static stoa_status intern_default(stoa__addition *made, const stoa_field *field, stoa_error *error)
{
    stoa_status status = STOA_OK;
    if (made->strings == NULL)
        status = stoa_string_pool_new(&made->strings, NULL, error);
    if (status == STOA_OK)
        status = stoa__strings_intern(made->strings, &field->initial.string, 0, 1, &made->handle,
                                      (stoa__place){field->name, 0}, error);
    return status;
}

static stoa_status prepare(stoa__addition *made, const stoa__table *table, const stoa_field *field,
                           stoa_error *error)
{
    stoa_status status = stoa__schema_add(&made->schema, table->schema, field, error);
    if (status == STOA_OK)
        status = copy_lists(made, table, error);
    if (status == STOA_OK)
        status = reserve_columns(made, table, field, error);
    if (status == STOA_OK && field->type == STOA_STRING)
        status = intern_default(made, field, error);
    if (status == STOA_OK && field->type == STOA_REFERENCE)
        status = stoa__link_add(&made->links, (stoa__table *)(uintptr_t)table, field,
                                made->schema->fields[table->head.field_limit].on_remove, error);
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
    for (uint32_t i = 0; i < made->count; i++) {
        stoa_column *column = &made->columns[index + i];
        column->cells = made->cells + i * made->distance;
        column->validity = made->validity;
        column->type = made->schema->fields[index].type;
        column->plain = stoa__schema_plain(&made->schema->fields[index]);
        column->initial = made->handle;
        column->version = 1;
    }
    made->extra[index].own = made->region;
    if (made->links != NULL) {
        stoa__release(table->links);
        table->links = made->links;
        stoa__link_enter(table->links[index]);
    }
    if ((void *)table->head.columns != (void *)(table + 1))
        stoa__release(table->head.columns);
    stoa__release(table->extra);
    stoa__schema_release(table->schema);
    table->max_rows = made->max_rows;
    table->head.columns = made->columns;
    table->head.field_limit += made->count;
    table->head.field_count += made->count;
    table->extra = made->extra;
    table->schema = made->schema;
    table->pool = made->pool;
    table->head.strings = made->strings;
}

stoa_status stoa__field_prepare(stoa__addition *made, const stoa_table *table,
                                const stoa_field *field, stoa_error *error)
{
    const stoa__table *whole = stoa__whole_const(table);
    *made = (stoa__addition){.pool = whole->pool,
                             .strings = table->strings,
                             .count = field->length > 0 ? field->length : 1};
    stoa_status status = prepare(made, whole, field, error);
    if (status != STOA_OK)
        stoa__field_give_up(made, table);
    return status;
}

void stoa__field_expect(stoa__addition *made, size_t rows)
{
    stoa_type type = (stoa_type)made->schema->fields[made->schema->field_limit - 1].type;
    size_t offset = (size_t)(made->cells - made->region.base), bytes = rows * stoa__width(type);
    for (uint32_t i = 0; i < made->count; i++, offset += made->distance)
        stoa__region_expect(&made->region, offset, offset + bytes);
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
    bool is_zero = made.handle == 0 && (described->flags & STOA_HAS_INITIAL) == 0;
    for (uint32_t i = 0; i < made.count; i++)
        is_zero = is_zero && described[i].initial.bits == 0;
    size_t unlike = is_zero ? 0 : table->rows; /* its memory is fresh: zeros are there already */
    stoa__field_expect(&made, unlike);
    stoa__field_put(table, &made);
    for (uint32_t i = added; i < table->field_limit; i++)
        stoa__column_write_defaults(stoa__whole(table), i, 0, unlike);
    if (index != NULL)
        *index = added;
    return STOA_OK;
}

/* ---- dropping and renaming ---- */

/* The field of that name, or the first component of the vector. */
static stoa_status find_whole(const stoa__table *table, const char *name, const char *what,
                              uint32_t *field, stoa_error *error)
{
    size_t index;
    const stoa__schema *schema = table->schema;
    const stoa__schema_field *vector = stoa__schema_find_vector(schema, name, strlen(name));
    stoa_status status = STOA_OK;
    if (vector != NULL)
        index = vector->vector;
    else
        status = stoa_table_find_field(&table->head, name, &index, error);
    if (status != STOA_OK)
        return status;
    *field = (uint32_t)index;
    if (vector == NULL && schema->fields[index].components > 0)
        return stoa__fail(error, STOA_INVALID,
                          "'%s' is a component of the vector '%s', which can be %s as a whole only",
                          name, schema->fields[schema->fields[index].vector].name, what);
    return STOA_OK;
}

static stoa_status find_free(const stoa__table *table, const char *name, const char *what,
                             uint32_t *field, stoa_error *error)
{
    stoa_status status = find_whole(table, name, what, field, error);
    if (status != STOA_OK)
        return status;
    uint32_t end = *field + stoa__schema_span(&table->schema->fields[*field]);
    for (uint32_t i = *field; i < end; i++)
        if (table->head.columns[i].holds > 0)
            return stoa__fail(error, STOA_IN_USE,
                              "field '%s' belongs to a typed table and can't be %s", name, what);
    return stoa__check_unlocked(table, error);
}

/* Of a field and of the components that follow it. */
static void free_pages(stoa__table *table, uint32_t field)
{
    size_t first, end, width = stoa__column_width(table, field);
    uint32_t last = field + stoa__schema_span(&table->schema->fields[field]) - 1;
    stoa__region *region = stoa__column_region(table, field, &first);
    (void)stoa__column_region(table, last, &end);
    /* Between the components of a vector pages may be reserved only; with no capacity, all are. */
    end = table->capacity > 0 ? end + table->capacity * width : first;
    size_t bits = 0;
    if (region == &table->region && stoa__validity_region(table, field, &bits) != NULL)
        stoa__region_discard(region, bits, bits + stoa__validity_bytes(table->capacity));
    if (table->extra != NULL && table->extra[field].exports > 0) {
        table->extra[field].first = first;
        table->extra[field].last = end;
    } else if (region != &table->region) {
        stoa__region_free(region);
    } else {
        stoa__region_discard(region, first, end);
    }
}

static void drop_columns(stoa__table *table, uint32_t field)
{
    uint32_t count = stoa__schema_span(&table->schema->fields[field]);
    for (uint32_t i = field; i < field + count; i++) {
        stoa_column *column = &table->head.columns[i];
        if (column->type == STOA_OBJECT) {
            stoa__pool_leave_all(table->pool, column->cells, table->head.rows);
            stoa__pool_leave(table->pool, column->initial);
        }
        if (column->type == STOA_REFERENCE) {
            stoa__link_free(table->links[i]);
            table->links[i] = NULL;
        }
        table->changes += column->version + 1;
    }
    free_pages(table, field);
    memset(&table->head.columns[field], 0, count * sizeof(stoa_column));
    table->head.field_count -= count;
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
    if (table->field_count == stoa__schema_span(&whole->schema->fields[field]))
        return stoa__fail(error, STOA_INVALID, "'%s' is the last field; a table needs one", name);
    status = stoa__schema_drop(&schema, whole->schema, field, error);
    if (status != STOA_OK)
        return status;
    drop_columns(whole, field);
    stoa__schema_release(whole->schema);
    whole->schema = schema;
    stoa__table_open(whole);
    stoa__pool_release_pending(whole->pool);
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
    uint32_t end = field + stoa__schema_span(&schema->fields[field]);
    for (uint32_t i = field; i < end; i++)
        stoa__column_written(whole, i); /* not what it was called */
    return STOA_OK;
}
