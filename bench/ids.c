/* ids.c: what ids of rows cost, in one run with the same without them.
 *
 *     ids [RECORDS]      1,000,000 records of three int32 unless told otherwise
 *
 * Finding is measured at random places of all rows: two cells a row, of 8 and 4 bytes, are read. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stoa/stoa.h>

#include "measure.h"

#define POINT(FIELD) \
    FIELD(int32, x)  \
    FIELD(int32, y)  \
    FIELD(int32, z)
STOA_RECORD(point, POINT)

static stoa_error error;

static point_table table_of(size_t rows, bool ids)
{
    static const stoa_field fields[] = {{.name = "x", .type = STOA_INT32},
                                        {.name = "y", .type = STOA_INT32},
                                        {.name = "z", .type = STOA_INT32}};
    const stoa_table_options options = {.rows = rows, .ids = ids};
    stoa_table *table;
    point_table points = {0};
    bench_must(stoa_table_new(&table, fields, 3, &options, &error), error.message);
    bench_must(point_table_from(&points, table, &error), error.message);
    stoa_table_free(table); /* the typed table has it */
    return points;
}

/* ---- append ---- */

static int64_t append(size_t count, bool ids)
{
    point_table points = table_of(0, ids);
    for (size_t i = 0; i < count; i++)
        bench_must(point_table_push(&points, (int32_t)i, (int32_t)i, (int32_t)i, &error),
                   error.message);
    int64_t last = points.z[count - 1];
    point_table_dispose(&points);
    return last;
}

static int64_t append_plain(size_t count)
{
    return append(count, false);
}

static int64_t append_with_ids(size_t count)
{
    return append(count, true);
}

/* As values, by the library. */
static int64_t append_values(size_t count, bool ids)
{
    point_table points = table_of(0, ids);
    for (size_t i = 0; i < count; i++) {
        const stoa_value values[] = {stoa_int64_value(1), stoa_int64_value(2), stoa_int64_value(3)};
        bench_must(stoa_table_append(points.table, values, 3, &error), error.message);
    }
    int64_t last = points.z[count - 1];
    point_table_dispose(&points);
    return last;
}

static int64_t append_values_plain(size_t count)
{
    return append_values(count, false);
}

static int64_t append_values_with_ids(size_t count)
{
    return append_values(count, true);
}

/* ---- find ---- */

static point_table shared;
static uint64_t *wanted;

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state;
}

static int64_t find(size_t count)
{
    int64_t total = 0;
    for (size_t i = 0; i < count; i++) {
        size_t row;
        if (stoa_table_find_id(shared.table, wanted[i], &row) == STOA_OK)
            total += (int64_t)row;
    }
    return total;
}

/* ---- removal ---- */

static int64_t swap_remove(size_t count, bool ids)
{
    point_table points = table_of(count, ids);
    uint32_t state = 1;
    double start = bench_now();
    while (points.table->rows > 0)
        bench_must(stoa_table_swap_remove(
                       points.table,
                       (size_t)((uint64_t)next_random(&state) * points.table->rows >> 32), &error),
                   error.message);
    double seconds = bench_now() - start;
    point_table_dispose(&points);
    return (int64_t)(seconds * 1e12 / (double)count); /* picoseconds a row */
}

