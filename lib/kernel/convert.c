/* convert.c: converts cells to registers and back, and one form to another; fills registers with
 * constants.
 *
 * Most conversions are a function of one value that lanes.h makes into a loop. An integer that does
 * not fit keeps its low bits; a float that does not fit gives 0. */
#include <math.h>
#include <string.h>

#include "base/words.h"
#include "kernel/bits.h"
#include "kernel/lanes.h"
#include "kernel/squares.h"
#include "kernel/vector.h"
#if STOA__AVX2
#include <immintrin.h>
#endif

#define UNUSED(failed) (void)(failed)

/* ---- integers ---- */

/* Conversions that always fit. */
#define EXACT(name, OUT, A)                  \
    static inline OUT name(A a, OUT *failed) \
    {                                        \
        UNUSED(failed);                      \
        return (OUT)a;                       \
    }                                        \
    LANES_V(name, OUT, A, OUT)

EXACT(load_int8, int32_t, int8_t)
EXACT(load_int16, int32_t, int16_t)
EXACT(load_uint8, int32_t, uint8_t)
EXACT(load_uint16, int32_t, uint16_t)
EXACT(load_uint32, int64_t, uint32_t)
EXACT(int64_int32, int64_t, int32_t)
EXACT(int32_int64, int32_t, int64_t)
EXACT(store_4, int32_t, int32_t)
EXACT(store_8, int64_t, int64_t)

/* A value fits if converting it back gives the same value. */
#define NARROWED(name, OUT, A)             \
    static inline OUT name(A a, A *failed) \
    {                                      \
        OUT out = (OUT)a;                  \
        *failed |= -(A)(out != a);         \
        return out;                        \
    }                                      \
    LANES_V(name, OUT, A, A)

NARROWED(store_int8, int8_t, int32_t)
NARROWED(store_int16, int16_t, int32_t)
NARROWED(store_uint8, uint8_t, int32_t)
NARROWED(store_uint16, uint16_t, int32_t)
NARROWED(store_uint32, uint32_t, int64_t)
NARROWED(int32_checked, int32_t, int64_t)

static inline int64_t int64_uint64(uint64_t a, int64_t *failed)
{
    *failed |= (int64_t)a;
    return (int64_t)a;
}

static inline uint64_t uint64_int64(int64_t a, int64_t *failed)
{
    *failed |= a;
    return (uint64_t)a;
}

LANES_V(int64_uint64, int64_t, uint64_t, int64_t)
LANES_V(uint64_int64, uint64_t, int64_t, int64_t)

/* ---- floats ---- */

#define TO_FLOAT(name, A)                           \
    static inline double name(A a, int64_t *failed) \
    {                                               \
        UNUSED(failed);                             \
        return (double)a;                           \
    }                                               \
    LANES_V(name, double, A, int64_t)

TO_FLOAT(load_float32, float)
TO_FLOAT(float64_int32, int32_t)

/* AVX-512 and NEON convert 64-bit integers directly. Elsewhere they are converted in halves: a half
 * becomes the low bits of a double by putting it under the exponent of 2^52 or 2^84. */
#if STOA__AVX512 || !defined(__x86_64__)
TO_FLOAT(float64_int64, int64_t)
TO_FLOAT(float64_uint64, uint64_t)
#else
/* Adds the halves. 2^84 and 2^52, and what was added to make the high half positive, are subtracted
 * exactly from the high half; the sum is rounded once. */
static inline double joined(uint64_t high, uint64_t low, double added)
{
    return (stoa__float64_of(high | 0x4530000000000000) - (added + 0x1p52)) +
           stoa__float64_of((low & UINT32_MAX) | 0x4330000000000000);
}

static inline double float64_int64(int64_t a, int64_t *failed)
{
    UNUSED(failed);
    return joined(((uint64_t)a >> 32) ^ 0x80000000, (uint64_t)a, 0x1p84 + 0x1p63);
}

static inline double float64_uint64(uint64_t a, int64_t *failed)
{
    UNUSED(failed);
    return joined(a >> 32, a, 0x1p84);
}

LANES_V(float64_int64, double, int64_t, int64_t)
LANES_V(float64_uint64, double, uint64_t, int64_t)
#endif

static inline double sqrt_int64(int64_t a, int64_t *failed)
{
    return sqrt(float64_int64(a, failed));
}

LANES_V(sqrt_int64, double, int64_t, int64_t)

/* One kernel instead of two, so that square roots are computed while columns are still loaded from
 * memory. */
static inline double norm(int32_t a, int32_t b, int64_t *failed)
{
    return sqrt(float64_int64(add_squares(a, b, failed), failed));
}

