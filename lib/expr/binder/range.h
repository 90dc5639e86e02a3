/* range.h: the numbers that an integer can be. */
#ifndef STOA__EXPR_BINDER_RANGE_H
#define STOA__EXPR_BINDER_RANGE_H

#include "kernel/kernel.h"

typedef stoa__int128 stoa__wide;

/* From low to high; of what is no integer: NO_RANGE. */
typedef struct stoa__range {
    stoa__wide low, high;
} stoa__range;

#define STOA__NO_RANGE ((stoa__range){0, 0})
/* Of bits. */
#define STOA__TRUTH_RANGE ((stoa__range){0, 1})
/* Integers that a float64 holds exactly. */
#define STOA__EXACT_RANGE ((stoa__range){-((stoa__wide)1 << 53), (stoa__wide)1 << 53})

stoa__range stoa__range_of(stoa_type type);

static inline stoa__wide stoa__smaller(stoa__wide a, stoa__wide b)
{
    return a < b ? a : b;
}

static inline stoa__wide stoa__larger(stoa__wide a, stoa__wide b)
{
    return a > b ? a : b;
}

static inline bool stoa__range_has(stoa__range range, stoa__wide number)
{
    return range.low <= number && number <= range.high;
}

static inline bool stoa__range_within(stoa__range inner, stoa__range outer)
{
    return inner.low >= outer.low && inner.high <= outer.high;
}

/* What the two have in common; low > high: nothing. */
static inline stoa__range stoa__range_clip(stoa__range range, stoa__range to)
{
    return (stoa__range){stoa__larger(range.low, to.low), stoa__smaller(range.high, to.high)};
}

/* From the lower of the lows to the higher of the highs. */
static inline stoa__range stoa__range_union(stoa__range a, stoa__range b)
{
    return (stoa__range){stoa__smaller(a.low, b.low), stoa__larger(a.high, b.high)};
}

#endif
