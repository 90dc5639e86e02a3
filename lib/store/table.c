/* table.c: how a table is made, described, shared and freed.
 *
 * A table of at most 64 KiB (max_rows times the width of a row) lies with its columns in one
 * allocation. Any other table reserves a region, in which its columns follow one another, each with
 * room for max_rows cells. They are staggered (STOA__STAGGER), so that the cells of a row do not
 * fall into the same sets of a cache. No column ever moves. Invariant: each column of the schema
 * that is not dropped has cells for `capacity` rows. */
#include "store/cell.h"
#include "store/grow.h"
#include "store/ids.h"
#include "store/reference.h"

#include <string.h>

/* ---- layout ---- */

/* No address space is larger. */
#define MOST_BYTES ((size_t)1 << 46)

static stoa__spacing plain_spacing(const stoa__schema *schema, size_t rows)
{
    bool small = rows * schema->row_bytes / schema->field_count < STOA__SMALL_COLUMN;
    return small ? (stoa__spacing){0, 8, 0}
                 : (stoa__spacing){STOA__LINE - 1, STOA__LINE, STOA__LINE};
}

static stoa__spacing region_spacing(const stoa__region *region)
{
    size_t first = stoa__stagger(region->phase);
    if (region->kind == STOA__PLAIN_REGION)
        return (stoa__spacing){first + STOA__LINE - 1, STOA__LINE, STOA__STAGGER};
    return stoa__spacing_of_pages(first, stoa__region_is_large(region));
}

/* Arrays of the table: cells of each field, and validity bits of each that is nullable. */
static uint32_t arrays_of(const stoa__schema *schema)
{
    return schema->field_count + schema->nullable_count;
}

/* Bytes of cells and bits, and a word more for each array of bits. */
static size_t bytes_of_rows(const stoa__schema *schema, size_t rows)
{
    return rows * schema->row_bytes + schema->nullable_count * stoa__validity_bytes(rows + 64);
}

/* Bytes that are enough for `rows` cells in each column, whatever the spacing. */
static size_t enough_bytes(const stoa__schema *schema, size_t rows)
{
    size_t bytes = bytes_of_rows(schema, rows), arrays = arrays_of(schema);
    bool large = bytes / arrays >= STOA__LARGE_REGION / 2;
    size_t lost = stoa__spacing_loss(stoa__spacing_of_pages(0, large));
    return STOA__MOST_STAGGER + bytes + arrays * lost;
}

/* The most rows whose columns fit in `bytes`. */
static size_t rows_that_fit(const stoa__schema *schema, size_t bytes, stoa__spacing apart)
{
    size_t lost = apart.first + arrays_of(schema) * stoa__spacing_loss(apart);
    lost += schema->nullable_count * sizeof(uint64_t); /* of bits, the last word */
    return bytes > lost ? (bytes - lost) / schema->row_bits * 8 +
                              (bytes - lost) % schema->row_bits * 8 / schema->row_bits
                        : 0;
}

/* Bytes of all columns with room for `rows` cells each, in plain memory. */
static size_t plain_bytes(const stoa__schema *schema, size_t rows)
{
    stoa__spacing apart = plain_spacing(schema, rows);
    size_t bytes = apart.first;
    for (uint32_t i = 0; i < schema->field_limit; i++) {
        const stoa__schema_field *field = &schema->fields[i];
        bytes += stoa__spaced(rows * stoa__width((stoa_type)field->type), apart);
        bytes += stoa__schema_nullable(field) ? stoa__spaced(stoa__validity_bytes(rows), apart) : 0;
    }
    return bytes;
}

/* Brings the place of a large region's next column, or of the first component of a vector, whose
 * others follow at one distance, back to within STOA__MOST_STAGGER of a huge page. */
static char *near_huge_page(char *cells, const char *memory, stoa__spacing apart)
{
    bool far = apart.unit == STOA__HUGE_PAGE;
    size_t past = (size_t)(cells - memory) % STOA__HUGE_PAGE;
    return far ? cells - past / STOA__MOST_STAGGER * STOA__MOST_STAGGER : cells;
}

