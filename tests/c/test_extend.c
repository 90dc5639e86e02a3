/* test_extend.c: appends many rows at once from columns: every type in every layout, fields that
 * are left out, values that do not fit, objects. */
#include <stdlib.h>

#include "../support/reference.h"
#include "../support/scene.h"
#include "../support/sources.h"

/* ---- numbers ---- */

/* Extends a table by these values of field "c", twice, and compares. */
static void check_extend(stoa_table *table, stoa_type from, const char *values, size_t count,
                         layout how)
{
    stoa_type to = stoa_table_field_type(table, 1);
    const char *cells = stoa_column_cells(table, 1);
    laid_out l = lay_out(from, values, count, how);
    l.source.name = "c";
    PASSES(stoa_table_extend(table, &l.source, 1, count, &trouble));
    PASSES(stoa_table_extend(table, &l.source, 1, count, &trouble));
    ck_assert_uint_eq(stoa_table_rows(table), 2 * count);
    for (size_t i = 0; i < 2 * count; i++) {
        uint64_t cell;
        const char *value = values + i % count * stoa_type_width(from);
        ck_assert_int_eq(reference_convert(from, value, to, &cell), STOA_OK);
        ck_assert(reference_same(to, cells + i * stoa_type_width(to), &cell));
        ck_assert_int_eq(stoa_int16_column(table, "d")[i], -2);
    }
    laid_out_free(&l);
    stoa_table_clear(table);
}

static void extend_pair(stoa_type from, stoa_type to)
{
    static char values[2049 * 8];
    void *edges;
    size_t found = reference_fitting(from, to, &edges), width = stoa_type_width(from);
    stoa_table *table =
        TABLE(OPTIONS(.max_rows = 5000), {.name = "d", .type = STOA_INT16, .initial.int64 = -2},
              {.name = "c", .type = to});
    size_t step = scaled(64, 1) == 64 ? 1 : 6;
    for (size_t c = 0; c < block_count_count && found > 0; c += step)
        for (int how = 0; how < LAYOUTS; how++) {
            size_t count = block_counts[c];
            for (size_t i = 0; i < count; i++)
                memcpy(values + i * width, (char *)edges + (i * 31 + count) % found * width, width);
            check_extend(table, from, values, count, (layout)how);
        }
    stoa_table_free(table);
    free(edges);
}

TEST(each_type_extends_each_type_from_every_layout_at_every_length)
{
    for (size_t f = 0; f < VALUE_TYPES; f++)
        for (size_t t = 0; t < VALUE_TYPES; t++)
            extend_pair(value_type(f), value_type(t));
}

TEST(one_value_is_repeated_for_every_row)
{
    stoa_table *table =
        TABLE(NULL, {.name = "c", .type = STOA_FLOAT32}, {.name = "d", .type = STOA_INT64});
    static const int8_t three = 3;
    static const uint64_t big = INT64_MAX;
    const stoa_source sources[] = {
        {.name = "d", .type = STOA_UINT64, .repeat = true, .data = &big},
        {.name = "c", .type = STOA_INT8, .repeat = true, .data = &three}};
    WORKS(table, stoa_table_extend(table, sources, 2, 1500, &trouble));
    for (size_t i = 0; i < 1500; i++)
        ck_assert(stoa_float32_column(table, "c")[i] == 3.0f &&
                  stoa_int64_column(table, "d")[i] == INT64_MAX);
    stoa_table_free(table);
}

