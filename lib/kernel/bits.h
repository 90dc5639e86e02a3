/* bits.h: counts and positions of the bits in a word of a mask, and conversions between a double
 * and its bits. Included by files that are compiled once per processor level. */
#ifndef STOA__KERNEL_BITS_H
#define STOA__KERNEL_BITS_H

#include <string.h>

#include <stoa/export.h>

STOA__INLINE size_t stoa__ones(uint64_t word)
{
#if defined(__x86_64__) && !defined(__POPCNT__) /* here the compiler would call a function */
    word -= word >> 1 & 0x5555555555555555;
    word = (word & 0x3333333333333333) + (word >> 2 & 0x3333333333333333);
    word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0f;
    return (size_t)(word * 0x0101010101010101 >> 56);
#else
    return (size_t)__builtin_popcountll(word);
#endif
}

/* The position of the lowest set bit; word must not be 0. */
STOA__INLINE size_t stoa__lowest(uint64_t word)
{
    return (size_t)__builtin_ctzll(word);
}

STOA__INLINE size_t stoa__highest(uint64_t word)
{
    return 63 - (size_t)__builtin_clzll(word);
}

STOA__INLINE uint64_t stoa__bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

STOA__INLINE double stoa__float64_of(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

#endif
