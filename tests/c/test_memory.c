/* test_memory.c: the memory of tables: columns never move, a table costs its cells and nothing
 * more, thousands of tables can live at once. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>

#include "../support/footprint.h"
#include "../support/testing.h"

static const stoa_field fields[] = {{.name = "x", .type = STOA_INT32, .initial.int64 = 3},
                                    {.name = "b", .type = STOA_BOOL},
                                    {.name = "w", .type = STOA_FLOAT64}};

/* ---- addresses ---- */

static void grow_by_appending(stoa_table *table, size_t rows)
{
    while (stoa_table_rows(table) < rows) {
        size_t row = stoa_table_rows(table);
        const stoa_value value = stoa_int64_value((int64_t)row);
        PASSES(stoa_table_append(table, &value, 1, &trouble));
    }
}

static void grow_by_extending(stoa_table *table, size_t rows)
{
    static int32_t numbers[7001];
    while (stoa_table_rows(table) < rows) {
        size_t row = stoa_table_rows(table), more = rows - row < 7001 ? rows - row : 7001;
        for (size_t i = 0; i < more; i++)
            numbers[i] = (int32_t)(row + i);
        const stoa_source source = {.name = "x", .type = STOA_INT32, .data = numbers};
        PASSES(stoa_table_extend(table, &source, 1, more, &trouble));
    }
}

static void grow_by_resizing(stoa_table *table, size_t rows)
{
    size_t row = stoa_table_rows(table);
    PASSES(stoa_table_resize(table, rows, &trouble));
    for (; row < rows; row++)
        stoa_int32_column(table, "x")[row] = (int32_t)row;
}

static void grow_by_reserving(stoa_table *table, size_t rows)
{
    PASSES(stoa_table_reserve(table, rows, &trouble));
    grow_by_extending(table, rows);
}

TEST(no_column_moves_while_its_table_grows_to_millions_of_rows)
{
    static void (*const ways[])(stoa_table *, size_t) = {grow_by_appending, grow_by_extending,
                                                         grow_by_resizing, grow_by_reserving};
    for (size_t way = 0; way < 4; way++) {
        stoa_table *table = new_table(fields, 3, NULL);
        void *at[3];
        for (size_t i = 0; i < 3; i++)
            at[i] = stoa_column_cells(table, i);
        for (size_t rows = 1; rows <= scaled(3 << 20, 1 << 15); rows += rows / 2 + 1) {
            ways[way](table, rows);
            for (size_t i = 0; i < 3; i++)
                ck_assert_ptr_eq(stoa_column_cells(table, i), at[i]);
        }
        const int32_t *x = at[0];
        const bool *b = at[1];
        const double *w = at[2];
        for (size_t i = 0; i < stoa_table_rows(table); i++)
            ck_assert_msg(x[i] == (int32_t)i && !b[i] && w[i] == 0.0, "row %zu", i);
        stoa_table_free(table);
    }
}

/* ---- many tables ---- */

static void make_many(size_t count, const stoa_table_options *options, size_t rows)
{
    stoa_table **tables = calloc(count, sizeof(stoa_table *));
    ck_assert_ptr_nonnull(tables);
    for (size_t i = 0; i < count; i++) {
        PASSES(stoa_table_new(&tables[i], fields, 3, options, &trouble));
        PASSES(stoa_table_resize(tables[i], rows, &trouble));
        stoa_float64_column(tables[i], "w")[rows - 1] = (double)i;
    }
    memory_and_threads_still_work();
    for (size_t i = 0; i < count; i++) {
        ck_assert(stoa_float64_column(tables[i], "w")[rows - 1] == (double)i);
        ck_assert_int_eq(stoa_int32_column(tables[i], "x")[rows - 1], 3);
        if (i % 3 == 0)
            stoa_table_free(tables[i]);
    }
    for (size_t i = 0; i < count; i += 3) { /* in the place of freed ones */
        PASSES(stoa_table_new(&tables[i], fields, 3, options, &trouble));
        PASSES(stoa_table_resize(tables[i], rows, &trouble));
        ck_assert_int_eq(stoa_int32_column(tables[i], "x")[rows - 1], 3);
        ck_assert(stoa_float64_column(tables[i], "w")[rows - 1] == 0.0); /* no old cells */
    }
    for (size_t i = 0; i < count; i++)
        stoa_table_free(tables[i]);
    free(tables);
}

