/* strings.h: what a run does with strings: tables before the rows, row by row where it must be. */
#ifndef STOA__EXPR_EXECUTION_STRINGS_H
#define STOA__EXPR_EXECUTION_STRINGS_H

#include "expr/execution/run.h"
#include "expr/strings/text.h"

static inline bool stoa__is_of_strings(unsigned code)
{
    return code >= STOA__STRING_CALL && code <= STOA__STRING_ROWS;
}

/* ---- strings.c ---- */

/* Before a run of a program that has strings: results of the run before leave the program's pool,
 * parameters enter it. */
stoa_status stoa__begin_strings_of_run(stoa_program *program, stoa_error *error);
/* A step that is computed once, before the rows. */
stoa_status stoa__run_string_step(stoa__run *run, const stoa__instruction *step, stoa_error *error);
/* Gives back the tables of a program. */
void stoa__release_lookups(stoa_program *program);
/* The string of a handle of one of the pools. */
stoa_string stoa__string_of_run(const stoa__run *run, unsigned pool, stoa_handle handle);
/* The value of a term that is the same for all rows: a string, or an INT64. Of nulls, of other
 * forms and of NOTHING: "", or 0. */
stoa_string stoa__uniform_string(const stoa__run *run, stoa__id id);
int64_t stoa__uniform_number(const stoa__run *run, stoa__id id);
/* Which pool those handles are of. */
stoa_string_pool *stoa__pool_of_run(const stoa__run *run, unsigned pool);

/* ---- strings_rows.c ---- */

/* A ROWS step. That memory was refused is left in program->string_failure. */
void stoa__run_string_rows(const stoa__run *run, void *const *slots, const stoa__instruction *step,
                           size_t count);

/* The strings that an aggregate has seen: a byte for each of the pool, by worker. Zeroed before the
 * rows of a pass; false where memory was refused. */
bool stoa__begin_seen(const stoa__run *run, size_t workers);
void stoa__note_seen(const stoa__run *run, const stoa__worker *worker,
                     const stoa__aggregate *aggregate, const uint64_t *mask, size_t count);
/* The least or greatest string that was seen, as its handle, or how many different ones. */
uint64_t stoa__value_of_seen(const stoa__run *run, const stoa__aggregate *aggregate);
void stoa__release_seen(stoa_program *program);

/* ---- evaluate.c ---- */

/* Computes a symbol for one string after another. */
typedef struct stoa__evaluator stoa__evaluator;
/* NULL where memory was refused. */
stoa__evaluator *stoa__evaluator_new(const stoa__run *run, stoa__id symbol, stoa__id base);
void stoa__evaluator_free(stoa__evaluator *evaluator);
/* The string, or the number, that the symbol gives for a string of its base, which is there until
 * the next one. STOA_OUT_OF_MEMORY; STOA_OVERFLOW: a length beyond int32. */
stoa_status stoa__evaluate(stoa__evaluator *evaluator, stoa_string base, stoa_string *made,
                           uint32_t *number, stoa_error *error);
/* One operation. made: bytes of the operands, or of the buffer, which is emptied first. */
stoa_status stoa__string_operation(stoa_operation operation, const stoa_string operands[2],
                                   const int64_t numbers[2], stoa__buffer *buffer,
                                   stoa_string *made, uint32_t *number, stoa_error *error);

#endif