TEST(a_value_that_does_not_fit_lets_no_column_grow)
{
    stoa_table *table = TABLE(OPTIONS(.rows = 3), {.name = "c", .type = STOA_INT8},
                              {.name = "d", .type = STOA_UINT16});
    int32_t first[1200], second[1200] = {0};
    for (size_t i = 0; i < 1200; i++)
        first[i] = 1, second[i] = 2;
    stoa_source sources[] = {{.name = "c", .type = STOA_INT32, .data = first},
                             {.name = "d", .type = STOA_INT32, .data = second}};
    second[1100] = -5;
    REFUSED(table, STOA_OVERFLOW, stoa_table_extend(table, sources, 2, 1200, &trouble));
    ck_assert_uint_eq(trouble.row, 1100);
    SAYS("d");
    SAYS("-5");
    WORKS(table, stoa_table_extend(table, sources, 2, 1100, &trouble)); /* the good rows */
    sources[1].type = STOA_FLOAT32;
    REFUSED(table, STOA_WRONG_TYPE, stoa_table_extend(table, sources, 2, 1, &trouble));
    ck_assert_uint_eq(stoa_table_rows(table), 1103);
    WORKS(table, stoa_table_resize(table, 3000, &trouble)); /* nothing of the failed call is left */
    for (size_t i = 1103; i < 3000; i++)
        ck_assert(stoa_int8_column(table, "c")[i] == 0 && stoa_uint16_column(table, "d")[i] == 0);
    stoa_table_free(table);
}

/* ---- sources ---- */

TEST(sources_of_unknown_twice_named_or_missing_data_are_refused)
{
    stoa_table *table = TABLE(OPTIONS(.rows = 3), {.name = "c", .type = STOA_INT8},
                              {.name = "d", .type = STOA_INT8});
    static const int8_t data[4];
    stoa_source twice[] = {{.name = "c", .type = STOA_INT8, .data = data},
                           {.name = "c", .type = STOA_INT8, .data = data}};
    REFUSED(table, STOA_BAD_NAME, stoa_table_extend(table, twice, 2, 4, &trouble));
    SAYS("c");
    twice[1].name = "e";
    REFUSED(table, STOA_NO_FIELD, stoa_table_extend(table, twice, 2, 4, &trouble));
    SAYS("e");
    SAYS("d");
    twice[1].name = NULL;
    ck_assert_int_ne(stoa_table_extend(table, twice, 2, 4, &trouble), STOA_OK);
    twice[1].name = "d";
    twice[1].data = NULL;
    REFUSED(table, STOA_INVALID, stoa_table_extend(table, twice, 2, 4, &trouble));
    SAYS("d");
    twice[1].data = data;
    twice[1].type = STOA_NO_TYPE;
    REFUSED(table, STOA_WRONG_TYPE, stoa_table_extend(table, twice, 2, 4, &trouble));
    REFUSED(table, STOA_INVALID, stoa_table_extend(table, NULL, 2, 4, &trouble));
    stoa_table_free(table);
}

TEST(no_rows_extend_nothing)
{
    stoa_table *table = TABLE(OPTIONS(.rows = 3), {.name = "c", .type = STOA_INT8});
    static const int8_t data[1] = {5};
    const stoa_source source = {.name = "c", .type = STOA_INT8, .data = data};
    WORKS(table, stoa_table_extend(table, &source, 1, 0, &trouble));
    WORKS(table, stoa_table_extend(table, NULL, 0, 0, &trouble));
    ck_assert_uint_eq(stoa_table_rows(table), 3);
    stoa_table_free(table);
}

TEST(a_source_of_no_values_may_have_no_memory)
{
    stoa_table *table = TABLE(NULL, {.name = "c", .type = STOA_INT32});
    for (size_t f = 0; f < VALUE_TYPES; f++) {
        const stoa_source none = {.name = "c", .type = value_type(f), .data = NULL};
        if (stoa_table_extend(table, &none, 1, 0, &trouble) == STOA_OK)
            PASSES(stoa_table_splice(table, 0, 1, 0, &none, 1, 0, &trouble));
        ck_assert_uint_eq(stoa_table_rows(table), 0);
    }
    stoa_table_free(table);
}

TEST(a_dropped_field_is_no_target)
{
    stoa_table *table = TABLE(OPTIONS(.rows = 3), {.name = "c", .type = STOA_INT8},
                              {.name = "d", .type = STOA_INT8});
    static const int8_t data[2] = {5, 6};
    const stoa_source source = {.name = "c", .type = STOA_INT8, .data = data};
    WORKS(table, stoa_table_drop_field(table, "c", &trouble));
    REFUSED(table, STOA_NO_FIELD, stoa_table_extend(table, &source, 1, 2, &trouble));
    WORKS(table, stoa_table_extend(table, NULL, 0, 2, &trouble));
    ck_assert_uint_eq(stoa_table_rows(table), 5);
    stoa_table_free(table);
}

