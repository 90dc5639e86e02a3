/* test_column_exports.c: while a column is exported its pages stay readable, whatever happens to
 * the table; what is written to them behind the table's end never appears in new rows. */

#include "../support/footprint.h"
#include "../support/testing.h"

/* Reads every page; a missing page ends the test by a fault. */
static unsigned read_all(const void *cells, size_t bytes)
{
    const volatile unsigned char *c = cells;
    unsigned sum = 0;
    for (size_t i = 0; i < bytes; i += 512)
        sum += c[i];
    return sum;
}

static stoa_table *filled(size_t rows)
{
    stoa_table *table = TABLE(OPTIONS(.rows = rows), {.name = "x", .type = STOA_INT32},
                              {.name = "w", .type = STOA_FLOAT64, .initial.float64 = 2.5});
    for (size_t i = 0; i < rows; i++)
        stoa_int32_column(table, "x")[i] = (int32_t)i + 1;
    return table;
}

TEST(an_exported_column_can_be_read_after_the_table_has_shrunk)
{
    size_t rows = scaled(2000000, 50000);
    stoa_table *table = filled(rows);
    const int32_t *x = stoa_int32_column(table, "x");
    WORKS(NULL, stoa_column_export(table, 0, &trouble));
    PASSES(stoa_table_resize(table, 5, &trouble));
    stoa_table_shrink(table);
    read_all(x, rows * sizeof *x);
    stoa_table_clear(table);
    stoa_table_shrink(table);
    read_all(x, rows * sizeof *x);
    stoa_column_unexport(table, 0);
    PASSES(stoa_table_append(table, NULL, 0, &trouble));
    ck_assert_int_eq(x[0], 0);
    stoa_table_free(table);
}

TEST(an_exported_column_can_be_read_after_its_field_was_dropped)
{
    size_t rows = scaled(2000000, 50000);
    stoa_table *table = filled(rows);
    const stoa_field field = {.name = "added", .type = STOA_INT64, .initial.int64 = 3};
    size_t added;
    PASSES(stoa_table_add_field(table, &field, &added, &trouble));
    const void *x = stoa_column_cells(table, 0), *cells = stoa_column_cells(table, added);
    WORKS(NULL, stoa_column_export(table, 0, &trouble)); /* a column in the table's own region */
    WORKS(NULL, stoa_column_export(table, added, &trouble));
    WORKS(NULL, stoa_column_export(table, added, &trouble));
    PASSES(stoa_table_drop_field(table, "x", &trouble));
    PASSES(stoa_table_drop_field(table, "added", &trouble));
    read_all(x, 4 * rows);
    read_all(cells, 8 * rows);
    stoa_column_unexport(table, added);
    read_all(cells, 8 * rows); /* one export is left */
    PASSES(stoa_table_add_field(table, &field, NULL, &trouble));
    PASSES(stoa_table_resize(table, rows + 1000, &trouble));
    read_all(x, 4 * rows);
    read_all(cells, 8 * rows);
    stoa_column_unexport(table, added);
    stoa_column_unexport(table, 0);
    ck_assert(stoa_float64_column(table, "w")[rows + 999] == 2.5);
    ck_assert_int_eq(stoa_int64_column(table, "added")[rows + 999], 3);
    stoa_table_free(table);
}

TEST(a_field_that_is_not_there_is_not_exported)
{
    stoa_table *table = filled(3);
    REFUSED(table, STOA_NO_FIELD, stoa_column_export(table, 2, &trouble));
    REFUSED(table, STOA_NO_FIELD, stoa_column_export(table, SIZE_MAX, &trouble));
    WORKS(table, stoa_table_drop_field(table, "x", &trouble));
    REFUSED(table, STOA_NO_FIELD, stoa_column_export(table, 0, &trouble));
    stoa_table_free(table);
}

TEST(what_a_view_writes_behind_the_end_is_not_in_new_rows)
{
    size_t rows = scaled(1000000, 30000);
    for (int shrink = 0; shrink < 2; shrink++) {
        stoa_table *table = filled(rows);
        int32_t *x = stoa_int32_column(table, "x");
        double *w = stoa_float64_column(table, "w");
        PASSES(stoa_column_export(table, 0, &trouble));
        PASSES(stoa_column_export(table, 1, &trouble));
        PASSES(stoa_table_resize(table, 10, &trouble));
        if (shrink)
            stoa_table_shrink(table);
        for (size_t i = 10; i < rows; i++)
            x[i] = 77, w[i] = 7.7; /* a view made before may still write there */
        if (shrink)
            stoa_column_unexport(table, 0);
        PASSES(stoa_table_resize(table, rows, &trouble));
        for (size_t i = 10; i < rows; i++)
            ck_assert_msg(x[i] == 0 && w[i] == 2.5, "row %zu", i);
        ck_assert_int_eq(x[9], 10);
        if (!shrink)
            stoa_column_unexport(table, 0);
        stoa_column_unexport(table, 1);
        stoa_table_free(table);
    }
}

