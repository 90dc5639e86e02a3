/* vector.h: vectors as wide as the level's registers, by the vector extension of the compilers: + -
 * * & and the like work lane by lane, and a cast between vectors keeps the bits. Operations that
 * the extension lacks are here.
 *
 * A mask is a 64-bit word for 64 values. A vector holds the values from position i on; bit i is
 * that of its first lane. */
#ifndef STOA__KERNEL_VECTOR_H
#define STOA__KERNEL_VECTOR_H

#include <string.h>

#include "kernel/level.h"

#ifdef __SSE2__
#include <immintrin.h>
#endif

#if STOA__AVX512
#define VECTOR 64
#elif STOA__AVX2
#define VECTOR 32
#else
#define VECTOR 16
#endif
/* The number of 8-byte and of 4-byte lanes. */
#define LANES_8 ((size_t)VECTOR / 8)
#define LANES_4 ((size_t)VECTOR / 4)

typedef int32_t int32_vector __attribute__((vector_size(VECTOR)));
typedef uint32_t uint32_vector __attribute__((vector_size(VECTOR)));
typedef int64_t int64_vector __attribute__((vector_size(VECTOR)));
typedef uint64_t uint64_vector __attribute__((vector_size(VECTOR)));
typedef double float64_vector __attribute__((vector_size(VECTOR)));

/* For loops of constant length whose iterations use separate registers. */
#if defined(__clang__)
#define UNROLLED _Pragma("clang loop unroll(full)")
#else
#define UNROLLED _Pragma("GCC unroll 64")
#endif

#define LOADS(name, vector)                             \
    STOA__INLINE vector load_##name(const void *values) \
    {                                                   \
        vector loaded;                                  \
        memcpy(&loaded, values, sizeof loaded);         \
        return loaded;                                  \
    }
LOADS(int32, int32_vector)
LOADS(int64, int64_vector)
LOADS(float64, float64_vector)
#undef LOADS

STOA__INLINE int64_vector each_8(int64_t value)
{
    return value - (int64_vector){0};
}

STOA__INLINE int32_vector each_4(int32_t value)
{
    return value - (int32_vector){0};
}

STOA__INLINE float64_vector each_float64(double value)
{
    return (float64_vector)each_8(0) + value;
}

/* Prefetches the bytes `ahead` bytes behind these values; nothing need be there. Processors
 * prefetch on their own, but not in every loop: reading from memory, extremes by keys take a tenth
 * less time with it, sums of squares a third, and a variance, which reads each block twice, more
 * than half.
 *
 * The best distance depends on the maker. A Xeon of 2024 sums int32 from memory at 18 GB/s with
 * distances from 512 bytes to 3 KiB, which mostly stay in the same page, at 15 GB/s from 4 KiB on,
 * and at 14 without; values in a cache are no slower. FAR_AHEAD was measured on AMD, too.
 *
 * FETCHES_READS is for loops that do little but read. With AVX2 they gain a seventh on a Zen 3.
 * With AVX-512 a Zen 4 or 5 gains nothing, and a Zen 4 loses 14 to 27 % for data in its L3, so only
 * Intel processors prefetch there. Cache sizes are no criterion: a virtual machine reports an L3
 * that it shares with others. */
#define FAR_AHEAD ((STOA__AVX2 && !STOA__AVX512 ? 8 : 16) * STOA__BLOCK)
#if STOA__AVX2
#define IS_INTEL atomic_load_explicit(&stoa__is_intel, memory_order_relaxed)
#define AHEAD (IS_INTEL ? (size_t)2048 : FAR_AHEAD)
#define FETCHES_READS (!STOA__AVX512 || IS_INTEL ? AHEAD : 0)
#else
#define AHEAD FAR_AHEAD
#define FETCHES_READS 0
#endif
STOA__INLINE void fetch_ahead(const void *values, size_t bytes, size_t ahead)
{
    for (size_t i = 0; i < bytes; i += 64)
        __builtin_prefetch((const void *)((uintptr_t)values + ahead + i));
}

/* ---- by mask ---- */

#if STOA__AVX512

/* Keeps the compiler from masking a load. On Zen 5 masked loads stop the hardware prefetcher:
 * reading from memory, such a loop takes four times as long. */
