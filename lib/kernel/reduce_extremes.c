/* reduce_extremes.c: min, max, and the rows where they are.
 *
 * Every extreme is found as the least of signed integers: each value has a key (reduce_key.h), and
 * for max its complement is used. Keys are combined by exclusive or with `turn`, which complements
 * for max, and maps unsigned numbers to signed ones; the same operation turns a key back. NaN and
 * values that are not selected have the largest key. Floats are first compared as floats, which is
 * quicker and mostly suffices. */
#include <math.h>

#include "kernel/reduce.h"
#include "kernel/reduce_key.h"
#include "kernel/vector.h"

typedef int32_t key_4;
typedef int64_t key_8;
typedef int32_vector keys_4;
typedef int64_vector keys_8;
#define NONE_4 INT32_MAX
#define NONE_8 INT64_MAX

/* ---- values to keys, and back ---- */

STOA__INLINE keys_4 keys_of_int32(const int32_t *values, int32_t turn)
{
    return load_int32(values) ^ each_4(turn);
}

STOA__INLINE keys_8 keys_of_int64(const int64_t *values, int64_t turn)
{
    return load_int64(values) ^ each_8(turn);
}

STOA__INLINE keys_8 keys_of_uint64(const uint64_t *values, int64_t turn)
{
    return load_int64(values) ^ each_8(turn);
}

STOA__INLINE keys_8 keys_of_float64(const double *values, int64_t turn)
{
    int64_vector bits = load_int64(values);
    keys_8 keys = bits ^ (int64_vector)((uint64_vector)signs_8(bits) >> 1) ^ each_8(turn);
    return where_number((float64_vector)bits, keys, each_8(NONE_8));
}

STOA__INLINE int32_t key_of_int32(int32_t value, int32_t turn)
{
    return value ^ turn;
}

STOA__INLINE int64_t key_of_int64(int64_t value, int64_t turn)
{
    return value ^ turn;
}

STOA__INLINE int64_t key_of_uint64(uint64_t value, int64_t turn)
{
    return (int64_t)value ^ turn;
}

STOA__INLINE int64_t key_of_float64(double value, int64_t turn)
{
    return stoa__key_float64(value, NONE_8 ^ turn) ^ turn;
}

STOA__INLINE int32_t value_of_int32(int32_t key, int32_t turn)
{
    return key ^ turn;
}

STOA__INLINE int64_t value_of_int64(int64_t key, int64_t turn)
{
    return key ^ turn;
}

STOA__INLINE uint64_t value_of_uint64(int64_t key, int64_t turn)
{
    return (uint64_t)(key ^ turn);
}

STOA__INLINE double value_of_float64(int64_t key, int64_t turn)
{
    return stoa__float64_of_key(key ^ turn);
}

#define FORM int32
#define VALUE int32_t
#define MEMBER int64
#define WIDTH 4
#define IS_REAL 1
#include "kernel/reduce_extreme.h"

#define FORM int64
#define VALUE int64_t
#define MEMBER int64
#define WIDTH 8
#define IS_REAL 1
#include "kernel/reduce_extreme.h"

#define FORM uint64
#define VALUE uint64_t
#define MEMBER uint64
#define WIDTH 8
#define IS_REAL 1
#include "kernel/reduce_extreme.h"

/* ---- floats without keys ---- */

/* The least of the values, or of their negations: a third of the instructions that keys take. NaN
 * is never less. This cannot tell 0.0 from -0.0 if both signs occurred, nor whether there was any
 * number at all. */
typedef struct smallest {
    float64_vector of[2];
    int64_vector signs; /* of all values, combined by or */
    int64_t opposite;   /* the sign bit to negate values, or 0 */
} smallest;

STOA__INLINE smallest smallest_of_none(bool opposite)
{
    float64_vector none = each_float64((double)INFINITY);
    return (smallest){{none, none}, each_8(0), opposite ? INT64_MIN : 0};
}

