/* compress.c: the values of selected rows, packed. */
#include <string.h>

#include "kernel/level.h"

#define COMPRESS(width, cell)                                                                      \
    size_t STOA__AT_LEVEL(stoa__compress_##width)(void *out, const void *in, const uint64_t *mask, \
                                                  size_t count, size_t room)                       \
    {                                                                                              \
        (void)room;                                                                                \
        cell *to = out;                                                                            \
        const cell *from = in;                                                                     \
        size_t n = 0;                                                                              \
        for (size_t i = 0; i < count; i++)                                                         \
            if (mask[i / 64] >> (i % 64) & 1)                                                      \
                to[n++] = from[i];                                                                 \
        return n;                                                                                  \
    }
COMPRESS(1, uint8_t)
COMPRESS(2, uint16_t)
COMPRESS(4, uint32_t)
COMPRESS(8, uint64_t)

size_t STOA__AT_LEVEL(stoa__positions_of)(uint64_t *out, const uint64_t *mask, size_t count,
                                          uint64_t first, size_t room)
{
    (void)room;
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (mask[i / 64] >> (i % 64) & 1)
            out[n++] = first + i;
    return n;
}

size_t STOA__AT_LEVEL(stoa__count_bits)(const uint64_t *mask, size_t count)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        n += mask[i / 64] >> (i % 64) & 1;
    return n;
}
