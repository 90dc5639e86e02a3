/* print.c: a tree as text, with no more parentheses than it needs.
 *
 * The walk has a stack of its own: a frame for each node on the way from the root to where it is.
 * An operand stands in parentheses where it binds looser than its place asks for. An `and` of
 * comparisons that share a node is written as the chain that such a tree is parsed from: a < b < c.
 *
 * A tree that shares nodes can stand for a text of any length, so the walk gives up after MOST_TEXT
 * bytes; and where memory for the frames of a deep tree is refused. Invariant: `length` counts all
 * that was put, and the buffer holds what of it fits. */
#include <fenv.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "expr/parser/literal.h"
#include "expr/parser/time_literal.h"
#include "store/type.h"

enum { FEW = 64, MOST_TEXT = 1 << 20 };

typedef struct frame {
    const stoa_expression *node;
    uint32_t next; /* argument */
    bool parentheses, chained;
} frame;

typedef struct printer {
    char *text;
    size_t size, length;
    frame *frames;
    size_t count, room;
    /* The `and` that keeps those between it and the top frame from being a chain. */
    const stoa_expression *unlinked;
    frame few[FEW];
} printer;

/* ---- bytes ---- */

static void put(printer *p, const char *bytes, size_t length)
{
    if (p->length + 1 < p->size) {
        size_t room = p->size - 1 - p->length;
        memcpy(p->text + p->length, bytes, length < room ? length : room);
    }
    p->length += length;
}

static void put_text(printer *p, const char *text)
{
    put(p, text, strlen(text));
}

static void put_name(printer *p, const char *name)
{
    if (stoa__is_plain_name(name)) {
        put_text(p, name);
        return;
    }
    put(p, "`", 1);
    for (; *name != '\0'; name++)
        put(p, *name == '`' ? "``" : name, *name == '`' ? 2 : 1);
    put(p, "`", 1);
}

/* ---- what has no arguments ---- */

/* The shortest digits that read back as the same number; what the locale puts between them is a
 * point here. */
static void put_finite(printer *p, double value)
{
    char text[64];
    bool is_float = false, between = false;
    fenv_t callers;
    fegetenv(&callers);
    fesetenv(FE_DFL_ENV);
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    fesetenv(&callers);
    for (const char *at = text; *at != '\0'; at++) {
        bool ours = strchr("0123456789+-e", *at) != NULL;
        if (ours || !between)
            put(p, ours ? at : ".", 1);
        between = !ours;
        is_float = is_float || !ours || *at == 'e';
    }
    if (!is_float)
        put_text(p, ".0");
}

static void put_string(printer *p, stoa_string string)
{
    char quote = stoa__quote_for(string), escaped[STOA__ESCAPED];
    put(p, &quote, 1);
    for (size_t i = 0; i < string.length && p->length < MOST_TEXT; i++)
        put(p, escaped, stoa__escape_byte(escaped, string.bytes[i], quote));
    put(p, &quote, 1);
}

static void put_constant(printer *p, const stoa_value *value)
{
    char text[32], literal[STOA__TIME_LITERAL];
    if (value->is_null)
        put_text(p, "null");
    else if (stoa__is_time(value->type)) {
        stoa__print_time_literal(value, literal);
        put_text(p, literal);
    } else if (value->type == STOA_STRING)
        put_string(p, value->string);
    else if (value->type == STOA_BOOL)
        put_text(p, value->boolean ? "True" : "False");
    else if (value->type == STOA_FLOAT64 && isnan(value->float64))
        put_text(p, "1e999 - 1e999"); /* which is NaN */
    else if (value->type == STOA_FLOAT64 && isinf(value->float64))
        put_text(p, value->float64 < 0 ? "-1e999" : "1e999");
    else if (value->type == STOA_FLOAT64)
        put_finite(p, value->float64);
    else {
        if (value->type == STOA_INT64)
            snprintf(text, sizeof text, "%" PRId64, value->int64);
        else
            snprintf(text, sizeof text, "%" PRIu64, value->uint64);
        put_text(p, text);
    }
}

