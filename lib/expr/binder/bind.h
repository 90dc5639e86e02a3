/* bind.h: expressions into code: what a program is bound for, and to. */
#ifndef STOA__EXPR_BINDER_BIND_H
#define STOA__EXPR_BINDER_BIND_H

#include "base/names.h"
#include "expr/binder/code.h"

typedef enum stoa__wanted {
    STOA__WANTS_VALUES = 1, /* of aggregates */
    STOA__WANTS_CELLS,      /* of each row */
    STOA__WANTS_BITS,       /* a condition of each row */
    STOA__WANTS_KEYS,       /* cells of each row; of strings, handles of either pool */
    STOA__WANTS_MEASURES,   /* of each row, what aggregates take; of other outputs, keys */
} stoa__wanted;

typedef struct stoa__parameter_slot {
    const char *name; /* of a node of the expression, which the program keeps */
    stoa_type type;   /* NO_TYPE: not set; INT32 where the integer fits, so that 32 bits will do */
    uint8_t unit;     /* of a timestamp or a duration */
    bool is_zoned;
    bool is_null; /* and then of no type */
    uint64_t bits;
    stoa_string string; /* STRING: allocated; bits: its handle in a run */
} stoa__parameter_slot;

typedef struct stoa__binding {
    stoa_expression *expression, *where; /* where: NULL: every row */
    const stoa_table *table;             /* NULL: there is none */
    const stoa__parameter_slot *parameters;
    const stoa__names *parameter_names; /* their indices */
    stoa__wanted wanted;
    const uint8_t *targets;   /* the cells that are wanted, by result (times.h); NULL: its own */
    const uint16_t *lengths;  /* how many of these an output has: 1, or the length of a vector */
    bool row_numbers;         /* of references, not ids: see query/scatter.c */
    const char *const *names; /* of the fields that they go into, for messages; NULL: arrays */
} stoa__binding;

/* Makes the results of an output, whose node has become `typed`, in the form that is wanted of it
 * (wants.c). */
stoa_status stoa__want_output(stoa__code_block *code, const stoa__binding *binding,
                              const stoa_expression *node, uint32_t output, stoa__typed typed,
                              stoa_error *error);
/* After all outputs: no column is a result as it is where another result could be stored into it
 * first. */
void stoa__want_apart(stoa__code_block *code, stoa__wanted use);

/* Makes the measure of a result, a component of an output at a time (measures.c). An aggregate's
 * operand, by row, takes the aggregate's place; is_aggregate: whether it was one. */
stoa_status stoa__bind_measure(stoa__code_block *code, const stoa_expression *node,
                               stoa__result *result, bool *is_aggregate, stoa_error *error);
/* After all outputs: checks that measures mean in a part of the rows what they mean in all of them,
 * and adds the results that second factors are. */
stoa_status stoa__finish_measures(stoa__code_block *code, stoa_error *error);

/* code: zeroed. On failure what was made is there still, to be disposed of. */
stoa_status stoa__bind(stoa__code_block *code, const stoa__binding *binding, stoa_error *error);

#endif
