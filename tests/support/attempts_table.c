/* attempts_table.c: tries of the functions for tables, their fields and their rows. */
#include "attempts.h"

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
        stoa_table_options options = {.rows = NUMBER("options.rows", 2, rows),
                                      .max_rows = NUMBER("options.max_rows", 10, max_rows),
                                      .pool = OPTIONAL("options.pool", a->pool),
                                      .flags = NUMBER("options.flags", 0, flags),
                                      .reserved = {NUMBER("options.reserved[0]", 0, not_zero),
                                                   NUMBER("options.reserved[1]", 0, not_zero)}};
        attempt_flag(a, "options.ids", &options.ids);
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

/* A getter. For NULL and for a field that does not exist it returns `nothing`. */
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
TELLS(stoa_table_row_bytes, 1 + 2 * (1 + 2 + 4 + 8) + 4 + 8 + 4 + 4 + 4 + 8 + 8 + 8, 0, (table))
TELLS(stoa_table_field_count, ATTEMPT_FIELDS, 0, (table))
TELLS(stoa_table_field_limit, ATTEMPT_FIELDS + 1, 0, (table))
TELLS(stoa_table_pool, a->pool, NULL, (table))
TELLS(stoa_table_strings, a->table->strings, NULL, (table))
TELLS(stoa_table_field_type, STOA_INT8, STOA_NO_TYPE, (table, NUMBER("field", 1, no_field)))
TELLS(stoa_table_field_flags, 0, 0, (table, NUMBER("field", 1, no_field)))
TELLS(stoa_table_field_labels, NULL, NULL, (table, NUMBER("field", 1, no_field), NULL))
TELLS(stoa_column_validity, NULL, NULL, (table, NUMBER("field", 1, no_field)))
TELLS(stoa_table_field_unit, STOA_SECOND, STOA_NO_UNIT,
      (table, NUMBER("field", STOA_TIMESTAMP - 1, no_field)))
TELLS(stoa_column_cells, a->table->columns[1].cells, NULL, (table, NUMBER("field", 1, no_field)))

ATTEMPTS(stoa_table_version)
{
    EACH_TRY
    {
        uint64_t version = stoa_table_version(NEEDED("table", a->table));
        attempt_gave(a, version > 0, version == 0);
    }
}

ATTEMPTS(stoa_table_field_zone)
{
    static const odd none[] = {{0, true}, {1, true}};
    EACH_TRY
    {
        stoa_table *zoned =
            TABLE(NULL, {.name = "t", .type = STOA_TIMESTAMP, .unit = STOA_SECOND, .zone = "UTC"},
                  {.name = "u", .type = STOA_TIMESTAMP, .unit = STOA_SECOND});
        const stoa_table *table = NEEDED("table", zoned);
        size_t field = NUMBER("field", 0, none);
        const char *zone = stoa_table_field_zone(table, field);
        bool has = table != NULL && field == 0;
        attempt_gave(a, has ? zone != NULL && strcmp(zone, "UTC") == 0 : zone == NULL,
                     zone == NULL);
        stoa_table_free(zoned);
    }
}

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

ATTEMPTS(stoa_table_find_vector)
{
    stoa_table *table = TABLE(NULL, {.name = "vector", .type = STOA_INT8, .length = 3});
    EACH_TRY
    {
        stoa_vector vector;
        JUDGE(stoa_table_find_vector(NEEDED("table", table), TEXT("name", "vector"),
                                     PLACE("vector", &vector), ERROR));
    }
    stoa_table_free(table);
}

ATTEMPTS(stoa_table_field_vector)
{
    stoa_table *table = TABLE(NULL, {.name = "vector", .type = STOA_INT8, .length = 3});
    EACH_TRY
    {
        stoa_vector vector;
        JUDGE(stoa_table_field_vector(NEEDED("table", table), NUMBER("field", 1, no_field),
                                      PLACE("vector", &vector)));
    }
    stoa_table_free(table);
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
