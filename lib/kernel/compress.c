/* compress.c: copies the cells of selected rows, and their row numbers, packed together.
 *
 * If few rows are selected, their positions are found first, without branches that depend on the
 * data; then the cells of each column are gathered by position, with loads that do not wait for one
 * another.
 *
 * Otherwise pack_WIDTH packs the 64 cells of one word of the mask in several steps. A step reads a
 * vector of cells, packs them in a register and stores the whole vector; the next store overwrites
 * the unused cells at its end. A permutation looked up in a table does the packing. (vpcompress to
 * memory is slow on Zen 4 and 5, and in a register no faster than the permutation; it is used for
 * cells of 1 and 2 bytes only.) A call of pack_WIDTH writes at most 64 cells from `out` on, and is
 * made only if there is room for them.
 *
 * In place (out <= in): a step that reads cells [i, i + lanes) of `in` writes cells [n, n + lanes)
 * of `out` with n <= i, since no more cells were packed than read. So it overwrites only cells that
 * have been read. */
#include <string.h>

#include "kernel/bits.h"
#include "kernel/level.h"

#if STOA__AVX2
#include <immintrin.h>
#endif

/* A word with at most this many set bits is processed bit by bit. */
#define FEW ((size_t)(STOA__AVX2 ? 3 : 12))

#if STOA__AVX2

/* patterns[b]: the positions of the set bits of b, from the lowest on, one per byte. */
#define PLACE(places, b, i) ((places) << ((b) >> (i)&1) * 8 | ((uint64_t)((b) >> (i)&1) * (i)))
#define PLACES_HIGH(b) PLACE(PLACE(PLACE(PLACE((uint64_t)0, b, 7), b, 6), b, 5), b, 4)
#define PLACES(b) PLACE(PLACE(PLACE(PLACE(PLACES_HIGH(b), b, 3), b, 2), b, 1), b, 0)
#define PLACES_4(b) PLACES(b), PLACES((b) + 1), PLACES((b) + 2), PLACES((b) + 3)
#define PLACES_16(b) PLACES_4(b), PLACES_4((b) + 4), PLACES_4((b) + 8), PLACES_4((b) + 12)
#define PLACES_64(b) PLACES_16(b), PLACES_16((b) + 16), PLACES_16((b) + 32), PLACES_16((b) + 48)
static const uint64_t patterns[256] = {PLACES_64(0), PLACES_64(64), PLACES_64(128), PLACES_64(192)};

static inline __m128i places(uint64_t bits)
{
    return _mm_loadl_epi64((const void *)&patterns[bits]);
}

static inline void squeeze_1(uint8_t *out, const uint8_t *in, uint64_t bits)
{
    __m128i cells = _mm_loadl_epi64((const void *)in);
    _mm_storel_epi64((void *)out, _mm_shuffle_epi8(cells, places(bits)));
}

static inline void squeeze_2(uint16_t *out, const uint16_t *in, uint64_t bits)
{
    __m128i twice = _mm_mullo_epi16(_mm_cvtepu8_epi16(places(bits)), _mm_set1_epi16(0x0202));
    __m128i bytes = _mm_add_epi16(twice, _mm_set1_epi16(0x0100));
    __m128i cells = _mm_loadu_si128((const void *)in);
    _mm_storeu_si128((void *)out, _mm_shuffle_epi8(cells, bytes));
}

static inline void squeeze_4(uint32_t *out, const uint32_t *in, uint64_t bits)
{
    __m256i cells = _mm256_loadu_si256((const void *)in);
    cells = _mm256_permutevar8x32_epi32(cells, _mm256_cvtepu8_epi32(places(bits)));
    _mm256_storeu_si256((void *)out, cells);
}

#if STOA__AVX512
static inline void squeeze_8(uint64_t *out, const uint64_t *in, uint64_t bits)
{
    __m512i cells = _mm512_loadu_si512(in);
    cells = _mm512_permutexvar_epi64(_mm512_cvtepu8_epi64(places(bits)), cells);
    _mm512_storeu_si512(out, cells);
}
#else
/* In two halves. An 8-byte cell is moved as two 4-byte ones. */
static inline void squeeze_8(uint64_t *out, const uint64_t *in, uint64_t bits)
{
    static const uint8_t doubled[16] = {0x00, 0x03, 0x0c, 0x0f, 0x30, 0x33, 0x3c, 0x3f,
                                        0xc0, 0xc3, 0xcc, 0xcf, 0xf0, 0xf3, 0xfc, 0xff};
    __m256i low = _mm256_loadu_si256((const void *)in);
    __m256i high = _mm256_loadu_si256((const void *)(in + 4));
    __m256i low_places = _mm256_cvtepu8_epi32(places(doubled[bits & 15]));
    __m256i high_places = _mm256_cvtepu8_epi32(places(doubled[bits >> 4]));
    low = _mm256_permutevar8x32_epi32(low, low_places);
    high = _mm256_permutevar8x32_epi32(high, high_places);
    _mm256_storeu_si256((void *)out, low);
    _mm256_storeu_si256((void *)(out + stoa__ones(bits & 15)), high);
}
#endif

