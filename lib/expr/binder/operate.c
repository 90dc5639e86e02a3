/* operate.c: what each operation is in kernels, chosen by the forms and ranges of its operands.
 *
 * Arithmetic of integers is in integers.c, comparisons in compare.c. Bits and conditions go to the
 * kernels of bits, functions to those of floats; min, max and where meet in the narrowest form that
 * holds both. uint64 is bit-operated as it is. */
#include "expr/binder/strings.h"
#include "expr/binder/times.h"

/* ---- floats ---- */

static stoa__id in_floats(stoa__code_block *code, unsigned step, stoa__id a, stoa__id b)
{
    a = stoa__emit_as(code, a, STOA_FLOAT64);
    b = b == 0 ? 0 : stoa__emit_as(code, b, STOA_FLOAT64);
    return stoa__emit(code, step, a, b, false, STOA__NO_RANGE);
}

/* Of an int64. Where a sum of squares overflows is what the sum's message tells. */
static stoa__id root_of_integer(stoa__code_block *code, stoa__id a)
{
    const stoa__term *term = &code->terms[a];
    if (term->kind != STOA__STEP_TERM || term->code != STOA__ADD_SQUARES)
        return stoa__emit(code, STOA__SQRT_INT64, a, 0, false, STOA__NO_RANGE);
    return stoa__emit_step(code, (stoa__term){.code = STOA__NORM,
                                              .a = term->a,
                                              .b = term->b,
                                              .may_fail = term->may_fail,
                                              .origin = term->origin});
}

static stoa__id power_of_floats(stoa__code_block *code, stoa__id a, stoa__id b)
{
    bool integer = form_of(code, a) != STOA_FLOAT64, constant = stoa__is_constant(code, b);
    stoa__id exponent = stoa__emit_as(code, b, STOA_FLOAT64);
    double value = constant ? code->terms[exponent].float64 : 0;
    stoa__id base = stoa__emit_as(code, a, STOA_FLOAT64);
    if (value == 2.0)
        return stoa__emit(code, STOA__MUL_FLOAT64, base, base, false, STOA__NO_RANGE);
    if (value == 1.0)
        return base;
    if (value == 0.5 && form_of(code, a) == STOA_INT64 && range_of(code, a).low >= 0)
        return root_of_integer(code, a);
    if (value == 0.5) /* no negative integer: sqrt will do */
        return stoa__emit(code, integer && range_of(code, a).low >= 0 ? STOA__SQRT : STOA__ROOT,
                          base, 0, false, STOA__NO_RANGE);
    return stoa__emit(code, STOA__POW_FLOAT64, base, exponent, false, STOA__NO_RANGE);
}

stoa__id stoa__emit_arithmetic(stoa__code_block *code, stoa_operation operation, stoa__id a,
                               stoa__id b)
{
    static const uint16_t codes[] = {
        [STOA_ADD] = STOA__ADD_FLOAT64,       [STOA_SUBTRACT] = STOA__SUB_FLOAT64,
        [STOA_MULTIPLY] = STOA__MUL_FLOAT64,  [STOA_DIVIDE] = STOA__DIV_FLOAT64,
        [STOA_REMAINDER] = STOA__REM_FLOAT64, [STOA_FLOOR_DIVIDE] = STOA__FLOOR_DIV_FLOAT64,
    };
    bool floats = form_of(code, a) == STOA_FLOAT64 || form_of(code, b) == STOA_FLOAT64;
    if (!floats && operation != STOA_DIVIDE)
        return stoa__integer_arithmetic(code, operation, a, b);
    if (operation == STOA_POWER)
        return power_of_floats(code, a, b);
    return in_floats(code, codes[operation], a, b);
}

/* ---- common forms ---- */

/* The form that holds both: bits stay bits, a float makes floats; of integers the narrowest. */
static stoa_type common_form(const stoa__code_block *code, stoa__id a, stoa__id b)
{
    unsigned x = form_of(code, a), y = form_of(code, b);
    if (x == STOA_BOOL && y == STOA_BOOL)
        return STOA_BOOL;
    if (x == STOA_FLOAT64 || y == STOA_FLOAT64)
        return STOA_FLOAT64;
    stoa__range narrow = stoa__range_of(STOA_INT32), wide = stoa__range_of(STOA_INT64);
    stoa__range both = stoa__range_union(range_of(code, a), range_of(code, b));
    bool narrow_a = x == STOA_INT32 || x == STOA_BOOL || stoa__is_constant(code, a);
    bool narrow_b = y == STOA_INT32 || y == STOA_BOOL || stoa__is_constant(code, b);
    if (narrow_a && narrow_b && stoa__range_within(both, narrow))
        return STOA_INT32;
    if (x != STOA_UINT64 && y != STOA_UINT64)
        return STOA_INT64;
    if (both.low >= 0 && both.high > wide.high)
        return STOA_UINT64;
    return x == y ? STOA_UINT64 : STOA_INT64;
}

