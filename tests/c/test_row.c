/* test_row.c: single rows: every getter and setter on every type of field, compared with the
 * reference. */
#include <stdlib.h>

#include "../support/reference.h"
#include "../support/scene.h"

enum { ROWS = 5, ROW = 3 };

/* A table with a field of each type, named after it; every cell is zero. */
static stoa_table *table_of_all_types(stoa_pool *pool)
{
    stoa_field fields[MODEL_FIELDS];
    model zero;
    model_init(&zero);
    memset(&zero.initial, 0, sizeof zero.initial);
    model_fields(&zero, fields);
    model_dispose(&zero);
    return new_table(fields, MODEL_FIELDS, OPTIONS(.rows = ROWS, .max_rows = 10, .pool = pool));
}

static char *cell_at(const stoa_table *table, stoa_type type, size_t row)
{
    return (char *)stoa_column_cells(table, type - 1u) + row * stoa_type_width(type);
}

/* The setters of a type in all their forms: by name, by index, by a stoa_value. */
typedef stoa_status setter(stoa_row row, stoa_type field, const void *value);
typedef stoa_status getter(stoa_row row, stoa_type field, void *value);

#define SETTERS(NAME, type_name, cell, value_type, member)                                      \
    static stoa_status by_name_set_##type_name(stoa_row row, stoa_type field, const void *from) \
    {                                                                                           \
        value_type value;                                                                       \
        memcpy(&value, from, sizeof value);                                                     \
        return stoa_row_set_##type_name(row, stoa_type_name(field), value);                     \
    }                                                                                           \
    static stoa_status at_set_##type_name(stoa_row row, stoa_type field, const void *from)      \
    {                                                                                           \
        value_type value;                                                                       \
        memcpy(&value, from, sizeof value);                                                     \
        return stoa_row_set_##type_name##_at(row, field - 1u, value);                           \
    }                                                                                           \
    static stoa_status by_name_get_##type_name(stoa_row row, stoa_type field, void *to)         \
    {                                                                                           \
        value_type value;                                                                       \
        memcpy(&value, to, sizeof value);                                                       \
        stoa_status status = stoa_row_get_##type_name(row, stoa_type_name(field), &value);      \
        memcpy(to, &value, sizeof value);                                                       \
        return status;                                                                          \
    }                                                                                           \
    static stoa_status at_get_##type_name(stoa_row row, stoa_type field, void *to)              \
    {                                                                                           \
        value_type value;                                                                       \
        memcpy(&value, to, sizeof value);                                                       \
        stoa_status status = stoa_row_get_##type_name##_at(row, field - 1u, &value);            \
        memcpy(to, &value, sizeof value);                                                       \
        return status;                                                                          \
    }
PLAIN_TYPES(SETTERS)
#undef SETTERS

static setter *const setters[][2] = {
#define ENTRY(NAME, type_name, cell, value, member) {by_name_set_##type_name, at_set_##type_name},
    PLAIN_TYPES(ENTRY)
#undef ENTRY
};
static getter *const getters[][2] = {
#define ENTRY(NAME, type_name, cell, value, member) {by_name_get_##type_name, at_get_##type_name},
    PLAIN_TYPES(ENTRY)
#undef ENTRY
};

/* ---- setting ---- */

static void check_set(stoa_table *table, stoa_type from, const void *value, stoa_type to, int form)
{
    uint64_t expected = 0, before = 0;
    size_t width = stoa_type_width(to);
    memcpy(&before, cell_at(table, to, ROW), width);
    stoa_status status = reference_convert(from, value, to, &expected);
    stoa_row row = stoa_table_row(table, ROW);
    stoa_status got = form < 2 ? setters[from - 1][form](row, to, value)
                               : stoa_row_set(row, to - 1u, reference_value(from, value), &trouble);
    ck_assert_msg(got == status, "%s into %s, form %d: %s, not %s", stoa_type_name(from),
                  stoa_type_name(to), form, stoa_status_name(got), stoa_status_name(status));
    ck_assert_msg(status == STOA_OK ? reference_same(to, cell_at(table, to, ROW), &expected)
                                    : memcmp(cell_at(table, to, ROW), &before, width) == 0,
                  "%s into %s, form %d: wrong cell", stoa_type_name(from), stoa_type_name(to),
                  form);
    static const char zeros[8];
    ck_assert_mem_eq(cell_at(table, to, ROW - 1), zeros, width); /* neighbours are unchanged */
    ck_assert_mem_eq(cell_at(table, to, ROW + 1), zeros, width);
}

TEST(each_edge_value_of_each_type_is_set_where_it_fits)
{
    stoa_table *table = table_of_all_types(NULL);
    for (size_t f = 0; f < VALUE_TYPES; f++)
        for (size_t t = 0; t < VALUE_TYPES; t++) {
            const char *edges;
            size_t count = reference_edges(value_type(f), (const void **)&edges);
            size_t width = stoa_type_width(value_type(f));
            for (size_t i = 0; i < count; i++)
                for (int form = 0; form < 3; form++)
                    check_set(table, value_type(f), edges + i * width, value_type(t), form);
        }
    stoa_table_free(table);
}

