/* operate.c: what each operation is in kernels, chosen by the forms and ranges of its operands.
 *
 * Arithmetic of integers is in integers.c, comparisons in compare.c. Bits and conditions go to the
 * kernels of bits, functions to those of floats; min, max and where meet in the narrowest form that
 * holds both. uint64 is bit-operated as it is. */
#include <math.h>
#include <string.h>

#include "expr/binder/operate.h"

static stoa_status refuse(const work *at, const char *what)
{
    return stoa__expression_fail(at->error, STOA_WRONG_TYPE, at->node, "%s", what);
}

static const char *name_of(stoa__typed typed)
{
    return stoa_type_name(typed.type);
}

static bool is_number(stoa__typed typed)
{
    return typed.type != STOA_NO_TYPE && typed.type != STOA_OBJECT;
}

static stoa__typed typed_as(const work *at, stoa__id id)
{
    return (stoa__typed){id,
                         form_of(at, id) == STOA_INT32 ? STOA_INT64 : (stoa_type)form_of(at, id)};
}

/* ---- floats ---- */

static stoa__id in_floats(const work *at, unsigned step, stoa__id a, stoa__id b)
{
    a = as(at, a, STOA_FLOAT64);
    b = b == 0 ? 0 : as(at, b, STOA_FLOAT64);
    return emit(at, step, a, b, false, NO_RANGE);
}

/* Of an int64. */
static stoa__id root_of_integer(const work *at, stoa__id a)
{
    if (at->code->refused)
        return STOA__NOTHING_ID;
    const stoa__term term = at->code->terms[a];
    if (term.kind != STOA__STEP_TERM || term.code != STOA__ADD_SQUARES)
        return emit(at, STOA__SQRT_INT64, a, 0, false, NO_RANGE);
    return stoa__emit(at->code, STOA__NORM, term.a, term.b, 0, term.may_fail, NO_RANGE,
                      term.origin);
}

static stoa__id power_of_floats(const work *at, stoa__id a, stoa__id b)
{
    if (stoa__is_constant(at->code, b)) {
        stoa__id exponent = as(at, b, STOA_FLOAT64);
        double value = at->code->refused ? 0 : at->code->terms[exponent].float64;
        stoa__id base = as(at, a, STOA_FLOAT64);
        if (value == 2.0)
            return emit(at, STOA__MUL_FLOAT64, base, base, false, NO_RANGE);
        if (value == 1.0)
            return base;
        if (value == 0.5 && form_of(at, a) == STOA_INT64 && range_of(at, a).low >= 0)
            return root_of_integer(at, a);
        if (value == 0.5) /* no negative integer: sqrt will do */
            return emit(at,
                        form_of(at, a) != STOA_FLOAT64 && range_of(at, a).low >= 0 ? STOA__SQRT
                                                                                   : STOA__ROOT,
                        base, 0, false, NO_RANGE);
    }
    return in_floats(at, STOA__POW_FLOAT64, a, b);
}

static stoa__id arithmetic(const work *at, stoa_operation operation, stoa__id a, stoa__id b)
{
    bool floats = form_of(at, a) == STOA_FLOAT64 || form_of(at, b) == STOA_FLOAT64;
    if (!floats && operation != STOA_DIVIDE)
        return stoa__integer_arithmetic(at, operation, a, b);
    switch (operation) {
    case STOA_ADD:
        return in_floats(at, STOA__ADD_FLOAT64, a, b);
    case STOA_SUBTRACT:
        return in_floats(at, STOA__SUB_FLOAT64, a, b);
    case STOA_MULTIPLY:
        return in_floats(at, STOA__MUL_FLOAT64, a, b);
    case STOA_FLOOR_DIVIDE:
        return in_floats(at, STOA__FLOOR_DIV_FLOAT64, a, b);
    case STOA_REMAINDER:
        return in_floats(at, STOA__REM_FLOAT64, a, b);
    case STOA_POWER:
        return power_of_floats(at, a, b);
    default:
        return in_floats(at, STOA__DIV_FLOAT64, a, b);
    }
}

