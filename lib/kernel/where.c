/* where.c: the kernels of where(c, a, b): a's value where the bit of c is set, else b's.
 *
 * Whole words of c (64 values) come first, by vectors. AVX-512 takes the bits of c as a mask
 * directly; at other levels each lane tests a bit of its own. The remaining values are done one by
 * one. A constant operand is copied to all lanes of a register once. */
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
#define NAME stoa__where_int32
#define BLEND(word, a, b) _mm512_mask_blend_epi32((__mmask16)(word), (__m512i)(b), (__m512i)(a))
#include "kernel/where_form.h"

#define VALUE int64_t
#define NAME stoa__where_int64
#define BLEND(word, a, b) _mm512_mask_blend_epi64((__mmask8)(word), (__m512i)(b), (__m512i)(a))
#include "kernel/where_form.h"

bool STOA__AT_LEVEL(stoa__where_bits_vv)(void *out, const void *a, const void *b, const void *c,
                                         size_t count)
{
    const uint64_t *x = a, *y = b, *bits = c;
    uint64_t *words = out;
    for (size_t i = 0; i < (count + 63) / 64; i++)
        words[i] = (x[i] & bits[i]) | (y[i] & ~bits[i]);
    return false;
}
