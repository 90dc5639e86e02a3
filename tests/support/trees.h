/* trees.h: how tests show and compare expressions. */
#ifndef STOA_TESTS_TREES_H
#define STOA_TESTS_TREES_H

#include <stdbool.h>
#include <stoa/expression.h>

/* The whole tree as text: "(ADD x (NEGATE 2))", "[x y]" for a list, "2u" for an uint64, "2.0" for a
 * float, «a<00>» for a string. Static storage, valid until the next call; for trees that are not
 * deep. */
const char *tree_shape(const stoa_expression *expression);
/* Whether both have the same nodes in the same places, shared or not. */
bool trees_equal(const stoa_expression *a, const stoa_expression *b);

/* The parsed text. The caller frees it. */
stoa_expression *parsed(const char *text);

/* A text and the shape of its tree: MEAN({"a + b", "(ADD a b)"}, …). */
typedef struct meaning {
    const char *text, *shape;
} meaning;
#define MEAN(...)                            \
    all_mean((const meaning[]){__VA_ARGS__}, \
             sizeof((const meaning[]){__VA_ARGS__}) / sizeof(meaning))
void all_mean(const meaning *all, size_t count);

/* A text with a | where the caret must be, and what the message says: FAULTS({"x + |* y",
 * "value"}). The line and the position shown must be these; the texts are short enough to be shown
 * whole. */
typedef struct fault {
    const char *marked, *says;
} fault;
#define FAULTS(...) \
    all_fail((const fault[]){__VA_ARGS__}, sizeof((const fault[]){__VA_ARGS__}) / sizeof(fault))
void all_fail(const fault *all, size_t count);
void fails_at(stoa_status status, const char *marked, const char *says);

#endif
