/* failure.c: which values of a block fail, and why, for every kernel that checks.
 *
 * `verdict` is the rule for one pair of values. It computes in 128-bit integers, in which nothing
 * made of 64-bit values overflows, and in doubles. The kernels use other tests, made for vectors;
 * they agree with `verdict` for every value, and tests compare the two. The switch on the kernel is
 * made once per block: `mark` is inlined for each kernel with the kernel's facts as constants. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "kernel/kernel.h"

__extension__ typedef __int128 wide;

/* A value of any form: `integer` for integer forms, `real` for FLOAT64. */
typedef struct operand {
    wide integer;
    double real;
} operand;

static inline operand operand_at(stoa_type form, const void *values, size_t i)
{
    switch (form) {
    case STOA_INT32:
        return (operand){.integer = ((const int32_t *)values)[i]};
    case STOA_INT64:
        return (operand){.integer = ((const int64_t *)values)[i]};
    case STOA_UINT64:
        return (operand){.integer = ((const uint64_t *)values)[i]};
    case STOA_FLOAT64:
        return (operand){.real = ((const double *)values)[i]};
    default:
        return (operand){.integer = 0};
    }
}

static inline wide lowest_of(stoa_type type)
{
    switch (type) {
    case STOA_INT8:
        return INT8_MIN;
    case STOA_INT16:
        return INT16_MIN;
    case STOA_INT32:
        return INT32_MIN;
    case STOA_INT64:
        return INT64_MIN;
    default:
        return 0;
    }
}

static inline wide highest_of(stoa_type type)
{
    switch (type) {
    case STOA_BOOL:
        return 1;
    case STOA_INT8:
        return INT8_MAX;
    case STOA_INT16:
        return INT16_MAX;
    case STOA_INT32:
        return INT32_MAX;
    case STOA_INT64:
        return INT64_MAX;
    case STOA_UINT8:
        return UINT8_MAX;
    case STOA_UINT16:
        return UINT16_MAX;
    case STOA_UINT32:
        return UINT32_MAX;
    default:
        return UINT64_MAX;
    }
}

/* ---- the rules ---- */

static inline stoa_status is_time(wide integer, int64_t low, int64_t high)
{
    return integer >= low && integer <= high ? STOA_OK : STOA_OVERFLOW;
}

/* The kernel itself, on one value. */
static inline stoa_status zoned_fits(stoa__code code, wide a, wide zone, wide rest)
{
    int64_t count = (int64_t)a, pair[] = {(int64_t)zone, (int64_t)rest}, made;
    int32_t day = (int32_t)a;
    const void *value = code == STOA__UTC_OF_DAY ? (const void *)&day : (const void *)&count;
    bool fails = stoa__kernels_here()->run[code][STOA__VC](&made, value, pair, NULL, 1);
    return fails ? STOA_OVERFLOW : STOA_OK;
}

static inline stoa_status fits(stoa_type type, wide integer)
{
    return integer >= lowest_of(type) && integer <= highest_of(type) ? STOA_OK : STOA_OVERFLOW;
}

/* The loop ends early: unless a is -1, 0 or 1, a power beyond the 63rd does not fit. */
static inline stoa_status power_fits(wide a, wide b)
{
    if (b < 0)
        return STOA_INVALID;
    if (a >= -1 && a <= 1)
        return STOA_OK;
    wide power = 1;
    for (wide i = 0; i < b; i++) {
        power *= a;
        if (fits(STOA_INT64, power) != STOA_OK)
            return STOA_OVERFLOW;
    }
    return STOA_OK;
}

static inline stoa_status shift_left_fits(stoa_type type, wide a, wide b)
{
    if (b < 0)
        return STOA_INVALID;
    if (a == 0)
        return STOA_OK;
    return b > 63 ? STOA_OVERFLOW : fits(type, a * ((wide)1 << b));
}

