/* zones.c: timestamps of UTC, and what clocks of a zone show. b is a pair: the zone, and the unit
 * with (for FLOOR_ZONED) the period's counts times 8 added to it.
 *
 * Timestamps of a column are mostly of one season: the span of the last one is looked at first. */
#include "base/zone.h"
#include "kernel/lanes.h"

/* A zone, and the counts that its last span holds. */
typedef struct clock {
    const stoa__zone *zone;
    int64_t second; /* counts of it */
    int64_t low, high, span_first, span_end, offset;
    int64_t period;
} clock;

static clock clock_of(const void *pair)
{
    const int64_t *words = pair;
    clock made = {.zone = (const stoa__zone *)(uintptr_t)words[0], .period = words[1] >> 3};
    static const int64_t seconds[] = {1, 1, 1000, 1000000, 1000000000};
    static const int64_t lows[] = {0, STOA__LOW_S, STOA__LOW_MS, STOA__LOW_US, STOA__LOW_NS};
    static const int64_t highs[] = {0, STOA__HIGH_S, STOA__HIGH_MS, STOA__HIGH_US, STOA__HIGH_NS};
    made.second = seconds[words[1] & 7];
    made.low = lows[words[1] & 7];
    made.high = highs[words[1] & 7];
    return made;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* A bound in counts, or the nearest that there is. */
static int64_t counts_of(int64_t seconds, int64_t second)
{
    int64_t made;
    if (__builtin_mul_overflow(seconds, second, &made))
        return seconds < 0 ? INT64_MIN : INT64_MAX;
    return made;
}

/* The offset in counts at a moment. */
static inline int64_t offset_at(clock *c, int64_t count)
{
    if (!STOA__LIKELY(count >= c->span_first && count < c->span_end)) {
        stoa__zone_span span = stoa__zone_span_at(c->zone, floor_div(count, c->second));
        c->span_first = counts_of(span.first, c->second);
        c->span_end = counts_of(span.end, c->second);
        c->offset = span.offset * c->second;
    }
    return c->offset;
}

static inline bool is_beyond(const clock *c, int64_t count)
{
    return count < c->low || count > c->high;
}

/* What clocks show. True where that, or the count, is no timestamp. */
static inline bool to_local(clock *c, int64_t count, int64_t *local)
{
    *local = 0;
    bool fails = is_beyond(c, count) || __builtin_add_overflow(count, offset_at(c, count), local) ||
                 is_beyond(c, *local);
    if (fails)
        *local = 0;
    return fails;
}

static inline bool to_utc(clock *c, int64_t local, int64_t *count)
{
    int64_t seconds = floor_div(local, c->second);
    bool fails =
        __builtin_mul_overflow(stoa__zone_from_local(c->zone, seconds), c->second, count) ||
        __builtin_add_overflow(*count, local - seconds * c->second, count) || is_beyond(c, *count);
    if (fails)
        *count = 0;
    return fails;
}

/* The last moment at which clocks showed the beginning of the period. The offset may have changed
 * since. */
static inline bool floor_zoned(clock *c, int64_t count, int64_t *made)
{
    int64_t local, offset;
    *made = 0;
    if (to_local(c, count, &local))
        return true;
    offset = local - count;
    int64_t begin;
    if (__builtin_mul_overflow(floor_div(local, c->period), c->period, &begin) ||
        __builtin_sub_overflow(begin, offset, made)) {
        *made = 0;
        return true;
    }
    int64_t before = is_beyond(c, *made) ? offset : offset_at(c, *made);
    if (before != offset) {
        int64_t shown = (int64_t)((uint64_t)begin - (uint64_t)before);
        int64_t change =
            counts_of(stoa__zone_span_at(c->zone, floor_div(count, c->second)).first, c->second);
        *made = shown < change ? shown : change; /* skipped: when the clocks were changed */
    }
    bool fails = is_beyond(c, *made);
    if (fails)
        *made = 0;
    return fails;
}

#define ZONED(name, A, function)                                       \
    KERNEL(name, vv)                                                   \
    {                                                                  \
        (void)c;                                                       \
        clock at = clock_of(b);                                        \
        int64_t *to = out;                                             \
        const A *as = a;                                               \
        bool failed = false;                                           \
        for (size_t i = 0; i < count; i++) {                           \
            int64_t made;                                              \
            failed |= function(&at, as[i], &made);                     \
            to[i] = made;                                              \
        }                                                              \
        return failed;                                                 \
    }                                                                  \
    KERNEL(name, vc)                                                   \
    {                                                                  \
        return STOA__AT_LEVEL(stoa__##name##_vv)(out, a, b, c, count); \
    }

/* A local day's beginning. */
static inline bool day_to_utc(clock *c, int32_t day, int64_t *count)
{
    int64_t local;
    *count = 0;
    return __builtin_mul_overflow(day, 86400 * c->second, &local) || to_utc(c, local, count);
}

ZONED(local, int64_t, to_local)
ZONED(utc_of_day, int32_t, day_to_utc)
ZONED(floor_zoned, int64_t, floor_zoned)