/* ---- common forms ---- */

/* The form that holds both: bits stay bits, a float makes floats; of integers the narrowest. */
static stoa_type common_form(const work *at, stoa__id a, stoa__id b)
{
    unsigned x = form_of(at, a), y = form_of(at, b);
    if (x == STOA_BOOL && y == STOA_BOOL)
        return STOA_BOOL;
    if (x == STOA_FLOAT64 || y == STOA_FLOAT64)
        return STOA_FLOAT64;
    stoa__range narrow = stoa__range_of(STOA_INT32), wide = stoa__range_of(STOA_INT64);
    stoa__range p = range_of(at, a), q = range_of(at, b);
    bool narrow_a = x == STOA_INT32 || x == STOA_BOOL || stoa__is_constant(at->code, a);
    bool narrow_b = y == STOA_INT32 || y == STOA_BOOL || stoa__is_constant(at->code, b);
    if (narrow_a && narrow_b && stoa__range_within(p, narrow) && stoa__range_within(q, narrow))
        return STOA_INT32;
    if (x != STOA_UINT64 && y != STOA_UINT64)
        return STOA_INT64;
    if (p.low >= 0 && q.low >= 0 && (p.high > wide.high || q.high > wide.high))
        return STOA_UINT64;
    return x == STOA_UINT64 && y == STOA_UINT64 ? STOA_UINT64 : STOA_INT64;
}

static stoa__id choose(const work *at, stoa__id condition, stoa__id a, stoa__id b, bool strict)
{
    if (at->code->refused)
        return STOA__NOTHING_ID;
    stoa_type form = common_form(at, a, b);
    if (stoa__is_constant(at->code, condition) && !strict)
        return as(at, at->code->terms[condition].bits[0] != 0 ? a : b, form);
    a = as(at, a, form);
    b = as(at, b, form);
    if (at->code->refused || (a == b && stoa__is_sure(&at->code->terms[condition])))
        return a;
    stoa__range p = range_of(at, a), q = range_of(at, b);
    stoa__range made = {least(p.low, q.low), most(p.high, q.high)};
    unsigned step = form == STOA_BOOL    ? STOA__CHOOSE_BITS
                    : form == STOA_INT32 ? STOA__CHOOSE_INT32
                                         : STOA__CHOOSE_INT64;
    if (strict)
        return stoa__emit_strict(at->code, step, a, b, condition, made, at->node);
    return stoa__emit(at->code, step, a, b, condition, false, made, at->node);
}

/* uint64 beside what may be negative: of the one side only what both forms hold can be the answer.
 */
static stoa__id narrowed_to(const work *at, bool maximum, stoa__id id, stoa__id other)
{
    stoa__range range = range_of(at, id), all = stoa__range_of(STOA_INT64);
    if (!maximum && form_of(at, id) == STOA_UINT64 && range.high > all.high &&
        range_of(at, other).low < 0) {
        stoa__id most = stoa__emit_constant(at->code, STOA_UINT64, INT64_MAX);
        range.high = all.high;
        return as(at, emit(at, STOA__MIN_UINT64, id, most, false, range), STOA_INT64);
    }
    if (maximum && form_of(at, other) == STOA_UINT64 && range_of(at, other).high > all.high &&
        range.low < 0) {
        range.low = 0;
        range.high = range.high < 0 ? 0 : range.high;
        stoa__id zero = stoa__emit_constant(at->code, STOA_INT64, 0);
        return emit(at, STOA__MAX_INT64, as(at, id, STOA_INT64), zero, false, range);
    }
    return id;
}

