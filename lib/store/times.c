/* times.c: counts of days, seconds and parts of them: their limits, their units, and their texts.
 *
 * A change of units is exact or refused: to a finer unit it multiplies, checked; to a coarser one
 * it divides without a rest. Arrays of the field's own unit are compared with the limits a run at a
 * time, and copied. */
#include "store/times.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- units ---- */

int64_t stoa__per_second(unsigned unit)
{
    static const int64_t counts[] = {1, 1, 1000, 1000000, 1000000000};
    return counts[unit];
}

const char *stoa__unit_name(unsigned unit)
{
    static const char *const names[] = {"no unit", "s", "ms", "us", "ns"};
    return names[unit];
}

stoa__limits stoa__time_limits(unsigned type, unsigned unit)
{
    if (type == STOA_DATE)
        return (stoa__limits){STOA_FIRST_DAY, STOA_LAST_DAY};
    if (type == STOA_DURATION || unit == STOA_NANOSECOND)
        return (stoa__limits){-INT64_MAX, INT64_MAX};
    int64_t per_day = STOA__DAY_SECONDS * stoa__per_second(unit);
    return (stoa__limits){STOA_FIRST_DAY * per_day, (STOA_LAST_DAY + INT64_C(1)) * per_day - 1};
}

bool stoa__times_match(stoa__time to, stoa_type type, bool is_zoned)
{
    return to.type == type && (to.type != STOA_TIMESTAMP || (to.zone != NULL) == is_zoned);
}

/* What counts of `from` are multiplied by (or, `*divides`, divided by) to be counts of `to`. */
static int64_t factor_of(unsigned to, unsigned from, bool *divides)
{
    int64_t a = stoa__per_second(to), b = stoa__per_second(from);
    *divides = b > a;
    return *divides ? b / a : a / b;
}

static inline bool rescale(int64_t *count, int64_t factor, bool divides, stoa__limits limits)
{
    int64_t made;
    if (divides) {
        if (*count % factor != 0)
            return false;
        made = *count / factor;
    } else if (__builtin_mul_overflow(*count, factor, &made))
        return false;
    *count = made;
    return made >= limits.low && made <= limits.high;
}

stoa_status stoa__time_rescale(stoa__time to, unsigned unit, int64_t *count)
{
    bool divides = false;
    int64_t factor = to.type == STOA_DATE ? 1 : factor_of(to.unit, unit, &divides);
    return rescale(count, factor, divides, stoa__time_limits(to.type, to.unit)) ? STOA_OK
                                                                                : STOA_OVERFLOW;
}

/* ---- single values ---- */

stoa_status stoa__time_convert(stoa__time to, const stoa_value *value, void *out)
{
    int64_t count = value->int64;
    bool fits = stoa__times_match(to, value->type, stoa__byte_of(&value->is_zoned) != 0);
    if (!fits || (to.type != STOA_DATE && !stoa__unit_exists(value->unit)))
        return STOA_WRONG_TYPE;
    stoa_status status = stoa__time_rescale(to, value->unit, &count);
    if (status == STOA_OK)
        memcpy(out, &count, stoa__width((stoa_type)to.type)); /* little-endian: the low bytes */
    return status;
}

stoa_value stoa__time_value_of(stoa__time time, int64_t count)
{
    stoa_value value = stoa__time_value((stoa_type)time.type, count, (stoa_unit)time.unit);
    value.is_zoned = time.zone != NULL;
    return value;
}

/* ---- arrays ---- */

static inline int64_t count_at(unsigned type, const char *in)
{
    int64_t count = 0;
    int32_t days;
    if (type != STOA_DATE) {
        memcpy(&count, in, sizeof count);
        return count;
    }
    memcpy(&days, in, sizeof days);
    return days;
}

/* Whether none of a run of packed counts is beyond the limits. */
static bool run_fits(unsigned type, const char *in, size_t count, stoa__limits limits)
{
    int64_t beyond = 0;
    if (type == STOA_DATE) {
        for (size_t i = 0; i < count; i++) {
            int32_t days;
            memcpy(&days, in + i * sizeof days, sizeof days);
            beyond |= -(int64_t)((days < STOA_FIRST_DAY) | (days > STOA_LAST_DAY));
        }
        return beyond == 0;
    }
    for (size_t i = 0; i < count; i++) {
        int64_t at;
        memcpy(&at, in + i * sizeof at, sizeof at);
        beyond |= -(int64_t)((at < limits.low) | (at > limits.high));
    }
    return beyond == 0;
}

