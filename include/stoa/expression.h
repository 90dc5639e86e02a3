/**
 * expression.h: what is to be computed, as text or built call by call; the same tree either way.
 *
 * An expression names fields and parameters; it knows no table and no types until a program is
 * made of it (program.h). The grammar is Python's, with Python's precedence:
 *
 *     + - * / // % **  unary - +   < <= == != >= > (chained)   and or not   & | ^ ~ << >>
 *     x in (a, b)   x not in (a, b)
 *     ( )   1  1.5e3  0xff  True False  'text' "text"   name  `odd name`   $parameter   f(a, b)
 *     a, b   v[0]   owner.age
 *
 *     date'2013-01-01'  timestamp'2013-01-01T05:00:00Z'  duration'1h30m'
 *
 * with the functions of STOA_OPERATIONS, casts by type name (int32(w)), and the aggregates, whose
 * value is one for all rows and may stand in a larger expression (x - mean(x)).
 *
 * Vectors are computed component by component: with vectors of the same length, and with numbers,
 * each of which goes with every component. So are casts and aggregates, but count; == and != are
 * one condition, of all components; dot of two vectors and norm are numbers, vector(a, b, c) makes
 * a vector of numbers, and v[0] (component(v, 0)) is one of them.
 *
 * owner.age is the field `age` of the row that the reference `owner` refers to, null where it
 * refers to none; owner.boss.age goes on from there. References themselves are taken by is_null,
 * count, and
 * == and !=, beside another reference to rows of the same table, or an id.
 *
 * Expressions never change. Each call that makes one gives the caller a reference to it; arguments
 * are kept by references of its own. Counting is not atomic: one thread at a time.
 */
#ifndef STOA_EXPRESSION_H
#define STOA_EXPRESSION_H

#include <stoa/table.h>

STOA_BEGIN_DECLS

/**
 * The list of operations: `STOA_OPERATIONS(OPERATION)` becomes `OPERATION(NAME, text, least, most,
 * kind)` for each, with the least and the most arguments that it takes. The kinds:
 *
 *     UNARY, BINARY    an operator, written `text a` or `a text b`
 *     MEMBER           an operator and a list, written `a text (b, c)`
 *     CALL             a function of the values of a row
 *     CAST             to the field type of that name
 *     AGGREGATE        an aggregate: of the selected rows, one value
 *     CUMULATIVE       a value for each row, of that row and the selected ones before it
 */
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
    OPERATION(IN, "in", 1, 65535, MEMBER)     \
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
    OPERATION(IS_NULL, "is_null", 1, 1, CALL) \
    OPERATION(COALESCE, "coalesce", 2, 255, CALL) \
    OPERATION(FILL_NULL, "fill_null", 2, 2, CALL) \
    OPERATION(STARTS_WITH, "starts_with", 2, 2, CALL) \
    OPERATION(ENDS_WITH, "ends_with", 2, 2, CALL) \
    OPERATION(CONTAINS, "contains", 2, 2, CALL) \
    OPERATION(MATCHES, "matches", 2, 2, CALL) \
    OPERATION(LENGTH, "length", 1, 1, CALL)   \
    OPERATION(LOWER, "lower", 1, 1, CALL)     \
    OPERATION(UPPER, "upper", 1, 1, CALL)     \
    OPERATION(TRIM, "trim", 1, 1, CALL)       \
    OPERATION(SLICE, "slice", 3, 3, CALL)     \
    OPERATION(CONCAT, "concat", 2, 255, CALL) \
    OPERATION(ROW, "row", 0, 0, CALL)         \
    OPERATION(YEAR, "year", 1, 1, CALL)       \
    OPERATION(MONTH, "month", 1, 1, CALL)     \
    OPERATION(DAY, "day", 1, 1, CALL)         \
    OPERATION(HOUR, "hour", 1, 1, CALL)       \
    OPERATION(MINUTE, "minute", 1, 1, CALL)   \
    OPERATION(SECOND_OF_MINUTE, "second", 1, 1, CALL) \
    OPERATION(WEEKDAY, "weekday", 1, 1, CALL) \
    OPERATION(YEARDAY, "yearday", 1, 1, CALL) \
    OPERATION(TRUNC, "trunc", 2, 2, CALL)     \
    OPERATION(TO_DATE, "date", 1, 1, CALL)    \
    OPERATION(TO_TIMESTAMP, "timestamp", 2, 2, CALL) \
    OPERATION(TO_DURATION, "duration", 2, 2, CALL) \
    OPERATION(VECTOR, "vector", 2, 1024, CALL) \
    OPERATION(COMPONENT, "component", 2, 2, CALL) \
    OPERATION(NORM, "norm", 1, 1, CALL)       \
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
    OPERATION(COUNT_DISTINCT, "count_distinct", 1, 1, AGGREGATE) \
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

