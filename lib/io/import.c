/* import.c: arrays of Arrow become rows of a table.
 *
 * Every array is checked before a row is appended. Then the rows come slice by slice, by
 * stoa_table_extend; if one fails, those that came are taken back: the table is as it was. */
#include <string.h>

#include "base/memory.h"
#include "io/arrival.h"
#include "store/grow.h"

/* ---- columns ---- */

typedef struct intake {
    stoa_table *table;
    const struct ArrowSchema *schema;
    bool is_struct; /* else the schema is that of the only column */
    size_t count;
    stoa__arrival *columns;
    stoa_source *sources;
    size_t source_count;
    bool needs_room;
    const struct ArrowArray *taken; /* the array that the columns have taken up, and checked */
} intake;

/* Whether the schema is one of columns, or that of a single one. */
static stoa_status check_schema(const struct ArrowSchema *schema, bool *is_struct,
                                stoa_error *error)
{
    stoa__arrow_type type;
    stoa__arrow_path path = stoa__arrow_path_of(schema);
    stoa_status status = stoa__arrow_parse(schema, &path, &type, error);
    if (status != STOA_OK)
        return status;
    *is_struct = type.layout == STOA__LAYOUT_STRUCT;
    if (*is_struct && schema->n_children > STOA_MAX_FIELDS)
        return stoa__fail(error, STOA_FULL, "a table has at most %d fields, not %lld",
                          STOA_MAX_FIELDS, (long long)schema->n_children);
    return STOA_OK;
}

static const struct ArrowSchema *column_schema(const intake *in, size_t column)
{
    return in->is_struct ? in->schema->children[column] : in->schema;
}

static stoa_status init_columns(intake *in, stoa_error *error)
{
    size_t bytes = (in->count + 1) * sizeof *in->columns;
    in->columns = stoa__allocate_zeroed(bytes);
    if (in->columns == NULL)
        return stoa__fail_memory(error, bytes);
    for (size_t i = 0; i < in->count; i++) {
        stoa_status status =
            stoa__arrival_init(&in->columns[i], in->table, column_schema(in, i), error);
        if (status != STOA_OK)
            return status;
        in->source_count += stoa__arrival_sources(&in->columns[i]);
        in->needs_room = in->needs_room || stoa__arrival_needs_room(&in->columns[i]);
    }
    bytes = (in->source_count + 1) * sizeof *in->sources;
    in->sources = stoa__allocate_zeroed(bytes);
    return in->sources == NULL ? stoa__fail_memory(error, bytes) : STOA_OK;
}

static stoa_status intake_init(intake *in, stoa_table *table, const struct ArrowSchema *schema,
                               stoa_error *error)
{
    *in = (intake){.table = table, .schema = schema};
    stoa_status status = check_schema(schema, &in->is_struct, error);
    if (status != STOA_OK)
        return status;
    in->count = in->is_struct ? (size_t)schema->n_children : 1;
    return init_columns(in, error);
}

static void intake_dispose(intake *in)
{
    for (size_t i = 0; in->columns != NULL && i < in->count; i++)
        stoa__arrival_dispose(&in->columns[i]);
    stoa__release(in->columns);
    stoa__release(in->sources);
}

/* ---- arrays ---- */

static stoa_status check_struct(const intake *in, const struct ArrowArray *array, stoa_error *error)
{
    static const stoa__arrow_type type = {.layout = STOA__LAYOUT_STRUCT};
    static const stoa__arrow_path path = {""};
    stoa_status status = stoa__arrow_check(array, &type, &path, 0, 0, error);
    if (status != STOA_OK)
        return status;
    if (array->n_children != in->schema->n_children)
        return stoa__fail(error, STOA_INVALID, "an array has %lld columns, but its schema %lld",
                          (long long)array->n_children, (long long)in->schema->n_children);
    bool has_nulls = array->null_count != 0 && array->buffers[0] != NULL;
    for (size_t i = 0; has_nulls && i < (size_t)array->length; i++)
        if (!stoa__arrow_has(array, (size_t)array->offset + i))
            return stoa__fail_at(error, STOA_WRONG_TYPE, i,
                                 "row %zu is null as a whole, which no row of a table can be", i);
    return STOA_OK;
}