#define ROOTS(sums) _mm512_sqrt_pd(_mm512_cvtepi64_pd(sums))
LANES_OF_SQUARES(norm, double, _mm512_storeu_pd, ROOTS)

/* Truncates a double that fits. */
#if STOA__AVX2 && !STOA__AVX512
static inline uint64_t uint64_of(double a)
{
    double whole = trunc(a), high = floor(whole * 0x1p-32), low = whole - high * 0x1p32;
    return (stoa__bits_of(high + 0x1.8p52) << 32) | (stoa__bits_of(low + 0x1p52) & UINT32_MAX);
}

static inline int64_t int64_of(double a)
{
    return (int64_t)uint64_of(a);
}
#else
static inline uint64_t uint64_of(double a)
{
    return (uint64_t)a;
}

static inline int64_t int64_of(double a)
{
    return (int64_t)a;
}
#endif

static inline int64_t int64_float64(double a, int64_t *failed)
{
    bool fits = a >= -0x1p63 && a < 0x1p63;
    *failed |= -(int64_t)!fits;
    return int64_of(fits ? a : 0);
}

static inline uint64_t uint64_float64(double a, int64_t *failed)
{
    bool fits = a > -1 && a < 0x1p64;
    *failed |= -(int64_t)!fits;
    return uint64_of(fits ? a : 0);
}

LANES_V(int64_float64, int64_t, double, int64_t)
LANES_V(uint64_float64, uint64_t, double, int64_t)

/* Negative if a finite value overflows float32. Taken as an integer, the magnitude of such a value
 * is at least that of 0x1.ffffffp127, halfway between FLT_MAX and the next power of 2, and below
 * that of infinity. */
static inline int64_t float32_overflows(double a)
{
    int64_t bits = (int64_t)stoa__bits_of(a) & INT64_MAX;
    return ~(bits - 0x47effffff0000000) & (bits - 0x7ff0000000000000);
}

static inline float store_float32(double a, int64_t *failed)
{
    *failed |= float32_overflows(a);
    return (float)a;
}

static inline double round_float32(double a, int64_t *failed)
{
    return (double)store_float32(a, failed);
}

/* Gives the greatest magnitude among the results as bits, which tell what is infinite or NaN: much
 * more quickly than each value's overflow can be told. */
static inline int32_t mul_add(float *to, const float *a, const float *b, double factor,
                              size_t count, int32_t most)
{
    EACH_LANE
    for (size_t i = 0; i < count; i++) {
        double product = (double)b[i] * factor;
        float made = (float)((double)a[i] + product);
        int32_t bits;
        memcpy(&bits, &made, sizeof bits);
        bits &= INT32_MAX;
        most = bits > most ? bits : most;
        to[i] = made;
    }
    return most;
}

KERNEL(store_mul_add, vv)
{
    enum { CHUNK = 64 };
    float *to = out;
    const float *as = a, *bs = b;
    const double factor = *(const double *)c;
    int32_t most = 0;
    size_t i = 0;
    for (; i + CHUNK <= count; i += CHUNK) { /* columns in turn, each a block: see AHEAD */
        fetch_ahead(as + i, CHUNK * sizeof *as, AHEAD);
        fetch_ahead(bs + i, CHUNK * sizeof *bs, AHEAD);
        most = mul_add(to + i, as + i, bs + i, factor, CHUNK, most);
    }
    return mul_add(to + i, as + i, bs + i, factor, count - i, most) >= 0x7f800000;
}

LANES_V(store_float32, float, double, int64_t)
LANES_V(round_float32, double, double, int64_t)

/* Rounding to odd (Boldo and Melquiond, 2008): if the bits that are dropped are not all zero, the
 * last bit that is kept is set. Rounding to float32, which has fewer bits, then gives the same as
 * rounding the exact value. */
static inline uint64_t odd(uint64_t a)
{
    return (a & ~(uint64_t)0x7ff) | (((a & 0x7ff) + 0x7ff) & 0x800);
}

static inline int64_t odd_int64(int64_t a, int64_t *failed)
{
    UNUSED(failed);
    return (uint64_t)a + (1ULL << 53) <= 1ULL << 54 ? a : (int64_t)odd((uint64_t)a);
}

static inline uint64_t odd_uint64(uint64_t a, int64_t *failed)
{
    UNUSED(failed);
    return a <= 1ULL << 53 ? a : odd(a);
}

LANES_V(odd_int64, int64_t, int64_t, int64_t)
LANES_V(odd_uint64, uint64_t, uint64_t, int64_t)

