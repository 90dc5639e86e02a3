/* vectors.c: expressions on columns beside loops written by hand, on the same data in one run.
 *
 *     vectors [ROWS]      10,000,000 rows of int32 x and y and float64 w unless told otherwise
 *
 * On one thread, then on two: the time of each, the ratio to the loop (loops.c), and the memory
 * that stoa takes beside the result. STOA_SIMD caps both sides. x and y lie evenly in -1000 ...
 * 1000, w in 0 ... 100, so that `x > 980` selects 1 %, `x > 0` 50 % and `x > -980` 99 %.
 *
 * Fresh memory comes from the system and goes back to it within the measured time, on both sides;
 * kept memory stays with the process. Whether memory bounds a work on two threads is reckoned: its
 * bytes at the speed at which two threads read, against its time on one. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stoa/stoa.h>

#include "limits.h"
#include "measure.h"

#define POINT(FIELD) \
    FIELD(int32, x)  \
    FIELD(int32, y)  \
    FIELD(float64, w)
STOA_RECORD(point, POINT)

#define ROUNDS 11
#define NORM "sqrt(x * x + y * y) * w"

typedef struct question {
    const char *title;
    bench_work stoa, loop; /* loop NULL: none */
    const char *text, *where;
    size_t outputs;
    limit_work *work;
    loop_bounds bounds;
    double bar;   /* of the loop's time */
    double bytes; /* a row, from and to memory */
} question;

static stoa_error error;
static point_table points;
static double *weights;  /* what w was at first */
static double *values;   /* as long as the table */
static loop_cells cells; /* room for every row */
static const question *asked;
static stoa_value answers[2];
static limit_task task;
static size_t result_bytes; /* of stoa's last result */

/* ---- memory ---- */

/* Bytes that a column of so many bytes takes. */
static size_t resident(size_t bytes)
{
    size_t page = bytes >= BENCH_HUGE_PAGE ? BENCH_HUGE_PAGE : 4096;
    return (bytes + page - 1) / page * page;
}

static loop_cells fresh_cells(size_t rows)
{
    return (loop_cells){bench_fresh(rows * 4), bench_fresh(rows * 4), bench_fresh(rows * 8), rows};
}

/* ---- one side: stoa ---- */

static int64_t compute(size_t count)
{
    (void)count;
    bench_must(
        stoa_compute_all(points.table, asked->text, asked->where, answers, asked->outputs, &error),
        error.message);
    return answers[0].int64;
}

static int64_t evaluate(size_t count)
{
    stoa_program *program;
    const stoa_output output = {STOA_FLOAT64, values, count};
    bench_must(stoa_program_parse(&program, points.table, asked->text, NULL, &error),
               error.message);
    bench_must(stoa_program_evaluate(program, points.table, NULL, &output, 1, &error),
               error.message);
    stoa_program_free(program);
    return (int64_t)values[count / 2];
}

static int64_t add_field(size_t count)
{
    bench_must(stoa_add(points.table, "v", STOA_NO_TYPE, asked->text, NULL, &error), error.message);
    result_bytes = resident(count * 8);
    int64_t middle = (int64_t)stoa_float64_column(points.table, "v")[count / 2];
    bench_must(stoa_table_drop_field(points.table, "v", &error), error.message);
    return middle;
}

static int64_t add_fresh_field(size_t count)
{
    int64_t middle = add_field(count);
    return middle + (int64_t)stoa_trim();
}

static int64_t assign(size_t count)
{
    bench_must(stoa_assign(points.table, "w", asked->text, NULL, &error), error.message);
    return (int64_t)points.w[count / 2];
}

static int64_t filter(size_t count)
{
    (void)count;
    stoa_table *filtered;
    bench_must(stoa_filter(&filtered, points.table, asked->where, &error), error.message);
    size_t rows = filtered->rows;
    result_bytes = 2 * resident(rows * 4) + resident(rows * 8);
    stoa_table_free(filtered);
    return (int64_t)rows;
}

static int64_t filter_fresh(size_t count)
{
    int64_t rows = filter(count);
    return rows + (int64_t)stoa_trim();
}

/* ---- the other side: loops ---- */

static int64_t loop(size_t count)
{
    (void)count;
    limit_run(asked->work, &task);
    return task.integer;
}

static int64_t norm_kept(size_t count)
{
    task.out.w = values;
    return loop(count);
}

static int64_t norm_fresh(size_t count)
{
    task.out.w = bench_fresh(count * 8);
    loop(count);
    bench_give_back(task.out.w, count * 8);
    return 0;
}

