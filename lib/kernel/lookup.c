/* lookup.c: values by handle, out of a table that has one for each string.
 *
 * Handles beyond the table's last give some value of it: nobody asks for these, but columns can be
 * written to from outside. AVX2 and AVX-512 gather 32 bits a lane; of a table of bits the word that
 * has the bit, which is then moved to where it tells. Indices of a gather are signed, so bases lie
 * in the middle of what 32 bits can reach, where handles can be so large. */
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "kernel/lanes.h"

static inline uint32_t within(uint32_t handle, uint32_t last)
{
    return handle < last ? handle : last;
}

static inline uint64_t bit_of(const stoa__lookup *table, uint32_t handle)
{
    handle = within(handle, table->last);
    return table->values[handle / 32] >> handle % 32 & 1;
}

/* Bits of values i to i + 63. */
#if STOA__AVX512
static inline uint64_t word_of(const stoa__lookup *table, const uint32_t *handles)
{
    const __m512i last = _mm512_set1_epi32((int)table->last), one = _mm512_set1_epi32(1);
    uint64_t word = 0;
    for (size_t k = 0; k < 64; k += 16) {
        __m512i at = _mm512_min_epu32(_mm512_loadu_si512(handles + k), last);
        __m512i from = _mm512_i32gather_epi32(_mm512_srli_epi32(at, 5), table->values, 4);
        __m512i bit = _mm512_sllv_epi32(one, _mm512_and_si512(at, _mm512_set1_epi32(31)));
        word |= (uint64_t)_mm512_test_epi32_mask(from, bit) << k;
    }
    return word;
}
#elif STOA__AVX2
static inline uint64_t word_of(const stoa__lookup *table, const uint32_t *handles)
{
    const __m256i last = _mm256_set1_epi32((int)table->last), low = _mm256_set1_epi32(31);
    uint64_t word = 0;
    for (size_t k = 0; k < 64; k += 8) {
        __m256i at = _mm256_loadu_si256((const __m256i *)(const void *)(handles + k));
        at = _mm256_min_epu32(at, last);
        __m256i from =
            _mm256_i32gather_epi32((const int *)table->values, _mm256_srli_epi32(at, 5), 4);
        __m256i sign = _mm256_sllv_epi32(from, _mm256_andnot_si256(at, low)); /* 31 - at % 32 */
        word |= (uint64_t)(unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(sign)) << k;
    }
    return word;
}
#else
static inline uint64_t word_of(const stoa__lookup *table, const uint32_t *handles)
{
    uint64_t word = 0;
    for (size_t k = 0; k < 64; k++)
        word |= bit_of(table, handles[k]) << k;
    return word;
}
#endif

KERNEL(lookup_bits, vc)
{
    (void)c;
    const stoa__lookup *table = b;
    const uint32_t *handles = a;
    uint64_t *words = out;
    for (size_t i = 0; i + 64 <= count; i += 64)
        words[i / 64] = word_of(table, handles + i);
    size_t whole = count / 64 * 64;
    if (whole == count)
        return false;
    uint64_t word = 0;
    for (size_t i = whole; i < count; i++)
        word |= bit_of(table, handles[i]) << (i - whole);
    words[whole / 64] = word;
    return false;
}

/* How many of the first values were looked up at once. */
#if STOA__AVX512 || STOA__AVX2
static inline size_t gathered(uint32_t *to, const stoa__lookup *table, const uint32_t *handles,
                              size_t count)
{
    const int *middle = (const int *)((uintptr_t)table->values + ((uintptr_t)1 << 33));
    size_t i = 0;
#if STOA__AVX512
    const __m512i last = _mm512_set1_epi32((int)table->last);
    for (; i + 16 <= count; i += 16) {
        __m512i at = _mm512_min_epu32(_mm512_loadu_si512(handles + i), last);
        at = _mm512_xor_si512(at, _mm512_set1_epi32(INT32_MIN));
        _mm512_storeu_si512(to + i, _mm512_i32gather_epi32(at, middle, 4));
    }
#else
    const __m256i last = _mm256_set1_epi32((int)table->last);
    for (; i + 8 <= count; i += 8) {
        __m256i at = _mm256_loadu_si256((const __m256i *)(const void *)(handles + i));
        at = _mm256_xor_si256(_mm256_min_epu32(at, last), _mm256_set1_epi32(INT32_MIN));
        _mm256_storeu_si256((__m256i *)(void *)(to + i), _mm256_i32gather_epi32(middle, at, 4));
    }
#endif
    return i;
}
#else
static inline size_t gathered(uint32_t *to, const stoa__lookup *table, const uint32_t *handles,
                              size_t count)
{
    (void)to, (void)table, (void)handles, (void)count;
    return 0;
}
#endif

KERNEL(lookup_int32, vc)
{
    (void)c;
    const stoa__lookup *table = b;
    const uint32_t *handles = a;
    uint32_t *to = out;
    for (size_t i = gathered(to, table, handles, count); i < count; i++)
        to[i] = table->values[within(handles[i], table->last)];
    return false;
}
