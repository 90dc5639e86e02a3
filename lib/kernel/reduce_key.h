/* reduce_key.h: keys, by which min and max of floats become those of signed integers.
 *
 * The order of the keys is the order that min and max use. The bits of a negative float are
 * inverted but for the sign, so that -0.0 is below 0.0. Applied to a key, the same operation gives
 * the value back. A NaN's key would lie beyond those of the infinities, and is not used: each NaN
 * gets the key that loses against all others, which is itself the key of some NaN. */
#ifndef STOA__KERNEL_REDUCE_KEY_H
#define STOA__KERNEL_REDUCE_KEY_H

#include "kernel/bits.h"

STOA__INLINE int64_t stoa__flip_float64(int64_t bits)
{
    return bits ^ (int64_t)((uint64_t)(bits >> 63) >> 1);
}

STOA__INLINE int64_t stoa__flip_uint64(int64_t bits)
{
    return bits ^ INT64_MIN;
}

/* `none`: the key of a NaN. */
STOA__INLINE int64_t stoa__key_float64(double value, int64_t none)
{
    return value == value ? stoa__flip_float64((int64_t)stoa__bits_of(value)) : none;
}

STOA__INLINE double stoa__float64_of_key(int64_t key)
{
    return stoa__float64_of((uint64_t)stoa__flip_float64(key));
}

#endif
