/* layout.c: all cells of a row at once, beside an array of structs and arrays placed by hand.
 *
 *     layout [MEBIBYTES]      of cells in each table: 64 unless told otherwise
 *
 * A loop over rows that touches every column keeps as many streams going as there are columns. If
 * the columns stand apart by a multiple of what a cache, a TLB or a way predictor looks at, all
 * these streams meet in the same few places and push each other out: that is the cliff looked for
 * here, at each count and width. The rivals lie in memory of the same kind, written before. All are
 * compiled without vectors: what a row's cells take part in is seldom as simple as a loop here.
 *
 *     structs      one array of structs: one stream
 *     by hand      arrays a page and a line and a huge page apart
 *     power of two arrays a power of two apart, as they come from large reserves
 *
 * Limit: with the cells in one stream the bandwidth of memory, with many the number of streams that
 * a processor fetches ahead of (often 16 to 32), one line in flight for each beyond. */
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

#define ROUNDS 7
#define MOST_COLUMNS 100
#define APART (4096 + 64)
/* More rows than are there: the distance of columns when their space is not the limit. */
#define POWER_OF_TWO ((size_t)1 << 30)

static stoa_error error;

/* What the loops below are over. */
static void *columns[MOST_COLUMNS];
static void *structs;

/* ---- the loops: COUNT and the type are known when they are compiled ---- */

#define LOOPS(cell, COUNT)                                            \
    static int64_t fill_columns_##cell##_##COUNT(size_t rows)         \
    {                                                                 \
        cell *to[COUNT];                                              \
        memcpy(to, columns, sizeof to);                               \
        for (size_t i = 0; i < rows; i++)                             \
            for (size_t k = 0; k < COUNT; k++)                        \
                to[k][i] = (cell)(i + k);                             \
        return (int64_t)to[COUNT - 1][rows - 1];                      \
    }                                                                 \
    static int64_t fill_structs_##cell##_##COUNT(size_t rows)         \
    {                                                                 \
        struct record {                                               \
            cell at[COUNT];                                           \
        } *to = structs;                                              \
        for (size_t i = 0; i < rows; i++)                             \
            for (size_t k = 0; k < COUNT; k++)                        \
                to[i].at[k] = (cell)(i + k);                          \
        return (int64_t)to[rows - 1].at[COUNT - 1];                   \
    }                                                                 \
    static int64_t sum_columns_##cell##_##COUNT(size_t rows)          \
    {                                                                 \
        const cell *from[COUNT];                                      \
        memcpy(from, columns, sizeof from);                           \
        uint64_t total = 0;                                           \
        for (size_t i = 0; i < rows; i++)                             \
            for (size_t k = 0; k < COUNT; k++)                        \
                total = total * 3 + (uint64_t)(int64_t)from[k][i];    \
        return (int64_t)total;                                        \
    }                                                                 \
    static int64_t sum_structs_##cell##_##COUNT(size_t rows)          \
    {                                                                 \
        const struct record {                                         \
            cell at[COUNT];                                           \
        } *from = structs;                                            \
        uint64_t total = 0;                                           \
        for (size_t i = 0; i < rows; i++)                             \
            for (size_t k = 0; k < COUNT; k++)                        \
                total = total * 3 + (uint64_t)(int64_t)from[i].at[k]; \
        return (int64_t)total;                                        \
    }

#define COUNTS(ONE, cell) ONE(cell, 3) ONE(cell, 8) ONE(cell, 12) ONE(cell, 24) ONE(cell, 100)
#define CELLS(ONE) COUNTS(ONE, int8_t) COUNTS(ONE, int32_t) COUNTS(ONE, double)

CELLS(LOOPS)

typedef struct shape {
    stoa_type type;
    size_t width, count;
    bench_work fill_columns, fill_structs, sum_columns, sum_structs;
} shape;

#define TYPE_OF(cell) \
    _Generic((cell)0, int8_t : STOA_INT8, int32_t : STOA_INT32, double : STOA_FLOAT64)
