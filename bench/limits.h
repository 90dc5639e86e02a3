/* limits.h: the loops of loops.h, on one thread or on several. */
#ifndef BENCH_LIMITS_H
#define BENCH_LIMITS_H

#include "loops.h"

/* What is asked, and the answer: whichever members the work fills. */
typedef struct limit_task {
    loop_points points;
    loop_bounds bounds;
    double shift;     /* of moments */
    loop_cells out;   /* of filter; of norm: w */
    int64_t integer;  /* a sum, or a count */
    double sums[2];   /* sums */
    double low, high; /* extremes */
} limit_task;

typedef void limit_work(const loops *level, limit_task *task);

/* For all runs to come. At most LIMIT_THREADS. */
void limits_set(const char *level, size_t threads);
#define LIMIT_THREADS 8

/* Does the work on as many pieces of consecutive rows as there are threads, at once, and puts the
 * answers together. Threads sleep between runs. */
void limit_run(limit_work *work, limit_task *task);

limit_work limit_sum, limit_extremes, limit_extremes_float, limit_above, limit_squares, limit_dot,
    limit_moments, limit_sum_where, limit_sum_where_three, limit_norm;

/* The rows selected, packed, in their order: with several threads they are counted first. */
void limit_filter(limit_task *task);

#endif
