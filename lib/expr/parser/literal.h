/* literal.h: string literals. */
#ifndef STOA__EXPR_PARSER_LITERAL_H
#define STOA__EXPR_PARSER_LITERAL_H

#include "expr/parser/lex.h"

/* The literal that begins at a quote becomes a STRING token, whose `name` and `bytes` are what
 * stands between the quotes, as it is written. */
stoa_status stoa__lex_string(stoa__lexer *lexer, stoa__token *token, const char *quote);
/* What stands between the quotes of a token, decoded; at most as long as it is written. */
size_t stoa__decode_string(char *out, const char *text, size_t length);

/* A byte of a string as it is printed between those quotes, and its length; no NUL ends it. */
#define STOA__ESCAPED 5
size_t stoa__escape_byte(char *out, char byte, char quote);
/* The quote that a string is printed in: as Python's. */
char stoa__quote_for(stoa_string string);

#endif
