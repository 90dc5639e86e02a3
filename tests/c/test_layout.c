/* test_layout.c: where columns lie. Columns begin at cache lines. The cells of a row, over all
 * columns of a table and of tables made one after another, do not compete for the same cache lines.
 * A column never reaches into the next one; gaps between columns take no memory. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "../support/testing.h"

#define PAGE ((size_t)4096)
#define LINE ((size_t)64)
#define MOST 130

static const stoa_type widths[] = {STOA_INT8, STOA_INT16, STOA_FLOAT32, STOA_INT64};

static stoa_table *wide(size_t columns, size_t first_type, size_t types, size_t max_rows)
{
    static char names[MOST][24];
    stoa_field fields[MOST] = {0};
    for (size_t k = 0; k < columns; k++) {
        snprintf(names[k], sizeof names[k], "c%zu", k);
        fields[k] = (stoa_field){.name = names[k], .type = widths[(first_type + k % types) % 4]};
    }
    return new_table(fields, columns, OPTIONS(.max_rows = max_rows));
}

static uintptr_t cells_of(const stoa_table *table, size_t field)
{
    return (uintptr_t)stoa_column_cells(table, field);
}

/* The largest number of columns whose first cells are in the same line of a page. */
static size_t most_in_a_line(stoa_table *const *tables, size_t count)
{
    size_t in_line[PAGE / LINE] = {0}, most = 0;
    for (size_t t = 0; t < count; t++)
        for (size_t k = 0; k < stoa_table_field_limit(tables[t]); k++) {
            size_t *here = &in_line[cells_of(tables[t], k) % PAGE / LINE];
            most = ++*here > most ? *here : most;
        }
    return most;
}

static const size_t max_rows_tried[] = {0, 513, 4096, 65536, 1 << 20, 1000003, 1 << 24};
#define TRIED (sizeof max_rows_tried / sizeof *max_rows_tried)

TEST(cells_begin_at_cache_lines)
{
    for (size_t i = 0; i < TRIED; i++) {
        stoa_table *table = wide(9, 0, 4, max_rows_tried[i]);
        for (size_t k = 0; k < 9; k++)
            ck_assert_uint_eq(cells_of(table, k) % LINE, 0);
        stoa_table_free(table);
    }
}
END_TEST

TEST(no_two_columns_of_a_table_begin_in_the_same_line_of_a_page)
{
    for (size_t i = 0; i < TRIED; i++)
        for (size_t type = 0; type < 4; type++) {
            stoa_table *table = wide(64, type, 1, max_rows_tried[i]);
            size_t bytes = max_rows_tried[i] << type;
            if (bytes == 0 || 64 * bytes > 65536)
                ck_assert_uint_eq(most_in_a_line(&table, 1), 1);
            stoa_table_free(table);
        }
}
END_TEST

TEST(of_more_columns_than_a_page_has_lines_no_line_has_more_than_its_share)
{
    stoa_table *table = wide(128, 2, 1, 0);
    ck_assert_uint_eq(most_in_a_line(&table, 1), 2);
    stoa_table_free(table);
}
END_TEST

TEST(columns_of_a_table_in_plain_memory_are_apart_too)
{
    stoa_table *table = wide(16, 2, 1, 1024);
    ck_assert_uint_eq(most_in_a_line(&table, 1), 1);
    stoa_table_free(table);
}
END_TEST

TEST(tables_that_are_made_in_turn_begin_in_other_lines)
{
    static const stoa_field fields[] = {{.name = "x", .type = STOA_INT32},
                                        {.name = "y", .type = STOA_INT32},
                                        {.name = "w", .type = STOA_FLOAT64}};
    stoa_table *tables[5];
    for (size_t t = 0; t < 5; t++)
        PASSES(stoa_table_new(&tables[t], fields, 3, NULL, &trouble));
    ck_assert_uint_eq(most_in_a_line(tables, 5), 1);
    for (size_t t = 0; t < 5; t++)
        stoa_table_free(tables[t]);
}
END_TEST

