/* parser.h: a text that is being read: the two stacks of parse.c, and the operands that operands.c
 * puts there. */
#ifndef STOA__EXPR_PARSER_PARSER_H
#define STOA__EXPR_PARSER_PARSER_H

#include "base/memory.h"
#include "base/names.h"
#include "expr/parser/lex.h"

enum { STOA__MOST_DEPTH = 1000, STOA__FEW_ENTRIES = 32 };

typedef enum stoa__entry_kind {
    STOA__OPEN_ENTRY,
    STOA__CALL_ENTRY,
    STOA__MEMBERS_ENTRY, /* the list behind `in` */
    STOA__PREFIX_ENTRY,
    STOA__INFIX_ENTRY,
    STOA__CHAINED_ENTRY, /* b < c in a < b < c: `and` joins it to the node below its operands */
} stoa__entry_kind;

typedef struct stoa__entry {
    uint8_t kind;      /* stoa__entry_kind */
    uint8_t operation; /* of a CALL: the first of that name */
    uint8_t level;     /* OPEN, CALL, MEMBERS: 0 */
    bool keyword;      /* of a CALL: ddof= was read */
    bool negated;      /* of MEMBERS: not in */
    bool chained;      /* of MEMBERS: as CHAINED */
    uint32_t place;
    size_t base; /* CALL, MEMBERS: nodes below its arguments */
} stoa__entry;

typedef struct stoa__parser {
    stoa__lexer lexer;
    stoa__text *text;
    stoa_error *error;
    stoa_parameter *parameters; /* that have values */
    size_t parameter_count;
    stoa__names given;   /* their indices, where they are more than a few */
    bool wants_value;    /* else an operator, or the end of something */
    bool after_members;  /* the token before this one ended `in (…)` */
    bool closed_members; /* this one does */
    bool is_list;
    int depth;
    stoa__entry *entries;
    stoa_expression **nodes;
    size_t entry_count, entry_room, node_count, node_room;
    stoa__entry few_entries[STOA__FEW_ENTRIES];
    stoa_expression *few_nodes[STOA__FEW_ENTRIES];
} stoa__parser;

#define STOA__TEXT_FAIL(p, place, ...) \
    stoa__text_fail((p)->error, STOA_SYNTAX, (p)->text, place, __VA_ARGS__)

/* ---- the stacks ---- */

/* node may be NULL: memory was refused. */
static inline stoa_status stoa__push_node(stoa__parser *p, stoa_expression *node)
{
    if (node == NULL)
        return stoa__fail_memory(p->error, sizeof *node);
    if (!stoa__make_room(&p->nodes, &p->node_room, p->node_count + 1, sizeof *p->nodes,
                         p->few_nodes))
        return stoa__fail_memory(p->error, p->node_room * 2 * sizeof *p->nodes);
    p->nodes[p->node_count++] = node;
    return STOA_OK;
}

static inline bool stoa__is_nested(const stoa__entry *e)
{
    return e->kind <= STOA__PREFIX_ENTRY || e->operation == STOA_POWER;
}

static inline stoa_status stoa__push_entry(stoa__parser *p, stoa__entry e)
{
    if (stoa__is_nested(&e) && ++p->depth > STOA__MOST_DEPTH)
        return STOA__TEXT_FAIL(p, e.place, "this is nested more than %d levels deep",
                               STOA__MOST_DEPTH);
    if (!stoa__make_room(&p->entries, &p->entry_room, p->entry_count + 1, sizeof *p->entries,
                         p->few_entries))
        return stoa__fail_memory(p->error, p->entry_room * 2 * sizeof *p->entries);
    p->entries[p->entry_count++] = e;
    return STOA_OK;
}

/* The entry on top, or NULL. */
static inline stoa__entry *stoa__top_entry(stoa__parser *p)
{
    return p->entry_count > 0 ? &p->entries[p->entry_count - 1] : NULL;
}

/* ---- operands (operands.c) ---- */

stoa_status stoa__unexpected(stoa__parser *p, const stoa__token *token, const char *wanted);
stoa_status stoa__take_constant(stoa__parser *p, const stoa__token *token, stoa_value value);
stoa_status stoa__take_string(stoa__parser *p, const stoa__token *token);
/* A field, a parameter, or the name of a function with its parenthesis. */
stoa_status stoa__take_word(stoa__parser *p, const stoa__token *token);
/* An operator before its operand, or the minus of a number. */
stoa_status stoa__take_prefix(stoa__parser *p, const stoa__token *token);
/* .name behind a reference: a field of the row that it refers to. */
stoa_status stoa__take_path(stoa__parser *p);

#endif
