/* trees.c: see trees.h. Both walks are plainly recursive, which the library's may not be. */
#include "trees.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "expr/parser/expression.h"
#include "testing.h"

static const char *const names[] = {NULL,
#define NAME(NAME, text, least, most, kind) #NAME,
                                    STOA_OPERATIONS(NAME)
#undef NAME
};

static char shape[1 << 16];
static size_t used;

__attribute__((format(printf, 1, 2))) static void add(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(shape + used, sizeof shape - used, format, arguments);
    va_end(arguments);
    used += (size_t)length;
    if (used >= sizeof shape)
        used = sizeof shape - 1;
}

static void add_constant(const stoa_value *value)
{
    if (value->type == STOA_STRING) { /* in «», bytes beyond ASCII and controls as <e4> */
        add("«");
        for (size_t i = 0; i < value->string.length; i++) {
            unsigned byte = (unsigned char)value->string.bytes[i];
            add(byte >= ' ' && byte < 0x7F ? "%c" : "<%02x>", byte);
        }
        add("»");
    } else if (value->type == STOA_BOOL)
        add("%s", value->boolean ? "True" : "False");
    else if (value->type == STOA_INT64)
        add("%" PRId64, value->int64);
    else if (value->type == STOA_UINT64)
        add("%" PRIu64 "u", value->uint64);
    else
        add("%#.17g", value->float64);
}

static void add_tree(const stoa_expression *node)
{
    bool is_call = node->kind == STOA__CALL_NODE || node->kind == STOA__PATH_NODE;
    if (node->kind == STOA__CONSTANT_NODE)
        add_constant(&node->value);
    else if (node->kind == STOA__CALL_NODE)
        add("(%s", names[node->operation]);
    else if (node->kind == STOA__PATH_NODE)
        add("(.%s", node->name);
    else if (node->kind == STOA__LIST_NODE)
        add("[");
    else
        add("%s%s", node->kind == STOA__PARAMETER_NODE ? "$" : "", node->name);
    for (uint32_t i = 0; i < node->count; i++) {
        add("%s", is_call || i > 0 ? " " : "");
        add_tree(node->arguments[i]);
    }
    add("%s", is_call ? ")" : node->kind == STOA__LIST_NODE ? "]" : "");
}

const char *tree_shape(const stoa_expression *expression)
{
    used = 0;
    shape[0] = '\0';
    add_tree(expression);
    return shape;
}

static bool values_equal(const stoa_value *a, const stoa_value *b)
{
    if (a->type != b->type)
        return false;
    if (a->type == STOA_BOOL)
        return a->boolean == b->boolean;
    if (a->type == STOA_STRING)
        return a->string.length == b->string.length &&
               memcmp(a->string.bytes, b->string.bytes, a->string.length) == 0;
    return a->uint64 == b->uint64; /* compares bits */
}

bool trees_equal(const stoa_expression *a, const stoa_expression *b)
{
    if (a->kind != b->kind || a->operation != b->operation || a->count != b->count)
        return false;
    if (a->kind == STOA__CONSTANT_NODE)
        return values_equal(&a->value, &b->value);
    if (a->kind == STOA__FIELD_NODE || a->kind == STOA__PARAMETER_NODE)
        return strcmp(a->name, b->name) == 0;
    if (a->kind == STOA__PATH_NODE && strcmp(a->name, b->name) != 0)
        return false;
    for (uint32_t i = 0; i < a->count; i++)
        if (!trees_equal(a->arguments[i], b->arguments[i]))
            return false;
    return true;
}

/* ---- texts ---- */

stoa_expression *parsed(const char *text)
{
    stoa_expression *made = NULL;
    PASSES(stoa_expression_parse(&made, text, &trouble));
    return made;
}

static void means(const char *text, const char *wanted)
{
    stoa_expression *made = parsed(text);
    ck_assert_msg(strcmp(tree_shape(made), wanted) == 0, "%s is %s, not %s", text, tree_shape(made),
                  wanted);
    stoa_expression_free(made);
}

void all_mean(const meaning *all, size_t count)
{
    for (size_t i = 0; i < count; i++)
        means(all[i].text, all[i].shape);
}

void fails_at(stoa_status status, const char *marked, const char *says)
{
    char text[400], lines[400];
    size_t place = strcspn(marked, "|"), line = place, column = 0;
    snprintf(text, sizeof text, "%.*s%s", (int)place, marked, marked + place + 1);
    while (line > 0 && text[line - 1] != '\n')
        line--;
    for (size_t i = line; i < place; i++)
        column += ((unsigned char)text[i] & 0xC0) != 0x80;
    snprintf(lines, sizeof lines, "\n%.*s\n%*s^", (int)strcspn(text + line, "\n"), text + line,
             (int)column, "");
    stoa_expression *made = NULL;
    FAILS(status, stoa_expression_parse(&made, text, &trouble));
    ck_assert_ptr_null(made);
    SAYS(says);
    const char *shown = strchr(trouble.message, '\n');
    ck_assert_msg(shown != NULL && strcmp(shown, lines) == 0, "%s\nis not\n...%s", trouble.message,
                  lines);
}

void all_fail(const fault *all, size_t count)
{
    for (size_t i = 0; i < count; i++)
        fails_at(STOA_SYNTAX, all[i].marked, all[i].says);
}
