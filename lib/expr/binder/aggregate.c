/* aggregate.c: what each aggregate is as a reduction.
 *
 * An aggregate's value is uniform, and known once its pass has run. sum(where(c, v, 0)) is the sum
 * of v under the mask c, and sum(a * b) the dot product, when nothing can tell the difference. */
#include "expr/binder/strings.h"
#include "expr/binder/times.h"

static bool is_zero(const stoa__code_block *code, stoa__id id)
{
    return stoa__is_constant(code, id) && code->terms[id].bits[0] == 0;
}

/* sum(where(c, v, 0)) */
static void take_mask(stoa__code_block *code, stoa__aggregate *aggregate)
{
    const stoa__term *term = &code->terms[aggregate->a];
    bool chosen = term->kind == STOA__STEP_TERM && !term->uniform &&
                  (term->code == STOA__WHERE_INT32 || term->code == STOA__WHERE_INT64);
    if (!chosen || !is_zero(code, term->b) || code->terms[term->a].uniform)
        return;
    stoa__id condition = term->c;
    aggregate->a = term->a;
    aggregate->mask =
        aggregate->mask == 0 ? condition : stoa__emit_and(code, aggregate->mask, condition);
}

/* sum(a * b) */
static bool is_product(const stoa__code_block *code, stoa__id id)
{
    const stoa__term *term = &code->terms[id];
    return term->kind == STOA__STEP_TERM && term->shape == STOA__VV && !term->uniform &&
           (term->code == STOA__MUL_FLOAT64 || term->code == STOA__MUL_WIDE ||
            term->code == STOA__MUL_INT32);
}

enum { /* offsets in STOA__REDUCTIONS_OF */
       SUM,
       MIN,
       MAX,
       EXTREMES,
       ARGMIN,
       ARGMAX,
       DOT,
       FIRST,
       LAST
};

/* The reduction of values of that form, and the form of the result. */
static void reduce(stoa__aggregate *aggregate, unsigned form, unsigned offset, stoa_type result)
{
    unsigned first = form == STOA_INT32    ? STOA__SUM_INT32_REDUCTION
                     : form == STOA_INT64  ? STOA__SUM_INT64_REDUCTION
                     : form == STOA_UINT64 ? STOA__SUM_UINT64_REDUCTION
                                           : STOA__SUM_FLOAT64_REDUCTION;
    aggregate->reduction = (stoa__reduction)(first + offset);
    aggregate->form = (uint8_t)result;
}

static void reduce_bits(stoa__aggregate *aggregate, stoa__reduction reduction, stoa_type result)
{
    aggregate->reduction = reduction;
    aggregate->form = (uint8_t)result;
}

/* int32 and bits have no form of their own as results of arithmetic. */
static stoa_type result_form(unsigned form)
{
    return form == STOA_FLOAT64 || form == STOA_UINT64 ? (stoa_type)form : STOA_INT64;
}

static void sum_of(stoa__code_block *code, stoa__aggregate *aggregate, bool mean)
{
    unsigned form = form_of(code, aggregate->a);
    stoa_type result = mean ? STOA_FLOAT64 : result_form(form);
    if (form == STOA_BOOL) {
        reduce_bits(aggregate, STOA__SUM_BITS_REDUCTION, result);
        return;
    }
    if (!mean && !code->by_row)
        take_mask(code, aggregate);
    reduce(aggregate, form, SUM, result);
    if (is_product(code, aggregate->a)) {
        const stoa__term product = code->terms[aggregate->a];
        reduce(aggregate, form_of(code, product.a), DOT, result);
        aggregate->a = product.a;
        aggregate->b = product.b;
    }
}

