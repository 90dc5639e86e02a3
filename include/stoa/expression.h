/* expression.h: what is to be computed, as text or built call by call; the same tree either way.
 *
 * An expression names fields and parameters; it knows no table and no types until a program is
 * made of it (program.h). The grammar is Python's, with Python's precedence:
 *
 *   + - * / // % **  unary - +   < <= == != >= > (chained)   and or not   & | ^ ~ << >>
 *   ( )   1  1.5e3  0xff  True False   name  `odd name`   $parameter   f(a, b)   a, b
 *
 * with the functions of STOA_OPERATIONS, casts by type name (int32(w)), and the aggregates, whose
 * value is one for all rows and may stand in a larger expression (x - mean(x)).
 *
 * Expressions never change. Each call that makes one gives the caller a reference to it; arguments
 * are kept by references of its own. Counting is not atomic: one thread at a time. */
#ifndef STOA_EXPRESSION_H
#define STOA_EXPRESSION_H

#include <stoa/table.h>

STOA_BEGIN_DECLS

/* OPERATION(NAME, text, least, most, kind): least and most arguments; kind is
 *   UNARY, BINARY    an operator, written `text a` or `a text b`
 *   CALL             a function of the values of a row
 *   CAST             to the field type of that name
 *   AGGREGATE        an aggregate: of the selected rows, one value
 *   CUMULATIVE       a value for each row, of that row and the selected ones before it */
/* clang-format off */
#define STOA_OPERATIONS(OPERATION)            \
    OPERATION(NEGATE, "-", 1, 1, UNARY)       \
    OPERATION(PLUS, "+", 1, 1, UNARY)         \
    OPERATION(INVERT, "~", 1, 1, UNARY)       \
    OPERATION(NOT, "not", 1, 1, UNARY)        \
    OPERATION(ADD, "+", 2, 2, BINARY)         \
    OPERATION(SUBTRACT, "-", 2, 2, BINARY)    \
    OPERATION(MULTIPLY, "*", 2, 2, BINARY)    \
    OPERATION(DIVIDE, "/", 2, 2, BINARY)      \
    OPERATION(FLOOR_DIVIDE, "//", 2, 2, BINARY) \
    OPERATION(REMAINDER, "%", 2, 2, BINARY)   \
    OPERATION(POWER, "**", 2, 2, BINARY)      \
    OPERATION(BIT_AND, "&", 2, 2, BINARY)     \
    OPERATION(BIT_OR, "|", 2, 2, BINARY)      \
    OPERATION(BIT_XOR, "^", 2, 2, BINARY)     \
    OPERATION(SHIFT_LEFT, "<<", 2, 2, BINARY) \
    OPERATION(SHIFT_RIGHT, ">>", 2, 2, BINARY) \
    OPERATION(LESS, "<", 2, 2, BINARY)        \
    OPERATION(LESS_EQUAL, "<=", 2, 2, BINARY) \
    OPERATION(EQUAL, "==", 2, 2, BINARY)      \
    OPERATION(NOT_EQUAL, "!=", 2, 2, BINARY)  \
    OPERATION(GREATER_EQUAL, ">=", 2, 2, BINARY) \
    OPERATION(GREATER, ">", 2, 2, BINARY)     \
    OPERATION(AND, "and", 2, 2, BINARY)       \
    OPERATION(OR, "or", 2, 2, BINARY)         \
    OPERATION(ABS, "abs", 1, 1, CALL)         \
    OPERATION(MINIMUM, "min", 2, 255, CALL)   \
    OPERATION(MAXIMUM, "max", 2, 255, CALL)   \
    OPERATION(SQRT, "sqrt", 1, 1, CALL)       \
    OPERATION(EXP, "exp", 1, 1, CALL)         \
    OPERATION(LOG, "log", 1, 1, CALL)         \
    OPERATION(LOG2, "log2", 1, 1, CALL)       \
    OPERATION(LOG10, "log10", 1, 1, CALL)     \
    OPERATION(SIN, "sin", 1, 1, CALL)         \
    OPERATION(COS, "cos", 1, 1, CALL)         \
    OPERATION(TAN, "tan", 1, 1, CALL)         \
    OPERATION(ASIN, "asin", 1, 1, CALL)       \
    OPERATION(ACOS, "acos", 1, 1, CALL)       \
    OPERATION(ATAN, "atan", 1, 1, CALL)       \
    OPERATION(ATAN2, "atan2", 2, 2, CALL)     \
    OPERATION(FLOOR, "floor", 1, 1, CALL)     \
    OPERATION(CEIL, "ceil", 1, 1, CALL)       \
    OPERATION(ROUND, "round", 1, 1, CALL)     \
    OPERATION(HYPOT, "hypot", 2, 2, CALL)     \
    OPERATION(WHERE, "where", 3, 3, CALL)     \
    OPERATION(CLIP, "clip", 3, 3, CALL)       \
    OPERATION(ISNAN, "isnan", 1, 1, CALL)     \
    OPERATION(ISFINITE, "isfinite", 1, 1, CALL) \
    OPERATION(ROW, "row", 0, 0, CALL)         \
    OPERATION(TO_BOOL, "bool", 1, 1, CAST)    \
    OPERATION(TO_INT8, "int8", 1, 1, CAST)    \
    OPERATION(TO_INT16, "int16", 1, 1, CAST)  \
    OPERATION(TO_INT32, "int32", 1, 1, CAST)  \
    OPERATION(TO_INT64, "int64", 1, 1, CAST)  \
    OPERATION(TO_UINT8, "uint8", 1, 1, CAST)  \
    OPERATION(TO_UINT16, "uint16", 1, 1, CAST) \
    OPERATION(TO_UINT32, "uint32", 1, 1, CAST) \
    OPERATION(TO_UINT64, "uint64", 1, 1, CAST) \
    OPERATION(TO_FLOAT32, "float32", 1, 1, CAST) \
    OPERATION(TO_FLOAT64, "float64", 1, 1, CAST) \
    OPERATION(SUM, "sum", 1, 1, AGGREGATE)         \
    OPERATION(MEAN, "mean", 1, 1, AGGREGATE)       \
    OPERATION(MIN, "min", 1, 1, AGGREGATE)         \
    OPERATION(MAX, "max", 1, 1, AGGREGATE)         \
    OPERATION(COUNT, "count", 0, 1, AGGREGATE)     \
    OPERATION(VAR, "var", 1, 2, AGGREGATE)         \
    OPERATION(STD, "std", 1, 2, AGGREGATE)         \
    OPERATION(ANY, "any", 1, 1, AGGREGATE)         \
    OPERATION(ALL, "all", 1, 1, AGGREGATE)         \
    OPERATION(ARGMIN, "argmin", 1, 1, AGGREGATE)   \
    OPERATION(ARGMAX, "argmax", 1, 1, AGGREGATE)   \
    OPERATION(FIRST, "first", 1, 1, AGGREGATE)     \
    OPERATION(LAST, "last", 1, 1, AGGREGATE)       \
    OPERATION(DOT, "dot", 2, 2, AGGREGATE)         \
    OPERATION(CUMSUM, "cumsum", 1, 1, CUMULATIVE) \
    OPERATION(CUMMIN, "cummin", 1, 1, CUMULATIVE) \
    OPERATION(CUMMAX, "cummax", 1, 1, CUMULATIVE) \
    OPERATION(CUMPROD, "cumprod", 1, 1, CUMULATIVE)
