/* bits.c: stretches of bits, up to a word of them at a time.
 *
 * get and put are the two steps that know where words end; the others go through a stretch with
 * them, in the direction that overwrites nothing that is still to be read. */
#include "base/bits.h"

#include <string.h>

#include "base/words.h"

/* The lowest `count` bits; count 0 to 64. */
static inline uint64_t low_bits(size_t count)
{
    return count >= 64 ? UINT64_MAX : ((uint64_t)1 << count) - 1;
}

uint64_t stoa__bits_get(const uint64_t *words, size_t first, size_t count)
{
    size_t shift = first % 64;
    uint64_t bits = words[first / 64] >> shift;
    if (shift + count > 64)
        bits |= words[first / 64 + 1] << (64 - shift);
    return bits & low_bits(count);
}

/* Replaces `count` bits, 1 to 64; those of `bits` above them are 0. */
static inline void put(uint64_t *words, size_t first, size_t count, uint64_t bits)
{
    size_t shift = first % 64;
    uint64_t *word = words + first / 64;
    word[0] = (word[0] & ~(low_bits(count) << shift)) | bits << shift;
    if (shift + count > 64)
        word[1] = (word[1] & ~(low_bits(count) >> (64 - shift))) | bits >> (64 - shift);
}

/* The same for bits of one word, count 0 to 64. Other threads may use the others. */
static inline void put_beside(uint64_t *words, size_t first, size_t count, uint64_t bits)
{
    if (count > 0)
        stoa__word_replace(&words[first / 64], low_bits(count) << first % 64, bits << first % 64);
}

/* How many of `count` bits lie in the first word, if that is not wholly theirs. */
static inline size_t head_of(size_t first, size_t count)
{
    size_t head = (64 - first % 64) % 64;
    return head < count ? head : count;
}

void stoa__bits_fill(uint64_t *words, size_t first, size_t count, bool bit)
{
    size_t head = head_of(first, count);
    size_t whole = (count - head) / 64, tail = (count - head) % 64;
    put_beside(words, first, head, bit ? low_bits(head) : 0);
    memset(words + (first + head) / 64, bit ? 0xFF : 0, whole * sizeof *words);
    put_beside(words, first + head + whole * 64, tail, bit ? low_bits(tail) : 0);
}

static void move_up(uint64_t *out, size_t to, const uint64_t *in, size_t from, size_t count)
{
    while (count > 0) {
        size_t some = count < 64 ? count : 64;
        count -= some;
        put(out, to + count, some, stoa__bits_get(in, from + count, some));
    }
}

void stoa__bits_move(uint64_t *out, size_t to, const uint64_t *in, size_t from, size_t count)
{
    if (to % 64 == 0 && from % 64 == 0) {
        size_t whole = count / 64, tail = count % 64;
        /* The tail first: moving the words may overwrite it. */
        uint64_t last = tail > 0 ? stoa__bits_get(in, from + whole * 64, tail) : 0;
        memmove(out + to / 64, in + from / 64, whole * sizeof *out);
        if (tail > 0)
            put(out, to + whole * 64, tail, last);
        return;
    }
    if (out == in && to > from) {
        move_up(out, to, in, from, count);
        return;
    }
    for (size_t i = 0; i < count; i += 64) {
        size_t some = count - i < 64 ? count - i : 64;
        put(out, to + i, some, stoa__bits_get(in, from + i, some));
    }
}

void stoa__bits_add(uint64_t *out, size_t to, const uint64_t *in, size_t count)
{
    size_t shift = to % 64;
    for (size_t i = 0; i < count; i += 64) {
        uint64_t *word = out + (to + i) / 64;
        __atomic_fetch_or(word, in[i / 64] << shift, __ATOMIC_RELAXED);
        if (shift + (count - i < 64 ? count - i : 64) > 64)
            __atomic_fetch_or(word + 1, in[i / 64] >> (64 - shift), __ATOMIC_RELAXED);
    }
}

/* Copies the first bits of `in`. */
static void copy_beside(uint64_t *out, size_t to, const uint64_t *in, size_t count)
{
    size_t head = head_of(to, count), done = head;
    put_beside(out, to, head, stoa__bits_get(in, 0, head));
    for (; done + 64 <= count; done += 64)
        out[(to + done) / 64] = stoa__bits_get(in, done, 64);
    if (done < count)
        put_beside(out, to + done, count - done, stoa__bits_get(in, done, count - done));
}

uint64_t stoa__bits_of_bytes_get(const uint8_t *bytes, size_t first, size_t count)
{
    size_t skip = first % 8, needed = (skip + count + 7) / 8;
    uint64_t word = 0;
    bytes += first / 8;
    if (needed >= sizeof word)
        memcpy(&word, bytes, sizeof word);
    else
        memcpy(&word, bytes, needed);
    word >>= skip;
    if (needed > sizeof word)
        word |= (uint64_t)bytes[sizeof word] << (64 - skip);
    return word & UINT64_MAX >> (64 - count);
}

void stoa__bits_of_bytes_move(uint64_t *out, size_t to, const uint8_t *in, size_t count)
{
    uint64_t some[64];
    for (size_t i = 0; i < count; i += sizeof some * 8) {
        size_t bits = count - i < sizeof some * 8 ? count - i : sizeof some * 8;
        memcpy(some, in + i / 8, bits / 8 + (bits % 8 != 0)); /* little-endian */
        copy_beside(out, to + i, some, bits);
    }
}

static uint64_t reversed(uint64_t word)
{
    word = (word >> 1 & 0x5555555555555555) | (word & 0x5555555555555555) << 1;
    word = (word >> 2 & 0x3333333333333333) | (word & 0x3333333333333333) << 2;
    word = (word >> 4 & 0x0f0f0f0f0f0f0f0f) | (word & 0x0f0f0f0f0f0f0f0f) << 4;
    return __builtin_bswap64(word);
}

void stoa__bits_reverse(uint64_t *words, size_t first, size_t count)
{
    size_t end = first + count;
    while (end - first >= 2) {
        size_t some = (end - first) / 2 < 64 ? (end - first) / 2 : 64;
        uint64_t low = stoa__bits_get(words, first, some);
        uint64_t high = stoa__bits_get(words, end - some, some);
        put(words, first, some, reversed(high) >> (64 - some));
        put(words, end - some, some, reversed(low) >> (64 - some));
        first += some;
        end -= some;
    }
}

void stoa__bits_gather(uint64_t *out, const uint64_t *in, const size_t *indices, size_t count)
{
    for (size_t i = 0; i < count; i += 64) {
        uint64_t word = 0;
        for (size_t k = i; k < count && k < i + 64; k++)
            word |= (in[indices[k] / 64] >> indices[k] % 64 & 1) << (k - i);
        out[i / 64] = word;
    }
}
