/* code.h: a bound expression: typed values in the order of their making, each made once.
 *
 * A value is a constant, a parameter, the result of an aggregate, a column, an array or a step: a
 * kernel on earlier values. Equal values are the same value (hash-consing), so common
 * subexpressions are shared. A uniform value is one for all rows: it is computed once, before the
 * rows; the others are computed a block at a time.
 *
 * The aggregates cut the work in passes: pass 0 needs no aggregate, pass p needs those of the
 * passes before. A value's depth is the first pass that can compute it. */
#ifndef STOA__EXPR_BINDER_CODE_H
#define STOA__EXPR_BINDER_CODE_H

#include "expr/parser/expression.h"
#include "kernel/kernel.h"

typedef uint32_t stoa__id;

/* The first values are not values but places that a run fills in. */
enum {
    STOA__NOTHING_ID = 0, /* an operand that is not there */
    STOA__MASK_ID = 1,    /* the bits of the rows that a block is about, or NULL */
    STOA__FIRST_ID = 2,   /* the number of a block's first row, an int64 */
    STOA__FIRST_VALUE = 3,
};

/* Steps that are no kernels of the list. */
enum {
    STOA__FILL_BITS = STOA__CODES, /* a uniform BOOL to bits */
    STOA__RUN_ON,                  /* cumsum and its like: b is the stoa__running */
    STOA__ALL_CODES,
};

/* In bits[1] of a CHOOSE: see stoa__emit_strict. */
#define STOA__STRICT 1

typedef enum stoa__value_kind {
    STOA__PLACE_VALUE = 0,
    STOA__CONSTANT_VALUE,
    STOA__PARAMETER_VALUE,
    STOA__AGGREGATE_VALUE,
    STOA__COLUMN_VALUE,
    STOA__ARRAY_VALUE,
    STOA__STEP_VALUE,
} stoa__value_kind;

typedef stoa__int128 stoa__wide;

/* The numbers that an integer value can be. */
typedef struct stoa__range {
    stoa__wide low, high;
} stoa__range;

typedef struct stoa__value {
    uint8_t kind;  /* stoa__value_kind */
    uint8_t form;  /* of the register (see kernel.h); of columns, arrays and stores: of the cells */
    uint8_t shape; /* stoa__shape of a step */
    bool uniform;  /* one value for all rows */
    bool may_fail; /* the step itself */
    bool may_taint; /* it, or what it is made of */
    uint16_t code;  /* of a step */
    uint16_t depth;
    stoa__id a, b, c;
    stoa__id next;                 /* of the same hash */
    uint32_t sink;                 /* AGGREGATE: of its list; its operands are in a, b and c */
    const stoa_expression *origin; /* for messages */
    stoa__range range;             /* of integers */
    union {
        uint64_t bits[2]; /* CONSTANT: the value; WITHIN's bounds: two of them; AGGREGATE: which */
        double float64;
        int64_t int64;
        uint32_t index; /* PARAMETER, COLUMN (field), ARRAY, RUN_ON: of its list */
    };
} stoa__value;

/* What an expression's node has become: its value, and the type that it is said to have. */
typedef struct stoa__typed {
    stoa__id id;
    stoa_type type;
} stoa__typed;

#define STOA__NO_PASS UINT16_MAX
/* Aggregates of aggregates of …: each level is a pass over the rows. */
#define STOA__MOST_PASSES 1000

/* An aggregate: a reduction over the rows of a pass. */
typedef struct stoa__sink {
    stoa__reduction reduction;
    uint16_t depth;     /* the pass that it is computed in; STOA__NO_PASS: nobody asks for it */
    uint16_t operation; /* stoa_operation: how the partial becomes a value */
    uint8_t form;       /* of the value */
    uint64_t ddof;
    stoa__id a, b, mask; /* mask: bits, or NOTHING: every row of the extent */
    const stoa_expression *origin;
} stoa__sink;

