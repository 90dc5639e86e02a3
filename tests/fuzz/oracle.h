/* oracle.h: random expressions, and what they mean, row by row: slow and plain.
 *
 * Integers are __int128 in between and must fit int64 at each step; only the taken branch of where,
 * and and or is evaluated. Float functions that are tested elsewhere are called as kernels of one
 * value. */
#ifndef TESTS_FUZZ_ORACLE_H
#define TESTS_FUZZ_ORACLE_H

#include <stoa/stoa.h>

__extension__ typedef __int128 wide;

/* Bytes that decide. Once they are used up, all choices are 0. */
typedef struct choices {
    const uint8_t *data;
    size_t size, at;
} choices;
unsigned choose(choices *from, unsigned count);

typedef struct node {
    char kind;                /* of its value: b, i or f */
    stoa_operation operation; /* NO_OPERATION: a leaf */
    const char *field;        /* of a leaf; NULL: a constant */
    stoa_value constant;
    unsigned count;
    const struct node *arguments[3];
} node;

typedef struct tree {
    node nodes[400];
    unsigned count;
} tree;

/* A random expression of that kind. */
const node *grow(tree *into, choices *from, char kind, unsigned depth);
/* The same by calls of the library; the caller's own. */
stoa_expression *build(const tree *of, const node *what);

typedef struct answer {
    char kind;
    wide integer; /* also of b */
    double number;
} answer;

/* False where it fails. */
bool oracle(const tree *of, const node *what, const stoa_table *table, size_t row, answer *out);
/* The order of min and max; nothing is below NaN, nor NaN below anything. */
bool oracle_is_nan(const answer *a);
bool oracle_below(const answer *a, const answer *b);
/* Cells at the edges of a type. */
void oracle_fill(choices *from, stoa_type type, void *cells, size_t count);

#endif
