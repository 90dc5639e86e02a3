/* test_pool.c: objects behind handles: what is counted, when retain and release are called, pools
 * that several tables share, pools that outlive tables and the reverse. */
#include <stdlib.h>

#include "../support/scene.h"

#define OBJECT                           \
    {                                    \
        .name = "o", .type = STOA_OBJECT \
    }

static void set(stoa_table *table, size_t row, thing *t)
{
    WORKS(table, stoa_row_set_object(stoa_table_row(table, row), "o", t));
}

static thing *get(stoa_table *table, size_t row)
{
    void *object = NULL;
    ck_assert_int_eq(stoa_row_get_object(stoa_table_row(table, row), "o", &object), STOA_OK);
    return object;
}

/* ---- pools alone ---- */

TEST(a_new_pool_is_empty_and_finds_nothing)
{
    stoa_pool *pool = NULL;
    static int object;
    WORKS(NULL, stoa_pool_new(&pool, NULL, &trouble));
    ck_assert_uint_eq(stoa_pool_count(pool), 0);
    ck_assert_uint_eq(stoa_pool_find(pool, NULL), 0);
    ck_assert_uint_eq(stoa_pool_find(pool, &object), 0);
    static const stoa_handle none[] = {0, 1, 2, 1000, UINT32_MAX};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        ck_assert_ptr_null(stoa_pool_get(pool, none[i]));
        ck_assert_uint_eq(stoa_pool_uses(pool, none[i]), 0);
    }
    ck_assert_uint_gt(stoa_pool_bytes(pool), 0);
    ck_assert_uint_lt(stoa_pool_bytes(pool), 4096);
    stoa_pool_free(pool);
    stoa_pool_free(NULL);
}

TEST(a_pool_without_a_place_or_with_reserved_options_is_refused)
{
    stoa_pool *pool = NULL;
    FAILS(STOA_INVALID, stoa_pool_new(NULL, NULL, &trouble));
    for (size_t i = 0; i < 4; i++) {
        stoa_pool_options options = {0};
        options.reserved[i] = 1;
        FAILS(STOA_INVALID, stoa_pool_new(&pool, &options, &trouble));
        ck_assert_ptr_null(pool);
    }
}

TEST(a_table_of_objects_has_a_pool_of_its_own_and_another_table_has_none)
{
    stoa_table *table = TABLE(OPTIONS(.rows = 2), OBJECT);
    stoa_table *other = TABLE(OPTIONS(.rows = 2), OBJECT);
    stoa_table *numbers = TABLE(NULL, {.name = "x", .type = STOA_INT8});
    static thing t;
    ck_assert_ptr_nonnull(stoa_table_pool(table));
    ck_assert_ptr_ne(stoa_table_pool(table), stoa_table_pool(other));
    ck_assert_ptr_null(stoa_table_pool(numbers));
    set(table, 1, &t);
    ck_assert_uint_eq(stoa_pool_count(stoa_table_pool(table)), 1);
    ck_assert_uint_eq(stoa_pool_count(stoa_table_pool(other)), 0);
    const stoa_field added = OBJECT;
    WORKS(numbers, stoa_table_add_field(numbers, &added, NULL, &trouble));
    ck_assert_ptr_nonnull(stoa_table_pool(numbers));
    stoa_table_free(table);
    stoa_table_free(other);
    stoa_table_free(numbers);
}

/* ---- counting ---- */

TEST(an_object_is_retained_when_it_enters_and_released_when_its_last_cell_is_gone)
{
    things owner = {0};
    stoa_pool *pool = things_pool(&owner);
    thing *it = &owner.all[0];
    stoa_table *table = TABLE(OPTIONS(.rows = 4, .pool = pool), OBJECT);
    for (size_t row = 0; row < 4; row++) {
        set(table, row, it);
        ck_assert_int_eq(it->retained, 1);
        ck_assert_uint_eq(stoa_pool_uses(pool, stoa_pool_find(pool, it)), row + 1);
    }
    set(table, 2, it); /* stored over itself */
    ck_assert_uint_eq(stoa_pool_uses(pool, stoa_pool_find(pool, it)), 4);
    for (size_t row = 0; row < 4; row++) {
        ck_assert_int_eq(it->released, 0);
        ck_assert_ptr_eq(get(table, row), it);
        set(table, row, NULL);
        ck_assert_ptr_null(get(table, row));
    }
    ck_assert_int_eq(it->retained, 1);
    ck_assert_int_eq(it->released, 1);
    ck_assert_uint_eq(stoa_pool_count(pool), 0);
    ck_assert_uint_eq(stoa_pool_find(pool, it), 0);
    set(table, 0, it); /* it may be stored again */
    ck_assert_int_eq(it->retained, 2);
    stoa_table_free(table);
    ck_assert_int_eq(it->released, 2);
    stoa_pool_free(pool);
}

