/* test_vectors.c: fields of k numbers: k columns at one distance, which come and go together. */
#include "../support/testing.h"

static const stoa_field id_field = {.name = "id", .type = STOA_INT32};
static const stoa_field position_field = {.name = "position", .type = STOA_FLOAT32, .length = 3};

static stoa_vector vector_of(const stoa_table *table, const char *name)
{
    stoa_vector vector;
    PASSES(stoa_table_find_vector(table, name, &vector, &trouble));
    return vector;
}

/* The components are `distance` apart, each has cells for max_rows, and no two overlap. */
static void check_layout(const stoa_table *table, const char *name)
{
    stoa_vector vector = vector_of(table, name);
    size_t width = stoa_type_width(vector.type);
    const char *first = stoa_column_cells(table, vector.first);
    for (size_t i = 0; i < vector.length; i++) {
        const char *cells = stoa_column_cells(table, vector.first + i);
        ck_assert_ptr_eq(cells, first + i * vector.distance);
        ck_assert_uint_eq((uintptr_t)cells % width, 0);
        stoa_vector same;
        PASSES(stoa_table_field_vector(table, vector.first + i, &same));
        ck_assert_uint_eq(same.first, vector.first);
        ck_assert_str_eq(same.name, name);
    }
    ck_assert_uint_ge(vector.distance, stoa_table_capacity(table) * width);
    if (stoa_table_max_rows(table) < SIZE_MAX / width)
        ck_assert_uint_ge(vector.distance, stoa_table_max_rows(table) * width);
}

/* ---- what it is ---- */

TEST(a_vector_is_fields_in_a_row_named_by_their_numbers)
{
    stoa_table *table =
        TABLE(OPTIONS(.rows = 2), id_field, position_field, {.name = "w", .type = STOA_FLOAT64});
    size_t field;
    ck_assert_uint_eq(stoa_table_field_count(table), 5);
    ck_assert_uint_eq(stoa_table_row_bytes(table), 4 + 12 + 8);
    ck_assert_str_eq(stoa_table_field_name(table, 1), "position[0]");
    ck_assert_str_eq(stoa_table_field_name(table, 3), "position[2]");
    PASSES(stoa_table_find_field(table, "position[1]", &field, &trouble));
    ck_assert_uint_eq(field, 2);
    PASSES(stoa_table_find_field(table, "w", &field, &trouble));
    ck_assert_uint_eq(field, 4);
    stoa_vector vector = vector_of(table, "position");
    ck_assert_uint_eq(vector.first, 1);
    ck_assert_uint_eq(vector.length, 3);
    ck_assert_int_eq(vector.type, STOA_FLOAT32);
    stoa_table_free(table);
}

TEST(the_components_of_every_kind_of_table_lie_at_one_distance)
{
    static const size_t most[] = {0, 1, 5, 100, 1000, 5000, 100000, 3000000, 100000000};
    static const stoa_type types[] = {STOA_BOOL, STOA_INT16, STOA_FLOAT32, STOA_UINT64};
    for (size_t i = 0; i < sizeof most / sizeof *most; i++)
        for (size_t k = 0; k < sizeof types / sizeof *types; k++) {
            stoa_table *table = TABLE(
                OPTIONS(.max_rows = most[i]), {.name = "a", .type = STOA_INT8},
                {.name = "v", .type = types[k], .length = 3}, {.name = "b", .type = STOA_FLOAT64});
            const stoa_field added = {.name = "added", .type = types[k], .length = 5};
            check_layout(table, "v");
            PASSES(stoa_table_add_field(table, &added, NULL, &trouble));
            PASSES(stoa_table_resize(table, most[i] == 0 || most[i] > 9 ? 9 : most[i], &trouble));
            check_layout(table, "v");
            check_layout(table, "added");
            stoa_table *copy;
            PASSES(stoa_table_copy(&copy, table, &trouble));
            check_layout(copy, "added");
            stoa_table_free(copy);
            stoa_table_free(table);
        }
}

