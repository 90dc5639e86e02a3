/* operands.c: what stands for a value or begins one: constants, names and paths, parameters, calls
 * and prefix operators. Operators, and the order in which they are applied, are in parse.c. */
#include <string.h>

#include "expr/parser/literal.h"
#include "expr/parser/parser.h"

stoa_status stoa__unexpected(stoa__parser *p, const stoa__token *token, const char *wanted)
{
    if (token->kind == STOA__END_TOKEN)
        return STOA__TEXT_FAIL(p, token->place, "%s is expected here, not the end", wanted);
    int shown = token->length < 24 ? (int)token->length : 24;
    return STOA__TEXT_FAIL(p, token->place, "%s is expected here, not '%.*s'", wanted, shown,
                           p->text->bytes + token->place);
}

stoa_status stoa__take_constant(stoa__parser *p, const stoa__token *token, stoa_value value)
{
    p->wants_value = false;
    return stoa__push_node(p, stoa__node_constant(p->text, token->place, value));
}

stoa_status stoa__take_string(stoa__parser *p, const stoa__token *token)
{
    stoa_expression *node = stoa__node_string(p->text, token->place, token->bytes);
    if (node != NULL) {
        char *bytes = (char *)node->arguments;
        size_t length = stoa__decode_string(bytes, p->text->bytes + token->name, token->bytes);
        bytes[length] = '\0';
        node->value.string.length = length;
    }
    p->wants_value = false;
    return stoa__push_node(p, node);
}

/* The value that a parameter was given, or NULL. */
static stoa_parameter *given_as(const stoa__parser *p, const char *name)
{
    uint32_t found = stoa__names_find(&p->given, name);
    if (found != STOA__NO_NAME)
        return &p->parameters[found];
    for (size_t i = 0; i < p->parameter_count && p->given.count == 0; i++)
        if (strcmp(p->parameters[i].name, name) == 0)
            return &p->parameters[i];
    return NULL;
}

/* A parameter that was given a value is a constant. */
static stoa_expression *value_of(stoa__parser *p, stoa_expression *node)
{
    stoa_parameter *given = given_as(p, node->name);
    if (given == NULL)
        return node;
    given->reserved[0] = 1; /* see tell_used() in parse.c */
    return stoa__node_constant(p->text, node->place, given->value);
}

/* Doubled backquotes become one. */
static void undouble(char *to, const char *from, size_t bytes)
{
    for (const char *end = from + bytes; from < end; from += *from == '`' ? 2 : 1)
        *to++ = *from;
    *to = '\0';
}

static stoa_status take_name(stoa__parser *p, const stoa__token *token)
{
    stoa__node_kind kind =
        token->kind == STOA__PARAMETER_TOKEN ? STOA__PARAMETER_NODE : STOA__FIELD_NODE;
    const char *name = p->text->bytes + token->name;
    stoa_expression *node = stoa__node_named(p->text, kind, token->place, name, token->bytes);
    if (node != NULL && name[-(token->name > 0)] == '`')
        undouble(node->name, name, token->bytes);
    if (node != NULL && kind == STOA__PARAMETER_NODE)
        node = value_of(p, node);
    p->wants_value = false;
    return stoa__push_node(p, node);
}

static stoa_status no_function(stoa__parser *p, const stoa__token *token)
{
    char near[80];
    const char *name = p->text->bytes + token->place;
    bool any = stoa__functions_near(name, token->length, near, sizeof near);
    return STOA__TEXT_FAIL(p, token->place, "there is no function '%.*s'; %s%s",
                           token->length < 40 ? (int)token->length : 40, name,
                           any ? "there is " : "", any ? near : "a field is not followed by (");
}

/* Names of functions have two characters at least, which differ mostly. */
static stoa_operation function_named(const char *name, size_t length)
{
    uint16_t wanted, first;
    if (length < sizeof wanted)
        return STOA_NO_OPERATION;
    memcpy(&wanted, name, sizeof wanted);
    for (int i = STOA_ABS; i < STOA__OPERATIONS_END; i++) {
        const char *text = stoa__operations[i].text;
        memcpy(&first, text, sizeof first);
        if (first == wanted && strncmp(text, name, length) == 0 && text[length] == '\0')
            return (stoa_operation)i;
    }
    return STOA_NO_OPERATION;
}

/* A name with a parenthesis behind it. */
static stoa_status take_call(stoa__parser *p, const stoa__token *token)
{
    stoa__token open;
    stoa_operation found = function_named(p->text->bytes + token->name, token->bytes);
    if (token->kind == STOA__QUOTED_TOKEN)
        return STOA__TEXT_FAIL(p, token->place,
                               "a name in backquotes is a field and cannot be called");
    if (found == STOA_NO_OPERATION)
        return no_function(p, token);
    stoa_status status = stoa__lex(&p->lexer, &open);
    if (status != STOA_OK)
        return status;
    return stoa__push_entry(p, (stoa__entry){.kind = STOA__CALL_ENTRY,
                                             .operation = (uint8_t)found,
                                             .place = token->place,
                                             .base = p->node_count});
}