TEST(ten_thousand_tiny_tables_live_at_once)
{
    make_many(scaled(10000, 500), OPTIONS(.max_rows = 10), 10);
}

TEST(five_thousand_tables_of_default_options_live_at_once)
{
    allow_slabs();
    make_many(scaled(5000, 100), NULL, 20000);
    size_t mapped = faults_mapped();
    make_many(scaled(5000, 100), NULL, 20000);
    ck_assert_uint_eq(faults_mapped(), mapped); /* in the same address space */
}

TEST(a_thousand_copies_leave_address_space_for_other_tables)
{
    size_t count = scaled(1000, 60);
    stoa_table **tables = calloc(count, sizeof(stoa_table *)), *other = NULL;
    ck_assert_ptr_nonnull(tables);
    allow_slabs();
    PASSES(stoa_table_new(&tables[0], fields, 3, OPTIONS(.rows = 5), &trouble));
    for (size_t i = 1; i < count; i++)
        if (i % 2)
            PASSES(stoa_table_copy(&tables[i], tables[0], &trouble));
        else
            PASSES(stoa_table_take(&tables[i], tables[i - 1], (size_t[]){3, 4}, 2, &trouble));
    PASSES(stoa_table_new(&other, fields, 3, NULL, &trouble));
    ck_assert_uint_ge(stoa_table_max_rows(other), 1000000);
    PASSES(stoa_table_resize(other, scaled(1000000, 10000), &trouble));
    stoa_table_free(other);
    if (runs_free()) { /* a table that asks for more gets it */
        PASSES(stoa_table_new(&other, fields, 3, OPTIONS(.max_rows = 100000000), &trouble));
        ck_assert_uint_eq(stoa_table_max_rows(other), 100000000);
        stoa_table_free(other);
    }
    for (size_t i = 0; i < count; i++)
        stoa_table_free(tables[i]);
    free(tables);
}

TEST(a_table_of_at_most_64_kib_asks_for_no_address_space)
{
    static const size_t sizes[] = {1, 100, 5000, 6000};
    for (size_t i = 0; i < 4; i++) {
        stoa_table *table = NULL;
        faults_arm(FAULT_MAP, SIZE_MAX, 0); /* only counts */
        stoa_status status =
            stoa_table_new(&table, fields, 3, OPTIONS(.max_rows = sizes[i]), &trouble);
        faults_disarm();
        ck_assert_int_eq(status, STOA_OK);
        ck_assert((faults_counted() == 0) == (sizes[i] * 13 <= 65536));
        stoa_table_free(table);
    }
}

/* ---- what a table costs ---- */

TEST(a_table_costs_the_sum_of_its_field_widths_for_each_row)
{
    if (!runs_free())
        return;
    size_t rows = 8000000, before = resident();
    if (before == 0) /* there is no /proc */
        return;
    const stoa_field filled[] = {{.name = "a", .type = STOA_INT32, .initial.int64 = 1},
                                 {.name = "b", .type = STOA_INT16, .initial.int64 = 1},
                                 {.name = "c", .type = STOA_BOOL, .initial.boolean = true}};
    stoa_table *table = new_table(filled, 3, NULL);
    PASSES(stoa_table_resize(table, rows, &trouble));
    about(resident() - before, rows * 7);
    PASSES(stoa_table_resize(table, rows / 8, &trouble));
    stoa_table_shrink(table);
    about(resident() - before, rows / 8 * 7);
    PASSES(stoa_table_resize(table, rows, &trouble));
    about(resident() - before, rows * 7);
    PASSES(stoa_table_drop_field(table, "a", &trouble));
    about(resident() - before, rows * 3);
    stoa_table_free(table);
    about(resident() - before, 0);
}