/* strict: both branches count, taken or not: what is not written as `where`. */
static stoa__id choose(stoa__code_block *code, stoa__id condition, stoa__id a, stoa__id b,
                       bool strict)
{
    stoa_type form = common_form(code, a, b);
    if (stoa__is_constant(code, condition) && !strict)
        return stoa__emit_as(code, code->terms[condition].bits[0] != 0 ? a : b, form);
    a = stoa__emit_as(code, a, form);
    b = stoa__emit_as(code, b, form);
    if (a == b && stoa__is_sure(&code->terms[condition]))
        return a;
    stoa__term step = {.a = a, .b = b, .c = condition, .strict = strict};
    step.range = stoa__range_union(range_of(code, a), range_of(code, b));
    step.code = form == STOA_BOOL    ? STOA__WHERE_BITS
                : form == STOA_INT32 ? STOA__WHERE_INT32
                                     : STOA__WHERE_INT64;
    return stoa__emit_step(code, step);
}

stoa__id stoa__emit_where(stoa__code_block *code, stoa__id condition, stoa__id a, stoa__id b)
{
    return choose(code, condition, a, b, false);
}

/* A step even of what is never null, if it may fail: then so does this. */
stoa__id stoa__emit_is_null(stoa__code_block *code, stoa__id a)
{
    if (stoa__is_sure(&code->terms[a]))
        return stoa__emit_truth(code, false);
    return stoa__emit(code, STOA__IS_NULL, a, 0, false, STOA__TRUTH_RANGE);
}

/* The first of them that is not null. */
static stoa__id coalesce(stoa__code_block *code, const stoa__typed *arguments, uint32_t count)
{
    stoa__id made = arguments[count - 1].id;
    while (--count > 0) {
        stoa__id first = arguments[count - 1].id;
        stoa_type form = common_form(code, first, made);
        first = stoa__emit_as(code, first, form);
        bool nullable = code->terms[first].may_be_null;
        made = nullable ? choose(code, stoa__emit_is_null(code, first), made, first, false) : first;
    }
    return made;
}

/* uint64 beside what may be negative: of the one side only what both forms hold can be the answer.
 */
static stoa__id narrowed_to(stoa__code_block *code, bool maximum, stoa__id id, stoa__id other)
{
    stoa__range range = range_of(code, id), all = stoa__range_of(STOA_INT64);
    if (!maximum && form_of(code, id) == STOA_UINT64 && range.high > all.high &&
        range_of(code, other).low < 0) {
        stoa__id greatest = stoa__emit_constant(code, STOA_UINT64, INT64_MAX);
        range.high = all.high;
        id = stoa__emit(code, STOA__MIN_UINT64, id, greatest, false, range);
        return stoa__emit_as(code, id, STOA_INT64);
    }
    if (maximum && form_of(code, other) == STOA_UINT64 && range_of(code, other).high > all.high &&
        range.low < 0) {
        stoa__id zero = stoa__emit_constant(code, STOA_INT64, 0);
        range = (stoa__range){0, stoa__larger(range.high, 0)};
        id = stoa__emit_as(code, id, STOA_INT64);
        return stoa__emit(code, STOA__MAX_INT64, id, zero, false, range);
    }
    return id;
}

/* Of conditions that may be null: `or` and `and` would not always be. */
static stoa__id strict_extreme(stoa__code_block *code, bool maximum, stoa__id a, stoa__id b)
{
    a = stoa__emit_as(code, a, STOA_INT32);
    b = stoa__emit_as(code, b, STOA_INT32);
    stoa__id made = stoa__emit(code, maximum ? STOA__MAX_INT32 : STOA__MIN_INT32, a, b, false,
                               STOA__TRUTH_RANGE);
    return stoa__emit_compare(code, STOA_NOT_EQUAL, made, stoa__emit_integer(code, 0));
}

