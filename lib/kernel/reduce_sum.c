/* reduce_sum.c: sums, dots and variances.
 *
 * Floats: STOA__LANES lanes, in as many vectors as that takes. The value at position i is added to
 * lane i % STOA__LANES, so the order of additions is the same at each level. A value that is not
 * selected is replaced by 0.0 (not multiplied by 0, since it may be infinite or NaN).
 *
 * Integers: exact, by two sums in each 64-bit lane. `low` adds the numbers and wraps; `high` adds
 * their upper halves and cannot wrap for MOST values. The lower halves add up to low - high * 2^32,
 * which is below 2^64. Signed numbers are shifted up by 2^63 first, so that both halves are
 * unsigned. Numbers of 32 bits are summed in the same way by halves of 16 bits; there the upper
 * halves may be negative. */
#include <math.h>

#include "kernel/reduce.h"
#include "kernel/vector.h"

/* The number of values after which `low` and `high` are added to 128 bits. A multiple of 64. */
#define MOST ((size_t)1 << 30)
#define MOST_INT32 (((size_t)1 << 16) * LANES_4)
#define OFFSET INT64_MIN
/* Makes the sum of two products of int32, which is from 2^32 - 2^63 to 2^63, unsigned. */
#define PRODUCTS_OFFSET ((int64_t)(INT64_MAX - UINT32_MAX))

/* ---- floats ---- */

typedef struct lanes {
    float64_vector of[STOA__LANES / LANES_8];
    double origin; /* VAR: is subtracted from the values */
    size_t ahead;  /* VAR: how far ahead the second pass prefetches, a few lines at each step since
                      a whole block at once stalls the processor; 0: not at all */
} lanes;

STOA__INLINE void add_to_lanes(lanes *state, size_t i, float64_vector values, uint64_t word,
                               bool all)
{
    if (!all)
        values = (float64_vector)kept_8(word, i, (int64_vector)values);
    state->of[i % STOA__LANES / LANES_8] += values;
}

STOA__INLINE void sum_step(lanes *state, const double *a, const double *b, uint64_t word, bool all)
{
    (void)b;
    UNROLLED
    for (size_t i = 0; i < 64; i += LANES_8)
        add_to_lanes(state, i, load_float64(a + i), word, all);
}

STOA__INLINE void dot_step(lanes *state, const double *a, const double *b, uint64_t word, bool all)
{
    UNROLLED
    for (size_t i = 0; i < 64; i += LANES_8)
        add_to_lanes(state, i, load_float64(a + i) * load_float64(b + i), word, all);
}

STOA__INLINE void apart_step(lanes *state, const double *a, const double *b, uint64_t word,
                             bool all)
{
    (void)b;
    UNROLLED
    for (size_t i = 0; i < 64; i += LANES_8)
        add_to_lanes(state, i, load_float64(a + i) - each_float64(state->origin), word, all);
}

STOA__INLINE void square_step(lanes *state, const double *a, const double *b, uint64_t word,
                              bool all)
{
    (void)b;
    if (state->ahead != 0)
        fetch_ahead(a, 64 * sizeof *a, state->ahead);
    UNROLLED
    for (size_t i = 0; i < 64; i += LANES_8) {
        float64_vector apart = load_float64(a + i) - each_float64(state->origin);
        add_to_lanes(state, i, apart * apart, word, all);
    }
}

/* With one addition per vector, a processor with AVX-512 prefetches well enough by itself. */
#define NAME sum_loop
#define CELL double
#define STATE lanes
#define STEP sum_step
#if STOA__AVX512
#define FETCHES 0
#else
#define FETCHES FETCHES_READS
#endif
#include "kernel/reduce_loop.h"
#define NAME dot_loop
#define CELL double
#define STATE lanes
#define STEP dot_step
#define FETCHES 0
#include "kernel/reduce_loop.h"
#define NAME apart_loop
#define CELL double
#define STATE lanes
#define STEP apart_step
#define FETCHES 0
#include "kernel/reduce_loop.h"
#define NAME square_loop
#define CELL double
#define STATE lanes
#define STEP square_step
#define FETCHES 0
#include "kernel/reduce_loop.h"

