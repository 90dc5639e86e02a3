/* finalize.c: what the partials of a pass come to: the values of its aggregates. */
#include <string.h>

#include "expr/execution/run.h"

static stoa_status sum_value(const stoa__aggregate *aggregate, stoa__int128 sum, uint64_t *bits,
                             stoa_error *error)
{
    stoa__range range = stoa__range_of((stoa_type)aggregate->form);
    if (sum < range.low || sum > range.high)
        return stoa__expression_fail(error, STOA_OVERFLOW, aggregate->origin,
                                     "the result does not fit %s",
                                     stoa_type_name((stoa_type)aggregate->form));
    *bits = (uint64_t)sum;
    return STOA_OK;
}

static uint64_t float_bits(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static double deviation(const stoa__aggregate *aggregate, const stoa__partial *total)
{
    double variance = total->squares / (double)(total->count - aggregate->ddof);
    return aggregate->operation == STOA_STD ? __builtin_sqrt(variance) : variance;
}

/* What an aggregate comes to; *null where it is of nothing. */
static stoa_status finalize(const stoa__code_block *code, const stoa__aggregate *aggregate,
                            const stoa__partial *total, uint64_t *bits, bool *null,
                            stoa_error *error)
{
    bool is_float = aggregate->a != 0 && code->terms[aggregate->a].form == STOA_FLOAT64;
    switch ((stoa_operation)aggregate->operation) {
    case STOA_SUM:
    case STOA_DOT:
        if (!is_float)
            return sum_value(aggregate, total->sum, bits, error);
        *bits = float_bits(total->total);
        return STOA_OK;
    case STOA_MEAN:
        *null = total->count == 0;
        if (!*null)
            *bits = float_bits(is_float ? total->total / (double)total->count
                                        : stoa__mean_of(total->sum, total->count));
        return STOA_OK;
    case STOA_COUNT:
        *bits = total->count;
        return STOA_OK;
    case STOA_VAR:
    case STOA_STD:
        *null = total->count == 0 || total->count <= aggregate->ddof;
        if (!*null)
            *bits = float_bits(deviation(aggregate, total));
        return STOA_OK;
    case STOA_ANY:
        *bits = total->sum > 0;
        return STOA_OK;
    case STOA_ALL:
        *bits = (uint64_t)total->sum == total->count;
        return STOA_OK;
    case STOA_ARGMIN:
    case STOA_ARGMAX:
        *null = !total->has_value;
        *bits = total->row;
        return STOA_OK;
    default:
        *null = !total->has_value;
        if (aggregate->form == STOA_BOOL)
            *bits = total->int64 != 0;
        else
            *bits = total->uint64;
        return STOA_OK;
    }
}

stoa_status stoa__finalize_pass(stoa_program *program, const stoa__pass *pass, stoa_error *error)
{
    const stoa__code_block *code = &program->code;
    stoa_status status = STOA_OK;
    for (stoa__id id = STOA__FIRST_TERM; id < code->count && status == STOA_OK; id++) {
        const stoa__term *term = &code->terms[id];
        if (term->kind != STOA__AGGREGATE_TERM)
            continue;
        const stoa__aggregate *aggregate = &code->aggregates[term->aggregate];
        if (aggregate->depth != (size_t)(pass - program->plan.passes))
            continue;
        program->nulls[id] = false;
        status = finalize(code, aggregate, &program->totals[term->aggregate], program->uniforms[id],
                          &program->nulls[id], error);
    }
    return status;
}