static int64_t norm_in_place(size_t count)
{
    task.out.w = points.w;
    return loop(count);
}

static int64_t pack_kept(size_t count)
{
    (void)count;
    task.out = cells;
    limit_filter(&task);
    return task.integer;
}

static int64_t pack_fresh(size_t count)
{
    loop_cells out = fresh_cells(count);
    task.out = out;
    limit_filter(&task);
    bench_give_back(out.x, count * 4);
    bench_give_back(out.y, count * 4);
    bench_give_back(out.w, count * 8);
    return task.integer;
}

/* ---- the questions ---- */

#define AGGREGATE compute, loop
#define SELECT(title, text, where, work, bar, bytes, ...)                 \
    {                                                                     \
        title, AGGREGATE, text, where, 1, work, {__VA_ARGS__}, bar, bytes \
    }
#define ASK(text, outputs, work, bar, bytes)                              \
    {                                                                     \
        text, AGGREGATE, text, NULL, outputs, work, {0, 0, 0}, bar, bytes \
    }
#define NORM_INTO(title, stoa, loop, bytes)                               \
    {                                                                     \
        title, stoa, loop, NORM, NULL, 1, limit_norm, {0, 0, 0}, 2, bytes \
    }
#define FILTER(title, stoa, loop, where, bound, bytes)                   \
    {                                                                    \
        title, stoa, loop, NULL, where, 0, NULL, {bound, 0, 0}, 2, bytes \
    }
#define ALONE(title, stoa, text, bytes)                             \
    {                                                               \
        title, stoa, NULL, text, NULL, 1, NULL, {0, 0, 0}, 0, bytes \
    }
#define THREE(x, y, w) "x > " #x " and y > " #y " and w < " #w

/* What is written counts twice: the cache line is read first. */
static const question questions[] = {
    ASK("sum(x)", 1, limit_sum, 1.2, 4),
    ASK("min(x), max(x)", 2, limit_extremes, 1.2, 4),
    ASK("min(w), max(w)", 2, limit_extremes_float, 1.2, 8),
    SELECT("sum(x > 0)", "sum(x > 0)", NULL, limit_above, 1.2, 4, 0, 0, 0),
    ASK("sum(x * x + y * y)", 1, limit_squares, 2, 8),
    ASK("dot(x, y)", 1, limit_dot, 2, 8),
    ASK("std(w)", 1, limit_moments, 2, 8),
    SELECT("sum(w) where x > 980 (1 %)", "sum(w)", "x > 980", limit_sum_where, 2, 12, 980, 0, 0),
    SELECT("sum(w) where x > 0 (50 %)", "sum(w)", "x > 0", limit_sum_where, 2, 12, 0, 0, 0),
    SELECT("sum(w) where x > -980 (99 %)", "sum(w)", "x > -980", limit_sum_where, 2, 12, -980, 0,
           0),
    SELECT("sum(w) where three conditions, 1 %", "sum(w)", THREE(569, 569, 21.54),
           limit_sum_where_three, 2, 16, 569, 569, 21.54),
    SELECT("sum(w) where three conditions, 50 %", "sum(w)", THREE(-588, -588, 79.37),
           limit_sum_where_three, 2, 16, -588, -588, 79.37),
    SELECT("sum(w) where three conditions, 99 %", "sum(w)", THREE(-994, -994, 99.67),
           limit_sum_where_three, 2, 16, -994, -994, 99.67),
    NORM_INTO(NORM ", fresh", add_fresh_field, norm_fresh, 32),
    NORM_INTO("  into memory that was kept", add_field, norm_kept, 32),
    NORM_INTO("  into a buffer", evaluate, norm_kept, 32),
    NORM_INTO("  in place", assign, norm_in_place, 24),
    FILTER("filter, 1 %, fresh", filter_fresh, pack_fresh, "x > 980", 980, 16.32),
    FILTER("filter, 50 %, fresh", filter_fresh, pack_fresh, "x > 0", 0, 32),
    FILTER("filter, 99 %, fresh", filter_fresh, pack_fresh, "x > -980", -980, 47.68),
    FILTER("filter, 1 %, memory kept", filter, pack_kept, "x > 980", 980, 16.32),
    FILTER("filter, 50 %, memory kept", filter, pack_kept, "x > 0", 0, 32),
    FILTER("filter, 99 %, memory kept", filter, pack_kept, "x > -980", -980, 47.68),
    ALONE("sum(exp(w))", compute, "sum(exp(w))", 8),
    ALONE("sum(log(w))", compute, "sum(log(w))", 8),
    ALONE("sum(sin(w))", compute, "sum(sin(w))", 8),
    ALONE("exp(w) into a buffer", evaluate, "exp(w)", 24),
    ALONE("log(w) into a buffer", evaluate, "log(w)", 24),
    ALONE("sin(w) into a buffer", evaluate, "sin(w)", 24),
};
#define QUESTIONS (sizeof questions / sizeof *questions)