static stoa__id extreme(const work *at, bool maximum, stoa__id a, stoa__id b)
{
    bool floats = form_of(at, a) == STOA_FLOAT64 || form_of(at, b) == STOA_FLOAT64;
    stoa__id left = a;
    a = floats ? a : narrowed_to(at, maximum, a, b);
    b = floats ? b : narrowed_to(at, maximum, b, left);
    if (at->code->refused)
        return STOA__NOTHING_ID;
    stoa_type form = common_form(at, a, b);
    a = as(at, a, form);
    b = as(at, b, form);
    if (at->code->refused)
        return STOA__NOTHING_ID;
    if (form == STOA_BOOL)
        return maximum ? stoa__emit_or(at->code, a, b) : stoa__emit_and(at->code, a, b);
    unsigned first = maximum ? STOA__MAX_INT32 : STOA__MIN_INT32;
    unsigned step = first + (form == STOA_INT64     ? 1
                             : form == STOA_UINT64  ? 2
                             : form == STOA_FLOAT64 ? 3
                                                    : 0);
    stoa__range p = range_of(at, a), q = range_of(at, b);
    stoa__range made = maximum ? (stoa__range){most(p.low, q.low), most(p.high, q.high)}
                               : (stoa__range){least(p.low, q.low), least(p.high, q.high)};
    return emit(at, step, a, b, false, made);
}

/* ---- bits of integers ---- */

static stoa__wide bits_up_to(stoa__wide value)
{
    stoa__wide bits = 1;
    while (bits <= value)
        bits *= 2;
    return bits - 1;
}

/* uint64 and what may be negative: no bit of the one but those of the other is left, and that is
 * no negative number. */
static stoa__id masked(const work *at, stoa__id bits, stoa__id mask)
{
    mask = as(at, mask, STOA_INT64);
    if (at->code->refused)
        return STOA__NOTHING_ID;
    stoa__range made = {0, range_of(at, bits).high};
    if (range_of(at, mask).low >= 0)
        made.high = least(made.high, range_of(at, mask).high);
    return emit(at, STOA__AND_INT64, bits, mask, false, made);
}

/* uint64 beyond int64 beside what may be negative: & is exact; the results of | and ^ are of no
 * type, so there it must fit int64. */
static stoa__id bitwise(const work *at, stoa_operation operation, stoa__id a, stoa__id b)
{
    bool unsigned_a = form_of(at, a) == STOA_UINT64, unsigned_b = form_of(at, b) == STOA_UINT64;
    if (operation == STOA_BIT_AND && unsigned_a != unsigned_b)
        return unsigned_a ? masked(at, a, b) : masked(at, b, a);
    stoa_type form = common_form(at, a, b);
    if (form == STOA_BOOL && operation == STOA_BIT_AND)
        return stoa__emit_and(at->code, a, b);
    if (form == STOA_BOOL && operation == STOA_BIT_OR)
        return stoa__emit_or(at->code, a, b);
    if (form == STOA_BOOL)
        return emit(at, STOA__XOR_BITS, a, b, false, stoa__range_of(STOA_BOOL));
    a = as(at, a, form);
    b = as(at, b, form);
    if (at->code->refused)
        return STOA__NOTHING_ID;
    unsigned step = operation == STOA_BIT_AND  ? STOA__AND_INT32
                    : operation == STOA_BIT_OR ? STOA__OR_INT32
                                               : STOA__XOR_INT32;
    stoa__range p = range_of(at, a), q = range_of(at, b), made = stoa__range_of(form);
    if (operation == STOA_BIT_AND && p.low >= 0 && q.low >= 0)
        made = (stoa__range){0, least(p.high, q.high)};
    else if (p.low >= 0 && q.low >= 0) /* no bit above the highest of both */
        made = (stoa__range){0, bits_up_to(most(p.high, q.high))};
    return emit(at, form == STOA_INT32 ? step : step + 1, a, b, false, made);
}

