/* parse.c: tokens into a tree, by operator precedence (Dijkstra's shunting yard).
 *
 * Two stacks: `nodes`, of what has a value, and `entries`, of operators that wait for what is to
 * their right and of parentheses that wait for their end. An operator first applies all entries
 * above it that bind tighter. So it takes one pass, no recursion, and flat chains of any length
 * need no more than a few entries. Invariant: entries between two parentheses are of levels that
 * rise upwards, prefix operators and ** aside; `depth` counts the entries of these and of
 * parentheses, and is at most MOST_DEPTH. All nodes are the text's, so giving up is to release it.
 */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/names.h"
#include "expr/parser/literal.h"
#include "store/type.h"

enum { MOST_DEPTH = 1000, FEW = 32, FEW_PARAMETERS = 8 };

typedef enum entry_kind { OPEN, CALL, MEMBERS, PREFIX, INFIX, CHAINED } entry_kind;

typedef struct entry {
    uint8_t
        kind; /* CHAINED: a comparison whose left side is the one before it, and its right side */
    uint8_t operation; /* of a CALL: the first of that name */
    uint8_t level;     /* OPEN, CALL, MEMBERS: 0 */
    bool keyword;      /* of a CALL: ddof= was read */
    bool negated;      /* of MEMBERS: not in */
    bool chained;      /* of MEMBERS: the comparison before it has the same value */
    uint32_t place;
    size_t base; /* CALL, MEMBERS: nodes below its arguments */
} entry;

typedef struct parser {
    stoa__lexer lexer;
    stoa__text *text;
    stoa_error *error;
    stoa_parameter *parameters; /* that have values */
    size_t parameter_count;
    stoa__names given; /* their indices, where they are more than a few */
    bool wants_value;  /* else an operator, or the end of something */
    bool after_members,
        closed_members; /* the token before this one ended `in (…)`; this one does */
    bool is_list;
    int depth;
    entry *entries;
    stoa_expression **nodes;
    size_t entry_count, entry_room, node_count, node_room;
    entry few_entries[FEW];
    stoa_expression *few_nodes[FEW];
} parser;

#define FAIL(p, place, ...) stoa__text_fail((p)->error, STOA_SYNTAX, (p)->text, place, __VA_ARGS__)

/* ---- the stacks ---- */

/* node may be NULL: memory was refused. */
static stoa_status push_node(parser *p, stoa_expression *node)
{
    if (node == NULL)
        return stoa__fail_memory(p->error, sizeof *node);
    if (!stoa__make_room(&p->nodes, &p->node_room, p->node_count + 1, sizeof *p->nodes,
                         p->few_nodes))
        return stoa__fail_memory(p->error, p->node_room * 2 * sizeof *p->nodes);
    p->nodes[p->node_count++] = node;
    return STOA_OK;
}

static bool is_nested(const entry *e)
{
    return e->kind <= PREFIX || e->operation == STOA_POWER;
}

static stoa_status push_entry(parser *p, entry e)
{
    if (is_nested(&e) && ++p->depth > MOST_DEPTH)
        return FAIL(p, e.place, "this is nested more than %d levels deep", MOST_DEPTH);
    if (!stoa__make_room(&p->entries, &p->entry_room, p->entry_count + 1, sizeof *p->entries,
                         p->few_entries))
        return stoa__fail_memory(p->error, p->entry_room * 2 * sizeof *p->entries);
    p->entries[p->entry_count++] = e;
    return STOA_OK;
}

static entry *top(parser *p)
{
    return p->entry_count > 0 ? &p->entries[p->entry_count - 1] : NULL;
}

static entry pop_entry(parser *p)
{
    entry e = p->entries[--p->entry_count];
    p->depth -= is_nested(&e);
    return e;
}

/* ---- reducing ---- */

/* The `count` nodes on top become the arguments of one. */
static stoa_status reduce(parser *p, stoa__node_kind kind, stoa_operation operation, size_t place,
                          size_t count)
{
    stoa_expression *node = stoa__node_new(p->text, kind, place, count);
    if (node == NULL)
        return push_node(p, NULL);
    node->operation = (uint8_t)operation;
    p->node_count -= count;
    memcpy(node->arguments, p->nodes + p->node_count, count * sizeof *p->nodes);
    return push_node(p, node);
}