static void place_columns(stoa__table *table, char *memory, stoa__spacing apart)
{
    const stoa__schema *schema = table->schema;
    char *cells = memory + apart.first;
    cells -= (uintptr_t)cells % (apart.unit < STOA__LINE ? apart.unit : STOA__LINE);
    for (uint32_t i = 0; i < schema->field_limit; i++) {
        const stoa__schema_field *field = &schema->fields[i];
        stoa_column *column = &table->head.columns[i];
        if (field->component == 0)
            cells = near_huge_page(cells, memory, apart);
        column->cells = cells;
        column->type = field->type;
        column->plain = stoa__schema_plain(field);
        column->version = 1;
        cells += stoa__spaced(table->max_rows * stoa__width((stoa_type)field->type), apart);
        if (!stoa__schema_nullable(field))
            continue;
        column->validity = (uint64_t *)(void *)cells;
        cells += stoa__spaced(stoa__validity_bytes(table->max_rows), apart);
    }
}

/* ---- making ---- */

typedef struct request {
    size_t max_rows; /* 0: the caller gave none */
    size_t rows;     /* to have memory for */
    stoa_pool *pool;
    stoa_string_pool *strings;
    const stoa_field *fields; /* of the schema, as they were described; NULL: as those of `like` */
    size_t field_count;
    const stoa__table *like;
    bool ids;     /* rows get ids */
    bool at_once; /* all rows will be written at once, so that memory need not be zero */
} request;

static stoa__table *allocate(stoa__schema *schema, size_t more)
{
    size_t columns = schema->field_limit * sizeof(stoa_column);
    stoa__table *table = stoa__allocate_zeroed(sizeof *table + columns + more);
    if (table == NULL)
        return NULL;
    table->schema = schema;
    table->references = 1;
    table->head.columns = (stoa_column *)(void *)(table + 1);
    table->head.field_limit = schema->field_limit;
    table->head.field_count = schema->field_count;
    return table;
}

static stoa_status make_plain(stoa__table **made, stoa__schema *schema, size_t max_rows,
                              stoa_error *error)
{
    size_t bytes = plain_bytes(schema, max_rows);
    stoa__table *table = allocate(schema, bytes);
    if (table == NULL)
        return stoa__fail_memory(error, bytes + sizeof *table);
    table->max_rows = max_rows;
    table->capacity = max_rows;
    place_columns(table, (char *)(table->head.columns + schema->field_limit),
                  plain_spacing(schema, max_rows));
    *made = table;
    return STOA_OK;
}

/* Places the columns in a reserved region, for at most `most` rows. */
static void lay_out(stoa__table *table, size_t most)
{
    const stoa__schema *schema = table->schema;
    const stoa__region *region = &table->region;
    stoa__spacing apart = region_spacing(region);
    size_t rows = rows_that_fit(schema, region->bytes, apart);
    table->max_rows = rows < most ? rows : most;
    table->capacity = region->kind == STOA__RESERVED_REGION ? 0 : table->max_rows;
    place_columns(table, region->base, apart);
}

/* ---- kept regions: only for results, whose rows are all written at once ---- */

static stoa__layout layout_of(const stoa__schema *schema, size_t max_rows)
{
    stoa__layout layout = {.widths = 1, .max_rows = max_rows};
    if (schema->field_limit > 31 || schema->field_count < schema->field_limit)
        return (stoa__layout){0};
    for (uint32_t i = 0; i < schema->field_limit; i++) {
        unsigned width = (unsigned)stoa__width((stoa_type)schema->fields[i].type);
        layout.widths = layout.widths << 2 | (unsigned)__builtin_ctz(width);
        layout.nullable |= (uint64_t)stoa__schema_nullable(&schema->fields[i]) << i;
    }
    return layout;
}

/* Takes a kept region of that layout. */
static bool take_kept(stoa__table *table, size_t most, size_t rows)
{
    stoa__kept kept;
    if (!stoa__region_take(&kept, layout_of(table->schema, most), rows))
        return false;
    table->region = kept.region;
    lay_out(table, most > 0 ? most : SIZE_MAX);
    table->capacity = kept.capacity;
    table->written = kept.written;
    for (uint32_t i = 0; i < table->head.field_limit; i++) /* no bits behind the rows */
        if (table->head.columns[i].validity != NULL)
            memset(table->head.columns[i].validity, 0, stoa__validity_bytes(kept.written));
    stoa__table_give_back(table, rows);
    return true;
}