TEST(a_column_that_is_added_later_has_a_line_of_its_own)
{
    for (size_t i = 0; i < TRIED; i++) {
        stoa_table *table = wide(3, 3, 1, max_rows_tried[i]);
        char name[24];
        for (int k = 0; k < 29; k++) {
            snprintf(name, sizeof name, "d%d", k);
            const stoa_field field = {.name = name, .type = STOA_FLOAT64, .initial.float64 = k};
            PASSES(stoa_table_add_field(table, &field, NULL, &trouble));
        }
        for (size_t k = 0; k < 32; k++)
            ck_assert_uint_eq(cells_of(table, k) % LINE, 0);
        if (max_rows_tried[i] == 0 || max_rows_tried[i] > 65536)
            ck_assert_uint_eq(most_in_a_line(&table, 1), 1);
        stoa_table_free(table);
    }
}
END_TEST

static void write_bytes(stoa_table *table, size_t columns, size_t rows)
{
    for (size_t k = 0; k < columns; k++) {
        size_t width = (size_t)1 << (k % 4);
        memset(stoa_column_cells(table, k), (int)(k + 1), rows * width);
    }
}

static void read_bytes(const stoa_table *table, size_t columns, size_t rows)
{
    for (size_t k = 0; k < columns; k++) {
        size_t bytes = rows * ((size_t)1 << (k % 4));
        const unsigned char *at = stoa_column_cells(table, k);
        ck_assert_uint_eq(at[0], k + 1);
        ck_assert_uint_eq(at[bytes - 1], k + 1);
        ck_assert_uint_eq(at[bytes / 2], k + 1);
    }
}

TEST(full_columns_do_not_reach_into_one_another)
{
    for (size_t i = 1; i < TRIED; i++) {
        size_t rows = scaled(max_rows_tried[i], 513);
        stoa_table *table = wide(8, 0, 4, rows);
        ck_assert_uint_eq(stoa_table_max_rows(table), rows);
        PASSES(stoa_table_resize(table, rows, &trouble));
        write_bytes(table, 8, rows);
        read_bytes(table, 8, rows);
        stoa_table_free(table);
    }
}
END_TEST

/* The cells of a dropped column go back to the system; the neighbouring columns stay. */
TEST(dropping_a_column_leaves_those_beside_it)
{
    size_t rows = scaled(3 << 20, 4096);
    stoa_table *table = wide(8, 0, 4, 0);
    PASSES(stoa_table_resize(table, rows, &trouble));
    write_bytes(table, 8, rows);
    PASSES(stoa_table_drop_field(table, "c4", &trouble));
    PASSES(stoa_table_resize(table, rows / 5, &trouble));
    read_bytes(table, 4, rows / 5);
    stoa_table_free(table);
}
END_TEST

static size_t resident(uintptr_t from, uintptr_t to)
{
    static unsigned char pages[1 << 16];
    size_t count = (to - from + PAGE - 1) / PAGE, found = 0;
    ck_assert_uint_le(count, sizeof pages);
    if (mincore((void *)from, to - from, pages) != 0)
        return 0;
    for (size_t i = 0; i < count; i++)
        found += pages[i] & 1u;
    return found * PAGE;
}

/* Before the first cell of a large column, at most 1/256 of it may be in memory. */
TEST(what_stands_between_columns_takes_no_memory)
{
    size_t rows = scaled(8 << 20, 1 << 16);
    stoa_table *table = wide(3, 2, 1, 0);
    PASSES(stoa_table_resize(table, rows, &trouble));
    for (size_t k = 0; k < 3; k++)
        memset(stoa_column_cells(table, k), 1, rows * 4);
    for (size_t k = 1; k < 3; k++) {
        uintptr_t before = cells_of(table, k) / PAGE * PAGE,
                  end = cells_of(table, k - 1) + rows * 4;
        end = (end + PAGE - 1) / PAGE * PAGE;
        uintptr_t from = before - end > 16 << 20 ? before - (16 << 20) : end;
        ck_assert_uint_le(resident(from, before), rows * 4 / 256);
    }
    stoa_table_free(table);
}
END_TEST

int main(void)
{
    return RUN("layout", cells_begin_at_cache_lines,
               no_two_columns_of_a_table_begin_in_the_same_line_of_a_page,
               of_more_columns_than_a_page_has_lines_no_line_has_more_than_its_share,
               columns_of_a_table_in_plain_memory_are_apart_too,
               tables_that_are_made_in_turn_begin_in_other_lines,
               a_column_that_is_added_later_has_a_line_of_its_own,
               full_columns_do_not_reach_into_one_another, dropping_a_column_leaves_those_beside_it,
               what_stands_between_columns_takes_no_memory);
}
