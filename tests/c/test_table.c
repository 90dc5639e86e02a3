/* test_table.c: making, copying and freeing tables; how many rows a table has and can have. */
#include "../support/model.h"
#include "../support/testing.h"
#include "../support/things.h"

#define X                                                    \
    {                                                        \
        .name = "x", .type = STOA_INT32, .initial.int64 = -7 \
    }
#define W                                                          \
    {                                                              \
        .name = "w", .type = STOA_FLOAT64, .initial.float64 = 0.25 \
    }

/* ---- making ---- */

TEST(a_new_table_has_the_fields_and_rows_that_it_was_asked_for)
{
    stoa_table *table = TABLE(OPTIONS(.rows = 100), X, W);
    ck_assert_uint_eq(stoa_table_rows(table), 100);
    ck_assert_uint_eq(table->rows, 100);
    ck_assert_uint_eq(stoa_table_field_count(table), 2);
    ck_assert_uint_eq(stoa_table_field_limit(table), 2);
    ck_assert_str_eq(stoa_table_field_name(table, 1), "w");
    ck_assert_int_eq(stoa_table_field_type(table, 1), STOA_FLOAT64);
    ck_assert_uint_eq(stoa_table_row_bytes(table), 12);
    ck_assert_uint_ge(stoa_table_capacity(table), 100);
    ck_assert_uint_ge(stoa_table_max_rows(table), stoa_table_capacity(table));
    ck_assert_ptr_null(stoa_table_pool(table));
    for (size_t i = 0; i < 100; i++)
        ck_assert(stoa_int32_column(table, "x")[i] == -7 &&
                  stoa_float64_column(table, "w")[i] == 0.25);
    stoa_table_free(table);
}

TEST(a_table_of_default_options_grows_to_many_rows)
{
    stoa_table *table = TABLE(NULL, X);
    ck_assert_uint_eq(stoa_table_rows(table), 0);
    ck_assert_uint_ge(stoa_table_max_rows(table), 100 * 1000 * 1000);
    stoa_table_free(table);
}

TEST(a_table_needs_a_place_and_at_least_one_field)
{
    const stoa_field x = X;
    stoa_table *table = NULL;
    FAILS(STOA_INVALID, stoa_table_new(&table, &x, 0, NULL, &trouble));
    FAILS(STOA_INVALID, stoa_table_new(&table, NULL, 1, NULL, &trouble));
    FAILS(STOA_INVALID, stoa_table_new(NULL, &x, 1, NULL, &trouble));
    ck_assert_ptr_null(table);
    stoa_table_free(NULL);
}

TEST(options_that_are_not_zero_where_they_must_be_are_refused)
{
    const stoa_field x = X;
    for (size_t i = 0; i < 5; i++) {
        stoa_table_options options = {.rows = 1};
        stoa_table *table = NULL;
        void *wrong[] = {&options.reserved[0], &options.reserved[1], &options.ids, &options.flags,
                         &options.flags};
        uint64_t odd = i < 4 ? 2 : UINT64_C(1) << 63 | STOA_ROWS_UNWRITTEN;
        memcpy(wrong[i], &odd, i == 2 ? sizeof(bool) : sizeof odd);
        FAILS(STOA_INVALID, stoa_table_new(&table, &x, 1, &options, &trouble));
        ck_assert_ptr_null(table);
    }
}

TEST(more_rows_than_max_rows_are_refused_from_the_start)
{
    const stoa_field x = X;
    stoa_table *table = NULL;
    REFUSED(NULL, STOA_FULL,
            stoa_table_new(&table, &x, 1, OPTIONS(.rows = 11, .max_rows = 10), &trouble));
    SAYS("max_rows");
    ck_assert_ptr_null(table);
}

TEST(more_rows_than_there_is_address_space_are_refused)
{
    static const size_t many[] = {(size_t)1 << 46, (size_t)1 << 62, SIZE_MAX / 4 + 1, SIZE_MAX};
    const stoa_field fields[] = {X, W};
    for (size_t i = 0; i < sizeof many / sizeof *many; i++) {
        stoa_table *table = NULL;
        stoa_status status = stoa_table_new(&table, fields, 2, OPTIONS(.rows = many[i]), &trouble);
        ck_assert_msg(status == STOA_FULL || status == STOA_OUT_OF_MEMORY, "%s",
                      stoa_status_name(status));
        ck_assert_ptr_null(table);
        ck_assert_str_ne(trouble.message, "");
    }
}