/* ---- getting ---- */

static void check_get(const stoa_table *table, stoa_row row, stoa_type from, stoa_type to, int form)
{
    uint64_t expected, got;
    memset(&expected, 0xa5, sizeof expected);
    got = expected;
    if (to == STOA_BOOL) /* bytes must be checked before they are read as a bool */
        expected = got = 0;
    stoa_status status = reference_convert(from, cell_at(table, from, ROW), to, &expected);
    stoa_status answer = getters[to - 1][form](row, from, &got);
    ck_assert_msg(answer == status, "%s out of %s, form %d: %s, not %s", stoa_type_name(to),
                  stoa_type_name(from), form, stoa_status_name(answer), stoa_status_name(status));
    ck_assert_msg(status == STOA_OK ? reference_same(to, &got, &expected) : got == expected,
                  "%s out of %s, form %d: wrong value", stoa_type_name(to), stoa_type_name(from),
                  form);
}

static void check_any_get(stoa_row row, stoa_type from, const void *cell)
{
    stoa_value any = {0};
    uint64_t made = 0;
    ck_assert_int_eq(stoa_row_get(row, from - 1u, &any, &trouble), STOA_OK);
    ck_assert_int_eq(any.type, from);
    ck_assert(!any.is_null);
    reference_cell(any, &made);
    ck_assert(reference_same(from, &made, cell));
}

TEST(each_edge_value_comes_out_as_each_type_that_it_fits)
{
    stoa_table *table = table_of_all_types(NULL);
    stoa_row row = stoa_table_row(table, ROW);
    for (size_t f = 0; f < VALUE_TYPES; f++) {
        const char *edges;
        stoa_type from = value_type(f);
        size_t count = reference_edges(from, (const void **)&edges), width = stoa_type_width(from);
        for (size_t i = 0; i < count; i++) {
            memcpy(cell_at(table, from, ROW), edges + i * width, width);
            check_any_get(row, from, edges + i * width);
            for (size_t t = 0; t < VALUE_TYPES; t++)
                for (int form = 0; form < 2; form++)
                    check_get(table, row, from, value_type(t), form);
        }
    }
    stoa_table_free(table);
}

/* ---- objects ---- */

TEST(an_object_is_set_and_read_as_a_pointer_and_is_no_number)
{
    things owner = {0};
    stoa_pool *pool = things_pool(&owner);
    stoa_table *table = table_of_all_types(pool);
    stoa_row row = stoa_table_row(table, ROW);
    void *got = &owner;
    size_t field = STOA_OBJECT - 1;
    WORKS(table, stoa_row_set_object(row, "object", &owner.all[0]));
    ck_assert_int_eq(stoa_row_get_object(row, "object", &got), STOA_OK);
    ck_assert_ptr_eq(got, &owner.all[0]);
    WORKS(table, stoa_row_set_object_at(row, field, &owner.all[1]));
    ck_assert_int_eq(owner.all[0].released, 1);
    ck_assert_int_eq(stoa_row_get_object_at(row, field, &got), STOA_OK);
    ck_assert_ptr_eq(got, &owner.all[1]);
    WORKS(table, stoa_row_set(row, field, stoa_object_value(&owner.all[2]), &trouble));
    stoa_value any = {0};
    ck_assert_int_eq(stoa_row_get(row, field, &any, NULL), STOA_OK);
    ck_assert(any.type == STOA_OBJECT && any.object == &owner.all[2] && !any.is_null);
    for (size_t t = 0; t < VALUE_TYPES; t++) {
        uint64_t number = 0;
        const char *name = stoa_type_name(value_type(t));
        ck_assert_int_eq(getters[t][0](row, STOA_OBJECT, &number), STOA_WRONG_TYPE);
        ck_assert_int_eq(setters[t][0](row, STOA_OBJECT, &number), STOA_WRONG_TYPE);
        ck_assert_int_eq(setters[t][1](row, STOA_OBJECT, &number), STOA_WRONG_TYPE);
        ck_assert_int_eq(stoa_row_set_object(row, name, &owner.all[3]), STOA_WRONG_TYPE);
        ck_assert_int_eq(stoa_row_set_object(row, name, NULL), STOA_WRONG_TYPE);
        ck_assert_int_eq(stoa_row_get_object(row, name, &got), STOA_WRONG_TYPE);
    }
    ck_assert_ptr_eq(got, &owner.all[1]);
    ck_assert_int_eq(owner.all[3].retained, 0);
    WORKS(table, stoa_row_set_object(row, "object", NULL));
    ck_assert_int_eq(stoa_row_get_object(row, "object", &got), STOA_OK);
    ck_assert_ptr_null(got);
    things_are_all_released(&owner);
    stoa_table_free(table);
    stoa_pool_free(pool);
}

/* ---- rows and fields that do not exist ---- */

