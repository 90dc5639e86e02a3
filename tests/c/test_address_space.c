/* test_address_space.c: a system that refuses address space or memory, has pages of another size,
 * or does not take memory back: tables become smaller, but still work. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../support/footprint.h"
#include "../support/testing.h"

static const stoa_field fields[] = {{.name = "x", .type = STOA_INT32, .initial.int64 = 3},
                                    {.name = "b", .type = STOA_BOOL},
                                    {.name = "w", .type = STOA_FLOAT64}};

/* ---- a system that refuses ---- */

TEST(a_table_is_smaller_where_the_system_grants_less)
{
    static const size_t limits[] = {
        (size_t)1 << 33, (size_t)1 << 30, (size_t)1 << 26, 1 << 20, 100000, 4096, 1};
    stoa_table *table;
    size_t unlimited = SIZE_MAX; /* columns are staggered, by another phase in each table */
    for (int i = 0; i < 100; i++) {
        table = new_table(fields, 3, NULL);
        size_t rows = stoa_table_max_rows(table);
        unlimited = rows < unlimited ? rows : unlimited;
        stoa_table_free(table);
    }
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        faults_limit_mapping(limits[i]);
        PASSES(stoa_table_new(&table, fields, 3, NULL, &trouble));
        faults_limit_mapping(0);
        size_t most = stoa_table_max_rows(table), plain = ((size_t)64 << 20) / 13;
        size_t expected = limits[i] / 13 / 3 < unlimited ? limits[i] / 13 / 3 : unlimited;
        ck_assert_uint_ge(most, expected > 1000 ? expected : 1000);
        ck_assert_uint_le(most, limits[i] / 13 > plain ? limits[i] / 13 : plain);
        size_t rows = most < 1000000 ? most : scaled(1000000, 10000);
        PASSES(stoa_table_resize(table, rows, &trouble));
        ck_assert_int_eq(stoa_int32_column(table, "x")[rows - 1], 3);
        FAILS(STOA_FULL, stoa_table_resize(table, most + 1, &trouble));
        SAYS("max_rows");
        stoa_table_free(table);
    }
}

TEST(a_table_takes_plain_memory_for_its_rows_where_no_mapping_is_granted)
{
    stoa_table *table = NULL;
    faults_limit_mapping(1);
    PASSES(stoa_table_new(&table, fields, 3, OPTIONS(.rows = 100000), &trouble));
    faults_limit_mapping(0);
    ck_assert_uint_ge(stoa_table_max_rows(table), 100000);
    ck_assert_int_eq(stoa_int32_column(table, "x")[99999], 3);
    stoa_float64_column(table, "w")[99999] = 1.0;
    PASSES(stoa_table_remove(table, 0, 99999, &trouble));
    stoa_table_shrink(table);
    ck_assert(stoa_float64_column(table, "w")[0] == 1.0);
    PASSES(stoa_table_resize(table, 100000, &trouble));
    ck_assert(stoa_float64_column(table, "w")[99999] == 0.0);
    stoa_table_free(table);
}

TEST(a_table_has_the_rows_it_must_have_though_hardly_more_is_granted)
{
    for (size_t rows = 5000; rows <= scaled(9000000, 40000); rows = rows * 5 / 2)
        for (size_t more = 0; more <= 20; more++) {
            stoa_table *table = NULL;
            faults_limit_mapping(rows * 13 + (rows * 13 / 10 + 4096) * more);
            PASSES(
                stoa_table_new(&table, fields, 3, OPTIONS(.rows = more % 2 ? rows : 1), &trouble));
            faults_limit_mapping(0);
            ck_assert_uint_ge(stoa_table_max_rows(table), stoa_table_rows(table));
            if (more % 2) {
                ck_assert_uint_eq(stoa_table_rows(table), rows);
                stoa_float64_column(table, "w")[rows - 1] = 1.0;
                ck_assert_int_eq(stoa_int32_column(table, "x")[rows - 1], 3);
                ck_assert(!stoa_bool_column(table, "b")[rows - 1]);
            }
            stoa_table_free(table);
        }
}