/* Applies the operator on top. */
static stoa_status apply(parser *p)
{
    entry e = pop_entry(p);
    size_t count = e.kind == PREFIX ? 1 : 2;
    stoa_status status = reduce(p, STOA__CALL_NODE, (stoa_operation)e.operation, e.place, count);
    if (status == STOA_OK && e.kind == CHAINED)
        status = reduce(p, STOA__CALL_NODE, STOA_AND, e.place, 2);
    return status;
}

/* Applies the operators on top that bind at least as tightly. */
static stoa_status apply_from(parser *p, int level)
{
    stoa_status status = STOA_OK;
    while (status == STOA_OK && p->entry_count > 0 && top(p)->level >= level)
        status = apply(p);
    return status;
}

/* ---- where a value is wanted ---- */

static stoa_status unexpected(parser *p, const stoa__token *token, const char *wanted)
{
    if (token->kind == STOA__END_TOKEN)
        return FAIL(p, token->place, "%s is expected here, not the end", wanted);
    int shown = token->length < 24 ? (int)token->length : 24;
    return FAIL(p, token->place, "%s is expected here, not '%.*s'", wanted, shown,
                p->text->bytes + token->place);
}

static stoa_status take_constant(parser *p, const stoa__token *token, stoa_value value)
{
    p->wants_value = false;
    return push_node(p, stoa__node_constant(p->text, token->place, value));
}

static stoa_status take_string(parser *p, const stoa__token *token)
{
    stoa_expression *node = stoa__node_string(p->text, token->place, token->bytes);
    if (node != NULL) {
        char *bytes = (char *)node->arguments;
        size_t length = stoa__decode_string(bytes, p->text->bytes + token->name, token->bytes);
        bytes[length] = '\0';
        node->value.string.length = length;
    }
    p->wants_value = false;
    return push_node(p, node);
}

/* The value that a parameter was given, or NULL. */
static stoa_parameter *given_as(const parser *p, const char *name)
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
static stoa_expression *value_of(parser *p, stoa_expression *node)
{
    stoa_parameter *given = given_as(p, node->name);
    if (given == NULL)
        return node;
    given->reserved[0] = 1; /* see tell_used */
    return stoa__node_constant(p->text, node->place, given->value);
}

/* Doubled backquotes become one. */
static void undouble(char *to, const char *from, size_t bytes)
{
    for (const char *end = from + bytes; from < end; from += *from == '`' ? 2 : 1)
        *to++ = *from;
    *to = '\0';
}

static stoa_status take_name(parser *p, const stoa__token *token)
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
    return push_node(p, node);
}

