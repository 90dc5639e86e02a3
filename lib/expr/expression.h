/* expression.h: the tree behind stoa_expression: immutable nodes, shared by counting.
 *
 * Arguments come before the nodes that use them, so there are no cycles; a node may be an argument
 * of many. Trees can be as deep as a program cares to build them: nothing that walks one recurses.
 */
#ifndef STOA__EXPR_EXPRESSION_H
#define STOA__EXPR_EXPRESSION_H

#include <stoa/expression.h>

#include "base/error.h"

typedef enum stoa__node_kind {
    STOA__FIELD_NODE = 1,
    STOA__CONSTANT_NODE,
    STOA__PARAMETER_NODE,
    STOA__ARRAY_NODE,
    STOA__CALL_NODE,
    STOA__LIST_NODE,
} stoa__node_kind;

/* The text that a tree was parsed from, kept by its nodes for messages. */
typedef struct stoa__text {
    size_t references;
    size_t length;
    char bytes[];
} stoa__text;

#define STOA__NO_PLACE UINT32_MAX

struct stoa_expression {
    uint32_t references;
    uint8_t kind;      /* stoa__node_kind */
    uint8_t operation; /* stoa_operation of a call */
    uint32_t count;    /* arguments */
    uint32_t place;    /* byte of the text to point at: an operator, or where a name begins */
    uint32_t mark;     /* free for whoever walks the tree, 0 between walks */
    stoa__text *text;  /* NULL: built by calls */
    char *name;        /* FIELD, PARAMETER, ARRAY (or NULL): ends in NUL, owned */
    union {
        stoa_value value; /* CONSTANT: BOOL, INT64, UINT64 (only beyond INT64_MAX) or FLOAT64 */
        struct {          /* ARRAY */
            const void *data;
            ptrdiff_t stride; /* never 0 but for one cell */
            stoa_type type;
            size_t length;
        } array;
    };
    stoa_expression *arguments[];
};

/* Fills the error: the message, and where the node was parsed from text, the line with a caret
 * under the place (the line is cut around the place so that all fits); else the node, printed.
 * Gives the status. */
__attribute__((format(printf, 4, 5))) stoa_status stoa__expression_fail(stoa_error *error,
                                                                        stoa_status status,
                                                                        const stoa_expression *node,
                                                                        const char *format, ...);

/* "UNARY" and so on as a number, for each operation. */
typedef enum stoa__operation_kind {
    STOA__UNARY = 1,
    STOA__BINARY,
    STOA__CALL,
    STOA__CAST,
    STOA__SINK,
    STOA__RUNNING,
} stoa__operation_kind;

typedef struct stoa__operation_facts {
    const char *text;
    uint8_t least, most, kind;
} stoa__operation_facts;
extern const stoa__operation_facts stoa__operations[]; /* by stoa_operation */

#endif
