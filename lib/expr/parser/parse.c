/* parse.c: tokens into a tree, by operator precedence (Dijkstra's shunting yard).
 *
 * Two stacks: `nodes`, of what has a value, and `entries`, of operators that wait for what is to
 * their right and of parentheses that wait for their end. An operator first applies all entries
 * above it that bind tighter. So it takes one pass, no recursion, and flat chains of any length
 * need no more than a few entries. Invariant: entries between two parentheses are of levels that
 * rise upwards, prefix operators and ** aside; `depth` counts the entries of these and of
 * parentheses, and is at most STOA__MOST_DEPTH. All nodes are the text's, so giving up is to
 * release it. */
#include <stdio.h>
#include <string.h>

#include "expr/parser/parser.h"
#include "store/type.h"

enum { FEW_PARAMETERS = 8 };

static stoa__entry pop_entry(stoa__parser *p)
{
    stoa__entry e = p->entries[--p->entry_count];
    p->depth -= stoa__is_nested(&e);
    return e;
}

/* ---- reducing ---- */

/* The `count` nodes on top become the arguments of one. */
static stoa_status reduce(stoa__parser *p, stoa__node_kind kind, stoa_operation operation,
                          size_t place, size_t count)
{
    stoa_expression *node = stoa__node_new(p->text, kind, place, count);
    if (node == NULL)
        return stoa__push_node(p, NULL);
    node->operation = (uint8_t)operation;
    p->node_count -= count;
    memcpy(node->arguments, p->nodes + p->node_count, count * sizeof *p->nodes);
    return stoa__push_node(p, node);
}

/* Applies the operator on top. */
static stoa_status apply(stoa__parser *p)
{
    stoa__entry e = pop_entry(p);
    size_t count = e.kind == STOA__PREFIX_ENTRY ? 1 : 2;
    stoa_status status = reduce(p, STOA__CALL_NODE, (stoa_operation)e.operation, e.place, count);
    if (status == STOA_OK && e.kind == STOA__CHAINED_ENTRY)
        status = reduce(p, STOA__CALL_NODE, STOA_AND, e.place, 2);
    return status;
}

/* Applies the operators on top that bind at least as tightly. */
static stoa_status apply_from(stoa__parser *p, int level)
{
    stoa_status status = STOA_OK;
    while (status == STOA_OK && p->entry_count > 0 && stoa__top_entry(p)->level >= level)
        status = apply(p);
    return status;
}

/* ---- where a value may end ---- */

/* a < b < c is a < b and b < c with the same b: applies the comparison on top, if there is one, and
 * leaves its right side above it. */
static stoa_status begin_chain(stoa__parser *p, bool *is_chained)
{
    *is_chained = p->entry_count > 0 && stoa__top_entry(p)->level == STOA__COMPARISON_LEVEL;
    if (!*is_chained)
        return STOA_OK;
    stoa_expression *shared = p->nodes[p->node_count - 1];
    stoa_status status = apply(p);
    return status == STOA_OK ? stoa__push_node(p, shared) : status;
}

/* `in`, which is next if it is negated, and the parenthesis behind it. */
static stoa_status take_members(stoa__parser *p, const stoa__token *token, bool negated)
{
    stoa__token next;
    stoa__entry made = {.kind = STOA__MEMBERS_ENTRY,
                        .operation = STOA_IN,
                        .place = token->place,
                        .negated = negated};
    stoa_status status = negated ? stoa__lex(&p->lexer, &next) : STOA_OK;
    if (status == STOA_OK)
        status = stoa__lex(&p->lexer, &next);
    if (status == STOA_OK && next.kind != STOA__OPEN_TOKEN)
        return STOA__TEXT_FAIL(p, next.place, "in is followed by a list, as x in (1, 2)");
    if (status == STOA_OK)
        status = apply_from(p, STOA__COMPARISON_LEVEL + 1);
    if (status == STOA_OK)
        status = begin_chain(p, &made.chained);
    made.base = p->node_count - 1;
    p->wants_value = true;
    return status == STOA_OK ? stoa__push_entry(p, made) : status;
}

/* Whether the word `in` is next. */
static bool in_is_next(stoa__parser *p)
{
    stoa__token next;
    stoa__lexer lexer = {p->text, p->lexer.next, NULL};
    return stoa__lex(&lexer, &next) == STOA_OK && next.kind == STOA__OPERATOR_TOKEN &&
           next.operation == STOA_IN;
}

