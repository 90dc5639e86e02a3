/* test_record.c: records declared at compile time, in C: the typed and the untyped functions work
 * on the same table. test_record_cpp.cpp does the same in C++. */
#include <stdlib.h>

#include "../support/reference.h"
#include "../support/testing.h"
#include "../support/things.h"

#define POINT(FIELD) \
    FIELD(int32, x)  \
    FIELD(int32, y)  \
    FIELD(float64, w, 1.5)
STOA_RECORD(point, POINT)

#define EVERY(FIELD)                    \
    FIELD(bool, a_bool, true)           \
    FIELD(int8, an_int8, -8)            \
    FIELD(int16, an_int16, -1600)       \
    FIELD(int32, an_int32, INT32_MIN)   \
    FIELD(int64, an_int64, INT64_MIN)   \
    FIELD(uint8, a_uint8, 255)          \
    FIELD(uint16, a_uint16, 1600)       \
    FIELD(uint32, a_uint32, UINT32_MAX) \
    FIELD(uint64, a_uint64, UINT64_MAX) \
    FIELD(float32, a_float32, -0.5f)    \
    FIELD(float64, a_float64, 0.1)      \
    FIELD(object, an_object)
STOA_RECORD(every, EVERY)

#define NODE(FIELD)     \
    FIELD(object, left) \
    FIELD(int64, n)     \
    FIELD(object, right)
STOA_RECORD(node, NODE)

#define LONE(FIELD) FIELD(uint8, only)
STOA_RECORD(lone, LONE)

/* ---- making ---- */

TEST(a_typed_table_starts_with_its_rows_all_defaults)
{
    point_table points = {0};
    WORKS(NULL, point_table_init(&points, 1000, &trouble));
    ck_assert_uint_eq(stoa_table_rows(points.table), 1000);
    ck_assert_uint_eq(stoa_table_field_count(points.table), 3);
    ck_assert_uint_eq(stoa_table_row_bytes(points.table), 16);
    ck_assert_ptr_eq(points.x, stoa_int32_column(points.table, "x"));
    ck_assert_ptr_eq(points.y, stoa_int32_column(points.table, "y"));
    ck_assert_ptr_eq(points.w, stoa_float64_column(points.table, "w"));
    for (size_t i = 0; i < 1000; i++)
        ck_assert(points.x[i] == 0 && points.y[i] == 0 && points.w[i] == 1.5);
    point_table_dispose(&points);
}

TEST(a_disposed_table_is_empty_and_can_be_disposed_of_again)
{
    point_table points = {0};
    point_table_dispose(&points); /* a zeroed one may be disposed of */
    WORKS(NULL, point_table_init(&points, 1, &trouble));
    point_table_dispose(&points);
    ck_assert_ptr_null(points.table);
    ck_assert_ptr_null(points.x);
    ck_assert_ptr_null(points.w);
    point_table_dispose(&points);
}

TEST(the_smallest_record_has_one_field)
{
    lone_table lones = {0};
    WORKS(NULL, lone_table_init(&lones, 3, &trouble));
    WORKS(lones.table, lone_table_push(&lones, 200, &trouble));
    ck_assert_uint_eq(lone_only(lone_at(&lones, 3)), 200);
    ck_assert_uint_eq(stoa_table_row_bytes(lones.table), 1);
    lone_table_dispose(&lones);
}

/* ---- rows ---- */

TEST(a_row_reads_and_writes_through)
{
    point_table points = {0};
    WORKS(NULL, point_table_init(&points, 8, &trouble));
    point p = point_at(&points, 7);
    point_set_y(p, point_x(p) + 5);
    point_set_w(p, -0.25);
    ck_assert_int_eq(points.y[7], 5);
    ck_assert(points.w[7] == -0.25 && point_w(p) == -0.25);
    ck_assert_int_eq(points.y[6], 0);
    points.x[7] = 9;
    ck_assert_int_eq(point_x(p), 9);
    point_table_dispose(&points);
}

TEST(appended_and_pushed_rows_have_their_values)
{
    point_table points = {0};
    WORKS(NULL, point_table_init(&points, 0, &trouble));
    size_t rows = scaled(300000, 5000);
    const int32_t *x = points.x;
    for (size_t i = 0; i < rows; i++) {
        int32_t n = (int32_t)i;
        if (i % 1000 == 0)
            WORKS(NULL, point_table_push(&points, n, -n, n / 4.0, &trouble));
        else if (i % 2 == 0)
            PASSES(point_table_push(&points, n, -n, n / 4.0, &trouble));
        else
            PASSES(point_table_append(&points, (point_values){.x = n, .y = -n, .w = n / 4.0},
                                      &trouble));
    }
    ck_assert_uint_eq(stoa_table_rows(points.table), rows);
    ck_assert_ptr_eq(points.x, x);
    ck_assert_ptr_eq(stoa_int32_column(points.table, "x"), x);
    for (size_t i = 0; i < rows; i++) {
        int32_t n = (int32_t)i;
        ck_assert(points.x[i] == n && points.y[i] == -n && points.w[i] == n / 4.0);
    }
    point_table_dispose(&points);
}

