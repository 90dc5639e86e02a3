/* strings.h: operations on strings, as terms. */
#ifndef STOA__EXPR_BINDER_STRINGS_H
#define STOA__EXPR_BINDER_STRINGS_H

#include "expr/binder/operate.h"

/* Whether all of an operation's strings are arguments that must be strings. */
static inline bool stoa__is_string_operation(stoa_operation operation)
{
    return operation >= STOA_STARTS_WITH && operation <= STOA_CONCAT;
}

/* The program's pool of strings, made when it is first needed; false where memory was refused. */
bool stoa__begin_strings(stoa__code_block *code);
stoa__id stoa__emit_string(stoa__code_block *code, stoa_string string);
/* A string as a handle of the table's pool or of the program's; in a register, unless it is the
 * same for all rows. */
stoa__id stoa__string_value(stoa__code_block *code, stoa__id id, unsigned pool);
/* The same of the pool that it is of already, in a register. */
stoa__id stoa__string_row(stoa__code_block *code, stoa__id id);
stoa__id stoa__choose_string(stoa__code_block *code, stoa__id condition, stoa__id a, stoa__id b);
/* A call that is no aggregate and has a string among its arguments, or needs one. */
stoa_status stoa__bind_strings(stoa__code_block *code, const stoa_expression *node,
                               const stoa__typed *arguments, stoa__typed *made, stoa_error *error);
/* Argument i is a string, and has no meaning there. */
stoa_status stoa__refuse_string(const stoa_expression *node, uint32_t i, stoa_error *error);

#endif