#define SHAPE(cell, COUNT)          \
    {TYPE_OF(cell),                 \
     sizeof(cell),                  \
     COUNT,                         \
     fill_columns_##cell##_##COUNT, \
     fill_structs_##cell##_##COUNT, \
     sum_columns_##cell##_##COUNT,  \
     sum_structs_##cell##_##COUNT},

static const shape shapes[] = {CELLS(SHAPE)};

/* ---- the three kinds of columns, which take turns in `columns` ---- */

static void *of_table[MOST_COLUMNS], *by_hand[MOST_COLUMNS], *by_power[MOST_COLUMNS];
static const shape *shape_now;

static stoa_table *make_table(const shape *of, size_t rows)
{
    static char names[MOST_COLUMNS][8];
    stoa_field fields[MOST_COLUMNS] = {0};
    for (size_t k = 0; k < of->count; k++) {
        snprintf(names[k], sizeof names[k], "c%zu", k);
        fields[k] = (stoa_field){.name = names[k], .type = of->type};
    }
    stoa_table *table;
    stoa_table_options options = {.rows = rows};
    bench_must(stoa_table_new(&table, fields, of->count, &options, &error), error.message);
    for (size_t k = 0; k < of->count; k++)
        of_table[k] = stoa_column_cells(table, k);
    return table;
}

static void use(void *const *kind)
{
    memcpy(columns, kind, shape_now->count * sizeof *kind);
}

#define SIDE(name, kind, member)        \
    static int64_t name(size_t rows)    \
    {                                   \
        use(kind);                      \
        return shape_now->member(rows); \
    }

SIDE(fill_table, of_table, fill_columns)
SIDE(fill_hand, by_hand, fill_columns)
SIDE(fill_power, by_power, fill_columns)
SIDE(sum_table, of_table, sum_columns)
SIDE(sum_hand, by_hand, sum_columns)
SIDE(sum_power, by_power, sum_columns)

static int64_t fill_array(size_t rows)
{
    return shape_now->fill_structs(rows);
}

static int64_t sum_array(size_t rows)
{
    return shape_now->sum_structs(rows);
}

static const bench_side fills[] = {{"table", fill_table},
                                   {"structs", fill_array},
                                   {"by hand", fill_hand},
                                   {"power of two", fill_power}};
static const bench_side sums[] = {{"table", sum_table},
                                  {"structs", sum_array},
                                  {"by hand", sum_hand},
                                  {"power of two", sum_power}};

static void row_of_figures(const char *what, const bench_side *sides, size_t rows)
{
    double medians[4];
    bool few = shape_now->count <= 8;
    bench_medians(sides, 3, rows, ROUNDS, medians);
    bench_medians(&sides[3], 1, rows / 4, 1, &medians[3]);
    double each = (double)shape_now->count;
    double ratio = medians[0] / medians[few ? 1 : 2];
    printf("%-5s %5zu x %zu bytes %8.2f %8.2f %8.2f %8.2f   %s %5.2f %s\n", what, shape_now->count,
           shape_now->width, medians[0] / each, medians[1] / each, medians[2] / each,
           medians[3] / each, few ? "structs" : "by hand", ratio,
           ratio <= 1.2 ? "reached" : "MISSED");
}

static void measure_shape(const shape *of, size_t bytes)
{
    size_t rows = bytes / (of->count * of->width), column = rows * of->width;
    size_t huge = BENCH_HUGE_PAGE, apart = (column + huge - 1) / huge * huge + huge + APART;
    size_t power = POWER_OF_TWO;
    shape_now = of;
    structs = bench_fresh(bytes);
    char *hand = bench_fresh(apart * of->count), *two = bench_fresh(power * of->count);
    for (size_t k = 0; k < of->count; k++) {
        by_hand[k] = hand + k * apart;
        by_power[k] = two + k * power;
    }
    stoa_table *table = make_table(of, rows);
    row_of_figures("fill", fills, rows);
    row_of_figures("sum", sums, rows);
    stoa_table_free(table);
    bench_give_back(structs, bytes);
    bench_give_back(hand, apart * of->count);
    bench_give_back(two, power * of->count);
}

/* ---- rows by random index ---- */

#define RANDOM_ROWS ((size_t)10000000)

static point_table points;
static int32_t *hand_x, *hand_y, *hand_z;
static uint32_t *places;

static int64_t random_rows(size_t count)
{
    int64_t total = 0;
    for (size_t i = 0; i < count; i++) {
        point p = point_at(&points, places[i]);
        total += point_x(p) + point_y(p) + point_z(p);
    }
    return total;
}

static int64_t random_hand(size_t count)
{
    int64_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += hand_x[places[i]] + hand_y[places[i]] + hand_z[places[i]];
    return total;
}

static void measure_random(void)
{
    size_t column = RANDOM_ROWS * sizeof(int32_t), apart = column + BENCH_HUGE_PAGE + APART;
    bench_must(point_table_init(&points, RANDOM_ROWS, &error), error.message);
    char *hand = bench_fresh(3 * apart);
    hand_x = (void *)hand;
    hand_y = (void *)(hand + apart);
    hand_z = (void *)(hand + 2 * apart);
    places = bench_fresh(RANDOM_ROWS * sizeof *places);
    uint64_t state = 42;
    for (size_t i = 0; i < RANDOM_ROWS; i++) {
        points.x[i] = hand_x[i] = (int32_t)i;
        points.y[i] = hand_y[i] = (int32_t)i + 1;
        points.z[i] = hand_z[i] = (int32_t)i + 2;
        state = state * 6364136223846793005u + 1442695040888963407u;
        places[i] = (uint32_t)((state >> 32) * RANDOM_ROWS >> 32);
    }
    const bench_side sides[] = {{"point_x(p) + point_y(p) + point_z(p)", random_rows},
                                {"x[i] + y[i] + z[i], staggered by hand", random_hand}};
    double medians[2];
    bench_compare("a row by random index", sides, 2, RANDOM_ROWS, ROUNDS, medians);
    bench_bar("of arrays staggered by hand", 1.3, medians[0] / medians[1]);
    point_table_dispose(&points);
    bench_give_back(hand, 3 * apart);
    bench_give_back(places, RANDOM_ROWS * sizeof *places);
}

int main(int count, char **arguments)
{
    size_t bytes = (count > 1 ? strtoull(arguments[1], NULL, 10) : 64) << 20;
    if (bytes == 0)
        bench_die(2, "usage: layout [MEBIBYTES]");
    printf("row-wise, %zu MiB, ns a cell\n%-24s %8s %8s %8s %8s   bar 1.2\n", bytes >> 20, "",
           "stoa", "structs", "by hand", "2^30");
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        measure_shape(&shapes[i], bytes);
    measure_random();
    return 0;
}
