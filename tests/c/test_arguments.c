/* test_arguments.c: every function that the library exports, with every argument that cannot be.
 *
 * exports.inc has a line EXPORT(name) for each line of exports.txt, so a new export without tries
 * of its own does not build. What a try is, and what must hold of it, is said in attempt.h. What
 * no function can know is not tried: a pointer to something else, an array shorter than its count
 * says. */
#include "../support/attempt.h"

#define EXPORT(name) static void attempts_##name(attempt *a);
#include "exports.inc"
#undef EXPORT

enum { ROWS = ATTEMPT_ROWS };

/* ---- numbers that cannot be ---- */

#define TRUNCATED(number)                                                  \
    ((size_t)1 << 32 | (number)) /* what 32 bits would take for the number \
                                  */
#define MOST (SIZE_MAX / 2)      /* bytes of any array */

static const odd no_row[] = {
    {ROWS, false}, {ROWS + 1, false}, {TRUNCATED(1), false}, {MOST, false}, {SIZE_MAX, false}};
static const odd no_field[] = {
    {ATTEMPT_DROPPED, false}, {ATTEMPT_DROPPED + 1, false}, {256, false},  {STOA_MAX_FIELDS, false},
    {65536, false},           {TRUNCATED(0), false},        {MOST, false}, {SIZE_MAX, false}};
static const odd no_type[] = {{STOA_NO_TYPE, false}, {STOA_OBJECT + 1, false}, {255, false},
                              {257, false},          {65537, false},           {INT32_MAX, false},
                              {UINT32_MAX, false}};
/* Of an array whose length is not to be told otherwise. */
static const odd no_length[] = {
    {MOST / 4 + 1, false}, {MOST, false}, {MOST + 1, false}, {SIZE_MAX, false}};
/* Of an array that must have ROWS elements. */
static const odd not_all_rows[] = {{0, false},        {ROWS - 1, false}, {ROWS + 1, false},
                                   {MOST / 4, false}, {MOST, false},     {SIZE_MAX, false}};
static const odd not_one[] = {{0, false}, {2, false}, {TRUNCATED(1), false}, {SIZE_MAX, false}};
static const odd not_two[] = {
    {0, false}, {1, false}, {3, false}, {TRUNCATED(2), false}, {SIZE_MAX, false}};
static const odd not_zero[] = {{1, false}, {MOST + 1, false}, {SIZE_MAX, false}};
static const odd too_many_rows[] = {
    {0, true},         {1, true},     {ATTEMPT_MOST_ROWS, true}, {ATTEMPT_MOST_ROWS + 1, false},
    {MOST / 8, false}, {MOST, false}, {SIZE_MAX - 1, false},     {SIZE_MAX, false}};
static const odd any_number[] = {{0, true}, {1, true}, {SIZE_MAX, true}};

/* ---- structs ---- */

static stoa_row tried_row(attempt *a)
{
    return stoa_table_row(NEEDED("row.table", a->table), NUMBER("row.index", 1, no_row));
}

static stoa_field tried_field(attempt *a, const char *name, const char *good)
{
    static const odd flags[] = {{1, false}, {UINT32_MAX, false}};
    stoa_field field = {.name = TEXT(name, good),
                        .type = (stoa_type)NUMBER("type", STOA_INT32, no_type),
                        .flags = (uint32_t)NUMBER("flags", 0, flags),
                        .initial.int64 = 5,
                        .initial.uint64 = NUMBER("initial.uint64", 0, not_zero),
                        .reserved = {NUMBER("reserved[0]", 0, not_zero),
                                     NUMBER("reserved[1]", 0, not_zero),
                                     NUMBER("reserved[2]", 0, not_zero)}};
    attempt_flag(a, "initial.boolean", &field.initial.boolean);
    return field;
}

/* Of int32, without a name. */
static stoa_source tried_source(attempt *a, const int32_t *data)
{
    static const odd no_stride[] = {{(size_t)PTRDIFF_MIN, false},
                                    {(size_t)PTRDIFF_MIN + 1, false},
                                    {(size_t)PTRDIFF_MAX, false},
                                    {(size_t)0 - PTRDIFF_MAX / 2, false}};
    stoa_source source = {.type = (stoa_type)NUMBER("source.type", STOA_INT32, no_type),
                          .data = data,
                          .stride = (ptrdiff_t)NUMBER("source.stride", 0, no_stride),
                          .reserved = {NUMBER("source.reserved[0]", 0, not_zero),
                                       NUMBER("source.reserved[1]", 0, not_zero)}};
    static const odd missing[] = {{1, false}};
    if (NUMBER("no source.data", 0, missing) != 0)
        source.data = NULL;
    attempt_flag(a, "source.repeat", &source.repeat);
    return source;
}

static stoa_extent tried_extent(attempt *a)
{
    static const odd rows[] = {
        {1, true}, {ROWS, true}, {ROWS + 1, false}, {MOST, false}, {SIZE_MAX, false}};
    return (stoa_extent){.rows = NUMBER("extent.rows", 0, rows),
                         .selection = OPTIONAL("extent.selection", a->selection),
                         .reserved = {NUMBER("extent.reserved[0]", 0, not_zero),
                                      NUMBER("extent.reserved[1]", 0, not_zero)}};
}

/* ---- types and statuses ---- */

ATTEMPTS(stoa_version)
{
    EACH_TRY attempt_gave(a, strcmp(stoa_version(), "") != 0, false);
}

ATTEMPTS(stoa_status_name)
{
    EACH_TRY
    {
        const char *name = stoa_status_name((stoa_status)NUMBER("status", STOA_FULL, no_row));
        attempt_gave(a, strcmp(name, "STOA_FULL") == 0, strncmp(name, "STOA_", 5) == 0);
    }
}

ATTEMPTS(stoa_status_text)
{
    EACH_TRY
    {
        const char *text = stoa_status_text((stoa_status)NUMBER("status", STOA_FULL, no_row));
        attempt_gave(a, *text != '\0', *text != '\0');
    }
}

ATTEMPTS(stoa_type_name)
{
    EACH_TRY
    {
        const char *name = stoa_type_name((stoa_type)NUMBER("type", STOA_INT8, no_type));
        attempt_gave(a, name != NULL && strcmp(name, "int8") == 0, name == NULL);
    }
}

ATTEMPTS(stoa_type_width)
{
    EACH_TRY
    {
        size_t width = stoa_type_width((stoa_type)NUMBER("type", STOA_INT16, no_type));
        attempt_gave(a, width == 2, width == 0);
    }
}

ATTEMPTS(stoa_type_named)
{
    EACH_TRY
    {
        stoa_type type = stoa_type_named(TEXT("name", "int8"));
        attempt_gave(a, type == STOA_INT8, type == STOA_NO_TYPE);
    }
}