static stoa_status no_function(parser *p, const stoa__token *token)
{
    char near[80];
    const char *name = p->text->bytes + token->place;
    bool any = stoa__functions_near(name, token->length, near, sizeof near);
    return FAIL(p, token->place, "there is no function '%.*s'; %s%s",
                token->length < 40 ? (int)token->length : 40, name, any ? "there is " : "",
                any ? near : "a field is not followed by (");
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
static stoa_status take_call(parser *p, const stoa__token *token)
{
    stoa__token open;
    stoa_operation found = function_named(p->text->bytes + token->name, token->bytes);
    if (token->kind == STOA__QUOTED_TOKEN)
        return FAIL(p, token->place, "a name in backquotes is a field and cannot be called");
    if (found == STOA_NO_OPERATION)
        return no_function(p, token);
    stoa_status status = stoa__lex(&p->lexer, &open);
    if (status != STOA_OK)
        return status;
    return push_entry(p, (entry){.kind = CALL,
                                 .operation = (uint8_t)found,
                                 .place = token->place,
                                 .base = p->node_count});
}

/* `ddof=` before the second argument of var and std. */
static stoa_status take_keyword(parser *p, const stoa__token *token)
{
    stoa__token assign;
    entry *e = top(p);
    bool is_ddof = token->bytes == 4 && memcmp(p->text->bytes + token->name, "ddof", 4) == 0;
    if (e == NULL || e->kind != CALL || (e->operation != STOA_VAR && e->operation != STOA_STD) ||
        !is_ddof || p->node_count != e->base + 1 || e->keyword)
        return FAIL(p, (size_t)(p->lexer.next - p->text->bytes),
                    "= does not compare, == does; the only keyword is ddof, as in var(x, ddof=1)");
    e->keyword = true;
    return stoa__lex(&p->lexer, &assign);
}

static stoa_status take_word(parser *p, const stoa__token *token)
{
    const char *next = stoa__lex_peek(&p->lexer);
    if (*next == '(' && token->kind != STOA__PARAMETER_TOKEN)
        return take_call(p, token);
    if (*next == '=' && next[1] != '=' && token->kind == STOA__NAME_TOKEN)
        return take_keyword(p, token);
    return take_name(p, token);
}

/* A minus straight before a number that is not raised to a power: the number is negative. */
static stoa_status take_negative(parser *p, const stoa__token *minus, bool *taken)
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
        return take_constant(p, minus, stoa_float64_value(-number.value.float64));
    if (number.value.type == STOA_INT64)
        return take_constant(p, minus, stoa_int64_value(-number.value.int64));
    if (number.value.uint64 == (uint64_t)INT64_MAX + 1)
        return take_constant(p, minus, stoa_int64_value(INT64_MIN));
    return stoa__text_fail(p->error, STOA_OVERFLOW, p->text, minus->place,
                           "this integer is below -9223372036854775808, the least int64");
}

static stoa_status take_prefix(parser *p, const stoa__token *token)
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
        return unexpected(p, token, "a value");
    int level = stoa__level(operation);
    if (operation == STOA_NOT && p->entry_count > 0 && top(p)->level > level)
        return FAIL(p, token->place, "'not' needs parentheses around it and its operand here");
    return push_entry(p, (entry){.kind = PREFIX,
                                 .operation = (uint8_t)operation,
                                 .level = (uint8_t)level,
                                 .place = token->place});
}

/* ---- where a value may end ---- */

/* a < b < c is a < b and b < c with the same b: applies the comparison on top, if there is one, and
 * leaves its right side above it. */
static stoa_status begin_chain(parser *p, bool *is_chained)
{
    *is_chained = p->entry_count > 0 && top(p)->level == STOA__COMPARISON_LEVEL;
    if (!*is_chained)
        return STOA_OK;
    stoa_expression *shared = p->nodes[p->node_count - 1];
    stoa_status status = apply(p);
    return status == STOA_OK ? push_node(p, shared) : status;
}

/* `in`, which is next if it is negated, and the parenthesis behind it. */
static stoa_status take_members(parser *p, const stoa__token *token, bool negated)
{
    stoa__token next;
    entry made = {.kind = MEMBERS, .operation = STOA_IN, .place = token->place, .negated = negated};
    stoa_status status = negated ? stoa__lex(&p->lexer, &next) : STOA_OK;
    if (status == STOA_OK)
        status = stoa__lex(&p->lexer, &next);
    if (status == STOA_OK && next.kind != STOA__OPEN_TOKEN)
        return FAIL(p, next.place, "in is followed by a list, as x in (1, 2)");
    if (status == STOA_OK)
        status = apply_from(p, STOA__COMPARISON_LEVEL + 1);
    if (status == STOA_OK)
        status = begin_chain(p, &made.chained);
    made.base = p->node_count - 1;
    p->wants_value = true;
    return status == STOA_OK ? push_entry(p, made) : status;
}

/* Whether the word `in` is next. */
static bool in_is_next(parser *p)
{
    stoa__token next;
    stoa__lexer lexer = {p->text, p->lexer.next, NULL};
    return stoa__lex(&lexer, &next) == STOA_OK && next.kind == STOA__OPERATOR_TOKEN &&
           next.operation == STOA_IN;
}

