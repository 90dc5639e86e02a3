/* calendar.c: year(t) ... yearday(t) and trunc(t, 'month').
 *
 * A timestamp becomes the number of its day, or the second of its day, and that its parts; both are
 * terms that all parts of a timestamp share. A part of local time goes by way of what clocks show.
 *
 * trunc gives a time of the same type. Of a day that begins at a time which clocks skip, that is
 * the moment at which they skip it; of one which they show twice, the first. An hour or less begins
 * where clocks last showed its beginning. */
#include "expr/binder/calendar.h"

#include "expr/strings/text.h"
#include "store/times.h"

#define DAY_RANGE ((stoa__range){STOA_FIRST_DAY, STOA_LAST_DAY})

static unsigned of_unit(unsigned first, unsigned unit)
{
    return first + (unit - STOA_SECOND) * (STOA__DAYS_MS - STOA__DAYS_S);
}

static stoa__range limits_of(unsigned unit)
{
    stoa__limits limits = stoa__time_limits(STOA_TIMESTAMP, unit);
    return (stoa__range){limits.low, limits.high};
}

/* The operand of the kernels in kernel/zones.c. */
static stoa__id pair(stoa__code_block *code, const stoa__zone *zone, unsigned unit, int64_t period)
{
    stoa__term term = {.kind = STOA__CONSTANT_TERM, .form = STOA_INT64, .uniform = true, .code = 1};
    term.bits[0] = (uint64_t)(uintptr_t)zone;
    term.bits[1] = (uint64_t)period << 3 | unit;
    return stoa__intern(code, &term);
}

static bool has_local(const stoa__typed *typed)
{
    return typed->zone != NULL && typed->zone != stoa__zone_utc();
}

/* The count of local time, where there is a zone. */
static stoa__id local(stoa__code_block *code, const stoa__typed *typed)
{
    stoa__id count = stoa__emit_as(code, typed->id, STOA_INT64);
    if (!has_local(typed))
        return count;
    return stoa__emit(code, STOA__LOCAL, count, pair(code, typed->zone, typed->unit, 0), true,
                      limits_of(typed->unit));
}

static stoa__id of_timestamp(stoa__code_block *code, const stoa__typed *typed, unsigned first,
                             stoa__range made)
{
    stoa__id count = local(code, typed);
    bool fits = stoa__range_within(range_of(code, count), limits_of(typed->unit));
    return stoa__emit(code, of_unit(first, typed->unit), count, 0, !fits, made);
}

stoa__id stoa__emit_days(stoa__code_block *code, const stoa__typed *typed)
{
    stoa__range made = DAY_RANGE;
    if (typed->type == STOA_DATE)
        return stoa__emit_within(code, stoa__emit_as(code, typed->id, STOA_INT32), made);
    if (typed->unit == STOA_NANOSECOND)
        made = (stoa__range){-106752, 106751};
    return of_timestamp(code, typed, STOA__DAYS_S, made);
}

/* ---- parts ---- */

typedef struct part {
    uint16_t step;
    bool of_day; /* of the second of the day; else of the day */
    int16_t low, high;
} part;

static const part parts[] = {
    [0] = {STOA__YEAR_OF, false, 1, 9999},
    [STOA_MONTH - STOA_YEAR] = {STOA__MONTH_OF, false, 1, 12},
    [STOA_DAY - STOA_YEAR] = {STOA__DAY_OF, false, 1, 31},
    [STOA_HOUR - STOA_YEAR] = {STOA__HOUR_OF, true, 0, 23},
    [STOA_MINUTE - STOA_YEAR] = {STOA__MINUTE_OF, true, 0, 59},
    [STOA_SECOND_OF_MINUTE - STOA_YEAR] = {STOA__SECOND_OF, true, 0, 59},
    [STOA_WEEKDAY - STOA_YEAR] = {STOA__WEEKDAY_OF, false, 0, 6},
    [STOA_YEARDAY - STOA_YEAR] = {STOA__YEARDAY_OF, false, 1, 366},
};

static stoa__id part_of(stoa__code_block *code, const part *p, const stoa__typed *typed)
{
    stoa__id whole = p->of_day ? of_timestamp(code, typed, STOA__SECONDS_S, (stoa__range){0, 86399})
                               : stoa__emit_days(code, typed);
    return stoa__emit(code, p->step, whole, 0, false, (stoa__range){p->low, p->high});
}

/* ---- trunc ---- */

typedef struct period {
    const char *name;
    int64_t per_second; /* of what is shorter than a second: how many; else 0 */
    int32_t seconds;
    uint16_t step; /* of days; 0: none */
} period;

