/* test_rows.c: rows that are added, removed and moved, each operation compared with the model; what
 * changes the order; what is refused. */
#include "../support/reference.h"
#include "../support/scene.h"

/* ---- adding rows ---- */

TEST(an_appended_row_has_the_values_given_and_defaults_behind_them)
{
    scene s;
    scene_start(&s, 3);
    for (size_t count = 0; count <= MODEL_FIELDS; count++) {
        record r = record_random(&s.d, &s.owner), expected = s.m.initial;
        stoa_value values[MODEL_FIELDS];
        record_values(&r, values);
        for (size_t i = 0; i < count && i < VALUE_TYPES; i++)
            memcpy(record_member(&expected, value_type(i)), record_member(&r, value_type(i)),
                   stoa_type_width(value_type(i)));
        if (count >= STOA_OBJECT)
            expected.in_object = r.in_object;
        if (count >= STOA_STRING)
            expected.in_string = r.in_string;
        WORKS(s.table, stoa_table_append(s.table, values, count, &trouble));
        model_append(&s.m, &expected);
        scene_matches(&s);
        WORKS(s.table, stoa_table_insert(s.table, 1, values, count, &trouble));
        model_insert(&s.m, 1, &expected);
        scene_matches(&s);
    }
    scene_end(&s);
}

TEST(a_row_is_inserted_anywhere_and_those_behind_move_down)
{
    scene s;
    scene_start(&s, 5);
    for (size_t index = 0; index <= s.m.count && index < 12; index++) {
        record r = record_random(&s.d, &s.owner);
        stoa_value values[MODEL_FIELDS];
        record_values(&r, values);
        WORKS(s.table, stoa_table_insert(s.table, index, values, MODEL_FIELDS, &trouble));
        model_insert(&s.m, index, &r);
        scene_matches(&s);
    }
    REFUSED(s.table, STOA_OUT_OF_RANGE,
            stoa_table_insert(s.table, s.m.count + 1, NULL, 0, &trouble));
    REFUSED(s.table, STOA_OUT_OF_RANGE, stoa_table_insert(s.table, SIZE_MAX, NULL, 0, &trouble));
    scene_end(&s);
}

TEST(values_that_do_not_fit_or_are_too_many_are_refused_and_nothing_is_appended)
{
    scene s;
    scene_start(&s, 4);
    stoa_value values[MODEL_FIELDS + 1] = {{0}};
    record r = record_random(&s.d, &s.owner);
    record_values(&r, values);
    values[STOA_OBJECT - 1] = stoa_object_value(&s.owner.all[THINGS - 1]); /* a new object */
    REFUSED(s.table, STOA_INVALID, stoa_table_append(s.table, values, MODEL_FIELDS + 1, &trouble));
    size_t int8 = STOA_INT8 - 1;
    values[int8] = stoa_int64_value(128);
    REFUSED(s.table, STOA_OVERFLOW, stoa_table_append(s.table, values, MODEL_FIELDS, &trouble));
    SAYS("int8");
    SAYS("128");
    REFUSED(s.table, STOA_OVERFLOW, stoa_table_insert(s.table, 2, values, MODEL_FIELDS, &trouble));
    values[int8] = stoa_float64_value(1.0);
    REFUSED(s.table, STOA_WRONG_TYPE, stoa_table_append(s.table, values, MODEL_FIELDS, &trouble));
    SAYS("int8");
    values[int8] = (stoa_value){.type = STOA_INT8, .is_null = true};
    ck_assert_int_ne(stoa_table_append(s.table, values, MODEL_FIELDS, &trouble), STOA_OK);
    values[int8] = (stoa_value){.type = STOA_NO_TYPE};
    REFUSED(s.table, STOA_WRONG_TYPE, stoa_table_append(s.table, values, MODEL_FIELDS, &trouble));
    values[int8] = stoa_int64_value(1);
    values[STOA_OBJECT - 1] = stoa_int64_value(1);
    REFUSED(s.table, STOA_WRONG_TYPE, stoa_table_append(s.table, values, MODEL_FIELDS, &trouble));
    SAYS("object");
    ck_assert_int_eq(s.owner.all[THINGS - 1].retained - s.owner.all[THINGS - 1].released, 0);
    scene_end(&s);
}

/* ---- replacing rows ---- */

