/* squares.h: a * a + b * b of int32 in int64, for arithmetic.c and convert.c. */
#ifndef STOA__KERNEL_SQUARES_H
#define STOA__KERNEL_SQUARES_H

#include "kernel/level.h"
#if STOA__AVX512
#include <immintrin.h>
#endif

/* The sum is 2 to the 63rd at most. */
static inline int64_t add_squares(int32_t a, int32_t b, int64_t *failed)
{
    int64_t sum = (int64_t)((uint64_t)((int64_t)a * a) + (uint64_t)((int64_t)b * b));
    *failed |= sum;
    return sum;
}

#if STOA__AVX512
/* GCC sorts the odd from the even and back: a fifth slower. */
#define WIDENED(at) _mm512_cvtepi32_epi64(_mm256_loadu_si256((const __m256i *)(at)))

static inline __m512i squares_added(const int32_t *a, const int32_t *b)
{
    __m512i x = WIDENED(a), y = WIDENED(b);
    return _mm512_add_epi64(_mm512_mul_epi32(x, x), _mm512_mul_epi32(y, y));
}
#endif

#endif