static const period periods[] = {
    {"year", 0, 0, STOA__YEAR_BEGIN},
    {"quarter", 0, 0, STOA__QUARTER_BEGIN},
    {"month", 0, 0, STOA__MONTH_BEGIN},
    {"week", 0, 0, STOA__WEEK_BEGIN},
    {"day", 0, 86400, 0},
    {"hour", 0, 3600, 0},
    {"minute", 0, 60, 0},
    {"second", 0, 1, 0},
    {"millisecond", 1000, 0, 0},
    {"microsecond", 1000000, 0, 0},
};

static const period *period_named(const stoa_expression *name)
{
    if (name->kind != STOA__CONSTANT_NODE || name->value.type != STOA_STRING)
        return NULL;
    for (size_t i = 0; i < sizeof periods / sizeof *periods; i++)
        if (stoa__text_is(name->value.string, periods[i].name))
            return &periods[i];
    return NULL;
}

static bool is_of_days(const period *p)
{
    return p->step != 0 || p->seconds == 86400;
}

static stoa__id begin_day(stoa__code_block *code, const stoa__typed *typed, const period *p)
{
    stoa__id day = stoa__emit_days(code, typed);
    stoa__range range = range_of(code, day);
    if (p->step != 0) { /* of nanoseconds the first period begins before they do */
        range.low = stoa__larger(range.low - 366, STOA_FIRST_DAY);
        day = stoa__emit(code, p->step, day, 0, false, range);
    }
    if (typed->type == STOA_DATE)
        return day;
    if (has_local(typed))
        return stoa__emit(code, STOA__UTC_OF_DAY, day, pair(code, typed->zone, typed->unit, 0),
                          true, limits_of(typed->unit));
    int64_t counts = STOA__DAY_SECONDS * stoa__per_second(typed->unit);
    return stoa__integer_arithmetic(code, STOA_MULTIPLY, stoa__emit_as(code, day, STOA_INT64),
                                    stoa__emit_integer(code, counts));
}

/* Of an hour or less. */
static stoa__id begin_period(stoa__code_block *code, const stoa__typed *typed, const period *p)
{
    int64_t per_second = stoa__per_second(typed->unit);
    int64_t counts = p->seconds > 0 ? p->seconds * per_second : per_second / p->per_second;
    stoa__id count = stoa__emit_as(code, typed->id, STOA_INT64);
    if (counts <= 1) /* the unit is no finer */
        return count;
    if (has_local(typed))
        return stoa__emit(code, STOA__FLOOR_ZONED, count,
                          pair(code, typed->zone, typed->unit, counts), true,
                          limits_of(typed->unit));
    return stoa__emit(code, of_unit(STOA__FLOOR_S, typed->unit), count,
                      stoa__emit_constant(code, STOA_INT64, (uint64_t)counts), true,
                      limits_of(typed->unit));
}

static stoa_status truncate(stoa__code_block *code, const stoa_expression *node,
                            const stoa__typed *arguments, stoa__typed *made, stoa_error *error)
{
    const period *p = period_named(node->arguments[1]);
    if (p == NULL)
        return stoa__expression_fail(
            error, STOA_WRONG_TYPE, node->arguments[1],
            "trunc takes a period here: 'year', 'quarter', 'month', 'week', 'day', 'hour', "
            "'minute', 'second', 'millisecond' or 'microsecond'");
    if (arguments[0].type == STOA_DATE && !is_of_days(p))
        return stoa__expression_fail(error, STOA_WRONG_TYPE, node,
                                     "a date has no %s; trunc of a date takes 'day' or more",
                                     p->name);
    *made = arguments[0];
    made->id =
        is_of_days(p) ? begin_day(code, &arguments[0], p) : begin_period(code, &arguments[0], p);
    return STOA_OK;
}

stoa_status stoa__bind_calendar(stoa__code_block *code, const stoa_expression *node,
                                const stoa__typed *arguments, stoa__typed *made, stoa_error *error)
{
    stoa_operation operation = (stoa_operation)node->operation;
    const char *text = stoa_operation_text(operation);
    if (arguments[0].type != STOA_DATE && arguments[0].type != STOA_TIMESTAMP)
        return stoa__expression_fail(error, STOA_WRONG_TYPE, node,
                                     "%s takes a date or a timestamp, not %s%s", text,
                                     arguments[0].length > 0 ? "a vector of " : "a value of type ",
                                     stoa_type_name(arguments[0].type));
    if (operation == STOA_TRUNC)
        return truncate(code, node, arguments, made, error);
    const part *p = &parts[operation - STOA_YEAR];
    if (p->of_day && arguments[0].type == STOA_DATE)
        return stoa__expression_fail(error, STOA_WRONG_TYPE, node,
                                     "%s takes a timestamp: a date has no time of day", text);
    *made = (stoa__typed){.id = part_of(code, p, &arguments[0]), .type = STOA_INT64};
    return STOA_OK;
}
