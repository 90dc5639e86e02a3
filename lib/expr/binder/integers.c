/* integers.c: the arithmetic of integers: int64, checked.
 *
 * A check is left out where the ranges say that nothing can overflow, and 32-bit forms are used
 * where they are exact: the product of two int32 always fits an int64. uint64 takes part as an
 * int64, checked. */
#include "expr/binder/operate.h"

static stoa__range product_range(stoa__range a, stoa__range b)
{
    stoa__wide p = a.low * b.low, q = a.low * b.high, r = a.high * b.low, s = a.high * b.high;
    return (stoa__range){least(least(p, q), least(r, s)), most(most(p, q), most(r, s))};
}

static stoa__range square_range(stoa__range a)
{
    stoa__wide p = a.low * a.low, q = a.high * a.high;
    return (stoa__range){a.low <= 0 && a.high >= 0 ? 0 : least(p, q), most(p, q)};
}

/* Operands as int64 or, where they are, int32. A constant takes the form of the other. */
static bool both_narrow(const work *at, stoa__id *a, stoa__id *b)
{
    stoa__range narrow = stoa__range_of(STOA_INT32);
    stoa__id *operands[] = {a, b};
    for (int i = 0; i < 2; i++) {
        if (form_of(at, *operands[i]) == STOA_BOOL ||
            (stoa__is_constant(at->code, *operands[i]) &&
             stoa__range_within(range_of(at, *operands[i]), narrow)))
            *operands[i] = as(at, *operands[i], STOA_INT32);
    }
    return form_of(at, *a) == STOA_INT32 && form_of(at, *b) == STOA_INT32;
}

/* The four forms of an operation: exact in 32 bits, 32 to 64, exact in 64, checked. */
typedef struct forms {
    uint16_t narrow, widening, exact, checked;
} forms;

static stoa__id in_forms(const work *at, const forms *codes, stoa__id a, stoa__id b,
                         stoa__range (*range)(stoa__range, stoa__range))
{
    bool narrow = both_narrow(at, &a, &b);
    if (!narrow) {
        a = as(at, a, STOA_INT64);
        b = as(at, b, STOA_INT64);
    }
    if (at->code->refused)
        return STOA__NOTHING_ID;
    stoa__range made = range(range_of(at, a), range_of(at, b));
    if (a == b && codes->exact == STOA__MUL_INT64)
        made = square_range(range_of(at, a));
    if (narrow && stoa__range_within(made, stoa__range_of(STOA_INT32)))
        return emit(at, codes->narrow, a, b, false, made);
    if (narrow)
        return emit(at, codes->widening, a, b, false, made);
    if (stoa__range_within(made, stoa__range_of(STOA_INT64)))
        return emit(at, codes->exact, a, b, false, made);
    bool up =
        codes->checked == STOA__ADD_CHECKED && range_of(at, a).low >= 0 && range_of(at, b).low >= 0;
    return emit(at, up ? STOA__ADD_UP : codes->checked, a, b, true,
                clipped(made, stoa__range_of(STOA_INT64)));
}

static stoa__range sum_range(stoa__range a, stoa__range b)
{
    return (stoa__range){a.low + b.low, a.high + b.high};
}

static stoa__range difference_range(stoa__range a, stoa__range b)
{
    return (stoa__range){a.low - b.high, a.high - b.low};
}

static stoa__id multiply_integers(const work *at, stoa__id a, stoa__id b)
{
    static const forms codes = {STOA__MUL_INT32, STOA__MUL_WIDE, STOA__MUL_INT64,
                                STOA__MUL_CHECKED};
    return in_forms(at, &codes, a, b, product_range);
}

/* Of an int32 for each row. */
static bool is_square(const work *at, stoa__id id)
{
    const stoa__term *term = &at->code->terms[id];
    return term->kind == STOA__STEP_TERM && term->code == STOA__MUL_WIDE && !term->uniform &&
           term->a == term->b;
}

static stoa__id add_integers(const work *at, stoa__id a, stoa__id b)
{
    if (is_square(at, a) && is_square(at, b)) {
        stoa__range sum = sum_range(range_of(at, a), range_of(at, b));
        stoa__range all = stoa__range_of(STOA_INT64);
        return emit(at, STOA__ADD_SQUARES, at->code->terms[a].a, at->code->terms[b].a,
                    !stoa__range_within(sum, all), clipped(sum, all));
    }
    static const forms codes = {STOA__ADD_INT32, STOA__ADD_WIDE, STOA__ADD_INT64,
                                STOA__ADD_CHECKED};
    return in_forms(at, &codes, a, b, sum_range);
}

static stoa__id subtract_integers(const work *at, stoa__id a, stoa__id b)
{
    static const forms codes = {STOA__SUB_INT32, STOA__SUB_WIDE, STOA__SUB_INT64,
                                STOA__SUB_CHECKED};
    return in_forms(at, &codes, a, b, difference_range);
}