TEST(a_row_is_replaced_by_the_values_given_and_defaults_behind_them)
{
    scene s;
    scene_start(&s, 5);
    for (size_t count = 0; count <= MODEL_FIELDS; count += MODEL_FIELDS) {
        record r = record_random(&s.d, &s.owner);
        stoa_value values[MODEL_FIELDS];
        record_values(&r, values);
        uint64_t order = s.table->order;
        for (size_t index = 0; index < 5; index += 2) {
            WORKS(s.table, stoa_table_replace(s.table, index, values, count, &trouble));
            s.m.rows[index] = count > 0 ? r : s.m.initial;
            scene_matches(&s);
        }
        ck_assert_uint_eq(s.table->order, order);
    }
    REFUSED(s.table, STOA_OUT_OF_RANGE, stoa_table_replace(s.table, 5, NULL, 0, &trouble));
    REFUSED(s.table, STOA_INVALID, stoa_table_replace(s.table, 0, NULL, 1, &trouble));
    scene_end(&s);
}

TEST(a_row_stays_as_it_was_where_one_value_does_not_fit)
{
    scene s;
    scene_start(&s, 4);
    stoa_value values[MODEL_FIELDS + 1] = {{0}};
    record r = record_random(&s.d, &s.owner);
    record_values(&r, values);
    REFUSED(s.table, STOA_INVALID,
            stoa_table_replace(s.table, 1, values, MODEL_FIELDS + 1, &trouble));
    values[STOA_INT8 - 1] = stoa_int64_value(128);
    REFUSED(s.table, STOA_OVERFLOW, stoa_table_replace(s.table, 1, values, MODEL_FIELDS, &trouble));
    SAYS("int8");
    scene_matches(&s);
    scene_end(&s);
}

/* ---- removing rows ---- */

TEST(removed_rows_go_and_those_behind_move_up)
{
    static const size_t cases[][3] = {/* rows, first, count */
                                      {10, 0, 1}, {10, 9, 1},  {10, 3, 4},   {10, 0, 10},
                                      {10, 5, 5}, {10, 10, 0}, {10, 4, 0},   {1, 0, 1},
                                      {0, 0, 0},  {300, 1, 1}, {300, 1, 298}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        scene s;
        scene_start(&s, cases[i][0]);
        WORKS(s.table, stoa_table_remove(s.table, cases[i][1], cases[i][2], &trouble));
        model_remove(&s.m, cases[i][1], cases[i][2]);
        scene_end(&s);
    }
}

TEST(rows_that_are_not_there_are_not_removed)
{
    scene s;
    scene_start(&s, 10);
    REFUSED(s.table, STOA_OUT_OF_RANGE, stoa_table_remove(s.table, 10, 1, &trouble));
    SAYS("10");
    REFUSED(s.table, STOA_OUT_OF_RANGE, stoa_table_remove(s.table, 0, 11, &trouble));
    REFUSED(s.table, STOA_OUT_OF_RANGE, stoa_table_remove(s.table, 11, 0, &trouble));
    REFUSED(s.table, STOA_OUT_OF_RANGE, stoa_table_remove(s.table, 5, SIZE_MAX, &trouble));
    REFUSED(s.table, STOA_OUT_OF_RANGE, stoa_table_remove(s.table, SIZE_MAX, 2, &trouble));
    REFUSED(s.table, STOA_OUT_OF_RANGE, stoa_table_swap_remove(s.table, 10, &trouble));
    REFUSED(s.table, STOA_OUT_OF_RANGE, stoa_table_swap(s.table, 10, 0, &trouble));
    REFUSED(s.table, STOA_OUT_OF_RANGE, stoa_table_swap(s.table, 0, SIZE_MAX, &trouble));
    scene_end(&s);
}

TEST(the_last_row_takes_the_place_of_one_that_is_swap_removed)
{
    scene s;
    scene_start(&s, 7);
    static const size_t order[] = {2, 5, 0, 0, 2, 1, 0};
    for (size_t i = 0; i < 7; i++) {
        WORKS(s.table, stoa_table_swap_remove(s.table, order[i], &trouble));
        model_swap_remove(&s.m, order[i]);
        scene_matches(&s);
    }
    REFUSED(s.table, STOA_OUT_OF_RANGE, stoa_table_swap_remove(s.table, 0, &trouble));
    scene_end(&s);
}

