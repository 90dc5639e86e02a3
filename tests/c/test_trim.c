/* test_trim.c: the memory of freed results is kept for later ones. The amount is bounded, it is
 * returned by stoa_trim and whenever memory is short, and old values never appear in rows that were
 * not written. */
#define _GNU_SOURCE /* for mincore */
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "../support/testing.h"

#define KEPT_MOST ((size_t)256 << 20)
enum { BYTES = 13, MANY = 400000 }; /* bytes of a row of `source`; rows, also when scaled */

/* A table whose cells have all bits set, so that leftovers would be noticed. */
static stoa_table *source(size_t rows, size_t max_rows)
{
    stoa_table *table = TABLE(OPTIONS(.max_rows = max_rows), {.name = "b", .type = STOA_UINT8},
                              {.name = "n", .type = STOA_INT32, .initial.int64 = 7},
                              {.name = "w", .type = STOA_FLOAT64});
    PASSES(stoa_table_resize(table, rows, &trouble));
    memset(stoa_uint8_column(table, "b"), 0xff, rows);
    memset(stoa_int32_column(table, "n"), 0xff, rows * 4);
    memset(stoa_float64_column(table, "w"), 0xff, rows * 8);
    return table;
}

/* A result made of the first `rows` rows. */
static stoa_table *result(const stoa_table *table, size_t rows)
{
    stoa_table *taken = NULL;
    size_t *indices = malloc((rows + 1) * sizeof *indices);
    for (size_t i = 0; i < rows; i++)
        indices[i] = i;
    ck_assert_int_eq(stoa_table_take(&taken, table, indices, rows, NULL), STOA_OK);
    free(indices);
    ck_assert_uint_eq(stoa_table_rows(taken), rows);
    return taken;
}

static void is_all(const stoa_table *table, const char *field, size_t width, size_t first,
                   size_t end, const void *cell)
{
    size_t index = 0;
    ck_assert_int_eq(stoa_table_find_field(table, field, &index, NULL), STOA_OK);
    const char *cells = table->columns[index].cells;
    for (size_t i = first; i < end; i++)
        ck_assert_msg(memcmp(cells + i * width, cell, width) == 0, "%s: row %zu", field, i);
}

/* Rows [first, end) of `table` are defaults. */
static void are_defaults(const stoa_table *table, size_t first, size_t end)
{
    is_all(table, "b", 1, first, end, &(uint8_t){0});
    is_all(table, "n", 4, first, end, &(int32_t){7});
    is_all(table, "w", 8, first, end, &(double){0});
}

static void are_ones(const stoa_table *table, size_t first, size_t end)
{
    uint64_t ones = UINT64_MAX;
    is_all(table, "b", 1, first, end, &ones);
    is_all(table, "n", 4, first, end, &ones);
    is_all(table, "w", 8, first, end, &ones);
}

/* ---- what is kept ---- */

TEST(the_next_result_has_the_pages_of_the_last)
{
    stoa_table *table = source(MANY, 0), *taken = result(table, MANY);
    const void *place = taken->columns[0].cells;
    ck_assert_uint_eq(stoa_trim(), 0);
    stoa_table_free(taken);
    taken = result(table, MANY - MANY / 10);
    ck_assert_ptr_eq(taken->columns[0].cells, place);
    ck_assert_uint_eq(stoa_trim(), 0); /* the memory is in use */
    are_ones(taken, 0, MANY - MANY / 10);
    stoa_table_free(taken);
    size_t given = stoa_trim();
    ck_assert_uint_ge(given, (MANY - MANY / 10) * BYTES);
    ck_assert_uint_le(given, MANY * BYTES + 3 * ((size_t)2 << 20));
    ck_assert_uint_eq(stoa_trim(), 0);
    stoa_table_free(table);
}

TEST(results_of_different_sizes_each_find_their_own_pages)
{
    stoa_table *table = source(scaled(16, 4) * MANY, 0);
    const size_t rows[] = {MANY / 4, MANY, stoa_table_rows(table)};
    const void *places[3];
    for (size_t round = 0; round < 3; round++)
        for (size_t i = 0; i < 3; i++) {
            stoa_table *taken = result(table, rows[i]);
            if (round > 0)
                ck_assert_ptr_eq(taken->columns[0].cells, places[i]);
            places[i] = taken->columns[0].cells;
            stoa_table_free(taken);
        }
    stoa_table_free(table);
}