static stoa__id extreme(stoa__code_block *code, bool maximum, stoa__id a, stoa__id b)
{
    bool floats = form_of(code, a) == STOA_FLOAT64 || form_of(code, b) == STOA_FLOAT64;
    stoa__id left = a;
    a = floats ? a : narrowed_to(code, maximum, a, b);
    b = floats ? b : narrowed_to(code, maximum, b, left);
    stoa_type form = common_form(code, a, b);
    a = stoa__emit_as(code, a, form);
    b = stoa__emit_as(code, b, form);
    if (form == STOA_BOOL && (code->terms[a].may_be_null || code->terms[b].may_be_null))
        return strict_extreme(code, maximum, a, b);
    if (form == STOA_BOOL)
        return maximum ? stoa__emit_or(code, a, b) : stoa__emit_and(code, a, b);
    unsigned first = maximum ? STOA__MAX_INT32 : STOA__MIN_INT32;
    unsigned offset = form == STOA_INT64     ? 1
                      : form == STOA_UINT64  ? 2
                      : form == STOA_FLOAT64 ? 3
                                             : 0;
    stoa__range p = range_of(code, a), q = range_of(code, b), made;
    made = maximum ? (stoa__range){stoa__larger(p.low, q.low), stoa__larger(p.high, q.high)}
                   : (stoa__range){stoa__smaller(p.low, q.low), stoa__smaller(p.high, q.high)};
    return stoa__emit(code, first + offset, a, b, false, made);
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
static stoa__id masked(stoa__code_block *code, stoa__id bits, stoa__id mask)
{
    mask = stoa__emit_as(code, mask, STOA_INT64);
    stoa__range made = {0, range_of(code, bits).high};
    if (range_of(code, mask).low >= 0)
        made.high = stoa__smaller(made.high, range_of(code, mask).high);
    return stoa__emit(code, STOA__AND_INT64, bits, mask, false, made);
}

/* uint64 beyond int64 beside what may be negative: & is exact; the results of | and ^ are of no
 * type, so there it must fit int64. */
static stoa__id bitwise(stoa__code_block *code, stoa_operation operation, stoa__id a, stoa__id b)
{
    bool is_and = operation == STOA_BIT_AND, is_or = operation == STOA_BIT_OR;
    bool unsigned_a = form_of(code, a) == STOA_UINT64, unsigned_b = form_of(code, b) == STOA_UINT64;
    if (is_and && unsigned_a != unsigned_b)
        return unsigned_a ? masked(code, a, b) : masked(code, b, a);
    stoa_type form = common_form(code, a, b);
    if (form == STOA_BOOL && is_and)
        return stoa__emit_and(code, a, b);
    if (form == STOA_BOOL && is_or)
        return stoa__emit_or(code, a, b);
    if (form == STOA_BOOL)
        return stoa__emit(code, STOA__XOR_BITS, a, b, false, STOA__TRUTH_RANGE);
    a = stoa__emit_as(code, a, form);
    b = stoa__emit_as(code, b, form);
    unsigned step = is_and ? STOA__AND_INT32 : is_or ? STOA__OR_INT32 : STOA__XOR_INT32;
    stoa__range p = range_of(code, a), q = range_of(code, b), made = stoa__range_of(form);
    if (p.low >= 0 && q.low >= 0) /* else no bit above the highest of both */
        made = (stoa__range){0, is_and ? stoa__smaller(p.high, q.high)
                                       : bits_up_to(stoa__larger(p.high, q.high))};
    return stoa__emit(code, form == STOA_INT32 ? step : step + 1, a, b, false, made);
}

static stoa__id shift(stoa__code_block *code, bool left, stoa__id a, stoa__id b)
{
    bool is_unsigned = form_of(code, a) == STOA_UINT64;
    stoa_type form = is_unsigned ? STOA_UINT64 : STOA_INT64;
    a = stoa__emit_as(code, a, form);
    b = stoa__emit_as(code, b, STOA_INT64);
    stoa__range range = range_of(code, a), count = range_of(code, b), made = stoa__range_of(form);
    bool may_fail = left || count.low < 0;
    if (left && count.low >= 0 && count.high < 62) {
        stoa__wide factor = (stoa__wide)1 << count.high;
        stoa__range shifted = {range.low * factor, range.high * factor};
        shifted = stoa__range_union(range, shifted);
        may_fail = !stoa__range_within(shifted, made);
        made = stoa__range_clip(shifted, made);
    } else if (!left)
        made = (stoa__range){stoa__smaller(range.low, 0), stoa__larger(range.high, 0)};
    unsigned step = left ? (is_unsigned ? STOA__SHIFT_LEFT_UINT64 : STOA__SHIFT_LEFT_INT64)
                         : (is_unsigned ? STOA__SHIFT_RIGHT_UINT64 : STOA__SHIFT_RIGHT_INT64);
    return stoa__emit(code, step, a, b, may_fail, made);
}

static stoa__id invert(stoa__code_block *code, stoa__id a)
{
    unsigned form = form_of(code, a);
    if (form == STOA_BOOL)
        return stoa__emit_not(code, a);
    stoa__range range = range_of(code, a), made = {-range.high - 1, -range.low - 1};
    if (form == STOA_UINT64)
        made = (stoa__range){UINT64_MAX - range.high, UINT64_MAX - range.low};
    return stoa__emit(code, form == STOA_INT32 ? STOA__INVERT_INT32 : STOA__INVERT_INT64, a, 0,
                      false, made);
}

/* ---- casts ---- */

static stoa__id to_integer(stoa__code_block *code, stoa__id a, stoa_type type)
{
    stoa_type form = type == STOA_UINT64 ? STOA_UINT64 : STOA_INT64;
    if (form_of(code, a) == STOA_FLOAT64)
        a = stoa__emit(code, form == STOA_UINT64 ? STOA__UINT64_FLOAT64 : STOA__INT64_FLOAT64, a, 0,
                       true, stoa__range_of(form));
    a = as_number(code, a);
    if (type == STOA_UINT64 || form_of(code, a) == STOA_UINT64)
        a = stoa__emit_as(code, a, form);
    if (type == STOA_INT64 || type == STOA_UINT64)
        return a;
    a = stoa__emit_within(code, a, stoa__range_of(type));
    return type == STOA_UINT32 ? a : stoa__emit_as(code, a, STOA_INT32);
}

static stoa__id cast(stoa__code_block *code, stoa_type type, stoa__id a)
{
    if (type == STOA_FLOAT64)
        return stoa__emit_as(code, a, STOA_FLOAT64);
    if (type == STOA_FLOAT32)
        return stoa__emit(code, STOA__ROUND_FLOAT32, stoa__emit_for_float32(code, a), 0, true,
                          STOA__NO_RANGE);
    if (type != STOA_BOOL)
        return to_integer(code, a, type);
    if (form_of(code, a) == STOA_BOOL)
        return a;
    bool is_float = form_of(code, a) == STOA_FLOAT64;
    stoa__id zero = is_float ? stoa__emit_float(code, 0.0) : stoa__emit_integer(code, 0);
    return stoa__emit_compare(code, STOA_NOT_EQUAL, a, zero);
}

/* ---- functions ---- */

/* Functions of floats, and of integers as floats. */
static stoa__id elementary(stoa__code_block *code, stoa_operation operation, stoa__id a, stoa__id b)
{
    static const uint16_t codes[] = {
        [STOA_SQRT] = STOA__SQRT,   [STOA_EXP] = STOA__EXP,     [STOA_LOG] = STOA__LOG,
        [STOA_LOG2] = STOA__LOG2,   [STOA_LOG10] = STOA__LOG10, [STOA_SIN] = STOA__SIN,
        [STOA_COS] = STOA__COS,     [STOA_TAN] = STOA__TAN,     [STOA_ASIN] = STOA__ASIN,
        [STOA_ACOS] = STOA__ACOS,   [STOA_ATAN] = STOA__ATAN,   [STOA_ATAN2] = STOA__ATAN2,
        [STOA_FLOOR] = STOA__FLOOR, [STOA_CEIL] = STOA__CEIL,   [STOA_ROUND] = STOA__ROUND,
        [STOA_HYPOT] = STOA__HYPOT,
    };
    bool whole = operation == STOA_FLOOR || operation == STOA_CEIL || operation == STOA_ROUND;
    if (whole && form_of(code, a) != STOA_FLOAT64)
        return as_number(code, a);
    if (operation == STOA_SQRT && form_of(code, a) == STOA_INT64)
        return root_of_integer(code, a);
    return in_floats(code, codes[operation], a, b);
}

stoa__id stoa__emit_root(stoa__code_block *code, stoa__id a)
{
    return elementary(code, STOA_SQRT, a, STOA__NOTHING_ID);
}

/* isnan, isfinite. No integer is NaN, all are finite; where one fails, so does this. */
static stoa__id classify(stoa__code_block *code, bool nan, stoa__id a)
{
    if (form_of(code, a) == STOA_FLOAT64)
        return stoa__emit(code, nan ? STOA__ISNAN : STOA__ISFINITE, a, 0, false, STOA__TRUTH_RANGE);
    return stoa__emit_compare(code, nan ? STOA_NOT_EQUAL : STOA_EQUAL, a, a);
}

/* As numpy's: the upper bound wins over the lower. NaN stays. */
static stoa__id clip(stoa__code_block *code, stoa__id x, stoa__id low, stoa__id high)
{
    bool floats = form_of(code, x) == STOA_FLOAT64 || form_of(code, low) == STOA_FLOAT64 ||
                  form_of(code, high) == STOA_FLOAT64;
    if (!floats)
        return extreme(code, false, extreme(code, true, x, low), high);
    stoa__id below = stoa__emit_compare(code, STOA_LESS, x, low);
    x = choose(code, below, low, x, true);
    stoa__id above = stoa__emit_compare(code, STOA_GREATER, x, high);
    return choose(code, above, high, x, true);
}

/* Each call has a state of its own: no two are the same term. */
static stoa__id cumulate(stoa__code_block *code, stoa_operation operation, stoa__id a)
{
    stoa_type form = form_of(code, a) == STOA_FLOAT64  ? STOA_FLOAT64
                     : form_of(code, a) == STOA_UINT64 ? STOA_UINT64
                                                       : STOA_INT64;
    a = stoa__emit_row(code, stoa__emit_as(code, a, form));
    return stoa__emit_step(code, (stoa__term){.code = STOA__CUMULATE,
                                              .a = a,
                                              .c = code->where,
                                              .may_fail = form != STOA_FLOAT64,
                                              .range = stoa__range_of(form),
                                              .bits = {code->cumulative_count++, operation}});
}

/* x in (a, b): one of the comparisons holds. */
static stoa__id member(stoa__code_block *code, const stoa__typed *arguments, uint32_t count)
{
    stoa__id any = stoa__emit_truth(code, false);
    for (uint32_t i = 1; i < count; i++)
        any = stoa__emit_or(code, any,
                            stoa__emit_compare(code, STOA_EQUAL, arguments[0].id, arguments[i].id));
    return any;
}

/* ---- calls ---- */

stoa_status stoa__refuse_object(const stoa_expression *node, stoa_error *error)
{
    return stoa__expression_fail(error, STOA_WRONG_TYPE, node,
                                 "an object field cannot be part of an expression");
}

static stoa_status check_condition(const stoa_expression *node, stoa_type type, stoa_error *error)
{
    if (type == STOA_BOOL)
        return STOA_OK;
    return stoa__expression_fail(
        error, STOA_WRONG_TYPE, node, "%s takes a condition, not %s: write != 0",
        stoa_operation_text((stoa_operation)node->operation), stoa_type_name(type));
}

/* The types of the arguments, as bits. */
static uint32_t types_of(const stoa_expression *node, const stoa__typed *arguments)
{
    uint32_t types = 0;
    for (uint32_t i = 0; i < node->count; i++)
        types |= 1u << arguments[i].type;
    return types;
}

/* Of numbers and conditions. */
static stoa_status check_types(const stoa__code_block *code, const stoa_expression *node,
                               const stoa__typed *arguments, stoa_error *error)
{
    stoa_operation operation = (stoa_operation)node->operation;
    bool joins = operation == STOA_AND || operation == STOA_OR;
    bool bits =
        operation == STOA_INVERT || (operation >= STOA_BIT_AND && operation <= STOA_SHIFT_RIGHT);
    stoa_status status = STOA_OK;
    if (joins || operation == STOA_NOT || operation == STOA_WHERE)
        status = check_condition(node, arguments[0].type, error);
    if (joins && status == STOA_OK)
        status = check_condition(node, arguments[1].type, error);
    for (uint32_t i = 0; bits && i < node->count; i++)
        if (form_of(code, arguments[i].id) == STOA_FLOAT64)
            return stoa__expression_fail(error, STOA_WRONG_TYPE, node,
                                         "%s takes integers or conditions, not floats",
                                         stoa_operation_text(operation));
    return status;
}

static stoa__id emit_function(stoa__code_block *code, const stoa_expression *node,
                              const stoa__typed *arguments, stoa__id a, stoa__id b)
{
    stoa_operation operation = (stoa_operation)node->operation;
    switch (operation) {
    case STOA_NEGATE:
        return stoa__negated(code, a);
    case STOA_PLUS:
        return as_number(code, a);
    case STOA_INVERT:
        return invert(code, a);
    case STOA_NOT:
        return stoa__emit_not(code, a);
    case STOA_IN:
        return member(code, arguments, node->count);
    case STOA_AND:
        return stoa__emit_and(code, a, b);
    case STOA_OR:
        return stoa__emit_or(code, a, b);
    case STOA_SHIFT_LEFT:
    case STOA_SHIFT_RIGHT:
        return shift(code, operation == STOA_SHIFT_LEFT, a, b);
    case STOA_WHERE:
        return choose(code, a, b, arguments[2].id, false);
    case STOA_ABS:
        return stoa__absolute(code, a);
    case STOA_MINIMUM:
    case STOA_MAXIMUM:
        for (uint32_t i = 1; i < node->count; i++)
            a = extreme(code, operation == STOA_MAXIMUM, a, arguments[i].id);
        return a;
    case STOA_CLIP:
        return clip(code, a, b, arguments[2].id);
    case STOA_ISNAN:
    case STOA_ISFINITE:
        return classify(code, operation == STOA_ISNAN, a);
    case STOA_IS_NULL:
        return stoa__emit_is_null(code, a);
    case STOA_COALESCE:
    case STOA_FILL_NULL:
        return coalesce(code, arguments, node->count);
    case STOA_ROW:
        return stoa__emit(code, STOA__NUMBERS, STOA__FIRST_ID, 0, false,
                          (stoa__range){0, INT64_MAX});
    default:
        return elementary(code, operation, a, b);
    }
}

stoa__id stoa__emit_call(stoa__code_block *code, const stoa_expression *node,
                         const stoa__typed *arguments)
{
    stoa_operation operation = (stoa_operation)node->operation;
    stoa__id a = node->count > 0 ? arguments[0].id : STOA__NOTHING_ID;
    stoa__id b = node->count > 1 ? arguments[1].id : STOA__NOTHING_ID;
    if (operation >= STOA_ADD && operation <= STOA_POWER)
        return stoa__emit_arithmetic(code, operation, a, b);
    if (operation >= STOA_LESS && operation <= STOA_GREATER)
        return stoa__emit_compare(code, operation, a, b);
    if (operation >= STOA_BIT_AND && operation <= STOA_BIT_XOR)
        return bitwise(code, operation, a, b);
    if (operation >= STOA_CUMSUM)
        return cumulate(code, operation, a);
    if (stoa__cast_type(operation) != STOA_NO_TYPE)
        return cast(code, stoa__cast_type(operation), a);
    return emit_function(code, node, arguments, a, b);
}

/* The type that they have in common, literals that fit an integer type left aside; NO_TYPE: none.
 */
static stoa_type type_of_all(const stoa__code_block *code, const stoa__typed *arguments,
                             uint32_t count)
{
    stoa_type type = arguments[0].type;
    bool is_integer = type >= STOA_INT8 && type <= STOA_UINT64;
    for (uint32_t i = 1; i < count; i++) {
        bool fits = is_integer && stoa__is_constant(code, arguments[i].id) &&
                    form_of(code, arguments[i].id) != STOA_FLOAT64 &&
                    stoa__range_within(range_of(code, arguments[i].id), stoa__range_of(type));
        if (arguments[i].type != type && !fits)
            return STOA_NO_TYPE;
    }
    return type;
}

stoa_status stoa__bind_operation(stoa__code_block *code, const stoa_expression *node,
                                 stoa__typed *arguments, stoa__typed *made, stoa_error *error)
{
    stoa_operation operation = (stoa_operation)node->operation;
    uint32_t types = types_of(node, arguments);
    if (stoa__is_of_times(node->operation, types))
        return stoa__bind_times(code, node, arguments, made, error);
    if ((types & 1u << STOA_OBJECT) != 0)
        return stoa__refuse_object(node, error);
    if ((types & 1u << STOA_STRING) != 0 || stoa__is_string_operation(operation))
        return stoa__bind_strings(code, node, arguments, made, error);
    stoa_status status = check_types(code, node, arguments, error);
    if (status != STOA_OK)
        return status;
    stoa__id id = stoa__emit_call(code, node, arguments);
    stoa_type form = (stoa_type)form_of(code, id), type = stoa__cast_type(operation);
    if (operation == STOA_WHERE && arguments[1].type == arguments[2].type)
        type = arguments[1].type;
    else if (operation == STOA_COALESCE || operation == STOA_FILL_NULL)
        type = type_of_all(code, arguments, node->count);
    if (type == STOA_NO_TYPE)
        type = form == STOA_INT32 ? STOA_INT64 : form;
    *made = (stoa__typed){.id = id, .type = type};
    return STOA_OK;
}
