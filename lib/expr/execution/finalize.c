/* finalize.c: what the partials of a pass come to: the values of its aggregates. */
#include <string.h>

#include "expr/execution/strings.h"

static uint64_t float_bits(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static double variance(const stoa__aggregate *aggregate, const stoa__partial *total)
{
    return total->squares / (double)(total->count - aggregate->ddof);
}

static bool is_null(const stoa__aggregate *aggregate, const stoa__partial *total)
{
    if (aggregate->of_strings)
        return aggregate->operation != STOA_COUNT_DISTINCT && total->count == 0;
    switch ((stoa_operation)aggregate->operation) {
    case STOA_SUM:
    case STOA_DOT:
    case STOA_COUNT:
    case STOA_ANY:
    case STOA_ALL:
        return false;
    case STOA_MEAN:
        return total->count == 0;
    case STOA_VAR:
    case STOA_STD:
        return total->count <= aggregate->ddof;
    default:
        return !total->has_value;
    }
}

/* The bits of the value, which is not null and fits. */
static uint64_t value_of(const stoa__aggregate *aggregate, const stoa__partial *total,
                         bool is_float)
{
    switch ((stoa_operation)aggregate->operation) {
    case STOA_SUM:
    case STOA_DOT:
        return is_float ? float_bits(total->total) : (uint64_t)total->sum;
    case STOA_MEAN:
        return float_bits(is_float ? total->total / (double)total->count
                                   : stoa__mean_of(total->sum, total->count));
    case STOA_COUNT:
    case STOA_COUNT_DISTINCT: /* of none */
        return total->count;
    case STOA_VAR:
        return float_bits(variance(aggregate, total));
    case STOA_STD:
        return float_bits(__builtin_sqrt(variance(aggregate, total)));
    case STOA_ANY:
        return total->sum > 0;
    case STOA_ALL:
        return (uint64_t)total->sum == total->count;
    case STOA_ARGMIN:
    case STOA_ARGMAX:
        return total->row;
    default:
        return aggregate->form == STOA_BOOL ? total->int64 != 0 : total->uint64;
    }
}

stoa_status stoa__finalize_pass(const stoa__run *run, const stoa__pass *pass, stoa_error *error)
{
    stoa_program *program = run->program;
    const stoa__code_block *code = &program->code;
    for (uint32_t i = 0; i < pass->aggregate_count; i++) {
        const stoa__aggregate *aggregate = &code->aggregates[pass->aggregates[i]];
        const stoa__partial *total = &program->totals[pass->aggregates[i]];
        stoa_type form = (stoa_type)aggregate->form;
        bool is_float = code->terms[aggregate->a].form == STOA_FLOAT64;
        bool is_sum = aggregate->operation == STOA_SUM || aggregate->operation == STOA_DOT;
        if (is_sum && !is_float && !stoa__range_has(stoa__range_of(form), total->sum))
            return stoa__expression_fail(error, STOA_OVERFLOW, aggregate->origin,
                                         "the result does not fit %s", stoa_type_name(form));
        program->nulls[aggregate->id] = is_null(aggregate, total);
        if (aggregate->of_strings && run->rows > 0 && total->count > 0)
            *program->uniforms[aggregate->id] = stoa__value_of_seen(run, aggregate);
        else if (!program->nulls[aggregate->id])
            *program->uniforms[aggregate->id] = value_of(aggregate, total, is_float);
    }
    return STOA_OK;
}
