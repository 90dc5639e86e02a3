/* test_kernels_totals.c: sums, dots, variances and means where digits could be lost: many values in
 * one call, sums beyond 128 bits, combined parts, results rounded to a double. */
#include <float.h>
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

/* ---- sums beyond 128 bits ---- */

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
        /* The sum reaches 2^127 on the way and comes back. */
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

/* ---- variances ---- */

enum { ROWS = 20000, WORDS = (ROWS + 63) / 64, NONE = 0, EVEN, LATER, SPARSE, MASKS };

/* NONE: no mask. LATER: everything behind the first block and a half. */
static const uint64_t *mask_of(int kind)
{
    static uint64_t mask[WORDS];
    dice d = {3};
    memset(mask, 0, sizeof mask);
    for (size_t i = 0; i < ROWS; i++)
        if (kind == EVEN ? i % 2 == 0 : kind == LATER ? i >= 770 : dice_below(&d, 600) == 0)
            mask[i / 64] |= (uint64_t)1 << (i % 64);
    return kind == NONE ? NULL : mask;
}

static bool is_in(const uint64_t *mask, size_t i)
{
    return mask == NULL || (mask[i / 64] >> (i % 64) & 1) != 0;
}

/* As one morsel, and as two morsels that are combined. */
static void variances(const stoa__kernels *level, const double *values, const uint64_t *mask,
                      size_t count, stoa__partial got[2])
{
    size_t half = count / 2 / STOA__BLOCK * STOA__BLOCK;
    stoa__accumulator whole = {0}, front = {0}, back = {0};
    stoa__reduce *reduce = level->reduce[STOA__VAR_FLOAT64_REDUCTION];
    reduce(&whole, values, NULL, mask, count, 0);
    reduce(&front, values, NULL, mask, half, 0);
    reduce(&back, values + half, NULL, mask == NULL ? NULL : mask + half / 64, count - half, half);
    got[0] = whole.partial;
    got[1] = front.partial;
    stoa__reduce_combine(STOA__VAR_FLOAT64_REDUCTION, &got[1], &back.partial);
}

/* At every level, whole and in parts. */
static void try_squares(const double *values, const uint64_t *mask, size_t count, double squares,
                        double within, const char *of)
{
    const stoa__kernels *const *levels;
    size_t level_count = kernel_levels(&levels);
    for (size_t k = 0; k < level_count; k++) {
        stoa__partial got[2];
        variances(levels[k], values, mask, count, got);
        for (size_t i = 0; i < 2; i++) {
            double is = got[i].squares;
            bool good = isnan(squares)   ? isnan(is)
                        : isinf(squares) ? isinf(is) && is > 0
                                         : fabs(is - squares) <= within * squares;
            ck_assert_msg(good, "%s %s: %.17g, not %.17g, of %zu, part %zu", levels[k]->name, of,
                          is, squares, count, i);
        }
    }
}

TEST(equal_values_have_no_variance)
{
    static const double equal[] = {0.0,        -0.0,      0x1p-1074, 0x5p-1074, 1e-310 / 3,
                                   1e-161 / 3, 1e-160,    0.1,       -1.0 / 3,  1e9 / 3,
                                   1e17 / 3,   1e200 / 3, -1e300,    DBL_MAX,   -DBL_MAX};
    static const size_t counts[] = {1, 2, 511, 512, 513, ROWS};
    static double values[ROWS];
    for (size_t n = 0; n < sizeof equal / sizeof *equal * MASKS; n++) {
        const uint64_t *mask = mask_of((int)(n % MASKS));
        for (size_t i = 0; i < ROWS; i++)
            values[i] = is_in(mask, i) ? equal[n / MASKS] : i % 3 == 0 ? (double)NAN : -7e300;
        for (size_t k = 0; k < sizeof counts / sizeof *counts; k++)
            try_squares(values, mask, counts[k], 0, 0, "equal values");
    }
}

/* Fills with middle + k * unit, all of them doubles, so that the squares are known as integers. */
static double fill_around(double *values, const uint64_t *mask, double middle, double unit,
                          int64_t first)
{
    dice d = {17};
    stoa__int128 sum = 0, squares = 0, count = 0;
    for (size_t i = 0; i < ROWS; i++) {
        int64_t k = 0;
        for (size_t n = 0; n < 8; n++)
            k += (int64_t)dice_below(&d, 2001) - 1000;
        if (is_in(mask, i)) {
            k = count == 0 ? first : k;
            sum += k;
            squares += (stoa__int128)k * k;
            count++;
        }
        values[i] = middle + (double)k * unit;
    }
    stoa__int128 times_count = squares * count - sum * sum;
    return (double)times_count / (double)count * unit * unit;
}

TEST(a_variance_far_from_zero_keeps_its_digits)
{
    static const struct {
        double middle, unit;
    } around[] = {{0, 1}, {1e9, 0x1p-11}, {-1e9, 0x1p-20}, {1e12, 0x1p-12}, {1e15, 0.25}};
    static double values[ROWS];
    for (size_t n = 0; n < sizeof around / sizeof *around; n++)
        for (int kind = NONE; kind < MASKS; kind++)
            for (int64_t first = 0; first < 4000000; first += 3999999) { /* odd, then even */
                const uint64_t *mask = mask_of(kind);
                double exact = fill_around(values, mask, around[n].middle, around[n].unit, first);
                try_squares(values, mask, ROWS, exact, 1e-14, "around a number");
            }
}

/* 2,000 values of 1 except two: those at `odd` and at `other`. */
static void try_odd(size_t odd, double value, size_t other, double beside, double squares)
{
    double values[2000];
    for (size_t i = 0; i < 2000; i++)
        values[i] = i == odd ? value : i == other ? beside : 1;
    try_squares(values, NULL, 2000, squares, 0, "odd values");
}

TEST(squares_without_bound_are_infinite_and_those_of_infinity_are_no_number)
{
    static const size_t places[] = {0, 1, 3, 33, 511, 512, 700, 1100, 1999};
    const double infinite = (double)INFINITY, none = (double)NAN;
    for (size_t n = 0; n < 81; n++) {
        size_t at = places[n / 9], other = places[n % 9];
        if (at == other)
            continue;
        try_odd(at, 1e200, other, 1, infinite);
        try_odd(at, DBL_MAX, other, DBL_MAX, infinite);
        try_odd(at, DBL_MAX, other, -DBL_MAX, infinite);
        try_odd(at, DBL_MAX, other, -infinite, none);
        try_odd(at, infinite, other, 1, none);
        try_odd(at, infinite, other, infinite, none);
        try_odd(at, infinite, other, -infinite, none);
        try_odd(at, -DBL_MAX, other, none, none);
        try_odd(at, none, other, infinite, none);
    }
    static double values[ROWS];
    for (size_t period = 1; period < 2000; period = period * 2 + 1) {
        for (size_t i = 0; i < ROWS; i++)
            values[i] = i / period % 2 == 0 ? DBL_MAX : -DBL_MAX;
        try_squares(values, NULL, ROWS, infinite, 0, "both ends");
        values[ROWS - 1] = none;
        try_squares(values, NULL, ROWS, none, 0, "both ends and no number");
    }
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

/* If both are doubles, the processor's division rounds once as well. */
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
               totals_and_dots_are_added_part_by_part, equal_values_have_no_variance,
               a_variance_far_from_zero_keeps_its_digits,
               squares_without_bound_are_infinite_and_those_of_infinity_are_no_number,
               a_mean_is_rounded_once, a_mean_of_small_sums_is_the_quotient);
}
