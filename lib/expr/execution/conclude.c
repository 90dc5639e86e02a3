/* conclude.c: what the partials of a pass come to: the values of its aggregates. */
#include <string.h>

#include "expr/execution/run.h"

static stoa_status sum_value(const stoa__sink *sink, stoa__int128 sum, uint64_t *bits,
                             stoa_error *error)
{
    stoa__range range = stoa__range_of((stoa_type)sink->form);
    if (sum < range.low || sum > range.high)
        return stoa__expression_fail(error, STOA_OVERFLOW, sink->origin,
                                     "the result does not fit %s",
                                     stoa_type_name((stoa_type)sink->form));
    *bits = (uint64_t)sum;
    return STOA_OK;
}

static uint64_t float_bits(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static double deviation(const stoa__sink *sink, const stoa__partial *total)
{
    double variance = total->squares / (double)(total->count - sink->ddof);
    return sink->operation == STOA_STD ? __builtin_sqrt(variance) : variance;
}

/* What an aggregate comes to; *null where it is of nothing. */
static stoa_status conclude(const stoa__code_block *code, const stoa__sink *sink,
                            const stoa__partial *total, uint64_t *bits, bool *null,
                            stoa_error *error)
{
    bool is_float = sink->a != 0 && code->values[sink->a].form == STOA_FLOAT64;
    switch ((stoa_operation)sink->operation) {
    case STOA_SUM:
    case STOA_DOT:
        if (!is_float)
            return sum_value(sink, total->sum, bits, error);
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
        *null = total->count == 0 || total->count <= sink->ddof;
        if (!*null)
            *bits = float_bits(deviation(sink, total));
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
        if (sink->form == STOA_BOOL)
            *bits = total->int64 != 0;
        else
            *bits = total->uint64;
        return STOA_OK;
    }
}

stoa_status stoa__conclude_pass(stoa_program *program, const stoa__pass *pass, stoa_error *error)
{
    const stoa__code_block *code = &program->code;
    stoa_status status = STOA_OK;
    for (stoa__id id = STOA__FIRST_VALUE; id < code->count && status == STOA_OK; id++) {
        const stoa__value *value = &code->values[id];
        if (value->kind != STOA__AGGREGATE_VALUE)
            continue;
        const stoa__sink *sink = &code->sinks[value->sink];
        if (sink->depth != (size_t)(pass - program->plan.passes))
            continue;
        program->nulls[id] = false;
        status = conclude(code, sink, &program->totals[value->sink], program->uniforms[id],
                          &program->nulls[id], error);
    }
    return status;
}
