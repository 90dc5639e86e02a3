/* store.c: the store beside what a C program would write by hand, on the same data in one run.
 *
 *     store [RECORDS]      10,000,000 records of three int32 unless told otherwise
 *
 * Limits: making is bound by page faults (a fresh 2 MiB page takes about as long as clearing it),
 * reading and writing by memory, accessors by the loop around them. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <stoa/stoa.h>

#include "measure.h"

#define POINT(FIELD) \
    FIELD(int32, x)  \
    FIELD(int32, y)  \
    FIELD(int32, z)
STOA_RECORD(point, POINT)

#define HUGE_PAGE ((size_t)2 << 20)

static stoa_error error;

/* ---- allocate and fill ---- */

static int64_t fill_table(size_t count)
{
    point_table points;
    bench_must(point_table_init(&points, count, &error), error.message);
    for (size_t i = 0; i < count; i++) {
        points.x[i] = (int32_t)i;
        points.y[i] = (int32_t)i + 1;
        points.z[i] = (int32_t)i + 2;
    }
    int64_t last = points.z[count - 1];
    point_table_dispose(&points);
    return last;
}

static int64_t fill_arrays(size_t count)
{
    int32_t *x = malloc(count * sizeof *x), *y = malloc(count * sizeof *y),
            *z = malloc(count * sizeof *z);
    if (x == NULL || y == NULL || z == NULL)
        bench_must(1, "malloc");
    for (size_t i = 0; i < count; i++) {
        x[i] = (int32_t)i;
        y[i] = (int32_t)i + 1;
        z[i] = (int32_t)i + 2;
    }
    int64_t last = z[count - 1];
    free(x);
    free(y);
    free(z);
    return last;
}

typedef struct separate {
    int32_t x, y, z;
} separate;

static int64_t fill_structs(size_t count)
{
    separate **all = calloc(count, sizeof *all);
    if (all == NULL)
        bench_must(1, "malloc");
    for (size_t i = 0; i < count; i++) {
        all[i] = malloc(sizeof **all);
        if (all[i] == NULL)
            bench_must(1, "malloc");
        *all[i] = (separate){(int32_t)i, (int32_t)i + 1, (int32_t)i + 2};
    }
    int64_t last = all[count - 1]->z;
    for (size_t i = 0; i < count; i++)
        free(all[i]);
    free(all);
    return last;
}

static void allocate_and_fill(size_t count)
{
    double medians[2];
    const bench_side sides[] = {{"typed stoa table", fill_table},
                                {"three arrays from malloc", fill_arrays}};
    bench_compare("allocate, fill, free", sides, 2, count, 9, medians);
    bench_bar("of three arrays", 1.1, medians[0] / medians[1]);
    const bench_side structs[] = {sides[0], {"malloc'ed structs behind pointers", fill_structs}};
    bench_compare("allocate, fill, free", structs, 2, count, 5, medians);
    bench_bar("of malloc'ed structs", 0.2, medians[0] / medians[1]);
}

/* ---- rows ---- */

static point_table shared;
static int32_t *plain;

/* Few enough to stay in the cache: the reads are measured here, not the memory. */
#define CACHED_ROWS ((size_t)65536)

/* The row of the i-th read. The compiler may not see through it, so that each read is made. */
static inline size_t opaque(size_t i)
{
    size_t row = i % CACHED_ROWS;
    __asm__ volatile("" : "+r"(row));
    return row;
}

static int64_t read_accessor(size_t count)
{
    int64_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += point_x(point_at(&shared, opaque(i)));
    return total;
}

static int64_t read_array(size_t count)
{
    int64_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += plain[opaque(i)];
    return total;
}

static int64_t read_by_index(size_t count)
{
    int64_t total = 0;
    stoa_table *table = shared.table;
    for (size_t i = 0; i < count; i++) {
        int32_t value;
        if (stoa_row_get_int32_at(stoa_table_row(table, opaque(i)), 0, &value) != STOA_OK)
            return -1;
        total += value;
    }
    return total;
}

static int64_t read_by_name(size_t count)
{
    int64_t total = 0;
    stoa_table *table = shared.table;
    for (size_t i = 0; i < count; i++) {
        int32_t value;
        if (stoa_row_get_int32(stoa_table_row(table, opaque(i)), "y", &value) != STOA_OK)
            return -1;
        total += value;
    }
    return total;
}

static void rows(size_t count)
{
    bench_must(point_table_init(&shared, CACHED_ROWS, &error), error.message);
    plain = calloc(CACHED_ROWS, sizeof *plain);
    if (plain == NULL)
        bench_must(1, "malloc");
    for (size_t i = 0; i < CACHED_ROWS; i++)
        plain[i] = shared.x[i] = (int32_t)i;
    const bench_side sides[] = {{"point_x(row)", read_accessor},
                                {"array[i]", read_array},
                                {"stoa_row_get_int32_at(row, 0, &value)", read_by_index},
                                {"stoa_row_get_int32(row, \"y\", &value)", read_by_name}};
    double medians[4];
    bench_compare("read one field", sides, 4, count, 15, medians);
    bench_bar("accessor of array", 1.1, medians[0] / medians[1]);
    bench_bar("by index, ns", 1.5, medians[2]);
    bench_bar("by name, ns", 12, medians[3]);
    point_table_dispose(&shared);
    free(plain);
}

