/* attempts_row.c: tries of the functions for columns, single rows and typed tables. */
#include "attempts.h"

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
        stoa_column_unexport(table, field); /* once more than it was exported: must be refused */
        stoa_column_unexport(a->table, 2);
        attempt_gave(a, true, true);
    }
}

ATTEMPTS(stoa_column_lock)
{
    EACH_TRY JUDGE(
        stoa_column_lock(NEEDED("table", a->table), NUMBER("field", 1, no_field), ERROR));
}

ATTEMPTS(stoa_column_unlock)
{
    EACH_TRY
    {
        stoa_table *table = NEEDED("table", a->table);
        size_t field = NUMBER("field", 1, no_field);
        PASSES(stoa_column_lock(a->table, 2, &trouble));
        if (table != NULL && field == 1)
            PASSES(stoa_column_lock(table, field, &trouble));
        stoa_column_unlock(table, field);
        stoa_column_unlock(table, field); /* once more than it was locked: must be refused */
        stoa_column_unlock(a->table, 2);
        attempt_gave(a, true, true);
    }
}

ATTEMPTS(stoa__table_forget_locks)
{
    EACH_TRY
    {
        PASSES(stoa_column_lock(a->table, 2, &trouble));
        stoa__table_forget_locks(NEEDED("table", a->table));
        stoa_column_unlock(a->table, 2);
        attempt_gave(a, true, true);
    }
}

ATTEMPTS(stoa_column_version)
{
    EACH_TRY
    {
        uint64_t version =
            stoa_column_version(NEEDED("table", a->table), NUMBER("field", 1, no_field));
        attempt_gave(a, version > 0, version == 0);
    }
}

/* ---- one row ---- */

#define ROW(NAME, name, cell, value_type, member)                                           \
    ATTEMPTS(stoa_row_get_##name)                                                           \
    {                                                                                       \
        EACH_TRY                                                                            \
        {                                                                                   \
            value_type value;                                                               \
            JUDGE(stoa_row_get_##name(tried_row(a), TEXT("field_name", #name),              \
                                      PLACE("value", &value)));                             \
        }                                                                                   \
    }                                                                                       \
    ATTEMPTS(stoa_row_set_##name)                                                           \
    {                                                                                       \
        EACH_TRY JUDGE(                                                                     \
            stoa_row_set_##name(tried_row(a), TEXT("field_name", #name), (value_type){0})); \
    }                                                                                       \
    ATTEMPTS(stoa__row_get_##name##_slow)                                                   \
    {                                                                                       \
        EACH_TRY                                                                            \
        {                                                                                   \
            value_type value;                                                               \
            JUDGE(stoa__row_get_##name##_slow(tried_row(a),                                 \
                                              NUMBER("field", STOA_##NAME - 1, no_field),   \
                                              PLACE("value", &value)));                     \
        }                                                                                   \
    }                                                                                       \
    ATTEMPTS(stoa__row_set_##name##_slow)                                                   \
    {                                                                                       \
        EACH_TRY JUDGE(stoa__row_set_##name##_slow(                                         \
            tried_row(a), NUMBER("field", STOA_##NAME - 1, no_field), (value_type){0}));    \
    }
STOA_TYPES(ROW)
#undef ROW

#define PUT(name, field, argument)                                                              \
    ATTEMPTS(stoa__cell_put_##name)                                                             \
    {                                                                                           \
        EACH_TRY JUDGE(stoa__cell_put_##name(                                                   \
            NEEDED("table", a->table), NUMBER("field", (field)-1, no_field),                    \
            NUMBER("row", 1, no_row), NUMBER("order", a->table->order, no_order), (argument))); \
    }
PUT(int64, STOA_INT8, 5)
PUT(uint64, STOA_UINT64, 5)
PUT(float64, STOA_FLOAT32, 0.5)
PUT(boolean, STOA_BOOL, true)
#undef PUT

ATTEMPTS(stoa_row_is_null)
{
    EACH_TRY
    {
        bool is_null;
        JUDGE(
            stoa_row_is_null(tried_row(a), TEXT("field_name", "int8"), PLACE("is_null", &is_null)));
    }
}

/* A table with a nullable field, the only kind that takes null. */
static stoa_table *nullable_table(void)
{
    return TABLE(OPTIONS(.rows = ROWS),
                 {.name = "n", .type = STOA_INT8, .flags = STOA_NULLABLE, .initial.int64 = 1});
}

ATTEMPTS(stoa_row_set_null)
{
    EACH_TRY
    {
        stoa_table *own = nullable_table();
        stoa_row row = {NEEDED("row.table", own), NUMBER("row.index", 1, no_row)};
        JUDGE(stoa_row_set_null(row, TEXT("field_name", "n")));
        stoa_table_free(own);
    }
}

ATTEMPTS(stoa__cell_put_null)
{
    EACH_TRY
    {
        stoa_table *own = nullable_table();
        JUDGE(stoa__cell_put_null(NEEDED("table", own), NUMBER("field", 0, no_field),
                                  NUMBER("row", 1, no_row), NUMBER("order", 0, no_order)));
        stoa_table_free(own);
    }
}

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
