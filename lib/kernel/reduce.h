/* reduce.h: helpers shared by the files of reductions. */
#ifndef STOA__KERNEL_REDUCE_H
#define STOA__KERNEL_REDUCE_H

#include "kernel/bits.h"
#include "kernel/level.h"

/* The signature of a reduction at this level: see stoa__reduce. */
#define REDUCE(name)                                                                            \
    void STOA__AT_LEVEL(stoa__reduce_##name)(stoa__accumulator * into, const void *a,           \
                                             const void *b, const uint64_t *mask, size_t count, \
                                             uint64_t row)

STOA__INLINE size_t selected_of(const uint64_t *mask, size_t count)
{
    return mask == NULL ? count : STOA__AT_LEVEL(stoa__count_bits)(mask, count);
}

STOA__INLINE bool is_selected(const uint64_t *mask, size_t i)
{
    return mask == NULL || (mask[i / 64] >> (i % 64) & 1) != 0;
}

/* The mask for the values from i on. i is a multiple of 64. */
STOA__INLINE const uint64_t *masked_from(const uint64_t *mask, size_t i)
{
    return mask == NULL ? NULL : mask + i / 64;
}

/* The position of the first, or last, selected value; `count` if there is none. */
STOA__INLINE size_t first_selected(const uint64_t *mask, size_t count)
{
    if (mask == NULL)
        return 0;
    for (size_t i = 0; i < count; i += 64)
        if (mask[i / 64] != 0)
            return i + stoa__lowest(mask[i / 64]);
    return count;
}

STOA__INLINE size_t last_selected(const uint64_t *mask, size_t count)
{
    if (mask == NULL)
        return count - 1;
    for (size_t words = (count + 63) / 64; words > 0; words--)
        if (mask[words - 1] != 0)
            return (words - 1) * 64 + stoa__highest(mask[words - 1]);
    return count;
}

#endif
