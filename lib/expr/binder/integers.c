/* integers.c: the arithmetic of integers: int64, checked.
 *
 * A check is left out where the ranges say that nothing can overflow, and 32-bit forms are used
 * where they are exact: the product of two int32 always fits an int64. uint64 takes part as an
 * int64, checked. */
#include "expr/binder/operate.h"

static stoa__range product_range(stoa__range a, stoa__range b)
{
    stoa__wide p = a.low * b.low, q = a.low * b.high, r = a.high * b.low, s = a.high * b.high;
    return stoa__range_union((stoa__range){stoa__smaller(p, q), stoa__larger(p, q)},
                             (stoa__range){stoa__smaller(r, s), stoa__larger(r, s)});
}

static stoa__range square_range(stoa__range a)
{
    stoa__wide p = a.low * a.low, q = a.high * a.high;
    return (stoa__range){a.low <= 0 && a.high >= 0 ? 0 : stoa__smaller(p, q), stoa__larger(p, q)};
}

/* Operands as int64 or, where they are, int32. A constant takes the form of the other. */
static bool both_narrow(stoa__code_block *code, stoa__id *a, stoa__id *b)
{
    stoa__range narrow = stoa__range_of(STOA_INT32);
    stoa__id *operands[] = {a, b};
    for (int i = 0; i < 2; i++) {
        if (form_of(code, *operands[i]) == STOA_BOOL ||
            (stoa__is_constant(code, *operands[i]) &&
             stoa__range_within(range_of(code, *operands[i]), narrow)))
            *operands[i] = stoa__emit_as(code, *operands[i], STOA_INT32);
    }
    return form_of(code, *a) == STOA_INT32 && form_of(code, *b) == STOA_INT32;
}

/* The four forms of an operation: exact in 32 bits, 32 to 64, exact in 64, checked. */
typedef struct forms {
    uint16_t narrow, widening, exact, checked;
} forms;

static stoa__id in_forms(stoa__code_block *code, const forms *codes, stoa__id a, stoa__id b,
                         stoa__range (*range)(stoa__range, stoa__range))
{
    bool narrow = both_narrow(code, &a, &b);
    if (!narrow) {
        a = stoa__emit_as(code, a, STOA_INT64);
        b = stoa__emit_as(code, b, STOA_INT64);
    }
    stoa__range made = range(range_of(code, a), range_of(code, b));
    if (a == b && codes->exact == STOA__MUL_INT64)
        made = square_range(range_of(code, a));
    if (narrow && stoa__range_within(made, stoa__range_of(STOA_INT32)))
        return stoa__emit(code, codes->narrow, a, b, false, made);
    if (narrow)
        return stoa__emit(code, codes->widening, a, b, false, made);
    if (stoa__range_within(made, stoa__range_of(STOA_INT64)))
        return stoa__emit(code, codes->exact, a, b, false, made);
    bool up = codes->checked == STOA__ADD_CHECKED && range_of(code, a).low >= 0 &&
              range_of(code, b).low >= 0;
    return stoa__emit(code, up ? STOA__ADD_NONNEGATIVE : codes->checked, a, b, true,
                      stoa__range_clip(made, stoa__range_of(STOA_INT64)));
}

static stoa__range sum_range(stoa__range a, stoa__range b)
{
    return (stoa__range){a.low + b.low, a.high + b.high};
}

static stoa__range difference_range(stoa__range a, stoa__range b)
{
    return (stoa__range){a.low - b.high, a.high - b.low};
}

static stoa__id multiply_integers(stoa__code_block *code, stoa__id a, stoa__id b)
{
    static const forms codes = {STOA__MUL_INT32, STOA__MUL_WIDE, STOA__MUL_INT64,
                                STOA__MUL_CHECKED};
    return in_forms(code, &codes, a, b, product_range);
}

/* Of an int32 for each row. */
static bool is_square(const stoa__code_block *code, stoa__id id)
{
    const stoa__term *term = &code->terms[id];
    return term->kind == STOA__STEP_TERM && term->code == STOA__MUL_WIDE && !term->uniform &&
           term->a == term->b;
}

static stoa__id add_integers(stoa__code_block *code, stoa__id a, stoa__id b)
{
    if (is_square(code, a) && is_square(code, b)) {
        stoa__range sum = sum_range(range_of(code, a), range_of(code, b));
        stoa__range all = stoa__range_of(STOA_INT64);
        return stoa__emit(code, STOA__ADD_SQUARES, code->terms[a].a, code->terms[b].a,
                          !stoa__range_within(sum, all), stoa__range_clip(sum, all));
    }
    static const forms codes = {STOA__ADD_INT32, STOA__ADD_WIDE, STOA__ADD_INT64,
                                STOA__ADD_CHECKED};
    return in_forms(code, &codes, a, b, sum_range);
}

static stoa__id subtract_integers(stoa__code_block *code, stoa__id a, stoa__id b)
{
    static const forms codes = {STOA__SUB_INT32, STOA__SUB_WIDE, STOA__SUB_INT64,
                                STOA__SUB_CHECKED};
    return in_forms(code, &codes, a, b, difference_range);
}

