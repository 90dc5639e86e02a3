/* test_kernels_dates.c: the parts of dates and timestamps, at every level, against base/civil.h and
 * 128-bit division, over every day of the years 1 to 9999 and counts around each boundary. */
#include <string.h>

#include "../support/kernels.h"
#include "../support/testing.h"
#include "base/civil.h"
#include "base/zone.h"

enum { MOST = 4096 };

/* ---- days ---- */

static int32_t expected_of_day(stoa__code code, int32_t days)
{
    stoa__civil date = stoa__civil_from_days(days), begin = {date.year, 1, 1};
    int64_t year = stoa__days_from_civil(begin);
    switch (code) {
    case STOA__YEAR_OF:
        return (int32_t)date.year;
    case STOA__MONTH_OF:
        return (int32_t)date.month;
    case STOA__DAY_OF:
        return (int32_t)date.day;
    case STOA__WEEKDAY_OF:
        return (int32_t)(days + 3 - stoa__floor_div(days + 3, 7) * 7);
    case STOA__YEARDAY_OF:
        return (int32_t)(days - year + 1);
    case STOA__WEEK_BEGIN:
        return (int32_t)(stoa__floor_div(days + 3, 7) * 7 - 3);
    case STOA__MONTH_BEGIN:
        return days - (int32_t)date.day + 1;
    case STOA__QUARTER_BEGIN:
        begin.month = (date.month - 1) / 3 * 3 + 1;
        return (int32_t)stoa__days_from_civil(begin);
    default:
        return (int32_t)year;
    }
}

static void check_days(const stoa__kernels *kernels, stoa__code code)
{
    static int32_t days[MOST], made[MOST];
    int32_t step = scaled(64, 1) == 64 ? 1 : 5;
    for (int32_t first = STOA_FIRST_DAY; first <= STOA_LAST_DAY; first += MOST * step) {
        size_t count = 0;
        for (; count < MOST && first + (int32_t)count * step <= STOA_LAST_DAY; count++)
            days[count] = first + (int32_t)count * step;
        ck_assert(!kernels->run[code][STOA__VV](made, days, NULL, NULL, count));
        for (size_t i = 0; i < count; i++)
            ck_assert_msg(made[i] == expected_of_day(code, days[i]), "%s of day %d: %d",
                          stoa__facts[code].name, days[i], made[i]);
    }
}

TEST(each_day_of_the_years_1_to_9999_has_its_parts)
{
    const stoa__kernels *const *levels;
    size_t count_of_levels = kernel_levels(&levels);
    for (size_t level = 0; level < count_of_levels; level++)
        for (stoa__code code = STOA__YEAR_OF; code <= STOA__YEAR_BEGIN; code++)
            check_days(levels[level], code);
}

TEST(each_second_of_a_day_has_its_parts)
{
    static int32_t seconds[86400], made[86400];
    for (int32_t i = 0; i < 86400; i++)
        seconds[i] = i;
    const stoa__kernels *const *levels;
    size_t count_of_levels = kernel_levels(&levels);
    for (size_t level = 0; level < count_of_levels; level++)
        for (stoa__code code = STOA__HOUR_OF; code <= STOA__SECOND_OF; code++) {
            ck_assert(!levels[level]->run[code][STOA__VV](made, seconds, NULL, NULL, 86400));
            for (int32_t i = 0; i < 86400; i++)
                ck_assert_int_eq(made[i], code == STOA__HOUR_OF     ? i / 3600
                                          : code == STOA__MINUTE_OF ? i / 60 % 60
                                                                    : i % 60);
        }
}

/* ---- timestamps ---- */

static const struct unit {
    int64_t second, low, high;
} units[] = {
    {1, STOA__LOW_S, STOA__HIGH_S},
    {1000, STOA__LOW_MS, STOA__HIGH_MS},
    {1000000, STOA__LOW_US, STOA__HIGH_US},
    {1000000000, STOA__LOW_NS, STOA__HIGH_NS},
};
static const int64_t periods[][2] = {/* seconds, or parts of one */
                                     {3600, 1},
                                     {60, 1},
                                     {1, 1},
                                     {1, 1000},
                                     {1, 1000000}};

