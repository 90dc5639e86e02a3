/* reduce_extremes.c: min, max, and where they stand.
 *
 * Only minima of signed integers are looked for: each value has a key (reduce_key.h), which for
 * max is complemented. An exclusive or with TURN makes both the complement and, of unsigned
 * numbers, signed ones; it is its own inverse. A NaN, and what is not selected, has the largest
 * key. */
#include "kernel/reduce.h"
#include "kernel/reduce_key.h"
#include "kernel/vector.h"

typedef int32_t key_4;
typedef int64_t key_8;
typedef int32_vector keys_4;
typedef int64_vector keys_8;
#define NONE_4 INT32_MAX
#define NONE_8 INT64_MAX

/* ---- keys, and values of keys ---- */

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

#define FORM float64
#define VALUE double
#define MEMBER float64
#define WIDTH 8
#define IS_REAL 0
#include "kernel/reduce_extreme.h"

/* turn: that of min. */
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