/* ---- both sides give the same ---- */

static double as_float64(stoa_value value)
{
    return value.type == STOA_FLOAT64  ? value.float64
           : value.type == STOA_UINT64 ? (double)value.uint64
                                       : (double)value.int64;
}

static void loop_answers(double *found)
{
    double count = (double)task.points.count;
    found[0] = (double)task.integer;
    if (asked->work == limit_extremes || asked->work == limit_extremes_float) {
        found[0] = task.low;
        found[1] = task.high;
    } else if (asked->work == limit_moments)
        found[0] = sqrt(task.sums[1] / count - task.sums[0] / count * (task.sums[0] / count));
    else if (asked->work == limit_sum_where || asked->work == limit_sum_where_three)
        found[0] = task.sums[0];
}

static int same_aggregates(void)
{
    double found[2] = {0, 0};
    loop_answers(found);
    for (size_t k = 0; k < asked->outputs; k++) {
        double ours = as_float64(answers[k]);
        if (answers[k].type == STOA_FLOAT64 ? !(fabs(ours - found[k]) <= 1e-9 * fabs(found[k]))
                                            : ours != found[k])
            return 0;
    }
    return 1;
}

static int same_norm(size_t count)
{
    double *expected = bench_fresh(count * 8);
    int same;
    task.out.w = expected;
    loop(count);
    if (asked->stoa == assign) {
        assign(count);
        same = memcmp(points.w, expected, count * 8) == 0;
    } else if (asked->stoa == evaluate) {
        evaluate(count);
        same = memcmp(values, expected, count * 8) == 0;
    } else {
        bench_must(stoa_add(points.table, "v", STOA_NO_TYPE, asked->text, NULL, &error),
                   error.message);
        same = memcmp(stoa_float64_column(points.table, "v"), expected, count * 8) == 0;
        bench_must(stoa_table_drop_field(points.table, "v", &error), error.message);
    }
    bench_give_back(expected, count * 8);
    return same;
}

static int same_filter(size_t count)
{
    stoa_table *filtered;
    bench_must(stoa_filter(&filtered, points.table, asked->where, &error), error.message);
    size_t rows = (size_t)pack_kept(count);
    int same = rows == filtered->rows &&
               memcmp(stoa_int32_column(filtered, "x"), cells.x, rows * 4) == 0 &&
               memcmp(stoa_int32_column(filtered, "y"), cells.y, rows * 4) == 0 &&
               memcmp(stoa_float64_column(filtered, "w"), cells.w, rows * 8) == 0;
    stoa_table_free(filtered);
    return same;
}

static void check(size_t count)
{
    int same;
    if (asked->loop == NULL)
        return;
    if (asked->text == NULL)
        same = same_filter(count);
    else if (asked->work == limit_norm)
        same = same_norm(count);
    else {
        compute(count);
        loop(count);
        same = same_aggregates();
    }
    bench_must(!same, asked->title);
}

/* ---- what is printed ---- */

typedef struct figures {
    double stoa, loop; /* ms */
} figures;

/* Bytes a nanosecond: the most that any loop read, on as many threads as were tried last. */
static double read_speed;

/* Bytes that a first run takes beside its result; -1: the system does not tell. */
static double extra_memory(size_t count)
{
    stoa_trim();
    result_bytes = 0;
    size_t before = bench_forget_peak();
    asked->stoa(count);
    size_t peak = bench_peak();
    stoa_trim();
    if (before == 0 || peak == 0)
        return -1;
    return peak < before + result_bytes ? 0 : (double)(peak - before - result_bytes);
}

static figures measure(size_t count)
{
    const bench_side sides[] = {{"stoa", asked->stoa}, {"loop", asked->loop}};
    double medians[2] = {0, 0}, to_ms = (double)count * 1e-6;
    bench_medians(sides, asked->loop != NULL ? 2 : 1, count, ROUNDS, medians);
    if (asked->loop != NULL && asked->stoa == compute)
        read_speed = fmax(read_speed, asked->bytes / medians[1]);
    return (figures){medians[0] * to_ms, medians[1] * to_ms};
}

static const char *verdict(double most, double figure)
{
    return figure <= most ? "reached" : "MISSED";
}

