/* time_literal.h: date'2013-01-01', timestamp'2013-01-01T05:00:00Z', duration'1h30m'. */
#ifndef STOA__EXPR_PARSER_TIME_LITERAL_H
#define STOA__EXPR_PARSER_TIME_LITERAL_H

#include "expr/parser/lex.h"

/* The type that a word before a quote names; NO_TYPE: none. */
stoa_type stoa__time_prefix(const char *word, size_t length);
/* The literal whose quote is given becomes a CONSTANT token. */
stoa_status stoa__lex_time(stoa__lexer *lexer, stoa__token *token, stoa_type type,
                           const char *quote);
/* The value as it is written, within STOA__TIME_LITERAL bytes. */
enum { STOA__TIME_LITERAL = 64 };
void stoa__print_time_literal(const stoa_value *value, char text[STOA__TIME_LITERAL]);

#endif