static int64_t wrapped(dice *d, const struct unit *u)
{
    uint64_t span = (uint64_t)u->high - (uint64_t)u->low, any = dice_roll(d);
    return (int64_t)((uint64_t)u->low + (span == UINT64_MAX ? any : any % (span + 1)));
}

/* Counts of the unit: random ones, and those around random boundaries of a period. */
static size_t fill_counts(dice *d, const struct unit *u, int64_t *counts)
{
    size_t count = 0;
    counts[count++] = u->low;
    counts[count++] = u->high;
    counts[count++] = 0;
    counts[count++] = -1;
    while (count + 3 <= MOST) {
        int64_t at = wrapped(d, u), seconds = periods[dice_below(d, 3)][0];
        if (dice_below(d, 3) == 0)
            seconds = 86400;
        int64_t boundary = stoa__floor_div(at, seconds * u->second);
        for (int64_t off = -1; off <= 1; off++) {
            int64_t made;
            if (__builtin_mul_overflow(boundary, seconds * u->second, &made) ||
                __builtin_add_overflow(made, off, &made) || made < u->low || made > u->high)
                made = at;
            counts[count++] = made;
        }
    }
    return count;
}

static void check_floor(const stoa__kernels *kernels, size_t unit, const int64_t *counts,
                        size_t count)
{
    static int64_t made[MOST];
    const struct unit *u = &units[unit];
    stoa__code code = (stoa__code)(STOA__FLOOR_S + unit * (STOA__DAYS_MS - STOA__DAYS_S));
    for (size_t p = 0; p < sizeof periods / sizeof *periods; p++) {
        int64_t period = periods[p][0] * u->second / periods[p][1];
        if (period <= 1)
            continue;
        bool fails = kernels->run[code][STOA__VC](made, counts, &period, NULL, count);
        bool expected = false;
        for (size_t i = 0; i < count; i++) {
            stoa__int128 begin = (stoa__int128)stoa__floor_div(counts[i], period) * period;
            expected |= begin < INT64_MIN;
            if (begin >= INT64_MIN)
                ck_assert_msg(made[i] == (int64_t)begin, "unit %zu, period %lld: %lld gives %lld",
                              unit, (long long)period, (long long)counts[i], (long long)made[i]);
        }
        ck_assert(fails == expected);
    }
}

static void check_unit(const stoa__kernels *kernels, size_t unit, const int64_t *counts,
                       size_t count)
{
    static int32_t days[MOST], seconds[MOST];
    const struct unit *u = &units[unit];
    unsigned step = (unsigned)unit * (STOA__DAYS_MS - STOA__DAYS_S);
    ck_assert(!kernels->run[STOA__DAYS_S + step][STOA__VV](days, counts, NULL, NULL, count));
    ck_assert(!kernels->run[STOA__SECONDS_S + step][STOA__VV](seconds, counts, NULL, NULL, count));
    for (size_t i = 0; i < count; i++) {
        int64_t second = stoa__floor_div(counts[i], u->second);
        int64_t day = stoa__floor_div(second, 86400);
        ck_assert_msg(days[i] == day && seconds[i] == second - day * 86400,
                      "unit %zu: %lld is day %d, second %d", unit, (long long)counts[i], days[i],
                      seconds[i]);
    }
    check_floor(kernels, unit, counts, count);
}

TEST(a_timestamp_of_each_unit_has_its_day_its_second_and_its_periods)
{
    static int64_t counts[MOST];
    dice d = {1};
    const stoa__kernels *const *levels;
    size_t count_of_levels = kernel_levels(&levels);
    int rounds = (int)scaled(20, 2);
    for (int round = 0; round < rounds; round++)
        for (size_t unit = 0; unit < 4; unit++) {
            size_t count = fill_counts(&d, &units[unit], counts);
            for (size_t level = 0; level < count_of_levels; level++)
                check_unit(levels[level], unit, counts, count);
        }
}