static void print_question(figures times, double extra)
{
    printf("%-40s %8.2f", asked->title, times.stoa);
    if (asked->loop != NULL)
        printf(" %8.2f %6.2f  %3g %-7s", times.loop, times.stoa / times.loop, asked->bar,
               verdict(asked->bar, times.stoa / times.loop));
    else
        printf(" %8s %6s  %3s %-7s", "", "", "", "");
    if (extra < 0)
        printf("  unknown\n");
    else
        printf("  %5.0f KiB %s\n", extra / 1024, verdict(4 << 20, extra));
}

static void begin(size_t k, size_t count)
{
    asked = &questions[k];
    memcpy(points.w, weights, count * 8);
    task = (limit_task){.points = {points.x, points.y, points.w, count},
                        .bounds = asked->bounds,
                        .shift = points.w[0]};
}

static void ask(size_t k, size_t count)
{
    begin(k, count);
    check(count);
    memcpy(points.w, weights, count * 8);
    double extra = extra_memory(count);
    print_question(measure(count), extra);
}

static void ask_all(size_t count, size_t threads)
{
    bench_must(stoa_set_threads(threads, &error), error.message);
    limits_set(stoa_simd(), threads);
    printf("\n%zu thread%s, %zu rows, code for %s; ms, medians of %d\n", threads,
           threads > 1 ? "s" : "", count, stoa_simd(), ROUNDS);
    printf("%-40s %8s %8s %6s  %-11s  %s\n", "", "stoa", "loop", "ratio", "bar",
           "extra, bar 4 MiB");
    read_speed = 0;
    for (size_t k = 0; k < QUESTIONS; k++)
        ask(k, count);
}

/* ---- two threads against one ---- */

static int64_t on(size_t threads, bench_work work, size_t count)
{
    bench_must(stoa_set_threads(threads, &error), error.message);
    limits_set(stoa_simd(), threads);
    return work(count);
}

static int64_t stoa_on_one(size_t count)
{
    return on(1, asked->stoa, count);
}

static int64_t stoa_on_two(size_t count)
{
    return on(2, asked->stoa, count);
}

static int64_t loop_on_one(size_t count)
{
    return on(1, asked->loop, count);
}

static int64_t loop_on_two(size_t count)
{
    return on(2, asked->loop, count);
}

static void print_gain(size_t count)
{
    static const bench_side sides[] = {{"stoa on one", stoa_on_one},
                                       {"stoa on two", stoa_on_two},
                                       {"loop on one", loop_on_one},
                                       {"loop on two", loop_on_two}};
    double medians[4] = {0};
    bench_medians(sides, asked->loop != NULL ? 4 : 2, count, ROUNDS, medians);
    double gain = medians[0] / medians[1];
    double most = medians[0] / (asked->bytes / read_speed);
    printf("%-40s %8.2f", asked->title, gain);
    if (asked->loop != NULL)
        printf(" %8.2f", medians[2] / medians[3]);
    else
        printf(" %8s", "");
    if (most < 1.7)
        printf("  memory allows %.2f\n", most);
    else
        printf("  %s\n", gain >= 1.7 ? "reached" : "MISSED");
}

static void print_gains(size_t count)
{
    printf("\ntwo threads against one, in turn; two read %.0f GB/s\n%-40s %8s %8s  %s\n",
           read_speed, "", "stoa", "loop", "bar 1.7 where memory allows it");
    for (size_t k = 0; k < QUESTIONS; k++) {
        begin(k, count);
        print_gain(count);
    }
}

/* ---- main ---- */

static uint64_t next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void make_points(size_t count)
{
    uint64_t state = 88172645463325252;
    bench_must(point_table_init(&points, count, &error), error.message);
    weights = bench_fresh(count * 8);
    for (size_t i = 0; i < count; i++) {
        points.x[i] = (int32_t)(next(&state) % 2001) - 1000;
        points.y[i] = (int32_t)(next(&state) % 2001) - 1000;
        weights[i] = (double)(next(&state) >> 11) * 0x1p-53 * 100;
    }
    values = bench_fresh(count * 8);
    memset(values, 1, count * 8);
    cells = fresh_cells(count);
    memset(cells.x, 1, count * 4);
    memset(cells.y, 1, count * 4);
    memset(cells.w, 1, count * 8);
}

int main(int argument_count, char **arguments)
{
    size_t count = argument_count > 1 ? strtoull(arguments[1], NULL, 10) : 10000000;
    bench_must(count == 0, "ROWS is a number of rows");
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("stoa %s\n", stoa_version());
    make_points(count);
    ask_all(count, 1);
    ask_all(count, 2);
    print_gains(count);
    point_table_dispose(&points);
    return 0;
}
