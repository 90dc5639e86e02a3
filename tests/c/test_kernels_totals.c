/* test_kernels_totals.c: sums, dots, variances and means where digits could be lost: of many values
 * in one call, beyond 128 bits, put together from parts, rounded to a double. */
#include <math.h>
#include <stdlib.h>

#include "../support/kernels.h"

/* ---- many values in one call ---- */

enum { MANY = 200001 };

static stoa__int128 dot_of_many(stoa__reduction reduction, const stoa__kernels *level,
                                const void *values, const void *others, const uint64_t *mask)
{
    stoa__accumulator got = {0};
    level->reduce[reduction](&got, values, others, mask, MANY, 0);
    stoa__reduce_finish(reduction, &got);
    ck_assert_uint_eq(got.partial.count, mask == NULL ? MANY : (MANY + 1) / 2);
    return got.partial.sum;
}

static stoa__int128 sum_of_many(stoa__reduction reduction, const stoa__kernels *level,
                                const void *values, const uint64_t *mask)
{
    return dot_of_many(reduction, level, values, values, mask);
}

static void try_many(const stoa__kernels *level, kernel_value value, const uint64_t *mask)
{
    static int32_t narrow[MANY], highest[MANY];
    static uint64_t broad[MANY];
    for (size_t i = 0; i < MANY; i++) {
        narrow[i] = value.int32;
        highest[i] = INT32_MAX;
        broad[i] = value.uint64;
    }
    stoa__int128 n = mask == NULL ? MANY : (MANY + 1) / 2;
    stoa__int128 square = (stoa__int128)value.int32 * value.int32;
    ck_assert(sum_of_many(STOA__SUM_INT32_REDUCTION, level, narrow, mask) == n * value.int32);
    ck_assert(sum_of_many(STOA__DOT_INT32_REDUCTION, level, narrow, mask) == n * square);
    ck_assert(dot_of_many(STOA__DOT_INT32_REDUCTION, level, narrow, highest, mask) ==
              n * value.int32 * INT32_MAX);
    memcpy(highest, narrow, sizeof narrow);
    ck_assert(dot_of_many(STOA__DOT_INT32_REDUCTION, level, narrow, highest, mask) == n * square);
    ck_assert(sum_of_many(STOA__SUM_INT64_REDUCTION, level, broad, mask) == n * value.int64);
    ck_assert(sum_of_many(STOA__SUM_UINT64_REDUCTION, level, broad, mask) ==
              n * (stoa__int128)value.uint64);
}

TEST(a_call_of_any_length_sums_exactly)
{
    static uint64_t alternating[(MANY + 63) / 64];
    const stoa__kernels *const *levels;
    size_t count = kernel_levels(&levels);
    for (size_t i = 0; i < MANY; i += 2)
        alternating[i / 64] |= (uint64_t)1 << (i % 64);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < 2; k++) {
            const uint64_t *mask = k == 0 ? NULL : alternating;
            try_many(levels[i], (kernel_value){.uint64 = UINT64_MAX}, mask);
            try_many(levels[i], (kernel_value){.uint64 = 0x7fffffff7fffffff}, mask);
            try_many(levels[i], (kernel_value){.uint64 = 0x8000000080000000}, mask);
        }
}

/* ---- sums that 128 bits don't hold ---- */

static stoa__int128 dot(const stoa__kernels *level, stoa__reduction reduction, const void *a,
                        const void *b, size_t count)
{
    stoa__accumulator got = {0};
    level->reduce[reduction](&got, a, b, NULL, count, 0);
    stoa__reduce_finish(reduction, &got);
    return got.partial.sum;
}

TEST(a_dot_that_wraps_around_to_zero_is_no_zero)
{
    static const int64_t down[4] = {INT64_MIN, INT64_MIN, INT64_MIN, INT64_MIN}; /* 4 * 2^126 */
    static const int64_t mixed[4] = {INT64_MIN, INT64_MIN, INT64_MAX, INT64_MAX};
    static const uint64_t half[4] = {(uint64_t)1 << 63, (uint64_t)1 << 63, (uint64_t)1 << 63,
                                     (uint64_t)1 << 63};
    const stoa__kernels *const *levels;
    size_t count = kernel_levels(&levels);
    for (size_t i = 0; i < count; i++) {
        ck_assert(dot(levels[i], STOA__DOT_INT64_REDUCTION, down, down, 4) > INT64_MAX);
        ck_assert(dot(levels[i], STOA__DOT_UINT64_REDUCTION, half, half, 4) > UINT64_MAX);
        /* 2^127 is reached on the way, and left again. */
        ck_assert(dot(levels[i], STOA__DOT_INT64_REDUCTION, down, mixed, 4) == (stoa__int128)1
                                                                                   << 64);
    }
}