static stoa_status take_infix(parser *p, const stoa__token *token)
{
    stoa_operation operation = (stoa_operation)token->operation;
    int level = stoa__level(operation);
    bool is_in = operation == STOA_IN || (operation == STOA_NOT && in_is_next(p));
    if (p->after_members && (is_in || level >= STOA__COMPARISON_LEVEL))
        return FAIL(p, token->place, "put what is before this into parentheses");
    if (is_in)
        return take_members(p, token, operation == STOA_NOT);
    if (operation == STOA_NOT || operation == STOA_INVERT)
        return unexpected(p, token, "an operator");
    entry made = {.kind = INFIX,
                  .operation = token->operation,
                  .level = (uint8_t)level,
                  .place = token->place};
    bool applies_equals = operation != STOA_POWER && level != STOA__COMPARISON_LEVEL;
    stoa_status status = apply_from(p, level + !applies_equals);
    bool chained = false;
    if (status == STOA_OK && level == STOA__COMPARISON_LEVEL)
        status = begin_chain(p, &chained);
    if (chained)
        made.kind = CHAINED;
    p->wants_value = true;
    return status == STOA_OK ? push_entry(p, made) : status;
}

static stoa_status close_call(parser *p)
{
    char message[STOA_MESSAGE_SIZE];
    entry e = pop_entry(p);
    size_t count = p->node_count - e.base;
    stoa_operation operation = (stoa_operation)e.operation;
    stoa_expression **arguments = p->nodes + e.base;
    if (count <= 1 && operation == STOA_MINIMUM)
        operation = STOA_MIN;
    if (count <= 1 && operation == STOA_MAXIMUM)
        operation = STOA_MAX;
    if (!stoa__arguments_fit(operation, arguments, count, message, sizeof message)) {
        bool has_ddof = operation == STOA_VAR || operation == STOA_STD;
        return FAIL(p, has_ddof && count == 2 ? arguments[1]->place : e.place, "%s", message);
    }
    return reduce(p, STOA__CALL_NODE, operation, e.place, count);
}

static stoa_status close_members(parser *p)
{
    char message[STOA_MESSAGE_SIZE];
    entry e = pop_entry(p);
    size_t count = p->node_count - e.base;
    if (!stoa__arguments_fit(STOA_IN, p->nodes + e.base, count, message, sizeof message))
        return FAIL(p, e.place, "%s", message);
    stoa_status status = reduce(p, STOA__CALL_NODE, STOA_IN, e.place, count);
    if (status == STOA_OK && e.negated)
        status = reduce(p, STOA__CALL_NODE, STOA_NOT, e.place, 1);
    if (status == STOA_OK && e.chained)
        status = reduce(p, STOA__CALL_NODE, STOA_AND, e.place, 2);
    p->closed_members = true;
    return status;
}

static stoa_status take_close(parser *p, const stoa__token *token)
{
    stoa_status status = apply_from(p, STOA__OR_LEVEL);
    if (status != STOA_OK)
        return status;
    if (p->entry_count == 0)
        return FAIL(p, token->place, "this parenthesis closes nothing");
    p->wants_value = false;
    if (top(p)->kind == CALL)
        return close_call(p);
    if (top(p)->kind == MEMBERS)
        return close_members(p);
    pop_entry(p);
    return STOA_OK;
}

static stoa_status take_comma(parser *p, const stoa__token *token)
{
    stoa_status status = apply_from(p, STOA__OR_LEVEL);
    if (status != STOA_OK)
        return status;
    if (p->entry_count > 0 && top(p)->kind == OPEN)
        return FAIL(p, token->place, "a list stands only at the top, without parentheses");
    p->is_list = p->is_list || p->entry_count == 0;
    p->wants_value = true;
    return STOA_OK;
}

static stoa_status take_end(parser *p)
{
    stoa_status status = apply_from(p, STOA__OR_LEVEL);
    if (status == STOA_OK && p->entry_count > 0)
        return FAIL(p, top(p)->place, "%s is never closed",
                    top(p)->kind == CALL      ? "the parenthesis of this call"
                    : top(p)->kind == MEMBERS ? "the list of this"
                                              : "this parenthesis");
    if (status == STOA_OK && p->is_list)
        status = reduce(p, STOA__LIST_NODE, STOA_NO_OPERATION, 0, p->node_count);
    return status;
}

