/* program.h: what is inside a program: the expressions, what they were bound to, and the plan.
 *
 * A plan is a list of passes over the rows. A pass runs its uniform steps once, and then its row
 * steps for each block, whose registers stay in L1; sinks and outputs take what they need from
 * registers and columns at the end of each block. Pass p needs the aggregates of the passes before.
 *
 * Guards say in which rows a value is used: where a step fails, the failure counts only there. They
 * are looked at when a step has failed and at no other time. */
#ifndef STOA__EXPR_EXECUTION_PROGRAM_H
#define STOA__EXPR_EXECUTION_PROGRAM_H

#include <stdatomic.h>

#include <stoa/program.h>

#include "base/names.h"
#include "expr/binder/code.h"
#include "expr/execution/cumulate.h"
#include "store/table.h"

/* Rows of a morsel, the piece of work that a thread takes. Float sums are by morsel, so that they
 * do not depend on the number of threads. */
#define STOA__MORSEL ((size_t)65536)
/* Rows of a block whose registers are bits alone, and where nothing can fail: columns are then read
 * in long runs, which the processor fetches ahead of. */
#define STOA__LONG_BLOCK STOA__MORSEL
#define STOA__LONG_WORDS (STOA__LONG_BLOCK / 64)
/* Morsels whose partials are kept apart before they are added up. */
#define STOA__WAVE ((size_t)1024)

/* ---- plans (plan.c) ---- */

typedef struct stoa__instruction {
    stoa__kernel *run;
    stoa__id out, a, b, c;
    uint32_t line;  /* of the worker's scratch, where the register begins; of uniforms: unused */
    uint32_t guard; /* of steps that may fail */
    uint16_t code;
    uint8_t shape;
    bool may_fail;
    uint32_t failure; /* of those: its number in the pass */
} stoa__instruction;

typedef enum stoa__guard_kind {
    STOA__NEVER = 0,
    STOA__ALWAYS,
    STOA__BIT,
    STOA__BOTH,
    STOA__EITHER
} stoa__guard_kind;

/* The call before takes care of this sink too: the max that follows its min. */
#define STOA__DONE STOA__REDUCTION_COUNT

/* In which rows a value is used. Guard 0 is NEVER and 1 ALWAYS; x and y are earlier guards. */
typedef struct stoa__guard {
    uint8_t kind;
    bool negated; /* BIT: where it is not set */
    uint32_t x, y;
    stoa__id bits;
} stoa__guard;

typedef struct stoa__pass {
    stoa__instruction *uniform; /* run once, before the rows; holds the memory of all lists */
    stoa__instruction *steps; /* run for each block; the first `condition_steps` give `condition` */
    uint32_t uniform_count, step_count, condition_steps;
    stoa__id condition; /* a block without a row of it is left; NOTHING: none */
    stoa__id *columns;  /* columns and arrays that are read */
    uint32_t column_count;
    uint32_t *sinks; /* of this pass */
    uint32_t *calls; /* by place in `sinks`: the stoa__reduction that is called, or STOA__DONE */
    uint32_t sink_count;
    bool has_outputs;
    stoa__guard *guards; /* only where something may fail */
    uint32_t guard_count, guard_room;
    stoa__instruction *uniform_failures; /* uniform steps that may fail and that this pass uses */
    uint32_t uniform_failure_count;
    uint32_t failure_count; /* steps of the pass that may fail */
    size_t scratch;         /* bytes of registers */
    size_t block;           /* rows: STOA__BLOCK or STOA__LONG_BLOCK */
} stoa__pass;

typedef struct stoa__plan {
    stoa__pass *passes;
    uint32_t count;
    stoa__pass check;          /* the last pass without outputs: only what may fail */
    bool may_fail;             /* check has steps */
    bool in_order;             /* a running sum: rows one after another, on one thread */
    size_t scratch;            /* the most of any pass */
    uint32_t failures, guards; /* likewise */
} stoa__plan;

/* What the last pass gives, aside from aggregates. */
stoa_status stoa__plan_new(stoa__plan *plan, const stoa__code_block *code, bool has_outputs,
                           stoa_error *error);
void stoa__plan_dispose(stoa__plan *plan);
/* The sinks of that depth, each with its call (aggregate.c); there is room for all. */
void stoa__list_sinks(stoa__pass *pass, const stoa__code_block *code, unsigned depth);

/* ---- programs (program.c) ---- */

/* What one thread of a run works with. */
typedef struct stoa__worker {
    void *memory;      /* of all that follows */
    void **slots;      /* by id: where a value's register, cells or constant is */
    char *scratch;     /* registers */
    char *packed;      /* a block of each array that does not lie packed */
    uint64_t *mask;    /* a block's rows */
    uint64_t *joined;  /* those of a sink */
    uint64_t *failed;  /* STOA__BLOCK_WORDS for each step that may fail */
    uint64_t *guards;  /* likewise for each guard */
    uint32_t *failing; /* steps of the pass that failed in this block */
    uint32_t failing_count;
    int64_t first;     /* STOA__FIRST_ID */
    size_t failed_row; /* of the first failure that counts; SIZE_MAX: none */
    stoa_status status;
    const stoa_expression *origin;
    char message[128];
    stoa__accumulator *accumulators; /* by sink of the pass */
} stoa__worker;

typedef enum stoa__wanted {
    STOA__WANTS_VALUES = 1, /* of aggregates */
    STOA__WANTS_CELLS,      /* of each row */
    STOA__WANTS_BITS,       /* a condition of each row */
} stoa__wanted;

