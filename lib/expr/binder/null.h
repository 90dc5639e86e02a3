/* null.h: literal nulls, and parameters that are null: see null.c. */
#ifndef STOA__EXPR_BINDER_NULL_H
#define STOA__EXPR_BINDER_NULL_H

#include "expr/binder/emit.h"

/* Whether a value is a null that has no type yet. */
static inline bool stoa__is_untyped(const stoa__typed *typed)
{
    return typed->type == STOA_NO_TYPE;
}

/* A null of the same type, unit, zone and labels; beside a vector one of its numbers. */
stoa__typed stoa__null_like(stoa__code_block *code, const stoa__typed *like);
stoa__typed stoa__null_of(stoa__code_block *code, stoa_type type);

/* Whether a term is a null that was written as one. */
static inline bool stoa__is_literal_null(const stoa__code_block *code, stoa__id id)
{
    return code->terms[id].kind == STOA__STEP_TERM && code->terms[id].code == STOA__NULL;
}

/* Gives the nulls among the arguments of a call the types that they have there. False: the call
 * chooses among nothing but nulls, and is one. */
bool stoa__type_nulls(stoa__code_block *code, const stoa_expression *node, stoa__typed *arguments);

#endif
