/* run.h: a program goes over the rows of a scope. */
#ifndef STOA__EXPR_EXECUTION_RUN_H
#define STOA__EXPR_EXECUTION_RUN_H

#include <stdatomic.h>

#include "expr/execution/program.h"

/* Morsels whose partials are kept apart before they are added up. */
#define STOA__BATCH ((size_t)1024)

/* Takes a block's results: its rows are first to first + count - 1, and mask their bits (NULL:
 * all). slots: where the values are, by id; validity: likewise; NULL: no value is null. The rows
 * that one worker is given ascend. */
typedef void stoa__take_block(void *context, size_t worker, void *const *slots,
                              const uint64_t *const *validity, const uint64_t *mask, size_t first,
                              size_t count);

typedef struct stoa__run {
    stoa_program *program;
    const stoa_table *table;
    stoa_string_pool *strings; /* of the table; NULL: it has none */
    size_t rows;
    const uint64_t *selection;           /* bits of the scope; NULL: all */
    bool is_trimmed;                     /* the selection has bits beyond the rows */
    const stoa_interpreter *interpreter; /* that it has left; NULL: none */
    void *left;
    stoa__take_block *take; /* takes the last pass's outputs */
    void *context;
    char *const *direct; /* by result: cells of row 0, which their last steps write; NULL: registers
                          * take them all */
    const uint8_t *direct_types; /* of these cells, as the targets' */
    bool is_checked; /* no failure of the outputs counts: quick steps need not tell of any */
    const stoa__pass *pass;
    size_t end;                /* of the rows of the pass */
    size_t batch_first;        /* row of the batch */
    stoa__partial *partials;   /* by morsel of the batch, then by aggregate of the pass; NULL: one
                                * worker, that adds to the totals */
    uint64_t *const *validity; /* of the outputs' targets, by output; a NULL, or none at all: it
                                * takes no null */
    const char *const *names;  /* of the fields that are assigned; NULL: no fields */
    atomic_size_t failed_row;
} stoa__run;

/* ---- parts of a run (block.c, finalize.c) ---- */

/* Rows first to last - 1, of one morsel, in run->pass; a failure is left in the worker. */
void stoa__run_morsel(stoa__run *run, stoa__worker *worker, size_t first, size_t last);
/* Whether a failure of this block (of `count` rows from worker->first on, rows: their bits or NULL)
 * counts; then the worker has it. */
bool stoa__resolve_failures(stoa__run *run, stoa__worker *worker, const uint64_t *rows,
                            size_t count);
/* Whether a uniform value that the pass uses has failed. */
bool stoa__some_uniform_failed(const stoa__run *run);
/* The values of the pass's aggregates, from program->totals into program->uniforms. */
stoa_status stoa__finalize_pass(const stoa__run *run, const stoa__pass *pass, stoa_error *error);

/* ---- values that are null in some rows (nulls.c) ---- */

/* Whether a block of the pass can have nulls. */
bool stoa__may_meet_nulls(const stoa_program *program, const stoa__pass *pass);
/* Before a morsel, if the program has nullable values: those of all rows that are null. */
void stoa__begin_nulls(const stoa__run *run, stoa__worker *worker);
/* Before a block: columns that have nulls there; sets worker->has_nulls. */
void stoa__find_nulls(const stoa__run *run, stoa__worker *worker, size_t row, size_t count);
/* In a step that finds nulls: from here on the block has some, though what was before has none. */
void stoa__meet_nulls(const stoa__run *run, stoa__worker *worker, const stoa__instruction *at);
/* Room for the bits of a value that may be null, which lie nowhere else. */
uint64_t *stoa__own_bits(const stoa__run *run, const stoa__worker *worker, stoa__id id);
/* Before a step that may be null, in a block that has nulls. */
void stoa__note_nulls(const stoa__run *run, stoa__worker *worker, const stoa__instruction *step,
                      size_t count);
/* Sets the bits where that value is null, and clears the others. */
void stoa__bits_of_nulls(const stoa__worker *worker, uint64_t *out, stoa__id id, size_t count);
/* Clears the bits where that value is null. */
void stoa__drop_nulls(const stoa__worker *worker, uint64_t *bits, stoa__id id, size_t count);
/* The rows of a mask (NULL: all) where that value is not null; they may be in worker->joined. */
const uint64_t *stoa__without_nulls(const stoa__worker *worker, const uint64_t *mask, stoa__id id,
                                    size_t count);

/* ---- whole runs (run.c) ---- */

/* All passes but the outputs of the last: afterwards uniform results are in program->uniforms, and
 * program->nulls tells of the last pass's outputs too. */
stoa_status stoa__run_aggregates(stoa__run *run, stoa_error *error);
/* The last pass's outputs, of rows first to last - 1 (first a multiple of STOA__MORSEL), block by
 * block, in no order unless the plan is in_order. */
stoa_status stoa__run_outputs(stoa__run *run, size_t first, size_t last, stoa__take_block *take,
                              void *context, stoa_error *error);
/* Whether any row that counts fails; nothing is given out. */
stoa_status stoa__run_check(stoa__run *run, stoa_error *error);

#endif