/* ---- settings ---- */

ATTEMPTS(stoa_set_threads)
{
    static const odd threads[] = {
        {1, true}, {256, true}, {257, false}, {TRUNCATED(1), false}, {SIZE_MAX, false}};
    EACH_TRY JUDGE(stoa_set_threads(NUMBER("threads", 0, threads), ERROR));
    PASSES(stoa_set_threads(0, &trouble));
}

ATTEMPTS(stoa_threads)
{
    EACH_TRY attempt_gave(a, stoa_threads() > 0, false);
}

ATTEMPTS(stoa_simd)
{
    EACH_TRY attempt_gave(a, strlen(stoa_simd()) > 0, false);
}

ATTEMPTS(stoa_trim)
{
    EACH_TRY attempt_gave(a, stoa_trim() < MOST, false);
}

/* ---- pools ---- */

ATTEMPTS(stoa_pool_new)
{
    EACH_TRY
    {
        stoa_pool *made;
        const stoa_pool_options options = {
            .reserved = {NUMBER("reserved[0]", 0, not_zero), NUMBER("reserved[1]", 0, not_zero),
                         NUMBER("reserved[2]", 0, not_zero), NUMBER("reserved[3]", 0, not_zero)}};
        if (JUDGE(stoa_pool_new(PLACE("pool", &made), OPTIONAL("options", &options), ERROR)))
            stoa_pool_free(made);
    }
}

ATTEMPTS(stoa_pool_free)
{
    EACH_TRY
    {
        stoa_pool *made = NULL;
        PASSES(stoa_pool_new(&made, NULL, &trouble));
        stoa_pool *given = NEEDED("pool", made);
        stoa_pool_free(given);
        attempt_gave(a, true, true);
        stoa_pool_free(given == NULL ? made : NULL);
    }
}

static const odd no_handle[] = {{0, false}, {4, false}, {65537, false}, {UINT32_MAX, false}};

ATTEMPTS(stoa_pool_get)
{
    EACH_TRY
    {
        const void *object =
            stoa_pool_get(NEEDED("pool", a->pool), (stoa_handle)NUMBER("handle", 2, no_handle));
        attempt_gave(a, object != NULL, object == NULL);
    }
}

ATTEMPTS(stoa_pool_find)
{
    EACH_TRY
    {
        const void *object = stoa_pool_get(a->pool, 2);
        stoa_handle handle = stoa_pool_find(NEEDED("pool", a->pool), NEEDED("object", object));
        attempt_gave(a, handle == 2, handle == 0);
    }
}

ATTEMPTS(stoa_pool_count)
{
    EACH_TRY
    {
        size_t count = stoa_pool_count(NEEDED("pool", a->pool));
        attempt_gave(a, count == ROWS / 2, count == 0);
    }
}

ATTEMPTS(stoa_pool_uses)
{
    EACH_TRY
    {
        size_t uses =
            stoa_pool_uses(NEEDED("pool", a->pool), (stoa_handle)NUMBER("handle", 2, no_handle));
        attempt_gave(a, uses == 2, uses == 0);
    }
}

ATTEMPTS(stoa_pool_bytes)
{
    EACH_TRY
    {
        size_t bytes = stoa_pool_bytes(NEEDED("pool", a->pool));
        attempt_gave(a, bytes > 0, bytes == 0);
    }
}

/* ---- tables as a whole ---- */

ATTEMPTS(stoa_table_new)
{
    static const odd counts[] = {{0, false},        {STOA_MAX_FIELDS + 1, false},
                                 {MOST / 8, false}, {TRUNCATED(2), false},
                                 {MOST, false},     {SIZE_MAX, false}};
    static const odd rows[] = {{0, true},         {1, true},     {11, false},
                               {MOST / 8, false}, {MOST, false}, {SIZE_MAX, false}};
    static const odd max_rows[] = {{0, true}, {1, false}, {MOST / 8, true}, {SIZE_MAX, true}};
    static const odd flags[] = {
        {STOA_ROWS_UNWRITTEN, true}, {2, false}, {TRUNCATED(0), false}, {SIZE_MAX, false}};
    EACH_TRY
    {
        stoa_table *made;
        const stoa_field fields[] = {{.name = "a", .type = STOA_OBJECT},
                                     tried_field(a, "fields[1].name", "b")};
        const stoa_table_options options = {
            .rows = NUMBER("options.rows", 2, rows),
            .max_rows = NUMBER("options.max_rows", 10, max_rows),
            .pool = OPTIONAL("options.pool", a->pool),
            .flags = NUMBER("options.flags", 0, flags),
            .reserved = {NUMBER("options.reserved[0]", 0, not_zero),
                         NUMBER("options.reserved[1]", 0, not_zero),
                         NUMBER("options.reserved[2]", 0, not_zero)}};
        if (JUDGE(stoa_table_new(PLACE("table", &made), NEEDED("fields", fields),
                                 NUMBER("field_count", 2, counts), OPTIONAL("options", &options),
                                 ERROR)))
            stoa_table_free(made);
    }
}

ATTEMPTS(stoa_table_free)
{
    EACH_TRY
    {
        stoa_table *made = TABLE(NULL, {.name = "x", .type = STOA_INT8});
        stoa_table *given = NEEDED("table", made);
        stoa_table_free(given);
        attempt_gave(a, true, true);
        stoa_table_free(given == NULL ? made : NULL);
    }
}

ATTEMPTS(stoa_table_copy)
{
    EACH_TRY
    {
        stoa_table *made;
        if (JUDGE(stoa_table_copy(PLACE("copy", &made), NEEDED("table", a->table), ERROR)))
            stoa_table_free(made);
    }
}

ATTEMPTS(stoa_table_take)
{
    EACH_TRY
    {
        stoa_table *made;
        const size_t indices[] = {5, NUMBER("indices[1]", 0, no_row)};
        if (JUDGE(stoa_table_take(PLACE("taken", &made), NEEDED("table", a->table),
                                  NEEDED("indices", indices), NUMBER("count", 2, no_length),
                                  ERROR)))
            stoa_table_free(made);
    }
}

/* Of NULL, and of a field that is none: nothing. */
#define TELLS(function, good, nothing, arguments)                                           \
    ATTEMPTS(function)                                                                      \
    {                                                                                       \
        EACH_TRY                                                                            \
        {                                                                                   \
            const stoa_table *table = NEEDED("table", a->table);                            \
            attempt_gave(a, function arguments == (good), function arguments == (nothing)); \
        }                                                                                   \
    }