TEST(address_space_that_is_refused_is_halved_until_it_is_granted)
{
    static const size_t many[] = {(size_t)1 << 45, (size_t)1 << 61, SIZE_MAX};
    for (size_t i = 0; i < sizeof many / sizeof *many; i++) {
        stoa_table *table = TABLE(OPTIONS(.rows = 3, .max_rows = many[i]), X, W);
        ck_assert_uint_lt(stoa_table_max_rows(table), many[i]);
        ck_assert_uint_ge(stoa_table_max_rows(table), 1000 * 1000);
        stoa_table_free(table);
    }
}

/* ---- sizes ---- */

static void fill(stoa_table *table)
{
    int32_t *x = stoa_int32_column(table, "x");
    double *w = stoa_float64_column(table, "w");
    for (size_t i = 0; i < stoa_table_rows(table); i++)
        x[i] = (int32_t)i, w[i] = 1.0 / (double)(i + 1);
}

/* Rows [0, kept) are as `fill` made them; rows behind are defaults. */
static void filled_then_defaults(const stoa_table *table, size_t kept)
{
    const int32_t *x = stoa_int32_column(table, "x");
    const double *w = stoa_float64_column(table, "w");
    for (size_t i = 0; i < stoa_table_rows(table); i++)
        if (i < kept)
            ck_assert_msg(x[i] == (int32_t)i && w[i] == 1.0 / (double)(i + 1), "row %zu", i);
        else
            ck_assert_msg(x[i] == -7 && w[i] == 0.25, "row %zu is left over", i);
}

static void shrink_and_grow(size_t rows, size_t less, size_t max_rows, bool give_back)
{
    stoa_table *table = TABLE(OPTIONS(.rows = rows, .max_rows = max_rows), X, W);
    fill(table);
    PASSES(stoa_table_resize(table, less, &trouble));
    ck_assert_uint_eq(stoa_table_rows(table), less);
    filled_then_defaults(table, less);
    if (give_back)
        stoa_table_shrink(table);
    filled_then_defaults(table, less);
    PASSES(stoa_table_resize(table, rows + 1000, &trouble));
    filled_then_defaults(table, less);
    stoa_table_free(table);
}

TEST(rows_that_come_back_are_defaults_and_never_left_over)
{
    static const size_t sizes[] = {1, 3, 1000, 5000, 100000, 1000003};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (int give_back = 0; give_back < 2; give_back++) {
            size_t rows = sizes[i];
            shrink_and_grow(rows, 0, rows + 1000, give_back);
            shrink_and_grow(rows, rows / 2, rows + 1000, give_back);
            shrink_and_grow(rows, rows - 1, 0, give_back);
            shrink_and_grow(rows, rows, 0, give_back);
        }
}

TEST(appended_rows_are_defaults_after_the_table_was_cleared)
{
    stoa_table *table = TABLE(OPTIONS(.rows = 3000), X, W);
    fill(table);
    stoa_table_clear(table);
    ck_assert_uint_eq(stoa_table_rows(table), 0);
    ck_assert_uint_ge(stoa_table_capacity(table), 3000);
    for (int i = 0; i < 10; i++)
        WORKS(table, stoa_table_append(table, NULL, 0, &trouble));
    WORKS(table, stoa_table_extend(table, NULL, 0, 2000, &trouble));
    ck_assert_uint_eq(stoa_table_rows(table), 2010);
    filled_then_defaults(table, 0);
    stoa_table_free(table);
}

TEST(reserved_rows_are_appended_without_asking_for_memory)
{
    stoa_table *table = TABLE(NULL, X, W);
    WORKS(table, stoa_table_reserve(table, 50000, &trouble));
    ck_assert_uint_eq(stoa_table_rows(table), 0);
    ck_assert_uint_ge(stoa_table_capacity(table), 50000);
    faults_arm(FAULT_ANY & ~(unsigned)FAULT_HINT, 0, SIZE_MAX);
    stoa_status status = STOA_OK;
    const stoa_value value = stoa_int64_value(3);
    for (size_t i = 0; i < 40000 && status == STOA_OK; i++)
        status = stoa_table_append(table, &value, 1, &trouble);
    if (status == STOA_OK)
        status = stoa_table_resize(table, 45000, &trouble);
    if (status == STOA_OK)
        status = stoa_table_extend(table, NULL, 0, 5000, &trouble);
    size_t refused = faults_disarm();
    ck_assert_int_eq(status, STOA_OK);
    ck_assert_uint_eq(refused, 0);
    ck_assert_uint_eq(stoa_table_rows(table), 50000);
    stoa_table_free(table);
}