STOA__INLINE __m512i loaded(int64_vector a)
{
    __asm__("" : "+v"(a));
    return (__m512i)a;
}

/* a where the bit is set, else b. */
STOA__INLINE int64_vector either_8(uint64_t word, size_t i, int64_vector a, int64_vector b)
{
    return (int64_vector)_mm512_mask_mov_epi64((__m512i)b, (__mmask8)(word >> i), loaded(a));
}

STOA__INLINE int32_vector either_4(uint64_t word, size_t i, int32_vector a, int32_vector b)
{
    return (int32_vector)_mm512_mask_mov_epi32((__m512i)b, (__mmask16)(word >> i),
                                               loaded((int64_vector)a));
}

/* a where the bit is set, else 0. */
STOA__INLINE int64_vector kept_8(uint64_t word, size_t i, int64_vector a)
{
    return (int64_vector)_mm512_maskz_mov_epi64((__mmask8)(word >> i), loaded(a));
}

STOA__INLINE int32_vector kept_4(uint64_t word, size_t i, int32_vector a)
{
    return (int32_vector)_mm512_maskz_mov_epi32((__mmask16)(word >> i), loaded((int64_vector)a));
}

#else

#define BITS_4(n) (n), (n) << 1, (n) << 2, (n) << 3
#define BITS_16(n) BITS_4(n), BITS_4((n) << 4), BITS_4((n) << 8), BITS_4((n) << 12)
#define PAIRS_4(n) (n), (n), (n) << 1, (n) << 1, (n) << 2, (n) << 2, (n) << 3, (n) << 3
#define PAIRS_16(n) PAIRS_4(n), PAIRS_4((n) << 4), PAIRS_4((n) << 8), PAIRS_4((n) << 12)
static const uint32_t bits_4[32] = {BITS_16((uint32_t)1), BITS_16((uint32_t)1 << 16)};
/* Each bit twice, for both halves of an 8-byte lane: SSE2 cannot compare 8 bytes. */
static const uint32_t bits_8[64] = {PAIRS_16((uint32_t)1), PAIRS_16((uint32_t)1 << 16)};
#undef BITS_4
#undef BITS_16
#undef PAIRS_4
#undef PAIRS_16

/* All bits set where the mask's bit is set, else 0. */
STOA__INLINE int32_vector ones_of(const uint32_t *place, uint64_t word, size_t i)
{
    int32_vector bits = load_int32(place);
    return (each_4((int32_t)(uint32_t)(word >> i / 32 * 32)) & bits) == bits;
}

STOA__INLINE int32_vector ones_4(uint64_t word, size_t i)
{
    return ones_of(bits_4 + i % 32, word, i);
}

STOA__INLINE int64_vector ones_8(uint64_t word, size_t i)
{
    return (int64_vector)ones_of(bits_8 + i % 32 * 2, word, i);
}

STOA__INLINE int64_vector blended_8(int64_vector ones, int64_vector a, int64_vector b)
{
#if STOA__AVX2
    return (int64_vector)_mm256_blendv_epi8((__m256i)b, (__m256i)a, (__m256i)ones);
#else
    return (a & ones) | (b & ~ones);
#endif
}

STOA__INLINE int32_vector blended_4(int32_vector ones, int32_vector a, int32_vector b)
{
    return (int32_vector)blended_8((int64_vector)ones, (int64_vector)a, (int64_vector)b);
}

STOA__INLINE int64_vector either_8(uint64_t word, size_t i, int64_vector a, int64_vector b)
{
    return blended_8(ones_8(word, i), a, b);
}

STOA__INLINE int32_vector either_4(uint64_t word, size_t i, int32_vector a, int32_vector b)
{
    return blended_4(ones_4(word, i), a, b);
}

STOA__INLINE int64_vector kept_8(uint64_t word, size_t i, int64_vector a)
{
    return a & ones_8(word, i);
}

STOA__INLINE int32_vector kept_4(uint64_t word, size_t i, int32_vector a)
{
    return a & ones_4(word, i);
}

#endif

/* ---- by value ---- */

STOA__INLINE int64_vector smaller_8(int64_vector a, int64_vector b)
{
#if STOA__AVX512
    return (int64_vector)_mm512_min_epi64((__m512i)a, (__m512i)b);
#else
    return blended_8(a < b, a, b);
#endif
}