size_t stoa__times_check(stoa__time to, unsigned unit, const void *in, ptrdiff_t in_stride,
                         size_t count)
{
    enum { RUN = 512 };
    bool divides = false;
    int64_t factor = to.type == STOA_DATE ? 1 : factor_of(to.unit, unit, &divides);
    stoa__limits limits = stoa__time_limits(to.type, to.unit);
    size_t width = stoa__width((stoa_type)to.type), i = 0;
    if (factor == 1 && in_stride == (ptrdiff_t)width)
        while (count - i >= RUN && run_fits(to.type, (const char *)in + i * width, RUN, limits))
            i += RUN;
    const char *at = (const char *)in + (ptrdiff_t)i * in_stride;
    for (; i < count; i++, at += in_stride) {
        int64_t made = count_at(to.type, at);
        if (!rescale(&made, factor, divides, limits))
            return i;
    }
    return count;
}

size_t stoa__times_store(stoa__time to, void *out, ptrdiff_t out_stride, unsigned unit,
                         const void *in, ptrdiff_t in_stride, size_t count)
{
    size_t width = stoa__width((stoa_type)to.type);
    size_t fit = stoa__times_check(to, unit, in, in_stride, count);
    if (fit == 0) /* of which there may be no memory */
        return 0;
    if (unit == to.unit && in_stride == (ptrdiff_t)width && out_stride == in_stride) {
        memmove(out, in, fit * width);
        return fit;
    }
    bool divides = false;
    int64_t factor = to.type == STOA_DATE ? 1 : factor_of(to.unit, unit, &divides);
    const char *from = in;
    for (size_t i = 0; i < fit; i++, from += in_stride) {
        int64_t made = count_at(to.type, from);
        made = divides ? made / factor : made * factor;
        memcpy((char *)out + (ptrdiff_t)i * out_stride, &made, width);
    }
    return fit;
}

/* ---- texts ---- */

static int print_day(int64_t days, char *text, size_t size)
{
    stoa__civil date = stoa__civil_from_days(days);
    return snprintf(text, size, "%04" PRId64 "-%02u-%02u", date.year, date.month, date.day);
}

static void print_fraction(int64_t fraction, unsigned unit, char *text)
{
    static const uint8_t digits[] = {0, 0, 3, 6, 9};
    text[0] = '\0';
    if (fraction != 0)
        snprintf(text, 12, ".%0*" PRId64, digits[unit], fraction);
}

static void print_timestamp(unsigned unit, bool is_zoned, int64_t count, char *text, size_t size)
{
    char day[32], fraction[12];
    int64_t per_second = stoa__per_second(unit), seconds = stoa__floor_div(count, per_second);
    int64_t days = stoa__floor_div(seconds, STOA__DAY_SECONDS);
    int rest = (int)(seconds - days * STOA__DAY_SECONDS);
    print_day(days, day, sizeof day);
    print_fraction(stoa__floor_rest(count, per_second), unit, fraction);
    snprintf(text, size, "%s %02d:%02d:%02d%s%s", day, rest / 3600, rest / 60 % 60, rest % 60,
             fraction, is_zoned ? " UTC" : "");
}

void stoa__time_print(stoa_type type, unsigned unit, bool is_zoned, int64_t count, char *text,
                      size_t size)
{
    stoa__limits limits = stoa__time_limits(type, unit);
    bool readable = count >= limits.low && count <= limits.high;
    if (type == STOA_DATE && readable)
        print_day(count, text, size);
    else if (type == STOA_TIMESTAMP && readable)
        print_timestamp(unit, is_zoned, count, text, size);
    else
        snprintf(text, size, "%s of %" PRId64 " %s", stoa_type_name(type), count,
                 type == STOA_DATE ? "days" : stoa__unit_name(unit));
}

const char *stoa__type_text(stoa_type type, stoa__time time, char text[STOA__TYPE_TEXT])
{
    if (type == STOA_DURATION)
        snprintf(text, STOA__TYPE_TEXT, "duration[%s]", stoa__unit_name(time.unit));
    else if (type == STOA_TIMESTAMP)
        snprintf(text, STOA__TYPE_TEXT, "timestamp[%s%s%s]", stoa__unit_name(time.unit),
                 time.zone == NULL ? "" : ", ", time.zone == NULL ? "" : time.zone->name);
    else
        return stoa_type_name(type);
    return text;
}

const char *stoa__time_hint(stoa__time to, const stoa_value *value)
{
    if (stoa__is_null(value))
        return "";
    if (to.type == STOA_TIMESTAMP && value->type == STOA_TIMESTAMP &&
        (to.zone != NULL) != (stoa__byte_of(&value->is_zoned) != 0))
        return to.zone != NULL ? ", which belongs to no zone" : ", which is of UTC";
    if (to.type != STOA_DATE && value->type == to.type && !stoa__unit_exists(value->unit))
        return ", which has no unit";
    return "";
}