TEST(a_failed_reserve_leaves_the_table_as_it_was)
{
    stoa_table *table = TABLE(OPTIONS(.rows = 100), X, W);
    fill(table);
    size_t capacity = stoa_table_capacity(table), most = stoa_table_max_rows(table);
    REFUSED(table, STOA_FULL, stoa_table_reserve(table, most + 1, &trouble));
    SAYS("max_rows");
    REFUSED(table, STOA_FULL, stoa_table_reserve(table, SIZE_MAX, &trouble));
    ck_assert_uint_eq(stoa_table_capacity(table), capacity);
    faults_arm(FAULT_ANY, 0, SIZE_MAX);
    stoa_status status = stoa_table_reserve(table, 1000000, &trouble);
    faults_disarm();
    ck_assert_int_eq(status, STOA_OUT_OF_MEMORY);
    ck_assert_uint_eq(stoa_table_capacity(table), capacity);
    WORKS(table, stoa_table_reserve(table, 1000000, &trouble));
    WORKS(table, stoa_table_reserve(table, 0, &trouble)); /* it never shrinks */
    ck_assert_uint_ge(stoa_table_capacity(table), 1000000);
    filled_then_defaults(table, 100);
    stoa_table_free(table);
}

TEST(a_table_that_shrinks_gives_up_its_capacity_and_keeps_its_rows)
{
    size_t rows = scaled(1000000, 20000);
    stoa_table *table = TABLE(OPTIONS(.rows = rows), X, W);
    fill(table);
    PASSES(stoa_table_resize(table, 1000, &trouble));
    ck_assert_uint_ge(stoa_table_capacity(table), rows);
    stoa_table_shrink(table);
    ck_assert_uint_lt(stoa_table_capacity(table), rows);
    ck_assert_uint_ge(stoa_table_capacity(table), 1000);
    filled_then_defaults(table, 1000);
    WORKS(NULL, stoa_table_resize(table, rows, &trouble));
    filled_then_defaults(table, 1000);
    stoa_table_clear(table);
    stoa_table_shrink(table);
    stoa_table_shrink(table);
    WORKS(table, stoa_table_append(table, NULL, 0, &trouble));
    filled_then_defaults(table, 0);
    stoa_table_free(table);
}

/* ---- full ---- */

static void check_full(size_t max_rows)
{
    stoa_table *table = TABLE(OPTIONS(.max_rows = max_rows), X, W);
    size_t most = stoa_table_max_rows(table);
    ck_assert_uint_eq(most, max_rows);
    PASSES(stoa_table_resize(table, most - 1, &trouble));
    fill(table);
    WORKS(NULL, stoa_table_append(table, NULL, 0, &trouble));
    filled_then_defaults(table, most - 1);
    const stoa_table *compared = most < 1000 ? table : NULL;
    REFUSED(compared, STOA_FULL, stoa_table_append(table, NULL, 0, &trouble));
    SAYS("max_rows");
    REFUSED(compared, STOA_FULL, stoa_table_insert(table, 0, NULL, 0, &trouble));
    SAYS("max_rows");
    REFUSED(compared, STOA_FULL, stoa_table_extend(table, NULL, 0, 1, &trouble));
    SAYS("max_rows");
    REFUSED(compared, STOA_FULL, stoa_table_extend(table, NULL, 0, SIZE_MAX, &trouble));
    REFUSED(compared, STOA_FULL, stoa_table_resize(table, most + 1, &trouble));
    SAYS("max_rows");
    REFUSED(compared, STOA_FULL, stoa_table_resize(table, SIZE_MAX, &trouble));
    WORKS(compared, stoa_table_resize(table, most, &trouble));
    WORKS(compared, stoa_table_extend(table, NULL, 0, 0, &trouble));
    PASSES(stoa_table_remove(table, 0, 1, &trouble));
    PASSES(stoa_table_append(table, NULL, 0, &trouble)); /* there is room again */
    stoa_table_free(table);
}