TEST(rows_of_a_zero_byte_go_and_the_others_keep_their_order)
{
    static const size_t sizes[] = {0, 1, 2, 63, 64, 65, 130};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (int kind = 0; kind < 5; kind++) {
            scene s;
            uint8_t mask[130];
            scene_start(&s, sizes[i]);
            for (size_t row = 0; row < sizes[i]; row++)
                mask[row] = kind == 0   ? 0
                            : kind == 1 ? 1
                            : kind == 2 ? row % 2 * 255
                            : kind == 3 ? (uint8_t)(row == 0) * 128
                                        : (uint8_t)(dice_below(&s.d, 3) * 2);
            WORKS(s.table, stoa_table_keep(s.table, mask, sizes[i], &trouble));
            model_keep(&s.m, mask);
            scene_end(&s);
        }
}

TEST(a_mask_of_another_length_is_refused)
{
    scene s;
    static const uint8_t mask[11];
    scene_start(&s, 10);
    REFUSED(s.table, STOA_INVALID, stoa_table_keep(s.table, mask, 9, &trouble));
    SAYS("10");
    REFUSED(s.table, STOA_INVALID, stoa_table_keep(s.table, mask, 11, &trouble));
    REFUSED(s.table, STOA_INVALID, stoa_table_keep(s.table, NULL, 10, &trouble));
    scene_end(&s);
}

/* ---- moving rows ---- */

TEST(two_rows_are_swapped)
{
    scene s;
    scene_start(&s, 9);
    static const size_t pairs[][2] = {{0, 8}, {3, 4}, {5, 5}, {7, 1}};
    for (size_t i = 0; i < 4; i++) {
        WORKS(s.table, stoa_table_swap(s.table, pairs[i][0], pairs[i][1], &trouble));
        model_swap(&s.m, pairs[i][0], pairs[i][1]);
        scene_matches(&s);
    }
    scene_end(&s);
}

TEST(rows_are_reversed)
{
    for (size_t rows = 0; rows < 70; rows += rows < 5 ? 1 : 13) {
        scene s;
        scene_start(&s, rows);
        WORKS(s.table, stoa_table_reverse(s.table, &trouble));
        model_reverse(&s.m);
        scene_end(&s);
    }
}

static void shuffle(dice *d, size_t *indices, size_t count)
{
    for (size_t i = 0; i < count; i++)
        indices[i] = i;
    for (size_t i = count; i > 1; i--) {
        size_t j = dice_below(d, i), kept = indices[i - 1];
        indices[i - 1] = indices[j];
        indices[j] = kept;
    }
}

TEST(rows_are_permuted)
{
    size_t indices[200];
    for (size_t rows = 0; rows < 200; rows += rows < 4 ? 1 : 65) {
        scene s;
        scene_start(&s, rows);
        shuffle(&s.d, indices, rows);
        WORKS(s.table, stoa_table_permute(s.table, indices, rows, &trouble));
        model_take(&s.m, indices, rows);
        scene_end(&s);
    }
}

TEST(what_is_no_permutation_is_refused)
{
    scene s;
    size_t indices[10];
    scene_start(&s, 10);
    shuffle(&s.d, indices, 10);
    REFUSED(s.table, STOA_INVALID, stoa_table_permute(s.table, indices, 9, &trouble));
    REFUSED(s.table, STOA_INVALID, stoa_table_permute(s.table, NULL, 10, &trouble));
    indices[9] = indices[0];
    REFUSED(s.table, STOA_INVALID, stoa_table_permute(s.table, indices, 10, &trouble));
    indices[9] = 10;
    REFUSED(s.table, STOA_OUT_OF_RANGE, stoa_table_permute(s.table, indices, 10, &trouble));
    SAYS("10");
    indices[9] = SIZE_MAX;
    REFUSED(s.table, STOA_OUT_OF_RANGE, stoa_table_permute(s.table, indices, 10, &trouble));
    scene_end(&s);
}