TEST(tables_that_are_no_results_are_given_back_at_once)
{
    stoa_table *table = source(MANY, 0), *small = result(table, 1000);
    stoa_table_free(table);
    stoa_table_free(small);
    ck_assert_uint_eq(stoa_trim(), 0);
}

TEST(a_new_table_is_zero_whatever_is_kept)
{
    stoa_table *table = source(MANY, 0);
    stoa_table_free(result(table, MANY));
    stoa_table *fresh = TABLE(OPTIONS(.rows = MANY), {.name = "b", .type = STOA_UINT8},
                              {.name = "n", .type = STOA_INT32, .initial.int64 = 7},
                              {.name = "w", .type = STOA_FLOAT64});
    are_defaults(fresh, 0, MANY);
    stoa_table_free(fresh);
    stoa_table_free(table);
}

/* ---- results whose rows start unwritten ---- */

static stoa_table *unwritten(size_t rows)
{
    stoa_table *table = TABLE(
        OPTIONS(.rows = rows, .flags = STOA_ROWS_UNWRITTEN), {.name = "b", .type = STOA_UINT8},
        {.name = "n", .type = STOA_INT32, .initial.int64 = 7}, {.name = "w", .type = STOA_FLOAT64});
    memset(stoa_uint8_column(table, "b"), 0xff, rows);
    memset(stoa_int32_column(table, "n"), 0xff, rows * 4);
    memset(stoa_float64_column(table, "w"), 0xff, rows * 8);
    return table;
}

TEST(rows_that_are_made_unwritten_have_the_pages_of_the_last)
{
    for (size_t rows = 100; rows <= MANY; rows *= 20) {
        stoa_table *table = unwritten(rows);
        const void *place = table->columns[0].cells;
        stoa_table_free(table);
        table = unwritten(rows);
        if (rows * BYTES > ((size_t)1 << 20))
            ck_assert_ptr_eq(table->columns[0].cells, place);
        PASSES(stoa_table_resize(table, rows + 70000, &trouble));
        are_ones(table, 0, rows);
        are_defaults(table, rows, rows + 70000);
        PASSES(stoa_table_resize(table, rows / 2, &trouble));
        PASSES(stoa_table_resize(table, rows + 10, &trouble));
        are_ones(table, 0, rows / 2);
        are_defaults(table, rows / 2, rows + 10);
        stoa_table_free(table);
    }
}

TEST(object_fields_of_unwritten_rows_have_their_defaults)
{
    static char thing;
    for (size_t round = 0; round < 2; round++) {
        stoa_table *table =
            TABLE(OPTIONS(.rows = MANY, .flags = STOA_ROWS_UNWRITTEN),
                  {.name = "n", .type = STOA_INT32}, {.name = "none", .type = STOA_OBJECT},
                  {.name = "o", .type = STOA_OBJECT, .initial.object = &thing});
        memset(stoa_int32_column(table, "n"), 0xff, MANY * sizeof(int32_t));
        for (size_t i = 0; i < MANY; i += MANY / 7) {
            void *object = &object;
            ck_assert_int_eq(stoa_row_get_object(stoa_table_row(table, i), "o", &object), STOA_OK);
            ck_assert_ptr_eq(object, &thing);
            ck_assert_int_eq(stoa_row_get_object(stoa_table_row(table, i), "none", &object),
                             STOA_OK);
            ck_assert_ptr_null(object);
        }
        stoa_table_free(table);
    }
}

/* ---- old values do not appear ---- */