REDUCE(sum_float64)
{
    (void)b;
    (void)row;
    lanes state;
    memcpy(state.of, into->lanes, sizeof state.of);
    sum_loop(&state, a, a, mask, count);
    memcpy(into->lanes, state.of, sizeof state.of);
    into->partial.count += selected_of(mask, count);
}

REDUCE(dot_float64)
{
    (void)row;
    lanes state;
    memcpy(state.of, into->lanes, sizeof state.of);
    dot_loop(&state, a, b, mask, count);
    memcpy(into->lanes, state.of, sizeof state.of);
    into->partial.count += selected_of(mask, count);
}

/* Adds the lanes in pairs: 32 to 16 (lane i with lane i + 16), 16 to 8, and so on. */
STOA__INLINE double folded(lanes state)
{
    double by[LANES_8];
    UNROLLED
    for (size_t half = STOA__LANES / LANES_8 / 2; half > 0; half /= 2) {
        UNROLLED
        for (size_t i = 0; i < half; i++)
            state.of[i] += state.of[i + half];
    }
    memcpy(by, state.of, sizeof by);
    UNROLLED
    for (size_t half = LANES_8 / 2; half > 0; half /= 2) {
        UNROLLED
        for (size_t i = 0; i < half; i++)
            by[i] += by[i + half];
    }
    return by[0];
}

/* The sum of squares once it overflows: NaN if a value is infinite, else infinity. */
static double boundless(const double *values, const uint64_t *mask, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is_selected(mask, i) && __builtin_isinf(values[i]))
            return (double)NAN;
    return (double)INFINITY;
}

/* The corrected two-pass algorithm of Chan, Golub and LeVeque, with the mean as a distance from the
 * first value. So equal values have a distance of exactly 0, and the correction (what rounding took
 * from the mean) is known without a sum of deviations. Since the first value is one of the values,
 * its distance from the mean is at most the root of the squares: an outlier in first place costs no
 * digits of them. If the mean overflows, so do the squares; the deviations are then taken from the
 * first value. The second pass finds the block's values in the cache. */
static void add_block(stoa__partial *partial, const double *values, const uint64_t *mask,
                      size_t count, size_t ahead)
{
    stoa__partial block = {.count = selected_of(mask, count)};
    if (block.count == 0)
        return;
    double n = (double)block.count, lost = 0;
    block.origin = values[first_selected(mask, count)];
    lanes sums = {.origin = block.origin}, squares = {.origin = block.origin, .ahead = ahead};
    apart_loop(&sums, values, values, mask, count);
    double mean = folded(sums) / n;
    if (__builtin_isfinite(mean)) {
        block.mean = mean;
        squares.origin += mean;
        lost = mean - (squares.origin - block.origin);
    }
    square_loop(&squares, values, values, mask, count);
    block.squares = folded(squares);
    if (__builtin_isinf(block.squares))
        block.squares = boundless(values, mask, count);
    else
        block.squares -= n * (lost * lost);
    if (block.squares < 0)
        block.squares = 0;
    stoa__reduce_combine(STOA__VAR_FLOAT64_REDUCTION, partial, &block);
}

REDUCE(var_float64)
{
    (void)b;
    (void)row;
    const double *values = a;
    size_t ahead =
        count > STOA__BLOCK ? FAR_AHEAD : 0; /* prefetches behind the block, which is read twice */
    for (size_t i = 0; i < count; i += STOA__BLOCK) {
        size_t some = count - i < STOA__BLOCK ? count - i : STOA__BLOCK;
        add_block(&into->partial, values + i, masked_from(mask, i), some, ahead);
    }
}

/* ---- integers: sums ---- */