static void put_leaf(printer *p, const stoa_expression *node)
{
    if (node->kind == STOA__CONSTANT_NODE) {
        put_constant(p, &node->value);
        return;
    }
    if (node->kind == STOA__PARAMETER_NODE)
        put(p, "$", 1);
    put_name(p, node->name != NULL ? node->name : "array");
}

/* ---- how tightly things bind ---- */

static bool is_call_of(const stoa_expression *node, stoa_operation operation)
{
    return node->kind == STOA__CALL_NODE && node->operation == operation;
}

/* Written as v[0]. */
static bool is_index(const stoa_expression *node)
{
    return is_call_of(node, STOA_COMPONENT) && node->arguments[1]->kind == STOA__CONSTANT_NODE &&
           node->arguments[1]->value.type == STOA_INT64 && node->arguments[1]->value.int64 >= 0;
}

static bool is_comparison(const stoa_expression *node)
{
    return node->kind == STOA__CALL_NODE && node->operation != STOA_IN &&
           stoa__level((stoa_operation)node->operation) == STOA__COMPARISON_LEVEL;
}

/* Whether an `and` is to be written as a chain: all that is below it on the left must be, too. The
 * answer no holds down to the node that is the reason for it, and these are asked for next. */
static bool is_chain(printer *p, const stoa_expression *node)
{
    if (p->unlinked != NULL) {
        if (p->unlinked == node)
            p->unlinked = NULL;
        return false;
    }
    for (const stoa_expression *at = node;; at = at->arguments[0]) {
        const stoa_expression *left = at->arguments[0], *right = at->arguments[1];
        bool further = is_call_of(left, STOA_AND);
        const stoa_expression *before = further ? left->arguments[1] : left;
        if (!is_comparison(right) || !is_comparison(before) ||
            before->arguments[1] != right->arguments[0]) {
            p->unlinked = at != node ? at : NULL;
            return false;
        }
        if (!further)
            return true;
    }
}

static int level_of(const stoa_expression *node)
{
    if (node->kind == STOA__CALL_NODE)
        return stoa__level((stoa_operation)node->operation);
    if (node->kind != STOA__CONSTANT_NODE)
        return STOA__ATOM_LEVEL;
    if (node->value.type == STOA_FLOAT64 && isnan(node->value.float64))
        return STOA__SUM_LEVEL;
    bool negative = (node->value.type == STOA_FLOAT64 && signbit(node->value.float64)) ||
                    (node->value.type == STOA_INT64 && node->value.int64 < 0);
    return negative ? STOA__UNARY_LEVEL : STOA__ATOM_LEVEL;
}

static bool is_number(const stoa_expression *node)
{
    return node->kind == STOA__CONSTANT_NODE && node->value.type != STOA_BOOL &&
           node->value.type != STOA_STRING && !node->value.is_null;
}

/* The least level that argument i may have without parentheses. */
static int least_level(const stoa_expression *node, uint32_t i)
{
    int level = level_of(node);
    if (is_index(node) && i == 0)
        return STOA__ATOM_LEVEL;
    if (node->kind == STOA__PATH_NODE) /* a number would take the point for its own */
        return STOA__ATOM_LEVEL + is_number(node->arguments[0]);
    if (node->kind == STOA__LIST_NODE || level == STOA__ATOM_LEVEL)
        return 0;
    if (node->operation == STOA_IN && i > 0)
        return 0;
    if (node->operation == STOA_POWER)
        return i == 0 ? STOA__ATOM_LEVEL : STOA__UNARY_LEVEL;
    if (node->operation == STOA_NEGATE && is_number(node->arguments[0]) &&
        level_of(node->arguments[0]) == STOA__ATOM_LEVEL)
        return STOA__ATOM_LEVEL + 1; /* -5 would be a constant */
    return level + (level == STOA__COMPARISON_LEVEL || i == 1);
}

/* ---- the walk ---- */