/* // and %: in 32 bits unless that could overflow, which only -2**31 // -1 does. */
static stoa__id divide_integers(const work *at, stoa__id a, stoa__id b, bool remainder)
{
    bool narrow = both_narrow(at, &a, &b);
    if (at->code->refused)
        return STOA__NOTHING_ID;
    if (narrow && can_be(range_of(at, a), INT32_MIN) && can_be(range_of(at, b), -1))
        narrow = false;
    if (!narrow) {
        a = as(at, a, STOA_INT64);
        b = as(at, b, STOA_INT64);
    }
    if (at->code->refused)
        return STOA__NOTHING_ID;
    stoa__range left = range_of(at, a), right = range_of(at, b);
    bool may_fail =
        can_be(right, 0) || (!remainder && !narrow && can_be(left, INT64_MIN) && can_be(right, -1));
    stoa__wide bound = most(most(left.high, -left.low), 1);
    stoa__range made = {-bound, bound};
    if (remainder)
        made = (stoa__range){least(right.low, -1) + 1, most(right.high, 1) - 1};
    else if (left.low >= 0 && right.low >= 0)
        made.low = 0;
    made = clipped(made, stoa__range_of(narrow ? STOA_INT32 : STOA_INT64));
    unsigned step = remainder ? (narrow ? STOA__REM_INT32 : STOA__REM_INT64)
                              : (narrow ? STOA__FLOOR_DIV_INT32 : STOA__FLOOR_DIV_INT64);
    return emit(at, step, a, b, may_fail, made);
}

/* int32 stays what it is, a condition counts as one, uint64 becomes int64. */
static stoa__id as_integer(const work *at, stoa__id id)
{
    unsigned form = form_of(at, id);
    return as(at, id, form == STOA_BOOL || form == STOA_INT32 ? STOA_INT32 : STOA_INT64);
}

static stoa__id power_of_integers(const work *at, stoa__id a, stoa__id b)
{
    bool constant = stoa__is_constant(at->code, b);
    if (constant && range_of(at, b).low == 2)
        return multiply_integers(at, as_integer(at, a), as_integer(at, a));
    if (constant && range_of(at, b).low == 1)
        return as_integer(at, a);
    a = as(at, a, STOA_INT64);
    b = as(at, b, STOA_INT64);
    if (at->code->refused)
        return STOA__NOTHING_ID;
    stoa__range made = stoa__range_of(STOA_INT64);
    bool may_fail = true;
    if (constant && range_of(at, b).low >= 0 && range_of(at, b).low < 64) {
        stoa__wide base = most(range_of(at, a).high, -range_of(at, a).low), power = 1;
        for (stoa__wide i = 0; i < range_of(at, b).low && power <= INT64_MAX; i++)
            power *= base;
        may_fail = power > INT64_MAX;
        if (!may_fail)
            made = (stoa__range){-power, power};
    }
    return emit(at, STOA__POW_INT64, a, b, may_fail, made);
}

stoa__id stoa__negated(const work *at, stoa__id a)
{
    unsigned form = form_of(at, a);
    if (form == STOA_FLOAT64)
        return emit(at, STOA__NEG_FLOAT64, a, 0, false, NO_RANGE);
    bool narrow = form == STOA_BOOL || form == STOA_INT32;
    a = as(at, a, narrow ? STOA_INT32 : STOA_INT64);
    if (at->code->refused)
        return STOA__NOTHING_ID;
    if (narrow && can_be(range_of(at, a), INT32_MIN)) {
        narrow = false;
        a = as(at, a, STOA_INT64);
    }
    stoa__range range = range_of(at, a), made = {-range.high, -range.low};
    return emit(at, narrow ? STOA__NEG_INT32 : STOA__NEG_INT64, a, 0,
                !narrow && can_be(range, INT64_MIN), clipped(made, stoa__range_of(STOA_INT64)));
}

stoa__id stoa__absolute(const work *at, stoa__id a)
{
    unsigned form = form_of(at, a);
    if (form == STOA_FLOAT64)
        return emit(at, STOA__ABS_FLOAT64, a, 0, false, NO_RANGE);
    if (form == STOA_BOOL)
        return as(at, a, STOA_INT32);
    stoa__range range = range_of(at, a);
    if (range.low >= 0)
        return a;
    bool narrow = form == STOA_INT32 && !can_be(range, INT32_MIN);
    a = narrow ? a : as(at, a, STOA_INT64);
    stoa__range made = {can_be(range, 0) ? 0 : 1, most(range.high, -range.low)};
    return emit(at, narrow ? STOA__ABS_INT32 : STOA__ABS_INT64, a, 0,
                !narrow && can_be(range, INT64_MIN), clipped(made, stoa__range_of(STOA_INT64)));
}

stoa__id stoa__integer_arithmetic(const work *at, stoa_operation operation, stoa__id a, stoa__id b)
{
    switch (operation) {
    case STOA_ADD:
        return add_integers(at, a, b);
    case STOA_SUBTRACT:
        return subtract_integers(at, a, b);
    case STOA_MULTIPLY:
        return multiply_integers(at, a, b);
    case STOA_POWER:
        return power_of_integers(at, a, b);
    default:
        return divide_integers(at, a, b, operation == STOA_REMAINDER);
    }
}