static size_t written_bytes(const stoa__table *table, size_t rows)
{
    size_t bytes = 0;
    STOA__EACH_FIELD (table, i) {
        size_t own = rows * stoa__column_width(table, i);
        bytes += stoa__round_up(own, own >= STOA__HUGE_PAGE ? STOA__HUGE_PAGE : STOA__PAGE);
        if (table->head.columns[i].validity != NULL)
            bytes += stoa__round_up(stoa__validity_bytes(rows), STOA__PAGE);
    }
    return bytes;
}

/* Keeps a table's region, or frees it if fields were added or dropped, or if a new region would
 * have more address space. */
static void leave_region(stoa__table *table)
{
    size_t written = table->written > table->head.rows ? table->written : table->head.rows;
    bool whole =
        table->region.columns == table->schema->field_limit + table->schema->nullable_count;
    bool wide = table->asked > 0 ? table->max_rows == table->asked : table->max_rows / 4 >= written;
    if (!table->region.keep || !whole || !wide) {
        stoa__region_free(&table->region);
        return;
    }
    stoa__region_keep(&(stoa__kept){.region = table->region,
                                    .layout = layout_of(table->schema, table->asked),
                                    .capacity = table->capacity,
                                    .written = written,
                                    .bytes = written_bytes(table, written)});
}

/* ---- making, further ---- */

/* Reserves address space for `most` rows (0: for as many as fit a share), and for `least` in any
 * case. */
static bool reserve(stoa__table *table, size_t most, size_t least)
{
    const stoa__schema *schema = table->schema;
    size_t least_bytes = enough_bytes(schema, least);
    size_t wanted = stoa__reserve_share(least_bytes);
    if (most > 0)
        wanted = most < MOST_BYTES / schema->row_bytes ? enough_bytes(schema, most) : MOST_BYTES;
    size_t bytes = wanted > least_bytes ? wanted : least_bytes;
    if (!stoa__region_reserve(&table->region, bytes, least_bytes, arrays_of(schema)))
        return false;
    lay_out(table, most > 0 ? most : SIZE_MAX);
    return true;
}

static stoa_status make_reserved(stoa__table **made, stoa__schema *schema, const request *wanted,
                                 stoa_error *error)
{
    stoa__table *table = allocate(schema, 0);
    if (table == NULL)
        return stoa__fail_memory(error, sizeof *table);
    bool had = (wanted->at_once && take_kept(table, wanted->max_rows, wanted->rows)) ||
               reserve(table, wanted->max_rows, wanted->rows);
    if (!had) {
        stoa__release(table);
        return stoa__fail(error, STOA_OUT_OF_MEMORY,
                          "the system refused address space for %zu rows of %zu bytes",
                          wanted->rows, schema->row_bytes);
    }
    table->region.keep = wanted->at_once;
    *made = table;
    return STOA_OK;
}

static stoa_status make_unfilled(stoa__table **made, stoa__schema *schema, const request *wanted,
                                 stoa_error *error)
{
    size_t max_rows = wanted->max_rows;
    if (wanted->rows > MOST_BYTES / schema->row_bytes)
        return stoa__fail(error, STOA_FULL, "no table has room for %zu rows of %zu bytes",
                          wanted->rows, schema->row_bytes);
    if (max_rows > 0 && max_rows < STOA__PLAIN_LIMIT &&
        max_rows * schema->row_bytes <= STOA__PLAIN_LIMIT)
        return make_plain(made, schema, max_rows, error);
    return make_reserved(made, schema, wanted, error);
}

/* Given pools are kept, since fields that need them may be added. */
static stoa_status take_pools(stoa__table *table, const request *wanted, stoa_error *error)
{
    stoa_status status = STOA_OK;
    if (wanted->pool != NULL)
        table->pool = stoa__pool_retain(wanted->pool);
    else if (table->schema->object_count > 0)
        status = stoa_pool_new(&table->pool, NULL, error);
    if (wanted->strings != NULL)
        table->head.strings = stoa_string_pool_retain(wanted->strings);
    else if (status == STOA_OK && table->schema->string_count > 0)
        status = stoa_string_pool_new(&table->head.strings, NULL, error);
    return status;
}

/* A default that is an object stays in the pool as long as the field exists. Objects come last: if
 * a string is refused, none has been retained. */