/* Takes up an array, and tells how many rows it has. */
static stoa_status take(intake *in, const struct ArrowArray *array, size_t *rows, stoa_error *error)
{
    if (in->is_struct) {
        stoa_status status = check_struct(in, array, error);
        if (status != STOA_OK)
            return status;
    } else if (array->length < 0) {
        return stoa__fail(error, STOA_INVALID, "an array has length %lld",
                          (long long)array->length);
    }
    *rows = (size_t)array->length;
    stoa_status status = STOA_OK;
    for (size_t i = 0; status == STOA_OK && i < in->count; i++)
        status = stoa__arrival_take(&in->columns[i], in->is_struct ? array->children[i] : array,
                                    in->is_struct ? (size_t)array->offset : 0, *rows, error);
    in->taken = status == STOA_OK ? array : NULL;
    return status;
}

static stoa_status append_slice(intake *in, size_t first, size_t count, stoa_error *error)
{
    stoa_source *sources = in->sources;
    for (size_t i = 0; i < in->count; i++) {
        stoa_status status = stoa__arrival_slice(&in->columns[i], first, count, sources, error);
        if (status != STOA_OK)
            return status;
        sources += stoa__arrival_sources(&in->columns[i]);
    }
    return stoa_table_extend(in->table, in->sources, in->source_count, count, error);
}

static stoa_status append(intake *in, const struct ArrowArray *array, stoa_error *error)
{
    size_t rows = (size_t)array->length;
    stoa_status status = in->taken == array ? STOA_OK : take(in, array, &rows, error);
    size_t most = in->needs_room ? STOA__ARROW_SLICE : rows;
    for (size_t first = 0; status == STOA_OK && first < rows; first += most)
        status = append_slice(in, first, rows - first < most ? rows - first : most, error);
    return status;
}

/* ---- all of them ---- */

/* Room for that many rows. Where rows come in many arrays, for half as many again as there are:
 * growing is rare then, and pages are huge. That more rows will come is known by those that are
 * there, or by room that the caller has reserved. */
static stoa_status make_room(stoa__table *table, size_t total, stoa_error *error)
{
    size_t rows = table->head.rows, more = rows / 2;
    bool has_more = total > table->capacity && total < table->max_rows &&
                    more < table->max_rows - total && more > 0 &&
                    stoa__table_grow(table, total + more, NULL) == STOA_OK;
    stoa_status status = has_more ? STOA_OK : stoa__table_grow(table, total, error);
    bool goes_on = rows > 0 || table->capacity / 3 * 2 > total;
    if (status == STOA_OK && goes_on)
        stoa__table_expect_more(table, rows);
    else if (status == STOA_OK)
        stoa__table_expect(table, rows, total);
    return status;
}

/* Checks all, and asks for the memory of their rows at once. */
static stoa_status prepare(intake *in, const struct ArrowArray *const *arrays, size_t count,
                           stoa_error *error)
{
    stoa__table *table = stoa__whole(in->table);
    size_t total = in->table->rows;
    for (size_t i = 0; i < count; i++) {
        size_t rows;
        stoa_status status = take(in, arrays[i], &rows, error);
        if (status != STOA_OK)
            return status;
        if (rows > SIZE_MAX - total)
            return stoa__fail(error, STOA_FULL, "no table has room for so many rows");
        total += rows;
    }
    return make_room(table, total, error);
}

static void take_back(stoa__table *table, size_t rows, size_t strings)
{
    if (table->head.rows > rows) {
        stoa__table_leave_objects(table, rows, table->head.rows - rows);
        stoa__table_set_rows(table, rows);
    }
    stoa__table_forget_strings(table, strings);
    stoa__table_open(table);
    stoa__pool_release_pending(table->pool);
}

static stoa_status extend(intake *in, const struct ArrowArray *const *arrays, size_t count,
                          stoa_error *error)
{
    stoa__table *table = stoa__whole(in->table);
    size_t rows = in->table->rows, strings = stoa__table_strings_mark(table);
    in->taken = NULL; /* the next array may lie where the last one lay */
    stoa_status status = prepare(in, arrays, count, error);
    for (size_t i = 0; status == STOA_OK && i < count; i++)
        status = append(in, arrays[i], error);
    if (status != STOA_OK)
        take_back(table, rows, strings);
    return status;
}

