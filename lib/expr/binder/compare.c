/* compare.c: comparisons, exact between any two numbers.
 *
 * The ranges decide some at once; integers meet in the narrowest form that holds both; an integer
 * meets a float constant as an integer (x < 2.5 is x <= 2), and other floats as a float where it
 * has at most 53 bits, else by the kernels that compare the two forms as they are. */
#include <math.h>

#include "expr/binder/emit.h"

#define BITS (stoa__range_of(STOA_BOOL))

/* The place of each in a family of kernels. */
static const uint8_t places[] = {
    [STOA_EQUAL] = 0,      [STOA_NOT_EQUAL] = 1, [STOA_LESS] = 2,
    [STOA_LESS_EQUAL] = 3, [STOA_GREATER] = 4,   [STOA_GREATER_EQUAL] = 5,
};

static stoa__id step_of(stoa__code_block *code, stoa_operation operation, unsigned family,
                        stoa__id a, stoa__id b, const stoa_expression *origin)
{
    if (code->refused)
        return STOA__NOTHING_ID;
    return stoa__emit(code, family + places[operation], a, b, 0, false, BITS, origin);
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

/* -1: unknown; else whether it holds for every pair in the ranges. */
static int known(stoa_operation operation, stoa__range a, stoa__range b)
{
    bool below = a.high<b.low, above = a.low> b.high;
    bool at_most = a.high <= b.low, at_least = a.low >= b.high;
    switch (operation) {
    case STOA_LESS:
        return below ? 1 : at_least ? 0 : -1;
    case STOA_LESS_EQUAL:
        return at_most ? 1 : above ? 0 : -1;
    case STOA_GREATER:
        return above ? 1 : at_most ? 0 : -1;
    case STOA_GREATER_EQUAL:
        return at_least ? 1 : below ? 0 : -1;
    case STOA_EQUAL:
        return below || above ? 0 : at_most && at_least ? 1 : -1;
    default:
        return below || above ? 1 : at_most && at_least ? 0 : -1;
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

static stoa__id integers(stoa__code_block *code, stoa_operation operation, stoa__id a, stoa__id b,
                         const stoa_expression *origin)
{
    const stoa__term *x = &code->terms[a], *y = &code->terms[b];
    stoa__range wide = stoa__range_of(STOA_INT64);
    bool sure = stoa__is_sure(x) && stoa__is_sure(y);
    int answer = a == b ? known(operation, (stoa__range){0, 0}, (stoa__range){0, 0})
                        : known(operation, x->range, y->range);
    if (sure && answer >= 0)
        return stoa__emit_truth(code, answer != 0);
    stoa_type form = narrow(code, a) && narrow(code, b)                         ? STOA_INT32
                     : x->range.high <= wide.high && y->range.high <= wide.high ? STOA_INT64
                                                                                : STOA_UINT64;
    if (form == STOA_UINT64 && x->range.low < 0)
        return step_of(code, mirrored(operation), STOA__EQ_UINT64_INT64, b,
                       stoa__emit_as(code, a, STOA_INT64, origin), origin);
    if (form == STOA_UINT64 && y->range.low < 0)
        return step_of(code, operation, STOA__EQ_UINT64_INT64, a,
                       stoa__emit_as(code, b, STOA_INT64, origin), origin);
    a = stoa__emit_as(code, a, form, origin);
    b = stoa__emit_as(code, b, form, origin);
    return step_of(code, operation,
                   form == STOA_INT32   ? STOA__EQ_INT32
                   : form == STOA_INT64 ? STOA__EQ_INT64
                                        : STOA__EQ_UINT64,
                   a, b, origin);
}

/* ---- integers and floats ---- */

/* An integer against a float that is known: the nearest integer that decides in the same way. */
static stoa__id against_constant(stoa__code_block *code, stoa_operation operation, stoa__id integer,
                                 double number, const stoa_expression *origin)
{
    bool equality = operation == STOA_EQUAL || operation == STOA_NOT_EQUAL;
    bool upward = operation == STOA_LESS || operation == STOA_GREATER_EQUAL;
    bool whole = floor(number) == number;
    if (isnan(number) || (equality && !whole))
        return stoa__emit_truth(code, operation == STOA_NOT_EQUAL);
    double bound = equality ? number : upward ? ceil(number) : floor(number);
    if (bound >= -0x1p63 && bound < 0x1p63)
        return integers(code, operation, integer, stoa__emit_integer(code, (int64_t)bound), origin);
    if (bound >= 0 && bound < 0x1p64)
        return integers(code, operation, integer,
                        stoa__emit_constant(code, STOA_UINT64, (uint64_t)bound), origin);
    bool less = operation == STOA_LESS || operation == STOA_LESS_EQUAL;
    return stoa__emit_truth(code,
                            operation == STOA_NOT_EQUAL || (!equality && (bound > 0) == less));
}

static stoa__id mixed(stoa__code_block *code, stoa_operation operation, stoa__id integer,
                      stoa__id number, const stoa_expression *origin)
{
    stoa__range exact = {-((stoa__wide)1 << 53), (stoa__wide)1 << 53};
    const stoa__term *term = &code->terms[integer];
    if (stoa__is_constant(code, number) && stoa__is_sure(term))
        return against_constant(code, operation, integer, code->terms[number].float64, origin);
    if (stoa__range_within(term->range, exact))
        return step_of(code, operation, STOA__EQ_FLOAT64,
                       stoa__emit_as(code, integer, STOA_FLOAT64, origin), number, origin);
    return step_of(code, operation,
                   term->form == STOA_UINT64 ? STOA__EQ_UINT64_FLOAT64 : STOA__EQ_INT64_FLOAT64,
                   integer, number, origin);
}

/* ---- any two ---- */

static stoa__id conditions(stoa__code_block *code, stoa_operation operation, stoa__id a, stoa__id b)
{
    stoa__id differ = stoa__emit(code, STOA__XOR_BITS, a, b, 0, false, BITS, NULL);
    if (operation == STOA_NOT_EQUAL || code->refused)
        return differ;
    return stoa__emit_not(code, differ);
}

stoa__id stoa__emit_compare(stoa__code_block *code, stoa_operation operation, stoa__id a,
                            stoa__id b, const stoa_expression *origin)
{
    if (code->refused)
        return STOA__NOTHING_ID;
    unsigned x = code->terms[a].form, y = code->terms[b].form;
    bool equality = operation == STOA_EQUAL || operation == STOA_NOT_EQUAL;
    if (x == STOA_BOOL && y == STOA_BOOL && equality)
        return conditions(code, operation, a, b);
    if (x == STOA_BOOL)
        a = stoa__emit_as(code, a, STOA_INT32, origin);
    if (y == STOA_BOOL)
        b = stoa__emit_as(code, b, STOA_INT32, origin);
    if (code->refused)
        return STOA__NOTHING_ID;
    if (x == STOA_FLOAT64 && y == STOA_FLOAT64)
        return step_of(code, operation, STOA__EQ_FLOAT64, a, b, origin);
    if (x == STOA_FLOAT64)
        return mixed(code, mirrored(operation), b, a, origin);
    if (y == STOA_FLOAT64)
        return mixed(code, operation, a, b, origin);
    return integers(code, operation, a, b, origin);
}