TEST(an_object_in_its_only_cell_can_be_stored_again_without_leaving)
{
    things owner = {0};
    stoa_pool *pool = things_pool(&owner);
    stoa_table *table = TABLE(OPTIONS(.rows = 3, .pool = pool), OBJECT);
    void *objects[] = {&owner.all[0], &owner.all[1], &owner.all[2]};
    const stoa_source source = {.type = STOA_OBJECT, .data = objects};
    WORKS(table, stoa_column_write(table, 0, 0, 1, 3, &source, &trouble));
    WORKS(table, stoa_column_write(table, 0, 0, 1, 3, &source, &trouble));
    WORKS(table, stoa_column_write(table, 0, 2, -1, 3, &source, &trouble)); /* in reverse order */
    ck_assert_ptr_eq(get(table, 2), objects[0]);
    set(table, 0, &owner.all[2]);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(owner.all[i].retained, 1);
        ck_assert_int_eq(owner.all[i].released, 0);
    }
    stoa_table_free(table);
    things_are_all_released(&owner);
    stoa_pool_free(pool);
}

TEST(many_objects_come_and_go_and_their_handles_are_used_again)
{
    enum { MANY = 20000 };
    size_t many = scaled(MANY, 2000);
    static char objects[MANY];
    stoa_pool *pool = NULL;
    WORKS(NULL, stoa_pool_new(&pool, NULL, &trouble));
    stoa_table *table = TABLE(OPTIONS(.rows = many, .pool = pool), OBJECT);
    dice d = {11};
    stoa_handle most = 0;
    for (int round = 0; round < 4; round++) {
        for (size_t row = 0; row < many; row++)
            PASSES(stoa_row_set_object_at(stoa_table_row(table, row), 0, &objects[row]));
        ck_assert_uint_eq(stoa_pool_count(pool), many);
        for (size_t row = 0; row < many; row++) {
            stoa_handle handle = stoa_pool_find(pool, &objects[row]);
            ck_assert_uint_eq(handle, stoa_object_column(table, "o")[row]);
            ck_assert_ptr_eq(stoa_pool_get(pool, handle), &objects[row]);
            most = handle > most ? handle : most;
        }
        for (size_t i = 0; i < many / 2; i++) { /* released in another order than retained */
            size_t row = dice_below(&d, many);
            PASSES(stoa_row_set_object_at(stoa_table_row(table, row), 0, NULL));
            ck_assert_uint_eq(stoa_pool_find(pool, &objects[row]), 0);
        }
        for (size_t row = 0; row < many; row++)
            ck_assert((stoa_pool_find(pool, &objects[row]) != 0) ==
                      (stoa_object_column(table, "o")[row] != 0));
        if (round % 2)
            stoa_table_clear(table);
        PASSES(stoa_table_resize(table, many, &trouble));
    }
    ck_assert_uint_le(most, 2 * many); /* handles are used again */
    ck_assert_uint_lt(stoa_pool_bytes(pool), 100 * many + 4096);
    stoa_table_free(table);
    ck_assert_uint_eq(stoa_pool_count(pool), 0);
    stoa_pool_free(pool);
}

/* ---- sharing ---- */

TEST(tables_that_share_a_pool_share_its_handles_and_release_with_the_last)
{
    things owner = {0};
    stoa_pool *pool = things_pool(&owner);
    thing *it = &owner.all[5];
    stoa_table *a = TABLE(OPTIONS(.rows = 1, .pool = pool), OBJECT);
    stoa_table *b =
        TABLE(OPTIONS(.rows = 2, .pool = pool), {.name = "x", .type = STOA_INT8}, OBJECT);
    set(a, 0, it);
    set(b, 1, it);
    ck_assert_uint_eq(stoa_object_column(a, "o")[0], stoa_object_column(b, "o")[1]);
    ck_assert_uint_eq(stoa_pool_uses(pool, stoa_pool_find(pool, it)), 2);
    ck_assert_int_eq(it->retained, 1);
    stoa_pool_free(pool); /* the tables keep it alive */
    stoa_table_free(a);
    ck_assert_int_eq(it->released, 0);
    ck_assert_ptr_eq(get(b, 1), it);
    stoa_table_free(b);
    ck_assert_int_eq(it->released, 1);
}

TEST(a_pool_outlives_its_tables_for_the_caller)
{
    things owner = {0};
    stoa_pool *pool = things_pool(&owner);
    for (int i = 0; i < 3; i++) {
        stoa_table *table = TABLE(OPTIONS(.rows = 1, .pool = pool), OBJECT);
        set(table, 0, &owner.all[0]);
        stoa_table_free(table);
        ck_assert_uint_eq(stoa_pool_count(pool), 0);
    }
    ck_assert_int_eq(owner.all[0].released, 3);
    stoa_pool_free(pool);
}