static stoa_status take_infix(stoa__parser *p, const stoa__token *token)
{
    stoa_operation operation = (stoa_operation)token->operation;
    int level = stoa__level(operation);
    bool is_in = operation == STOA_IN || (operation == STOA_NOT && in_is_next(p));
    if (p->after_members && (is_in || level >= STOA__COMPARISON_LEVEL))
        return STOA__TEXT_FAIL(p, token->place, "put what is before this into parentheses");
    if (is_in)
        return take_members(p, token, operation == STOA_NOT);
    if (operation == STOA_NOT || operation == STOA_INVERT)
        return stoa__unexpected(p, token, "an operator");
    stoa__entry made = {.kind = STOA__INFIX_ENTRY,
                        .operation = token->operation,
                        .level = (uint8_t)level,
                        .place = token->place};
    bool applies_equals = operation != STOA_POWER && level != STOA__COMPARISON_LEVEL;
    stoa_status status = apply_from(p, level + !applies_equals);
    bool chained = false;
    if (status == STOA_OK && level == STOA__COMPARISON_LEVEL)
        status = begin_chain(p, &chained);
    if (chained)
        made.kind = STOA__CHAINED_ENTRY;
    p->wants_value = true;
    return status == STOA_OK ? stoa__push_entry(p, made) : status;
}

static stoa_status close_call(stoa__parser *p)
{
    char message[STOA_MESSAGE_SIZE];
    stoa__entry e = pop_entry(p);
    size_t count = p->node_count - e.base;
    stoa_operation operation = (stoa_operation)e.operation;
    stoa_expression **arguments = p->nodes + e.base;
    if (count <= 1 && operation == STOA_MINIMUM)
        operation = STOA_MIN;
    if (count <= 1 && operation == STOA_MAXIMUM)
        operation = STOA_MAX;
    if (!stoa__arguments_fit(operation, arguments, count, message, sizeof message)) {
        bool has_ddof = operation == STOA_VAR || operation == STOA_STD;
        return STOA__TEXT_FAIL(p, has_ddof && count == 2 ? arguments[1]->place : e.place, "%s",
                               message);
    }
    return reduce(p, STOA__CALL_NODE, operation, e.place, count);
}

static stoa_status close_members(stoa__parser *p)
{
    char message[STOA_MESSAGE_SIZE];
    stoa__entry e = pop_entry(p);
    size_t count = p->node_count - e.base;
    if (!stoa__arguments_fit(STOA_IN, p->nodes + e.base, count, message, sizeof message))
        return STOA__TEXT_FAIL(p, e.place, "%s", message);
    stoa_status status = reduce(p, STOA__CALL_NODE, STOA_IN, e.place, count);
    if (status == STOA_OK && e.negated)
        status = reduce(p, STOA__CALL_NODE, STOA_NOT, e.place, 1);
    if (status == STOA_OK && e.chained)
        status = reduce(p, STOA__CALL_NODE, STOA_AND, e.place, 2);
    p->closed_members = true;
    return status;
}

static stoa_status take_close(stoa__parser *p, const stoa__token *token)
{
    stoa_status status = apply_from(p, STOA__OR_LEVEL);
    if (status != STOA_OK)
        return status;
    if (p->entry_count == 0)
        return STOA__TEXT_FAIL(p, token->place, "this parenthesis closes nothing");
    p->wants_value = false;
    if (stoa__top_entry(p)->kind == STOA__CALL_ENTRY)
        return close_call(p);
    if (stoa__top_entry(p)->kind == STOA__MEMBERS_ENTRY)
        return close_members(p);
    pop_entry(p);
    return STOA_OK;
}

static stoa_status take_comma(stoa__parser *p, const stoa__token *token)
{
    stoa_status status = apply_from(p, STOA__OR_LEVEL);
    if (status != STOA_OK)
        return status;
    if (p->entry_count > 0 && stoa__top_entry(p)->kind == STOA__OPEN_ENTRY)
        return STOA__TEXT_FAIL(p, token->place,
                               "a list stands only at the top, without parentheses");
    p->is_list = p->is_list || p->entry_count == 0;
    p->wants_value = true;
    return STOA_OK;
}

static stoa_status take_end(stoa__parser *p)
{
    stoa_status status = apply_from(p, STOA__OR_LEVEL);
    if (status == STOA_OK && p->entry_count > 0)
        return STOA__TEXT_FAIL(
            p, stoa__top_entry(p)->place, "%s is never closed",
            stoa__top_entry(p)->kind == STOA__CALL_ENTRY      ? "the parenthesis of this call"
            : stoa__top_entry(p)->kind == STOA__MEMBERS_ENTRY ? "the list of this"
                                                              : "this parenthesis");
    if (status == STOA_OK && p->is_list)
        status = reduce(p, STOA__LIST_NODE, STOA_NO_OPERATION, 0, p->node_count);
    return status;
}

