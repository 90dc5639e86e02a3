/* words.h: bits for rows: row i is bit i % 64 of word i / 64. */
#ifndef STOA__BASE_WORDS_H
#define STOA__BASE_WORDS_H

#include <string.h>

#include <stoa/export.h>

STOA__INLINE size_t stoa__words(size_t rows)
{
    return rows / 64 + (rows % 64 != 0);
}

/* Clears the bits at and beyond `rows` of the last word. */
STOA__INLINE void stoa__words_end(uint64_t *words, size_t rows)
{
    if (rows % 64 != 0)
        words[rows / 64] &= ~(UINT64_MAX << rows % 64);
}

/* A bit for each of eight bytes: whether it is not 0. The first is in the lowest byte. */
STOA__INLINE uint64_t stoa__bits_of_bytes(uint64_t bytes)
{
    uint64_t low = 0x7f7f7f7f7f7f7f7f;
    uint64_t ones = (((bytes & low) + low) | bytes) >> 7 & 0x0101010101010101;
    return ones * 0x0102040810204080 >> 56;
}

/* A byte of 0 or 1 for each of the lowest eight bits. */
STOA__INLINE uint64_t stoa__bytes_of_bits(uint64_t bits)
{
    uint64_t apart = (bits & 0xff) * 0x0101010101010101 & 0x8040201008040201;
    return (apart + 0x7f7f7f7f7f7f7f7f) >> 7 & 0x0101010101010101;
}

/* A bit for each byte that is not 0. */
STOA__INLINE void stoa__words_of_mask(uint64_t *words, const uint8_t *mask, size_t rows)
{
    for (size_t first = 0; first < rows; first += 64) {
        uint8_t last[64] = {0};
        const uint8_t *bytes = mask + first;
        if (rows - first < 64)
            bytes = memcpy(last, bytes, rows - first);
        uint64_t word = 0, eight;
        for (size_t i = 0; i < 64; i += 8) {
            memcpy(&eight, bytes + i, sizeof eight);
            word |= stoa__bits_of_bytes(eight) << i;
        }
        words[first / 64] = word;
    }
}

#endif