TEST(a_row_beyond_the_end_is_neither_read_nor_written)
{
    stoa_table *table = table_of_all_types(NULL);
    static const size_t beyond[] = {ROWS, ROWS + 1, SIZE_MAX};
    for (size_t b = 0; b < 3; b++) {
        stoa_row row = stoa_table_row(table, beyond[b]);
        for (int form = 0; form < 2; form++)
            for (size_t i = 0; i < MODEL_FIELDS; i++) {
                uint64_t value[2] = {0}; /* room for any */
                stoa_type type = (stoa_type)(i + 1);
                ck_assert_int_eq(getters[i][form](row, type, &value), STOA_OUT_OF_RANGE);
                ck_assert_int_eq(setters[i][form](row, type, &value), STOA_OUT_OF_RANGE);
            }
        stoa_value any = stoa_int64_value(1);
        REFUSED(table, STOA_OUT_OF_RANGE, stoa_row_set(row, 1, any, &trouble));
        REFUSED(table, STOA_OUT_OF_RANGE, stoa_row_get(row, 1, &any, &trouble));
        SAYS("5");
        ck_assert_uint_eq(trouble.row, beyond[b]);
    }
    stoa_table_free(table);
}

TEST(a_row_is_there_again_once_the_table_has_grown)
{
    stoa_table *table = table_of_all_types(NULL);
    stoa_row row = stoa_table_row(table, 7);
    int32_t value = 1;
    ck_assert_int_eq(stoa_row_get_int32(row, "int32", &value), STOA_OUT_OF_RANGE);
    ck_assert_int_eq(value, 1);
    PASSES(stoa_table_resize(table, 8, &trouble));
    ck_assert_int_eq(stoa_row_get_int32(row, "int32", &value), STOA_OK);
    ck_assert_int_eq(value, 0);
    stoa_table_free(table);
}

TEST(a_field_that_is_not_there_is_an_error)
{
    stoa_table *table = table_of_all_types(NULL);
    stoa_row row = stoa_table_row(table, ROW);
    int32_t value = 77;
    stoa_value any = stoa_int64_value(1);
    ck_assert_int_eq(stoa_row_get_int32(row, "int33", &value), STOA_NO_FIELD);
    ck_assert_int_eq(stoa_row_set_int32(row, "int33", 1), STOA_NO_FIELD);
    ck_assert_int_eq(stoa_row_get_int32_at(row, MODEL_FIELDS, &value), STOA_NO_FIELD);
    ck_assert_int_eq(stoa_row_set_int32_at(row, SIZE_MAX, 1), STOA_NO_FIELD);
    ck_assert_int_eq(value, 77);
    REFUSED(table, STOA_NO_FIELD, stoa_row_set(row, MODEL_FIELDS, any, &trouble));
    REFUSED(table, STOA_NO_FIELD, stoa_row_get(row, SIZE_MAX, &any, &trouble));
    PASSES(stoa_table_drop_field(table, "int32", &trouble));
    size_t dropped = STOA_INT32 - 1;
    ck_assert_int_eq(stoa_row_get_int32(row, "int32", &value), STOA_NO_FIELD);
    ck_assert_int_eq(stoa_row_get_int32_at(row, dropped, &value), STOA_NO_FIELD);
    ck_assert_int_eq(stoa_row_set_int32_at(row, dropped, 5), STOA_NO_FIELD);
    ck_assert_int_eq(stoa_row_set(row, dropped, any, NULL), STOA_NO_FIELD);
    ck_assert_int_eq(stoa_row_get(row, dropped, &any, NULL), STOA_NO_FIELD);
    stoa_table_free(table);
}

TEST(a_value_that_is_null_or_of_no_type_is_not_set)
{
    stoa_table *table = table_of_all_types(NULL);
    stoa_row row = stoa_table_row(table, ROW);
    for (size_t i = 0; i < MODEL_FIELDS; i++) {
        stoa_value null = {.type = (stoa_type)(i + 1), .is_null = true};
        stoa_value none = {.type = STOA_NO_TYPE}, unknown = {.type = (stoa_type)99};
        REFUSED(table, STOA_WRONG_TYPE, stoa_row_set(row, i, null, &trouble));
        REFUSED(table, STOA_WRONG_TYPE, stoa_row_set(row, i, none, &trouble));
        REFUSED(table, STOA_WRONG_TYPE, stoa_row_set(row, i, unknown, &trouble));
        SAYS(stoa_type_name((stoa_type)(i + 1)));
    }
    stoa_table_free(table);
}

int main(void)
{
    return RUN("row", each_edge_value_of_each_type_is_set_where_it_fits,
               each_edge_value_comes_out_as_each_type_that_it_fits,
               an_object_is_set_and_read_as_a_pointer_and_is_no_number,
               a_row_beyond_the_end_is_neither_read_nor_written,
               a_row_is_there_again_once_the_table_has_grown, a_field_that_is_not_there_is_an_error,
               a_value_that_is_null_or_of_no_type_is_not_set);
}