TEST(a_vector_is_no_field_and_a_field_no_vector)
{
    stoa_table *table = TABLE(NULL, id_field, position_field);
    size_t field;
    stoa_vector vector;
    REFUSED(table, STOA_NO_FIELD, stoa_table_find_field(table, "position", &field, &trouble));
    SAYS("'position[0]'");
    SAYS("stoa_table_find_vector");
    REFUSED(table, STOA_NO_FIELD, stoa_table_find_vector(table, "id", &vector, &trouble));
    SAYS("'id' is no vector");
    REFUSED(table, STOA_NO_FIELD, stoa_table_find_vector(table, "x", &vector, &trouble));
    SAYS("the fields are: id, position");
    ck_assert_int_eq(stoa_table_field_vector(table, 0, &vector), STOA_NO_FIELD);
    ck_assert_int_eq(stoa_table_field_vector(table, 9, &vector), STOA_NO_FIELD);
    ck_assert_ptr_null(stoa_float32_column(table, "position"));
    ck_assert_ptr_nonnull(stoa_float32_column(table, "position[2]"));
    stoa_table_free(table);
}

TEST(tables_with_vectors_and_tables_with_fields_of_the_same_names_are_different)
{
    stoa_table *vectors = TABLE(NULL, {.name = "v", .type = STOA_INT32, .length = 2});
    stoa_table *numbers =
        TABLE(NULL, {.name = "v[0]", .type = STOA_INT32}, {.name = "v[1]", .type = STOA_INT32});
    stoa_vector vector;
    FAILS(STOA_NO_FIELD, stoa_table_find_vector(numbers, "v", &vector, &trouble));
    PASSES(stoa_table_drop_field(numbers, "v[1]", &trouble));
    PASSES(stoa_table_find_vector(vectors, "v", &vector, &trouble));
    stoa_table_free(vectors);
    stoa_table_free(numbers);
}

/* ---- what is refused ---- */

static stoa_status new_vector(const char *name, stoa_type type, uint16_t length)
{
    const stoa_field field = {.name = name, .type = type, .length = length};
    stoa_table *table;
    stoa_status status = stoa_table_new(&table, &field, 1, NULL, &trouble);
    if (status == STOA_OK)
        stoa_table_free(table);
    return status;
}

TEST(lengths_and_types_that_no_vector_has_are_refused)
{
    WORKS(NULL, new_vector("v", STOA_INT8, 2));
    WORKS(NULL, new_vector("v", STOA_INT8, STOA_MAX_LENGTH));
    FAILS(STOA_INVALID, new_vector("v", STOA_INT8, 1));
    SAYS("vector 'v' has length 1");
    FAILS(STOA_INVALID, new_vector("v", STOA_INT8, STOA_MAX_LENGTH + 1));
    SAYS("1024");
    FAILS(STOA_WRONG_TYPE, new_vector("v", STOA_OBJECT, 2));
    SAYS("vector 'v' is of type object");
    const stoa_field nullable = {
        .name = "v", .type = STOA_INT8, .length = 2, .flags = STOA_NULLABLE};
    stoa_table *table;
    FAILS(STOA_WRONG_TYPE, stoa_table_new(&table, &nullable, 1, NULL, &trouble));
    SAYS("vector 'v' cannot be nullable");

    char longest[STOA_MAX_NAME + 1];
    memset(longest, 'n', sizeof longest);
    longest[STOA_MAX_NAME - 4] = '\0'; /* and then [10] */
    WORKS(NULL, new_vector(longest, STOA_INT8, 11));
    FAILS(STOA_BAD_NAME, new_vector(longest, STOA_INT8, 101));
    SAYS("too long");
}

TEST(names_that_are_taken_are_refused_whichever_comes_first)
{
    stoa_table *table;
    const stoa_field after[] = {{.name = "v", .type = STOA_INT8, .length = 2},
                                {.name = "v[1]", .type = STOA_INT8}};
    const stoa_field before[] = {{.name = "v[1]", .type = STOA_INT8},
                                 {.name = "v", .type = STOA_INT8, .length = 2}};
    const stoa_field twice[] = {{.name = "v", .type = STOA_INT8},
                                {.name = "v", .type = STOA_INT8, .length = 2}};
    FAILS(STOA_BAD_NAME, stoa_table_new(&table, after, 2, NULL, &trouble));
    FAILS(STOA_BAD_NAME, stoa_table_new(&table, before, 2, NULL, &trouble));
    SAYS("'v[1]'");
    FAILS(STOA_BAD_NAME, stoa_table_new(&table, twice, 2, NULL, &trouble));
    SAYS("'v'");
}