TEST(taken_rows_make_a_table_of_their_own)
{
    scene s;
    scene_start(&s, 20);
    static const size_t indices[] = {19, 0, 0, 7, 7, 7, 3, 19};
    for (size_t count = 0; count <= 8; count++) {
        stoa_table *taken = NULL;
        model expected;
        WORKS(s.table, stoa_table_take(&taken, s.table, indices, count, &trouble));
        model_copy(&expected, &s.m);
        model_take(&expected, indices, count);
        model_rows_match(&expected, taken);
        ck_assert_ptr_eq(stoa_table_pool(taken), s.pool);
        WORKS(taken, stoa_table_append(taken, NULL, 0, &trouble)); /* it has the same defaults */
        model_resize(&expected, count + 1);
        model_rows_match(&expected, taken);
        stoa_table_free(taken);
        model_dispose(&expected);
    }
    static const size_t beyond[] = {0, 20};
    stoa_table *taken = NULL;
    REFUSED(s.table, STOA_OUT_OF_RANGE, stoa_table_take(&taken, s.table, beyond, 2, &trouble));
    SAYS("20");
    ck_assert_uint_eq(trouble.row, 1);
    ck_assert_ptr_null(taken);
    scene_end(&s);
}

TEST(more_rows_can_be_taken_than_the_table_itself_has_room_for)
{
    size_t indices[9000];
    for (size_t i = 0; i < 9000; i++)
        indices[i] = i % 7;
    stoa_table *table =
        TABLE(OPTIONS(.rows = 7, .max_rows = 7), {.name = "x", .type = STOA_FLOAT64});
    stoa_table *taken = NULL;
    for (size_t i = 0; i < 7; i++)
        stoa_float64_column(table, "x")[i] = (double)i;
    WORKS(table, stoa_table_take(&taken, table, indices, 9000, &trouble));
    ck_assert_uint_eq(stoa_table_rows(taken), 9000);
    for (size_t i = 0; i < 9000; i++)
        ck_assert(stoa_float64_column(taken, "x")[i] == (double)(i % 7));
    stoa_table_free(taken);
    stoa_table_free(table);
}

TEST(a_taken_table_leaves_dropped_fields_out)
{
    stoa_table *table = TABLE(OPTIONS(.rows = 3), {.name = "a", .type = STOA_INT8},
                              {.name = "b", .type = STOA_INT16, .initial.int64 = 16},
                              {.name = "c", .type = STOA_INT32, .initial.int64 = 32});
    stoa_table *taken = NULL;
    static const size_t indices[] = {2, 1};
    WORKS(table, stoa_table_drop_field(table, "a", &trouble));
    stoa_int32_column(table, "c")[1] = 33;
    WORKS(table, stoa_table_take(&taken, table, indices, 2, &trouble));
    ck_assert_uint_eq(stoa_table_field_limit(taken), 2);
    ck_assert_str_eq(stoa_table_field_name(taken, 0), "b");
    ck_assert_str_eq(stoa_table_field_name(taken, 1), "c");
    ck_assert_int_eq(stoa_int32_column(taken, "c")[1], 33);
    ck_assert_int_eq(stoa_int16_column(taken, "b")[0], 16);
    stoa_table_free(taken);
    stoa_table_free(table);
}

/* ---- order ---- */

#define BUMPS(call)                                \
    do {                                           \
        uint64_t order_ = s.table->order;          \
        PASSES(call);                              \
        ck_assert_uint_gt(s.table->order, order_); \
    } while (0)
#define KEEPS(call)                                \
    do {                                           \
        uint64_t order_ = s.table->order;          \
        PASSES(call);                              \
        ck_assert_uint_eq(s.table->order, order_); \
    } while (0)

TEST(appending_and_looking_keep_the_order)
{
    scene s;
    scene_start(&s, 10);
    stoa_table *other = NULL;
    const stoa_field field = {.name = "added", .type = STOA_INT8};
    static const size_t indices[] = {3, 1};
    KEEPS(stoa_table_append(s.table, NULL, 0, &trouble));
    KEEPS(stoa_table_extend(s.table, NULL, 0, 5, &trouble));
    KEEPS(stoa_table_resize(s.table, 20, &trouble));
    KEEPS(stoa_table_resize(s.table, 20, &trouble));
    KEEPS(stoa_table_insert(s.table, 20, NULL, 0, &trouble)); /* at the end */
    KEEPS(stoa_table_reserve(s.table, 5000, &trouble));
    KEEPS(stoa_table_copy(&other, s.table, &trouble));
    stoa_table_free(other);
    KEEPS(stoa_table_take(&other, s.table, indices, 2, &trouble));
    stoa_table_free(other);
    KEEPS(stoa_table_add_field(s.table, &field, NULL, &trouble));
    KEEPS(stoa_table_rename_field(s.table, "added", "other", &trouble));
    KEEPS(stoa_table_drop_field(s.table, "other", &trouble));
    KEEPS(stoa_row_set_int32(stoa_table_row(s.table, 0), "int32", 5));
    uint64_t order = s.table->order;
    stoa_table_shrink(s.table);
    ck_assert_uint_eq(s.table->order, order);
    s.m.rows[0].in_int32 = 5;
    model_resize(&s.m, 21);
    scene_end(&s);
}