TEST(the_defaults_are_those_of_a_new_row)
{
    every_values defaults = every_defaults();
    every_table all = {0};
    WORKS(NULL, every_table_init(&all, 1, &trouble));
    WORKS(all.table, every_table_append(&all, defaults, &trouble));
    for (size_t row = 0; row < 2; row++) {
        every e = every_at(&all, row);
        ck_assert(every_a_bool(e) == true && every_an_int8(e) == -8);
        ck_assert(every_an_int16(e) == -1600 && every_an_int32(e) == INT32_MIN);
        ck_assert(every_an_int64(e) == INT64_MIN && every_a_uint8(e) == 255);
        ck_assert(every_a_uint16(e) == 1600 && every_a_uint32(e) == UINT32_MAX);
        ck_assert(every_a_uint64(e) == UINT64_MAX && every_a_float32(e) == -0.5f);
        ck_assert(every_a_float64(e) == 0.1 && every_an_object(e) == NULL);
    }
    ck_assert(defaults.an_object == NULL && defaults.a_float64 == 0.1);
    every_table_dispose(&all);
}

TEST(a_record_of_every_type_is_written_and_read)
{
    things owner = {0};
    every_table all = {0};
    WORKS(NULL, every_table_init(&all, 2, &trouble));
    every e = every_at(&all, 1);
    every_set_a_bool(e, false);
    every_set_an_int8(e, INT8_MIN);
    every_set_an_int16(e, INT16_MAX);
    every_set_an_int32(e, -1);
    every_set_an_int64(e, INT64_MAX);
    every_set_a_uint8(e, 7);
    every_set_a_uint16(e, UINT16_MAX);
    every_set_a_uint32(e, 1u << 31);
    every_set_a_uint64(e, 1ull << 63);
    every_set_a_float32(e, 3.5f);
    every_set_a_float64(e, -1e300);
    WORKS(all.table, every_set_an_object(e, &owner));
    ck_assert(all.a_bool[1] == false && all.an_int8[1] == INT8_MIN);
    ck_assert(all.an_int16[1] == INT16_MAX && all.an_int32[1] == -1);
    ck_assert(all.an_int64[1] == INT64_MAX && all.a_uint8[1] == 7);
    ck_assert(all.a_uint16[1] == UINT16_MAX && all.a_uint32[1] == 1u << 31);
    ck_assert(all.a_uint64[1] == 1ull << 63 && all.a_float32[1] == 3.5f);
    ck_assert(all.a_float64[1] == -1e300 && every_an_object(e) == &owner);
    ck_assert_uint_ne(all.an_object[1], 0);
    ck_assert_uint_eq(all.an_object[0], 0);
    stoa_value any;
    PASSES(stoa_row_get(stoa_table_row(all.table, 1), 8, &any, &trouble));
    ck_assert(any.type == STOA_UINT64 && any.uint64 == 1ull << 63);
    every_table_dispose(&all);
}

/* ---- objects ---- */

TEST(objects_of_records_are_counted)
{
    things owner = {0};
    stoa_pool *pool = things_pool(&owner);
    stoa_table *table =
        TABLE(OPTIONS(.pool = pool), {.name = "left", .type = STOA_OBJECT},
              {.name = "n", .type = STOA_INT64}, {.name = "right", .type = STOA_OBJECT});
    node_table nodes = {0};
    WORKS(table, node_table_from(&nodes, table, &trouble));
    stoa_table_free(table);
    for (int i = 0; i < 20; i++)
        WORKS(nodes.table, node_table_push(&nodes, &owner.all[i], i, &owner.all[i / 2], &trouble));
    ck_assert_ptr_eq(node_left(node_at(&nodes, 5)), &owner.all[5]);
    ck_assert_ptr_eq(node_right(node_at(&nodes, 5)), &owner.all[2]);
    ck_assert_int_eq(node_n(node_at(&nodes, 5)), 5);
    ck_assert_uint_eq(stoa_pool_count(pool), 20);
    WORKS(nodes.table, node_set_left(node_at(&nodes, 19), NULL));
    ck_assert_ptr_null(node_left(node_at(&nodes, 19)));
    ck_assert_int_eq(owner.all[19].released, 1);
    owner.all[30].refuses = true;
    REFUSED(nodes.table, STOA_REFUSED, node_set_right(node_at(&nodes, 0), &owner.all[30]));
    REFUSED(nodes.table, STOA_REFUSED,
            node_table_push(&nodes, &owner.all[31], 1, &owner.all[30], &trouble));
    things_match(&owner, pool);
    node_table_dispose(&nodes);
    things_are_all_released(&owner);
    stoa_pool_free(pool);
}