TEST(vectors_of_more_components_than_there_can_be_fields_are_refused)
{
    enum { MANY = STOA_MAX_FIELDS / STOA_MAX_LENGTH + 1 };
    stoa_field fields[MANY];
    char names[MANY][16];
    stoa_table *table;
    for (int i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof names[i], "v%d", i);
        fields[i] = (stoa_field){.name = names[i], .type = STOA_BOOL, .length = STOA_MAX_LENGTH};
    }
    FAILS(STOA_INVALID, stoa_table_new(&table, fields, MANY, NULL, &trouble));
    SAYS("32767");
    PASSES(stoa_table_new(&table, fields, MANY - 1, OPTIONS(.max_rows = 1), &trouble));
    FAILS(STOA_FULL, stoa_table_add_field(table, &fields[MANY - 1], NULL, &trouble));
    stoa_table_free(table);
}

/* ---- rows ---- */

TEST(a_default_goes_into_each_component)
{
    stoa_table *table = TABLE(OPTIONS(.rows = 2), id_field,
                              {.name = "v", .type = STOA_INT16, .length = 3, .initial.int64 = 7});
    const stoa_field added = {.name = "w", .type = STOA_UINT8, .length = 2, .initial.uint64 = 9};
    size_t index;
    WORKS(table, stoa_table_resize(table, 4, &trouble));
    PASSES(stoa_table_add_field(table, &added, &index, &trouble));
    ck_assert_uint_eq(index, 4);
    for (size_t row = 0; row < 4; row++) {
        ck_assert_int_eq(stoa_int16_column(table, "v[0]")[row], 7);
        ck_assert_int_eq(stoa_int16_column(table, "v[2]")[row], 7);
        ck_assert_int_eq(stoa_uint8_column(table, "w[1]")[row], 9);
    }
    stoa_table_free(table);
}

TEST(components_are_appended_moved_and_copied_as_fields_are)
{
    stoa_table *table = TABLE(NULL, id_field, position_field);
    for (int i = 0; i < 100; i++) {
        const stoa_value values[] = {stoa_int64_value(i), stoa_float64_value(i),
                                     stoa_float64_value(i + 0.25), stoa_float64_value(i + 0.5)};
        PASSES(stoa_table_append(table, values, 4, &trouble));
    }
    WORKS(table, stoa_table_swap_remove(table, 3, &trouble));
    stoa_table *copy;
    PASSES(stoa_table_take(&copy, table, (const size_t[]){3, 5}, 2, &trouble));
    ck_assert_float_eq(stoa_float32_column(copy, "position[0]")[0], 99);
    ck_assert_float_eq(stoa_float32_column(copy, "position[2]")[1], 5.5F);
    ck_assert_uint_eq(vector_of(copy, "position").first, 1);
    stoa_table_free(copy);
    stoa_table_free(table);
}

/* ---- dropping and renaming ---- */

TEST(a_vector_is_dropped_and_renamed_as_a_whole)
{
    stoa_table *table =
        TABLE(OPTIONS(.rows = 3), id_field, position_field, {.name = "w", .type = STOA_FLOAT64});
    size_t field;
    stoa_vector vector;
    REFUSED(table, STOA_INVALID, stoa_table_drop_field(table, "position[1]", &trouble));
    SAYS("component of the vector 'position'");
    REFUSED(table, STOA_INVALID, stoa_table_rename_field(table, "position[1]", "y", &trouble));
    REFUSED(table, STOA_BAD_NAME, stoa_table_rename_field(table, "position", "w", &trouble));
    const float *cells = stoa_float32_column(table, "position[1]");
    WORKS(table, stoa_table_rename_field(table, "position", "place", &trouble));
    ck_assert_ptr_eq(stoa_float32_column(table, "place[1]"), cells);
    FAILS(STOA_NO_FIELD, stoa_table_find_vector(table, "position", &vector, &trouble));
    WORKS(table, stoa_table_drop_field(table, "place", &trouble));
    ck_assert_uint_eq(stoa_table_field_count(table), 2);
    FAILS(STOA_NO_FIELD, stoa_table_find_field(table, "place[0]", &field, &trouble));
    PASSES(stoa_table_add_field(table, &position_field, &field, &trouble));
    ck_assert_uint_eq(field, 5); /* indices are never given again */
    check_layout(table, "position");
    stoa_table_free(table);
}