TELLS(stoa_table_rows, ROWS, 0, (table))
TELLS(stoa_table_max_rows, ATTEMPT_MOST_ROWS, 0, (table))
TELLS(stoa_table_capacity, ATTEMPT_MOST_ROWS, 0, (table))
TELLS(stoa_table_row_bytes, 1 + 2 * (1 + 2 + 4 + 8) + 4 + 8 + 4, 0, (table))
TELLS(stoa_table_field_count, ATTEMPT_FIELDS, 0, (table))
TELLS(stoa_table_field_limit, ATTEMPT_FIELDS + 1, 0, (table))
TELLS(stoa_table_pool, a->pool, NULL, (table))
TELLS(stoa_table_field_type, STOA_INT8, STOA_NO_TYPE, (table, NUMBER("field", 1, no_field)))
TELLS(stoa_column_cells, a->table->columns[1].cells, NULL, (table, NUMBER("field", 1, no_field)))

ATTEMPTS(stoa_table_field_name)
{
    EACH_TRY
    {
        const char *name =
            stoa_table_field_name(NEEDED("table", a->table), NUMBER("field", 1, no_field));
        attempt_gave(a, name != NULL && strcmp(name, "int8") == 0, name == NULL);
    }
}

ATTEMPTS(stoa_table_field_initial)
{
    EACH_TRY
    {
        stoa_value value;
        JUDGE(stoa_table_field_initial(NEEDED("table", a->table), NUMBER("field", 1, no_field),
                                       PLACE("initial", &value)));
    }
}

ATTEMPTS(stoa_table_find_field)
{
    EACH_TRY
    {
        size_t field;
        JUDGE(stoa_table_find_field(NEEDED("table", a->table), TEXT("name", "int8"),
                                    PLACE("field", &field), ERROR));
    }
}

/* ---- fields ---- */

ATTEMPTS(stoa_table_add_field)
{
    EACH_TRY
    {
        size_t index;
        const stoa_field field = tried_field(a, "field->name", "new");
        JUDGE(stoa_table_add_field(NEEDED("table", a->table), NEEDED("field", &field),
                                   OPTIONAL_PLACE("index", &index), ERROR));
    }
}

ATTEMPTS(stoa_table_drop_field)
{
    EACH_TRY JUDGE(stoa_table_drop_field(NEEDED("table", a->table), TEXT("name", "int8"), ERROR));
}

ATTEMPTS(stoa_table_rename_field)
{
    EACH_TRY JUDGE(stoa_table_rename_field(NEEDED("table", a->table), TEXT("name", "int8"),
                                           TEXT("new_name", "new"), ERROR));
}

/* ---- rows of a table ---- */

ATTEMPTS(stoa_table_resize)
{
    EACH_TRY JUDGE(
        stoa_table_resize(NEEDED("table", a->table), NUMBER("rows", 9, too_many_rows), ERROR));
}

ATTEMPTS(stoa_table_reserve)
{
    EACH_TRY JUDGE(
        stoa_table_reserve(NEEDED("table", a->table), NUMBER("rows", 9, too_many_rows), ERROR));
}

static const odd too_many_values[] = {
    {0, true},         {1, true},        {ATTEMPT_FIELDS + 1, false}, {TRUNCATED(2), false},
    {MOST / 8, false}, {SIZE_MAX, false}};

ATTEMPTS(stoa_table_append)
{
    EACH_TRY
    {
        const stoa_value values[] = {stoa_boolean_value(true),
                                     attempt_value(a, "values[1]", stoa_int64_value(5))};
        JUDGE(stoa_table_append(NEEDED("table", a->table), NEEDED("values", values),
                                NUMBER("count", 2, too_many_values), ERROR));
    }
}

ATTEMPTS(stoa_table_insert)
{
    static const odd no_gap[] = {
        {ROWS, true}, {ROWS + 1, false}, {TRUNCATED(1), false}, {MOST, false}, {SIZE_MAX, false}};
    EACH_TRY
    {
        const stoa_value values[] = {stoa_boolean_value(true),
                                     attempt_value(a, "values[1]", stoa_int64_value(5))};
        JUDGE(stoa_table_insert(NEEDED("table", a->table), NUMBER("index", 2, no_gap),
                                NEEDED("values", values), NUMBER("count", 2, too_many_values),
                                ERROR));
    }
}

ATTEMPTS(stoa_table_replace)
{
    EACH_TRY
    {
        const stoa_value values[] = {stoa_boolean_value(true),
                                     attempt_value(a, "values[1]", stoa_int64_value(5))};
        JUDGE(stoa_table_replace(NEEDED("table", a->table), NUMBER("index", 2, no_row),
                                 NEEDED("values", values), NUMBER("count", 2, too_many_values),
                                 ERROR));
    }
}

ATTEMPTS(stoa_table_extend)
{
    static const odd rows[] = {{0, true},         {ATTEMPT_MOST_ROWS, false},
                               {MOST / 8, false}, {SIZE_MAX - ROWS, false},
                               {MOST, false},     {SIZE_MAX, false}};
    static const odd counts[] = {{0, true}, {MOST / 8, false}, {MOST, false}, {SIZE_MAX, false}};
    EACH_TRY
    {
        static const int32_t data[] = {1, 2, 3, 4};
        static const int8_t bytes[ATTEMPT_MOST_ROWS] = {5};
        stoa_source sources[] = {{.name = "int8", .type = STOA_INT8, .data = bytes},
                                 tried_source(a, data)};
        sources[1].name = TEXT("sources[1].name", "int32");
        JUDGE(stoa_table_extend(NEEDED("table", a->table), NEEDED("sources", sources),
                                NUMBER("source_count", 2, counts), NUMBER("rows", 4, rows), ERROR));
    }
}

ATTEMPTS(stoa_table_splice)
{
    static const odd steps[] = {{(size_t)-1, false},
                                {0, false},
                                {2, false},
                                {(size_t)PTRDIFF_MAX, false},
                                {(size_t)PTRDIFF_MIN, false}};
    static const odd counts[] = {
        {0, true}, {1, true}, {ROWS, false}, {MOST, false}, {SIZE_MAX, false}};
    static const odd rows[] = {
        {0, true}, {ATTEMPT_MOST_ROWS, false}, {MOST / 8, false}, {MOST, false}, {SIZE_MAX, false}};
    static const odd source_counts[] = {
        {0, true}, {MOST / 8, false}, {MOST, false}, {SIZE_MAX, false}};
    EACH_TRY
    {
        static const int32_t data[] = {1, 2, 3, 4};
        static const int8_t bytes[ATTEMPT_MOST_ROWS] = {5};
        stoa_source sources[] = {{.name = "int8", .type = STOA_INT8, .data = bytes},
                                 tried_source(a, data)};
        sources[1].name = TEXT("sources[1].name", "int32");
        JUDGE(stoa_table_splice(NEEDED("table", a->table), NUMBER("first", 2, no_row),
                                (ptrdiff_t)NUMBER("step", 1, steps), NUMBER("count", 3, counts),
                                NEEDED("sources", sources),
                                NUMBER("source_count", 2, source_counts), NUMBER("rows", 4, rows),
                                ERROR));
    }
}