#define PACKS(width, cell)                                                      \
    static inline size_t pack_##width(cell *out, const cell *in, uint64_t word) \
    {                                                                           \
        size_t n = 0;                                                           \
        for (size_t i = 0; i < 64; i += 8) {                                    \
            squeeze_##width(out + n, in + i, word >> i & 0xff);                 \
            n += stoa__ones(word >> i & 0xff);                                  \
        }                                                                       \
        return n;                                                               \
    }

#else

/* Without branches: each cell is stored, but `n` advances only if its bit is set, so that the next
 * cell overwrites the ones not selected. A full word is copied at once. */
#define PACKS(width, cell)                                                      \
    static inline size_t pack_##width(cell *out, const cell *in, uint64_t word) \
    {                                                                           \
        size_t n = 0;                                                           \
        if (word == UINT64_MAX) {                                               \
            memmove(out, in, 64 * sizeof *in);                                  \
            return 64;                                                          \
        }                                                                       \
        for (size_t i = 0; i < 64; i++) {                                       \
            out[n] = in[i];                                                     \
            n += word >> i & 1;                                                 \
        }                                                                       \
        return n;                                                               \
    }

#endif

PACKS(1, uint8_t)
PACKS(2, uint16_t)
PACKS(4, uint32_t)
PACKS(8, uint64_t)

#if STOA__AVX512

/* AVX-512 VBMI2 is not part of the avx512 level; each call asks whether the processor has it. */
#define VBMI2 __attribute__((target("avx512vbmi2")))

VBMI2 static inline size_t pack_1_vbmi2(uint8_t *out, const uint8_t *in, uint64_t word)
{
    _mm512_storeu_si512(out, _mm512_maskz_compress_epi8(word, _mm512_loadu_si512(in)));
    return stoa__ones(word);
}

VBMI2 static inline size_t pack_2_vbmi2(uint16_t *out, const uint16_t *in, uint64_t word)
{
    __mmask32 low = (__mmask32)word, high = (__mmask32)(word >> 32);
    __m512i low_cells = _mm512_loadu_si512(in), high_cells = _mm512_loadu_si512(in + 32);
    _mm512_storeu_si512(out, _mm512_maskz_compress_epi16(low, low_cells));
    _mm512_storeu_si512(out + stoa__ones(low), _mm512_maskz_compress_epi16(high, high_cells));
    return stoa__ones(word);
}

#define NAME compress_1_vbmi2
#define CELL uint8_t
#define PACK pack_1_vbmi2
#define TARGET VBMI2 static
#define FASTER
#include "kernel/compress_width.h"
#define NAME compress_2_vbmi2
#define CELL uint16_t
#define PACK pack_2_vbmi2
#define TARGET VBMI2 static
#define FASTER
#include "kernel/compress_width.h"

#define INSTEAD(name)                          \
    if (__builtin_cpu_supports("avx512vbmi2")) \
        return name(out, in, mask, count, room);

#else
#define INSTEAD(name)
#endif

#define NAME STOA__AT_LEVEL(stoa__compress_1)
#define CELL uint8_t
#define PACK pack_1
#define TARGET
#define FASTER INSTEAD(compress_1_vbmi2)
#include "kernel/compress_width.h"
#define NAME STOA__AT_LEVEL(stoa__compress_2)
#define CELL uint16_t
#define PACK pack_2
#define TARGET
#define FASTER INSTEAD(compress_2_vbmi2)
#include "kernel/compress_width.h"
#define NAME STOA__AT_LEVEL(stoa__compress_4)
#define CELL uint32_t
#define PACK pack_4
#define TARGET
#define FASTER
#include "kernel/compress_width.h"
#define NAME STOA__AT_LEVEL(stoa__compress_8)
#define CELL uint64_t
#define PACK pack_8
#define TARGET
#define FASTER
#include "kernel/compress_width.h"

#if STOA__AVX2

static inline void squeeze_numbers(uint64_t *out, uint64_t first, uint64_t bits)
{
#if STOA__AVX512
    __m512i numbers = _mm512_cvtepu8_epi64(places(bits));
    _mm512_storeu_si512(out, _mm512_add_epi64(numbers, _mm512_set1_epi64((int64_t)first)));
#else
    __m256i from = _mm256_set1_epi64x((int64_t)first);
    __m256i low = _mm256_cvtepu8_epi64(places(bits));
    __m256i high = _mm256_cvtepu8_epi64(_mm_srli_epi64(places(bits), 32));
    _mm256_storeu_si256((void *)out, _mm256_add_epi64(low, from));
    _mm256_storeu_si256((void *)(out + 4), _mm256_add_epi64(high, from));
#endif
}

/* Packs the row numbers first ... first + 63 as pack_WIDTH packs cells. */
static inline size_t pack_numbers(uint64_t *out, uint64_t first, uint64_t word)
{
    size_t n = 0;
    for (size_t i = 0; i < 64; i += 8) {
        squeeze_numbers(out + n, first + i, word >> i & 0xff);
        n += stoa__ones(word >> i & 0xff);
    }
    return n;
}

#else