/* clang-format on */

typedef enum stoa_operation {
    STOA_NO_OPERATION = 0,
#define STOA__OPERATION(NAME, text, least, most, kind) STOA_##NAME,
    STOA_OPERATIONS(STOA__OPERATION)
#undef STOA__OPERATION
} stoa_operation;

typedef struct stoa_expression stoa_expression;

/**
 * A value for a parameter, of type BOOL, INT64, UINT64 or FLOAT64.
 */
typedef struct stoa_parameter {
    const char *name; /* without the $ */
    stoa_value value;
    bool is_used;         /* false at first */
    uint64_t reserved[2]; /* zero */
} stoa_parameter;

/**
 * From text: UTF-8, ends in NUL. `var(x, 1)` and `var(x, ddof=1)` are the same. A list "a, b" is
 * an expression of several outputs. The error shows the line of the fault with a caret under it.
 * O(length); nesting beyond 1,000 levels of parentheses is refused.
 */
STOA_TRY stoa_expression_parse(stoa_expression **made, const char *text, stoa_error *error);
/**
 * The same with values for parameters, which then stand in the tree as constants. is_used is set
 * for each that the text has; those that it has besides remain parameters.
 */
STOA_TRY stoa_expression_parse_with(stoa_expression **made, const char *text,
                                    stoa_parameter *parameters, size_t count, stoa_error *error);
STOA_TRY stoa_expression_field(stoa_expression **made, const char *name, stoa_error *error);
/**
 * Of type BOOL, INT64, UINT64 or FLOAT64.
 */
STOA_TRY stoa_expression_constant(stoa_expression **made, stoa_value value, stoa_error *error);
/**
 * Its value is set on the program: name is without the $.
 */
STOA_TRY stoa_expression_parameter(stoa_expression **made, const char *name, stoa_error *error);
/**
 * A value for each row out of `count` cells at source->data (borrowed: it must outlive the
 * expression and its programs). source->name is only printed and may be NULL. Not of objects.
 */
STOA_TRY stoa_expression_array(stoa_expression **made, const stoa_source *source, size_t count,
                               stoa_error *error);
/**
 * An operation on others. The number of arguments is checked; types are, when a program is made.
 */
STOA_TRY stoa_expression_call(stoa_expression **made, stoa_operation operation,
                              stoa_expression *const *arguments, size_t count, stoa_error *error);
/**
 * Several outputs in one; lists among them are not flattened but refused.
 */
STOA_TRY stoa_expression_list(stoa_expression **made, stoa_expression *const *outputs, size_t count,
                              stoa_error *error);

/**
 * A reference of the caller's own to the same expression; NULL of NULL.
 */
STOA_API stoa_expression *stoa_expression_retain(stoa_expression *expression);
/**
 * Gives one reference back. NULL does nothing. Any depth: it does not recurse.
 */
STOA_API void stoa_expression_free(stoa_expression *expression);

/**
 * Writes the expression as text that parses to the same tree, cut to fit `size` bytes with its NUL.
 * Gives the length that it would have without the cut; but it ends soon after 1 MiB, since few
 * nodes can stand for a text without end. Arrays are written as their name, or "array"; a constant
 * NaN as 1e999 - 1e999, which is one. text may be NULL, for the length alone; NULL is written as
 * nothing.
 */
STOA_API size_t stoa_expression_print(const stoa_expression *expression, char *text, size_t size);
/**
 * Outputs: 1, or as many as a list has.
 */
STOA_API size_t stoa_expression_output_count(const stoa_expression *expression);
/**
 * The operation of a unique name or of a type; STOA_NO_OPERATION where there is none. Of "min" and
 * "max" the one that takes so many arguments; operators too, told apart in the same way.
 */
STOA_API stoa_operation stoa_operation_named(const char *name, size_t arguments);
/**
 * "sqrt"; NULL where there is none. Static storage.
 */
STOA_API const char *stoa_operation_text(stoa_operation operation);

STOA_END_DECLS

#endif
