/* scale.c: many tables, many records, many objects.
 *
 *     scale [tables|crowd|objects|billion ...]      all of them unless told otherwise
 *
 * Each part runs in a process of its own. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stoa/stoa.h>

#include "measure.h"

#define POINT(FIELD) \
    FIELD(int32, x)  \
    FIELD(int32, y)  \
    FIELD(int32, z)
STOA_RECORD(point, POINT)

static stoa_error error;
static const stoa_field fields[] = {{.name = "x", .type = STOA_INT32},
                                    {.name = "y", .type = STOA_INT32},
                                    {.name = "z", .type = STOA_INT32}};

/* ---- a million tables of ten rows ---- */

static void tables(void)
{
    enum { TABLES = 1000000, ROWS = 10 };
    const stoa_table_options options = {.rows = ROWS, .max_rows = ROWS};
    size_t before = bench_unique_set_size();
    double start = bench_now();
    stoa_table **all = malloc(TABLES * sizeof *all);
    for (size_t i = 0; all != NULL && i < TABLES; i++) {
        bench_must(stoa_table_new(&all[i], fields, 3, &options, &error), error.message);
        stoa_int32_column(all[i], "x")[0] = (int32_t)i;
    }
    double seconds = bench_now() - start;
    double bytes = (double)(bench_unique_set_size() - before) / TABLES;
    printf("\n1,000,000 tables of 10 rows with max_rows: %.0f bytes and %.0f ns each\n", bytes,
           seconds * 1e9 / TABLES);
    bench_bar("bytes a table", 400, bytes);
    for (size_t i = 0; all != NULL && i < TABLES; i++)
        stoa_table_free(all[i]);
    free(all);
}

/* ---- twenty thousand tables that may grow ---- */

static void *nothing(void *argument)
{
    return argument;
}

static size_t count_maps(void)
{
    size_t maps = 0;
    int c;
    FILE *file = fopen("/proc/self/maps", "r");
    while (file != NULL && (c = getc(file)) != EOF)
        maps += c == '\n';
    if (file != NULL)
        fclose(file);
    return maps;
}

static void crowd(void)
{
    enum { TABLES = 20000, ROWS = 1000 };
    static stoa_table *all[TABLES];
    double start = bench_now();
    size_t least = SIZE_MAX;
    for (size_t i = 0; i < TABLES; i++) {
        bench_must(stoa_table_new(&all[i], fields, 3, NULL, &error), error.message);
        bench_must(stoa_table_resize(all[i], ROWS, &error), error.message);
        for (int32_t row = 0; row < ROWS; row++)
            for (size_t field = 0; field < 3; field++)
                ((int32_t *)stoa_column_cells(all[i], field))[row] = row;
        least = stoa_table_max_rows(all[i]) < least ? stoa_table_max_rows(all[i]) : least;
    }
    double seconds = bench_now() - start;
    void *memory = malloc((size_t)64 << 20);
    pthread_t thread;
    int refused = memory == NULL || pthread_create(&thread, NULL, nothing, NULL) != 0;
    bench_must(refused, "malloc and threads beside the tables");
    pthread_join(thread, NULL);
    free(memory);
    printf(
        "\n20,000 tables alive, 1,000 rows each: %.1f us a table, %zu maps, room for %zu rows at "
        "least; malloc and a new thread work\n",
        seconds * 1e6 / TABLES, count_maps(), least);
    for (size_t i = 0; i < TABLES; i++)
        stoa_table_free(all[i]);
}

/* ---- objects ---- */

static void objects(void)
{
    enum { ROWS = 10000000, OBJECTS = 1000 };
    static const stoa_field payload[] = {{.name = "payload", .type = STOA_OBJECT}};
    static char distinct[OBJECTS];
    const stoa_table_options options = {.rows = ROWS};
    stoa_table *table;
    size_t before = bench_unique_set_size();
    bench_must(stoa_table_new(&table, payload, 1, &options, &error), error.message);
    double rates[2];
    for (size_t round = 0; round < 2; round++) {
        double start = bench_now();
        for (size_t i = 0; i < ROWS; i++)
            bench_must(stoa_row_set_object_at((stoa_row){table, i}, 0,
                                              &distinct[(i * 7919 + round) % OBJECTS]),
                       "set");
        rates[round] = ROWS / (bench_now() - start) * 1e-6;
    }
    double bytes = (double)(bench_unique_set_size() - before) / ROWS;
    printf(
        "\n10,000,000 rows of an object field, 1,000 distinct: %.2f bytes a row (pool: %zu bytes); "
        "set %.0f, overwrite %.0f million a second\n",
        bytes, stoa_pool_bytes(stoa_table_pool(table)), rates[0], rates[1]);
    bench_bar("bytes a row", 4.1, bytes);
    bench_bar("ns to set (20 million a second)", 50, 1e3 / rates[0]);
    bench_bar("ns to overwrite (20 million a second)", 50, 1e3 / rates[1]);
    stoa_table_free(table);
}

/* ---- a billion records ---- */

static double fill_sum_free(size_t count)
{
    double start = bench_now();
    point_table points;
    bench_must(point_table_init(&points, count, &error), error.message);
    for (size_t i = 0; i < count; i++) {
        points.x[i] = (int32_t)i;
        points.y[i] = 1;
        points.z[i] = 2;
    }
    int64_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += points.y[i] + points.z[i];
    bench_must(total != (int64_t)count * 3, "a wrong sum");
    point_table_dispose(&points);
    return (bench_now() - start) * 1e9 / (double)count;
}

static void billion(void)
{
    fill_sum_free(10000000);
    double small[3] = {fill_sum_free(10000000), fill_sum_free(10000000), fill_sum_free(10000000)};
    double best = small[0] < small[1] ? small[0] : small[1];
    best = best < small[2] ? best : small[2];
    fill_sum_free(1000000000); /* a virtual machine gets its pages from the host here */
    double large = fill_sum_free(1000000000);
    printf("\nallocate, fill, sum, free: %.2f ns a record at 10,000,000 (best of 3); %.2f at "
           "1,000,000,000\n",
           best, large);
    bench_bar("a billion, of ten million", 1.2, large / best);
}

/* ---- main ---- */

static const struct part {
    const char *name;
    void (*run)(void);
} parts[] = {{"tables", tables}, {"crowd", crowd}, {"objects", objects}, {"billion", billion}};

static int run(const struct part *part)
{
    int status = 0;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        part->run();
        fflush(stdout);
        _exit(0);
    }
    return child < 0 || waitpid(child, &status, 0) < 0 || status != 0;
}

int main(int argument_count, char **arguments)
{
    int failed = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        int wanted = argument_count < 2;
        for (int k = 1; k < argument_count; k++)
            wanted |= strcmp(arguments[k], parts[i].name) == 0;
        if (wanted)
            failed |= run(&parts[i]);
    }
    return failed;
}
