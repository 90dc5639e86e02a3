/* dates.c: the parts of dates and timestamps.
 *
 * A timestamp, an int64 in a unit, becomes the number of its day, or its second of the day; both
 * are int32, so that all else is 32-bit arithmetic. The day is a quotient of doubles: the power of
 * two in a day is shifted out first, which leaves integers below 2^50. Half of one is added before
 * the product with the reciprocal: no quotient is then nearer to an integer than half a divisor's
 * reciprocal, which is more than rounding moves it. Counts begin at 0001-01-01 (of nanoseconds at
 * 1677-09-20), so that nothing is negative and truncation is the floor.
 *
 * Years, months and days by C. Neri and L. Schneider, "Euclidean affine functions and their
 * application to calendar algorithms", Software: Practice and Experience 53 (2023): no branch and
 * no table. Years begin in March there. */
#include "kernel/bits.h"
#include "kernel/lanes.h"

#define UNUSED(failed) (void)(failed)

/* ---- units ---- */

/* For each: counts of a second; the shift, and what is left of a day's counts; the days from where
 * counts begin to 1970-01-01. */
#define S_SECOND INT64_C(1)
#define S_SHIFT 7
#define S_DAY INT64_C(675)
#define S_BEFORE STOA__DAYS_BEFORE
#define MS_SECOND INT64_C(1000)
#define MS_SHIFT 10
#define MS_DAY INT64_C(84375)
#define MS_BEFORE STOA__DAYS_BEFORE
#define US_SECOND INT64_C(1000000)
#define US_SHIFT 13
#define US_DAY INT64_C(10546875)
#define US_BEFORE STOA__DAYS_BEFORE
#define NS_SECOND INT64_C(1000000000)
#define NS_SHIFT 16
#define NS_DAY INT64_C(1318359375)
#define NS_BEFORE 106752

/* An integer below 2^52 and a half: as the low bits of a double. */
static inline double with_half(int64_t a)
{
    return stoa__float64_of((uint64_t)a | 0x4330000000000000) - (0x1p52 - 0.5);
}

static inline int64_t whole_of(double a)
{
    return (int64_t)(stoa__bits_of(a + 0x1p52) & 0xFFFFFFFFFFFFF);
}

/* 0 in place of a count that is no timestamp. */
static inline int64_t checked(int64_t count, int64_t low, int64_t high, int64_t *failed)
{
    bool beyond = (count < low) | (count > high);
    *failed |= -(int64_t)beyond;
    return beyond ? 0 : count;
}

