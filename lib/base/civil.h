/* civil.h: the proleptic Gregorian calendar: days since 1970-01-01 to dates and back.
 *
 * Years begin in March here, so that the leap day comes last: the days before a month are then
 * (153 * month + 2) / 5, and 400 years have 146,097 days wherever they begin (Howard Hinnant,
 * "chrono-Compatible Low-Level Date Algorithms"). Exact for every year of an int32. */
#ifndef STOA__BASE_CIVIL_H
#define STOA__BASE_CIVIL_H

#include <stdbool.h>
#include <stdint.h>

#define STOA__DAY_SECONDS INT64_C(86400)

typedef struct stoa__civil {
    int64_t year;
    unsigned month, day; /* from 1 */
} stoa__civil;

static inline int64_t stoa__floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b != 0 && (a % b < 0) != (b < 0));
}

/* What floor division by a positive number leaves. */
static inline int64_t stoa__floor_rest(int64_t a, int64_t b)
{
    int64_t rest = a % b;
    return rest < 0 ? rest + b : rest;
}

static inline bool stoa__is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static inline unsigned stoa__days_of_month(int64_t year, unsigned month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && stoa__is_leap(year) ? 29 : days[month - 1];
}

static inline int64_t stoa__days_from_civil(stoa__civil date)
{
    int64_t year = date.year - (date.month <= 2);
    int64_t era = stoa__floor_div(year, 400), of_era = year - era * 400;
    int64_t month = (date.month + 9) % 12; /* from March */
    int64_t of_year = (153 * month + 2) / 5 + date.day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static inline stoa__civil stoa__civil_from_days(int64_t days)
{
    days += 719468; /* since 0000-03-01 */
    int64_t era = stoa__floor_div(days, 146097), of_era = days - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153;
    stoa__civil date = {.month = (unsigned)(month < 10 ? month + 3 : month - 9),
                        .day = (unsigned)(of_year - (153 * month + 2) / 5 + 1)};
    date.year = year + era * 400 + (date.month <= 2);
    return date;
}

#endif
