/* reduce_partial.c: combines the partials of reductions. Compiled once for all levels.
 *
 * One thread combines the partials in the order of the rows, so a result depends on the morsels,
 * but not on which thread processed which.
 *
 * Integer sums and dots are exact within a morsel: a dot counts in lanes[0] how often its 128 bits
 * wrapped. stoa__reduce_finish turns a sum that wrapped into the largest or smallest __int128. Such
 * a sum absorbs what is added to it; it fits no type, so the result is an overflow. */
#include <math.h>

#include "kernel/kernel.h"
#include "kernel/reduce_key.h"

#define SUM_MAX ((stoa__int128)(~(stoa__uint128)0 >> 1))
#define SUM_MIN (-SUM_MAX - 1)

static double fold(const double lanes[STOA__LANES])
{
    double folded[STOA__LANES];
    memcpy(folded, lanes, sizeof folded);
    for (size_t half = STOA__LANES / 2; half > 0; half /= 2)
        for (size_t i = 0; i < half; i++)
            folded[i] += folded[i + half];
    return folded[0];
}

void stoa__reduce_finish(stoa__reduction reduction, stoa__accumulator *accumulator)
{
    stoa__partial *partial = &accumulator->partial;
    const double *lanes = accumulator->lanes;
    switch (reduction) {
    case STOA__SUM_FLOAT64_REDUCTION:
    case STOA__DOT_FLOAT64_REDUCTION:
        partial->total = fold(lanes);
        break;
    case STOA__DOT_INT64_REDUCTION:
    case STOA__DOT_UINT64_REDUCTION:
        if (lanes[0] > 0 || lanes[0] < 0)
            partial->sum = lanes[0] > 0 ? SUM_MAX : SUM_MIN;
        break;
    default:
        break;
    }
}

static void add_sums(stoa__int128 *into, stoa__int128 next)
{
    if (*into == SUM_MAX || *into == SUM_MIN)
        return;
    if (next == SUM_MAX || next == SUM_MIN || __builtin_add_overflow(*into, next, into))
        *into = next < 0 ? SUM_MIN : SUM_MAX;
}

/* Chan, Golub and LeVeque, 1979. Means are held as distances from an origin: the means of blocks
 * differ less than values do, and rounded to a value's last place they would lose the difference.
 * Once the squares overflow, the mean is left alone; an infinite mean would turn the infinity into
 * NaN. */
static void add_squares(stoa__partial *into, const stoa__partial *next)
{
    if (next->count == 0)
        return;
    if (into->count == 0) {
        into->origin = next->origin;
        into->mean = next->mean;
        into->squares = next->squares;
        return;
    }
    double before = (double)into->count;
    double more = (double)next->count;
    double apart = (next->origin - into->origin) + (next->mean - into->mean);
    double share = more / (before + more);
    into->squares += next->squares + apart * apart * (before * share);
    if (into->squares < (double)INFINITY)
        into->mean += apart * share;
}

static bool is_less(stoa_type form, const stoa__partial *a, const stoa__partial *b)
{
    if (form == STOA_UINT64)
        return a->uint64 < b->uint64;
    if (form == STOA_FLOAT64)
        return stoa__key_float64(a->float64, INT64_MAX) < stoa__key_float64(b->float64, INT64_MAX);
    return a->int64 < b->int64;
}

static bool is_more(stoa_type form, const stoa__partial *a, const stoa__partial *b)
{
    if (form == STOA_UINT64)
        return a->uint64 > b->uint64;
    if (form == STOA_FLOAT64)
        return stoa__key_float64(a->float64, INT64_MIN) > stoa__key_float64(b->float64, INT64_MIN);
    return a->int64 > b->int64;
}

static void take(stoa__partial *into, const stoa__partial *next, bool better)
{
    if (!next->has_value || (into->has_value && !better))
        return;
    uint64_t count = into->count;
    *into = *next;
    into->count = count;
}

#define CASES_MIN_OF(FORM)             \
    case STOA__MIN_##FORM##_REDUCTION: \
    case STOA__ARGMIN_##FORM##_REDUCTION:
#define CASES_MAX_OF(FORM)             \
    case STOA__MAX_##FORM##_REDUCTION: \
    case STOA__ARGMAX_##FORM##_REDUCTION:

static void combine(stoa__reduction reduction, stoa__partial *into, const stoa__partial *next)
{
    switch (reduction) {
    case STOA__SUM_INT32_REDUCTION:
    case STOA__SUM_INT64_REDUCTION:
    case STOA__SUM_UINT64_REDUCTION:
    case STOA__SUM_BITS_REDUCTION:
    case STOA__DOT_INT32_REDUCTION:
    case STOA__DOT_INT64_REDUCTION:
    case STOA__DOT_UINT64_REDUCTION:
        add_sums(&into->sum, next->sum);
        break;
    case STOA__SUM_FLOAT64_REDUCTION:
    case STOA__DOT_FLOAT64_REDUCTION:
        into->total += next->total;
        break;
    case STOA__VAR_FLOAT64_REDUCTION:
        add_squares(into, next);
        break;
    case STOA__FIRST_INT32_REDUCTION:
    case STOA__FIRST_INT64_REDUCTION:
    case STOA__FIRST_UINT64_REDUCTION:
    case STOA__FIRST_FLOAT64_REDUCTION:
    case STOA__FIRST_BITS_REDUCTION:
        take(into, next, false);
        break;
    case STOA__LAST_INT32_REDUCTION:
    case STOA__LAST_INT64_REDUCTION:
    case STOA__LAST_UINT64_REDUCTION:
    case STOA__LAST_FLOAT64_REDUCTION:
    case STOA__LAST_BITS_REDUCTION:
        take(into, next, true);
        break;
        CASES_MIN_OF(INT32)
        CASES_MIN_OF(INT64)
        take(into, next, is_less(STOA_INT64, next, into));
        break;
        CASES_MIN_OF(UINT64)
        take(into, next, is_less(STOA_UINT64, next, into));
        break;
        CASES_MIN_OF(FLOAT64)
        take(into, next, is_less(STOA_FLOAT64, next, into));
        break;
        CASES_MAX_OF(INT32)
        CASES_MAX_OF(INT64)
        take(into, next, is_more(STOA_INT64, next, into));
        break;
        CASES_MAX_OF(UINT64)
        take(into, next, is_more(STOA_UINT64, next, into));
        break;
        CASES_MAX_OF(FLOAT64)
        take(into, next, is_more(STOA_FLOAT64, next, into));
        break;
    default: /* COUNT */
        break;
    }
}

void stoa__reduce_combine(stoa__reduction reduction, stoa__partial *into, const stoa__partial *next)
{
    uint64_t count = into->count + next->count;
    combine(reduction, into, next);
    into->count = count;
}

/* Long division, 64 bits of the quotient at a time, until the quotient has two bits more than a
 * double holds. A remainder then only breaks ties. */
double stoa__mean_of(stoa__int128 sum, uint64_t count)
{
    stoa__uint128 left = (stoa__uint128)sum;
    if (sum < 0)
        left = 0 - left;
    stoa__uint128 quotient = left / count;
    left %= count;
    double scale = sum < 0 ? -1.0 : 1.0;
    while (left != 0 && quotient >> 54 == 0) {
        left <<= 64;
        quotient = quotient << 64 | left / count;
        left %= count;
        scale *= 0x1p-64;
    }
    if (left != 0)
        quotient |= 1;
    return (double)quotient * scale;
}