static stoa__id shift(const work *at, bool left, stoa__id a, stoa__id b)
{
    bool is_unsigned = form_of(at, a) == STOA_UINT64;
    a = as(at, a, is_unsigned ? STOA_UINT64 : STOA_INT64);
    b = as(at, b, STOA_INT64);
    if (at->code->refused)
        return STOA__NOTHING_ID;
    stoa__range range = range_of(at, a), count = range_of(at, b);
    stoa__range made = stoa__range_of(is_unsigned ? STOA_UINT64 : STOA_INT64);
    bool may_fail = left || count.low < 0;
    if (left && count.low >= 0 && count.high < 62) {
        stoa__wide factor = (stoa__wide)1 << count.high;
        stoa__range shifted = {least(range.low, range.low * factor),
                               most(range.high, range.high * factor)};
        may_fail = !stoa__range_within(shifted, made);
        made = clipped(shifted, made);
    } else if (!left)
        made = (stoa__range){least(range.low, 0), most(range.high, 0)};
    unsigned step = left ? (is_unsigned ? STOA__SHIFT_LEFT_UINT64 : STOA__SHIFT_LEFT_INT64)
                         : (is_unsigned ? STOA__SHIFT_RIGHT_UINT64 : STOA__SHIFT_RIGHT_INT64);
    return emit(at, step, a, b, may_fail, made);
}

static stoa__id invert(const work *at, stoa__id a)
{
    unsigned form = form_of(at, a);
    if (form == STOA_BOOL)
        return stoa__emit_not(at->code, a);
    stoa__range range = range_of(at, a), made = {-range.high - 1, -range.low - 1};
    if (form == STOA_UINT64)
        made = (stoa__range){UINT64_MAX - range.high, UINT64_MAX - range.low};
    return emit(at, form == STOA_INT32 ? STOA__INVERT_INT32 : STOA__INVERT_INT64, a, 0, false,
                made);
}

/* ---- casts ---- */

static stoa__id to_integer(const work *at, stoa__id a, stoa_type type)
{
    stoa_type form = type == STOA_UINT64 ? STOA_UINT64 : STOA_INT64;
    if (form_of(at, a) == STOA_FLOAT64)
        a = emit(at, form == STOA_UINT64 ? STOA__UINT64_FLOAT64 : STOA__INT64_FLOAT64, a, 0, true,
                 stoa__range_of(form));
    else if (form_of(at, a) == STOA_BOOL)
        a = as(at, a, STOA_INT32);
    if (at->code->refused)
        return STOA__NOTHING_ID;
    if (type == STOA_UINT64 || form_of(at, a) == STOA_UINT64)
        a = as(at, a, form);
    if (at->code->refused)
        return STOA__NOTHING_ID;
    if (type == STOA_INT64 || type == STOA_UINT64)
        return a;
    stoa__id made = stoa__emit_within(at->code, a, stoa__range_of(type), at->node);
    bool narrow = type != STOA_UINT32;
    return narrow && !at->code->refused && form_of(at, made) == STOA_INT64
               ? as(at, made, STOA_INT32)
               : made;
}

static stoa__id to_truth(const work *at, stoa__id a)
{
    if (form_of(at, a) == STOA_BOOL)
        return a;
    stoa__id zero = form_of(at, a) == STOA_FLOAT64 ? stoa__emit_float(at->code, 0.0)
                                                   : stoa__emit_integer(at->code, 0);
    return stoa__emit_compare(at->code, STOA_NOT_EQUAL, a, zero, at->node);
}

static stoa__typed cast(const work *at, stoa_operation operation, stoa__id a)
{
    stoa_type type = STOA_BOOL + (stoa_type)(operation - STOA_TO_BOOL);
    stoa__id id;
    if (type == STOA_BOOL)
        id = to_truth(at, a);
    else if (type == STOA_FLOAT64)
        id = as(at, a, STOA_FLOAT64);
    else if (type == STOA_FLOAT32)
        id = emit(at, STOA__ROUND_FLOAT32, stoa__emit_for_float32(at->code, a, at->node), 0, true,
                  NO_RANGE);
    else
        id = to_integer(at, a, type);
    return (stoa__typed){id, type};
}

/* ---- functions ---- */

