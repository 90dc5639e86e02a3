/* oracle.h: random expressions and their meaning, row by row, in the slow, obvious way.
 *
 * Integers are computed as __int128 and must fit int64 after each step. Of where, and and or only
 * the branch that is taken is evaluated. Float functions that other tests cover are called as
 * kernels on one value. */
#ifndef TESTS_FUZZ_ORACLE_H
#define TESTS_FUZZ_ORACLE_H

#include <stoa/stoa.h>

__extension__ typedef __int128 wide;

/* Bytes that make the choices. Once they are used up, every choice is 0. */
typedef struct choices {
    const uint8_t *data;
    size_t size, at;
} choices;
unsigned choose(choices *from, unsigned count);

typedef struct node {
    char kind;                /* the kind of its value: b, i or f */
    stoa_operation operation; /* NO_OPERATION: it is a leaf */
    const char *field;        /* the field of a leaf; NULL: it is a constant */
    stoa_value constant;
    unsigned count;
    const struct node *arguments[3];
} node;

typedef struct tree {
    node nodes[400];
    unsigned count;
} tree;

/* A random expression of this kind. */
const node *grow(tree *into, choices *from, char kind, unsigned depth);
/* The same expression made by calls of the library. The caller frees it. */
stoa_expression *build(const tree *of, const node *what);

typedef struct answer {
    char kind;
    wide integer; /* also used for b */
    double number;
} answer;

/* Evaluates a row; false if it fails. */
bool oracle(const tree *of, const node *what, const stoa_table *table, size_t row, answer *out);
/* The order of min and max. A NaN is neither below nor above anything. */
bool oracle_is_nan(const answer *a);
bool oracle_below(const answer *a, const answer *b);
/* Fills cells with edge values of a type. */
void oracle_fill(choices *from, stoa_type type, void *cells, size_t count);

#endif
