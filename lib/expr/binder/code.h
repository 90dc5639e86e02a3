/* code.h: a bound expression: terms, in the order in which they were made, each made once.
 *
 * A term stands for a value: it is a constant, a parameter, the result of an aggregate, a column,
 * an array or a step, which is a kernel on earlier terms. Equal terms are the same term
 * (hash-consing), so common subexpressions are shared. A uniform term has one value for all rows:
 * it is computed once, before the rows; the others are computed a block at a time.
 *
 * The aggregates cut the work in passes: pass 0 needs no aggregate, pass p needs those of the
 * passes before. A term's depth is the first pass that can compute it. */
#ifndef STOA__EXPR_BINDER_CODE_H
#define STOA__EXPR_BINDER_CODE_H

#include <stoa/strings.h>

#include "base/memory.h"
#include "expr/binder/range.h"
#include "expr/parser/expression.h"

typedef uint32_t stoa__id;

/* Pools of strings: the program's own, and those of the tables that are read. */
enum { STOA__PROGRAM_POOL = 0, STOA__TABLE_POOL = 1 };

/* The first terms are places that a run fills in. */
enum {
    STOA__NOTHING_ID = 0, /* an operand that is not there */
    STOA__MASK_ID = 1,    /* the bits of the rows that a block is about, or NULL */
    STOA__FIRST_ID = 2,   /* the number of a block's first row, an int64 */
    STOA__FIRST_TERM = 3,
};

/* Steps that are no kernels of the list. */
enum {
    STOA__FILL_BITS = STOA__CODES, /* a uniform BOOL to bits */
    STOA__CUMULATE,                /* cumsum and its like: b is the stoa__cumulative */
    STOA__IS_NULL,                 /* bits: where a is null */
    STOA__NULL,                    /* null, of any form and for all rows: it has no operands */
    /* Of strings (strings.c); bits[0] is a stoa_operation, bits[1] the base of a symbol. */
    STOA__STRING_CALL,  /* an operation, of all rows; else a symbol, which no pass runs */
    STOA__STRING_MAP,   /* a, computed for each string of the pool of b: a stoa__lookup */
    STOA__STRING_FIND,  /* the handle of a in the table's pool, or STOA_NO_STRING */
    STOA__STRING_ENTER, /* a as a handle of the other pool */
    STOA__STRING_LIST,  /* a, and the list b behind it */
    STOA__STRING_ROWS,  /* an operation, row by row */
    /* Of paths (paths.c). A row is a uint32 in an INT32 register, STOA__NO_ROW where there is none.
     */
    STOA__FOLLOW,  /* the rows of table bits[0] that the ids of a are of; null where none is */
    STOA__COLLECT, /* cells of the stoa__collected bits[0] at the rows of a */
    STOA__ROW_IDS, /* the ids of the rows a of table bits[0] */
    STOA__ALL_CODES,
};

typedef enum stoa__term_kind {
    STOA__PLACE_TERM = 0,
    STOA__CONSTANT_TERM,
    STOA__PARAMETER_TERM,
    STOA__AGGREGATE_TERM,
    STOA__COLUMN_TERM,
    STOA__ARRAY_TERM,
    STOA__STEP_TERM,
} stoa__term_kind;

typedef struct stoa__term {
    uint8_t kind;  /* stoa__term_kind */
    uint8_t form;  /* of the register (see kernel.h); of columns, arrays and stores: of the cells */
    uint8_t shape; /* stoa__shape of a step */
    bool uniform;  /* one value for all rows */
    bool may_fail; /* the step itself */
    bool may_fail_deep; /* it, or what it is made of */
    bool may_be_null;
    bool nullable_rows; /* because a column or an array is nullable: in some rows only */
    bool strict;        /* a WHERE whose branches both count, taken or not */
    uint16_t pool;      /* STRING: which pool its handles are of: PROGRAM_POOL, or 1 + a table */
    bool by_row;        /* STRING: its strings enter the pool while rows are computed */
    uint16_t code;      /* of a step */
    uint16_t depth;
    stoa__id a, b, c;
    stoa__id next;                 /* of the same hash */
    uint32_t aggregate;            /* AGGREGATE: of its list; its operands are in a, b and c */
    uint32_t nullable;             /* numbers the values of rows that may be null, from 1 */
    const stoa_expression *origin; /* for messages */
    stoa__range range;             /* of integers */
    union {
        uint64_t bits[2]; /* CONSTANT: the value; WITHIN's bounds: two of them; AGGREGATE: which */
        double float64;
        int64_t int64;
        uint32_t index; /* PARAMETER, COLUMN (field), ARRAY, CUMULATE: of its list.
                         * bits[1] of CUMULATE: stoa_operation */
    };
} stoa__term;

/* What an expression's node has become: a term, and the type that it is said to have. A vector is a
 * term for each component, all of the same type: the `length` entries from `first` on in the code's
 * list of components. */
typedef struct stoa__typed {
    stoa__id id; /* NOTHING for a vector */
    stoa_type type;
    uint32_t length; /* 0: one value */
    uint32_t first;
    uint32_t target; /* of a REFERENCE, whose id stands for ids: the table that it refers to */
    uint8_t unit;    /* of timestamps and durations */
    const struct stoa__schema_field *labels; /* a field that has those of the value; NULL: none */
    const struct stoa__zone *zone;           /* of timestamps; NULL: none */
} stoa__typed;

#define STOA__NO_PASS UINT16_MAX
/* Aggregates of aggregates of …: each level is a pass over the rows. */
#define STOA__MOST_PASSES 1000