/* ---- append ---- */

static int64_t append_table(size_t count)
{
    point_table points;
    bench_must(point_table_init(&points, 0, &error), error.message);
    for (size_t i = 0; i < count; i++)
        bench_must(point_table_push(&points, (int32_t)i, (int32_t)i, (int32_t)i, &error),
                   error.message);
    int64_t last = points.z[count - 1];
    point_table_dispose(&points);
    return last;
}

static int32_t *doubled(int32_t *cells, size_t capacity)
{
    int32_t *grown = realloc(cells, capacity * sizeof *cells);
    if (grown == NULL)
        bench_must(1, "realloc");
    return grown;
}

static int64_t append_arrays(size_t count)
{
    size_t rows = 0, capacity = 0;
    int32_t *x = NULL, *y = NULL, *z = NULL;
    for (size_t i = 0; i < count; i++) {
        if (rows == capacity) {
            capacity = capacity > 0 ? 2 * capacity : 16;
            x = doubled(x, capacity);
            y = doubled(y, capacity);
            z = doubled(z, capacity);
        }
        x[rows] = y[rows] = z[rows] = (int32_t)i;
        rows++;
    }
    int64_t last = z[count - 1];
    free(x);
    free(y);
    free(z);
    return last;
}

static void append(size_t count)
{
    const bench_side sides[] = {{"typed append", append_table},
                                {"arrays, realloc doubling", append_arrays}};
    double medians[2];
    bench_compare("append three int32 a row", sides, 2, count, 9, medians);
    bench_bar("typed append, ns (100 million rows a second)", 10, medians[0]);
}

/* ---- making and extending, beside memcpy into memory as fresh ---- */

static int32_t *values;

static int64_t touch(const void *memory, size_t bytes)
{
    int64_t total = 0;
    for (size_t i = 0; i < bytes; i += 4096)
        total += ((const volatile char *)memory)[i];
    return total;
}

static int64_t make_defaults(size_t count)
{
    point_table points;
    bench_must(point_table_init(&points, count, &error), error.message);
    int64_t total = 0;
    for (size_t i = 0; i < count; i += 1024) { /* a write, so that every page is there */
        points.x[i] = 1;
        points.y[i] = 1;
        points.z[i] = 1;
    }
    total += touch(points.x, count * 4);
    point_table_dispose(&points);
    return total;
}

static int64_t extend_buffers(size_t count)
{
    point_table points;
    bench_must(point_table_init(&points, 0, &error), error.message);
    const stoa_source sources[] = {{.name = "x", .type = STOA_INT32, .data = values},
                                   {.name = "y", .type = STOA_INT32, .data = values},
                                   {.name = "z", .type = STOA_INT32, .data = values}};
    bench_must(stoa_table_extend(points.table, sources, 3, count, &error), error.message);
    int64_t total = points.z[count - 1];
    point_table_dispose(&points);
    return total;
}

/* The same address space, the same advice, huge pages where they fit whole. */
static int64_t copy_into_fresh(size_t count)
{
    size_t bytes = (count * 4 + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    char *fresh = mmap(NULL, 4 * bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (fresh == MAP_FAILED)
        bench_must(1, "mmap");
    char *aligned = fresh + (HUGE_PAGE - (uintptr_t)fresh % HUGE_PAGE) % HUGE_PAGE;
    for (size_t column = 0; column < 3; column++) {
        madvise(aligned + column * bytes, count * 4 / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE);
        memcpy(aligned + column * bytes, values, count * 4);
    }
    int64_t total = touch(aligned, count * 4);
    munmap(fresh, 4 * bytes);
    return total;
}

static void make_and_extend(size_t count)
{
    values = malloc(count * sizeof *values);
    if (values == NULL)
        bench_must(1, "malloc");
    memset(values, 1, count * sizeof *values);
    const bench_side sides[] = {{"make defaults, touch every page", make_defaults},
                                {"memcpy into fresh memory", copy_into_fresh}};
    double medians[2];
    bench_compare("make", sides, 2, count, 9, medians);
    bench_bar("of memcpy (0.7 of its speed)", 1 / 0.7, medians[0] / medians[1]);
    const bench_side extend[] = {{"extend from three buffers", extend_buffers}, sides[1]};
    bench_compare("extend", extend, 2, count, 9, medians);
    bench_bar("of memcpy (0.7 of its speed)", 1 / 0.7, medians[0] / medians[1]);
    free(values);
}

int main(int argument_count, char **arguments)
{
    size_t count = argument_count > 1 ? strtoull(arguments[1], NULL, 10) : 10000000;
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("stoa %s, %zu records of three int32\n", stoa_version(), count);
    allocate_and_fill(count);
    rows(count);
    append(count);
    make_and_extend(count);
    return 0;
}