/* `ddof=` before the second argument of var and std. */
static stoa_status take_keyword(stoa__parser *p, const stoa__token *token)
{
    stoa__token assign;
    stoa__entry *e = stoa__top_entry(p);
    bool is_ddof = token->bytes == 4 && memcmp(p->text->bytes + token->name, "ddof", 4) == 0;
    if (e == NULL || e->kind != STOA__CALL_ENTRY ||
        (e->operation != STOA_VAR && e->operation != STOA_STD) || !is_ddof ||
        p->node_count != e->base + 1 || e->keyword)
        return STOA__TEXT_FAIL(
            p, (size_t)(p->lexer.next - p->text->bytes),
            "= does not compare, == does; the only keyword is ddof, as in var(x, ddof=1)");
    e->keyword = true;
    return stoa__lex(&p->lexer, &assign);
}

stoa_status stoa__take_word(stoa__parser *p, const stoa__token *token)
{
    const char *next = stoa__lex_peek(&p->lexer);
    if (*next == '(' && token->kind != STOA__PARAMETER_TOKEN)
        return take_call(p, token);
    if (*next == '=' && next[1] != '=' && token->kind == STOA__NAME_TOKEN)
        return take_keyword(p, token);
    return take_name(p, token);
}

/* A minus straight before a number that is not raised to a power: the number is negative. */
static stoa_status take_negative(stoa__parser *p, const stoa__token *minus, bool *taken)
{
    stoa__token number;
    const char *next = stoa__lex_peek(&p->lexer);
    *taken = false;
    const char *digit = *next == '.' ? next + 1 : next;
    if (!(*digit >= '0' && *digit <= '9'))
        return STOA_OK;
    stoa__lexer before = p->lexer;
    stoa_status status = stoa__lex(&p->lexer, &number);
    const char *after = status == STOA_OK ? stoa__lex_peek(&p->lexer) : NULL;
    if (status != STOA_OK || (after[0] == '*' && after[1] == '*')) {
        p->lexer = before;
        return status;
    }
    *taken = true;
    if (number.value.type == STOA_FLOAT64)
        return stoa__take_constant(p, minus, stoa_float64_value(-number.value.float64));
    if (number.value.type == STOA_INT64)
        return stoa__take_constant(p, minus, stoa_int64_value(-number.value.int64));
    if (number.value.uint64 == (uint64_t)INT64_MAX + 1)
        return stoa__take_constant(p, minus, stoa_int64_value(INT64_MIN));
    return stoa__text_fail(p->error, STOA_OVERFLOW, p->text, minus->place,
                           "this integer is below -9223372036854775808, the least int64");
}

stoa_status stoa__take_prefix(stoa__parser *p, const stoa__token *token)
{
    stoa_operation operation = (stoa_operation)token->operation;
    bool taken = false;
    if (operation == STOA_SUBTRACT) {
        stoa_status status = take_negative(p, token, &taken);
        if (status != STOA_OK || taken)
            return status;
        operation = STOA_NEGATE;
    } else if (operation == STOA_ADD)
        operation = STOA_PLUS;
    else if (operation != STOA_NOT && operation != STOA_INVERT)
        return stoa__unexpected(p, token, "a value");
    int level = stoa__level(operation);
    if (operation == STOA_NOT && p->entry_count > 0 && stoa__top_entry(p)->level > level)
        return STOA__TEXT_FAIL(p, token->place,
                               "'not' needs parentheses around it and its operand here");
    return stoa__push_entry(p, (stoa__entry){.kind = STOA__PREFIX_ENTRY,
                                             .operation = (uint8_t)operation,
                                             .level = (uint8_t)level,
                                             .place = token->place});
}

stoa_status stoa__take_path(stoa__parser *p)
{
    stoa__token token;
    stoa_status status = stoa__lex(&p->lexer, &token);
    if (status != STOA_OK)
        return status;
    if (token.kind != STOA__NAME_TOKEN && token.kind != STOA__QUOTED_TOKEN)
        return stoa__unexpected(p, &token, "the name of a field");
    const char *name = p->text->bytes + token.name;
    if (*stoa__lex_peek(&p->lexer) == '(')
        return STOA__TEXT_FAIL(p, token.place, "in text a function stands first: write %.*s(...)",
                               (int)token.bytes, name);
    stoa_expression *node =
        stoa__node_path(p->text, token.place, p->nodes[p->node_count - 1], name, token.bytes);
    if (node == NULL)
        return stoa__fail_memory(p->error, sizeof *node);
    if (token.kind == STOA__QUOTED_TOKEN)
        undouble(node->name, name, token.bytes);
    p->nodes[p->node_count - 1] = node;
    return STOA_OK;
}