STOA__INLINE void smallest_step(smallest *state, const double *a, const double *b, uint64_t word,
                                bool all)
{
    (void)b;
    UNROLLED
    for (size_t i = 0; i < 64; i += LANES_8) {
        int64_vector bits = load_int64(a + i) ^ each_8(state->opposite);
        if (!all)
            bits = either_8(word, i, bits, (int64_vector)each_float64((double)INFINITY));
        state->signs |= bits;
        float64_vector *least = &state->of[i / LANES_8 % 2];
        *least = smaller_float64((float64_vector)bits, *least);
    }
}

typedef struct smallest_two {
    smallest low, high;
} smallest_two;

STOA__INLINE void smallest_two_step(smallest_two *state, const double *a, const double *b,
                                    uint64_t word, bool all)
{
    smallest_step(&state->low, a, b, word, all);
    smallest_step(&state->high, a, b, word, all);
}

#define NAME smallest_loop
#define CELL double
#define STATE smallest
#define STEP smallest_step
#define FETCHES FETCHES_READS
#include "kernel/reduce_loop.h"

#define NAME smallest_two_loop
#define CELL double
#define STATE smallest_two
#define STEP smallest_two_step
#define FETCHES FETCHES_READS
#include "kernel/reduce_loop.h"

static bool smallest_key(const smallest *state, int64_t turn, int64_t *key)
{
    double least = (double)INFINITY;
    int64_t signs = 0;
    for (size_t lane = 0; lane < LANES_8; lane++) {
        for (size_t i = 0; i < 2; i++)
            least = state->of[i][lane] < least ? state->of[i][lane] : least;
        signs |= state->signs[lane];
    }
    *key = key_of_float64(state->opposite != 0 ? -least : least, turn);
    return least < (double)INFINITY && (least != 0 || signs >= 0);
}

static bool quick_least(const double *a, const uint64_t *mask, size_t count, int64_t turn,
                        int64_t *key)
{
    smallest state = smallest_of_none(turn != 0);
    smallest_loop(&state, a, a, mask, count);
    return smallest_key(&state, turn, key);
}

static bool quick_ends(const double *a, const uint64_t *mask, size_t count, int64_t turn,
                       int64_t *key)
{
    smallest_two state = {smallest_of_none(false), smallest_of_none(true)};
    smallest_two_loop(&state, a, a, mask, count);
    return smallest_key(&state.low, turn, &key[0]) && smallest_key(&state.high, ~turn, &key[1]);
}

#define FORM float64
#define QUICK quick_least
#define QUICK_ENDS quick_ends
#define VALUE double
#define MEMBER float64
#define WIDTH 8
#define IS_REAL 0
#include "kernel/reduce_extreme.h"

/* turn: the one for min. */
#define EXTREMES(form, turn)                                                       \
    REDUCE(min_##form)                                                             \
    {                                                                              \
        (void)b;                                                                   \
        (void)row;                                                                 \
        extreme_##form(&into->partial, a, mask, count, turn);                      \
    }                                                                              \
    REDUCE(max_##form)                                                             \
    {                                                                              \
        (void)b;                                                                   \
        (void)row;                                                                 \
        extreme_##form(&into->partial, a, mask, count, ~(turn));                   \
    }                                                                              \
    REDUCE(extremes_##form)                                                        \
    {                                                                              \
        (void)b;                                                                   \
        (void)row;                                                                 \
        extremes_##form(&into[0].partial, &into[1].partial, a, mask, count, turn); \
    }                                                                              \
    REDUCE(argmin_##form)                                                          \
    {                                                                              \
        (void)b;                                                                   \
        place_##form(&into->partial, a, mask, count, row, turn);                   \
    }                                                                              \
    REDUCE(argmax_##form)                                                          \
    {                                                                              \
        (void)b;                                                                   \
        place_##form(&into->partial, a, mask, count, row, ~(turn));                \
    }
EXTREMES(int32, 0)
EXTREMES(int64, (int64_t)0)
EXTREMES(uint64, INT64_MIN)
EXTREMES(float64, (int64_t)0)
