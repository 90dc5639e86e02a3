/* cumulate.h: cumsum, cummin, cummax, cumprod: values that go on from block to block. */
#ifndef STOA__EXPR_EXECUTION_CUMULATE_H
#define STOA__EXPR_EXECUTION_CUMULATE_H

#include <stoa/expression.h>

typedef struct stoa__cumulative {
    stoa_operation operation; /* STOA_CUMSUM … STOA_CUMPROD */
    stoa_type form;           /* INT64, UINT64 or FLOAT64 */
    bool started;             /* false before the first block; the value is then not looked at */
    union {
        int64_t int64;
        uint64_t uint64;
        double float64;
    };
} stoa__cumulative;

/* Writes out[i] for each value of a whose bit is set in mask (NULL: for all), going on from the
 * state; the others are left alone. Gives count, or the position of the first value whose result
 * does not fit: the state and the values at out from there on are then unspecified. Integers are
 * checked. Floats are added and multiplied one after the other; cummin and cummax pass over NaN
 * (NaN as long as nothing else was seen) and put -0.0 below 0.0. out may be a. */
size_t stoa__cumulate(stoa__cumulative *state, void *out, const void *a, const uint64_t *mask,
                      size_t count);

#endif
