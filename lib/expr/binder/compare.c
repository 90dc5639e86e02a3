/* compare.c: comparisons, exact between any two numbers.
 *
 * The ranges decide some at once; integers meet in the narrowest form that holds both; an integer
 * meets a float constant as an integer (x < 2.5 is x <= 2), and other floats as a float where it
 * has at most 53 bits, else by the kernels that compare the two forms as they are. */
#include <math.h>

#include "expr/binder/operate.h"

/* The place of each in a family of kernels. */
static const uint8_t places[] = {
    [STOA_EQUAL] = 0,      [STOA_NOT_EQUAL] = 1, [STOA_LESS] = 2,
    [STOA_LESS_EQUAL] = 3, [STOA_GREATER] = 4,   [STOA_GREATER_EQUAL] = 5,
};

static stoa__id step_of(stoa__code_block *code, stoa_operation operation, unsigned family,
                        stoa__id a, stoa__id b)
{
    return stoa__emit(code, family + places[operation], a, b, false, STOA__TRUTH_RANGE);
}

static stoa_operation mirrored(stoa_operation operation)
{
    switch (operation) {
    case STOA_LESS:
        return STOA_GREATER;
    case STOA_LESS_EQUAL:
        return STOA_GREATER_EQUAL;
    case STOA_GREATER:
        return STOA_LESS;
    case STOA_GREATER_EQUAL:
        return STOA_LESS_EQUAL;
    default:
        return operation;
    }
}

/* ---- what is known beforehand ---- */

typedef enum answer { FALSE, TRUE, UNKNOWN } answer;

static answer decided(bool always, bool never)
{
    return always ? TRUE : never ? FALSE : UNKNOWN;
}

/* What holds for every pair of numbers in the ranges. */
static answer known(stoa_operation operation, stoa__range a, stoa__range b)
{
    bool below = a.high < b.low;
    bool above = a.low > b.high;
    bool at_most = a.high <= b.low, at_least = a.low >= b.high;
    switch (operation) {
    case STOA_LESS:
        return decided(below, at_least);
    case STOA_LESS_EQUAL:
        return decided(at_most, above);
    case STOA_GREATER:
        return decided(above, at_most);
    case STOA_GREATER_EQUAL:
        return decided(at_least, below);
    case STOA_EQUAL:
        return decided(at_most && at_least, below || above);
    default:
        return decided(below || above, at_most && at_least);
    }
}

/* ---- integers ---- */

static bool narrow(const stoa__code_block *code, stoa__id id)
{
    const stoa__term *term = &code->terms[id];
    return term->form == STOA_INT32 ||
           (term->kind == STOA__CONSTANT_TERM &&
            stoa__range_within(term->range, stoa__range_of(STOA_INT32)));
}

static stoa__id integers(stoa__code_block *code, stoa_operation operation, stoa__id a, stoa__id b)
{
    const stoa__term *x = &code->terms[a], *y = &code->terms[b];
    stoa__range wide = stoa__range_of(STOA_INT64);
    bool sure = stoa__is_sure(x) && stoa__is_sure(y);
    answer always = a == b ? known(operation, STOA__NO_RANGE, STOA__NO_RANGE)
                           : known(operation, x->range, y->range);
    if (sure && always != UNKNOWN)
        return stoa__emit_truth(code, always == TRUE);
    stoa_type form = narrow(code, a) && narrow(code, b)                         ? STOA_INT32
                     : x->range.high <= wide.high && y->range.high <= wide.high ? STOA_INT64
                                                                                : STOA_UINT64;
    if (form == STOA_UINT64 && x->range.low < 0)
        return step_of(code, mirrored(operation), STOA__EQ_UINT64_INT64, b,
                       stoa__emit_as(code, a, STOA_INT64));
    if (form == STOA_UINT64 && y->range.low < 0)
        return step_of(code, operation, STOA__EQ_UINT64_INT64, a,
                       stoa__emit_as(code, b, STOA_INT64));
    a = stoa__emit_as(code, a, form);
    b = stoa__emit_as(code, b, form);
    return step_of(code, operation,
                   form == STOA_INT32   ? STOA__EQ_INT32
                   : form == STOA_INT64 ? STOA__EQ_INT64
                                        : STOA__EQ_UINT64,
                   a, b);
}

/* ---- integers and floats ---- */

/* An integer against a float that is known: the nearest integer that decides in the same way. */
static stoa__id against_constant(stoa__code_block *code, stoa_operation operation, stoa__id integer,
                                 double number)
{
    bool equality = operation == STOA_EQUAL || operation == STOA_NOT_EQUAL;
    bool upward = operation == STOA_LESS || operation == STOA_GREATER_EQUAL;
    bool whole = floor(number) == number;
    if (isnan(number) || (equality && !whole))
        return stoa__emit_truth(code, operation == STOA_NOT_EQUAL);
    double bound = equality ? number : upward ? ceil(number) : floor(number);
    if (bound >= -0x1p63 && bound < 0x1p63)
        return integers(code, operation, integer, stoa__emit_integer(code, (int64_t)bound));
    if (bound >= 0 && bound < 0x1p64)
        return integers(code, operation, integer,
                        stoa__emit_constant(code, STOA_UINT64, (uint64_t)bound));
    bool less = operation == STOA_LESS || operation == STOA_LESS_EQUAL;
    return stoa__emit_truth(code,
                            operation == STOA_NOT_EQUAL || (!equality && (bound > 0) == less));
}

static stoa__id mixed(stoa__code_block *code, stoa_operation operation, stoa__id integer,
                      stoa__id number)
{
    const stoa__term *term = &code->terms[integer];
    if (stoa__is_constant(code, number) && stoa__is_sure(term))
        return against_constant(code, operation, integer, code->terms[number].float64);
    if (stoa__range_within(term->range, STOA__EXACT_RANGE))
        return step_of(code, operation, STOA__EQ_FLOAT64,
                       stoa__emit_as(code, integer, STOA_FLOAT64), number);
    return step_of(code, operation,
                   term->form == STOA_UINT64 ? STOA__EQ_UINT64_FLOAT64 : STOA__EQ_INT64_FLOAT64,
                   integer, number);
}

/* ---- any two ---- */

static stoa__id conditions(stoa__code_block *code, stoa_operation operation, stoa__id a, stoa__id b)
{
    stoa__id differ = stoa__emit(code, STOA__XOR_BITS, a, b, false, STOA__TRUTH_RANGE);
    if (operation == STOA_NOT_EQUAL)
        return differ;
    return stoa__emit_not(code, differ);
}

stoa__id stoa__emit_compare(stoa__code_block *code, stoa_operation operation, stoa__id a,
                            stoa__id b)
{
    unsigned x = code->terms[a].form, y = code->terms[b].form;
    bool equality = operation == STOA_EQUAL || operation == STOA_NOT_EQUAL;
    if (x == STOA_BOOL && y == STOA_BOOL && equality)
        return conditions(code, operation, a, b);
    a = as_number(code, a);
    b = as_number(code, b);
    if (x == STOA_FLOAT64 && y == STOA_FLOAT64)
        return step_of(code, operation, STOA__EQ_FLOAT64, a, b);
    if (x == STOA_FLOAT64)
        return mixed(code, mirrored(operation), b, a);
    if (y == STOA_FLOAT64)
        return mixed(code, operation, a, b);
    return integers(code, operation, a, b);
}