TEST(a_tiny_table_costs_little_besides_its_cells)
{
    if (!runs_free())
        return;
    enum { COUNT = 100000 };
    stoa_table **tables = calloc(COUNT, sizeof(stoa_table *));
    ck_assert_ptr_nonnull(tables);
    memset(tables, 1, COUNT * sizeof(stoa_table *));
    size_t before = resident();
    for (size_t i = 0; i < COUNT; i++)
        PASSES(stoa_table_new(&tables[i], fields, 3, OPTIONS(.rows = 8, .max_rows = 8), &trouble));
    ck_assert_uint_lt((resident() - before) / COUNT, 8 * 13 + 512);
    for (size_t i = 0; i < COUNT; i++)
        stoa_table_free(tables[i]);
    free(tables);
}

TEST(tables_that_come_and_go_leave_nothing_behind)
{
    if (!runs_free())
        return;
    size_t before = 0;
    for (size_t i = 0; i < 300000; i++) {
        char name[32];
        snprintf(name, sizeof name, "a name of its own: %zu", i);
        const stoa_field field = {.name = name, .type = STOA_OBJECT};
        const stoa_field other = {.name = "other", .type = STOA_INT8, .initial.int64 = 1};
        stoa_table *table = NULL;
        PASSES(stoa_table_new(&table, &field, 1, OPTIONS(.rows = 2, .max_rows = 4), &trouble));
        PASSES(stoa_table_add_field(table, &other, NULL, &trouble));
        PASSES(stoa_table_rename_field(table, "other", "another", &trouble));
        PASSES(stoa_table_drop_field(table, name, &trouble));
        stoa_table_free(table);
        if (i == 1000)
            before = resident();
    }
    about(resident() - before, 0);
}

/* ---- threads ---- */

/* Makes, fills, changes and frees tables of its own; returns the number of failures. */
static void *work(void *context)
{
    size_t failures = 0, seed = *(size_t *)context;
    for (size_t i = 0; i < 60; i++) {
        stoa_table *table = NULL, *copy = NULL;
        const stoa_field extra = {.name = "extra", .type = STOA_UINT16, .initial.uint64 = seed};
        const stoa_table_options options = {.rows = 10 + 1000 * (i % 7), .max_rows = i % 3 * 9000};
        failures += stoa_table_new(&table, fields, 3, &options, NULL) != STOA_OK;
        failures += stoa_table_resize(table, 8000, NULL) != STOA_OK;
        failures += stoa_table_add_field(table, &extra, NULL, NULL) != STOA_OK;
        failures += stoa_table_copy(&copy, table, NULL) != STOA_OK;
        failures += stoa_table_drop_field(table, "x", NULL) != STOA_OK;
        failures += stoa_uint16_column(copy, "extra")[7999] != seed;
        stoa_table_free(table);
        failures += stoa_int32_column(copy, "x")[7999] != 3;
        stoa_table_free(copy);
    }
    *(size_t *)context = failures;
    return NULL;
}

TEST(threads_with_tables_of_their_own_do_not_disturb_each_other)
{
    pthread_t threads[4];
    size_t contexts[4] = {1, 2, 3, 3};
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, work, &contexts[i]), 0);
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
        ck_assert_uint_eq(contexts[i], 0);
    }
}

int main(void)
{
    return RUN(
        "memory", no_column_moves_while_its_table_grows_to_millions_of_rows,
        ten_thousand_tiny_tables_live_at_once, five_thousand_tables_of_default_options_live_at_once,
        a_thousand_copies_leave_address_space_for_other_tables,
        a_table_of_at_most_64_kib_asks_for_no_address_space,
        a_table_costs_the_sum_of_its_field_widths_for_each_row,
        a_tiny_table_costs_little_besides_its_cells, tables_that_come_and_go_leave_nothing_behind,
        threads_with_tables_of_their_own_do_not_disturb_each_other);
}