/* ---- objects ---- */

TEST(objects_enter_the_pool_once_however_often_they_come)
{
    things owner = {0};
    stoa_pool *pool = things_pool(&owner);
    stoa_table *table = TABLE(OPTIONS(.pool = pool), {.name = "o", .type = STOA_OBJECT},
                              {.name = "c", .type = STOA_INT8});
    void *objects[1000];
    for (size_t i = 0; i < 1000; i++)
        objects[i] = i % 5 == 0 ? NULL : &owner.all[i % 7];
    for (int how = 0; how < LAYOUTS; how++) {
        laid_out l = lay_out(STOA_OBJECT, objects, 1000, (layout)how);
        l.source.name = "o";
        if (how == 0)
            WORKS(table, stoa_table_extend(table, &l.source, 1, 1000, &trouble));
        else
            PASSES(stoa_table_extend(table, &l.source, 1, 1000, &trouble));
        laid_out_free(&l);
    }
    ck_assert_uint_eq(stoa_pool_count(pool), 7);
    ck_assert_uint_eq(things_held(&owner), 7);
    size_t uses = 0;
    for (size_t i = 0; i < 7; i++)
        uses += stoa_pool_uses(pool, stoa_pool_find(pool, &owner.all[i]));
    ck_assert_uint_eq(uses, 800 * LAYOUTS);
    for (size_t i = 0; i < 1000 * LAYOUTS; i++)
        ck_assert_ptr_eq(stoa_pool_get(pool, stoa_object_column(table, "o")[i]), objects[i % 1000]);
    stoa_source one = {.name = "o", .type = STOA_OBJECT, .repeat = true, .data = &objects[1]};
    WORKS(NULL, stoa_table_extend(table, &one, 1, 500, &trouble));
    stoa_handle handle = stoa_pool_find(pool, objects[1]);
    ck_assert_uint_ge(stoa_pool_uses(pool, handle), 500);
    stoa_table_free(table);
    things_are_all_released(&owner);
    stoa_pool_free(pool);
}

TEST(an_object_that_is_refused_lets_no_other_enter)
{
    scene s;
    scene_start(&s, 5);
    void *objects[6];
    size_t given = 0;
    for (size_t i = 0; i < THINGS && given < 6; i++)
        if (s.owner.all[i].retained == s.owner.all[i].released)
            objects[given++] = &s.owner.all[i];
    ck_assert_uint_eq(given, 6);
    thing *last = objects[5];
    last->refuses = true;
    static const int8_t bytes[6];
    const stoa_source sources[] = {{.name = "object", .type = STOA_OBJECT, .data = objects},
                                   {.name = "int8", .type = STOA_INT8, .data = bytes}};
    REFUSED(s.table, STOA_REFUSED, stoa_table_extend(s.table, sources, 2, 6, &trouble));
    ck_assert_uint_eq(trouble.row, 5);
    REFUSED(s.table, STOA_REFUSED,
            stoa_column_write(s.table, STOA_OBJECT - 1, 4, -1, 5,
                              &(stoa_source){.type = STOA_OBJECT, .data = objects + 1}, &trouble));
    last->refuses = false;
    scene_end(&s);
}

int main(void)
{
    return RUN("extend", each_type_extends_each_type_from_every_layout_at_every_length,
               one_value_is_repeated_for_every_row, a_value_that_does_not_fit_lets_no_column_grow,
               sources_of_unknown_twice_named_or_missing_data_are_refused, no_rows_extend_nothing,
               a_source_of_no_values_may_have_no_memory, a_dropped_field_is_no_target,
               objects_enter_the_pool_once_however_often_they_come,
               an_object_that_is_refused_lets_no_other_enter);
}