TEST(a_sum_that_does_not_fit_stays_one)
{
    stoa__int128 most = (stoa__int128)(~(stoa__uint128)0 >> 1);
    stoa__partial next = {.count = 1, .sum = -7};
    stoa__partial into = {.count = 1, .sum = most};
    stoa__reduce_combine(STOA__DOT_INT64_REDUCTION, &into, &next);
    ck_assert(into.sum == most && into.count == 2);
    into.sum = -most - 1;
    next.sum = most;
    stoa__reduce_combine(STOA__DOT_INT64_REDUCTION, &into, &next);
    ck_assert(into.sum == -most - 1);
    into.sum = -5;
    stoa__reduce_combine(STOA__DOT_INT64_REDUCTION, &into, &next);
    ck_assert(into.sum == most);
    into.sum = most - 1;
    next.sum = 2;
    stoa__reduce_combine(STOA__DOT_INT64_REDUCTION, &into, &next);
    ck_assert(into.sum == most);
    into.sum = 3 - most;
    next.sum = -9;
    stoa__reduce_combine(STOA__DOT_INT64_REDUCTION, &into, &next);
    ck_assert(into.sum == -most - 1);
}

TEST(totals_and_dots_are_added_part_by_part)
{
    stoa__partial total = {.count = 3, .total = 0.1};
    stoa__reduce_combine(STOA__SUM_FLOAT64_REDUCTION, &total,
                         &(stoa__partial){.count = 2, .total = 0.2});
    ck_assert(total.count == 5 && total.total == 0.1 + 0.2);
    stoa__partial sum = {.count = 3, .sum = (stoa__int128)1 << 100};
    stoa__reduce_combine(STOA__DOT_UINT64_REDUCTION, &sum,
                         &(stoa__partial){.count = 2, .sum = -((stoa__int128)1 << 101)});
    ck_assert(sum.count == 5 && sum.sum == -((stoa__int128)1 << 100));
}

TEST(a_variance_far_from_zero_keeps_its_digits)
{
    enum { N = 100000 };
    double *values = malloc(N * sizeof *values);
    ck_assert_ptr_nonnull(values);
    for (size_t i = 0; i < N; i++)
        values[i] = 1e9 + (double)(i % 10); /* variance 8.25 */
    const stoa__kernels *const *levels;
    size_t count = kernel_levels(&levels);
    for (size_t k = 0; k < count; k++) {
        stoa__accumulator got = {0};
        levels[k]->reduce[STOA__VAR_FLOAT64_REDUCTION](&got, values, NULL, NULL, N, 0);
        ck_assert_double_eq_tol(got.partial.squares / N, 8.25, 1e-9);
        ck_assert_double_eq_tol(got.partial.mean, 1e9 + 4.5, 1e-6);
    }
    free(values);
}

/* ---- means ---- */

TEST(a_mean_is_rounded_once)
{
    stoa__int128 odd = ((stoa__int128)1 << 53) + 1; /* a tie between two doubles */
    static const uint64_t counts[] = {1, 3, 10, 65536, 10000019, (uint64_t)1 << 62};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        stoa__int128 c = (stoa__int128)counts[i];
        ck_assert(stoa__mean_of(odd * c, counts[i]) == 0x1p53);
        ck_assert(stoa__mean_of(-odd * c, counts[i]) == -0x1p53);
        ck_assert(stoa__mean_of((odd + 2) * c, counts[i]) == 0x1p53 + 4);
        if (c > 1) {
            ck_assert(stoa__mean_of(odd * c + 1, counts[i]) == 0x1p53 + 2);
            ck_assert(stoa__mean_of(odd * c - 1, counts[i]) == 0x1p53);
            ck_assert(stoa__mean_of((odd + 2) * c - 1, counts[i]) == 0x1p53 + 2);
        }
        ck_assert(stoa__mean_of(0, counts[i]) == 0 && !signbit(stoa__mean_of(0, counts[i])));
        ck_assert(stoa__mean_of(7 * c, counts[i]) == 7);
    }
    ck_assert(stoa__mean_of(1, 3) == 1.0 / 3);
    ck_assert(stoa__mean_of(-2, 3) == -2.0 / 3);
    ck_assert(stoa__mean_of(1, UINT64_MAX) == 0x1p-64);
    ck_assert(stoa__mean_of(-1, (uint64_t)1 << 63) == -0x1p-63);
    ck_assert(stoa__mean_of(-((stoa__int128)1 << 126) * 2, 1) == -0x1p127);
    ck_assert(stoa__mean_of((stoa__int128)(~(stoa__uint128)0 >> 1), UINT64_MAX) == 0x1p63);
}

/* Where both are doubles, the processor's division rounds once as well. */
TEST(a_mean_of_small_sums_is_the_quotient)
{
    dice d = {11};
    for (size_t i = 0; i < scaled(1000000, 10000); i++) {
        int64_t sum = (int64_t)dice_roll(&d) >> (11 + dice_below(&d, 53));
        uint64_t count = (dice_roll(&d) >> (11 + dice_below(&d, 53))) + 1;
        ck_assert(stoa__mean_of(sum, count) == (double)sum / (double)count);
    }
}

int main(void)
{
    return RUN("kernels: totals", a_call_of_any_length_sums_exactly,
               a_dot_that_wraps_around_to_zero_is_no_zero, a_sum_that_does_not_fit_stays_one,
               totals_and_dots_are_added_part_by_part, a_variance_far_from_zero_keeps_its_digits,
               a_mean_is_rounded_once, a_mean_of_small_sums_is_the_quotient);
}
