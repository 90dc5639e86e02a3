/* emit.h: making values. */
#ifndef STOA__EXPR_BINDER_EMIT_H
#define STOA__EXPR_BINDER_EMIT_H

#include "expr/binder/code.h"

/* ---- making values (emit.c). NOTHING comes back where memory was refused ---- */

stoa__id stoa__emit_constant(stoa__code_block *code, stoa_type form, uint64_t bits);
stoa__id stoa__emit_integer(stoa__code_block *code, int64_t value);
stoa__id stoa__emit_float(stoa__code_block *code, double value);
stoa__id stoa__emit_truth(stoa__code_block *code, bool value);
stoa__id stoa__emit_leaf(stoa__code_block *code, stoa__term_kind kind, stoa_type form,
                         uint32_t index, bool uniform, stoa__range range);
/* A step, or what is the same: an equal one, or a constant. A step that may fail, and whose
 * operands are constants that fail, stays a step. */
stoa__id stoa__emit(stoa__code_block *code, unsigned step, stoa__id a, stoa__id b, stoa__id c,
                    bool may_fail, stoa__range range, const stoa_expression *origin);
/* A CHOOSE whose branches both count, taken or not: what is not written as `where`. */
stoa__id stoa__emit_strict(stoa__code_block *code, unsigned step, stoa__id a, stoa__id b,
                           stoa__id c, stoa__range range, const stoa_expression *origin);
/* WITHIN_INT32 or WITHIN_INT64. */
stoa__id stoa__emit_within(stoa__code_block *code, stoa__id a, stoa__range bounds,
                           const stoa_expression *origin);
/* The same value in another form (BOOL counts as 0 and 1; uint64 beyond int64 may fail). */
stoa__id stoa__emit_as(stoa__code_block *code, stoa__id id, stoa_type form,
                       const stoa_expression *origin);
/* As FLOAT64, for a float32 to be made of: an integer is then rounded once. */
stoa__id stoa__emit_for_float32(stoa__code_block *code, stoa__id id, const stoa_expression *origin);
/* Cells as a register. */
stoa__id stoa__emit_loaded(stoa__code_block *code, stoa__id id);
stoa__id stoa__emit_not(stoa__code_block *code, stoa__id id);
stoa__id stoa__emit_and(stoa__code_block *code, stoa__id a, stoa__id b);
stoa__id stoa__emit_or(stoa__code_block *code, stoa__id a, stoa__id b);
/* A value for each row: what is uniform fills a register. */
stoa__id stoa__emit_row(stoa__code_block *code, stoa__id id);

/* ---- operations on typed values (operate.c, compare.c); STOA_WRONG_TYPE and the like ---- */

/* One node of an expression, its arguments being bound. */
stoa_status stoa__bind_operation(stoa__code_block *code, const stoa_expression *node,
                                 const stoa__typed *arguments, stoa__typed *made,
                                 stoa_error *error);
/* LESS ... GREATER of two values. */
stoa__id stoa__emit_compare(stoa__code_block *code, stoa_operation operation, stoa__id a,
                            stoa__id b, const stoa_expression *origin);
/* An aggregate of arguments, over the rows of `mask`. */
stoa_status stoa__bind_aggregate(stoa__code_block *code, const stoa_expression *node,
                                 const stoa__typed *arguments, stoa__id mask, stoa__typed *made,
                                 stoa_error *error);
/* The value in the form of cells of a type, checked: what an assignment stores. */
stoa_status stoa__bind_store(stoa__code_block *code, stoa__typed typed, stoa_type target,
                             const stoa_expression *origin, const char *name, stoa__id *made,
                             stoa_error *error);

#endif