static inline size_t pack_numbers(uint64_t *out, uint64_t first, uint64_t word)
{
    size_t n = 0;
    for (uint64_t i = 0; i < 64; i++) {
        out[n] = first + i;
        n += word >> i & 1;
    }
    return n;
}

#endif

size_t STOA__AT_LEVEL(stoa__positions_of)(uint64_t *out, const uint64_t *mask, size_t count,
                                          uint64_t first, size_t room)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i += 64) {
        uint64_t word = mask[i / 64];
        if (stoa__ones(word) > 2 * FEW && room - n >= 64) {
            n += pack_numbers(out + n, first + i, word);
            continue;
        }
        for (; word != 0; word &= word - 1)
            out[n++] = first + i + stoa__lowest(word);
    }
    return n;
}

/* ---- positions of few selected rows ---- */

/* For up to 1 selected row in 32. Four positions of each word are always written, but only as many
 * count as there are set bits. The loop's branch is thus rarely mispredicted, unlike one that ends
 * after a varying number of bits. */
static size_t offsets_of_few(uint16_t *out, const uint64_t *mask, size_t count)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i += 64) {
        uint64_t word = mask[i / 64];
        size_t ones = stoa__ones(word);
        for (size_t k = 0; k < 4; k++, word &= word - 1)
            out[n + k] = (uint16_t)(i + stoa__lowest(word | (uint64_t)1 << 63));
        for (size_t k = 4; word != 0; k++, word &= word - 1)
            out[n + k] = (uint16_t)(i + stoa__lowest(word));
        n += ones;
    }
    return n;
}

#if STOA__AVX2
static size_t offsets_of_some(uint16_t *out, const uint64_t *mask, size_t count)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i += 8) {
        uint64_t bits = mask[i / 64] >> i % 64 & 0xff;
        __m128i first = _mm_set1_epi16((int16_t)(uint16_t)i);
        __m128i numbers = _mm_add_epi16(_mm_cvtepu8_epi16(places(bits)), first);
        _mm_storeu_si128((void *)(out + n), numbers);
        n += stoa__ones(bits);
    }
    return n;
}
#else
static size_t offsets_of_some(uint16_t *out, const uint64_t *mask, size_t count)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        out[n] = (uint16_t)i;
        n += mask[i / 64] >> i % 64 & 1;
    }
    return n;
}
#endif

size_t STOA__AT_LEVEL(stoa__offsets)(uint16_t *out, const uint64_t *mask, size_t count,
                                     size_t selected)
{
    return (selected <= count / 32 ? offsets_of_few : offsets_of_some)(out, mask, count);
}

/* Four cells at a time, with separate loads. Gather instructions are not faster, and on some
 * processors much slower. */
#define GATHERS(width, cell)                                                                      \
    void STOA__AT_LEVEL(stoa__gather_##width)(void *out, const void *in, const uint16_t *offsets, \
                                              size_t count)                                       \
    {                                                                                             \
        cell *to = out;                                                                           \
        const cell *from = in;                                                                    \
        size_t i = 0;                                                                             \
        for (; i + 4 <= count; i += 4) {                                                          \
            cell a = from[offsets[i]], b = from[offsets[i + 1]];                                  \
            cell c = from[offsets[i + 2]], d = from[offsets[i + 3]];                              \
            __asm__("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d));                                     \
            to[i] = a;                                                                            \
            to[i + 1] = b;                                                                        \
            to[i + 2] = c;                                                                        \
            to[i + 3] = d;                                                                        \
        }                                                                                         \
        for (; i < count; i++)                                                                    \
            to[i] = from[offsets[i]];                                                             \
    }
GATHERS(1, uint8_t)
GATHERS(2, uint16_t)
GATHERS(4, uint32_t)
GATHERS(8, uint64_t)

static inline uint64_t pack_bits(uint64_t bits, uint64_t chosen)
{
#ifdef __BMI2__
    return _pext_u64(bits, chosen);
#else
    uint64_t packed = 0;
    for (uint64_t at = 1; chosen != 0; chosen &= chosen - 1, at <<= 1)
        packed |= (bits >> stoa__lowest(chosen) & 1) != 0 ? at : 0;
    return packed;
#endif
}

size_t STOA__AT_LEVEL(stoa__compress_bits)(uint64_t *out, const uint64_t *in, const uint64_t *mask,
                                           size_t count)
{
    size_t n = 0;
    uint64_t word = 0; /* of `out`, bits below n % 64 */
    for (size_t i = 0; i < count; i += 64) {
        uint64_t packed = pack_bits(in[i / 64], mask[i / 64]);
        size_t more = stoa__ones(mask[i / 64]), used = n % 64;
        word |= packed << used;
        if (used + more >= 64) {
            out[n / 64] = word;
            word = used == 0 ? 0 : packed >> (64 - used);
        }
        n += more;
    }
    if (n % 64 != 0)
        out[n / 64] = word;
    return n;
}

size_t STOA__AT_LEVEL(stoa__count_bits)(const uint64_t *mask, size_t count)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i += 64)
        n += stoa__ones(mask[i / 64]);
    return n;
}