TEST(a_process_with_little_address_space_still_has_tables)
{
    if (!runs_free())
        return;
    struct rlimit limit;
    stoa_table *tables[20] = {NULL};
    ck_assert_int_eq(getrlimit(RLIMIT_AS, &limit), 0);
    rlim_t before = limit.rlim_cur;
    limit.rlim_cur = (rlim_t)1 << 30;
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
    for (int i = 0; i < 20; i++) {
        PASSES(stoa_table_new(&tables[i], fields, 3, NULL, &trouble));
        ck_assert_uint_ge(stoa_table_max_rows(tables[i]), 50000);
        PASSES(stoa_table_resize(tables[i], 50000, &trouble));
    }
    memory_and_threads_still_work();
    for (int i = 0; i < 20; i++)
        stoa_table_free(tables[i]);
    limit.rlim_cur = before;
    setrlimit(RLIMIT_AS, &limit);
}

TEST(hints_that_are_refused_do_no_harm)
{
    size_t rows = scaled(3000000, 50000);
    stoa_table *table = NULL;
    faults_arm(FAULT_HINT, 0, SIZE_MAX); /* refuses every madvise from here on */
    PASSES(stoa_table_new(&table, fields, 3, OPTIONS(.rows = rows), &trouble));
    for (size_t i = 0; i < rows; i++)
        stoa_float64_column(table, "w")[i] = 7.0;
    PASSES(stoa_table_resize(table, 10, &trouble));
    stoa_table_shrink(table);
    PASSES(stoa_table_resize(table, rows, &trouble));
    for (size_t i = 10; i < rows; i++)
        ck_assert_msg(stoa_float64_column(table, "w")[i] == 0.0, "row %zu is left over", i);
    ck_assert(stoa_float64_column(table, "w")[9] == 7.0);
    stoa_table_clear(table);
    stoa_table_shrink(table);
    PASSES(stoa_table_extend(table, NULL, 0, rows, &trouble));
    for (size_t i = 0; i < rows; i++)
        ck_assert_msg(stoa_float64_column(table, "w")[i] == 0.0, "row %zu is left over", i);
    PASSES(stoa_table_drop_field(table, "x", &trouble));
    ck_assert_uint_gt(faults_disarm(), 0);
    stoa_table_free(table);
}

/* ---- pages of another size ---- */

static void fill_with(stoa_table *table, uint32_t field, size_t rows, int byte)
{
    memset(stoa_column_cells(table, field), byte,
           rows * stoa_type_width(stoa_table_field_type(table, field)));
}

static bool is_filled_with(const stoa_table *table, uint32_t field, size_t rows, int byte)
{
    const unsigned char *cells = stoa_column_cells(table, field);
    size_t bytes = rows * stoa_type_width(stoa_table_field_type(table, field));
    for (size_t i = 0; i < bytes; i++)
        if (cells[i] != byte)
            return false;
    return true;
}