TEST(a_pool_that_was_given_serves_object_fields_that_are_added_later)
{
    things owner = {0};
    stoa_pool *pool = things_pool(&owner);
    const stoa_field added = {.name = "o", .type = STOA_OBJECT, .initial.object = &owner.all[1]};
    stoa_table *table = TABLE(OPTIONS(.rows = 3, .pool = pool), {.name = "x", .type = STOA_INT8});
    WORKS(table, stoa_table_add_field(table, &added, NULL, &trouble));
    ck_assert_ptr_eq(stoa_table_pool(table), pool);
    ck_assert_int_eq(owner.all[1].retained, 1);
    ck_assert_ptr_eq(get(table, 2), &owner.all[1]);
    WORKS(table, stoa_table_drop_field(table, "o", &trouble));
    ck_assert_int_eq(owner.all[1].released, 1);
    WORKS(table, stoa_table_add_field(table, &added, NULL, &trouble));
    ck_assert_ptr_eq(stoa_table_pool(table), pool);
    ck_assert_int_eq(owner.all[1].retained, 2);
    stoa_table_free(table);
    things_are_all_released(&owner);
    stoa_pool_free(pool);
}

/* ---- refusing ---- */

TEST(an_object_that_is_refused_changes_nothing)
{
    scene s;
    scene_start(&s, 10);
    thing *no = NULL;
    for (size_t i = 0; i < THINGS; i++)
        if (s.owner.all[i].retained == s.owner.all[i].released)
            no = &s.owner.all[i];
    ck_assert_ptr_nonnull(no);
    no->refuses = true;
    stoa_value values[MODEL_FIELDS];
    record r = record_random(&s.d, NULL);
    r.in_object = no;
    record_values(&r, values);
    size_t field = STOA_OBJECT - 1;
    stoa_row row = stoa_table_row(s.table, 3);
    REFUSED(s.table, STOA_REFUSED, stoa_table_append(s.table, values, MODEL_FIELDS, &trouble));
    REFUSED(s.table, STOA_REFUSED, stoa_table_insert(s.table, 0, values, MODEL_FIELDS, &trouble));
    REFUSED(s.table, STOA_REFUSED, stoa_row_set(row, field, values[field], &trouble));
    REFUSED(s.table, STOA_REFUSED, stoa_row_set_object(row, "object", no));
    const stoa_field added = {.name = "added", .type = STOA_OBJECT, .initial.object = no};
    REFUSED(s.table, STOA_REFUSED, stoa_table_add_field(s.table, &added, NULL, &trouble));
    stoa_table *table = NULL;
    const stoa_field fine = {.name = "a", .type = STOA_OBJECT, .initial.object = &s.owner.all[0]};
    const stoa_field orders[][2] = {{fine, added}, {added, fine}};
    for (int i = 0; i < 2; i++)
        REFUSED(s.table, STOA_REFUSED,
                stoa_table_new(&table, orders[i], 2, OPTIONS(.rows = 2, .pool = s.pool), &trouble));
    ck_assert_ptr_null(table);
    no->refuses = false;
    ck_assert_int_eq(no->retained, 0);
    scene_end(&s);
}

TEST(a_row_of_two_objects_lets_neither_in_where_the_second_is_refused)
{
    things owner = {0};
    stoa_pool *pool = things_pool(&owner);
    stoa_table *table =
        TABLE(OPTIONS(.rows = 2, .pool = pool), OBJECT, {.name = "p", .type = STOA_OBJECT});
    owner.all[1].refuses = true;
    const stoa_value values[] = {stoa_object_value(&owner.all[0]),
                                 stoa_object_value(&owner.all[1])};
    REFUSED(table, STOA_REFUSED, stoa_table_append(table, values, 2, &trouble));
    ck_assert_uint_eq(stoa_pool_count(pool), 0);
    ck_assert_uint_eq(things_held(&owner), 0);
    void *first[] = {&owner.all[0], &owner.all[2]}, *second[] = {&owner.all[3], &owner.all[1]};
    const stoa_source sources[] = {{.name = "o", .type = STOA_OBJECT, .data = first},
                                   {.name = "p", .type = STOA_OBJECT, .data = second}};
    REFUSED(table, STOA_REFUSED, stoa_table_extend(table, sources, 2, 2, &trouble));
    ck_assert_uint_eq(stoa_pool_count(pool), 0);
    ck_assert_uint_eq(things_held(&owner), 0);
    WORKS(table, stoa_table_resize(table, 10, &trouble));
    for (size_t i = 0; i < 10; i++) {
        ck_assert_uint_eq(stoa_object_column(table, "o")[i], 0);
        ck_assert_uint_eq(stoa_object_column(table, "p")[i], 0);
    }
    stoa_table_free(table);
    things_are_all_released(&owner);
    stoa_pool_free(pool);
}

int main(void)
{
    return RUN("pool", a_new_pool_is_empty_and_finds_nothing,
               a_pool_without_a_place_or_with_reserved_options_is_refused,
               a_table_of_objects_has_a_pool_of_its_own_and_another_table_has_none,
               an_object_is_retained_when_it_enters_and_released_when_its_last_cell_is_gone,
               an_object_in_its_only_cell_can_be_stored_again_without_leaving,
               many_objects_come_and_go_and_their_handles_are_used_again,
               tables_that_share_a_pool_share_its_handles_and_release_with_the_last,
               a_pool_outlives_its_tables_for_the_caller,
               a_pool_that_was_given_serves_object_fields_that_are_added_later,
               an_object_that_is_refused_changes_nothing,
               a_row_of_two_objects_lets_neither_in_where_the_second_is_refused);
}