typedef struct halves {
    uint64_vector low, high;
} halves;

STOA__INLINE void add_unsigned(halves *state, uint64_vector numbers)
{
    state->low += numbers;
    state->high += numbers >> 32;
}

STOA__INLINE void add_signed(halves *state, int64_vector numbers)
{
    add_unsigned(state, (uint64_vector)(numbers ^ each_8(OFFSET)));
}

/* Adds up the lanes: separately the sums of the lower and of the upper halves. */
static void add_lanes(const halves *state, uint64_t *lower, uint64_t *upper)
{
    uint64_t low = 0, high = 0;
    for (size_t i = 0; i < LANES_8; i++) {
        low += state->low[i];
        high += state->high[i];
    }
    *lower = low - (high << 32);
    *upper = high;
}

/* The sum of the numbers added in `steps` steps of 64. */
static stoa__int128 total_of_unsigned(const halves *state, size_t steps)
{
    uint64_t lower, upper;
    (void)steps;
    add_lanes(state, &lower, &upper);
    return ((stoa__int128)upper << 32) + lower;
}

static stoa__int128 total_of_signed(const halves *state, size_t steps)
{
    return total_of_unsigned(state, steps) - ((stoa__int128)(steps * 64) << 63);
}

static stoa__int128 total_of_products(const halves *state, size_t steps)
{
    return total_of_unsigned(state, steps) - (stoa__int128)(steps * 32) * PRODUCTS_OFFSET;
}

typedef struct short_halves {
    uint32_vector low;
    int32_vector high;
} short_halves;

static int64_t total_of_short(const short_halves *state)
{
    int64_t total = 0;
    for (size_t i = 0; i < LANES_4; i++) {
        int64_t upper = state->high[i];
        total += upper * 65536 + (uint32_t)(state->low[i] - ((uint32_t)upper << 16));
    }
    return total;
}

STOA__INLINE void int32_step(short_halves *state, const int32_t *a, const int32_t *b, uint64_t word,
                             bool all)
{
    (void)b;
    UNROLLED
    for (size_t i = 0; i < 64; i += LANES_4) {
        int32_vector numbers = load_int32(a + i);
        numbers = all ? numbers : kept_4(word, i, numbers);
        state->low += (uint32_vector)numbers;
        state->high += numbers >> 16;
    }
}

STOA__INLINE void int64_step(halves *state, const int64_t *a, const int64_t *b, uint64_t word,
                             bool all)
{
    (void)b;
    UNROLLED
    for (size_t i = 0; i < 64; i += LANES_8) {
        int64_vector numbers = load_int64(a + i);
        add_signed(state, all ? numbers : kept_8(word, i, numbers));
    }
}

STOA__INLINE void uint64_step(halves *state, const uint64_t *a, const uint64_t *b, uint64_t word,
                              bool all)
{
    (void)b;
    UNROLLED
    for (size_t i = 0; i < 64; i += LANES_8) {
        int64_vector numbers = load_int64(a + i);
        add_unsigned(state, (uint64_vector)(all ? numbers : kept_8(word, i, numbers)));
    }
}

/* Products at even positions and at odd ones are added in pairs first. */
STOA__INLINE void product_step(halves *state, const int32_t *a, const int32_t *b, uint64_t word,
                               bool all)
{
    UNROLLED
    for (size_t i = 0; i < 64; i += LANES_4) {
        int32_vector factors = load_int32(a + i);
        int64_vector x = (int64_vector)(all ? factors : kept_4(word, i, factors));
        int64_vector y = load_int64(b + i);
        uint64_vector even = (uint64_vector)low_products(x, y);
        uint64_vector odd = (uint64_vector)low_products(upper_halves(x), upper_halves(y));
        add_unsigned(state, even + odd + (uint64_vector)each_8(PRODUCTS_OFFSET));
    }
}

