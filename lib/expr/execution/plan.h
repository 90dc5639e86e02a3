/* plan.h: how a program runs.
 *
 * A plan is a list of passes over the rows. A pass runs its uniform steps once, and then its row
 * steps for each block, whose registers stay in L1; aggregates and outputs take what they need from
 * registers and columns at the end of each block. Pass p needs the aggregates of the passes before.
 *
 * Active masks say in which rows a value is used: where a step fails, the failure counts only
 * there. They are looked at when a step has failed and at no other time. */
#ifndef STOA__EXPR_EXECUTION_PLAN_H
#define STOA__EXPR_EXECUTION_PLAN_H

#include "base/threads.h"
#include "expr/binder/code.h"

/* Rows of a block whose registers are bits alone, and where nothing can fail: columns are then read
 * in long runs, which the processor fetches ahead of. */
#define STOA__LONG_BLOCK STOA__MORSEL
#define STOA__LONG_WORDS (STOA__LONG_BLOCK / 64)

typedef struct stoa__instruction {
    stoa__kernel *kernel; /* NULL: a step that is none of the list */
    stoa__id out, a, b, c;
    uint32_t line; /* of the worker's scratch, where the register begins; of uniforms: unused */
    uint32_t mask; /* of steps that may fail */
    uint16_t code;
    uint8_t shape;
    uint8_t nulls; /* stoa__null_rule */
    bool may_fail;
    uint32_t failure; /* of those: its number in the pass */
} stoa__instruction;

/* Where the result of a step is null. */
typedef enum stoa__null_rule {
    STOA__NEVER_NULL = 0,
    STOA__NULL_WITH_OPERANDS, /* where one of them is */
    STOA__NULL_WITH_BRANCH,   /* `where`: where the branch that is taken is, or the condition */
    STOA__NULL_AS_AND,        /* unless one side alone decides */
    STOA__NULL_AS_OR,
} stoa__null_rule;

typedef enum stoa__mask_kind {
    STOA__NEVER = 0,
    STOA__ALWAYS,
    STOA__BIT,
    STOA__BOTH,
    STOA__EITHER
} stoa__mask_kind;

/* The call before takes care of this aggregate too: the max that follows its min. */
#define STOA__DONE STOA__REDUCTION_COUNT

/* In which rows a value is used. Mask 0 is NEVER and 1 ALWAYS; x and y are earlier ones. */
typedef struct stoa__active_mask {
    uint8_t kind;
    bool negated; /* BIT: where it is not set */
    bool or_null; /* BIT: and where it is null */
    uint32_t x, y;
    stoa__id bits;
} stoa__active_mask;

typedef struct stoa__pass {
    stoa__instruction *uniform; /* run once, before the rows; holds the memory of all lists */
    stoa__instruction *steps; /* run for each block; the first `condition_steps` give `condition` */
    uint32_t uniform_count, step_count, condition_steps;
    stoa__instruction *quick; /* what may be run instead of the steps behind these: see fuse.c */
    uint32_t quick_count;     /* 0: there is nothing */
    stoa__id condition;       /* a block without a row of it is left; NOTHING: none */
    stoa__id *columns;        /* columns and arrays that are read */
    uint32_t column_count;
    uint32_t *aggregates; /* of this pass */
    uint32_t *calls;      /* for each of these: the stoa__reduction to call, or STOA__DONE */
    uint32_t aggregate_count;
    bool has_outputs;
    bool reads_nullable;             /* a column or an array that may have nulls, or references */
    stoa__active_mask *active_masks; /* only where something may fail */
    uint32_t mask_count;
    size_t mask_room;
    stoa__instruction *uniform_failures; /* uniform steps that may fail and that this pass uses */
    uint32_t uniform_failure_count;
    uint32_t failure_count; /* steps of the pass that may fail */
    size_t scratch;         /* bytes of registers */
    size_t block;           /* rows: STOA__BLOCK or STOA__LONG_BLOCK */
} stoa__pass;

typedef struct stoa__plan {
    stoa__pass *passes;
    uint32_t count;
    stoa__pass check; /* the last pass without outputs: only what may fail */
    bool may_fail;    /* check has steps */
    bool in_order;    /* a running sum, strings that are made by row: rows one after another, on one
                         thread */
    size_t scratch;   /* the most of any pass */
    size_t block;     /* likewise */
    uint32_t failures, masks; /* likewise */
} stoa__plan;

/* What the last pass gives, aside from aggregates. */
stoa_status stoa__plan_new(stoa__plan *plan, const stoa__code_block *code, bool has_outputs,
                           stoa_error *error);
void stoa__plan_dispose(stoa__plan *plan);

/* Where the results of a term are null (nulls.c). */
stoa__null_rule stoa__null_rule_of(const stoa__term *term);
/* Makes the pass's quick steps, if there are any. False where memory was refused (fuse.c). */
bool stoa__fuse_steps(stoa__pass *pass, const stoa__code_block *code);

/* Lists the aggregates of that depth in the pass, whose lists have room for them (aggregates.c). */
void stoa__list_aggregates(stoa__pass *pass, const stoa__code_block *code, unsigned depth);

#endif
