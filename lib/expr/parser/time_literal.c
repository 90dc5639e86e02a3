/* time_literal.c: dates, timestamps and durations as they are written in a text.
 *
 *     date'2013-01-01'
 *     timestamp'2013-01-01'  '2013-01-01T05:00'  '2013-01-01 05:00:00.25Z'  '…+02:00'
 *     duration'90s'  '1h30m'  '-2d'  '250us'
 *
 * The unit is as fine as what is written: of a timestamp by the digits of its fraction (none: s, up
 * to 3: ms, 6: us, 9: ns), of a duration by its last unit, but seconds at least. With Z or an
 * offset a timestamp is one of UTC. What is printed is read back as the same value in the same
 * unit. */
#include "expr/parser/time_literal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/civil.h"
#include "store/times.h"

stoa_type stoa__time_prefix(const char *word, size_t length)
{
    for (stoa_type type = STOA_DATE; type <= STOA_DURATION; type++)
        if (strlen(stoa_type_name(type)) == length &&
            memcmp(stoa_type_name(type), word, length) == 0)
            return type;
    return STOA_NO_TYPE;
}

/* ---- reading ---- */

__extension__ typedef __int128 wide;

/* Exactly so many digits. */
static bool take_digits(const char **at, int count, int64_t *number)
{
    *number = 0;
    for (int i = 0; i < count; i++, (*at)++) {
        if (**at < '0' || **at > '9')
            return false;
        *number = *number * 10 + (**at - '0');
    }
    return true;
}

static bool take(const char **at, char byte)
{
    bool is_there = **at == byte;
    *at += is_there;
    return is_there;
}

/* YYYY-MM-DD of the years 1 to 9999, as a day. */
static bool take_day(const char **at, int64_t *day)
{
    int64_t year, month, of_month;
    if (!take_digits(at, 4, &year) || !take(at, '-') || !take_digits(at, 2, &month) ||
        !take(at, '-') || !take_digits(at, 2, &of_month))
        return false;
    if (year < 1 || month < 1 || month > 12 || of_month < 1 ||
        of_month > stoa__days_of_month(year, (unsigned)month))
        return false;
    *day = stoa__days_from_civil((stoa__civil){year, (unsigned)month, (unsigned)of_month});
    return true;
}

/* .25: as a count of the unit that so many digits ask for. */
static bool take_fraction(const char **at, int64_t *fraction, unsigned *unit)
{
    int digits = 0;
    *fraction = 0;
    *unit = STOA_SECOND;
    if (!take(at, '.'))
        return true;
    for (; **at >= '0' && **at <= '9' && digits < 10; digits++, (*at)++)
        *fraction = *fraction * 10 + (**at - '0');
    if (digits == 0 || digits > 9)
        return false;
    *unit = (unsigned)STOA_SECOND + (unsigned)(digits + 2) / 3;
    for (; digits % 3 != 0; digits++)
        *fraction *= 10;
    return true;
}

/* Z, +02:00 or nothing; in seconds. */
static bool take_offset(const char **at, bool *is_zoned, int64_t *offset)
{
    int64_t hours, minutes;
    bool minus = **at == '-';
    *offset = 0;
    *is_zoned = **at == 'Z' || **at == '+' || minus;
    if (!*is_zoned || take(at, 'Z'))
        return true;
    ++*at;
    if (!take_digits(at, 2, &hours) || !take(at, ':') || !take_digits(at, 2, &minutes))
        return false;
    *offset = (hours * 60 + minutes) * (minus ? -60 : 60);
    return hours < 24 && minutes < 60;
}

static bool take_time(const char **at, int64_t *seconds, int64_t *fraction, unsigned *unit)
{
    int64_t hours, minutes, rest = 0;
    if (!take_digits(at, 2, &hours) || !take(at, ':') || !take_digits(at, 2, &minutes))
        return false;
    if (take(at, ':') && (!take_digits(at, 2, &rest) || !take_fraction(at, fraction, unit)))
        return false;
    *seconds = hours * 3600 + minutes * 60 + rest;
    return hours < 24 && minutes < 60 && rest < 60;
}

static bool read_timestamp(const char *at, const char *end, stoa_value *value)
{
    int64_t day, seconds = 0, fraction = 0, offset = 0;
    unsigned unit = STOA_SECOND;
    bool is_zoned = false;
    if (!take_day(&at, &day))
        return false;
    if (take(&at, 'T') || take(&at, ' '))
        if (!take_time(&at, &seconds, &fraction, &unit) || !take_offset(&at, &is_zoned, &offset))
            return false;
    seconds += day * STOA__DAY_SECONDS - offset;
    stoa__limits limits = stoa__time_limits(STOA_TIMESTAMP, unit);
    wide exact = (wide)seconds * stoa__per_second(unit) + fraction;
    if (at != end || exact < limits.low || exact > limits.high)
        return false;
    int64_t count = (int64_t)exact;
    *value = is_zoned ? stoa_zoned_value(count, (stoa_unit)unit)
                      : stoa_timestamp_value(count, (stoa_unit)unit);
    return true;
}