typedef struct stoa__parameter {
    const char *name; /* of a node of the expression, which the program keeps */
    stoa_type type;   /* NO_TYPE: not set; INT32 where the integer fits, so that 32 bits will do */
    uint64_t bits;
} stoa__parameter;

typedef struct stoa__array {
    const void *data;
    ptrdiff_t stride;
    stoa_type type;
    size_t length;
} stoa__array;

typedef struct stoa__result {
    stoa__typed typed; /* what is wanted of it, as it was written */
    stoa__id id;       /* the same in the form of the target */
} stoa__result;

/* Everything that binding makes. */
typedef struct stoa__code_block {
    stoa__value *values;
    stoa__id count, room;
    stoa__id *buckets; /* heads of the chains of equal hashes */
    uint32_t bucket_mask;
    stoa__sink *sinks;
    uint32_t sink_count, sink_room;
    stoa__array *arrays;
    uint32_t array_count, array_room;
    uint32_t running_count; /* cumsum and its like */
    stoa__result *results;
    uint32_t result_count;
    stoa__id where; /* bits; NOTHING: every row */
    bool refused;   /* memory was; all later values are NOTHING */
} stoa__code_block;

/* ---- making values (emit.c). NOTHING comes back where memory was refused ---- */

/* Before all others. False where memory was refused. */
bool stoa__code_begin(stoa__code_block *code);
stoa__id stoa__emit_constant(stoa__code_block *code, stoa_type form, uint64_t bits);
stoa__id stoa__emit_integer(stoa__code_block *code, int64_t value);
stoa__id stoa__emit_float(stoa__code_block *code, double value);
stoa__id stoa__emit_truth(stoa__code_block *code, bool value);
stoa__id stoa__emit_leaf(stoa__code_block *code, stoa__value_kind kind, stoa_type form,
                         uint32_t index, bool uniform, stoa__range range);
/* Adds the sink, unless there is one that says the same. */
stoa__id stoa__emit_aggregate(stoa__code_block *code, const stoa__sink *sink);
/* The value of the sink that says the same, or NOTHING. */
stoa__id stoa__find_aggregate(const stoa__code_block *code, const stoa__sink *sink);
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

stoa__range stoa__range_of(stoa_type type);
static inline stoa__value *stoa__at(const stoa__code_block *code, stoa__id id)
{
    return &code->values[id];
}
/* Whether it neither fails nor is null, which only aggregates are and what is made of them. */
static inline bool stoa__is_sure(const stoa__value *value)
{
    return !value->may_taint && value->depth == 0;
}
static inline bool stoa__is_constant(const stoa__code_block *code, stoa__id id)
{
    return code->values[id].kind == STOA__CONSTANT_VALUE;
}
static inline bool stoa__range_within(stoa__range inner, stoa__range outer)
{
    return inner.low >= outer.low && inner.high <= outer.high;
}
static inline bool stoa__is_integer_form(unsigned form)
{
    return form == STOA_INT32 || form == STOA_INT64 || form == STOA_UINT64;
}

/* ---- operations on typed values (operate.c, compare.c); STOA_WRONG_TYPE and the like ---- */

/* One node of an expression, its arguments being bound. */
stoa_status stoa__operate(stoa__code_block *code, const stoa_expression *node,
                          const stoa__typed *arguments, stoa__typed *made, stoa_error *error);
/* LESS ... GREATER of two values. */
stoa__id stoa__emit_compare(stoa__code_block *code, stoa_operation operation, stoa__id a,
                            stoa__id b, const stoa_expression *origin);
/* An aggregate of arguments, over the rows of `mask`. */
stoa_status stoa__aggregate(stoa__code_block *code, const stoa_expression *node,
                            const stoa__typed *arguments, stoa__id mask, stoa__typed *made,
                            stoa_error *error);
/* The value in the form of cells of a type, checked: what an assignment stores. */
stoa_status stoa__store_as(stoa__code_block *code, stoa__typed typed, stoa_type target,
                           const stoa_expression *origin, const char *name, stoa__id *made,
                           stoa_error *error);

#endif
