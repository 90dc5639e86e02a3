/* cumulate.c: running sums, products, minima and maxima.
 *
 * Each operation is a step: it takes one value into the total and tells whether the result fits.
 * The first total gives way to any value, so that the first value is like those after it: -0.0 for
 * a sum of floats, NaN for their minimum. cumulate_form.h makes the loops of a form. */
#include "expr/execution/cumulate.h"

#include <math.h>

/* ---- steps ---- */

#define CHECKED_STEPS(type, form)                               \
    static inline bool sum_##form(type *total, type value)      \
    {                                                           \
        return !__builtin_add_overflow(*total, value, total);   \
    }                                                           \
    static inline bool product_##form(type *total, type value)  \
    {                                                           \
        return !__builtin_mul_overflow(*total, value, total);   \
    }                                                           \
    static inline bool least_##form(type *total, type value)    \
    {                                                           \
        *total = value < *total ? value : *total;               \
        return true;                                            \
    }                                                           \
    static inline bool greatest_##form(type *total, type value) \
    {                                                           \
        *total = value > *total ? value : *total;               \
        return true;                                            \
    }
CHECKED_STEPS(int64_t, int64)
CHECKED_STEPS(uint64_t, uint64)

static inline bool sum_float64(double *total, double value)
{
    *total += value;
    return true;
}

static inline bool product_float64(double *total, double value)
{
    *total *= value;
    return true;
}

/* Equal values differ as zeros at most. */
static inline bool least_float64(double *total, double value)
{
    bool equal = value == *total;
    if (value < *total || isnan(*total) || (equal && signbit(value)))
        *total = value;
    return true;
}

static inline bool greatest_float64(double *total, double value)
{
    bool equal = value == *total;
    if (value > *total || isnan(*total) || (equal && !signbit(value)))
        *total = value;
    return true;
}

/* ---- loops ---- */

typedef size_t loop(stoa__cumulative *state, void *out, const void *a, const uint64_t *mask,
                    size_t count);

#define FORM int64
#define VALUE int64_t
#include "expr/execution/cumulate_form.h"
#define FORM uint64
#define VALUE uint64_t
#include "expr/execution/cumulate_form.h"
#define FORM float64
#define VALUE double
#include "expr/execution/cumulate_form.h"

static void begin(stoa__cumulative *state)
{
    bool least = state->operation == STOA_CUMMIN, greatest = state->operation == STOA_CUMMAX;
    bool product = state->operation == STOA_CUMPROD;
    if (state->form == STOA_INT64)
        state->int64 = least ? INT64_MAX : greatest ? INT64_MIN : product;
    else if (state->form == STOA_UINT64)
        state->uint64 = least ? UINT64_MAX : greatest ? 0 : product;
    else
        state->float64 = least || greatest ? NAN : product ? 1.0 : -0.0;
    state->started = true;
}

size_t stoa__cumulate(stoa__cumulative *state, void *out, const void *a, const uint64_t *mask,
                      size_t count)
{
#define LOOPS(operation)                                                                \
    {                                                                                   \
        loop_##operation##_int64, loop_##operation##_uint64, loop_##operation##_float64 \
    }
    static loop *const loops[][3] = {LOOPS(sum), LOOPS(least), LOOPS(greatest), LOOPS(product)};
#undef LOOPS
    if (!state->started)
        begin(state);
    size_t form = state->form == STOA_INT64 ? 0 : state->form == STOA_UINT64 ? 1 : 2;
    return loops[state->operation - STOA_CUMSUM][form](state, out, a, mask, count);
}