/**
 * An operation: STOA_NO_OPERATION, or one of STOA_OPERATIONS, as STOA_SQRT.
 */
typedef enum stoa_operation {
    STOA_NO_OPERATION = 0,
#define STOA__OPERATION(NAME, text, least, most, kind) STOA_##NAME,
    STOA_OPERATIONS(STOA__OPERATION)
#undef STOA__OPERATION
} stoa_operation;

/**
 * An expression, which never changes.
 */
typedef struct stoa_expression stoa_expression;

/**
 * A value for a parameter, of type STOA_BOOL, STOA_INT64, STOA_UINT64, STOA_FLOAT64 or STOA_STRING.
 *
 * @members stoa_parameter
 */
typedef struct stoa_parameter {
    const char *name; /* without the $ */
    stoa_value value;
    bool is_used;         /* false at first */
    uint64_t reserved[2]; /* zero */
} stoa_parameter;

/**
 * Makes an expression of a text. A list, as "a, b", is an expression of several outputs. `var(x,
 * 1)` and `var(x, ddof=1)` are the same.
 *
 * @param made becomes the new expression
 * @param text in UTF-8
 * @return STOA_SYNTAX: the text is no expression; the message shows the line, with a caret under
 *     the fault. STOA_OVERFLOW: a number that no type holds. STOA_OUT_OF_MEMORY.
 * @owner The caller holds a reference, which stoa_expression_free() gives back.
 * @cost O(length). More than 1,000 levels of parentheses are refused.
 * @threads Any.
 * @snippet expression.c parse
 */
STOA_TRY stoa_expression_parse(stoa_expression **made, const char *text, stoa_error *error);

/**
 * Makes an expression of a text, with values for its parameters. They stand in the tree as
 * constants, strings as copies; parameters without a value here remain parameters.
 *
 * @param made becomes the new expression
 * @param parameters `is_used` is set for each that the text has
 * @return As stoa_expression_parse(); STOA_WRONG_TYPE: a value of another type. STOA_INVALID: a
 *     reserve that is set, a string that is not UTF-8.
 * @owner The caller holds a reference, which stoa_expression_free() gives back.
 * @cost O(length + count).
 * @threads Any.
 * @snippet expression.c parse
 */
STOA_TRY stoa_expression_parse_with(stoa_expression **made, const char *text,
                                    stoa_parameter *parameters, size_t count, stoa_error *error);

/**
 * Makes an expression of a field, by its name. Whether there is such a field is checked when a
 * program is made.
 *
 * @param made becomes the new expression
 * @return STOA_BAD_NAME: the name is empty, too long or not UTF-8. STOA_OUT_OF_MEMORY.
 * @owner The caller holds a reference, which stoa_expression_free() gives back.
 * @cost O(1).
 * @threads Any.
 * @snippet expression.c build
 */
STOA_TRY stoa_expression_field(stoa_expression **made, const char *name, stoa_error *error);

/**
 * Makes an expression of a number, a truth value, a date or time, or a string; or a null, which has
 * the type of the values that it stands beside, and goes into any nullable field.
 *
 * @param made becomes the new expression
 * @param value of type STOA_BOOL, STOA_INT64, STOA_UINT64, STOA_FLOAT64, STOA_STRING, STOA_DATE,
 *     STOA_TIMESTAMP or STOA_DURATION, or stoa_null_value(). The bytes of a string are copied
 * @return STOA_WRONG_TYPE: a value of another type. STOA_INVALID: a string that is not
 *     UTF-8. STOA_OUT_OF_MEMORY.
 * @owner The caller holds a reference, which stoa_expression_free() gives back.
 * @cost O(1).
 * @threads Any.
 * @snippet expression.c list
 */
STOA_TRY stoa_expression_constant(stoa_expression **made, stoa_value value, stoa_error *error);

/**
 * Makes an expression of a parameter, whose value stoa_program_set_parameter() sets.
 *
 * @param made becomes the new expression
 * @param name without the $
 * @return STOA_BAD_NAME: the name is empty, too long or not UTF-8. STOA_OUT_OF_MEMORY.
 * @owner The caller holds a reference, which stoa_expression_free() gives back.
 * @cost O(1).
 * @threads Any.
 * @snippet expression.c build
 */
STOA_TRY stoa_expression_parameter(stoa_expression **made, const char *name, stoa_error *error);

/**
 * Makes an expression of an array: a value for each row. Strings are given as handles of the pool
 * of the table that the program runs on, which `source->strings` is; they are checked at each run,
 * unless they are cells of the table itself.
 *
 * @param made becomes the new expression
 * @param source its data is borrowed, and must outlive the expression and its programs; its name is
 *     only printed, and may be NULL
 * @param count how many values
 * @return STOA_WRONG_TYPE: an array of objects, of strings without handles, or of no type.
 *     STOA_INVALID: data that is NULL, a
 *     reserve that is set. STOA_BAD_NAME: the name is too long or not UTF-8. STOA_OUT_OF_MEMORY.
 * @owner The caller holds a reference, which stoa_expression_free() gives back.
 * @cost O(1): the values are read when a program runs.
 * @threads Any.
 * @snippet expression.c array
 */