static void new_rows_are_defaults(stoa_table *taken, size_t rows, size_t way)
{
    size_t end = rows;
    switch (way) {
    case 0:
        end = 3 * MANY;
        PASSES(stoa_table_resize(taken, end, &trouble));
        break;
    case 1:
        end = rows + 1;
        PASSES(stoa_table_append(taken, NULL, 0, &trouble));
        break;
    case 2:
        end = 2 * MANY;
        PASSES(stoa_table_extend(taken, NULL, 0, end - rows, &trouble));
        break;
    case 3:
        rows = rows / 3;
        end = MANY;
        PASSES(stoa_table_resize(taken, rows, &trouble));
        PASSES(stoa_table_resize(taken, end, &trouble));
        break;
    default:
        stoa_table_shrink(taken);
        end = 2 * MANY;
        PASSES(stoa_table_resize(taken, end, &trouble));
    }
    are_ones(taken, 0, rows);
    are_defaults(taken, rows, end);
}

TEST(no_row_reads_what_was_left_in_kept_pages)
{
    stoa_table *table = source(2 * MANY, 0);
    for (size_t way = 0; way < 5; way++)
        for (size_t rows = MANY - MANY / 5; rows <= MANY + MANY / 5; rows += MANY / 5) {
            stoa_table_free(result(table, MANY));
            stoa_table *taken = result(table, rows);
            new_rows_are_defaults(taken, rows, way);
            stoa_table_free(taken);
            stoa_trim();
        }
    stoa_table_free(table);
}

TEST(pages_beyond_a_smaller_result_go_back)
{
    size_t rows = scaled(16, 4) * MANY, fewer = rows - rows / 5;
    stoa_table *table = source(rows, 0);
    stoa_table_free(result(table, rows));
    stoa_table *taken = result(table, fewer);
    uintptr_t w = (uintptr_t)stoa_float64_column(taken, "w"), huge = (uintptr_t)2 << 20;
    uintptr_t from = (w + fewer * 8 + huge - 1) / huge * huge;
    size_t pages = (w + rows * 8 - from) / 4096, resident = 0;
    unsigned char *seen = calloc(pages + 1, 1);
    ck_assert_int_eq(mincore((void *)from, pages * 4096, seen), 0);
    for (size_t i = 0; i < pages; i++)
        resident += seen[i] & 1;
    ck_assert_uint_eq(resident, 0);
    free(seen);
    stoa_table_free(taken);
    stoa_table_free(table);
}

/* Equal columns at other offsets, and other columns, do not match. */
TEST(pages_of_another_layout_are_not_taken)
{
    stoa_table *table = source(MANY, 0), *other = source(MANY, 2 * MANY);
    stoa_table_free(result(table, MANY));
    for (size_t i = 0; i < 2; i++) {
        stoa_table *taken = result(other, MANY);
        are_ones(taken, 0, MANY);
        PASSES(stoa_table_resize(taken, 2 * MANY, &trouble));
        are_defaults(taken, MANY, 2 * MANY);
        ck_assert_uint_eq(stoa_table_max_rows(taken), 2 * MANY);
        stoa_table_free(taken);
    }
    PASSES(stoa_table_drop_field(table, "n", &trouble));
    stoa_table *taken = result(table, MANY);
    PASSES(stoa_table_resize(taken, 2 * MANY, &trouble));
    is_all(taken, "w", 8, 0, MANY, &(uint64_t){UINT64_MAX});
    is_all(taken, "w", 8, MANY, 2 * MANY, &(double){0});
    stoa_table_free(taken);
    stoa_table_free(other);
    stoa_table_free(table);
}

TEST(a_result_whose_fields_changed_is_not_kept)
{
    stoa_table *table = source(MANY, 0);
    for (size_t i = 0; i < 3; i++) {
        stoa_table *taken = result(table, MANY);
        if (i != 1)
            PASSES(stoa_table_add_field(
                taken, &(stoa_field){.name = "new", .type = STOA_INT64, .initial.int64 = 1}, NULL,
                &trouble));
        if (i != 0)
            PASSES(stoa_table_drop_field(taken, "w", &trouble));
        stoa_table_free(taken);
        ck_assert_uint_eq(stoa_trim(), 0);
    }
    stoa_table_free(table);
}

/* ---- bounds ---- */

