/* split.c: a block of doubles, or of their squares, as few numbers whose sum is the same, exactly.
 *
 * Rump's extraction: (s + x) - s, where s is a power of two, is x rounded to a multiple of a unit
 * that s determines, and what is left of x is exact. A block's values, all below 2^e, are rounded
 * to units of 2^(e - 43): so their sum, in any order, fits the 53 bits of a double. What is left is
 * below 2^(e - 43), and goes through the same again, until nothing is. Two rounds do for values
 * that differ by less than 2^33. */
#include <math.h>

#include "kernel/reduce.h"
#include "kernel/vector.h"

enum { HEADROOM = 10, UNIT = 53 - HEADROOM };
/* Sums of a block of larger values could overflow; products of small or large factors are not
 * exact. */
#define LARGEST 0x1p1000
#define LARGEST_FACTOR 0x1p500
#define LEAST_FACTOR 0x1p-450

STOA__INLINE float64_vector magnitude(float64_vector values)
{
    return (float64_vector)((int64_vector)values & each_8(INT64_MAX));
}

/* The values whose bit is set, and 0 for the others, up to a multiple of 64, which is returned. */
STOA__INLINE size_t load_block(double *to, const double *values, const uint64_t *mask, size_t count)
{
    size_t i = 0, whole = count / 64 * 64;
    for (; i < whole; i += 64) {
        uint64_t word = mask == NULL ? UINT64_MAX : mask[i / 64];
        UNROLLED
        for (size_t k = 0; k < 64; k += LANES_8) {
            int64_vector kept = load_int64(values + i + k);
            if (mask != NULL)
                kept = kept_8(word, k, kept);
            memcpy(to + i + k, &kept, sizeof kept);
        }
    }
    if (i == count)
        return count;
    for (size_t k = 0; k < 64; k++)
        to[i + k] = i + k < count && is_selected(mask, i + k) ? values[i + k] : 0;
    return i + 64;
}

/* The greatest magnitude; NaNs are passed over. */
static double greatest(const double *values, size_t count)
{
    float64_vector least = each_float64(0); /* of the negative magnitudes */
    double found = 0;
    for (size_t i = 0; i < count; i += LANES_8)
        least = smaller_float64(-magnitude(load_float64(values + i)), least);
    for (size_t i = 0; i < LANES_8; i++)
        found = least[i] < found ? least[i] : found;
    return -found;
}

static double sum_of(float64_vector lanes)
{
    double sum = 0;
    for (size_t i = 0; i < LANES_8; i++)
        sum += lanes[i];
    return sum;
}

/* Two rounds; leaves what is left of the values, and tells whether anything is. */
static bool two_rounds(double *parts, double *values, size_t count, double first, double second)
{
    float64_vector high = each_float64(0), low = high, s = each_float64(first),
                   t = each_float64(second);
    int64_vector left = each_8(0);
    for (size_t i = 0; i < count; i += LANES_8) {
        float64_vector x = load_float64(values + i);
        float64_vector upper = (s + x) - s, rest = x - upper;
        float64_vector middle = (t + rest) - t, last = rest - middle;
        high += upper;
        low += middle;
        left |= (int64_vector)magnitude(last);
        memcpy(values + i, &last, sizeof last);
    }
    parts[0] = sum_of(high);
    parts[1] = sum_of(low);
    return !all_zero((uint64_vector)left);
}

/* Splits values, which are lost; `count` is a multiple of 64. How many parts there are, or
 * STOA__NOT_SPLIT. */
static size_t split(double *parts, double *values, size_t count)
{
    double top = greatest(values, count);
    size_t made = 0;
    bool is_left = true;
    int exponent;
    if (!(top <= LARGEST))
        return STOA__NOT_SPLIT;
    frexp(top, &exponent);
    for (; is_left && made < STOA__MOST_PARTS / 2; made += 2, exponent -= 2 * UNIT) {
        double first = ldexp(1, exponent + HEADROOM), second = ldexp(1, exponent + HEADROOM - UNIT);
        is_left = two_rounds(parts + made, values, count, first, second);
        if (parts[made] != parts[made])
            return STOA__NOT_SPLIT;
    }
    return is_left ? STOA__NOT_SPLIT : made;
}

STOA__INLINE float64_vector error_of_square(float64_vector x, float64_vector square)
{
#if STOA__AVX512
    return (float64_vector)_mm512_fmsub_pd((__m512d)x, (__m512d)x, (__m512d)square);
#elif STOA__AVX2
    return (float64_vector)_mm256_fmsub_pd((__m256d)x, (__m256d)x, (__m256d)square);
#else
    for (size_t i = 0; i < LANES_8; i++)
        square[i] = __builtin_fma(x[i], x[i], -square[i]);
    return square;
#endif
}

size_t STOA__AT_LEVEL(stoa__split)(double *parts, const double *values, const uint64_t *mask,
                                   size_t count)
{
    double block[STOA__BLOCK];
    return split(parts, block, load_block(block, values, mask, count));
}

size_t STOA__AT_LEVEL(stoa__split_squares)(double *parts, const double *values,
                                           const uint64_t *mask, size_t count)
{
    double block[STOA__BLOCK], errors[STOA__BLOCK];
    int64_vector odd = each_8(0);
    count = load_block(block, values, mask, count);
    for (size_t i = 0; i < count; i += LANES_8) {
        float64_vector x = load_float64(block + i), size = magnitude(x), square = x * x;
        odd |= (int64_vector)(size > each_float64(LARGEST_FACTOR));
        odd |= (int64_vector)(size < each_float64(LEAST_FACTOR)) &
               (int64_vector)(size > each_float64(0));
        float64_vector error = error_of_square(x, square);
        memcpy(block + i, &square, sizeof square);
        memcpy(errors + i, &error, sizeof error);
    }
    if (!all_zero((uint64_vector)odd))
        return STOA__NOT_SPLIT;
    size_t made = split(parts, block, count), more;
    if (made == STOA__NOT_SPLIT)
        return made;
    more = split(parts + made, errors, count);
    return more == STOA__NOT_SPLIT ? more : made + more;
}