static const odd too_many_behind[] = {{0, true},     {ROWS - 1, false},     {TRUNCATED(1), false},
                                      {MOST, false}, {SIZE_MAX - 1, false}, {SIZE_MAX, false}};

ATTEMPTS(stoa_table_remove)
{
    EACH_TRY JUDGE(stoa_table_remove(NEEDED("table", a->table), NUMBER("first", 2, no_row),
                                     NUMBER("count", 2, too_many_behind), ERROR));
}

ATTEMPTS(stoa_table_swap_remove)
{
    EACH_TRY JUDGE(
        stoa_table_swap_remove(NEEDED("table", a->table), NUMBER("index", 2, no_row), ERROR));
}

ATTEMPTS(stoa_table_swap)
{
    EACH_TRY JUDGE(stoa_table_swap(NEEDED("table", a->table), NUMBER("a", 1, no_row),
                                   NUMBER("b", 2, no_row), ERROR));
}

ATTEMPTS(stoa_table_reverse)
{
    EACH_TRY JUDGE(stoa_table_reverse(NEEDED("table", a->table), ERROR));
}

ATTEMPTS(stoa_table_permute)
{
    static const odd no_place[] = {
        {5, false}, {ROWS, false}, {TRUNCATED(0), false}, {SIZE_MAX, false}};
    EACH_TRY
    {
        const size_t indices[ROWS] = {5, 4, 3, 2, 1, NUMBER("indices[5]", 0, no_place)};
        JUDGE(stoa_table_permute(NEEDED("table", a->table), NEEDED("indices", indices),
                                 NUMBER("count", ROWS, not_all_rows), ERROR));
    }
}

static const uint8_t every_other[ROWS] = {1, 0, 1, 0, 255, 0};

ATTEMPTS(stoa_table_keep)
{
    EACH_TRY JUDGE(stoa_table_keep(NEEDED("table", a->table), NEEDED("mask", every_other),
                                   NUMBER("length", ROWS, not_all_rows), ERROR));
}

ATTEMPTS(stoa_table_clear)
{
    EACH_TRY
    {
        stoa_table_clear(NEEDED("table", a->table));
        attempt_gave(a, a->table->rows == 0, true);
    }
}

ATTEMPTS(stoa_table_shrink)
{
    EACH_TRY
    {
        stoa_table_shrink(NEEDED("table", a->table));
        attempt_gave(a, true, true);
    }
}

/* ---- columns ---- */

