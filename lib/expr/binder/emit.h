/* emit.h: making terms, for the node that code->origin is.
 *
 * Failure is sticky: where memory was refused, NOTHING comes back, now and from every later call.
 * NOTHING is an operand like others, so that only loops and lists need to ask code->refused. */
#ifndef STOA__EXPR_BINDER_EMIT_H
#define STOA__EXPR_BINDER_EMIT_H

#include "expr/binder/code.h"

/* ---- leaves and steps (emit.c) ---- */

stoa__id stoa__emit_constant(stoa__code_block *code, stoa_type form, uint64_t bits);
stoa__id stoa__emit_integer(stoa__code_block *code, int64_t value);
stoa__id stoa__emit_float(stoa__code_block *code, double value);
stoa__id stoa__emit_truth(stoa__code_block *code, bool value);
/* A null; of STRING a handle of either pool. */
stoa__id stoa__emit_null(stoa__code_block *code, stoa_type form, unsigned pool);
/* PARAMETER, which is uniform, COLUMN or ARRAY. */
stoa__id stoa__emit_leaf(stoa__code_block *code, stoa__term_kind kind, stoa_type form,
                         bool nullable, uint32_t index);
/* A step, or what is the same: an equal one, or a constant. A step that may fail, and whose
 * operands are constants that fail, stays a step. The step's code, operands, may_fail, range,
 * strict and bits are the caller's. */
stoa__id stoa__emit_step(stoa__code_block *code, stoa__term step);
/* A step that is no kernel of the list. Its code, form, operands, pool and bits are the caller's.
 */
stoa__id stoa__emit_term(stoa__code_block *code, stoa__term made, bool uniform);
static inline stoa__id stoa__emit(stoa__code_block *code, unsigned step, stoa__id a, stoa__id b,
                                  bool may_fail, stoa__range range)
{
    return stoa__emit_step(
        code,
        (stoa__term){.code = (uint16_t)step, .a = a, .b = b, .may_fail = may_fail, .range = range});
}
/* WITHIN_INT32 or WITHIN_INT64. */
stoa__id stoa__emit_within(stoa__code_block *code, stoa__id a, stoa__range bounds);
/* The same value in another form (BOOL counts as 0 and 1; uint64 beyond int64 may fail). */
stoa__id stoa__emit_as(stoa__code_block *code, stoa__id id, stoa_type form);
/* As FLOAT64, for a float32 to be made of: an integer is then rounded once. */
stoa__id stoa__emit_for_float32(stoa__code_block *code, stoa__id id);
/* Cells as a register. */
stoa__id stoa__emit_loaded(stoa__code_block *code, stoa__id id);
/* Bits: where it is null. */
stoa__id stoa__emit_is_null(stoa__code_block *code, stoa__id a);
stoa__id stoa__emit_not(stoa__code_block *code, stoa__id id);
stoa__id stoa__emit_and(stoa__code_block *code, stoa__id a, stoa__id b);
stoa__id stoa__emit_or(stoa__code_block *code, stoa__id a, stoa__id b);
/* A value for each row: what is uniform fills a register. NOTHING stays what it is. */
stoa__id stoa__emit_row(stoa__code_block *code, stoa__id id);

/* ---- operations on typed terms ---- */

/* LESS ... GREATER of two values (compare.c). */
stoa__id stoa__emit_compare(stoa__code_block *code, stoa_operation operation, stoa__id a,
                            stoa__id b);
/* ADD … POWER of numbers, and a square root (operate.c). */
stoa__id stoa__emit_arithmetic(stoa__code_block *code, stoa_operation operation, stoa__id a,
                               stoa__id b);
stoa__id stoa__emit_root(stoa__code_block *code, stoa__id a);
/* A call with an enumeration among its arguments (enumerations.c). */
stoa_status stoa__bind_labels(stoa__code_block *code, const stoa_expression *node,
                              stoa__typed *arguments, stoa__id mask, stoa__typed *made,
                              stoa_error *error);
/* A string that is a constant, or chosen among constants, as a number of the field's labels. A
 * string that is neither stays as it is, without labels. */
stoa_status stoa__label_string(stoa__code_block *code, const stoa_expression *node,
                               const struct stoa__schema_field *field, stoa__typed *typed,
                               stoa_error *error);
/* A call that takes a vector, or makes one, or would take one (vectors.c). */
static inline bool stoa__is_vector_operation(const stoa_expression *node)
{
    return node->operation == STOA_VECTOR || node->operation == STOA_COMPONENT ||
           node->operation == STOA_NORM;
}
stoa_status stoa__bind_vectors(stoa__code_block *code, const stoa_expression *node,
                               const stoa__typed *arguments, stoa__id mask, stoa__typed *made,
                               stoa_error *error);
/* Room for the components of a vector, whose ids the caller stores; false where memory was
 * refused, for good. */
bool stoa__new_vector(stoa__code_block *code, stoa__typed *made, stoa_type type, uint32_t length);
/* A call that is no aggregate (operate.c). */
stoa_status stoa__bind_operation(stoa__code_block *code, const stoa_expression *node,
                                 stoa__typed *arguments, stoa__typed *made, stoa_error *error);
/* An aggregate, over the rows of `mask` (aggregate.c). */
stoa_status stoa__bind_aggregate(stoa__code_block *code, const stoa_expression *node,
                                 const stoa__typed *arguments, stoa__id mask, stoa__typed *made,
                                 stoa_error *error);
/* The value in the form of cells of a type, checked: what an assignment stores in the field of that
 * name, or (NULL) in an array (cells.c). */
stoa_status stoa__bind_store(stoa__code_block *code, stoa__typed typed, uint8_t cells_of,
                             const char *name, stoa__id *made, stoa_error *error);

#endif