STOA_TRY stoa_expression_array(stoa_expression **made, const stoa_source *source, size_t count,
                               stoa_error *error);

/**
 * Makes an expression of an operation on others. Their number is checked here; their types are,
 * when a program is made.
 *
 * @param made becomes the new expression
 * @param arguments kept by references of its own
 * @return STOA_INVALID: there is no such operation, it takes another number of arguments, one of
 *     them is a list, a ddof that is no literal. STOA_OUT_OF_MEMORY.
 * @owner The caller holds a reference, which stoa_expression_free() gives back.
 * @cost O(count).
 * @threads Any, but one at a time for expressions that share nodes.
 * @snippet expression.c build
 */
STOA_TRY stoa_expression_call(stoa_expression **made, stoa_operation operation,
                              stoa_expression *const *arguments, size_t count, stoa_error *error);

/**
 * Makes an expression of a field of the row that a reference refers to, as `owner.age`: null where
 * it refers to none. Whether there is such a field is checked when a program is made.
 *
 * @param made becomes the new expression
 * @param reference a field that is a reference, or a path to one; kept by a reference of its own
 * @param name of the field
 * @return STOA_BAD_NAME: the name is empty, too long or not UTF-8. STOA_INVALID: the reference is a
 *     list. STOA_OUT_OF_MEMORY.
 * @owner The caller holds a reference, which stoa_expression_free() gives back.
 * @cost O(1).
 * @threads Any, but one at a time for expressions that share nodes.
 * @snippet reference.c path
 */
STOA_TRY stoa_expression_path(stoa_expression **made, stoa_expression *reference, const char *name,
                              stoa_error *error);

/**
 * Makes an expression of several outputs.
 *
 * @param made becomes the new expression
 * @param outputs kept by references of its own; no lists
 * @return STOA_INVALID: none, or a list among them. STOA_OUT_OF_MEMORY.
 * @owner The caller holds a reference, which stoa_expression_free() gives back.
 * @cost O(count).
 * @threads Any, but one at a time for expressions that share nodes.
 * @snippet expression.c list
 */
STOA_TRY stoa_expression_list(stoa_expression **made, stoa_expression *const *outputs, size_t count,
                              stoa_error *error);

/**
 * Gives another reference to the same expression. NULL for NULL.
 *
 * @owner The caller gives it back by stoa_expression_free().
 * @cost O(1).
 * @threads Changes the expression's count of references, which is not atomic.
 * @snippet expression.c list
 */
STOA_API stoa_expression *stoa_expression_retain(stoa_expression *expression);

/**
 * Gives one reference back. The expression goes with its last one. NULL does nothing.
 *
 * @cost O(nodes that go); it does not recurse.
 * @threads Changes the expression's count of references, which is not atomic.
 * @snippet expression.c parse
 */
STOA_API void stoa_expression_free(stoa_expression *expression);

/**
 * Writes an expression as text that parses to the same tree, and tells how long it is. Arrays are
 * written as their name, or `array`; a constant NaN as `1e999 - 1e999`, which is one.
 *
 * @param text the text, cut to fit, with its NUL; may be NULL if `size` is 0
 * @param size bytes at `text`
 * @cost O(length). Past 1 MiB it ends, since few nodes can stand for a text without end.
 * @threads Reads the expression.
 * @snippet expression.c parse
 */
STOA_API size_t stoa_expression_print(const stoa_expression *expression, char *text, size_t size);

/**
 * Tells how many outputs there are: 1, or as many as a list has. 0 for NULL.
 *
 * @cost O(1).
 * @threads Reads the expression.
 * @snippet expression.c list
 */
STOA_API size_t stoa_expression_output_count(const stoa_expression *expression);

/**
 * Finds an operation by the text that it is written by: a function's name, a type's, or an
 * operator. STOA_NO_OPERATION if there is none.
 *
 * @param arguments tells operations of the same text apart: `min` of one is an aggregate, of two or
 *     more a function of a row
 * @cost O(1).
 * @threads Any.
 * @snippet expression.c operations
 */
STOA_API stoa_operation stoa_operation_named(const char *name, size_t arguments);

/**
 * Tells how an operation is written, as `"sqrt"`. NULL if there is no such operation.
 *
 * @owner Static storage.
 * @cost O(1).
 * @threads Any.
 * @snippet expression.c operations
 */
STOA_API const char *stoa_operation_text(stoa_operation operation);

STOA_END_DECLS

#endif