static void dot_of(stoa__code_block *code, stoa__aggregate *aggregate)
{
    unsigned x = form_of(code, aggregate->a), y = form_of(code, aggregate->b);
    bool is_float = x == STOA_FLOAT64 || y == STOA_FLOAT64;
    bool narrow = (x == STOA_INT32 || x == STOA_BOOL) && (y == STOA_INT32 || y == STOA_BOOL);
    bool unsigned_both = x == STOA_UINT64 && y == STOA_UINT64;
    stoa_type form = is_float        ? STOA_FLOAT64
                     : narrow        ? STOA_INT32
                     : unsigned_both ? STOA_UINT64
                                     : STOA_INT64;
    aggregate->a = stoa__emit_as(code, aggregate->a, form);
    aggregate->b = stoa__emit_as(code, aggregate->b, form);
    reduce(aggregate, form, DOT, result_form(form));
}

static void extreme_of(stoa__code_block *code, stoa__aggregate *aggregate, unsigned offset)
{
    bool bits = form_of(code, aggregate->a) == STOA_BOOL;
    aggregate->a = as_number(code, aggregate->a);
    unsigned form = form_of(code, aggregate->a);
    reduce(aggregate, form, offset, bits ? STOA_BOOL : result_form(form));
}

/* argmin, argmax: the number of a row. */
static void row_of_extreme(stoa__code_block *code, stoa__aggregate *aggregate, unsigned offset)
{
    aggregate->a = as_number(code, aggregate->a);
    reduce(aggregate, form_of(code, aggregate->a), offset, STOA_INT64);
}

static void end_of(stoa__code_block *code, stoa__aggregate *aggregate, bool first)
{
    unsigned form = form_of(code, aggregate->a);
    if (form == STOA_BOOL)
        reduce_bits(aggregate, first ? STOA__FIRST_BITS_REDUCTION : STOA__LAST_BITS_REDUCTION,
                    STOA_BOOL);
    else
        reduce(aggregate, form, first ? FIRST : LAST, result_form(form));
}

static void choose_reduction(stoa__code_block *code, stoa__aggregate *aggregate)
{
    switch ((stoa_operation)aggregate->operation) {
    case STOA_MIN:
        extreme_of(code, aggregate, MIN);
        break;
    case STOA_MAX:
        extreme_of(code, aggregate, MAX);
        break;
    case STOA_ARGMIN:
        row_of_extreme(code, aggregate, ARGMIN);
        break;
    case STOA_ARGMAX:
        row_of_extreme(code, aggregate, ARGMAX);
        break;
    case STOA_FIRST:
    case STOA_LAST:
        end_of(code, aggregate, aggregate->operation == STOA_FIRST);
        break;
    case STOA_COUNT:
        if (code->terms[aggregate->a].depth == 0 && !code->terms[aggregate->a].may_be_null)
            aggregate->a = STOA__NOTHING_ID;
        reduce_bits(aggregate, STOA__COUNT_REDUCTION, STOA_INT64);
        break;
    case STOA_VAR:
    case STOA_STD:
        aggregate->a = stoa__emit_as(code, aggregate->a, STOA_FLOAT64);
        reduce_bits(aggregate, STOA__VAR_FLOAT64_REDUCTION, STOA_FLOAT64);
        break;
    case STOA_ANY:
    case STOA_ALL:
        reduce_bits(aggregate, STOA__SUM_BITS_REDUCTION, STOA_BOOL);
        break;
    case STOA_DOT:
        dot_of(code, aggregate);
        break;
    default:
        sum_of(code, aggregate, aggregate->operation == STOA_MEAN);
    }
}

/* A register for each row, and the pass in which it is there. */
static stoa__id operand(stoa__code_block *code, stoa__aggregate *aggregate, stoa__id id)
{
    id = stoa__emit_row(code, id);
    if (code->terms[id].depth > aggregate->depth)
        aggregate->depth = code->terms[id].depth;
    return id;
}

static bool takes_strings(const stoa_expression *node)
{
    switch ((stoa_operation)node->operation) {
    case STOA_COUNT:
    case STOA_COUNT_DISTINCT:
    case STOA_MIN:
    case STOA_MAX:
    case STOA_FIRST:
    case STOA_LAST:
        return true;
    default:
        return false;
    }
}