TEST(what_is_no_timestamp_fails_and_is_told)
{
    const stoa__kernels *const *levels;
    size_t count_of_levels = kernel_levels(&levels);
    for (size_t unit = 0; unit < 4; unit++) {
        const struct unit *u = &units[unit];
        int64_t counts[] = {0,       INT64_MIN, u->low,
                            u->high, INT64_MAX, u->low == -INT64_MAX ? INT64_MIN : u->low - 1};
        size_t beyond = unit == 3 ? 2 : 3;
        for (size_t level = 0; level < count_of_levels; level++)
            for (unsigned k = 0; k < 2; k++) {
                int32_t made[6];
                uint64_t failed = 0;
                stoa__code code = (stoa__code)((k == 0 ? STOA__DAYS_S : STOA__SECONDS_S) +
                                               unit * (STOA__DAYS_MS - STOA__DAYS_S));
                ck_assert(levels[level]->run[code][STOA__VV](made, counts, NULL, NULL, 6));
                stoa__failures(code, STOA__VV, &failed, counts, NULL, 6);
                ck_assert_uint_eq((size_t)__builtin_popcountll(failed), beyond);
                ck_assert(failed >> 1 & 1 && !(failed & 1) && !(failed >> 2 & 3));
            }
    }
}

/* ---- zones ---- */

static void zoned_matches(const stoa__kernels *kernels, const stoa__zone *zone, int64_t second,
                          int64_t count)
{
    static const unsigned unit_of[] = {0, 1, 2, 3, 4};
    unsigned unit = second == 1 ? unit_of[1] : second == 1000 ? 2 : second == 1000000 ? 3 : 4;
    int64_t pair[] = {(int64_t)(uintptr_t)zone, unit}, made;
    stoa__zone_span span = stoa__zone_span_at(zone, stoa__floor_div(count, second));
    ck_assert(!kernels->run[STOA__LOCAL][STOA__VC](&made, &count, pair, NULL, 1));
    ck_assert_int_eq(made - count, span.offset * second);
    int64_t hours[] = {pair[0], (int64_t)(3600 * second) << 3 | unit}, begin, shown;
    ck_assert(!kernels->run[STOA__FLOOR_ZONED][STOA__VC](&begin, &count, hours, NULL, 1));
    ck_assert(begin <= count && count - begin < 2 * 3600 * second);
    ck_assert(!kernels->run[STOA__LOCAL][STOA__VC](&shown, &begin, pair, NULL, 1));
    ck_assert_int_eq(stoa__floor_div(shown, 3600 * second), stoa__floor_div(made, 3600 * second));
}

TEST(clocks_of_a_zone_show_what_its_offset_says)
{
    static const char *const names[] = {"UTC", "+05:30", "Europe/Berlin", "America/New_York",
                                        "Australia/Lord_Howe"};
    dice d = {2};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const stoa__zone *zone;
        PASSES(stoa__zone_find(&zone, names[i], &trouble));
        for (size_t n = 0; n < 500; n++)
            for (size_t unit = 0; unit < 4; unit++) {
                int64_t seconds = (int64_t)(dice_roll(&d) % 4000000000u) - 1000000000;
                zoned_matches(stoa__kernels_here(), zone, units[unit].second,
                              seconds * units[unit].second);
            }
    }
}

int main(void)
{
    return RUN("kernels_dates", each_day_of_the_years_1_to_9999_has_its_parts,
               each_second_of_a_day_has_its_parts,
               a_timestamp_of_each_unit_has_its_day_its_second_and_its_periods,
               what_is_no_timestamp_fails_and_is_told, clocks_of_a_zone_show_what_its_offset_says);
}