/* Changes to the pages of one column leave its neighbours alone. */
static void change_columns(const stoa_table_options *options, size_t rows)
{
    enum { FIELDS = 9 };
    static const stoa_field bytes[FIELDS] = {
        {.name = "a", .type = STOA_UINT8},  {.name = "b", .type = STOA_INT16},
        {.name = "c", .type = STOA_UINT8},  {.name = "d", .type = STOA_INT64},
        {.name = "e", .type = STOA_INT8},   {.name = "f", .type = STOA_INT32},
        {.name = "g", .type = STOA_UINT16}, {.name = "h", .type = STOA_BOOL},
        {.name = "i", .type = STOA_INT8}};
    static const stoa_field more = {.name = "j", .type = STOA_INT16};
    stoa_table *table = NULL, *copy = NULL;
    PASSES(stoa_table_new(&table, bytes, FIELDS, options, &trouble));
    PASSES(stoa_table_resize(table, rows, &trouble));
    PASSES(stoa_table_add_field(table, &more, NULL, &trouble));
    for (uint32_t i = 0; i <= FIELDS; i++)
        fill_with(table, i, rows, 1);
    PASSES(stoa_table_drop_field(table, "c", &trouble));
    PASSES(stoa_table_drop_field(table, "f", &trouble));
    for (size_t left = rows; left > 0; left /= 3) {
        PASSES(stoa_table_resize(table, left, &trouble));
        stoa_table_shrink(table);
        PASSES(stoa_table_resize(table, rows, &trouble));
        for (uint32_t i = 0; i <= FIELDS; i++)
            if (i != 2 && i != 5)
                ck_assert_msg(is_filled_with(table, i, left, 1), "field %u of %zu rows", i, left);
        PASSES(stoa_table_copy(&copy, table, &trouble));
        for (uint32_t i = 0; i < FIELDS - 2; i++) {
            unsigned char *cells = stoa_column_cells(copy, i);
            size_t width = stoa_type_width(stoa_table_field_type(copy, i));
            ck_assert_msg(is_filled_with(copy, i, left, 1), "copied field %u", i);
            for (size_t k = left * width; k < rows * width; k++)
                ck_assert_msg(cells[k] == 0, "field %u has byte %zu left over", i, k);
        }
        stoa_table_free(copy);
    }
    stoa_table_free(table);
}

TEST(pages_of_any_size_do_no_harm)
{
    static const size_t pages[] = {0, 16 << 10, 64 << 10};
    size_t count = scaled(3, 3);
    for (size_t i = 0; i < count; i++) {
        faults_page(pages[i]);
        change_columns(OPTIONS(.max_rows = 3000), 3000);
        change_columns(OPTIONS(.max_rows = 90000), scaled(90000, 30000));
        change_columns(NULL, scaled(200000, 30000));
        change_columns(OPTIONS(.max_rows = scaled(50000000, 100000)), 20000);
        stoa_trim();
        faults_page(0);
    }
}

/* ---- a system that does not take memory back ---- */

TEST(address_space_that_the_system_does_not_take_back_is_given_back_later)
{
    size_t mapped = faults_mapped(), before = resident();
    stoa_table *table = NULL, *copy = NULL;
    faults_arm(FAULT_UNMAP, 0, SIZE_MAX);
    for (int i = 0; i < 10; i++) {
        PASSES(stoa_table_new(&table, fields, 3, NULL, &trouble));
        PASSES(stoa_table_resize(table, 100000, &trouble));
        PASSES(stoa_table_copy(&copy, table, &trouble));
        ck_assert_int_eq(stoa_int32_column(copy, "x")[99999], 3);
        stoa_table_free(copy);
        stoa_table_free(table);
    }
    ck_assert_uint_gt(faults_disarm(), 0);
    ck_assert_uint_gt(faults_mapped(), mapped);
    if (runs_free())
        about(resident() - before, 0); /* the pages were returned */
    PASSES(stoa_table_new(&table, fields, 3, NULL, &trouble));
    stoa_table_free(table);
    stoa_trim();
    ck_assert_uint_eq(faults_mapped(), mapped);
}