TEST(a_full_table_refuses_rows_and_names_max_rows)
{
    static const size_t sizes[] = {1, 2, 7, 100, 5461, 5462, 100000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        check_full(sizes[i]);
}

TEST(a_field_is_added_to_a_full_table)
{
    static const size_t sizes[] = {1, 100, 100000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        stoa_table *table = TABLE(OPTIONS(.rows = sizes[i], .max_rows = sizes[i]), X, W);
        stoa_field added = {.name = "z", .type = STOA_INT64, .initial.int64 = 9};
        fill(table);
        WORKS(sizes[i] < 1000 ? table : NULL, stoa_table_add_field(table, &added, NULL, &trouble));
        ck_assert_int_eq(stoa_int64_column(table, "z")[sizes[i] - 1], 9);
        ck_assert_uint_eq(stoa_table_max_rows(table), sizes[i]);
        filled_then_defaults(table, sizes[i]);
        stoa_table_free(table);
    }
}

/* ---- copies ---- */

TEST(a_copy_has_the_same_fields_rows_and_pool_and_a_life_of_its_own)
{
    things owner = {0};
    stoa_pool *pool = things_pool(&owner);
    dice d = {7};
    model m;
    model_init(&m);
    m.initial.in_object = &owner.all[1];
    stoa_table *table = model_table(&m, pool), *copy = NULL;
    for (int i = 0; i < 100; i++) {
        record r = record_random(&d, &owner);
        stoa_value values[MODEL_FIELDS];
        record_values(&r, values);
        PASSES(stoa_table_append(table, values, MODEL_FIELDS, &trouble));
        model_append(&m, &r);
    }
    WORKS(table, stoa_table_copy(&copy, table, &trouble));
    model_rows_match(&m, copy);
    ck_assert_ptr_eq(stoa_table_pool(copy), pool);
    ck_assert_uint_eq(stoa_table_max_rows(copy), stoa_table_max_rows(table));
    ck_assert_uint_eq(stoa_table_field_limit(copy), MODEL_FIELDS);
    for (size_t i = 0; i < MODEL_FIELDS; i++) {
        ck_assert_str_eq(stoa_table_field_name(copy, i), stoa_table_field_name(table, i));
        ck_assert_ptr_ne(stoa_column_cells(copy, i), stoa_column_cells(table, i));
    }
    size_t retains = owner.retains;
    WORKS(copy, stoa_table_resize(copy, 150, &trouble));
    WORKS(copy, stoa_table_remove(copy, 0, 90, &trouble));
    ck_assert_uint_eq(owner.retains, retains);
    model_rows_match(&m, table);
    things_match(&owner, pool);
    stoa_table_free(table);
    ck_assert_int_eq(owner.all[1].released, 0); /* still used as the copy's default */
    model_resize(&m, 150);
    model_remove(&m, 0, 90);
    model_rows_match(&m, copy);
    stoa_table_free(copy);
    ck_assert_uint_eq(stoa_pool_count(pool), 0);
    things_are_all_released(&owner);
    stoa_pool_free(pool);
    model_dispose(&m);
}

TEST(a_copy_of_a_table_with_dropped_fields_has_the_fields_that_are_left)
{
    stoa_table *table = TABLE(OPTIONS(.rows = 10, .max_rows = 100), X, W,
                              {.name = "z", .type = STOA_UINT16, .initial.uint64 = 5});
    stoa_table *copy = NULL;
    fill(table);
    WORKS(table, stoa_table_drop_field(table, "x", &trouble));
    WORKS(table, stoa_table_copy(&copy, table, &trouble));
    ck_assert_uint_eq(stoa_table_field_count(copy), 2);
    ck_assert_ptr_null(stoa_int32_column(copy, "x"));
    ck_assert_uint_eq(stoa_table_row_bytes(copy), 10);
    for (size_t i = 0; i < 10; i++) {
        ck_assert(stoa_float64_column(copy, "w")[i] == 1.0 / (double)(i + 1));
        ck_assert_uint_eq(stoa_uint16_column(copy, "z")[i], 5);
    }
    stoa_table_free(table);
    stoa_table_free(copy);
}

int main(void)
{
    return RUN("table", a_new_table_has_the_fields_and_rows_that_it_was_asked_for,
               a_table_of_default_options_grows_to_many_rows,
               a_table_needs_a_place_and_at_least_one_field,
               options_that_are_not_zero_where_they_must_be_are_refused,
               more_rows_than_max_rows_are_refused_from_the_start,
               more_rows_than_there_is_address_space_are_refused,
               address_space_that_is_refused_is_halved_until_it_is_granted,
               rows_that_come_back_are_defaults_and_never_left_over,
               appended_rows_are_defaults_after_the_table_was_cleared,
               reserved_rows_are_appended_without_asking_for_memory,
               a_failed_reserve_leaves_the_table_as_it_was,
               a_table_that_shrinks_gives_up_its_capacity_and_keeps_its_rows,
               a_full_table_refuses_rows_and_names_max_rows, a_field_is_added_to_a_full_table,
               a_copy_has_the_same_fields_rows_and_pool_and_a_life_of_its_own,
               a_copy_of_a_table_with_dropped_fields_has_the_fields_that_are_left);
}
