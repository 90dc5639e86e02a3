/* program.h: what is inside a program: the expressions, what they were bound to, and the plan. */
#ifndef STOA__EXPR_EXECUTION_PROGRAM_H
#define STOA__EXPR_EXECUTION_PROGRAM_H

#include <stoa/program.h>

#include "expr/binder/bind.h"
#include "expr/execution/cumulate.h"
#include "expr/execution/plan.h"
#include "expr/strings/text.h"
#include "store/table.h"

/* A byte for each string of a pool: whether it was seen. */
typedef struct stoa__seen {
    uint8_t *bytes;
    size_t count;
} stoa__seen;

/* What one thread of a run works with. */
typedef struct stoa__worker {
    void *memory;              /* of all that follows */
    void **slots;              /* by id: where a value's register, cells or constant is */
    const uint64_t **validity; /* by id: bits of the values that are there; NULL: all are. Only
                                * where something may be null, and while has_nulls */
    uint64_t *validity_bits;   /* of those that lie nowhere else */
    char *scratch;             /* registers */
    char *packed;              /* a block of each array that does not lie packed */
    uint64_t *mask;            /* a block's rows */
    uint64_t *joined;          /* those of an aggregate */
    uint64_t *failed;          /* STOA__BLOCK_WORDS for each step that may fail */
    uint64_t *active_masks;    /* likewise for each active mask */
    uint32_t *failing;         /* steps of the pass that failed in this block */
    uint32_t failing_count;
    bool has_nulls;         /* in this block */
    bool has_uniform_nulls; /* in this pass */
    int64_t first;          /* STOA__FIRST_ID */
    size_t failed_row;      /* of the first failure that counts; SIZE_MAX: none */
    stoa_status status;
    const stoa_expression *origin;
    char message[128];
    stoa__accumulator *accumulators; /* by aggregate of the pass */
} stoa__worker;

struct stoa_program {
    stoa_expression *expression, *where;
    stoa__parameter_slot *parameters;
    uint32_t parameter_count;
    stoa__names parameter_names; /* their indices */
    uint32_t output_count;
    /* what it is bound to */
    stoa__wanted wanted; /* 0: not bound */
    stoa__schema *schema;
    uint8_t *targets;  /* of the results, when cells are wanted of some types */
    uint16_t *lengths; /* of these, how many each output has; in the same allocation */
    bool row_numbers;  /* outputs that are references give rows, not ids */
    bool into_fields;  /* the cells are those of a table's fields */
    stoa__code_block code;
    stoa__plan plan;
    /* what runs use */
    uint64_t (*uniforms)[2]; /* by id */
    bool *nulls;             /* by id: a uniform value that is null */
    bool *uniform_failed;    /* by id */
    stoa__partial *totals;   /* by aggregate */
    stoa__cumulative *cumulatives;
    stoa__lookup **lookups; /* by id: of MAP terms; NULL: there are no strings */
    stoa__seen *seen;       /* by worker, then by aggregate */
    size_t seen_workers;
    stoa__buffer row_buffer;   /* of the one thread that makes strings row by row: what has run
                                * once can run again without memory */
    atomic_int string_failure; /* stoa_status of what strings were refused while rows ran */
    stoa__worker *workers;
    size_t worker_count;
};

/* Programs that are not bound yet: for one run, that binds them for what it wants. */
stoa_status stoa__program_make(stoa_program **program, stoa_expression *expression,
                               stoa_expression *where, stoa_error *error);
stoa_status stoa__program_read(stoa_program **program, const char *text, const char *where,
                               stoa_error *error);
/* The types of the cells that are wanted, and how many of them each output has: 1, or the length of
 * a vector. */
typedef struct stoa__targets {
    const uint8_t *types;
    const uint16_t *lengths;  /* by output */
    const char *const *names; /* by output, of the fields that take them; NULL: arrays do */
} stoa__targets;
/* Binds the program for that use, unless it is. targets: NULL: outputs as they are. */
stoa_status stoa__program_bind(stoa_program *program, const stoa_table *table, stoa__wanted wanted,
                               const stoa__targets *targets, stoa_error *error);
/* Binds the program to the table's fields for any use, so that the outputs' lengths are known. */
stoa_status stoa__program_bind_any(stoa_program *program, const stoa_table *table,
                                   stoa_error *error);
/* Scratch for so many workers. */
bool stoa__program_prepare(stoa_program *program, size_t workers);
/* Forgets what it is bound to. */
void stoa__program_unbind(stoa_program *program);

/* ---- parameters (parameters.c) ---- */

/* Those of the expressions, without values. On failure what was found is there still, to be
 * disposed of. */
stoa_status stoa__find_parameters(stoa_program *program, stoa_error *error);
void stoa__dispose_parameters(stoa_program *program);
/* Takes the values of those parameters that the other program has, too. */
stoa_status stoa__program_take_parameters(stoa_program *program, const stoa_program *from,
                                          stoa_error *error);

#endif
