/* measures.c: aggregates by what they take of each row, for runs over a part of the rows.
 *
 * Such a run leaves an aggregate as a state, not as a value. So what an aggregate would have
 * reduced becomes a result of each row, with a measure that says what it is for. What a row is
 * worth must not depend on the other rows of its part: aggregates in it, running sums and row
 * numbers would give something else than in the whole. */
#include "expr/binder/bind.h"
#include "expr/binder/strings.h"

/* The aggregate that an output is; NULL: it is none. The mean of durations is rounded to one. */
static const stoa__aggregate *aggregate_of(const stoa__code_block *code,
                                           const stoa_expression *node, stoa__id id)
{
    bool is_call = node->kind == STOA__CALL_NODE;
    if (!is_call || stoa__operations[node->operation].kind != STOA__AGGREGATE)
        return NULL;
    while (code->terms[id].kind == STOA__STEP_TERM && node->operation == STOA_MEAN)
        id = code->terms[id].a;
    return code->terms[id].kind == STOA__AGGREGATE_TERM
               ? &code->aggregates[code->terms[id].aggregate]
               : NULL;
}

static void take_operand(stoa__result *result, stoa__measure *measure,
                         const stoa__aggregate *aggregate)
{
    *measure = (stoa__measure){.operation = (uint8_t)aggregate->operation,
                               .form = aggregate->form,
                               .reduction = aggregate->reduction,
                               .ddof = aggregate->ddof,
                               .b = aggregate->b};
    result->id = aggregate->a;
}

stoa_status stoa__bind_measure(stoa__code_block *code, const stoa_expression *node,
                               stoa__result *result, bool *is_aggregate, stoa_error *error)
{
    size_t index = (size_t)(result - code->results);
    *is_aggregate = false;
    if (!stoa__has_room(code, &code->measures, &code->measure_room, index + 1,
                        sizeof *code->measures))
        return STOA_OK;
    stoa__measure *measure = &code->measures[index];
    *measure = (stoa__measure){.operation = STOA_NO_OPERATION};
    if (result->typed.type == STOA_OBJECT)
        return stoa__refuse_object(node, error);
    const stoa__aggregate *aggregate = aggregate_of(code, node, result->typed.id);
    *is_aggregate = aggregate != NULL && aggregate->depth == 0;
    if (*is_aggregate) {
        take_operand(result, measure, aggregate);
        return STOA_OK;
    }
    if (code->terms[result->typed.id].depth > 0)
        return stoa__expression_fail(error, STOA_INVALID, node,
                                     "this is more than an aggregate, and cannot be computed in "
                                     "parts; take the aggregates, and compute with their results");
    measure->may_be_null = code->terms[result->typed.id].may_be_null;
    return STOA_OK;
}

static stoa_status check(const stoa__code_block *code, stoa_error *error)
{
    const char *what = NULL;
    if (code->terms[code->where].depth > 0)
        what = "an aggregate in the condition is of one part's rows";
    if (code->cumulative_count > 0)
        what = "a running sum begins anew in each part";
    for (stoa__id id = STOA__FIRST_TERM; what == NULL && id < code->count; id++)
        if (code->terms[id].kind == STOA__STEP_TERM && code->terms[id].a == STOA__FIRST_ID)
            what = "row() numbers the rows of one part";
    for (uint32_t i = 0; what == NULL && i < code->result_count; i++)
        if (code->measures[i].operation == STOA_COUNT_DISTINCT)
            what = "count_distinct needs all the strings of all parts";
    return what == NULL
               ? STOA_OK
               : stoa__fail(error, STOA_INVALID, "this cannot be computed in parts: %s", what);
}

/* Second factors are results of their own, behind the others. */
static void add_second_factors(stoa__code_block *code)
{
    code->measure_count = code->result_count;
    for (uint32_t i = 0; i < code->measure_count; i++) {
        stoa__measure *measure = &code->measures[i];
        if (measure->b == STOA__NOTHING_ID ||
            !stoa__has_room(code, &code->results, &code->result_room,
                            code->result_count + (size_t)1, sizeof *code->results))
            continue;
        measure->second = code->result_count;
        code->results[code->result_count++] =
            (stoa__result){.typed = {.id = measure->b}, .id = measure->b};
    }
}

stoa_status stoa__finish_measures(stoa__code_block *code, stoa_error *error)
{
    stoa_status status = check(code, error);
    if (status == STOA_OK)
        add_second_factors(code);
    return status;
}
