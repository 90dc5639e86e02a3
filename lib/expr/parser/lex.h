/* lex.h: the words of the language, and how tightly its operators bind. */
#ifndef STOA__EXPR_PARSER_LEX_H
#define STOA__EXPR_PARSER_LEX_H

#include "expr/parser/expression.h"

typedef enum stoa__token_kind {
    STOA__END_TOKEN = 1,
    STOA__CONSTANT_TOKEN, /* value: BOOL, INT64, UINT64 beyond it, FLOAT64 */
    STOA__STRING_TOKEN,
    STOA__NAME_TOKEN,
    STOA__QUOTED_TOKEN,    /* a name in backquotes */
    STOA__PARAMETER_TOKEN, /* after its $, either of the two */
    STOA__OPERATOR_TOKEN,  /* operation: the binary one, where there are two */
    STOA__OPEN_TOKEN,
    STOA__CLOSE_TOKEN,
    STOA__INDEX_TOKEN, /* [ */
    STOA__INDEX_END_TOKEN,
    STOA__COMMA_TOKEN,
    STOA__ASSIGN_TOKEN,
    STOA__DOT_TOKEN,
} stoa__token_kind;

typedef struct stoa__token {
    uint8_t kind;
    uint8_t operation;
    uint32_t place, length; /* bytes of the text */
    /* The name alone, without $ and backquotes, in which doubled ones still are; of a string, what
     * stands between its quotes. */
    uint32_t name, bytes;
    stoa_value value;
} stoa__token;

typedef struct stoa__lexer {
    const stoa__text *text;
    const char *next; /* what is not read yet */
    stoa_error *error;
} stoa__lexer;

/* The next token; END again and again at the end. STOA_SYNTAX for what is none, STOA_OVERFLOW for
 * an integer beyond 64 bits. */
stoa_status stoa__lex(stoa__lexer *lexer, stoa__token *token);
/* Passes over white space and gives what stands behind it, unread. */
const char *stoa__lex_peek(stoa__lexer *lexer);
/* Whether text can stand for a name without backquotes. */
bool stoa__is_plain_name(const char *name);

/* Names of functions that are near to that one, as "floor, ceil"; false where none is. */
bool stoa__functions_near(const char *name, size_t length, char *text, size_t size);

/* From loose to tight. Unary operators bind tighter than what is left of them, looser than **. */
enum {
    STOA__OR_LEVEL = 1,
    STOA__AND_LEVEL,
    STOA__NOT_LEVEL,
    STOA__COMPARISON_LEVEL,
    STOA__BIT_OR_LEVEL,
    STOA__BIT_XOR_LEVEL,
    STOA__BIT_AND_LEVEL,
    STOA__SHIFT_LEVEL,
    STOA__SUM_LEVEL,
    STOA__PRODUCT_LEVEL,
    STOA__UNARY_LEVEL,
    STOA__POWER_LEVEL,
    STOA__ATOM_LEVEL,
};

/* The level of an operator. */
static inline int stoa__level(stoa_operation operation)
{
    static const uint8_t levels[STOA_ABS] = {
        [STOA_NEGATE] = STOA__UNARY_LEVEL,
        [STOA_PLUS] = STOA__UNARY_LEVEL,
        [STOA_INVERT] = STOA__UNARY_LEVEL,
        [STOA_NOT] = STOA__NOT_LEVEL,
        [STOA_ADD] = STOA__SUM_LEVEL,
        [STOA_SUBTRACT] = STOA__SUM_LEVEL,
        [STOA_MULTIPLY] = STOA__PRODUCT_LEVEL,
        [STOA_DIVIDE] = STOA__PRODUCT_LEVEL,
        [STOA_FLOOR_DIVIDE] = STOA__PRODUCT_LEVEL,
        [STOA_REMAINDER] = STOA__PRODUCT_LEVEL,
        [STOA_POWER] = STOA__POWER_LEVEL,
        [STOA_BIT_AND] = STOA__BIT_AND_LEVEL,
        [STOA_BIT_OR] = STOA__BIT_OR_LEVEL,
        [STOA_BIT_XOR] = STOA__BIT_XOR_LEVEL,
        [STOA_SHIFT_LEFT] = STOA__SHIFT_LEVEL,
        [STOA_SHIFT_RIGHT] = STOA__SHIFT_LEVEL,
        [STOA_LESS] = STOA__COMPARISON_LEVEL,
        [STOA_LESS_EQUAL] = STOA__COMPARISON_LEVEL,
        [STOA_EQUAL] = STOA__COMPARISON_LEVEL,
        [STOA_NOT_EQUAL] = STOA__COMPARISON_LEVEL,
        [STOA_GREATER] = STOA__COMPARISON_LEVEL,
        [STOA_GREATER_EQUAL] = STOA__COMPARISON_LEVEL,
        [STOA_IN] = STOA__COMPARISON_LEVEL,
        [STOA_AND] = STOA__AND_LEVEL,
        [STOA_OR] = STOA__OR_LEVEL,
    };
    return operation < STOA_ABS ? levels[operation] : STOA__ATOM_LEVEL;
}

#endif
