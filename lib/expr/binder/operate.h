/* operate.h: what the files that turn operations into kernels share. */
#ifndef STOA__EXPR_BINDER_OPERATE_H
#define STOA__EXPR_BINDER_OPERATE_H

#include "expr/binder/emit.h"

#define NO_RANGE ((stoa__range){0, 0})

typedef struct work {
    stoa__code_block *code;
    const stoa_expression *node;
    stoa_error *error;
} work;

static inline unsigned form_of(const work *at, stoa__id id)
{
    return at->code->terms[id].form;
}

static inline stoa__range range_of(const work *at, stoa__id id)
{
    return at->code->terms[id].range;
}

static inline stoa__id as(const work *at, stoa__id id, stoa_type form)
{
    return stoa__emit_as(at->code, id, form, at->node);
}

static inline stoa__id emit(const work *at, unsigned step, stoa__id a, stoa__id b, bool may_fail,
                            stoa__range range)
{
    return stoa__emit(at->code, step, a, b, 0, may_fail, range, at->node);
}

static inline stoa__range clipped(stoa__range range, stoa__range to)
{
    if (range.low < to.low)
        range.low = to.low;
    if (range.high > to.high)
        range.high = to.high;
    return range;
}

static inline stoa__wide least(stoa__wide a, stoa__wide b)
{
    return a < b ? a : b;
}

static inline stoa__wide most(stoa__wide a, stoa__wide b)
{
    return a > b ? a : b;
}

static inline bool can_be(stoa__range range, stoa__wide value)
{
    return range.low <= value && value <= range.high;
}

/* ADD ... POWER of integers and conditions, which count as 0 and 1 (integers.c). */
stoa__id stoa__integer_arithmetic(const work *at, stoa_operation operation, stoa__id a, stoa__id b);
/* Of any number. */
stoa__id stoa__negated(const work *at, stoa__id a);
stoa__id stoa__absolute(const work *at, stoa__id a);

#endif