#define COLUMN(NAME, name, cell, value, member)                                                \
    ATTEMPTS(stoa_##name##_column)                                                             \
    {                                                                                          \
        EACH_TRY                                                                               \
        {                                                                                      \
            const void *cells =                                                                \
                stoa_##name##_column(NEEDED("table", a->table), TEXT("field_name", #name));    \
            attempt_gave(a, cells == a->table->columns[STOA_##NAME - 1].cells, cells == NULL); \
        }                                                                                      \
    }
STOA_TYPES(COLUMN)
#undef COLUMN

ATTEMPTS(stoa_column_write)
{
    static const odd steps[] = {{(size_t)-1, false},
                                {0, false},
                                {2, false},
                                {(size_t)PTRDIFF_MAX, false},
                                {(size_t)PTRDIFF_MIN, false}};
    static const odd counts[] = {
        {0, true}, {1, true}, {ROWS, false}, {MOST, false}, {SIZE_MAX, false}};
    EACH_TRY
    {
        static const int32_t data[] = {1, 2, 3, 4};
        stoa_source source = tried_source(a, data);
        JUDGE(stoa_column_write(NEEDED("table", a->table), NUMBER("field", 3, no_field),
                                NUMBER("first", 1, no_row), (ptrdiff_t)NUMBER("step", 1, steps),
                                NUMBER("count", 4, counts), NEEDED("source", &source), ERROR));
    }
}

ATTEMPTS(stoa_column_export)
{
    EACH_TRY JUDGE(
        stoa_column_export(NEEDED("table", a->table), NUMBER("field", 1, no_field), ERROR));
}

ATTEMPTS(stoa_column_unexport)
{
    EACH_TRY
    {
        stoa_table *table = NEEDED("table", a->table);
        size_t field = NUMBER("field", 1, no_field);
        PASSES(stoa_column_export(a->table, 2, &trouble));
        if (table != NULL && field == 1)
            PASSES(stoa_column_export(table, field, &trouble));
        stoa_column_unexport(table, field);
        stoa_column_unexport(table, field); /* once more than it was exported */
        stoa_column_unexport(a->table, 2);
        attempt_gave(a, true, true);
    }
}

/* ---- one row ---- */

#define ROW(NAME, name, cell, value_type, member)                                         \
    ATTEMPTS(stoa_row_get_##name)                                                         \
    {                                                                                     \
        EACH_TRY                                                                          \
        {                                                                                 \
            value_type value;                                                             \
            JUDGE(stoa_row_get_##name(tried_row(a), TEXT("field_name", #name),            \
                                      PLACE("value", &value)));                           \
        }                                                                                 \
    }                                                                                     \
    ATTEMPTS(stoa_row_set_##name)                                                         \
    {                                                                                     \
        EACH_TRY JUDGE(stoa_row_set_##name(tried_row(a), TEXT("field_name", #name), 0));  \
    }                                                                                     \
    ATTEMPTS(stoa__row_get_##name##_slow)                                                 \
    {                                                                                     \
        EACH_TRY                                                                          \
        {                                                                                 \
            value_type value;                                                             \
            JUDGE(stoa__row_get_##name##_slow(tried_row(a),                               \
                                              NUMBER("field", STOA_##NAME - 1, no_field), \
                                              PLACE("value", &value)));                   \
        }                                                                                 \
    }                                                                                     \
    ATTEMPTS(stoa__row_set_##name##_slow)                                                 \
    {                                                                                     \
        EACH_TRY JUDGE(stoa__row_set_##name##_slow(                                       \
            tried_row(a), NUMBER("field", STOA_##NAME - 1, no_field), 0));                \
    }
STOA_TYPES(ROW)
#undef ROW

ATTEMPTS(stoa_row_get)
{
    EACH_TRY
    {
        stoa_value value;
        JUDGE(stoa_row_get(tried_row(a), NUMBER("field", 1, no_field), PLACE("value", &value),
                           ERROR));
    }
}

ATTEMPTS(stoa_row_set)
{
    EACH_TRY JUDGE(stoa_row_set(tried_row(a), NUMBER("field", 1, no_field),
                                attempt_value(a, "value", stoa_int64_value(5)), ERROR));
}

/* ---- typed tables ---- */

static stoa_field typed_field(attempt *a)
{
    return (stoa_field){.name = TEXT("fields[1].name", "int32"),
                        .type = (stoa_type)NUMBER("type", STOA_INT32, no_type)};
}

ATTEMPTS(stoa__typed_hold)
{
    EACH_TRY
    {
        void *columns[2];
        stoa_table *table = a->table;
        const stoa_field fields[] = {{.name = "int8", .type = STOA_INT8}, typed_field(a)};
        if (JUDGE(stoa__typed_hold(NEEDED("table", table), NEEDED("fields", fields),
                                   NUMBER("count", 2, no_length), NEEDED("columns", columns),
                                   ERROR)))
            stoa__typed_release(table, fields, 2);
    }
}

ATTEMPTS(stoa__typed_release)
{
    EACH_TRY
    {
        void *columns[1];
        const stoa_field held = {.name = "int8", .type = STOA_INT8};
        stoa_table *table = NEEDED("table", a->table);
        const stoa_field *fields = NEEDED("fields", &held);
        if (table != NULL && fields != NULL)
            PASSES(stoa__typed_hold(table, fields, 1, columns, &trouble));
        stoa__typed_release(table, fields, 1);
        attempt_gave(a, true, true);
    }
}

ATTEMPTS(stoa__typed_new)
{
    static const odd rows[] = {{0, true}, {MOST / 8, false}, {MOST, false}, {SIZE_MAX, false}};
    EACH_TRY
    {
        stoa_table *made;
        void *columns[2];
        const stoa_field fields[] = {{.name = "int8", .type = STOA_INT8}, typed_field(a)};
        if (JUDGE(stoa__typed_new(PLACE("table", &made), NEEDED("fields", fields),
                                  NUMBER("count", 2, no_length), NUMBER("rows", 5, rows),
                                  PLACE("columns", &columns), ERROR)))
            stoa_table_free(made);
    }
}

ATTEMPTS(stoa__typed_append)
{
    EACH_TRY
    {
        static const int8_t first = 5;
        static const int32_t second = 6;
        const stoa_field fields[] = {
            {.name = "int8", .type = STOA_INT8},
            {.name = TEXT("fields[1].name", "int32"), .type = STOA_INT32},
        };
        const void *const values[] = {&first, NEEDED("values[1]", &second)};
        JUDGE(stoa__typed_append(NEEDED("table", a->table), NEEDED("fields", fields),
                                 NUMBER("count", 2, no_length), NEEDED("values", values), ERROR));
    }
}

/* ---- selections ---- */

ATTEMPTS(stoa_select)
{
    EACH_TRY
    {
        stoa_selection *made;
        if (JUDGE(stoa_select(PLACE("selection", &made), NEEDED("table", a->table),
                              TEXT("where", "int32 > 20"), ERROR)))
            stoa_selection_free(made);
    }
}

ATTEMPTS(stoa_selection_from_mask)
{
    EACH_TRY
    {
        stoa_selection *made;
        if (JUDGE(stoa_selection_from_mask(PLACE("selection", &made), NEEDED("table", a->table),
                                           NEEDED("mask", every_other),
                                           NUMBER("length", ROWS, not_all_rows), ERROR)))
            stoa_selection_free(made);
    }
}

ATTEMPTS(stoa_selection_from_indices)
{
    EACH_TRY
    {
        stoa_selection *made;
        const size_t indices[] = {5, NUMBER("indices[1]", 0, no_row)};
        if (JUDGE(stoa_selection_from_indices(PLACE("selection", &made), NEEDED("table", a->table),
                                              NEEDED("indices", indices),
                                              NUMBER("count", 2, no_length), ERROR)))
            stoa_selection_free(made);
    }
}

ATTEMPTS(stoa_selection_copy)
{
    EACH_TRY
    {
        stoa_selection *made;
        if (JUDGE(stoa_selection_copy(PLACE("copy", &made), NEEDED("selection", a->selection),
                                      ERROR)))
            stoa_selection_free(made);
    }
}

ATTEMPTS(stoa_selection_free)
{
    EACH_TRY
    {
        stoa_selection *made = NULL;
        PASSES(stoa_selection_copy(&made, a->selection, &trouble));
        stoa_selection *given = NEEDED("selection", made);
        stoa_selection_free(given);
        attempt_gave(a, true, true);
        stoa_selection_free(given == NULL ? made : NULL);
    }
}

ATTEMPTS(stoa_selection_and)
{
    EACH_TRY JUDGE(
        stoa_selection_and(NEEDED("selection", a->selection), NEEDED("other", a->second), ERROR));
}

ATTEMPTS(stoa_selection_or)
{
    EACH_TRY JUDGE(
        stoa_selection_or(NEEDED("selection", a->selection), NEEDED("other", a->second), ERROR));
}

ATTEMPTS(stoa_selection_not)
{
    EACH_TRY
    {
        stoa_selection_not(NEEDED("selection", a->selection));
        attempt_gave(a, a->selection->count == ROWS - 2, true);
    }
}

ATTEMPTS(stoa_selection_indices)
{
    EACH_TRY
    {
        size_t indices[2];
        stoa_selection_indices(NEEDED("selection", a->selection), PLACE("indices", &indices));
        attempt_gave(a, indices[0] == 1 && indices[1] == 3, true);
    }
}

ATTEMPTS(stoa_selection_mask)
{
    EACH_TRY
    {
        uint8_t mask[ROWS];
        stoa_selection_mask(NEEDED("selection", a->selection), PLACE("mask", &mask));
        attempt_gave(a, memcmp(mask, "\0\1\0\1\0\0", ROWS) == 0, true);
    }
}

ATTEMPTS(stoa_selection_take)
{
    EACH_TRY
    {
        stoa_table *made;
        if (JUDGE(stoa_selection_take(PLACE("taken", &made), NEEDED("table", a->table),
                                      NEEDED("selection", a->selection), ERROR)))
            stoa_table_free(made);
    }
}

ATTEMPTS(stoa_selection_remove)
{
    EACH_TRY JUDGE(
        stoa_selection_remove(NEEDED("table", a->table), NEEDED("selection", a->selection), ERROR));
}

ATTEMPTS(stoa_selection_keep)
{
    EACH_TRY JUDGE(
        stoa_selection_keep(NEEDED("table", a->table), NEEDED("selection", a->selection), ERROR));
}

/* ---- expressions ---- */

ATTEMPTS(stoa_expression_parse)
{
    EACH_TRY
    {
        stoa_expression *made;
        if (JUDGE(stoa_expression_parse(PLACE("made", &made), TEXT("text", "int32 + 1"), ERROR)))
            stoa_expression_free(made);
    }
}

ATTEMPTS(stoa_expression_parse_with)
{
    static const odd counts[] = {{0, true}, {1, true}, {MOST / 8, false}, {SIZE_MAX, false}};
    EACH_TRY
    {
        stoa_expression *made;
        stoa_parameter parameters[] = {
            {.name = "p", .value = stoa_int64_value(1)},
            {.name = NEEDED("parameters[1].name", "q"),
             .value = attempt_value(a, "parameters[1].value", stoa_int64_value(2)),
             .reserved = {NUMBER("reserved[0]", 0, not_zero), NUMBER("reserved[1]", 0, not_zero)}}};
        bool works = JUDGE(stoa_expression_parse_with(
            PLACE("made", &made), TEXT("text", "int32 + $p"), NEEDED("parameters", parameters),
            NUMBER("count", 2, counts), ERROR));
        if (works)
            stoa_expression_free(made);
        else
            ck_assert(!parameters[0].is_used && !parameters[1].is_used);
    }
}

ATTEMPTS(stoa_expression_field)
{
    EACH_TRY
    {
        stoa_expression *made;
        if (JUDGE(stoa_expression_field(PLACE("made", &made), TEXT("name", "int32"), ERROR)))
            stoa_expression_free(made);
    }
}

ATTEMPTS(stoa_expression_constant)
{
    EACH_TRY
    {
        stoa_expression *made;
        if (JUDGE(stoa_expression_constant(PLACE("made", &made),
                                           attempt_value(a, "value", stoa_int64_value(5)), ERROR)))
            stoa_expression_free(made);
    }
}

ATTEMPTS(stoa_expression_parameter)
{
    EACH_TRY
    {
        stoa_expression *made;
        if (JUDGE(stoa_expression_parameter(PLACE("made", &made), TEXT("name", "p"), ERROR)))
            stoa_expression_free(made);
    }
}

ATTEMPTS(stoa_expression_array)
{
    static const odd counts[] = {
        {0, true}, {1, true}, {MOST / 4 + 1, false}, {MOST, false}, {SIZE_MAX, false}};
    EACH_TRY
    {
        static const int32_t data[] = {1, 2, 3, 4};
        stoa_expression *made;
        stoa_source source = tried_source(a, data);
        source.name = OPTIONAL_TEXT("source.name", "given");
        if (JUDGE(stoa_expression_array(PLACE("made", &made), NEEDED("source", &source),
                                        NUMBER("count", 4, counts), ERROR)))
            stoa_expression_free(made);
    }
}

ATTEMPTS(stoa_expression_call)
{
    static const odd none[] = {
        {STOA_NO_OPERATION, false}, {STOA_NOT, false},  {STOA_CUMPROD + 1, false}, {255, false},
        {256 + STOA_ADD, false},    {INT32_MAX, false}, {UINT32_MAX, false}};
    EACH_TRY
    {
        stoa_expression *made, *x = attempt_expression(a, "int32"),
                               *list = attempt_expression(a, "int32, int8");
        static const odd is_list[] = {{1, false}};
        bool listed = NUMBER("arguments[0] is a list", 0, is_list) != 0;
        stoa_expression *const arguments[] = {listed ? list : x, NEEDED("arguments[1]", x)};
        if (JUDGE(stoa_expression_call(
                PLACE("made", &made), (stoa_operation)NUMBER("operation", STOA_ADD, none),
                NEEDED("arguments", arguments), NUMBER("count", 2, not_two), ERROR)))
            stoa_expression_free(made);
    }
}

ATTEMPTS(stoa_expression_list)
{
    static const odd counts[] = {
        {0, false}, {1, true}, {MOST / 8 + 1, false}, {MOST, false}, {SIZE_MAX, false}};
    EACH_TRY
    {
        stoa_expression *made, *x = attempt_expression(a, "int32");
        stoa_expression *const outputs[] = {x, NEEDED("outputs[1]", x)};
        if (JUDGE(stoa_expression_list(PLACE("made", &made), NEEDED("outputs", outputs),
                                       NUMBER("count", 2, counts), ERROR)))
            stoa_expression_free(made);
    }
}

ATTEMPTS(stoa_expression_retain)
{
    EACH_TRY
    {
        stoa_expression *given = NEEDED("expression", attempt_expression(a, "int32"));
        stoa_expression *kept = stoa_expression_retain(given);
        stoa_expression_free(kept);
        attempt_gave(a, kept == given, kept == NULL);
    }
}

ATTEMPTS(stoa_expression_free)
{
    EACH_TRY
    {
        stoa_expression *made = stoa_expression_retain(attempt_expression(a, "int32"));
        stoa_expression *given = NEEDED("expression", made);
        stoa_expression_free(given);
        stoa_expression_free(given == NULL ? made : NULL);
        attempt_gave(a, true, true);
    }
}

ATTEMPTS(stoa_expression_print)
{
    static const odd sizes[] = {{0, true}, {1, true}, {5, true}};
    EACH_TRY
    {
        char text[64];
        const stoa_expression *given = NEEDED("expression", attempt_expression(a, "int32 + 1"));
        char *out = OPTIONAL_PLACE("text", &text);
        size_t length = stoa_expression_print(given, out, NUMBER("size", sizeof text, sizes));
        bool nothing = length == 0 && text[0] == '\0';
        memset(text, 0x5A, sizeof text); /* of NULL: an empty text */
        attempt_gave(a, length == strlen("int32 + 1"), nothing);
    }
}

ATTEMPTS(stoa_expression_outputs)
{
    EACH_TRY
    {
        size_t outputs =
            stoa_expression_outputs(NEEDED("expression", attempt_expression(a, "int32, int8")));
        attempt_gave(a, outputs == 2, outputs == 0);
    }
}

ATTEMPTS(stoa_operation_named)
{
    EACH_TRY
    {
        stoa_operation operation =
            stoa_operation_named(TEXT("name", "sqrt"), NUMBER("arguments", 1, any_number));
        attempt_gave(a, operation == STOA_SQRT, operation == STOA_NO_OPERATION);
    }
}

ATTEMPTS(stoa_operation_text)
{
    static const odd none[] = {{STOA_NO_OPERATION, false},
                               {STOA_CUMPROD + 1, false},
                               {256 + STOA_ADD, false},
                               {INT32_MAX, false},
                               {UINT32_MAX, false}};
    EACH_TRY
    {
        const char *text =
            stoa_operation_text((stoa_operation)NUMBER("operation", STOA_SQRT, none));
        attempt_gave(a, text != NULL && strcmp(text, "sqrt") == 0, text == NULL);
    }
}

/* ---- programs ---- */

ATTEMPTS(stoa_program_new)
{
    EACH_TRY
    {
        stoa_program *made;
        if (JUDGE(stoa_program_new(PLACE("program", &made), OPTIONAL("table", a->table),
                                   NEEDED("expression", attempt_expression(a, "int32 + 1")),
                                   OPTIONAL("where", attempt_expression(a, "int8 > 3")), ERROR)))
            stoa_program_free(made);
    }
}

ATTEMPTS(stoa_program_parse)
{
    EACH_TRY
    {
        stoa_program *made;
        if (JUDGE(stoa_program_parse(PLACE("program", &made), OPTIONAL("table", a->table),
                                     TEXT("text", "int32 + 1"), OPTIONAL_TEXT("where", "int8 > 3"),
                                     ERROR)))
            stoa_program_free(made);
    }
}

ATTEMPTS(stoa_program_free)
{
    EACH_TRY
    {
        stoa_program *made = NULL;
        PASSES(stoa_program_parse(&made, a->table, "int32 + 1", NULL, &trouble));
        stoa_program *given = NEEDED("program", made);
        stoa_program_free(given);
        stoa_program_free(given == NULL ? made : NULL);
        attempt_gave(a, true, true);
    }
}

ATTEMPTS(stoa_program_set)
{
    EACH_TRY JUDGE(stoa_program_set(NEEDED("program", attempt_program(a, "int32 + $p")),
                                    TEXT("parameter", "p"),
                                    attempt_value(a, "value", stoa_int64_value(5)), ERROR));
}

ATTEMPTS(stoa_program_outputs)
{
    EACH_TRY
    {
        size_t outputs = stoa_program_outputs(NEEDED("program", attempt_program(a, "int32, int8")));
        attempt_gave(a, outputs == 2, outputs == 0);
    }
}

ATTEMPTS(stoa_program_type)
{
    static const odd none[] = {{2, false}, {TRUNCATED(1), false}, {SIZE_MAX, false}};
    EACH_TRY
    {
        stoa_type type = stoa_program_type(NEEDED("program", attempt_program(a, "int32, int8")),
                                           NUMBER("output", 1, none));
        attempt_gave(a, type == STOA_INT8, type == STOA_NO_TYPE);
    }
}

ATTEMPTS(stoa_program_is_aggregate)
{
    static const odd none[] = {{1, false}, {TRUNCATED(0), false}, {SIZE_MAX, false}};
    EACH_TRY
    {
        bool is = stoa_program_is_aggregate(NEEDED("program", attempt_program(a, "sum(int32)")),
                                            NUMBER("output", 0, none));
        attempt_gave(a, is, !is);
    }
}

ATTEMPTS(stoa_program_is_by_row)
{
    EACH_TRY
    {
        bool is = stoa_program_is_by_row(NEEDED("program", attempt_program(a, "int32 + 1")));
        attempt_gave(a, is, !is);
    }
}

ATTEMPTS(stoa_program_fields)
{
    static const odd rooms[] = {{0, true}, {1, true}};
    EACH_TRY
    {
        uint32_t fields[4];
        size_t count = stoa_program_fields(NEEDED("program", attempt_program(a, "int32 + int8")),
                                           PLACE("fields", &fields), NUMBER("room", 4, rooms));
        attempt_gave(a, count == 2, count == 0);
    }
}

ATTEMPTS(stoa_program_compute)
{
    EACH_TRY
    {
        stoa_value values[2];
        stoa_extent extent = tried_extent(a);
        JUDGE(stoa_program_compute(NEEDED("program", attempt_program(a, "sum(int32), max(int8)")),
                                   OPTIONAL("table", a->table), OPTIONAL("extent", &extent),
                                   PLACE("values", &values), NUMBER("count", 2, not_two), ERROR));
    }
}

/* An output of int64 for each row. */
static stoa_output tried_output(attempt *a, int64_t (*cells)[ROWS])
{
    enum { NOWHERE = 8, IN_WORDS, AMONG_HANDLES };
    static const odd places[] = {{1, false},       {2, false},        {4, false},
                                 {NOWHERE, false}, {IN_WORDS, false}, {AMONG_HANDLES, false}};
    char *data = (char *)cells;
    attempt_watch(a, cells, sizeof *cells);
    size_t place = NUMBER("place of outputs[0].data", 0, places);
    if (place == IN_WORDS) /* the extent's selection is read from there */
        data = (char *)a->selection->words;
    else if (place == AMONG_HANDLES)
        data = stoa_column_cells(a->table, STOA_OBJECT - 1);
    else
        data = place == NOWHERE ? NULL : data + place;
    return (stoa_output){.type = (stoa_type)NUMBER("outputs[0].type", STOA_INT64, no_type),
                         .data = data,
                         .count = NUMBER("outputs[0].count", ROWS, not_all_rows),
                         .reserved = {NUMBER("outputs[0].reserved[0]", 0, not_zero),
                                      NUMBER("outputs[0].reserved[1]", 0, not_zero)}};
}

#define RUNS_INTO_ARRAYS(function)                                                           \
    ATTEMPTS(function)                                                                       \
    {                                                                                        \
        EACH_TRY                                                                             \
        {                                                                                    \
            int64_t cells[ROWS];                                                             \
            stoa_extent extent = tried_extent(a);                                            \
            stoa_output outputs[] = {tried_output(a, &cells)};                               \
            JUDGE(function(NEEDED("program", attempt_program(a, "int32 + 1")),               \
                           OPTIONAL("table", a->table), OPTIONAL("extent", &extent),         \
                           NEEDED("outputs", outputs), NUMBER("count", 1, not_one), ERROR)); \
        }                                                                                    \
    }
RUNS_INTO_ARRAYS(stoa_program_evaluate)
RUNS_INTO_ARRAYS(stoa_program_fill)

ATTEMPTS(stoa_program_assign)
{
    EACH_TRY
    {
        stoa_extent extent = tried_extent(a);
        const char *const fields[] = {"int64", TEXT("fields[1]", "int16")};
        JUDGE(stoa_program_assign(NEEDED("program", attempt_program(a, "int32 + 1, int8 * 2")),
                                  NEEDED("table", a->table), OPTIONAL("extent", &extent),
                                  NEEDED("fields", fields), NUMBER("count", 2, not_two), ERROR));
    }
}

/* STOA_NO_TYPE: the program's own. */
static const odd no_type_but_none[] = {
    {STOA_NO_TYPE, true}, {STOA_OBJECT, false}, {STOA_OBJECT + 1, false}, {257, false},
    {65537, false},       {INT32_MAX, false},   {UINT32_MAX, false}};

ATTEMPTS(stoa_program_add_field)
{
    EACH_TRY
    {
        stoa_extent extent = tried_extent(a);
        JUDGE(stoa_program_add_field(
            NEEDED("program", attempt_program(a, "int32 + 1")), NEEDED("table", a->table),
            OPTIONAL("extent", &extent), TEXT("name", "new"),
            (stoa_type)NUMBER("type", STOA_INT64, no_type_but_none), ERROR));
    }
}

ATTEMPTS(stoa_program_select)
{
    EACH_TRY
    {
        stoa_selection *made;
        stoa_extent extent = tried_extent(a);
        if (JUDGE(stoa_program_select(
                PLACE("selection", &made), NEEDED("program", attempt_program(a, "int32 > 20")),
                NEEDED("table", a->table), OPTIONAL("extent", &extent), ERROR)))
            stoa_selection_free(made);
    }
}

ATTEMPTS(stoa_program_filter)
{
    EACH_TRY
    {
        stoa_table *made;
        stoa_extent extent = tried_extent(a);
        if (JUDGE(stoa_program_filter(
                PLACE("filtered", &made), NEEDED("program", attempt_program(a, "int32 > 20")),
                NEEDED("table", a->table), OPTIONAL("extent", &extent), ERROR)))
            stoa_table_free(made);
    }
}

ATTEMPTS(stoa_program_remove)
{
    EACH_TRY JUDGE(stoa_program_remove(NEEDED("program", attempt_program(a, "int32 > 20")),
                                       NEEDED("table", a->table), ERROR));
}

ATTEMPTS(stoa_program_keep)
{
    EACH_TRY JUDGE(stoa_program_keep(NEEDED("program", attempt_program(a, "int32 > 20")),
                                     NEEDED("table", a->table), ERROR));
}

/* ---- in one step, from text ---- */

ATTEMPTS(stoa_compute)
{
    EACH_TRY
    {
        stoa_value value;
        JUDGE(stoa_compute(NEEDED("table", a->table), TEXT("text", "sum(int32)"),
                           PLACE("value", &value), ERROR));
    }
}

ATTEMPTS(stoa_compute_all)
{
    EACH_TRY
    {
        stoa_value values[2];
        JUDGE(stoa_compute_all(NEEDED("table", a->table), TEXT("text", "sum(int32), max(int8)"),
                               OPTIONAL_TEXT("where", "int32 > 20"), PLACE("values", &values),
                               NUMBER("count", 2, not_two), ERROR));
    }
}

ATTEMPTS(stoa_assign)
{
    EACH_TRY JUDGE(stoa_assign(NEEDED("table", a->table), TEXT("field", "int64"),
                               TEXT("text", "int32 + 1"), OPTIONAL_TEXT("where", "int8 > 3"),
                               ERROR));
}

ATTEMPTS(stoa_update)
{
    static const odd counts[] = {
        {0, false},    {1, true},        {MOST / 8 + 1, false}, {MOST / 4 + 2, false},
        {MOST, false}, {SIZE_MAX, false}};
    EACH_TRY
    {
        const char *const fields[] = {"int64", TEXT("fields[1]", "int16")};
        const char *const texts[] = {"int32 + 1", TEXT("texts[1]", "int8 * 2")};
        JUDGE(stoa_update(NEEDED("table", a->table), NEEDED("fields", fields),
                          NEEDED("texts", texts), NUMBER("count", 2, counts),
                          OPTIONAL_TEXT("where", "int8 > 3"), ERROR));
    }
}

ATTEMPTS(stoa_add)
{
    EACH_TRY JUDGE(stoa_add(NEEDED("table", a->table), TEXT("field", "new"),
                            (stoa_type)NUMBER("type", STOA_INT64, no_type_but_none),
                            TEXT("text", "int32 + 1"), OPTIONAL_TEXT("where", "int8 > 3"), ERROR));
}

ATTEMPTS(stoa_filter)
{
    EACH_TRY
    {
        stoa_table *made;
        if (JUDGE(stoa_filter(PLACE("filtered", &made), NEEDED("table", a->table),
                              TEXT("where", "int32 > 20"), ERROR)))
            stoa_table_free(made);
    }
}

ATTEMPTS(stoa_remove)
{
    EACH_TRY JUDGE(stoa_remove(NEEDED("table", a->table), TEXT("where", "int32 > 20"), ERROR));
}

ATTEMPTS(stoa_keep)
{
    EACH_TRY JUDGE(stoa_keep(NEEDED("table", a->table), TEXT("where", "int32 > 20"), ERROR));
}

/* ---- all of them ---- */

TEST(every_export_refuses_every_argument_that_cannot_be_and_changes_nothing)
{
    static const struct {
        const char *name;
        void (*tries)(attempt *a);
    } exports[] = {
#define EXPORT(name) {#name, attempts_##name},
#include "exports.inc"
#undef EXPORT
    };
    size_t count = sizeof exports / sizeof *exports;
    attempt a;
    attempts_begin(&a);
    for (size_t i = 0; i < count; i++)
        attempt_function(&a, exports[i].name, exports[i].tries);
    printf("%zu calls of %zu exports\n", a.calls, count);
    attempts_end(&a);
}

/* What STOA_RECORD makes: what is not on the way of each row refuses NULL too. */
#define POINT(FIELD) \
    FIELD(int32, x)  \
    FIELD(float64, w)
STOA_RECORD(point, POINT)

TEST(a_typed_table_that_is_null_is_neither_made_nor_disposed_of)
{
    point_table points, *volatile none = NULL; /* a plain NULL, inlined, is warned of */
    FAILS(STOA_INVALID, point_table_init(none, 3, &trouble));
    SAYS("columns is NULL");
    ck_assert_int_eq(point_table_init(none, 3, NULL), STOA_INVALID);
    PASSES(point_table_init(&points, 3, &trouble));
    FAILS(STOA_INVALID, point_table_from(none, points.table, &trouble));
    SAYS("columns is NULL");
    FAILS(STOA_INVALID, point_table_from(&points, NULL, &trouble));
    SAYS("table is NULL");
    ck_assert_uint_eq(points.table->columns[0].holds, 1);
    point_table_dispose(NULL);
    point_table_dispose(&points);
    point_table_dispose(&points);
}

int main(void)
{
    return RUN("arguments", every_export_refuses_every_argument_that_cannot_be_and_changes_nothing,
               a_typed_table_that_is_null_is_neither_made_nor_disposed_of);
}