/* ---- one table, typed and untyped ---- */

TEST(a_typed_table_is_made_of_a_table_that_has_its_fields_and_more)
{
    stoa_table *table = TABLE(OPTIONS(.rows = 5), {.name = "w", .type = STOA_FLOAT64},
                              {.name = "label", .type = STOA_INT8, .initial.int64 = 7},
                              {.name = "y", .type = STOA_INT32, .initial.int64 = 2},
                              {.name = "x", .type = STOA_INT32, .initial.int64 = 3});
    point_table points = {0};
    WORKS(table, point_table_from(&points, table, &trouble));
    ck_assert_ptr_eq(points.table, table);
    ck_assert(points.x[4] == 3 && points.y[4] == 2 && points.w[4] == 0.0); /* the table's */
    WORKS(table, point_table_push(&points, 10, 20, 0.5, &trouble));
    ck_assert(points.x[5] == 10 && points.y[5] == 20 && points.w[5] == 0.5);
    ck_assert_int_eq(stoa_int8_column(table, "label")[5], 7);
    const stoa_value values[] = {stoa_float64_value(9.5), stoa_int64_value(1)};
    WORKS(table, stoa_table_append(table, values, 2, &trouble));
    ck_assert(points.w[6] == 9.5 && points.x[6] == 3);
    WORKS(table, stoa_table_remove(table, 0, 5, &trouble));
    ck_assert(points.x[0] == 10 && points.w[1] == 9.5);
    point_table_dispose(&points);
    ck_assert_uint_eq(stoa_table_rows(table), 2);
    stoa_table_free(table);
}

TEST(a_table_without_the_fields_is_not_typed)
{
    point_table points = {0};
    stoa_table *table = TABLE(NULL, {.name = "x", .type = STOA_INT32},
                              {.name = "y", .type = STOA_INT64}, {.name = "z", .type = STOA_INT8});
    REFUSED(table, STOA_WRONG_TYPE, point_table_from(&points, table, &trouble));
    SAYS("y");
    SAYS("int64");
    SAYS("int32");
    WORKS(table, stoa_table_drop_field(table, "y", &trouble));
    REFUSED(table, STOA_NO_FIELD, point_table_from(&points, table, &trouble));
    SAYS("y");
    FAILS(STOA_INVALID, point_table_from(&points, NULL, &trouble));
    ck_assert_ptr_null(points.table);
    WORKS(table, stoa_table_drop_field(table, "x", &trouble)); /* nothing holds x */
    stoa_table_free(table);
}

TEST(typed_fields_cannot_be_dropped_or_renamed_while_they_are_typed)
{
    stoa_table *table =
        TABLE(NULL, {.name = "x", .type = STOA_INT32}, {.name = "y", .type = STOA_INT32},
              {.name = "w", .type = STOA_FLOAT64}, {.name = "free", .type = STOA_INT8});
    point_table one = {0}, two = {0};
    WORKS(table, point_table_from(&one, table, &trouble));
    WORKS(table, point_table_from(&two, table, &trouble));
    for (int typed = 2; typed > 0; typed--) {
        REFUSED(table, STOA_IN_USE, stoa_table_drop_field(table, "x", &trouble));
        SAYS("x");
        REFUSED(table, STOA_IN_USE, stoa_table_rename_field(table, "w", "v", &trouble));
        SAYS("w");
        point_table_dispose(typed == 2 ? &one : &two);
    }
    WORKS(table, stoa_table_drop_field(table, "x", &trouble));
    WORKS(table, stoa_table_rename_field(table, "w", "v", &trouble));
    stoa_table_free(table);
}

TEST(fields_that_are_not_the_record_s_may_come_and_go_while_it_is_typed)
{
    point_table points = {0};
    WORKS(NULL, point_table_init(&points, 10, &trouble));
    const int32_t *x = points.x;
    const stoa_field added = {.name = "added", .type = STOA_INT16, .initial.int64 = -5};
    for (int i = 0; i < 20; i++) {
        WORKS(points.table, stoa_table_add_field(points.table, &added, NULL, &trouble));
        WORKS(points.table, point_table_push(&points, i, i, i, &trouble));
        PASSES(point_table_append(&points, (point_values){.x = i}, &trouble));
        const int16_t *cells = stoa_int16_column(points.table, "added");
        for (size_t row = 0; row < stoa_table_rows(points.table); row++)
            ck_assert_int_eq(cells[row], -5);
        WORKS(points.table, stoa_table_drop_field(points.table, "added", &trouble));
        WORKS(points.table, point_table_push(&points, i, i, i, &trouble));
    }
    ck_assert_uint_eq(stoa_table_rows(points.table), 70);
    ck_assert_ptr_eq(points.x, x);
    ck_assert_int_eq(points.x[69], 19);
    const stoa_field object = {.name = "object", .type = STOA_OBJECT};
    WORKS(points.table, stoa_table_add_field(points.table, &object, NULL, &trouble));
    WORKS(points.table, point_table_push(&points, 1, 2, 3, &trouble));
    ck_assert_uint_eq(stoa_object_column(points.table, "object")[70], 0);
    point_table_dispose(&points);
}

