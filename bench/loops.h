/* loops.h: what a program would write by hand for each question, all in one loop: the limit. */
#ifndef BENCH_LOOPS_H
#define BENCH_LOOPS_H

#include <stddef.h>
#include <stdint.h>

/* Rows of int32 x and y and float64 w. */
typedef struct loop_points {
    const int32_t *x, *y;
    const double *w;
    size_t count;
} loop_points;

/* Where selected rows go: room for so many; those behind them may be overwritten. */
typedef struct loop_cells {
    int32_t *x, *y;
    double *w;
    size_t room;
} loop_cells;

/* x > bounds.x, and in sum_where_three also y > bounds.y and w < bounds.w. */
typedef struct loop_bounds {
    int32_t x, y;
    double w;
} loop_bounds;

/* One processor level's loops. Integers are int64 and exact; floats are added in any order. */
typedef struct loops {
    int64_t (*sum)(loop_points points);
    void (*extremes)(loop_points points, int32_t *least, int32_t *most);
    void (*extremes_float)(loop_points points, double *least, double *most);
    size_t (*above)(loop_points points, loop_bounds bounds);
    int64_t (*squares)(loop_points points);
    int64_t (*dot)(loop_points points);
    /* sums[0]: of w - shift; sums[1]: of its square. */
    void (*moments)(loop_points points, double shift, double *sums);
    double (*sum_where)(loop_points points, loop_bounds bounds);
    double (*sum_where_three)(loop_points points, loop_bounds bounds);
    /* sqrt(x * x + y * y) * w; out may be w. */
    void (*norm)(loop_points points, double *out);
    /* The rows selected, packed; how many. */
    size_t (*filter)(loop_points points, loop_bounds bounds, loop_cells out);
} loops;

/* "baseline", "avx2" or "avx512". */
const loops *loops_of(const char *level);

#endif