struct stoa_program {
    stoa_expression *expression, *where;
    stoa__parameter *parameters;
    uint32_t parameter_count;
    stoa__names parameter_names; /* their indices */
    uint32_t output_count;
    /* what it is bound to */
    stoa__wanted wanted; /* 0: not bound */
    stoa__schema *schema;
    uint8_t *targets;         /* of the outputs, when cells are wanted */
    const char *const *names; /* of the fields, while binding, for messages */
    stoa__code_block code;
    stoa__plan plan;
    /* what runs use */
    uint64_t (*uniforms)[2]; /* by id */
    bool *nulls;             /* by id: a uniform value that is null */
    bool *uniform_failed;    /* by id */
    uint64_t *null_rows;     /* room for stoa__run's; NULL: no run has needed it */
    stoa__partial *totals;   /* by sink */
    stoa__running *running;
    stoa__worker *workers;
    size_t worker_count;
};

/* Programs that are not bound yet: for one run, that binds them for what it wants. */
stoa_status stoa__program_make(stoa_program **program, stoa_expression *expression,
                               stoa_expression *where, stoa_error *error);
stoa_status stoa__program_read(stoa_program **program, const char *text, const char *where,
                               stoa_error *error);
/* Binds the program for that use, unless it is. targets: as many as there are outputs. */
stoa_status stoa__program_bind(stoa_program *program, const stoa_table *table, stoa__wanted wanted,
                               const uint8_t *targets, const char *const *names, stoa_error *error);
/* Scratch for so many workers. */
bool stoa__program_prepare(stoa_program *program, size_t workers);

/* Binds expressions into code (bind.c). */
stoa_status stoa__bind(stoa_program *program, const stoa_table *table, stoa_error *error);

/* ---- what a run is about ---- */

/* Takes a block's results: its rows are first to first + count - 1, and mask their bits (NULL:
 * all). slots: where the values are, by id. */
typedef void stoa__take_block(void *context, void *const *slots, const uint64_t *mask, size_t first,
                              size_t count);

typedef struct stoa__run {
    stoa_program *program;
    const stoa_table *table;
    size_t rows;
    const uint64_t *selection; /* bits of the extent; NULL: all */
    bool is_trimmed;           /* the selection has bits beyond the rows */
    stoa__take_block *take;    /* takes the last pass's outputs */
    void *context;
    stoa__id direct; /* an output that is written where it belongs; NOTHING: none */
    char *direct_base;
    size_t direct_width;
    const stoa__pass *pass;
    size_t end;              /* of the rows of the pass */
    size_t wave_first;       /* row of the wave */
    stoa__partial *partials; /* by morsel of the wave, then by sink of the pass; NULL: one worker,
                              * that adds to the totals */
    uint64_t *null_rows;     /* by id, STOA__BLOCK_WORDS each: where it is null in the block; NULL:
                              * no value of the pass is */
    atomic_size_t failed_row;
} stoa__run;

/* ---- parts of a run (block.c, conclude.c) ---- */

/* Rows first to last - 1, of one morsel, in run->pass; a failure is left in the worker. */
void stoa__run_morsel(stoa__run *run, stoa__worker *worker, size_t first, size_t last);
/* Whether a failure of this block (of `count` rows from worker->first on, rows: their bits or NULL)
 * counts; then it is written down. */
bool stoa__settle(stoa__run *run, stoa__worker *worker, const uint64_t *rows, size_t count);
/* Whether a uniform value that the pass uses has failed. */
bool stoa__some_uniform_failed(const stoa__run *run);
/* The values of the pass's aggregates, from program->totals into program->uniforms. */
stoa_status stoa__conclude_pass(stoa_program *program, const stoa__pass *pass, stoa_error *error);

/* ---- values that are null in some rows (nulls.c) ---- */

/* Whether a step of the pass has an operand that is null. */
bool stoa__has_nulls(const stoa_program *program, const stoa__pass *pass);
/* Makes run->null_rows for run->pass, where it has; false where memory was refused, which can be
 * only the first time that a bound program meets nulls. */
bool stoa__begin_nulls(stoa__run *run);
/* Whether it is a `where`, whose branch that is not taken does not count. */
bool stoa__is_choice(const stoa_program *program, const stoa__instruction *step);
/* Where the result of a step that has just run is null. */
void stoa__note_nulls(const stoa__run *run, void *const *slots, const stoa__instruction *step,
                      size_t count);
/* Clears the bits where that value is null. */
void stoa__drop_nulls(const stoa__run *run, uint64_t *bits, stoa__id id, size_t count);

/* ---- whole runs (extent.c, run.c) ---- */

/* The rows of an extent; checks it against table and arrays. */
stoa_status stoa__run_begin(stoa__run *run, stoa_program *program, const stoa_table *table,
                            const stoa_extent *extent, stoa_error *error);
/* Cells that a run writes: one of this width for each of its rows. */
typedef struct stoa__written {
    const void *cells; /* of row 0 */
    size_t width;
    size_t index; /* for messages */
} stoa__written;

/* By address; two that overlap are then neighbours: gives the second of the first such pair, or
 * count. */
size_t stoa__written_sort(stoa__written *written, size_t count, size_t rows);
/* A column or array that the last pass reads where one of these, which are sorted and do not
 * overlap, is written: unless the cells of each row are the very same (strictly: even then). NULL:
 * none. *index is what is written there. */
const stoa__value *stoa__run_overlap(const stoa__run *run, const stoa__written *written,
                                     size_t count, bool strictly, size_t *index);
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