/* // and %: in 32 bits unless that could overflow, which only -2**31 // -1 does. */
static stoa__id divide_integers(stoa__code_block *code, stoa__id a, stoa__id b, bool remainder)
{
    bool narrow = both_narrow(code, &a, &b);
    if (narrow && stoa__range_has(range_of(code, a), INT32_MIN) &&
        stoa__range_has(range_of(code, b), -1))
        narrow = false;
    if (!narrow) {
        a = stoa__emit_as(code, a, STOA_INT64);
        b = stoa__emit_as(code, b, STOA_INT64);
    }
    stoa__range left = range_of(code, a), right = range_of(code, b);
    bool may_fail =
        stoa__range_has(right, 0) ||
        (!remainder && !narrow && stoa__range_has(left, INT64_MIN) && stoa__range_has(right, -1));
    stoa__wide bound = stoa__larger(stoa__larger(left.high, -left.low), 1);
    stoa__range made = {-bound, bound};
    if (remainder)
        made = (stoa__range){stoa__smaller(right.low, -1) + 1, stoa__larger(right.high, 1) - 1};
    else if (left.low >= 0 && right.low >= 0)
        made.low = 0;
    made = stoa__range_clip(made, stoa__range_of(narrow ? STOA_INT32 : STOA_INT64));
    unsigned step = remainder ? (narrow ? STOA__REM_INT32 : STOA__REM_INT64)
                              : (narrow ? STOA__FLOOR_DIV_INT32 : STOA__FLOOR_DIV_INT64);
    return stoa__emit(code, step, a, b, may_fail, made);
}

/* int32 stays what it is, a condition counts as one, uint64 becomes int64. */
static stoa__id as_integer(stoa__code_block *code, stoa__id id)
{
    unsigned form = form_of(code, id);
    return stoa__emit_as(code, id,
                         form == STOA_BOOL || form == STOA_INT32 ? STOA_INT32 : STOA_INT64);
}

static stoa__id power_of_integers(stoa__code_block *code, stoa__id a, stoa__id b)
{
    bool constant = stoa__is_constant(code, b);
    if (constant && range_of(code, b).low == 2)
        return multiply_integers(code, as_integer(code, a), as_integer(code, a));
    if (constant && range_of(code, b).low == 1)
        return as_integer(code, a);
    a = stoa__emit_as(code, a, STOA_INT64);
    b = stoa__emit_as(code, b, STOA_INT64);
    stoa__range made = stoa__range_of(STOA_INT64);
    bool may_fail = true;
    if (constant && range_of(code, b).low >= 0 && range_of(code, b).low < 64) {
        stoa__wide base = stoa__larger(range_of(code, a).high, -range_of(code, a).low), power = 1;
        for (stoa__wide i = 0; i < range_of(code, b).low && power <= INT64_MAX; i++)
            power *= base;
        may_fail = power > INT64_MAX;
        if (!may_fail)
            made = (stoa__range){-power, power};
    }
    return stoa__emit(code, STOA__POW_INT64, a, b, may_fail, made);
}

stoa__id stoa__negated(stoa__code_block *code, stoa__id a)
{
    unsigned form = form_of(code, a);
    if (form == STOA_FLOAT64)
        return stoa__emit(code, STOA__NEG_FLOAT64, a, 0, false, STOA__NO_RANGE);
    bool narrow = form == STOA_BOOL || form == STOA_INT32;
    a = stoa__emit_as(code, a, narrow ? STOA_INT32 : STOA_INT64);
    if (narrow && stoa__range_has(range_of(code, a), INT32_MIN)) {
        narrow = false;
        a = stoa__emit_as(code, a, STOA_INT64);
    }
    stoa__range range = range_of(code, a), made = {-range.high, -range.low};
    return stoa__emit(code, narrow ? STOA__NEG_INT32 : STOA__NEG_INT64, a, 0,
                      !narrow && stoa__range_has(range, INT64_MIN),
                      stoa__range_clip(made, stoa__range_of(STOA_INT64)));
}

stoa__id stoa__absolute(stoa__code_block *code, stoa__id a)
{
    unsigned form = form_of(code, a);
    if (form == STOA_FLOAT64)
        return stoa__emit(code, STOA__ABS_FLOAT64, a, 0, false, STOA__NO_RANGE);
    stoa__range range = range_of(code, a);
    if (range.low >= 0)
        return as_number(code, a);
    bool narrow = form == STOA_INT32 && !stoa__range_has(range, INT32_MIN);
    a = narrow ? a : stoa__emit_as(code, a, STOA_INT64);
    stoa__range made = {stoa__range_has(range, 0) ? 0 : 1, stoa__larger(range.high, -range.low)};
    return stoa__emit(code, narrow ? STOA__ABS_INT32 : STOA__ABS_INT64, a, 0,
                      !narrow && stoa__range_has(range, INT64_MIN),
                      stoa__range_clip(made, stoa__range_of(STOA_INT64)));
}

stoa__id stoa__integer_arithmetic(stoa__code_block *code, stoa_operation operation, stoa__id a,
                                  stoa__id b)
{
    switch (operation) {
    case STOA_ADD:
        return add_integers(code, a, b);
    case STOA_SUBTRACT:
        return subtract_integers(code, a, b);
    case STOA_MULTIPLY:
        return multiply_integers(code, a, b);
    case STOA_POWER:
        return power_of_integers(code, a, b);
    default:
        return divide_integers(code, a, b, operation == STOA_REMAINDER);
    }
}
