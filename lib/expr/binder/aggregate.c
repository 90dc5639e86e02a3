/* aggregate.c: what each aggregate is as a reduction, and what assignments store.
 *
 * An aggregate's value is uniform, and known once its pass has run. sum(where(c, v, 0)) is the sum
 * of v under the mask c, and sum(a * b) the dot product, when nothing can tell the difference. */
#include <string.h>

#include "expr/binder/emit.h"

/* ---- aggregates ---- */

static void deepen(const stoa__code_block *code, stoa__aggregate *aggregate, stoa__id id)
{
    if (id != 0 && code->terms[id].depth > aggregate->depth)
        aggregate->depth = code->terms[id].depth;
}

static bool is_zero(const stoa__code_block *code, stoa__id id)
{
    return stoa__is_constant(code, id) && code->terms[id].bits[0] == 0;
}

/* sum(where(c, v, 0)) */
static void take_mask(stoa__code_block *code, stoa__aggregate *aggregate)
{
    const stoa__term *term = &code->terms[aggregate->a];
    bool chosen = term->kind == STOA__STEP_TERM && !term->uniform &&
                  (term->code == STOA__CHOOSE_INT32 || term->code == STOA__CHOOSE_INT64);
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

static unsigned by_form(unsigned form)
{
    return form == STOA_INT32    ? STOA__SUM_INT32_REDUCTION
           : form == STOA_INT64  ? STOA__SUM_INT64_REDUCTION
           : form == STOA_UINT64 ? STOA__SUM_UINT64_REDUCTION
                                 : STOA__SUM_FLOAT64_REDUCTION;
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

static stoa_type sum_form(unsigned form)
{
    return form == STOA_FLOAT64 || form == STOA_UINT64 ? (stoa_type)form : STOA_INT64;
}

static void sum_of(stoa__code_block *code, stoa__aggregate *aggregate, bool mean)
{
    unsigned form = code->terms[aggregate->a].form;
    aggregate->form = (uint8_t)(mean ? STOA_FLOAT64 : sum_form(form));
    if (form == STOA_BOOL) {
        aggregate->reduction = STOA__SUM_BITS_REDUCTION;
        return;
    }
    if (!mean)
        take_mask(code, aggregate);
    aggregate->reduction = (stoa__reduction)(by_form(form) + SUM);
    if (!code->refused && is_product(code, aggregate->a)) {
        stoa__id a = code->terms[aggregate->a].a, b = code->terms[aggregate->a].b;
        aggregate->reduction = (stoa__reduction)(by_form(code->terms[a].form) + DOT);
        aggregate->a = a;
        aggregate->b = b;
    }
}

static void dot_of(stoa__code_block *code, stoa__aggregate *aggregate, const stoa_expression *node)
{
    unsigned x = code->terms[aggregate->a].form, y = code->terms[aggregate->b].form;
    bool is_float = x == STOA_FLOAT64 || y == STOA_FLOAT64;
    bool narrow = (x == STOA_INT32 || x == STOA_BOOL) && (y == STOA_INT32 || y == STOA_BOOL);
    bool unsigned_both = x == STOA_UINT64 && y == STOA_UINT64;
    stoa_type form = is_float        ? STOA_FLOAT64
                     : narrow        ? STOA_INT32
                     : unsigned_both ? STOA_UINT64
                                     : STOA_INT64;
    aggregate->a = stoa__emit_as(code, aggregate->a, form, node);
    aggregate->b = stoa__emit_as(code, aggregate->b, form, node);
    aggregate->reduction = (stoa__reduction)(by_form(form) + DOT);
    aggregate->form = (uint8_t)sum_form(form);
}

static void extreme_of(stoa__code_block *code, stoa__aggregate *aggregate, unsigned offset,
                       bool place, const stoa_expression *node)
{
    bool bits = code->terms[aggregate->a].form == STOA_BOOL;
    if (bits && (offset == FIRST || offset == LAST)) {
        aggregate->reduction =
            offset == FIRST ? STOA__FIRST_BITS_REDUCTION : STOA__LAST_BITS_REDUCTION;
        aggregate->form = STOA_BOOL;
        return;
    }
    if (bits)
        aggregate->a = stoa__emit_as(code, aggregate->a, STOA_INT32, node);
    if (code->refused)
        return;
    unsigned form = code->terms[aggregate->a].form;
    aggregate->reduction = (stoa__reduction)(by_form(form) + offset);
    aggregate->form = (uint8_t)(place || form == STOA_INT32 ? STOA_INT64 : (stoa_type)form);
    if (bits && !place)
        aggregate->form = STOA_BOOL;
}

static stoa_status choose_reduction(stoa__code_block *code, const stoa_expression *node,
                                    stoa__aggregate *aggregate, stoa_error *error)
{
    switch ((stoa_operation)node->operation) {
    case STOA_SUM:
    case STOA_MEAN:
        sum_of(code, aggregate, node->operation == STOA_MEAN);
        return STOA_OK;
    case STOA_COUNT:
        aggregate->reduction = STOA__COUNT_REDUCTION;
        aggregate->form = STOA_INT64;
        if (aggregate->a != 0 &&
            code->terms[aggregate->a].depth == 0) /* what is made of no aggregate is */
            aggregate->a = 0;                     /* never null */
        return STOA_OK;
    case STOA_VAR:
    case STOA_STD:
        aggregate->a = stoa__emit_as(code, aggregate->a, STOA_FLOAT64, node);
        aggregate->reduction = STOA__VAR_FLOAT64_REDUCTION;
        aggregate->form = STOA_FLOAT64;
        return STOA_OK;
    case STOA_ANY:
    case STOA_ALL:
        if (code->terms[aggregate->a].form != STOA_BOOL)
            return stoa__expression_fail(error, STOA_WRONG_TYPE, node,
                                         "%s takes a condition: write != 0",
                                         stoa_operation_text((stoa_operation)node->operation));
        aggregate->reduction = STOA__SUM_BITS_REDUCTION;
        aggregate->form = STOA_BOOL;
        return STOA_OK;
    case STOA_DOT:
        dot_of(code, aggregate, node);
        return STOA_OK;
    default: {
        static const struct {
            uint8_t offset, place;
        } of[] = {
            [STOA_MIN] = {MIN, 0},       [STOA_MAX] = {MAX, 0},     [STOA_ARGMIN] = {ARGMIN, 1},
            [STOA_ARGMAX] = {ARGMAX, 1}, [STOA_FIRST] = {FIRST, 0}, [STOA_LAST] = {LAST, 0},
        };
        extreme_of(code, aggregate, of[node->operation].offset, of[node->operation].place != 0,
                   node);
        return STOA_OK;
    }
    }
}

stoa_status stoa__bind_aggregate(stoa__code_block *code, const stoa_expression *node,
                                 const stoa__typed *arguments, stoa__id mask, stoa__typed *made,
                                 stoa_error *error)
{
    stoa__aggregate aggregate = {.operation = node->operation, .mask = mask, .origin = node};
    for (uint32_t i = 0; i < node->count; i++)
        if (arguments[i].type == STOA_OBJECT && node->operation != STOA_COUNT)
            return stoa__expression_fail(error, STOA_WRONG_TYPE, node,
                                         "an object field cannot be part of an expression");
    if (node->count > 0)
        aggregate.a = arguments[0].id;
    if (node->operation == STOA_VAR || node->operation == STOA_STD)
        aggregate.ddof = node->count > 1 ? node->arguments[1]->value.uint64 : 0;
    else if (node->count > 1)
        aggregate.b = arguments[1].id;
    if (code->refused)
        return stoa__fail_memory(error, sizeof aggregate);
    stoa_status status = choose_reduction(code, node, &aggregate, error);
    if (status != STOA_OK)
        return status;
    aggregate.a = aggregate.a == 0 ? 0 : stoa__emit_row(code, aggregate.a);
    aggregate.b = aggregate.b == 0 ? 0 : stoa__emit_row(code, aggregate.b);
    aggregate.mask = aggregate.mask == 0 ? 0 : stoa__emit_row(code, aggregate.mask);
    if (code->refused)
        return stoa__fail_memory(error, sizeof aggregate);
    deepen(code, &aggregate, aggregate.a);
    deepen(code, &aggregate, aggregate.b);
    deepen(code, &aggregate, aggregate.mask);
    if (aggregate.depth >= STOA__MOST_PASSES)
        return stoa__expression_fail(error, STOA_INVALID, node,
                                     "aggregates are nested more than %d levels deep",
                                     STOA__MOST_PASSES);
    made->id = stoa__emit_aggregate(code, &aggregate);
    made->type = (stoa_type)aggregate.form;
    return code->refused ? stoa__fail_memory(error, sizeof aggregate) : STOA_OK;
}

/* ---- stores ---- */

static stoa_status cannot_store(stoa__typed typed, stoa_type target, const stoa_expression *origin,
                                const char *name, stoa_error *error)
{
    return stoa__expression_fail(
        error, STOA_WRONG_TYPE, origin, "a value of type %s does not go into %s%s%s of type %s",
        stoa_type_name(typed.type), name == NULL ? "an array" : "field '", name == NULL ? "" : name,
        name == NULL ? "" : "'", stoa_type_name(target));
}

static stoa__id narrow_store(stoa__code_block *code, stoa__id id, stoa_type target,
                             const stoa_expression *origin)
{
    static const uint16_t stores[] = {
        [STOA_INT8] = STOA__STORE_INT8,     [STOA_INT16] = STOA__STORE_INT16,
        [STOA_UINT8] = STOA__STORE_UINT8,   [STOA_UINT16] = STOA__STORE_UINT16,
        [STOA_UINT32] = STOA__STORE_UINT32,
    };
    if (code->refused)
        return STOA__NOTHING_ID;
    bool fits = stoa__range_within(code->terms[id].range, stoa__range_of(target));
    return stoa__emit(code, stores[target], id, 0, 0, !fits, stoa__range_of(target), origin);
}

/* bool takes conditions, 0 and 1. */
static stoa__id bool_store(stoa__code_block *code, stoa__id id, const stoa_expression *origin)
{
    if (code->terms[id].form == STOA_UINT64)
        id = stoa__emit_as(code, id, STOA_INT64, origin);
    if (!code->refused && code->terms[id].form != STOA_BOOL) {
        id = stoa__emit_within(code, id, stoa__range_of(STOA_BOOL), origin);
        id = stoa__emit_compare(code, STOA_NOT_EQUAL, id, stoa__emit_integer(code, 0), origin);
    }
    if (code->refused)
        return STOA__NOTHING_ID;
    return stoa__emit(code, STOA__STORE_BOOL, stoa__emit_row(code, id), 0, 0, false,
                      stoa__range_of(STOA_BOOL), origin);
}

stoa_status stoa__bind_store(stoa__code_block *code, stoa__typed typed, stoa_type target,
                             const stoa_expression *origin, const char *name, stoa__id *made,
                             stoa_error *error)
{
    stoa__id id = typed.id;
    if (typed.type == STOA_OBJECT || target == STOA_OBJECT || target == STOA_NO_TYPE)
        return cannot_store(typed, target, origin, name, error);
    if (code->refused)
        return stoa__fail_memory(error, sizeof(stoa__term));
    bool from_float = code->terms[id].form == STOA_FLOAT64;
    bool to_float = target == STOA_FLOAT32 || target == STOA_FLOAT64;
    if (from_float && !to_float)
        return cannot_store(typed, target, origin, name, error);
    id = stoa__emit_row(code, id);
    if (target == STOA_FLOAT64)
        id = stoa__emit_as(code, id, STOA_FLOAT64, origin);
    else if (target == STOA_FLOAT32)
        id = stoa__emit_for_float32(code, id, origin);
    if (target == STOA_FLOAT32)
        id = stoa__emit(code, STOA__STORE_FLOAT32, id, 0, 0, true, (stoa__range){0, 0}, origin);
    else if (target == STOA_BOOL)
        id = bool_store(code, id, origin);
    else if (target == STOA_INT32 || target == STOA_INT64 || target == STOA_UINT64)
        id = stoa__emit_as(code, id, target, origin);
    else if (target == STOA_UINT32)
        id = narrow_store(code, stoa__emit_as(code, id, STOA_INT64, origin), target, origin);
    else if (!to_float)
        id = narrow_store(code, stoa__emit_as(code, id, STOA_INT32, origin), target, origin);
    *made = id;
    return code->refused ? stoa__fail_memory(error, sizeof(stoa__term)) : STOA_OK;
}