static const struct part {
    const char *name;
    uint8_t unit;
    int32_t counts; /* of the unit */
} parts[] = {
    {"w", STOA_SECOND, 604800},  {"d", STOA_SECOND, 86400},  {"h", STOA_SECOND, 3600},
    {"m", STOA_SECOND, 60},      {"s", STOA_SECOND, 1},      {"ms", STOA_MILLISECOND, 1},
    {"us", STOA_MICROSECOND, 1}, {"ns", STOA_NANOSECOND, 1},
};
enum { PARTS = sizeof parts / sizeof *parts };

/* A number and its unit, which comes behind `after` in the list; its place in there, or PARTS. */
static size_t take_part(const char **at, size_t after, int64_t *number)
{
    char name[3] = "";
    int digits = 0;
    *number = 0;
    for (; **at >= '0' && **at <= '9'; digits++, (*at)++)
        if (__builtin_mul_overflow(*number, 10, number) ||
            __builtin_add_overflow(*number, **at - '0', number))
            return PARTS;
    for (int i = 0; i < 2 && **at >= 'a' && **at <= 'z'; i++)
        name[i] = *(*at)++;
    for (size_t i = after; digits > 0 && i < PARTS; i++)
        if (strcmp(parts[i].name, name) == 0)
            return i;
    return PARTS;
}

static bool read_duration(const char *at, const char *end, stoa_value *value)
{
    bool minus = take(&at, '-');
    int64_t total = 0, number;
    unsigned unit = STOA_SECOND;
    if (at == end)
        return false;
    for (size_t i = 0; at != end; i++) {
        i = take_part(&at, i, &number);
        if (i == PARTS)
            return false;
        int64_t finer = stoa__per_second(parts[i].unit) / stoa__per_second(unit);
        unit = parts[i].unit;
        if (__builtin_mul_overflow(total, finer, &total) ||
            __builtin_mul_overflow(number, parts[i].counts, &number) ||
            __builtin_add_overflow(total, number, &total))
            return false;
    }
    *value = stoa_duration_value(minus ? -total : total, (stoa_unit)unit);
    return true;
}

static bool read_literal(stoa_type type, const char *at, const char *end, stoa_value *value)
{
    int64_t day;
    if (type == STOA_TIMESTAMP)
        return read_timestamp(at, end, value);
    if (type == STOA_DURATION)
        return read_duration(at, end, value);
    if (!take_day(&at, &day) || at != end)
        return false;
    *value = stoa_date_value((int32_t)day);
    return true;
}

stoa_status stoa__lex_time(stoa__lexer *lexer, stoa__token *token, stoa_type type,
                           const char *quote)
{
    static const char *const forms[] = {"date'2013-01-01'", "timestamp'2013-01-01T05:00:00'",
                                        "duration'1h30m'"};
    const char *end = quote + 1;
    while (*end != *quote && *end != '\0' && *end != '\n')
        end++;
    if (*end != *quote)
        return stoa__text_fail(lexer->error, STOA_SYNTAX, lexer->text,
                               (size_t)(quote - lexer->text->bytes), "this quote is never closed");
    if (!read_literal(type, quote + 1, end, &token->value))
        return stoa__text_fail(
            lexer->error, STOA_SYNTAX, lexer->text, (size_t)(quote - lexer->text->bytes),
            "this is no %s%s; one is written %s", stoa_type_name(type),
            type == STOA_DURATION ? "" : " of the years 1 to 9999", forms[type - STOA_DATE]);
    token->kind = STOA__CONSTANT_TOKEN;
    lexer->next = end + 1;
    return STOA_OK;
}

/* ---- printing ---- */

void stoa__print_time_literal(const stoa_value *value, char text[STOA__TIME_LITERAL])
{
    static const uint8_t digits[] = {0, 0, 3, 6, 9};
    int64_t per_second = stoa__per_second(value->unit);
    if (value->type == STOA_DURATION) {
        snprintf(text, STOA__TIME_LITERAL, "duration'%" PRId64 "%s'", value->int64,
                 stoa__unit_name(value->unit));
        return;
    }
    int64_t seconds = stoa__floor_div(value->int64, per_second);
    int64_t days =
        value->type == STOA_DATE ? value->int64 : stoa__floor_div(seconds, STOA__DAY_SECONDS);
    stoa__civil date = stoa__civil_from_days(days);
    int length = snprintf(text, STOA__TIME_LITERAL, "%s'%04d-%02u-%02u",
                          stoa_type_name(value->type), (int)date.year, date.month, date.day);
    if (value->type == STOA_TIMESTAMP) {
        int rest = (int)(seconds - days * STOA__DAY_SECONDS);
        length += snprintf(text + length, STOA__TIME_LITERAL - (size_t)length, "T%02d:%02d:%02d",
                           rest / 3600, rest / 60 % 60, rest % 60);
        if (digits[value->unit] > 0)
            length += snprintf(text + length, STOA__TIME_LITERAL - (size_t)length, ".%0*" PRId64,
                               digits[value->unit], stoa__floor_rest(value->int64, per_second));
    }
    snprintf(text + length, STOA__TIME_LITERAL - (size_t)length, "%s'", value->is_zoned ? "Z" : "");
}
