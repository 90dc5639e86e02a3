/* operate.h: what the files that turn operations into kernels share. */
#ifndef STOA__EXPR_BINDER_OPERATE_H
#define STOA__EXPR_BINDER_OPERATE_H

#include "expr/binder/emit.h"

static inline unsigned form_of(const stoa__code_block *code, stoa__id id)
{
    return code->terms[id].form;
}

static inline stoa__range range_of(const stoa__code_block *code, stoa__id id)
{
    return code->terms[id].range;
}

/* A condition counts as 0 and 1; other numbers stay what they are. */
static inline stoa__id as_number(stoa__code_block *code, stoa__id id)
{
    return form_of(code, id) == STOA_BOOL ? stoa__emit_as(code, id, STOA_INT32) : id;
}

stoa_status stoa__refuse_object(const stoa_expression *node, stoa_error *error);
/* ADD ... POWER of integers and conditions (integers.c). */
stoa__id stoa__integer_arithmetic(stoa__code_block *code, stoa_operation operation, stoa__id a,
                                  stoa__id b);
/* `where`, of values that meet in a form of numbers or bits. */
stoa__id stoa__emit_where(stoa__code_block *code, stoa__id condition, stoa__id a, stoa__id b);
/* The call, of operands whose types are known to be right. */
stoa__id stoa__emit_call(stoa__code_block *code, const stoa_expression *node,
                         const stoa__typed *arguments);
/* Of any number. */
stoa__id stoa__negated(stoa__code_block *code, stoa__id a);
stoa__id stoa__absolute(stoa__code_block *code, stoa__id a);

#endif