static int by_number(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static double median_removal(size_t count, bool ids)
{
    int64_t times[9];
    for (size_t i = 0; i < 9; i++)
        times[i] = swap_remove(count, ids);
    qsort(times, 9, sizeof *times, by_number);
    return (double)times[4] / 1000;
}

/* A row comes and another goes. */
static int64_t churn(size_t count)
{
    point_table points = table_of(count, true);
    uint32_t state = 1;
    for (size_t i = 0; i < count; i++) {
        size_t row = (size_t)((uint64_t)next_random(&state) * points.table->rows >> 32);
        bench_must(stoa_table_swap_remove(points.table, row, &error), error.message);
        bench_must(point_table_push(&points, 1, 2, 3, &error), error.message);
    }
    int64_t rows = (int64_t)points.table->rows;
    point_table_dispose(&points);
    return rows;
}

static void memory(size_t count)
{
    point_table points = table_of(count, false);
    memset(points.x, 1, count * sizeof *points.x);
    size_t before = bench_unique_set_size();
    point_table others = table_of(count, true);
    double bytes = (double)(bench_unique_set_size() - before) / (double)count;
    bench_bar("bytes a row of ids at first", 1, bytes); /* its columns are untouched, too */
    bench_must(stoa_table_reverse(points.table, &error), error.message);
    before = bench_unique_set_size();
    bench_must(stoa_table_reverse(others.table, &error), error.message);
    bytes = (double)(bench_unique_set_size() - before) / (double)count - 12; /* columns, too */
    bench_bar("bytes a row of ids once rows have moved, in whole pages", 12.5, bytes);
    point_table_dispose(&points);
    point_table_dispose(&others);
}

/* ---- references ---- */

static stoa_table *referring; /* to rows of `shared` */
static size_t *targets;       /* random rows of it */

static stoa_table *referring_table(stoa_on_remove rule, size_t rows)
{
    const stoa_field field = {.name = "to",
                              .type = STOA_REFERENCE,
                              .flags = STOA_NULLABLE,
                              .on_remove = (uint8_t)rule,
                              .target = shared.table};
    const stoa_table_options options = {.rows = rows};
    stoa_table *made;
    bench_must(stoa_table_new(&made, &field, 1, &options, &error), error.message);
    return made;
}

static int64_t set(size_t count)
{
    for (size_t i = 0; i < count; i++)
        bench_must(stoa_row_set_reference_at(stoa_table_row(referring, i), 0,
                                             stoa_table_row(shared.table, targets[i])),
                   "set");
    return stoa_reference_column(referring, "to")[count - 1] != 0;
}

static int64_t clear(size_t count)
{
    static const stoa_row none;
    for (size_t i = 0; i < count; i++)
        bench_must(stoa_row_set_reference_at(stoa_table_row(referring, i), 0, none), "clear");
    return (int64_t)stoa_reference_column(referring, "to")[count - 1];
}

static int64_t follow(size_t count)
{
    int64_t total = 0;
    for (size_t i = 0; i < count; i++) {
        stoa_row found;
        if (stoa_row_get_reference_at(stoa_table_row(referring, i), 0, &found) == STOA_OK)
            total += (int64_t)found.index;
    }
    return total;
}

/* Removes half of the rows, to which `count` others refer, or to those of another table;
 * picoseconds a removed row. */
static int64_t removal_of_half(size_t count, stoa_on_remove rule, bool is_referred)
{
    uint8_t *mask = malloc(count);
    bench_must(mask == NULL, "malloc");
    point_table points = table_of(count, true), others = table_of(count, true);
    shared = is_referred ? points : others;
    referring = referring_table(rule, count);
    for (size_t i = 0; i < count; i++)
        mask[i] = i % 2 == 0;
    (void)set(count);
    double start = bench_now();
    bench_must(stoa_table_keep(points.table, mask, count, &error), error.message);
    double seconds = bench_now() - start;
    stoa_table_free(referring);
    point_table_dispose(&points);
    point_table_dispose(&others);
    free(mask);
    return (int64_t)(seconds * 2e12 / (double)count);
}

static double median_of_half(size_t count, stoa_on_remove rule, bool is_referred)
{
    int64_t times[9];
    for (size_t i = 0; i < 9; i++)
        times[i] = removal_of_half(count, rule, is_referred);
    qsort(times, 9, sizeof *times, by_number);
    return (double)times[4] / 1000;
}

static void references(size_t count)
{
    double medians[3];
    uint32_t state = 7;
    targets = malloc(count * sizeof *targets);
    bench_must(targets == NULL, "malloc");
    for (size_t i = 0; i < count; i++)
        targets[i] = (size_t)((uint64_t)next_random(&state) * count >> 32);
    shared = table_of(count, true);
    referring = referring_table(STOA_ON_REMOVE_NULL, count);
    (void)set(count);
    const bench_side sides[] = {
        {"set, to rows at random", set}, {"clear", clear}, {"follow, which finds none", follow}};
    bench_compare("references", sides, 3, count, 15, medians);
    bench_bar("set a reference, ns (50 million a second)", 20, medians[0]);
    bench_bar("clear a reference, ns (50 million a second)", 20, medians[1]);
    stoa_table_free(referring);
    point_table_dispose(&shared);
    double alone = median_of_half(count, STOA_ON_REMOVE_NULL, false);
    double null = median_of_half(count, STOA_ON_REMOVE_NULL, true);
    double cascade = median_of_half(count, STOA_ON_REMOVE_CASCADE, true);
    printf("removal of half: %.2f ns a row, referred to: %.2f ns, by cascade: %.2f ns\n", alone,
           null, cascade);
    bench_bar("of a removal that nobody refers to, with null", 1.1, null / alone);
    free(targets);
}

int main(int argument_count, char **arguments)
{
    size_t count = argument_count > 1 ? strtoull(arguments[1], NULL, 10) : 1000000;
    double medians[3];
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("stoa %s, %zu records of three int32\n", stoa_version(), count);
    const bench_side appends[] = {{"typed append", append_plain},
                                  {"the same, with ids", append_with_ids}};
    bench_compare("append", appends, 2, count, 15, medians);
    bench_bar("of append without ids", 1.5, medians[1] / medians[0]);
    const bench_side values[] = {{"append of values", append_values_plain},
                                 {"the same, with ids", append_values_with_ids}};
    bench_compare("append", values, 2, count, 9, medians);
    bench_bar("of append without ids", 1.5, medians[1] / medians[0]);

    shared = table_of(count, true);
    bench_must(stoa_table_reverse(shared.table, &error), error.message); /* all have moved */
    wanted = malloc(count * sizeof *wanted);
    bench_must(wanted == NULL, "malloc");
    uint32_t state = 7;
    for (size_t i = 0; i < count; i++)
        wanted[i] = stoa_row_id(
            stoa_table_row(shared.table, (size_t)((uint64_t)next_random(&state) * count >> 32)));
    const bench_side finds[] = {{"stoa_table_find_id, at random", find}};
    bench_compare("find", finds, 1, count, 15, medians);
    bench_bar("find, ns (50 million a second)", 20, medians[0]);
    free(wanted);
    point_table_dispose(&shared);

    double plain = median_removal(count, false), with_ids = median_removal(count, true);
    printf("swap_remove at random: %.1f ns, with ids %.1f ns\n", plain, with_ids);
    bench_bar("swap_remove with ids, ns (20 million a second)", 50, with_ids);
    const bench_side churns[] = {{"swap_remove and append, with ids", churn}};
    bench_compare("churn", churns, 1, count, 9, medians);
    references(count);
    memory(count);
    return 0;
}