TEST(what_changes_nothing_keeps_the_order)
{
    scene s;
    uint8_t mask[10];
    memset(mask, 1, sizeof mask);
    scene_start(&s, 10);
    KEEPS(stoa_table_remove(s.table, 4, 0, &trouble));
    KEEPS(stoa_table_swap(s.table, 4, 4, &trouble));
    KEEPS(stoa_table_keep(s.table, mask, 10, &trouble));
    KEEPS(stoa_table_extend(s.table, NULL, 0, 0, &trouble));
    REFUSED(s.table, STOA_OUT_OF_RANGE, stoa_table_remove(s.table, 4, 7, &trouble));
    scene_matches(&s);
    PASSES(stoa_table_resize(s.table, 1, &trouble));
    model_resize(&s.m, 1);
    KEEPS(stoa_table_reverse(s.table, &trouble));
    stoa_table_clear(s.table);
    model_resize(&s.m, 0);
    uint64_t order = s.table->order;
    stoa_table_clear(s.table);
    ck_assert_uint_eq(s.table->order, order);
    KEEPS(stoa_table_reverse(s.table, &trouble));
    KEEPS(stoa_table_permute(s.table, NULL, 0, &trouble));
    KEEPS(stoa_table_keep(s.table, NULL, 0, &trouble));
    scene_end(&s);
}

TEST(removing_and_reordering_bump_the_order)
{
    scene s;
    size_t indices[32];
    uint8_t mask[32] = {0};
    scene_start(&s, 30);
    BUMPS(stoa_table_insert(s.table, 5, NULL, 0, &trouble));
    BUMPS(stoa_table_remove(s.table, 5, 1, &trouble));
    BUMPS(stoa_table_remove(s.table, 29, 1, &trouble)); /* even the last row */
    BUMPS(stoa_table_swap(s.table, 0, 1, &trouble));
    BUMPS(stoa_table_swap(s.table, 0, 1, &trouble));
    BUMPS(stoa_table_swap_remove(s.table, 3, &trouble));
    BUMPS(stoa_table_reverse(s.table, &trouble));
    shuffle(&s.d, indices, 28);
    BUMPS(stoa_table_permute(s.table, indices, 28, &trouble));
    mask[7] = mask[8] = 1;
    BUMPS(stoa_table_keep(s.table, mask, 28, &trouble));
    BUMPS(stoa_table_resize(s.table, 1, &trouble));
    uint64_t order = s.table->order;
    stoa_table_clear(s.table);
    ck_assert_uint_gt(s.table->order, order);
    model_resize(&s.m, 0);
    scene_end(&s);
}

int main(void)
{
    return RUN("rows", an_appended_row_has_the_values_given_and_defaults_behind_them,
               a_row_is_replaced_by_the_values_given_and_defaults_behind_them,
               a_row_stays_as_it_was_where_one_value_does_not_fit,
               a_row_is_inserted_anywhere_and_those_behind_move_down,
               values_that_do_not_fit_or_are_too_many_are_refused_and_nothing_is_appended,
               removed_rows_go_and_those_behind_move_up, rows_that_are_not_there_are_not_removed,
               the_last_row_takes_the_place_of_one_that_is_swap_removed,
               rows_of_a_zero_byte_go_and_the_others_keep_their_order,
               a_mask_of_another_length_is_refused, two_rows_are_swapped, rows_are_reversed,
               rows_are_permuted, what_is_no_permutation_is_refused,
               taken_rows_make_a_table_of_their_own,
               more_rows_can_be_taken_than_the_table_itself_has_room_for,
               a_taken_table_leaves_dropped_fields_out, appending_and_looking_keep_the_order,
               what_changes_nothing_keeps_the_order, removing_and_reordering_bump_the_order);
}