/* What stands before the first argument of a node. */
static void put_before(printer *p, const stoa_expression *node)
{
    if (node->kind != STOA__CALL_NODE || is_index(node))
        return;
    const stoa__operation_facts *facts = &stoa__operations[node->operation];
    if (facts->kind == STOA__BINARY || facts->kind == STOA__MEMBER)
        return;
    put_text(p, facts->text);
    if (facts->kind != STOA__UNARY)
        put(p, "(", 1);
    else if (node->operation == STOA_NOT)
        put(p, " ", 1);
}

/* False where memory is refused. */
static bool visit(printer *p, const stoa_expression *node, int least, bool chained)
{
    int level = level_of(node);
    if (is_call_of(node, STOA_AND) && (chained || is_chain(p, node))) {
        level = STOA__COMPARISON_LEVEL;
        chained = true;
    }
    bool parentheses = level < least;
    if (parentheses)
        put(p, "(", 1);
    if (node->kind == STOA__CALL_NODE || node->kind >= STOA__LIST_NODE) {
        if (!stoa__make_room(&p->frames, &p->room, p->count + 1, sizeof *p->frames, p->few))
            return false;
        put_before(p, node);
        p->frames[p->count++] = (frame){node, 0, parentheses, chained};
        return true;
    }
    put_leaf(p, node);
    if (parentheses)
        put(p, ")", 1);
    return true;
}

/* Before argument i, which is not the first. */
static void put_between(printer *p, const stoa_expression *node, uint32_t i)
{
    bool infix =
        node->kind == STOA__CALL_NODE && stoa__operations[node->operation].kind == STOA__BINARY;
    if (infix) {
        put(p, " ", 1);
        put_text(p, stoa__operations[node->operation].text);
        put(p, " ", 1);
    } else if (is_call_of(node, STOA_IN) && i == 1)
        put_text(p, " in (");
    else if (is_index(node))
        put(p, "[", 1);
    else
        put(p, ", ", 2);
    if (is_call_of(node, STOA_VAR) || is_call_of(node, STOA_STD))
        put_text(p, "ddof=");
}

/* a < b < c: a < b as it is, and of b < c the sign and the c. */
static bool step_in_chain(printer *p, frame *f)
{
    const stoa_expression *left = f->node->arguments[0], *right = f->node->arguments[1];
    if (f->next++ == 0)
        return visit(p, left, 0, is_call_of(left, STOA_AND));
    put_between(p, right, 1);
    return visit(p, right->arguments[1], STOA__COMPARISON_LEVEL + 1, false);
}

static bool step(printer *p)
{
    frame *f = &p->frames[p->count - 1];
    const stoa_expression *node = f->node;
    if (f->next < node->count && f->chained)
        return step_in_chain(p, f);
    if (f->next < node->count) {
        uint32_t i = f->next++;
        if (i > 0)
            put_between(p, node, i);
        return visit(p, node->arguments[i], least_level(node, i), false);
    }
    if (node->kind == STOA__LIST_NODE && node->count == 1)
        put(p, ",", 1); /* a list of one */
    if (is_call_of(node, STOA_IN) && node->count == 1)
        put_text(p, " in ("); /* of nothing */
    if (node->kind == STOA__PATH_NODE) {
        put(p, ".", 1);
        put_name(p, node->name);
    } else if (is_index(node))
        put(p, "]", 1);
    else if (node->kind == STOA__CALL_NODE && stoa__operations[node->operation].kind > STOA__BINARY)
        put(p, ")", 1);
    if (f->parentheses)
        put(p, ")", 1);
    p->count--;
    return true;
}

size_t stoa_expression_print(const stoa_expression *expression, char *text, size_t size)
{
    printer p;
    p.text = text;
    p.size = text != NULL ? size : 0;
    p.length = p.count = 0;
    p.frames = p.few;
    p.room = FEW;
    p.unlinked = NULL;
    bool going = expression != NULL && visit(&p, expression, 0, false);
    while (going && p.count > 0 && p.length < MOST_TEXT)
        going = step(&p);
    if (p.frames != p.few)
        stoa__release(p.frames);
    if (text != NULL && size > 0)
        text[p.length < size ? p.length : size - 1] = '\0';
    return p.length;
}
