/* questions.c: each question as a call of stoa and as a loop, and whether they give the same.
 *
 * Fresh memory comes from the system and goes back to it within a call, on both sides; kept memory
 * stays with the process. Integers and copied cells must be equal, sums of floats to 1e-9. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <stoa/stoa.h>

#include "questions.h"

#define POINT(FIELD) \
    FIELD(int32, x)  \
    FIELD(int32, y)  \
    FIELD(float64, w)
STOA_RECORD(point, POINT)

#define NORM "sqrt(x * x + y * y) * w"

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
    const stoa_output output = {.type = STOA_FLOAT64, .data = values, .count = count};
    bench_must(stoa_program_parse(&program, points.table, asked->text, NULL, &error),
               error.message);
    bench_must(stoa_program_evaluate(program, points.table, NULL, &output, 1, &error),
               error.message);
    stoa_program_free(program);
    return (int64_t)values[count / 2];
}

/* The system gets the pages of a dropped field back. */
static int64_t add_field(size_t count)
{
    bench_must(stoa_add_field(points.table, "v", STOA_NO_TYPE, asked->text, NULL, &error),
               error.message);
    result_bytes = resident(count * 8);
    int64_t middle = (int64_t)stoa_float64_column(points.table, "v")[count / 2];
    bench_must(stoa_table_drop_field(points.table, "v", &error), error.message);
    return middle;
}

static stoa_table *filled(size_t count)
{
    static const stoa_field field = {.name = "v", .type = STOA_FLOAT64};
    const stoa_table_options options = {.rows = count, .flags = STOA_ROWS_UNWRITTEN};
    stoa_table *table;
    stoa_program *program;
    bench_must(stoa_table_new(&table, &field, 1, &options, &error), error.message);
    const stoa_output output = {
        .type = STOA_FLOAT64, .data = stoa_float64_column(table, "v"), .count = count};
    bench_must(stoa_program_parse(&program, points.table, asked->text, NULL, &error),
               error.message);
    bench_must(stoa_program_fill(program, points.table, NULL, &output, 1, &error), error.message);
    stoa_program_free(program);
    result_bytes = resident(count * 8);
    return table;
}

static int64_t fill_table(size_t count)
{
    stoa_table *table = filled(count);
    int64_t middle = (int64_t)stoa_float64_column(table, "v")[count / 2];
    stoa_table_free(table);
    return middle;
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
const question questions[] = {
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
    NORM_INTO(NORM ", fresh", add_field, norm_fresh, 40),
    NORM_INTO("  into memory that was kept", fill_table, norm_kept, 32),
    NORM_INTO("  into a buffer", evaluate, norm_kept, 32),
    NORM_INTO("  in place", assign, norm_in_place, 24),
    FILTER("filter, 1 %, fresh", filter_fresh, pack_fresh, "x > 980", 980, 16.48),
    FILTER("filter, 50 %, fresh", filter_fresh, pack_fresh, "x > 0", 0, 40),
    FILTER("filter, 99 %, fresh", filter_fresh, pack_fresh, "x > -980", -980, 63.52),
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
const size_t question_count = sizeof questions / sizeof *questions;

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
    } else if (asked->stoa == fill_table) {
        stoa_table *table = filled(count);
        same = memcmp(stoa_float64_column(table, "v"), expected, count * 8) == 0;
        stoa_table_free(table);
    } else {
        bench_must(stoa_add_field(points.table, "v", STOA_NO_TYPE, asked->text, NULL, &error),
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

void check_question(size_t count)
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

/* ---- the table ---- */

static uint64_t next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

void make_points(size_t count)
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

void begin_question(const question *about)
{
    size_t count = points.table->rows;
    asked = about;
    result_bytes = 0;
    memcpy(points.w, weights, count * 8);
    task = (limit_task){.points = {points.x, points.y, points.w, count},
                        .bounds = asked->bounds,
                        .shift = points.w[0]};
}

bool question_only_reads(const question *about)
{
    return about->stoa == compute;
}

size_t question_result_bytes(void)
{
    return result_bytes;
}