/* Days from where counts begin. The shift is arithmetic: AVX2 has none of 64 bits. */
#define DAYS_SINCE(UNIT, count)                                                                 \
    ((int32_t)(with_half((int64_t)(((uint64_t)(count) ^ (uint64_t)INT64_MIN) >> UNIT##_SHIFT) - \
                         (INT64_C(1) << (63 - UNIT##_SHIFT)) + UNIT##_BEFORE * UNIT##_DAY) *    \
               (1.0 / (double)UNIT##_DAY)))

/* The counts since the day began. */
#define OF_DAY(UNIT, count)                                                              \
    ((int64_t)((uint64_t)(count) - (uint64_t)(DAYS_SINCE(UNIT, count) - UNIT##_BEFORE) * \
                                       ((uint64_t)UNIT##_DAY << UNIT##_SHIFT)))

#define PARTS_OF(UNIT, unit)                                                                \
    static inline int32_t days_##unit(int64_t count, int64_t *failed)                       \
    {                                                                                       \
        count = checked(count, STOA__LOW_##UNIT, STOA__HIGH_##UNIT, failed);                \
        return DAYS_SINCE(UNIT, count) - UNIT##_BEFORE;                                     \
    }                                                                                       \
    static inline int32_t seconds_##unit(int64_t count, int64_t *failed)                    \
    {                                                                                       \
        count = checked(count, STOA__LOW_##UNIT, STOA__HIGH_##UNIT, failed);                \
        return (int32_t)(with_half(OF_DAY(UNIT, count)) * (1.0 / (double)UNIT##_SECOND));   \
    }                                                                                       \
    /* The last multiple of a period, which is a part of a day. */                          \
    static inline int64_t floor_##unit(int64_t count, double period, double reciprocal,     \
                                       int64_t *failed)                                     \
    {                                                                                       \
        count = checked(count, STOA__LOW_##UNIT, STOA__HIGH_##UNIT, failed);                \
        double part = with_half(OF_DAY(UNIT, count));                                       \
        double periods = (double)(int32_t)(part * reciprocal * 0x1p-16) * 0x1p16;           \
        periods += (double)(int32_t)((part - periods * period) * reciprocal);               \
        int64_t made =                                                                      \
            (int64_t)((uint64_t)count - (uint64_t)whole_of(part - 0.5 - periods * period)); \
        *failed |= -(int64_t)(made > count);                                                \
        return made;                                                                        \
    }                                                                                       \
    LANES_V(days_##unit, int32_t, int64_t, int64_t)                                         \
    LANES_V(seconds_##unit, int32_t, int64_t, int64_t)                                      \
    KERNEL(floor_##unit, vv)                                                                \
    {                                                                                       \
        (void)c;                                                                            \
        int64_t *to = out, failed = 0;                                                      \
        const int64_t *as = a;                                                              \
        const double period = (double)*(const int64_t *)b, reciprocal = 1.0 / period;       \
        EACH_LANE                                                                           \
        for (size_t i = 0; i < count; i++)                                                  \
            to[i] = floor_##unit(as[i], period, reciprocal, &failed);                       \
        return failed < 0;                                                                  \
    }                                                                                       \
    KERNEL(floor_##unit, vc)                                                                \
    {                                                                                       \
        return STOA__AT_LEVEL(stoa__floor_##unit##_vv)(out, a, b, c, count);                \
    }

PARTS_OF(S, s)
PARTS_OF(MS, ms)
PARTS_OF(US, us)
PARTS_OF(NS, ns)

/* ---- the calendar: of days within the years 1 to 9999; others wrap, and have failed before ----
 */

/* Of a year that begins in March. */
typedef struct march {
    uint32_t year, day_of_year, month, day; /* month 3 to 14, day from 0 */
} march;

static inline march march_of(uint32_t days)
{
    uint32_t n = 4 * (days + 719468) + 3;
    uint32_t century = n / 146097, rest = n % 146097 | 3;
    uint64_t product = UINT64_C(2939745) * rest;
    uint32_t of_year = (uint32_t)product / 2939745 / 4;
    uint32_t month = 2141 * of_year + 197913;
    return (march){.year = 100 * century + (uint32_t)(product >> 32),
                   .day_of_year = of_year,
                   .month = month >> 16,
                   .day = (month & 0xFFFF) / 2141};
}

/* January and February are of the next year. */
static inline uint32_t is_next(march m)
{
    return m.day_of_year >= 306;
}

static inline uint32_t calendar_year(uint32_t days)
{
    march m = march_of(days);
    return m.year + is_next(m);
}

static inline uint32_t calendar_month(uint32_t days)
{
    march m = march_of(days);
    return m.month - 12 * is_next(m);
}

/* 1 January of a year. */
static inline uint32_t year_begins(uint32_t year)
{
    uint32_t before = year - 1;
    return 365 * before + before / 4 - before / 100 + before / 400 - STOA__DAYS_BEFORE;
}

/* Days from Monday. */
static inline uint32_t since_monday(uint32_t days)
{
    return (days + STOA__DAYS_BEFORE) % 7;
}

/* Quarters begin with January, and with month 1, 4 and 7 from March. */
static inline uint32_t since_quarter(uint32_t days)
{
    march m = march_of(days);
    uint32_t month = m.month - 3, first = month < 1 ? 0 : (month - 1) / 3 * 3 + 1;
    uint32_t begins = (153 * first + 2) / 5;
    return month < 1 ? days - year_begins(m.year) : m.day_of_year - begins;
}

#define OF_DAYS(name, made)                                          \
    static inline int32_t name(int32_t signed_days, int32_t *failed) \
    {                                                                \
        uint32_t days = (uint32_t)signed_days;                       \
        UNUSED(failed);                                              \
        return (int32_t)(made);                                      \
    }                                                                \
    LANES_V(name, int32_t, int32_t, int32_t)

OF_DAYS(year_of, calendar_year(days))
OF_DAYS(month_of, calendar_month(days))
OF_DAYS(day_of, march_of(days).day + 1)
OF_DAYS(weekday_of, since_monday(days))
OF_DAYS(yearday_of, days - year_begins(calendar_year(days)) + 1)
OF_DAYS(week_begin, days - since_monday(days))
OF_DAYS(month_begin, days - march_of(days).day)
OF_DAYS(quarter_begin, days - since_quarter(days))
OF_DAYS(year_begin, year_begins(calendar_year(days)))

/* ---- the time of a day: of its second ---- */

OF_DAYS(hour_of, days / 3600)
OF_DAYS(minute_of, days / 60 % 60)
OF_DAYS(second_of, days % 60)

/* ---- changes of unit ---- */

static inline int64_t exact_div(int64_t a, int64_t b, int64_t *failed)
{
    int64_t quotient = a / b; /* b is greater than 1 */
    *failed |= -(int64_t)(quotient * b != a);
    return quotient;
}

LANES_VC(exact_div, int64_t, int64_t, int64_t, int64_t)