/* [2] behind a vector: a component. */
static stoa_status take_index(parser *p, const stoa__token *open)
{
    stoa__token index, end;
    stoa_status status = stoa__lex(&p->lexer, &index);
    if (status != STOA_OK)
        return status;
    if (index.kind != STOA__CONSTANT_TOKEN || index.value.type != STOA_INT64)
        return unexpected(p, &index, "the number of a component");
    status = stoa__lex(&p->lexer, &end);
    if (status == STOA_OK && end.kind != STOA__INDEX_END_TOKEN)
        return unexpected(p, &end, "]");
    if (status == STOA_OK)
        status = take_constant(p, &index, index.value);
    return status == STOA_OK ? reduce(p, STOA__CALL_NODE, STOA_COMPONENT, open->place, 2) : status;
}

/* .name behind a reference: a field of the row that it refers to. */
static stoa_status take_path(parser *p)
{
    stoa__token token;
    stoa_status status = stoa__lex(&p->lexer, &token);
    if (status != STOA_OK)
        return status;
    if (token.kind != STOA__NAME_TOKEN && token.kind != STOA__QUOTED_TOKEN)
        return unexpected(p, &token, "the name of a field");
    const char *name = p->text->bytes + token.name;
    if (*stoa__lex_peek(&p->lexer) == '(')
        return FAIL(p, token.place, "in text a function stands first: write %.*s(...)",
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

/* ---- all of it ---- */

/* As in Python, a comma may come before an end, and then a value is still wanted. */
static bool may_end(parser *p, const stoa__token *token)
{
    if (token->kind == STOA__END_TOKEN)
        return p->is_list && p->entry_count == 0;
    if (p->entry_count == 0 || (top(p)->kind != CALL && top(p)->kind != MEMBERS))
        return false;
    return !top(p)->keyword;
}

static stoa_status take_value(parser *p, const stoa__token *token)
{
    switch ((stoa__token_kind)token->kind) {
    case STOA__CONSTANT_TOKEN:
        return take_constant(p, token, token->value);
    case STOA__STRING_TOKEN:
        return take_string(p, token);
    case STOA__NAME_TOKEN:
    case STOA__QUOTED_TOKEN:
    case STOA__PARAMETER_TOKEN:
        return take_word(p, token);
    case STOA__OPERATOR_TOKEN:
        return take_prefix(p, token);
    case STOA__OPEN_TOKEN:
        return push_entry(p, (entry){.kind = OPEN, .place = token->place});
    case STOA__CLOSE_TOKEN:
        return may_end(p, token) ? take_close(p, token) : unexpected(p, token, "a value");
    case STOA__END_TOKEN:
        return may_end(p, token) ? take_end(p) : unexpected(p, token, "a value");
    case STOA__COMMA_TOKEN:
    case STOA__ASSIGN_TOKEN:
    case STOA__INDEX_TOKEN:
    case STOA__INDEX_END_TOKEN:
    case STOA__DOT_TOKEN:
        break;
    }
    return unexpected(p, token, "a value");
}

static stoa_status take_operator(parser *p, const stoa__token *token)
{
    switch ((stoa__token_kind)token->kind) {
    case STOA__OPERATOR_TOKEN:
        return take_infix(p, token);
    case STOA__CLOSE_TOKEN:
        return take_close(p, token);
    case STOA__INDEX_TOKEN:
        return take_index(p, token);
    case STOA__DOT_TOKEN:
        return take_path(p);
    case STOA__COMMA_TOKEN:
        return take_comma(p, token);
    case STOA__END_TOKEN:
        return take_end(p);
    case STOA__ASSIGN_TOKEN:
        return FAIL(p, token->place, "= does not compare; == does");
    default:
        return unexpected(p, token, "an operator");
    }
}

static stoa_status parse(parser *p)
{
    stoa__token token;
    if (*stoa__lex_peek(&p->lexer) == '\0')
        return stoa__fail(p->error, STOA_SYNTAX, "the text is empty; an expression is expected");
    for (;;) {
        stoa_status status = stoa__lex(&p->lexer, &token);
        if (status == STOA_OK)
            status = p->wants_value ? take_value(p, &token) : take_operator(p, &token);
        p->after_members = p->closed_members;
        p->closed_members = false;
        if (status != STOA_OK || token.kind == STOA__END_TOKEN)
            return status;
    }
}

static bool index_parameters(parser *p)
{
    bool fits = true;
    for (size_t i = 0; p->parameter_count > FEW_PARAMETERS && i < p->parameter_count && fits; i++)
        fits = stoa__names_add(&p->given, p->parameters[i].name, (uint32_t)i);
    return fits;
}

static stoa_status parse_text(stoa_expression **made, stoa__text *text, stoa_parameter *parameters,
                              size_t count, stoa_error *error)
{
    parser p;
    p.parameters = parameters;
    p.parameter_count = count;
    p.given = (stoa__names){0};
    p.lexer = (stoa__lexer){text, text->bytes, error};
    p.text = text;
    p.error = error;
    p.wants_value = true;
    p.after_members = p.closed_members = false;
    p.is_list = false;
    p.depth = 0;
    p.entries = p.few_entries;
    p.nodes = p.few_nodes;
    p.entry_count = p.node_count = 0;
    p.entry_room = p.node_room = FEW;
    stoa_status status = STOA_OUT_OF_MEMORY;
    if (index_parameters(&p))
        status = parse(&p);
    else
        (void)stoa__fail_memory(error, count * sizeof(stoa__named));
    if (status == STOA_OK)
        *made = p.nodes[0];
    stoa__names_dispose(&p.given);
    if (p.entries != p.few_entries)
        stoa__release(p.entries);
    if (p.nodes != p.few_nodes)
        stoa__release(p.nodes);
    return status;
}

static stoa_status check_parameters(const stoa_parameter *parameters, size_t count,
                                    stoa_error *error)
{
    if (count >= STOA__NO_NAME)
        return stoa__fail(error, STOA_INVALID, "%zu parameters are too many", count);
    for (size_t i = 0; i < count; i++) {
        if ((parameters[i].reserved[0] | parameters[i].reserved[1]) != 0)
            return stoa__fail(error, STOA_INVALID, "stoa_parameter.reserved must be zero");
        char what[80];
        snprintf(what, sizeof what, "$%.64s", parameters[i].name);
        stoa_status status = stoa__check_operand(&parameters[i].value, what, error);
        if (status != STOA_OK)
            return status;
    }
    return STOA_OK;
}

/* Those that the text has are marked in their reserve: a text that cannot be read has used none. */
static void tell_used(stoa_parameter *parameters, size_t count, bool is_read)
{
    for (size_t i = 0; i < count; i++) {
        if (is_read && parameters[i].reserved[0] != 0)
            parameters[i].is_used = true;
        parameters[i].reserved[0] = 0;
    }
}

static stoa_status read_text(stoa_expression **made, const char *text, stoa_parameter *parameters,
                             size_t count, stoa_error *error)
{
    size_t length = strlen(text);
    if (length >= STOA__NO_PLACE)
        return stoa__fail(error, STOA_SYNTAX, "an expression of %zu bytes is too long", length);
    stoa__text *copy = stoa__text_new(text, length);
    if (copy == NULL)
        return stoa__fail_memory(error, sizeof *copy + length);
    stoa_status status = parse_text(made, copy, parameters, count, error);
    if (status != STOA_OK)
        stoa__text_release(copy);
    tell_used(parameters, count, status == STOA_OK);
    return status;
}

stoa_status stoa_expression_parse(stoa_expression **made, const char *text, stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, made);
    STOA__REQUIRE_ARGUMENT(error, text);
    return read_text(made, text, NULL, 0, error);
}

stoa_status stoa_expression_parse_with(stoa_expression **made, const char *text,
                                       stoa_parameter *parameters, size_t count, stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, made);
    STOA__REQUIRE_ARGUMENT(error, text);
    STOA__REQUIRE_EACH(error, parameters, count, .name);
    stoa_status status = check_parameters(parameters, count, error);
    return status == STOA_OK ? read_text(made, text, parameters, count, error) : status;
}