/* ---- bits ---- */

/* Packs 64 bytes, each 0 or 1, to 64 bits. */
static inline uint64_t packed(const uint8_t *bytes)
{
#if STOA__AVX512
    return _mm512_cmpneq_epi8_mask(_mm512_loadu_si512(bytes), _mm512_setzero_si512());
#elif STOA__AVX2
    __m256i low = _mm256_loadu_si256((const __m256i *)bytes);
    __m256i high = _mm256_loadu_si256((const __m256i *)(bytes + 32));
    return (uint32_t)_mm256_movemask_epi8(_mm256_slli_epi16(low, 7)) |
           (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_slli_epi16(high, 7)) << 32;
#else
    uint64_t bits = 0;
    for (size_t i = 0; i < 8; i++) {
        uint64_t eight; /* byte j goes to bit 56 + j of the product; no two overlap */
        memcpy(&eight, bytes + i * 8, 8);
        bits |= eight * 0x0102040810204080 >> 56 << (i * 8);
    }
    return bits;
#endif
}

KERNEL(load_bool, vv)
{
    (void)b, (void)c;
    uint64_t *to = out;
    const uint8_t *as = a;
    for (size_t word = 0; word < count / 64; word++)
        to[word] = packed(as + word * 64);
    if (count % 64 != 0) {
        uint8_t last[64] = {0};
        memcpy(last, as + count / 64 * 64, count % 64);
        to[count / 64] = packed(last);
    }
    return false;
}

/* Expands 64 bits to 64 bytes, each 0 or 1. */
static inline void unpack_bytes(uint8_t *bytes, uint64_t bits)
{
#if STOA__AVX512
    _mm512_storeu_si512(bytes, _mm512_maskz_set1_epi8(bits, 1));
#else
    for (size_t i = 0; i < 8; i++) {
        uint64_t eight = stoa__bytes_of_bits(bits >> (i * 8));
        memcpy(bytes + i * 8, &eight, 8);
    }
#endif
}

static inline void unpack_int32(int32_t *integers, uint64_t bits)
{
    for (size_t half = 0; half < 2; half++)
        for (size_t i = 0; i < 32; i++)
            integers[half * 32 + i] = (int32_t)((uint32_t)(bits >> (half * 32)) >> i & 1);
}

#define UNPACKED(name, type, unpack)                                     \
    KERNEL(name, vv)                                                     \
    {                                                                    \
        (void)b, (void)c;                                                \
        type *to = out;                                                  \
        const uint64_t *as = a;                                          \
        for (size_t word = 0; word < count / 64; word++)                 \
            unpack(to + word * 64, as[word]);                            \
        if (count % 64 != 0) {                                           \
            type last[64];                                               \
            unpack(last, as[count / 64]);                                \
            memcpy(to + count / 64 * 64, last, count % 64 * sizeof *to); \
        }                                                                \
        return false;                                                    \
    }

UNPACKED(store_bool, uint8_t, unpack_bytes)
UNPACKED(int32_bits, int32_t, unpack_int32)

/* ---- ranges and constants ---- */

#define WITHIN(name, type)                                             \
    KERNEL(name, vv)                                                   \
    {                                                                  \
        (void)c;                                                       \
        type *to = out;                                                \
        const type *as = a, *range = b;                                \
        const type lowest = range[0], highest = range[1];              \
        type failed = 0;                                               \
        EACH_LANE                                                      \
        for (size_t i = 0; i < count; i++) {                           \
            failed |= -(type)(as[i] < lowest || as[i] > highest);      \
            to[i] = as[i];                                             \
        }                                                              \
        return failed < 0;                                             \
    }                                                                  \
    KERNEL(name, vc)                                                   \
    {                                                                  \
        return STOA__AT_LEVEL(stoa__##name##_vv)(out, a, b, c, count); \
    }

WITHIN(within_int32, int32_t)
WITHIN(within_int64, int64_t)

#define FILL(name, type)                    \
    KERNEL(name, vv)                        \
    {                                       \
        (void)b, (void)c;                   \
        type *to = out;                     \
        const type same = *(const type *)a; \
        for (size_t i = 0; i < count; i++)  \
            to[i] = same;                   \
        return false;                       \
    }

FILL(fill_int32, int32_t)
FILL(fill_int64, int64_t)

KERNEL(numbers, vv)
{
    (void)b, (void)c;
    uint64_t *to = out;
    const uint64_t first = *(const uint64_t *)a;
    for (size_t i = 0; i < count; i++)
        to[i] = first + i;
    return false;
}
