/* squares.h: a * a + b * b of int32, for arithmetic.c and convert.c. The sum is exact in int64, but
 * for one pair: the lowest int32 twice gives 2^63, which wraps and is negative; that is a
 * failure. */
#ifndef STOA__KERNEL_SQUARES_H
#define STOA__KERNEL_SQUARES_H

#include "kernel/lanes.h"
#if STOA__AVX512
#include <immintrin.h>
#endif

static inline int64_t add_squares(int32_t a, int32_t b, int64_t *failed)
{
    int64_t sum = (int64_t)((uint64_t)((int64_t)a * a) + (uint64_t)((int64_t)b * b));
    *failed |= sum;
    return sum;
}

#if STOA__AVX512
/* Widens eight int32 to int64. The compiler's own widening separates odd from even values and
 * merges them again, which is a fifth slower. */
#define WIDENED(at) _mm512_cvtepi32_epi64(_mm256_loadu_si256((const __m256i *)(at)))

/* Defines the kernel `name` with results of type OUT, from a function name(int32_t, int32_t,
 * int64_t *). AT_ONCE(sums) makes the results of eight sums, and STORE stores them. */
#define LANES_OF_SQUARES(name, OUT, STORE, AT_ONCE)                                          \
    KERNEL(name, vv)                                                                         \
    {                                                                                        \
        (void)c;                                                                             \
        OUT *to = out;                                                                       \
        int64_t failed = 0;                                                                  \
        const int32_t *as = a, *bs = b;                                                      \
        __m512i all = _mm512_setzero_si512();                                                \
        size_t i = 0;                                                                        \
        for (; i + 8 <= count; i += 8) {                                                     \
            __m512i x = WIDENED(as + i), y = WIDENED(bs + i);                                \
            __m512i sums = _mm512_add_epi64(_mm512_mul_epi32(x, x), _mm512_mul_epi32(y, y)); \
            all = _mm512_or_si512(all, sums);                                                \
            STORE(to + i, AT_ONCE(sums));                                                    \
        }                                                                                    \
        for (; i < count; i++)                                                               \
            to[i] = name(as[i], bs[i], &failed);                                             \
        return failed < 0 || _mm512_movepi64_mask(all) != 0;                                 \
    }
#else
#define LANES_OF_SQUARES(name, OUT, STORE, AT_ONCE) LANES_VV(name, OUT, int32_t, int32_t, int64_t)
#endif

#endif