static unsigned elementary(stoa_operation operation)
{
    static const uint16_t codes[] = {
        [STOA_SQRT] = STOA__SQRT,   [STOA_EXP] = STOA__EXP,     [STOA_LOG] = STOA__LOG,
        [STOA_LOG2] = STOA__LOG2,   [STOA_LOG10] = STOA__LOG10, [STOA_SIN] = STOA__SIN,
        [STOA_COS] = STOA__COS,     [STOA_TAN] = STOA__TAN,     [STOA_ASIN] = STOA__ASIN,
        [STOA_ACOS] = STOA__ACOS,   [STOA_ATAN] = STOA__ATAN,   [STOA_ATAN2] = STOA__ATAN2,
        [STOA_FLOOR] = STOA__FLOOR, [STOA_CEIL] = STOA__CEIL,   [STOA_ROUND] = STOA__ROUND,
        [STOA_HYPOT] = STOA__HYPOT,
    };
    return codes[operation];
}

static stoa__id function(const work *at, stoa_operation operation, stoa__id a, stoa__id b)
{
    bool whole = operation == STOA_FLOOR || operation == STOA_CEIL || operation == STOA_ROUND;
    if (whole && form_of(at, a) != STOA_FLOAT64)
        return form_of(at, a) == STOA_BOOL ? as(at, a, STOA_INT32) : a;
    if (operation == STOA_ISNAN || operation == STOA_ISFINITE) {
        if (form_of(at, a) == STOA_FLOAT64)
            return emit(at, operation == STOA_ISNAN ? STOA__ISNAN : STOA__ISFINITE, a, 0, false,
                        stoa__range_of(STOA_BOOL));
        return stoa__emit_compare(at->code, operation == STOA_ISNAN ? STOA_NOT_EQUAL : STOA_EQUAL,
                                  a, a, at->node);
    }
    if (operation == STOA_SQRT && form_of(at, a) == STOA_INT64)
        return root_of_integer(at, a);
    return in_floats(at, elementary(operation), a, b);
}

/* As numpy's: the upper bound wins over the lower. NaN stays. */
static stoa__id clip(const work *at, stoa__id x, stoa__id low, stoa__id high)
{
    bool floats = form_of(at, x) == STOA_FLOAT64 || form_of(at, low) == STOA_FLOAT64 ||
                  form_of(at, high) == STOA_FLOAT64;
    if (!floats)
        return extreme(at, false, extreme(at, true, x, low), high);
    stoa__id below = stoa__emit_compare(at->code, STOA_LESS, x, low, at->node);
    x = choose(at, below, low, x, true);
    stoa__id above = stoa__emit_compare(at->code, STOA_GREATER, x, high, at->node);
    return choose(at, above, high, x, true);
}

static stoa_status condition(const work *at, const char *what, stoa__typed typed)
{
    if (typed.type == STOA_BOOL)
        return STOA_OK;
    return stoa__expression_fail(at->error, STOA_WRONG_TYPE, at->node,
                                 "%s takes a condition, not %s: write != 0", what, name_of(typed));
}

static stoa_status operate_on_conditions(const work *at, const stoa__typed *arguments,
                                         stoa__typed *made)
{
    stoa_operation operation = (stoa_operation)at->node->operation;
    const char *what = stoa_operation_text(operation);
    stoa_status status = condition(at, what, arguments[0]);
    if (status == STOA_OK && (operation == STOA_AND || operation == STOA_OR))
        status = condition(at, what, arguments[1]);
    if (status != STOA_OK)
        return status;
    stoa__id a = arguments[0].id;
    made->type = STOA_BOOL;
    if (operation == STOA_WHERE) {
        made->id = choose(at, a, arguments[1].id, arguments[2].id, false);
        if (!at->code->refused)
            *made = arguments[1].type == arguments[2].type
                        ? (stoa__typed){made->id, arguments[1].type}
                        : typed_as(at, made->id);
    } else if (operation == STOA_NOT)
        made->id = stoa__emit_not(at->code, a);
    else
        made->id = operation == STOA_AND ? stoa__emit_and(at->code, a, arguments[1].id)
                                         : stoa__emit_or(at->code, a, arguments[1].id);
    return STOA_OK;
}