/* An aggregate: a reduction over the rows of a pass. */
typedef struct stoa__aggregate {
    stoa__reduction reduction;
    uint16_t depth;     /* the pass that it is computed in; STOA__NO_PASS: nobody asks for it */
    uint16_t operation; /* stoa_operation: how the partial becomes a value */
    uint8_t form;       /* of the value */
    bool of_strings;    /* its value is found among the strings that were seen */
    uint64_t ddof;
    stoa__id id;         /* its term */
    stoa__id a, b, mask; /* mask: bits, or NOTHING: every row of the scope */
    const stoa_expression *origin;
} stoa__aggregate;

typedef struct stoa__array {
    const void *data;
    ptrdiff_t stride;
    stoa_type type;
    size_t length;
    const uint8_t *validity;         /* NULL: all values are there */
    const stoa_string_pool *strings; /* STRING: of the handles, which must be the table's */
} stoa__array;

/* A table that is read: the first is the one that a run is over, the others are targets. */
typedef struct stoa__read_table {
    const stoa_table *table;     /* of the binding, later of the run; NULL: none, or freed */
    struct stoa__schema *schema; /* of a target, retained; NULL: freed */
    stoa_ids ids;                /* of a run, as they were when it began */
    size_t rows;
} stoa__read_table;

/* A reference field of a table that is read, and which of these its target is. Each table is the
 * target of some way from one before it. */
typedef struct stoa__way {
    uint32_t from, field, to;
} stoa__way;

/* A column of a table that is read by row numbers. */
typedef struct stoa__collected {
    uint32_t table, field;
    const void *cells; /* of a run */
    const uint64_t *validity;
    void *aside; /* a copy of these, since the run writes to the column; NULL: there is none */
} stoa__collected;

typedef struct stoa__result {
    stoa__typed typed; /* what is wanted of it, as it was written */
    stoa__id id;       /* the same in the form of the target */
} stoa__result;

/* An output: a result, or one for each component. */
typedef struct stoa__output {
    uint32_t first, length; /* length: 0: one value */
} stoa__output;

/* What a result is for, where runs of several tables are to become one: a value of each row that an
 * aggregate takes, or one that tells groups apart. */
typedef struct stoa__measure {
    uint8_t operation; /* stoa_operation of the aggregate; NO_OPERATION: it tells groups apart */
    uint8_t form;      /* of the aggregate's value */
    bool may_be_null;
    stoa__reduction reduction;
    uint64_t ddof;
    stoa__id b;      /* second factor of a DOT; NOTHING: none */
    uint32_t second; /* the result that b is */
} stoa__measure;

/* Everything that binding makes. */
typedef struct stoa__code_block {
    stoa__term *terms;
    stoa__id count;
    size_t room;
    stoa__id *buckets; /* heads of the chains of equal hashes */
    stoa__aggregate *aggregates;
    size_t aggregate_room;
    stoa__array *arrays;
    size_t array_room;
    stoa__read_table *tables;
    size_t table_room;
    stoa__way *ways;
    size_t way_room;
    stoa__collected *collected;
    size_t collected_room;
    uint32_t bucket_mask;
    uint32_t aggregate_count;
    uint32_t array_count;
    uint32_t table_count; /* 0: nothing follows a reference */
    uint32_t way_count;
    uint32_t collected_count;
    uint32_t cumulative_count; /* cumsum and its like */
    uint32_t nullable_count;   /* values of rows that may be null */
    stoa_string_pool *strings; /* the program's; NULL: there are no strings */
    size_t literal_count;      /* of its strings, those that binding has made */
    stoa__id *components;      /* of vectors */
    size_t component_room;
    stoa__output *outputs; /* as many as the expression has */
    stoa__result *results;
    size_t result_room;
    stoa__measure *measures; /* by result, where these are wanted; else NULL */
    size_t measure_room;
    uint32_t measure_count; /* results behind them are second factors */
    bool by_row; /* measures are wanted: an aggregate takes all of its rows, under no mask */
    uint32_t component_count;
    uint32_t result_count;
    stoa__id where;                /* bits; NOTHING: every row */
    bool has_nullable;             /* a value that may be null, of rows or for all of them */
    bool interns_by_row;           /* a step makes strings row by row, and on one thread */
    const stoa_expression *origin; /* of the steps that are made now */
    bool refused;                  /* memory was: all later terms are NOTHING */
} stoa__code_block;

/* Before all terms. False where memory was refused. */
bool stoa__code_begin(stoa__code_block *code);
void stoa__code_dispose(stoa__code_block *code);
/* Whether a list has room for so many items; else memory is refused, for good. */
static inline bool stoa__has_room(stoa__code_block *code, void *items, size_t *room, size_t wanted,
                                  size_t size)
{
    bool has = stoa__make_room(items, room, wanted, size, NULL);
    code->refused = code->refused || !has;
    return has;
}
/* The term, or the equal one that there is; NOTHING where memory was refused. */
stoa__id stoa__intern(stoa__code_block *code, const stoa__term *term);
/* The term of the aggregate, which is added unless there is one that says the same; likewise. */
stoa__id stoa__emit_aggregate(stoa__code_block *code, const stoa__aggregate *aggregate);
/* The term of the aggregate that says the same, or NOTHING. */
stoa__id stoa__find_aggregate(const stoa__code_block *code, const stoa__aggregate *aggregate);
/* Whether it neither fails nor is null. Aggregates may fail. */
static inline bool stoa__is_sure(const stoa__term *term)
{
    return !term->may_fail_deep && !term->may_be_null && term->depth == 0;
}
/* Whether it is a function of the strings of one register (binder/strings.c). */
static inline bool stoa__is_symbol(const stoa__term *term)
{
    return term->kind == STOA__STEP_TERM && term->code == STOA__STRING_CALL && !term->uniform;
}
static inline bool stoa__is_constant(const stoa__code_block *code, stoa__id id)
{
    return code->terms[id].kind == STOA__CONSTANT_TERM;
}

#endif
