/* expression.h: the tree behind stoa_expression: immutable nodes, shared by counting.
 *
 * Arguments come before the nodes that use them, so there are no cycles; a node may be an argument
 * of many. Trees can be as deep as a program cares to build them: nothing that walks one recurses.
 *
 * A built node is an allocation of its own, and counts the references to it. The nodes of a parsed
 * text lie one after the other behind the text and live and die as one: references to any of them
 * are counted by the text, and they themselves count nothing. They point at nodes of the same text
 * alone; built nodes point at both. */
#ifndef STOA__EXPR_PARSER_EXPRESSION_H
#define STOA__EXPR_PARSER_EXPRESSION_H

#include <stoa/expression.h>

#include "base/error.h"

typedef enum stoa__node_kind {
    STOA__FIELD_NODE = 1,
    STOA__CONSTANT_NODE,
    STOA__PARAMETER_NODE,
    STOA__ARRAY_NODE,
    STOA__CALL_NODE,
    STOA__LIST_NODE,
    STOA__PATH_NODE, /* the field `name` of the row that its argument refers to */
} stoa__node_kind;

/* The text that a tree was parsed from, kept for messages, and the memory of the tree's nodes. */
typedef struct stoa__text {
    size_t references;        /* to nodes, from outside the tree */
    struct stoa__chunk *more; /* memory beyond this allocation */
    char *unused, *end;       /* where the next node goes */
    size_t length;
    char bytes[]; /* end in NUL */
} stoa__text;

#define STOA__NO_PLACE UINT32_MAX

struct stoa_expression {
    uint32_t references; /* of a built node */
    uint8_t kind;        /* stoa__node_kind */
    uint8_t operation;   /* stoa_operation of a call */
    uint32_t count;      /* arguments */
    uint32_t place;      /* byte of the text to point at: an operator, or where a name begins */
    uint32_t mark;       /* free for whoever walks the tree, 0 between walks */
    stoa__text *text;    /* NULL: built by calls */
    char *name; /* FIELD, PATH, PARAMETER, ARRAY (or NULL): ends in NUL, lies behind the node */
    union {
        /* CONSTANT: BOOL, INT64, UINT64 (only beyond INT64_MAX), FLOAT64 or STRING, whose bytes
         * lie behind the node and end in NUL. */
        stoa_value value;
        struct { /* ARRAY */
            const void *data;
            ptrdiff_t stride; /* never 0 but for one cell */
            stoa_type type;
            uint8_t unit; /* of timestamps and durations */
            bool is_zoned;
            size_t length;
            const uint8_t *validity;         /* NULL: all are there */
            const stoa_string_pool *strings; /* STRING: of the handles */
        } array;
        stoa_expression *next_dead; /* of a node that is about to be freed */
    };
    stoa_expression *arguments[];
};

/* A text without nodes, of one reference; NULL where memory is refused. length < STOA__NO_PLACE. */
stoa__text *stoa__text_new(const char *bytes, size_t length);
void stoa__text_release(stoa__text *text);
/* A node for `count` arguments, which the caller stores, or with a name (of FIELD, PARAMETER and
 * ARRAY) of `length` bytes. text may be NULL: a built node, of one reference. NULL where memory is
 * refused. */
stoa_expression *stoa__node_new(stoa__text *text, stoa__node_kind kind, size_t place, size_t count);
stoa_expression *stoa__node_named(stoa__text *text, stoa__node_kind kind, size_t place,
                                  const char *name, size_t length);
/* The same for PATH, with its argument. */
stoa_expression *stoa__node_path(stoa__text *text, size_t place, stoa_expression *reference,
                                 const char *name, size_t length);
/* A constant: a number, or a string, whose bytes are copied. */
stoa_expression *stoa__node_constant(stoa__text *text, size_t place, stoa_value value);
/* A constant string with room for `length` bytes, which the caller writes; it may shorten it. */
stoa_expression *stoa__node_string(stoa__text *text, size_t place, size_t length);
/* An INT64 where it fits. */
stoa_value stoa__unsigned_value(uint64_t value);
/* Whether an expression can have the value for a constant or a parameter. Else the error says what
 * is wrong; `what` is what needs it: "a constant". */
stoa_status stoa__check_operand(const stoa_value *value, const char *what, stoa_error *error);
/* What is wrong with these arguments, NULL arguments and lists left aside: their number, or a ddof
 * that is none. False, and then there is a message. */
bool stoa__arguments_fit(stoa_operation operation, stoa_expression *const *arguments, size_t count,
                         char *message, size_t size);

/* Fills the error: the message, and where the node was parsed from text, the line with a caret
 * under the place (the line is cut around the place so that all fits); else the node, printed.
 * Gives the status. */
__attribute__((format(printf, 4, 5))) stoa_status stoa__expression_fail(stoa_error *error,
                                                                        stoa_status status,
                                                                        const stoa_expression *node,
                                                                        const char *format, ...);

/* The same for a byte of a text that is being parsed. */
__attribute__((format(printf, 5, 6))) stoa_status
stoa__text_fail(stoa_error *error, stoa_status status, const stoa__text *text, size_t place,
                const char *format, ...);

/* "UNARY" and so on as a number, for each operation. */
typedef enum stoa__operation_kind {
    STOA__UNARY = 1,
    STOA__BINARY,
    STOA__MEMBER,
    STOA__CALL,
    STOA__CAST,
    STOA__AGGREGATE,
    STOA__CUMULATIVE,
} stoa__operation_kind;

typedef struct stoa__operation_facts {
    const char *text;
    uint8_t least, kind;
    uint16_t most;
} stoa__operation_facts;
enum {
    STOA__OPERATIONS_END = 1
#define STOA__COUNT(NAME, text, least, most, kind) +1
    STOA_OPERATIONS(STOA__COUNT)
#undef STOA__COUNT
};
extern const stoa__operation_facts stoa__operations[STOA__OPERATIONS_END]; /* by stoa_operation */

/* Casts come in the order of the types. */
#define STOA__CAST_IS_TO(NAME) \
    _Static_assert(STOA_TO_##NAME - STOA_TO_BOOL == STOA_##NAME - STOA_BOOL, "order of casts")
STOA__CAST_IS_TO(INT8);
STOA__CAST_IS_TO(INT16);
STOA__CAST_IS_TO(INT32);
STOA__CAST_IS_TO(INT64);
STOA__CAST_IS_TO(UINT8);
STOA__CAST_IS_TO(UINT16);
STOA__CAST_IS_TO(UINT32);
STOA__CAST_IS_TO(UINT64);
STOA__CAST_IS_TO(FLOAT32);
STOA__CAST_IS_TO(FLOAT64);
#undef STOA__CAST_IS_TO

/* The type that a cast is to; NO_TYPE: it is no cast. */
static inline stoa_type stoa__cast_type(stoa_operation operation)
{
    bool is_cast = operation >= STOA_TO_BOOL && operation <= STOA_TO_FLOAT64;
    return is_cast ? (stoa_type)(STOA_BOOL + (operation - STOA_TO_BOOL)) : STOA_NO_TYPE;
}

/* Whether LESS ... GREATER holds of operands that are below (order < 0), at or above one another.
 */
static inline bool stoa__order_holds(stoa_operation operation, int order)
{
    switch (operation) {
    case STOA_LESS:
        return order < 0;
    case STOA_LESS_EQUAL:
        return order <= 0;
    case STOA_EQUAL:
        return order == 0;
    case STOA_NOT_EQUAL:
        return order != 0;
    case STOA_GREATER_EQUAL:
        return order >= 0;
    default:
        return order > 0;
    }
}

#endif