static stoa_status enter_defaults(stoa__table *table, stoa_error *error)
{
    stoa_status status = STOA_OK;
    STOA__EACH_FIELD (table, i) {
        const stoa__schema_field *field = &table->schema->fields[i];
        if (status == STOA_OK && stoa__is_string(table, i))
            status = stoa__strings_intern(table->head.strings, &field->string, 0, 1,
                                          &table->head.columns[i].initial,
                                          (stoa__place){field->name, 0}, error);
    }
    STOA__EACH_FIELD (table, i) {
        if (status == STOA_OK && stoa__is_object(table, i))
            status = stoa__pool_enter(table->pool, table->schema->fields[i].object,
                                      &table->head.columns[i].initial, error);
    }
    return status;
}

/* Takes over the reference to schema, also when it fails. */
static stoa_status make(stoa__table **made, stoa__schema *schema, const request *wanted,
                        stoa_error *error)
{
    stoa__table *table = NULL;
    stoa_status status = make_unfilled(&table, schema, wanted, error);
    if (status != STOA_OK) {
        stoa__schema_release(schema);
        return status;
    }
    table->asked = wanted->max_rows;
    status = take_pools(table, wanted, error);
    size_t mark = stoa__table_strings_mark(table);
    if (status == STOA_OK && wanted->ids)
        status = stoa__ids_new(table, wanted->rows, error);
    if (status == STOA_OK && wanted->like == NULL)
        status = stoa__links_new(table, wanted->fields, wanted->field_count, error);
    else if (status == STOA_OK)
        status = stoa__links_like(table, wanted->like, error);
    if (status == STOA_OK)
        status = stoa__table_grow(table, wanted->rows, error);
    if (status == STOA_OK)
        status = enter_defaults(table, error);
    if (status != STOA_OK) {
        stoa__table_forget_strings(table, mark);
        stoa_table_free(&table->head);
        return status;
    }
    stoa__table_open(table);
    *made = table;
    return STOA_OK;
}

static stoa_status check_request(size_t field_count, const stoa_table_options *options,
                                 stoa_error *error)
{
    if (field_count == 0)
        return stoa__fail(error, STOA_INVALID, "a table needs at least one field");
    if (field_count > STOA_MAX_FIELDS)
        return stoa__fail(error, STOA_INVALID, "a table has at most %d fields", STOA_MAX_FIELDS);
    if (options == NULL)
        return STOA_OK;
    if ((options->reserved[0] | options->reserved[1]) != 0)
        return stoa__fail(error, STOA_INVALID, "stoa_table_options.reserved must be zero");
    if (options->flags > STOA_ROWS_UNWRITTEN)
        return stoa__fail(error, STOA_INVALID, "stoa_table_options.flags has unknown flags");
    if (stoa__byte_of(&options->ids) > 1)
        return stoa__fail(error, STOA_INVALID, "stoa_table_options.ids is neither true nor false");
    if (stoa__byte_of(&options->ids) == 1 &&
        (options->max_rows > STOA__MOST_ID_ROWS || options->rows > STOA__MOST_ID_ROWS))
        return stoa__fail(error, STOA_FULL, "a table with ids has at most %zu rows",
                          STOA__MOST_ID_ROWS);
    if (options->max_rows != 0 && options->rows > options->max_rows)
        return stoa__fail(error, STOA_FULL, "%zu rows are more than max_rows, which is %zu",
                          options->rows, options->max_rows);
    return STOA_OK;
}

stoa_status stoa_table_new(stoa_table **table, const stoa_field *fields, size_t field_count,
                           const stoa_table_options *options, stoa_error *error)
{
    static const stoa_table_options defaults;
    STOA__REQUIRE_ARGUMENT(error, table);
    stoa_status status = check_request(field_count, options, error);
    if (status != STOA_OK)
        return status;
    STOA__REQUIRE_EACH(error, fields, field_count, .name);
    if (options == NULL)
        options = &defaults;
    stoa__schema *schema;
    status = stoa__schema_new(&schema, fields, field_count, error);
    if (status != STOA_OK)
        return status;
    stoa__table *made;
    bool unwritten = options->flags == STOA_ROWS_UNWRITTEN;
    status = make(&made, schema,
                  &(request){.max_rows = options->max_rows,
                             .rows = options->rows,
                             .pool = options->pool,
                             .strings = options->strings,
                             .fields = fields,
                             .field_count = field_count,
                             .ids = options->ids,
                             .at_once = unwritten},
                  error);
    if (status != STOA_OK)
        return status;
    stoa__table_expect(made, 0, options->rows);
    STOA__EACH_FIELD (made, i) {
        if (!unwritten || stoa__is_pooled(made, i) || made->head.columns[i].validity != NULL)
            stoa__column_write_defaults(made, i, 0, options->rows);
    }
    stoa__table_set_rows(made, options->rows);
    *table = &made->head;
    return STOA_OK;
}