static stoa__id cumulate(const work *at, stoa__id a)
{
    stoa_type form = form_of(at, a) == STOA_FLOAT64  ? STOA_FLOAT64
                     : form_of(at, a) == STOA_UINT64 ? STOA_UINT64
                                                     : STOA_INT64;
    a = stoa__emit_row(at->code, as(at, a, form));
    stoa__id id = stoa__emit(at->code, STOA__CUMULATE, a, 0, at->code->where, form != STOA_FLOAT64,
                             stoa__range_of(form), at->node);
    if (!at->code->refused) {
        stoa__term *term = &at->code->terms[id];
        term->bits[0] = at->code->cumulative_count++;
        term->bits[1] = at->node->operation;
    }
    return id;
}

/* What is no binary operator and no condition. */
static stoa__id function_of(const work *at, stoa_operation operation, const stoa__typed *arguments)
{
    stoa__id a = at->node->count > 0 ? arguments[0].id : 0;
    stoa__id b = at->node->count > 1 ? arguments[1].id : 0;
    switch (operation) {
    case STOA_NEGATE:
        return stoa__negated(at, a);
    case STOA_PLUS:
        return form_of(at, a) == STOA_BOOL ? as(at, a, STOA_INT32) : a;
    case STOA_INVERT:
        return invert(at, a);
    case STOA_ABS:
        return stoa__absolute(at, a);
    case STOA_MINIMUM:
    case STOA_MAXIMUM:
        for (uint32_t i = 1; i < at->node->count; i++)
            a = extreme(at, operation == STOA_MAXIMUM, a, arguments[i].id);
        return a;
    case STOA_CLIP:
        return clip(at, a, b, arguments[2].id);
    case STOA_ROW:
        return emit(at, STOA__NUMBERS, STOA__FIRST_ID, 0, false, (stoa__range){0, INT64_MAX});
    default:
        return function(at, operation, a, b);
    }
}

stoa_status stoa__bind_operation(stoa__code_block *code, const stoa_expression *node,
                                 const stoa__typed *arguments, stoa__typed *made, stoa_error *error)
{
    work at = {code, node, error};
    stoa_operation operation = (stoa_operation)node->operation;
    for (uint32_t i = 0; i < node->count; i++)
        if (!is_number(arguments[i]))
            return refuse(&at, "an object field cannot be part of an expression");
    if (code->refused)
        return stoa__fail_memory(error, sizeof(stoa__term));
    stoa__id a = node->count > 0 ? arguments[0].id : 0, b = node->count > 1 ? arguments[1].id : 0;
    if (operation == STOA_NOT || operation == STOA_AND || operation == STOA_OR ||
        operation == STOA_WHERE)
        return operate_on_conditions(&at, arguments, made);
    if (operation >= STOA_TO_BOOL && operation <= STOA_TO_FLOAT64) {
        *made = cast(&at, operation, a);
        return STOA_OK;
    }
    stoa__id id;
    bool bits = operation >= STOA_BIT_AND && operation <= STOA_SHIFT_RIGHT;
    if ((bits || operation == STOA_INVERT) &&
        (form_of(&at, a) == STOA_FLOAT64 || (b != 0 && form_of(&at, b) == STOA_FLOAT64)))
        return stoa__expression_fail(error, STOA_WRONG_TYPE, node,
                                     "%s takes integers or conditions, not floats",
                                     stoa_operation_text(operation));
    if (operation >= STOA_ADD && operation <= STOA_POWER)
        id = arithmetic(&at, operation, a, b);
    else if (operation >= STOA_LESS && operation <= STOA_GREATER)
        id = stoa__emit_compare(code, operation, a, b, node);
    else if (operation >= STOA_BIT_AND && operation <= STOA_BIT_XOR)
        id = bitwise(&at, operation, a, b);
    else if (bits)
        id = shift(&at, operation == STOA_SHIFT_LEFT, a, b);
    else if (operation >= STOA_CUMSUM)
        id = cumulate(&at, a);
    else
        id = function_of(&at, operation, arguments);
    if (code->refused)
        return stoa__fail_memory(error, sizeof(stoa__term));
    *made = typed_as(&at, id);
    return STOA_OK;
}