static inline stoa_status truncated_fits(stoa_type type, double a)
{
    double highest = type == STOA_INT64 ? 0x1p63 : 0x1p64,
           lowest = type == STOA_INT64 ? -0x1p63 : 0;
    return trunc(a) >= lowest && trunc(a) < highest ? STOA_OK : STOA_OVERFLOW;
}

static inline stoa_status float32_fits(double a)
{
    return isfinite(a) && !isfinite((float)a) ? STOA_OVERFLOW : STOA_OK;
}

/* The same of kernels of times, whose divisors are not 0. */
static inline stoa_status time_verdict(stoa__code code, operand a, operand b, operand highest)
{
    wide rest = b.integer == 0 ? 0 : a.integer % b.integer;
    switch (code) {
    case STOA__DAYS_S:
    case STOA__SECONDS_S:
    case STOA__FLOOR_S:
        return is_time(a.integer, STOA__LOW_S, STOA__HIGH_S);
    case STOA__DAYS_MS:
    case STOA__SECONDS_MS:
    case STOA__FLOOR_MS:
        return is_time(a.integer, STOA__LOW_MS, STOA__HIGH_MS);
    case STOA__DAYS_US:
    case STOA__SECONDS_US:
    case STOA__FLOOR_US:
        return is_time(a.integer, STOA__LOW_US, STOA__HIGH_US);
    case STOA__DAYS_NS:
    case STOA__SECONDS_NS:
        return is_time(a.integer, STOA__LOW_NS, STOA__HIGH_NS);
    case STOA__FLOOR_NS:
        return is_time(a.integer - rest - (rest < 0 ? b.integer : 0), INT64_MIN, INT64_MAX);
    case STOA__EXACT_DIV:
        return rest == 0 ? STOA_OK : STOA_OVERFLOW;
    case STOA__LOCAL:
    case STOA__UTC_OF_DAY:
    case STOA__FLOOR_ZONED:
        return zoned_fits(code, a.integer, b.integer, highest.integer);
    default:
        return STOA_OK;
    }
}

/* b: for WITHIN the lowest allowed value; `highest`: the highest. */
static inline stoa_status verdict(stoa__code code, stoa_type out, operand a, operand b,
                                  operand highest)
{
    switch (code) {
    case STOA__ADD_CHECKED:
    case STOA__ADD_NONNEGATIVE:
        return fits(out, a.integer + b.integer);
    case STOA__ADD_SQUARES:
    case STOA__ADD_SQUARES_FAILS:
    case STOA__NORM:
        return fits(STOA_INT64, a.integer * a.integer + b.integer * b.integer);
    case STOA__SUB_CHECKED:
        return fits(out, a.integer - b.integer);
    case STOA__MUL_CHECKED:
        return fits(out, a.integer * b.integer);
    case STOA__FLOOR_DIV_INT32:
    case STOA__FLOOR_DIV_INT64:
        return b.integer == 0 ? STOA_DIVISION_BY_ZERO : fits(out, a.integer / b.integer);
    case STOA__REM_INT32:
    case STOA__REM_INT64:
        return b.integer == 0 ? STOA_DIVISION_BY_ZERO : STOA_OK;
    case STOA__POW_INT64:
        return power_fits(a.integer, b.integer);
    case STOA__NEG_INT64:
    case STOA__ABS_INT64:
        return fits(out, -a.integer);
    case STOA__SHIFT_LEFT_INT64:
    case STOA__SHIFT_LEFT_UINT64:
        return shift_left_fits(out, a.integer, b.integer);
    case STOA__SHIFT_RIGHT_INT64:
    case STOA__SHIFT_RIGHT_UINT64:
        return b.integer < 0 ? STOA_INVALID : STOA_OK;
    case STOA__STORE_INT8:
    case STOA__STORE_INT16:
    case STOA__STORE_UINT8:
    case STOA__STORE_UINT16:
    case STOA__STORE_UINT32:
    case STOA__INT32_CHECKED:
    case STOA__INT64_UINT64:
    case STOA__UINT64_INT64:
        return fits(out, a.integer);
    case STOA__INT64_FLOAT64:
    case STOA__UINT64_FLOAT64:
        return truncated_fits(out, a.real);
    case STOA__STORE_FLOAT32:
    case STOA__ROUND_FLOAT32:
        return float32_fits(a.real);
    case STOA__WITHIN_INT32:
    case STOA__WITHIN_INT64:
        return a.integer >= b.integer && a.integer <= highest.integer ? STOA_OK : STOA_OVERFLOW;
    default:
        return time_verdict(code, a, b, highest);
    }
}