/* A string's aggregate is what was seen of it, or the handle of a row. */
static void string_of(stoa__code_block *code, stoa__aggregate *aggregate)
{
    bool is_first = aggregate->operation == STOA_FIRST;
    aggregate->a = stoa__string_value(code, aggregate->a, code->terms[aggregate->a].pool);
    if (is_first || aggregate->operation == STOA_LAST) {
        reduce(aggregate, STOA_INT32, is_first ? FIRST : LAST, STOA_STRING);
        return;
    }
    bool counts = aggregate->operation == STOA_COUNT_DISTINCT || aggregate->operation == STOA_COUNT;
    reduce_bits(aggregate, STOA__COUNT_REDUCTION, counts ? STOA_INT64 : STOA_STRING);
    aggregate->of_strings = aggregate->operation != STOA_COUNT;
}

static stoa_status check_types(const stoa__code_block *code, const stoa_expression *node,
                               const stoa__typed *arguments, stoa_error *error)
{
    bool takes_condition = node->operation == STOA_ANY || node->operation == STOA_ALL;
    for (uint32_t i = 0; i < node->count; i++)
        if (arguments[i].type == STOA_OBJECT && node->operation != STOA_COUNT)
            return stoa__refuse_object(node, error);
        else if (arguments[i].type == STOA_STRING && !takes_strings(node))
            return stoa__refuse_string(node, i, error);
        else if (arguments[i].type != STOA_STRING && node->operation == STOA_COUNT_DISTINCT)
            return stoa__expression_fail(error, STOA_WRONG_TYPE, node,
                                         "count_distinct takes a string, not a value of type %s",
                                         stoa_type_name(arguments[i].type));
    if (node->count > 0 && stoa__is_time(arguments[0].type))
        return stoa__check_time_aggregate(node, &arguments[0], error);
    if (node->count > 1 && stoa__is_time(arguments[1].type))
        return stoa__check_time_aggregate(node, &arguments[1], error);
    if (takes_condition && form_of(code, arguments[0].id) != STOA_BOOL)
        return stoa__expression_fail(error, STOA_WRONG_TYPE, node,
                                     "%s takes a condition: write != 0",
                                     stoa_operation_text((stoa_operation)node->operation));
    return STOA_OK;
}

stoa_status stoa__bind_aggregate(stoa__code_block *code, const stoa_expression *node,
                                 const stoa__typed *arguments, stoa__id mask, stoa__typed *made,
                                 stoa_error *error)
{
    stoa__aggregate aggregate = {.operation = node->operation, .mask = mask, .origin = node};
    stoa_status status = check_types(code, node, arguments, error);
    if (status != STOA_OK)
        return status;
    if (node->count > 0)
        aggregate.a = arguments[0].id;
    if (node->operation == STOA_VAR || node->operation == STOA_STD)
        aggregate.ddof = node->count > 1 ? node->arguments[1]->value.uint64 : 0;
    else if (node->count > 1)
        aggregate.b = arguments[1].id;
    if (node->count > 0 && arguments[0].type == STOA_STRING)
        string_of(code, &aggregate);
    else
        choose_reduction(code, &aggregate);
    aggregate.a = operand(code, &aggregate, aggregate.a);
    aggregate.b = operand(code, &aggregate, aggregate.b);
    aggregate.mask = operand(code, &aggregate, aggregate.mask);
    if (aggregate.depth >= STOA__MOST_PASSES)
        return stoa__expression_fail(error, STOA_INVALID, node,
                                     "aggregates are nested more than %d levels deep",
                                     STOA__MOST_PASSES);
    made->id = stoa__emit_aggregate(code, &aggregate);
    made->type = (stoa_type)aggregate.form;
    if (node->count > 0 && stoa__is_time(arguments[0].type))
        stoa__type_time_aggregate(code, node, &arguments[0], made);
    return STOA_OK;
}