stoa_status stoa_table_extend_arrow(stoa_table *table, const struct ArrowSchema *schema,
                                    const struct ArrowArray *const *arrays, size_t count,
                                    stoa_error *error)
{
    intake in;
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_ARGUMENT(error, schema);
    STOA__REQUIRE_EACH(error, arrays, count, );
    stoa_status status = intake_init(&in, table, schema, error);
    if (status == STOA_OK)
        status = extend(&in, arrays, count, error);
    intake_dispose(&in);
    return status;
}

/* ---- new tables ---- */

static stoa_status describe(stoa_field *field, const struct ArrowSchema *schema, stoa_error *error)
{
    stoa__arrival column;
    stoa_status status = stoa__arrival_describe(&column, schema, error);
    if (status != STOA_OK)
        return status;
    bool is_nullable = (schema->flags & ARROW_FLAG_NULLABLE) != 0 && column.length == 0;
    bool is_nothing = column.type.layout == STOA__LAYOUT_NOTHING;
    *field = (stoa_field){.name = stoa__arrow_name(schema),
                          .type = is_nothing ? STOA_BOOL : column.type.type,
                          .flags = is_nullable || is_nothing ? STOA_NULLABLE : 0,
                          .zone = column.type.zone,
                          .length = (uint16_t)column.length,
                          .unit = column.type.unit};
    return STOA_OK;
}

stoa_status stoa_table_from_arrow_schema(stoa_table **table, const struct ArrowSchema *schema,
                                         const stoa_table_options *options, stoa_error *error)
{
    intake in = {.schema = schema};
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_ARGUMENT(error, schema);
    stoa_status status = check_schema(schema, &in.is_struct, error);
    if (status != STOA_OK)
        return status;
    in.count = in.is_struct ? (size_t)schema->n_children : 1;
    size_t bytes = (in.count + 1) * sizeof(stoa_field);
    stoa_field *fields = stoa__allocate(bytes);
    if (fields == NULL)
        return stoa__fail_memory(error, bytes);
    for (size_t i = 0; status == STOA_OK && i < in.count; i++)
        status = describe(&fields[i], column_schema(&in, i), error);
    if (status == STOA_OK)
        status = stoa_table_new(table, fields, in.count, options, error);
    stoa__release(fields);
    return status;
}

/* ---- streams ---- */

/* What a stream says of its failure, as a status. */
static stoa_status stream_failed(struct ArrowArrayStream *stream, int code, const char *what,
                                 stoa_error *error)
{
    const char *says = stream->get_last_error == NULL ? NULL : stream->get_last_error(stream);
    return stoa__fail(error, STOA_REFUSED, "the stream gives no %s (error %d)%s%s", what, code,
                      says == NULL ? "" : ": ", says == NULL ? "" : says);
}

static stoa_status append_all(intake *in, struct ArrowArrayStream *stream, stoa_error *error)
{
    for (;;) {
        struct ArrowArray array = {0};
        int code = stream->get_next(stream, &array);
        if (code != 0)
            return stream_failed(stream, code, "array", error);
        if (array.release == NULL)
            return STOA_OK;
        const struct ArrowArray *one = &array;
        stoa_status status = extend(in, &one, 1, error);
        array.release(&array);
        if (status != STOA_OK)
            return status;
    }
}

static stoa_status from_stream(stoa_table **table, struct ArrowArrayStream *stream,
                               const struct ArrowSchema *schema, const stoa_table_options *options,
                               stoa_error *error)
{
    intake in;
    stoa_table *made;
    stoa_status status = stoa_table_from_arrow_schema(&made, schema, options, error);
    if (status != STOA_OK)
        return status;
    status = intake_init(&in, made, schema, error);
    if (status == STOA_OK)
        status = append_all(&in, stream, error);
    intake_dispose(&in);
    if (status == STOA_OK)
        *table = made;
    else
        stoa_table_free(made);
    return status;
}

stoa_status stoa_table_from_arrow(stoa_table **table, struct ArrowArrayStream *stream,
                                  const stoa_table_options *options, stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_ARGUMENT(error, stream);
    struct ArrowSchema schema = {0};
    if (stream->release == NULL || stream->get_schema == NULL || stream->get_next == NULL)
        return stoa__fail(error, STOA_INVALID, "the stream is none, or it was released");
    int code = stream->get_schema(stream, &schema);
    if (code != 0)
        return stream_failed(stream, code, "schema", error);
    stoa_status status = from_stream(table, stream, &schema, options, error);
    if (schema.release != NULL)
        schema.release(&schema);
    return status;
}