TEST(the_table_lives_until_its_last_owner_has_gone)
{
    stoa_table *table =
        TABLE(OPTIONS(.rows = 2), {.name = "x", .type = STOA_INT32},
              {.name = "y", .type = STOA_INT32}, {.name = "w", .type = STOA_FLOAT64});
    point_table one = {0}, two = {0};
    WORKS(table, point_table_from(&one, table, &trouble));
    WORKS(table, point_table_from(&two, table, &trouble));
    stoa_table_free(table);
    one.x[1] = 77;
    point_table_dispose(&one);
    ck_assert_int_eq(two.x[1], 77);
    WORKS(two.table, point_table_push(&two, 1, 1, 1, &trouble));
    REFUSED(two.table, STOA_IN_USE, stoa_table_drop_field(two.table, "x", &trouble));
    point_table_dispose(&two);
}

TEST(a_typed_table_refuses_rows_where_it_is_full_or_memory_is_refused)
{
    stoa_table *table =
        TABLE(OPTIONS(.max_rows = 2), {.name = "x", .type = STOA_INT32},
              {.name = "y", .type = STOA_INT32}, {.name = "w", .type = STOA_FLOAT64});
    point_table points = {0};
    WORKS(table, point_table_from(&points, table, &trouble));
    stoa_table_free(table);
    WORKS(table, point_table_push(&points, 1, 2, 3, &trouble));
    WORKS(table, point_table_push(&points, 1, 2, 3, &trouble));
    REFUSED(table, STOA_FULL, point_table_push(&points, 1, 2, 3, &trouble));
    SAYS("max_rows");
    point_table_dispose(&points);
}

TEST(rows_that_were_appended_inline_are_known_to_the_library)
{
    point_table points = {0};
    WORKS(NULL, point_table_init(&points, 0, &trouble));
    PASSES(stoa_table_reserve(points.table, 4000, &trouble));
    for (int i = 0; i < 3000; i++) /* none of these calls the library */
        PASSES(point_table_push(&points, i, i, i, &trouble));
    PASSES(stoa_table_resize(points.table, 10, &trouble));
    stoa_table_shrink(points.table);
    PASSES(stoa_table_resize(points.table, 3500, &trouble));
    for (size_t i = 10; i < 3500; i++)
        ck_assert(points.x[i] == 0 && points.y[i] == 0 && points.w[i] == 1.5);
    stoa_table *copy = NULL;
    PASSES(point_table_push(&points, 8, 8, 8, &trouble));
    PASSES(stoa_table_copy(&copy, points.table, &trouble));
    ck_assert_int_eq(stoa_int32_column(copy, "x")[3500], 8);
    stoa_table_free(copy);
    for (int i = 0; i < 400; i++)
        PASSES(point_table_push(&points, 9, 9, 9, &trouble));
    stoa_table_clear(points.table);
    PASSES(stoa_table_extend(points.table, NULL, 0, 4000, &trouble));
    for (size_t i = 0; i < 4000; i++)
        ck_assert(points.x[i] == 0 && points.y[i] == 0 && points.w[i] == 1.5);
    point_table_dispose(&points);
}

int main(void)
{
    return RUN("record", a_typed_table_starts_with_its_rows_all_defaults,
               a_disposed_table_is_empty_and_can_be_disposed_of_again,
               the_smallest_record_has_one_field, a_row_reads_and_writes_through,
               appended_and_pushed_rows_have_their_values, the_defaults_are_those_of_a_new_row,
               a_record_of_every_type_is_written_and_read, objects_of_records_are_counted,
               a_typed_table_is_made_of_a_table_that_has_its_fields_and_more,
               a_table_without_the_fields_is_not_typed,
               typed_fields_cannot_be_dropped_or_renamed_while_they_are_typed,
               fields_that_are_not_the_record_s_may_come_and_go_while_it_is_typed,
               the_table_lives_until_its_last_owner_has_gone,
               a_typed_table_refuses_rows_where_it_is_full_or_memory_is_refused,
               rows_that_were_appended_inline_are_known_to_the_library);
}