static inline bool has_range(stoa__code code)
{
    return code == STOA__WITHIN_INT32 || code == STOA__WITHIN_INT64 || code == STOA__LOCAL ||
           code == STOA__UTC_OF_DAY || code == STOA__FLOOR_ZONED;
}

/* ---- which values fail ---- */

__attribute__((always_inline)) static inline void mark(stoa__code code, stoa_type out,
                                                       stoa_type a_form, stoa_type b_form,
                                                       stoa__shape shape, uint64_t *failed,
                                                       const void *a, const void *b, size_t count)
{
    bool a_varies = shape != STOA__CV && shape != STOA__CC;
    bool b_varies = shape != STOA__VC && shape != STOA__CC && !has_range(code);
    operand highest = has_range(code) ? operand_at(b_form, b, 1) : (operand){.integer = 0};
    for (size_t i = 0; i < count; i++) {
        stoa_status status = verdict(code, out, operand_at(a_form, a, a_varies ? i : 0),
                                     operand_at(b_form, b, b_varies ? i : 0), highest);
        failed[i / 64] |= (uint64_t)(status != STOA_OK) << (i % 64);
    }
}

void stoa__failures(stoa__code code, stoa__shape shape, uint64_t *failed, const void *a,
                    const void *b, size_t count)
{
    for (size_t word = 0; word * 64 < count; word++)
        failed[word] = 0;
    switch (code) {
#define never(NAME, out, a_form, b_form)
#define checks(NAME, out, a_form, b_form)                                                         \
    case STOA__##NAME:                                                                            \
        mark(STOA__##NAME, STOA_##out, STOA_##a_form, STOA_##b_form, shape, failed, a, b, count); \
        break;
#define MARKED(NAME, name, out, a_form, b_form, shapes, fails) fails(NAME, out, a_form, b_form)
        STOA__KERNELS(MARKED)
#undef MARKED
#undef checks
#undef never
    default:
        break;
    }
}

/* ---- why they fail ---- */

enum { VALUE_TEXT = 32, WHAT_TEXT = 5 * VALUE_TEXT };

/* Prints the fewest digits that give the same double. */
static void print_real(double real, char *text)
{
    if (isnan(real)) {
        snprintf(text, VALUE_TEXT, "nan");
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, VALUE_TEXT, "%.*g", digits, real);
        if (strtod(text, NULL) == real)
            return;
    }
}

static void print_value(stoa_type form, operand value, char *text)
{
    if (form == STOA_FLOAT64)
        print_real(value.real, text);
    else if (value.integer < 0)
        snprintf(text, VALUE_TEXT, "%" PRId64, (int64_t)value.integer);
    else
        snprintf(text, VALUE_TEXT, "%" PRIu64, (uint64_t)value.integer);
}

/* The operator between the operands; NULL for a kernel with one operand, or a range. */
static const char *sign_of(stoa__code code)
{
    switch (code) {
    case STOA__ADD_CHECKED:
    case STOA__ADD_NONNEGATIVE:
        return "+";
    case STOA__SUB_CHECKED:
        return "-";
    case STOA__MUL_CHECKED:
        return "*";
    case STOA__FLOOR_DIV_INT32:
    case STOA__FLOOR_DIV_INT64:
        return "//";
    case STOA__REM_INT32:
    case STOA__REM_INT64:
        return "%";
    case STOA__POW_INT64:
        return "**";
    case STOA__SHIFT_LEFT_INT64:
    case STOA__SHIFT_LEFT_UINT64:
        return "<<";
    case STOA__SHIFT_RIGHT_INT64:
    case STOA__SHIFT_RIGHT_UINT64:
        return ">>";
    default:
        return NULL;
    }
}