/* The same for a column multiplied by itself. */
STOA__INLINE void int32_square_step(halves *state, const int32_t *a, const int32_t *b,
                                    uint64_t word, bool all)
{
    (void)b;
    UNROLLED
    for (size_t i = 0; i < 64; i += LANES_4) {
        int32_vector numbers = load_int32(a + i);
        numbers = all ? numbers : kept_4(word, i, numbers);
        add_unsigned(state, pair_squares(numbers));
    }
}

#define NAME int32_loop
#define CELL int32_t
#define STATE short_halves
#define STEP int32_step
#define FETCHES FETCHES_READS
#include "kernel/reduce_loop.h"
#define NAME int64_loop
#define CELL int64_t
#define STATE halves
#define STEP int64_step
#define FETCHES FETCHES_READS
#include "kernel/reduce_loop.h"
#define NAME uint64_loop
#define CELL uint64_t
#define STATE halves
#define STEP uint64_step
#define FETCHES FETCHES_READS
#include "kernel/reduce_loop.h"
#define NAME product_loop
#define CELL int32_t
#define STATE halves
#define STEP product_step
#define FETCHES 0
#include "kernel/reduce_loop.h"
#define NAME int32_square_loop
#define CELL int32_t
#define STATE halves
#define STEP int32_square_step
#define FETCHES AHEAD
#include "kernel/reduce_loop.h"

#define SUM(name, cell, loop, TOTAL)                                                              \
    static void name(stoa__accumulator *into, const cell *x, const cell *y, const uint64_t *mask, \
                     size_t count)                                                                \
    {                                                                                             \
        for (size_t i = 0; i < count; i += MOST) {                                                \
            halves state = {0};                                                                   \
            size_t some = count - i < MOST ? count - i : MOST;                                    \
            loop(&state, x + i, y + i, masked_from(mask, i), some);                               \
            into->partial.sum += TOTAL(&state, (some + 63) / 64);                                 \
        }                                                                                         \
        into->partial.count += selected_of(mask, count);                                          \
    }
#define SUM_OF_ONE(name, cell, loop, TOTAL) \
    SUM(name, cell, loop, TOTAL)            \
    REDUCE(name)                            \
    {                                       \
        (void)b, (void)row;                 \
        name(into, a, a, mask, count);      \
    }
SUM_OF_ONE(sum_int64, int64_t, int64_loop, total_of_signed)
SUM_OF_ONE(sum_uint64, uint64_t, uint64_loop, total_of_unsigned)
SUM(products_int32, int32_t, product_loop, total_of_products)
SUM(squares_int32, int32_t, int32_square_loop, total_of_unsigned)

REDUCE(sum_int32)
{
    const int32_t *x = a;
    (void)b;
    (void)row;
    for (size_t i = 0; i < count; i += MOST_INT32) {
        short_halves state = {0};
        size_t some = count - i < MOST_INT32 ? count - i : MOST_INT32;
        int32_loop(&state, x + i, x + i, masked_from(mask, i), some);
        into->partial.sum += total_of_short(&state);
    }
    into->partial.count += selected_of(mask, count);
}

REDUCE(dot_int32)
{
    (void)row;
    if (a == b)
        squares_int32(into, a, a, mask, count);
    else
        products_int32(into, a, b, mask, count);
}

/* ---- integers: dots of 64 bits ---- */

/* If all 64 pairs of a step fit 32 bits, their products are summed as above; else one by one in 128
 * bits, which may wrap (see reduce_partial.c). */
typedef struct products {
    halves sums;
    size_t steps; /* steps added to sums */
    stoa__accumulator *into;
} products;

static void add_exact(stoa__accumulator *into, stoa__int128 number)
{
    if (__builtin_add_overflow(into->partial.sum, number, &into->partial.sum))
        into->lanes[0] += number < 0 ? -1 : 1;
}

/* Computes in unsigned numbers and without a branch, which would be unpredictable. As an unsigned
 * number a negative product is 2^128 too large, so the carry that it causes is not counted. */