TEST(a_vector_that_is_all_of_a_table_stays)
{
    stoa_table *table = TABLE(NULL, position_field);
    REFUSED(table, STOA_INVALID, stoa_table_drop_field(table, "position", &trouble));
    SAYS("last");
    PASSES(stoa_table_add_field(table, &id_field, NULL, &trouble));
    WORKS(table, stoa_table_drop_field(table, "position", &trouble));
    stoa_table_free(table);
}

TEST(a_name_too_long_for_the_components_is_refused)
{
    char name[STOA_MAX_NAME + 1];
    memset(name, 'n', sizeof name);
    name[STOA_MAX_NAME - 2] = '\0';
    stoa_table *table = TABLE(NULL, position_field);
    REFUSED(table, STOA_BAD_NAME, stoa_table_rename_field(table, "position", name, &trouble));
    stoa_table_free(table);
}

/* Its pages are reserved only, and its first component begins within one. */
TEST(a_vector_of_a_table_that_never_had_rows_can_be_dropped)
{
    for (size_t exported = 0; exported < 2; exported++) {
        size_t index = 2;
        stoa_table *table = TABLE(NULL, {.name = "a", .type = STOA_INT32},
                                  {.name = "b", .type = STOA_INT32, .flags = STOA_NULLABLE},
                                  {.name = "k", .type = STOA_FLOAT64, .length = 2},
                                  {.name = "z", .type = STOA_INT8});
        if (exported)
            PASSES(stoa_column_export(table, index, &trouble));
        PASSES(stoa_table_drop_field(table, "k", &trouble));
        if (exported)
            stoa_column_unexport(table, index);
        PASSES(stoa_table_resize(table, 100, &trouble));
        ck_assert_int_eq(stoa_int8_column(table, "z")[99], 0);
        stoa_table_free(table);
    }
}

/* Each component's export keeps the pages of all. */
TEST(pages_of_a_dropped_vector_stay_until_its_last_export_ends)
{
    for (int added = 0; added < 2; added++) {
        stoa_table *table = TABLE(OPTIONS(.rows = 100000), id_field);
        size_t first;
        if (added == 0) {
            stoa_table_free(table);
            table = TABLE(OPTIONS(.rows = 100000), id_field, position_field);
            first = 1;
        } else {
            PASSES(stoa_table_add_field(table, &position_field, &first, &trouble));
        }
        float *last = stoa_column_cells(table, first + 2);
        last[99999] = 5;
        PASSES(stoa_column_export(table, first + 2, &trouble));
        PASSES(stoa_column_export(table, first, &trouble));
        PASSES(stoa_table_drop_field(table, "position", &trouble));
        stoa_column_unexport(table, first);
        ck_assert_float_eq(last[99999], 5);
        stoa_column_unexport(table, first + 2);
        stoa_table_free(table);
    }
}

/* ---- typed tables ---- */

#define BODY(FIELD)                  \
    FIELD(int32, id)                 \
    FIELD(float32[3], position, 1.5) \
    FIELD(bool, alive)               \
    FIELD(uint8[2], rgb)
STOA_RECORD(body, BODY)