/* [2] behind a vector: a component. */
static stoa_status take_index(stoa__parser *p, const stoa__token *open)
{
    stoa__token index, end;
    stoa_status status = stoa__lex(&p->lexer, &index);
    if (status != STOA_OK)
        return status;
    if (index.kind != STOA__CONSTANT_TOKEN || index.value.type != STOA_INT64)
        return stoa__unexpected(p, &index, "the number of a component");
    status = stoa__lex(&p->lexer, &end);
    if (status == STOA_OK && end.kind != STOA__INDEX_END_TOKEN)
        return stoa__unexpected(p, &end, "]");
    if (status == STOA_OK)
        status = stoa__take_constant(p, &index, index.value);
    return status == STOA_OK ? reduce(p, STOA__CALL_NODE, STOA_COMPONENT, open->place, 2) : status;
}

/* ---- all of it ---- */

/* As in Python, a comma may come before an end, and then a value is still wanted. */
static bool may_end(stoa__parser *p, const stoa__token *token)
{
    if (token->kind == STOA__END_TOKEN)
        return p->is_list && p->entry_count == 0;
    if (p->entry_count == 0 || (stoa__top_entry(p)->kind != STOA__CALL_ENTRY &&
                                stoa__top_entry(p)->kind != STOA__MEMBERS_ENTRY))
        return false;
    return !stoa__top_entry(p)->keyword;
}

static stoa_status take_value(stoa__parser *p, const stoa__token *token)
{
    switch ((stoa__token_kind)token->kind) {
    case STOA__CONSTANT_TOKEN:
        return stoa__take_constant(p, token, token->value);
    case STOA__STRING_TOKEN:
        return stoa__take_string(p, token);
    case STOA__NAME_TOKEN:
    case STOA__QUOTED_TOKEN:
    case STOA__PARAMETER_TOKEN:
        return stoa__take_word(p, token);
    case STOA__OPERATOR_TOKEN:
        return stoa__take_prefix(p, token);
    case STOA__OPEN_TOKEN:
        return stoa__push_entry(p, (stoa__entry){.kind = STOA__OPEN_ENTRY, .place = token->place});
    case STOA__CLOSE_TOKEN:
        return may_end(p, token) ? take_close(p, token) : stoa__unexpected(p, token, "a value");
    case STOA__END_TOKEN:
        return may_end(p, token) ? take_end(p) : stoa__unexpected(p, token, "a value");
    case STOA__COMMA_TOKEN:
    case STOA__ASSIGN_TOKEN:
    case STOA__INDEX_TOKEN:
    case STOA__INDEX_END_TOKEN:
    case STOA__DOT_TOKEN:
        break;
    }
    return stoa__unexpected(p, token, "a value");
}

static stoa_status take_operator(stoa__parser *p, const stoa__token *token)
{
    switch ((stoa__token_kind)token->kind) {
    case STOA__OPERATOR_TOKEN:
        return take_infix(p, token);
    case STOA__CLOSE_TOKEN:
        return take_close(p, token);
    case STOA__INDEX_TOKEN:
        return take_index(p, token);
    case STOA__DOT_TOKEN:
        return stoa__take_path(p);
    case STOA__COMMA_TOKEN:
        return take_comma(p, token);
    case STOA__END_TOKEN:
        return take_end(p);
    case STOA__ASSIGN_TOKEN:
        return STOA__TEXT_FAIL(p, token->place, "= does not compare; == does");
    default:
        return stoa__unexpected(p, token, "an operator");
    }
}

static stoa_status parse(stoa__parser *p)
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

static bool index_parameters(stoa__parser *p)
{
    bool fits = true;
    for (size_t i = 0; p->parameter_count > FEW_PARAMETERS && i < p->parameter_count && fits; i++)
        fits = stoa__names_add(&p->given, p->parameters[i].name, (uint32_t)i);
    return fits;
}

static stoa_status parse_text(stoa_expression **made, stoa__text *text, stoa_parameter *parameters,
                              size_t count, stoa_error *error)
{
    stoa__parser p;
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
    p.entry_room = p.node_room = STOA__FEW_ENTRIES;
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