#define SLOWLY(name, cell, wide, IS_NEGATIVE)                                              \
    static void name(stoa__accumulator *into, const cell *a, const cell *b, uint64_t word) \
    {                                                                                      \
        stoa__uint128 sum = (stoa__uint128)into->partial.sum;                              \
        int64_t wraps = -(into->partial.sum < 0);                                          \
        for (; word != 0; word &= word - 1) {                                              \
            size_t i = stoa__lowest(word);                                                 \
            wide product = (wide)a[i] * b[i];                                              \
            sum += (stoa__uint128)product;                                                 \
            wraps += (sum < (stoa__uint128)product) - IS_NEGATIVE(product);                \
        }                                                                                  \
        into->partial.sum = (stoa__int128)sum;                                             \
        into->lanes[0] += (double)(wraps + (into->partial.sum < 0));                       \
    }
#define BELOW_ZERO(product) ((product) < 0)
#define NEVER(product) 0
SLOWLY(dot_int64_slowly, int64_t, stoa__int128, BELOW_ZERO)
SLOWLY(dot_uint64_slowly, uint64_t, stoa__uint128, NEVER)

STOA__INLINE void dot_int64_step(products *state, const int64_t *a, const int64_t *b, uint64_t word,
                                 bool all)
{
    halves sums = state->sums;
    uint64_vector reach = {0}, middle = (uint64_vector)each_8((int64_t)1 << 31);
    UNROLLED
    for (size_t i = 0; i < 64; i += LANES_8) {
        int64_vector x = load_int64(a + i), y = load_int64(b + i);
        x = all ? x : kept_8(word, i, x);
        y = all ? y : kept_8(word, i, y);
        reach |= ((uint64_vector)x + middle) | ((uint64_vector)y + middle);
        add_signed(&sums, low_products(x, y));
    }
    if (!all_zero(reach >> 32)) {
        dot_int64_slowly(state->into, a, b, word);
        return;
    }
    state->sums = sums;
    state->steps++;
}

STOA__INLINE void dot_uint64_step(products *state, const uint64_t *a, const uint64_t *b,
                                  uint64_t word, bool all)
{
    halves sums = state->sums;
    uint64_vector reach = {0};
    UNROLLED
    for (size_t i = 0; i < 64; i += LANES_8) {
        int64_vector x = load_int64(a + i), y = load_int64(b + i);
        x = all ? x : kept_8(word, i, x);
        y = all ? y : kept_8(word, i, y);
        reach |= (uint64_vector)(x | y);
        add_unsigned(&sums, low_products_unsigned((uint64_vector)x, (uint64_vector)y));
    }
    if (!all_zero(reach >> 32)) {
        dot_uint64_slowly(state->into, a, b, word);
        return;
    }
    state->sums = sums;
    state->steps++;
}

#define NAME dot_int64_loop
#define CELL int64_t
#define STATE products
#define STEP dot_int64_step
#define FETCHES 0
#include "kernel/reduce_loop.h"
#define NAME dot_uint64_loop
#define CELL uint64_t
#define STATE products
#define STEP dot_uint64_step
#define FETCHES 0
#include "kernel/reduce_loop.h"

#define DOT(name, cell, loop, TOTAL)                                \
    REDUCE(name)                                                    \
    {                                                               \
        const cell *x = a, *y = b;                                  \
        (void)row;                                                  \
        for (size_t i = 0; i < count; i += MOST) {                  \
            products state = {.into = into};                        \
            size_t some = count - i < MOST ? count - i : MOST;      \
            loop(&state, x + i, y + i, masked_from(mask, i), some); \
            add_exact(into, TOTAL(&state.sums, state.steps));       \
        }                                                           \
        into->partial.count += selected_of(mask, count);            \
    }
DOT(dot_int64, int64_t, dot_int64_loop, total_of_signed)
DOT(dot_uint64, uint64_t, dot_uint64_loop, total_of_unsigned)