TEST(a_typed_table_has_an_array_of_pointers_for_a_vector)
{
    body_table bodies;
    PASSES(body_table_init(&bodies, 3, &trouble));
    ck_assert_int_eq(body_field_count, 7);
    ck_assert_ptr_eq(bodies.position[2], stoa_float32_column(bodies.table, "position[2]"));
    ck_assert_ptr_eq(bodies.rgb[1], stoa_uint8_column(bodies.table, "rgb[1]"));
    body b = body_at(&bodies, 1);
    ck_assert_float_eq(body_position(b, 2), 1.5F);
    body_set_position(b, 2, 4);
    ck_assert_float_eq(bodies.position[2][1], 4);
    PASSES(
        body_table_append(&bodies, (body_values){.position = {1, 2, 3}, .rgb = {4, 5}}, &trouble));
    PASSES(body_table_push(&bodies, 8, (const float[]){7, 8, 9}, true, (const uint8_t[]){1, 2},
                           &trouble));
    ck_assert_float_eq(bodies.position[1][3], 2);
    ck_assert_float_eq(bodies.position[2][4], 9);
    ck_assert_uint_eq(bodies.rgb[1][4], 2);
    ck_assert_float_eq(body_defaults().position[1], 1.5F);
    body_table_dispose(&bodies);
}

TEST(appends_of_typed_tables_through_the_library_take_vectors)
{
    body_table bodies;
    stoa_table *table =
        TABLE(NULL, {.name = "rgb", .type = STOA_UINT8, .length = 2},
              {.name = "more", .type = STOA_INT64}, {.name = "alive", .type = STOA_BOOL},
              {.name = "id", .type = STOA_INT32}, position_field);
    PASSES(body_table_from(&bodies, table, &trouble));
    WORKS(table, body_table_append(&bodies, (body_values){.position = {1, 2, 3}, .rgb = {4, 5}},
                                   &trouble));
    ck_assert_float_eq(bodies.position[0][0], 1);
    ck_assert_float_eq(bodies.position[2][0], 3);
    ck_assert_uint_eq(stoa_uint8_column(table, "rgb[1]")[0], 5);
    REFUSED(table, STOA_IN_USE, stoa_table_drop_field(table, "position", &trouble));
    REFUSED(table, STOA_IN_USE, stoa_table_rename_field(table, "rgb", "c", &trouble));
    body_table_dispose(&bodies);
    WORKS(table, stoa_table_drop_field(table, "position", &trouble));
    stoa_table_free(table);
}

TEST(a_typed_table_of_vectors_of_another_length_or_type_is_refused)
{
    static const stoa_field others[] = {{.name = "position", .type = STOA_FLOAT32, .length = 2},
                                        {.name = "position", .type = STOA_FLOAT64, .length = 3},
                                        {.name = "position", .type = STOA_FLOAT32}};
    static const char *const says[] = {"length 2", "float64", "no vector"};
    for (int i = 0; i < 3; i++) {
        body_table bodies;
        stoa_table *table = TABLE(NULL, id_field, others[i], {.name = "alive", .type = STOA_BOOL},
                                  {.name = "rgb", .type = STOA_UINT8, .length = 2});
        ck_assert_int_ne(body_table_from(&bodies, table, &trouble), STOA_OK);
        SAYS(says[i]);
        stoa_table_free(table);
    }
}

int main(void)
{
    return RUN("vectors", a_vector_is_fields_in_a_row_named_by_their_numbers,
               the_components_of_every_kind_of_table_lie_at_one_distance,
               a_vector_is_no_field_and_a_field_no_vector,
               tables_with_vectors_and_tables_with_fields_of_the_same_names_are_different,
               lengths_and_types_that_no_vector_has_are_refused,
               names_that_are_taken_are_refused_whichever_comes_first,
               vectors_of_more_components_than_there_can_be_fields_are_refused,
               a_default_goes_into_each_component,
               components_are_appended_moved_and_copied_as_fields_are,
               a_vector_is_dropped_and_renamed_as_a_whole, a_vector_that_is_all_of_a_table_stays,
               a_name_too_long_for_the_components_is_refused,
               pages_of_a_dropped_vector_stay_until_its_last_export_ends,
               a_vector_of_a_table_that_never_had_rows_can_be_dropped,
               a_typed_table_has_an_array_of_pointers_for_a_vector,
               appends_of_typed_tables_through_the_library_take_vectors,
               a_typed_table_of_vectors_of_another_length_or_type_is_refused);
}
