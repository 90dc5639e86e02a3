/* trees.h: expressions as tests see them. */
#ifndef STOA_TESTS_TREES_H
#define STOA_TESTS_TREES_H

#include <stdbool.h>
#include <stoa/expression.h>

/* The tree in full: "(ADD x (NEGATE 2))", "[x y]" for a list, "2u" for an uint64, "2.0" for a
 * float. Static storage, until the next call; for trees that are not deep. */
const char *tree_shape(const stoa_expression *expression);
/* The same nodes in the same places, whatever is shared. */
bool trees_equal(const stoa_expression *a, const stoa_expression *b);

/* The text, parsed. The caller frees it. */
stoa_expression *parsed(const char *text);

/* Texts and the shapes of their trees: MEAN({"a + b", "(ADD a b)"}, …). */
typedef struct meaning {
    const char *text, *shape;
} meaning;
#define MEAN(...)                            \
    all_mean((const meaning[]){__VA_ARGS__}, \
             sizeof((const meaning[]){__VA_ARGS__}) / sizeof(meaning))
void all_mean(const meaning *all, size_t count);

/* Texts with a | where the caret is to be, and what the message says: FAULTS({"x + |* y",
 * "value"}). What is shown must be that line and that place; the texts are so short that nothing is
 * cut. */
typedef struct fault {
    const char *marked, *says;
} fault;
#define FAULTS(...) \
    all_fail((const fault[]){__VA_ARGS__}, sizeof((const fault[]){__VA_ARGS__}) / sizeof(fault))
void all_fail(const fault *all, size_t count);
void fails_at(stoa_status status, const char *marked, const char *says);

#endif
