/* bits.h: stretches of bits in an array of words: bit i is bit i % 64 of word i / 64. */
#ifndef STOA__BASE_BITS_H
#define STOA__BASE_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline bool stoa__bit(const uint64_t *words, size_t i)
{
    return (words[i / 64] >> i % 64 & 1) != 0;
}

static inline void stoa__bit_put(uint64_t *words, size_t i, bool bit)
{
    uint64_t at = (uint64_t)1 << i % 64;
    words[i / 64] = bit ? words[i / 64] | at : words[i / 64] & ~at;
}

/* Replaces the bits of the mask by those, which lie in it. Other threads may read and write the
 * others. */
static inline void stoa__word_replace(uint64_t *word, uint64_t mask, uint64_t bits)
{
    if (bits != mask)
        __atomic_fetch_and(word, ~mask | bits, __ATOMIC_RELAXED);
    if (bits != 0)
        __atomic_fetch_or(word, bits, __ATOMIC_RELAXED);
}

/* Bits [first, first + count), count 1 to 64, from the lowest on. No word beyond theirs is read. */
uint64_t stoa__bits_get(const uint64_t *words, size_t first, size_t count);
/* Sets or clears bits [first, first + count). Other threads may do anything with other bits. */
void stoa__bits_fill(uint64_t *words, size_t first, size_t count, bool bit);
/* Copies `count` bits, as memmove does: the two may overlap. */
void stoa__bits_move(uint64_t *out, size_t to, const uint64_t *in, size_t from, size_t count);
/* Sets those bits at `to` that are set in the first `count` of `in`, of which the rest are 0.
 * Other threads may do the same to other bits. */
void stoa__bits_add(uint64_t *out, size_t to, const uint64_t *in, size_t count);
/* Copies `count` bits from bytes: bit i is bit i % 8 of byte i / 8. Other threads may do anything
 * with other bits. */
void stoa__bits_of_bytes_move(uint64_t *out, size_t to, const uint8_t *in, size_t count);
/* Bits [first, first + count), count 1 to 64, of such bytes. No byte beyond theirs is read. */
uint64_t stoa__bits_of_bytes_get(const uint8_t *bytes, size_t first, size_t count);
/* Turns the order of bits [first, first + count) around. */
void stoa__bits_reverse(uint64_t *words, size_t first, size_t count);
/* out[i] = in[indices[i]]; out begins at bit 0, and the rest of its last word becomes 0. */
void stoa__bits_gather(uint64_t *out, const uint64_t *in, const size_t *indices, size_t count);

#endif