static bool adds_squares(stoa__code code)
{
    return code == STOA__ADD_SQUARES || code == STOA__ADD_SQUARES_FAILS || code == STOA__NORM;
}

static bool is_of_time(stoa__code code)
{
    return (code >= STOA__DAYS_S && code <= STOA__FLOOR_NS) || code == STOA__LOCAL ||
           code == STOA__UTC_OF_DAY || code == STOA__FLOOR_ZONED;
}

/* The type that the result does not fit. For a range: the type with exactly that range, or
 * NO_TYPE. */
static stoa_type type_of(stoa__code code, operand lowest, operand highest)
{
    if (code == STOA__ROUND_FLOAT32)
        return STOA_FLOAT32;
    if (adds_squares(code))
        return STOA_INT64;
    if (!has_range(code))
        return (stoa_type)stoa__facts[code].out;
    for (stoa_type type = STOA_BOOL; type <= STOA_UINT64; type++)
        if (lowest.integer == lowest_of(type) && highest.integer == highest_of(type))
            return type;
    return STOA_NO_TYPE;
}

/* "7 // 0", "abs(-5)", "300" */
static void print_operation(stoa__code code, operand a, operand b, char *text)
{
    const stoa__code_facts *facts = &stoa__facts[code];
    const char *sign = sign_of(code);
    char first[VALUE_TEXT], second[VALUE_TEXT];
    print_value((stoa_type)facts->a, a, first);
    print_value((stoa_type)facts->b, b, second);
    if (code == STOA__POW_INT64 && first[0] == '-') /* ** binds tighter than the unary minus */
        snprintf(text, WHAT_TEXT, "(%s) ** %s", first, second);
    else if (sign != NULL)
        snprintf(text, WHAT_TEXT, "%s %s %s", first, sign, second);
    else if (adds_squares(code))
        snprintf(text, WHAT_TEXT, "%s * %s + %s * %s", first, first, second, second);
    else if (code == STOA__NEG_INT64)
        snprintf(text, WHAT_TEXT, "-(%s)", first);
    else if (code == STOA__ABS_INT64)
        snprintf(text, WHAT_TEXT, "abs(%s)", first);
    else
        snprintf(text, WHAT_TEXT, "%s", first);
}

stoa_status stoa__failure_text(stoa__code code, const void *a, const void *b, stoa_type to,
                               char *text, size_t size)
{
    stoa_type out = (stoa_type)stoa__facts[code].out, form = (stoa_type)stoa__facts[code].b;
    operand first = operand_at((stoa_type)stoa__facts[code].a, a, 0);
    operand second = operand_at(form, b, 0);
    operand highest = has_range(code) ? operand_at(form, b, 1) : second;
    stoa_status status = verdict(code, out, first, second, highest);
    stoa_type type = to == STOA_NO_TYPE ? type_of(code, second, highest) : to;
    char what[WHAT_TEXT];
    print_operation(code, first, second, what);
    if (status == STOA_OK)
        snprintf(text, size, "%s does not fail", what);
    else if (status == STOA_DIVISION_BY_ZERO)
        snprintf(text, size, "%s divides by zero", what);
    else if (status == STOA_INVALID && code == STOA__POW_INT64)
        snprintf(text, size, "%s: an integer has no negative power", what);
    else if (status == STOA_INVALID)
        snprintf(text, size, "%s: the count of a shift is negative", what);
    else if (is_of_time(code))
        snprintf(text, size, "%s is no timestamp of the years 1 to 9999", what);
    else if (code == STOA__EXACT_DIV)
        snprintf(text, size, "%s is not a whole number of the other unit", what);
    else if (type != STOA_NO_TYPE)
        snprintf(text, size, "%s does not fit %s", what, stoa_type_name(type));
    else
        snprintf(text, size, "%s is not from %" PRId64 " to %" PRId64, what,
                 (int64_t)second.integer, (int64_t)highest.integer);
    return status;
}