TEST(an_exported_table_can_still_be_changed_in_every_way)
{
    static const size_t indices[] = {3, 2, 1, 0};
    static const uint8_t mask[] = {1, 0, 1, 1};
    stoa_table *table = filled(4);
    WORKS(table, stoa_column_export(table, 0, &trouble));
    WORKS(table, stoa_table_permute(table, indices, 4, &trouble));
    WORKS(table, stoa_table_keep(table, mask, 4, &trouble));
    WORKS(table, stoa_table_append(table, NULL, 0, &trouble));
    WORKS(table, stoa_table_insert(table, 1, NULL, 0, &trouble));
    const int32_t expected[] = {4, 0, 2, 1, 0};
    ck_assert_mem_eq(stoa_int32_column(table, "x"), expected, sizeof expected);
    stoa_column_unexport(table, 0);
    stoa_table_free(table);
}

/* Whether resident() means anything: valgrind keeps memory of its own. */
static bool can_tell(void)
{
    return scaled(64, 1) == 64;
}

TEST(columns_that_are_exported_dropped_and_let_go_cost_nothing_in_the_end)
{
    size_t rows = scaled(4000000, 4000000 / 64);
    stoa_table *table = TABLE(OPTIONS(.rows = rows), {.name = "x", .type = STOA_INT8});
    const stoa_field field = {.name = "y", .type = STOA_INT64, .initial.int64 = -1};
    size_t before = resident();
    for (int i = 0; i < 30; i++) {
        size_t index;
        PASSES(stoa_table_add_field(table, &field, &index, &trouble));
        PASSES(stoa_column_export(table, index, &trouble));
        PASSES(stoa_table_drop_field(table, "y", &trouble));
        stoa_column_unexport(table, index);
    }
    if (can_tell())
        ck_assert_uint_lt(resident(), before + 4 * 8 * rows);
    stoa_table_free(table);
}

TEST(the_pages_of_a_dropped_column_go_back_with_its_last_export)
{
    size_t rows = scaled(4000000, 4000000 / 64), bytes = rows * sizeof(double), more = rows / 4;
    stoa_table *table = filled(rows);
    const double *w = stoa_float64_column(table, "w");
    PASSES(stoa_column_export(table, 1, &trouble));
    PASSES(stoa_column_export(table, 1, &trouble));
    size_t before = resident();
    PASSES(stoa_table_drop_field(table, "w", &trouble));
    PASSES(stoa_table_resize(table, rows + more, &trouble));
    stoa_column_unexport(table, 1);
    ck_assert(w[0] == 2.5 && w[rows - 1] == 2.5);
    if (can_tell())
        ck_assert_uint_gt(resident() + bytes / 8, before);
    stoa_column_unexport(table, 1);
    if (can_tell())
        ck_assert_uint_lt(resident(), before + more * sizeof(int32_t) - bytes * 7 / 8);
    for (size_t i = 0; i < rows; i++)
        ck_assert_int_eq(stoa_int32_column(table, "x")[i], (int32_t)i + 1);
    stoa_table_free(table);
}

TEST(rows_that_fell_free_while_exported_go_back_with_the_last_export)
{
    size_t rows = scaled(4000000, 4000000 / 64), bytes = rows * 12;
    stoa_table *table = filled(rows);
    PASSES(stoa_column_export(table, 0, &trouble));
    PASSES(stoa_column_export(table, 1, &trouble));
    size_t before = resident();
    PASSES(stoa_table_resize(table, 10, &trouble));
    stoa_column_unexport(table, 0);
    if (can_tell())
        ck_assert_uint_gt(resident() + bytes / 8, before);
    stoa_column_unexport(table, 1);
    if (can_tell())
        ck_assert_uint_lt(resident(), before - bytes * 7 / 8);
    PASSES(stoa_table_resize(table, rows, &trouble));
    ck_assert_int_eq(stoa_int32_column(table, "x")[9], 10);
    ck_assert_int_eq(stoa_int32_column(table, "x")[10], 0);
    ck_assert(stoa_float64_column(table, "w")[rows - 1] == 2.5);
    stoa_table_free(table);
}

int main(void)
{
    return RUN("exports", an_exported_column_can_be_read_after_the_table_has_shrunk,
               an_exported_column_can_be_read_after_its_field_was_dropped,
               a_field_that_is_not_there_is_not_exported,
               what_a_view_writes_behind_the_end_is_not_in_new_rows,
               an_exported_table_can_still_be_changed_in_every_way,
               columns_that_are_exported_dropped_and_let_go_cost_nothing_in_the_end,
               the_pages_of_a_dropped_column_go_back_with_its_last_export,
               rows_that_fell_free_while_exported_go_back_with_the_last_export);
}