/* Maps pages and unmaps every other one, until the system refuses further maps. */
static char *take_all_maps(size_t *bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    *bytes = page * 140000;
    char *base = mmap(NULL, *bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    ck_assert(base != MAP_FAILED);
    for (size_t at = page; at + page < *bytes; at += 2 * page)
        if (mprotect(base + at, page, PROT_READ) != 0)
            return base;
    munmap(base, *bytes);
    return NULL;
}

TEST(a_process_at_its_limit_of_maps_loses_nothing)
{
    if (!runs_free())
        return;
    enum { TABLES = 12 };
    size_t bytes;
    stoa_table *tables[TABLES] = {NULL}, *more[TABLES] = {NULL};
    for (size_t i = 0; i < TABLES; i++) {
        PASSES(stoa_table_new(&tables[i], fields, 3, NULL, &trouble));
        PASSES(stoa_table_resize(tables[i], 1000, &trouble));
        for (size_t row = 0; row < 1000; row++)
            stoa_float64_column(tables[i], "w")[row] = (double)i;
    }
    char *maps = take_all_maps(&bytes);
    if (maps == NULL) /* this system has no such limit */
        return;
    for (size_t i = 0; i < TABLES; i++) {
        size_t rows = 1000;
        while (rows < 4000000 && stoa_table_resize(tables[i], rows * 3, &trouble) == STOA_OK)
            rows *= 3;
        ck_assert_uint_eq(stoa_table_rows(tables[i]), rows);
        if (stoa_table_new(&more[i], fields, 3, OPTIONS(.rows = 20000), &trouble) != STOA_OK)
            more[i] = NULL;
        else
            ck_assert_int_eq(stoa_int32_column(more[i], "x")[19999], 3);
        if (i % 2 == 1)
            stoa_table_free(tables[i]);
    }
    munmap(maps, bytes);
    for (size_t i = 0; i < TABLES; i++) {
        stoa_table_free(more[i]);
        if (i % 2 == 1)
            continue;
        PASSES(stoa_table_resize(tables[i], 5000000, &trouble));
        for (size_t row = 0; row < 1000; row++)
            ck_assert(stoa_float64_column(tables[i], "w")[row] == (double)i);
        ck_assert(stoa_float64_column(tables[i], "w")[4999999] == 0.0);
        stoa_table_free(tables[i]);
    }
}

/* Several gigabytes of address space in one map; only what is touched takes memory. */
TEST(memory_that_is_locked_is_only_what_is_used)
{
    enum { FIELDS = 5500 };
    static stoa_field many[FIELDS];
    static char names[FIELDS][16];
    stoa_table *table = NULL;
    if (!runs_free() || mlockall(MCL_FUTURE) != 0) /* not permitted to everybody */
        return;
    for (int i = 0; i < FIELDS; i++) {
        snprintf(names[i], sizeof names[i], "f%d", i);
        many[i] = (stoa_field){.name = names[i], .type = STOA_INT32};
    }
    size_t before = resident();
    stoa_status status = stoa_table_new(&table, many, FIELDS, OPTIONS(.max_rows = 50000), &trouble);
    if (status == STOA_OK)
        status = stoa_table_resize(table, 3, &trouble);
    size_t after = resident();
    munlockall();
    ck_assert(status == STOA_OK || status == STOA_OUT_OF_MEMORY);
    ck_assert_msg(after < before + ((size_t)300 << 20), "%zu MiB", (after - before) >> 20);
    stoa_table_free(table);
}

TEST(a_hundred_thousand_tables_live_at_once)
{
    size_t count = runs_free() ? 100000 : 2000;
    stoa_table **tables = calloc(count, sizeof(stoa_table *));
    allow_slabs();
    for (size_t i = 0; i < count; i++) {
        PASSES(stoa_table_new(&tables[i], fields, 3, NULL, &trouble));
        if (i % 100 == 0)
            PASSES(stoa_table_resize(tables[i], 100 + i / 100, &trouble));
    }
    memory_and_threads_still_work();
    for (size_t i = 0; i < count; i++) {
        ck_assert_uint_eq(stoa_table_rows(tables[i]), i % 100 == 0 ? 100 + i / 100 : 0);
        ck_assert_int_eq(i % 100 == 0 ? stoa_int32_column(tables[i], "x")[99] : 3, 3);
        stoa_table_free(tables[i]);
    }
    free(tables);
}

int main(void)
{
    return RUN("address_space", a_table_is_smaller_where_the_system_grants_less,
               a_table_has_the_rows_it_must_have_though_hardly_more_is_granted,
               a_table_takes_plain_memory_for_its_rows_where_no_mapping_is_granted,
               a_process_with_little_address_space_still_has_tables,
               hints_that_are_refused_do_no_harm, pages_of_any_size_do_no_harm,
               address_space_that_the_system_does_not_take_back_is_given_back_later,
               a_process_at_its_limit_of_maps_loses_nothing,
               memory_that_is_locked_is_only_what_is_used, a_hundred_thousand_tables_live_at_once);
}