/* If no max_rows was asked for, the copy asks for none either: else a few hundred copies of a table
 * with room to grow would take all address space. */
stoa_status stoa__table_like(stoa__table **made, const stoa__table *table, size_t rows,
                             stoa_error *error)
{
    stoa__schema *schema;
    stoa_status status = stoa__schema_compact(&schema, table->schema, error);
    if (status != STOA_OK)
        return status;
    size_t max_rows = table->max_rows > rows ? table->max_rows : rows;
    if (table->asked == 0)
        max_rows = 0;
    status = make(made, schema,
                  &(request){.max_rows = max_rows,
                             .rows = rows,
                             .pool = table->pool,
                             .strings = table->head.strings,
                             .like = table,
                             .ids = table->head.ids != NULL,
                             .at_once = true},
                  error);
    if (status == STOA_OK)
        stoa__table_expect(*made, 0, rows);
    return status;
}

/* ---- freeing ---- */

static void destroy(stoa__table *table)
{
    stoa_pool *pool = table->pool;
    stoa__links_free(table);
    stoa_string_pool_free(table->head.strings);
    stoa__table_leave_objects(table, 0, table->head.rows);
    STOA__EACH_FIELD (table, i) {
        if (stoa__is_object(table, i))
            stoa__pool_leave(pool, table->head.columns[i].initial);
    }
    for (uint32_t i = 0; table->extra != NULL && i < table->head.field_limit; i++)
        stoa__region_free(&table->extra[i].own);
    leave_region(table);
    stoa__ids_free(table);
    stoa__release(table->extra);
    stoa__schema_release(table->schema);
    if ((void *)table->head.columns != (void *)(table + 1))
        stoa__release(table->head.columns);
    stoa__release(table);
    stoa__pool_release_pending(pool);
    stoa_pool_free(pool);
}

void stoa_table_free(stoa_table *table)
{
    if (table != NULL &&
        __atomic_sub_fetch(&stoa__whole(table)->references, 1, __ATOMIC_ACQ_REL) == 0)
        destroy(stoa__whole(table));
}

/* ---- checks ---- */

stoa_status stoa__check_row(const stoa_table *table, size_t row, stoa_error *error)
{
    if (row < table->rows)
        return STOA_OK;
    return stoa__fail_at(error, STOA_OUT_OF_RANGE, row, "there is no row %zu: the table has %zu",
                         row, table->rows);
}

stoa_status stoa__check_rows(const stoa_table *table, size_t first, size_t count, stoa_error *error)
{
    if (first <= table->rows && count <= table->rows - first)
        return STOA_OK;
    return stoa__fail_at(error, STOA_OUT_OF_RANGE, first,
                         "there are no %zu rows from row %zu on: the table has %zu", count, first,
                         table->rows);
}

stoa_status stoa__check_field(const stoa_table *table, size_t field, stoa_error *error)
{
    if (stoa__field_exists(table, field))
        return STOA_OK;
    return stoa__fail(error, STOA_NO_FIELD, "there is no field with index %zu", field);
}

/* ---- memory that lies among the cells ---- */

static bool is_among_cells(const stoa__table *table, const void *memory, size_t bytes)
{
    uintptr_t first = (uintptr_t)memory, end = first + bytes;
    STOA__EACH_FIELD (table, i) {
        uintptr_t bits = (uintptr_t)table->head.columns[i].validity;
        if (first < (uintptr_t)stoa__cell_at(table, i, table->head.rows) &&
            (uintptr_t)stoa__cell_at(table, i, 0) < end)
            return true;
        if (bits != 0 && first < bits + stoa__validity_bytes(table->head.rows) && bits < end)
            return true;
    }
    return false;
}

stoa_status stoa__table_keep_aside(void **aside, const stoa__table *table, const void *memory,
                                   size_t bytes, stoa_error *error)
{
    *aside = NULL;
    if (!is_among_cells(table, memory, bytes))
        return STOA_OK;
    *aside = stoa__allocate(bytes);
    if (*aside == NULL)
        return stoa__fail_memory(error, bytes);
    memcpy(*aside, memory, bytes);
    return STOA_OK;
}
