/* add_product.c: adds a product to float32 cells in place, in such a way that it can be undone.
 *
 * The new value is (float)(a + b * factor), rounded at each step as float64 is. From it (float)(new
 * - b * factor) gives the old one back, but where rounding to a greater exponent has lost bits:
 * mostly in less than one row of fifty. What is not given back is kept in a journal. Invariant: the
 * first journal->done values are new and all others old, so that an undo knows where to end. */
#include <string.h>

#include "kernel/bits.h"
#include "kernel/lanes.h"
#include "kernel/vector.h"

enum { CHUNK = 64 };

#define INFINITE 0x7f800000 /* bits of a float32; those of NaN are greater */

/* Old values, and where the bits differ that an undo would give. */
typedef struct chunk {
    float old[CHUNK];
    int32_t lost[CHUNK];
} chunk;

static inline int32_t bits_of_float32(float value)
{
    int32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* The greatest magnitude of a new value, as bits. */
static inline int32_t make(chunk *to, float *a, const float *b, double factor, size_t count)
{
    int32_t most = 0;
    EACH_LANE
    for (size_t i = 0; i < count; i++) {
        double product = (double)b[i] * factor;
        float old = a[i], made = (float)((double)old + product);
        float back = (float)((double)made - product);
        int32_t size = bits_of_float32(made) & INT32_MAX;
        most = size > most ? size : most;
        to->old[i] = old;
        to->lost[i] = bits_of_float32(back) ^ bits_of_float32(old);
        a[i] = made;
    }
    return most;
}

/* The lanes that are not 0, as bits. */
static inline uint64_t set_lanes(int32_vector values)
{
#if STOA__AVX512
    return _mm512_test_epi32_mask((__m512i)values, (__m512i)values);
#elif STOA__AVX2
    return (uint8_t)~_mm256_movemask_ps((__m256)(values == each_4(0)));
#elif defined(__SSE2__)
    return (uint64_t)_mm_movemask_ps((__m128)(values == each_4(0))) ^ 0xf;
#else
    uint64_t bits = 0;
    for (size_t i = 0; i < LANES_4; i++)
        bits |= (uint64_t)(values[i] != 0) << i;
    return bits;
#endif
}

static inline void keep_first(stoa__journal *journal, const chunk *made, uint64_t word)
{
    size_t i = stoa__lowest(word | (uint64_t)1 << 63);
    journal->lost[journal->count] = (stoa__lost_value){journal->done + (uint32_t)i, made->old[i]};
    journal->count += word != 0;
}

/* There is room for a chunk. Most words have one bit set, or none: the first two need no branch,
 * which no processor could foretell. */
static inline void keep(stoa__journal *journal, const chunk *made)
{
    uint64_t word = 0;
    for (size_t i = 0; i < CHUNK; i += LANES_4)
        word |= set_lanes(load_int32(made->lost + i)) << i;
    for (int i = 0; i < 2; i++, word &= word - 1)
        keep_first(journal, made, word);
    for (; word != 0; word &= word - 1)
        keep_first(journal, made, word);
}

/* False: the values are as they were. */
static inline bool add(stoa__journal *journal, float *a, const float *b, double factor,
                       size_t count)
{
    _Alignas(64) chunk made; /* said aloud: gcc's sanitizer misplaces what is aligned for vectors */
    if (count < CHUNK)
        memset(&made, 0, sizeof made);
    if (journal->room - journal->count < CHUNK)
        return false;
    if (make(&made, a, b, factor, count) >= INFINITE) {
        memcpy(a, made.old, count * sizeof *a);
        return false;
    }
    keep(journal, &made);
    journal->done += (uint32_t)count;
    return true;
}

bool STOA__AT_LEVEL(stoa__add_product)(stoa__journal *journal, float *a, const float *b,
                                       double factor, size_t count)
{
    size_t i = 0;
    for (; i + CHUNK <= count; i += CHUNK) {
        fetch_ahead(a + i, CHUNK * sizeof *a, AHEAD);
        fetch_ahead(b + i, CHUNK * sizeof *b, AHEAD);
        if (!add(journal, a + i, b + i, factor, CHUNK))
            return false;
    }
    return i == count || add(journal, a + i, b + i, factor, count - i);
}

void STOA__AT_LEVEL(stoa__take_product)(const stoa__journal *journal, float *a, const float *b,
                                        double factor)
{
    EACH_LANE
    for (size_t i = 0; i < journal->done; i++)
        a[i] = (float)((double)a[i] - (double)b[i] * factor);
    for (size_t i = 0; i < journal->count; i++)
        a[journal->lost[i].at] = journal->lost[i].value;
}
