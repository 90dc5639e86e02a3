/* reduce_key.h: min and max as those of signed integers.
 *
 * Each form has a key, an integer whose order is the order that min and max mean: of floats, -0.0
 * below 0.0, and the bits of the negative ones turned round. A key turns back into its value by the
 * same operation. A NaN's own key lies beyond those of the infinities; it is never used: a NaN gets
 * the key that loses against all others, KEY_NONE, which is itself the key of a NaN. */
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

/* `none` for a NaN. */
STOA__INLINE int64_t stoa__key_float64(double value, int64_t none)
{
    return value == value ? stoa__flip_float64((int64_t)stoa__bits_of(value)) : none;
}

STOA__INLINE double stoa__float64_of_key(int64_t key)
{
    return stoa__float64_of((uint64_t)stoa__flip_float64(key));
}

#endif