STOA__INLINE int32_vector smaller_4(int32_vector a, int32_vector b)
{
#if STOA__AVX512
    return (int32_vector)_mm512_min_epi32((__m512i)a, (__m512i)b);
#elif STOA__AVX2
    return (int32_vector)_mm256_min_epi32((__m256i)a, (__m256i)b);
#else
    return blended_4(a < b, a, b);
#endif
}

/* a where it is less than b, else b. */
STOA__INLINE float64_vector smaller_float64(float64_vector a, float64_vector b)
{
#if STOA__AVX512
    return (float64_vector)_mm512_min_pd((__m512d)a, (__m512d)b);
#elif STOA__AVX2
    return (float64_vector)_mm256_min_pd((__m256d)a, (__m256d)b);
#elif defined(__SSE2__)
    return (float64_vector)_mm_min_pd((__m128d)a, (__m128d)b);
#else
    return (float64_vector)blended_8(a < b, (int64_vector)a, (int64_vector)b);
#endif
}

/* keys where the value is a number, else none. */
STOA__INLINE int64_vector where_number(float64_vector values, int64_vector keys, int64_vector none)
{
#if STOA__AVX512
    __mmask8 nan = _mm512_cmp_pd_mask((__m512d)values, (__m512d)values, _CMP_UNORD_Q);
    return (int64_vector)_mm512_mask_mov_epi64((__m512i)keys, nan, (__m512i)none);
#else
    float64_vector same = values;
    return blended_8(values == same, keys, none);
#endif
}

/* All bits set in negative lanes, else 0. */
STOA__INLINE int64_vector signs_8(int64_vector values)
{
#if STOA__AVX512
    return (int64_vector)_mm512_srai_epi64((__m512i)values, 63);
#else
    return values < each_8(0);
#endif
}

/* ---- products of the low halves of 8-byte lanes, exact ---- */

STOA__INLINE int64_vector low_products(int64_vector a, int64_vector b)
{
#if STOA__AVX512
    return (int64_vector)_mm512_mul_epi32((__m512i)a, (__m512i)b);
#elif STOA__AVX2
    return (int64_vector)_mm256_mul_epi32((__m256i)a, (__m256i)b);
#else
    int64_vector products;
    for (size_t i = 0; i < LANES_8; i++)
        products[i] = (int64_t)(int32_t)a[i] * (int32_t)b[i];
    return products;
#endif
}

STOA__INLINE uint64_vector low_products_unsigned(uint64_vector a, uint64_vector b)
{
#if STOA__AVX512
    return (uint64_vector)_mm512_mul_epu32((__m512i)a, (__m512i)b);
#elif STOA__AVX2
    return (uint64_vector)_mm256_mul_epu32((__m256i)a, (__m256i)b);
#elif defined(__SSE2__)
    return (uint64_vector)_mm_mul_epu32((__m128i)a, (__m128i)b);
#else
    uint64_vector products;
    for (size_t i = 0; i < LANES_8; i++)
        products[i] = (a[i] & UINT32_MAX) * (b[i] & UINT32_MAX);
    return products;
#endif
}

STOA__INLINE int64_vector upper_halves(int64_vector values)
{
    return (int64_vector)((uint64_vector)values >> 32);
}

/* The sum of the squares of the two int32 in each lane: at most 2^63. */
STOA__INLINE uint64_vector pair_squares(int32_vector numbers)
{
#if STOA__AVX2
    int64_vector even = (int64_vector)numbers, odd = upper_halves(even);
    return (uint64_vector)low_products(even, even) + (uint64_vector)low_products(odd, odd);
#else
    uint64_vector sign = (uint64_vector)(numbers >> 31), even, odd;
    even = (uint64_vector)((uint32_vector)((uint64_vector)numbers ^ sign) - (uint32_vector)sign);
    odd = even >> 32;
    return low_products_unsigned(even, even) + low_products_unsigned(odd, odd);
#endif
}

STOA__INLINE bool all_zero(uint64_vector values)
{
#if STOA__AVX512
    return _mm512_test_epi64_mask((__m512i)values, (__m512i)values) == 0;
#elif STOA__AVX2
    return _mm256_testz_si256((__m256i)values, (__m256i)values) != 0;
#else
    return (values[0] | values[1]) == 0;
#endif
}

#endif
