/* choose.c: a value of a where the bit of c is set, else that of b.
 *
 * Whole words of bits first: each vector takes its bits as a mask. AVX-512 has these as they are;
 * elsewhere each lane looks at a bit of its own. Then the rest, value by value. A constant stands
 * for a step of 0: it is read at the same address each time, where a vector of copies is. */
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "kernel/level.h"

#if STOA__AVX512
#define VECTOR_BYTES 64
#elif STOA__AVX2
#define VECTOR_BYTES 32
#else
#define VECTOR_BYTES 16
#endif

#define VALUE int32_t
#define NAME stoa__choose_int32
#define BLEND(word, a, b) _mm512_mask_blend_epi32((__mmask16)(word), (__m512i)(b), (__m512i)(a))
#include "kernel/choose_form.h"

#define VALUE int64_t
#define NAME stoa__choose_int64
#define BLEND(word, a, b) _mm512_mask_blend_epi64((__mmask8)(word), (__m512i)(b), (__m512i)(a))
#include "kernel/choose_form.h"

bool STOA__AT_LEVEL(stoa__choose_bits_vv)(void *out, const void *a, const void *b, const void *c,
                                          size_t count)
{
    const uint64_t *x = a, *y = b, *bits = c;
    uint64_t *words = out;
    for (size_t i = 0; i < (count + 63) / 64; i++)
        words[i] = (x[i] & bits[i]) | (y[i] & ~bits[i]);
    return false;
}