TEST(at_most_256_MiB_are_kept)
{
    size_t rows = scaled(128, 4) * MANY / 16, count = 9; /* 42 MB each */
    stoa_table *table = source(rows, 0), *taken[9];
    for (size_t i = 0; i < count; i++)
        taken[i] = result(table, rows);
    for (size_t i = 0; i < count; i++)
        stoa_table_free(taken[i]);
    size_t mapped = faults_mapped(), given = stoa_trim();
    ck_assert_uint_gt(given, 0);
    ck_assert_uint_le(given, KEPT_MOST);
    ck_assert_uint_lt(faults_mapped(), mapped);
    stoa_table_free(table);
}

TEST(a_result_that_is_larger_than_the_bound_is_not_kept)
{
    if (scaled(2, 1) == 1)
        return; /* too slow here */
    stoa_table *table = source(KEPT_MOST / BYTES + 1, 0), *taken = NULL;
    PASSES(stoa_table_copy(&taken, table, &trouble));
    stoa_table_free(taken);
    ck_assert_uint_eq(stoa_trim(), 0);
    stoa_table_free(table);
}

/* If one request of any kind is refused, kept memory is returned, and the request is repeated and
 * works. */
TEST(what_is_kept_is_given_up_before_memory_is_refused)
{
    stoa_table *table = source(MANY, 0);
    for (fault_kind kind = FAULT_HEAP; kind <= FAULT_PROTECT; kind = (fault_kind)(2 * kind)) {
        stoa_table *other = NULL;
        const stoa_field field = {.name = "x", .type = STOA_INT64};
        stoa_table_free(result(table, MANY));
        faults_arm(kind, 0, 1);
        stoa_status status =
            stoa_table_new(&other, &field, 1, OPTIONS(.rows = 100000, .max_rows = 1000000), NULL);
        size_t failed = faults_disarm();
        ck_assert_uint_eq(failed, 1);
        ck_assert_int_eq(status, STOA_OK);
        ck_assert_uint_eq(stoa_table_max_rows(other), 1000000); /* as many as it asked for */
        ck_assert_uint_eq(stoa_trim(), 0);
        stoa_table_free(other);
    }
    stoa_table_free(table);
}

TEST(a_result_into_kept_pages_that_fails_changes_nothing)
{
    stoa_table *table = source(MANY, 0), *copy = NULL;
    stoa_table_free(result(table, MANY));
    WORKS(table, stoa_table_copy(&copy, table, &trouble));
    are_ones(copy, 0, MANY);
    stoa_table_free(copy);
    stoa_table_free(table);
}

static void *make_and_free(void *table)
{
    for (size_t i = 0; i < scaled(40, 3); i++) {
        size_t rows = MANY / 4 + i % 7 * MANY / 20;
        stoa_table *taken = result(table, rows);
        are_ones(taken, rows - 100, rows);
        ck_assert_int_eq(stoa_table_resize(taken, rows + 5000, NULL), STOA_OK);
        are_defaults(taken, rows, rows + 5000);
        stoa_table_free(taken);
        if (i % 16 == 15)
            stoa_trim();
    }
    return NULL;
}

TEST(results_may_be_made_and_freed_by_several_threads)
{
    stoa_table *table = source(MANY, 0);
    pthread_t threads[3];
    for (size_t i = 0; i < 3; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, make_and_free, table), 0);
    for (size_t i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    stoa_table_free(table);
}

int main(void)
{
    return RUN("trim", the_next_result_has_the_pages_of_the_last,
               results_of_different_sizes_each_find_their_own_pages,
               tables_that_are_no_results_are_given_back_at_once,
               a_new_table_is_zero_whatever_is_kept, no_row_reads_what_was_left_in_kept_pages,
               pages_beyond_a_smaller_result_go_back, pages_of_another_layout_are_not_taken,
               a_result_whose_fields_changed_is_not_kept, at_most_256_MiB_are_kept,
               a_result_that_is_larger_than_the_bound_is_not_kept,
               what_is_kept_is_given_up_before_memory_is_refused,
               a_result_into_kept_pages_that_fails_changes_nothing,
               rows_that_are_made_unwritten_have_the_pages_of_the_last,
               object_fields_of_unwritten_rows_have_their_defaults,
               results_may_be_made_and_freed_by_several_threads);
}
