/* compare.c: comparisons of two registers; the result is bits. compare_pair.h makes the six
 * comparisons of one pair of forms.
 *
 * Integers are compared with floats, and int64 with uint64, exactly. order(a, b) is a number that
 * compares with 0 as a does with b (NaN if b is NaN). For an integer a and a double b it rounds a
 * to `near`. Rounding keeps the order, so if near differs from b, near - b is the answer; if they
 * are equal, it is what rounding took from a.
 *
 * If one side is constant, it is turned into a constant of the other side's form, so that equal
 * forms are compared: for integers x < 2.5 becomes x < 3. If no such constant exists, the answer is
 * the same for all values. */
#include <math.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "kernel/bits.h"
#include "kernel/level.h"

#if STOA__AVX512
#define VECTOR_BYTES 64
#elif STOA__AVX2
#define VECTOR_BYTES 32
#define SIGNS_4(x) (unsigned)_mm256_movemask_ps((__m256)(x))
#define SIGNS_8(x) (unsigned)_mm256_movemask_pd((__m256d)(x))
#elif defined(__SSE2__)
#define VECTOR_BYTES 16
#define SIGNS_4(x) (unsigned)_mm_movemask_ps((__m128)(x))
#define SIGNS_8(x) (unsigned)_mm_movemask_pd((__m128d)(x))
#endif

/* Packs 64 bytes, each 0 or 1, to a word: bit i is byte i. */
static inline uint64_t bits_of(const uint8_t bytes[64])
{
    uint64_t word = 0;
    for (size_t i = 0; i < 64; i += 8) {
        uint64_t eight = 0;
        for (size_t k = 0; k < 8; k++)
            eight |= (uint64_t)bytes[i + k] << (8 * k);
        word |= (eight * 0x0102040810204080 >> 56) << i;
    }
    return word;
}

/* ---- both operands of one form ---- */

#define PAIR int32
#define A int32_t
#define B int32_t
#define MASK512(a, b, predicate) _mm512_cmp_epi32_mask((__m512i)(a), (__m512i)(b), predicate)
#include "kernel/compare_pair.h"

#if !STOA__AVX2
#define BY_BYTES
#endif
#define PAIR int64
#define A int64_t
#define B int64_t
#define MASK512(a, b, predicate) _mm512_cmp_epi64_mask((__m512i)(a), (__m512i)(b), predicate)
#include "kernel/compare_pair.h"

#define PAIR uint64
#define A uint64_t
#define B uint64_t
#define MASK512(a, b, predicate) _mm512_cmp_epu64_mask((__m512i)(a), (__m512i)(b), predicate)
#include "kernel/compare_pair.h"

#undef BY_BYTES

#define PAIR float64
#define A double
#define B double
#define MASK512(a, b, predicate) _mm512_cmp_pd_mask((__m512d)(a), (__m512d)(b), predicate)
#include "kernel/compare_pair.h"

/* ---- operands of different forms ---- */

typedef enum comparison { EQ, NE, LT, LE, GT, GE, COMPARISONS } comparison;

/* `c OP a` means the same as `a mirrored[OP] c`. */
static const comparison mirrored[COMPARISONS] = {EQ, NE, GT, GE, LT, LE};

#define KERNELS(pair)                                                                   \
    {                                                                                   \
        STOA__AT_LEVEL(stoa__eq_##pair##_vc), STOA__AT_LEVEL(stoa__ne_##pair##_vc),     \
            STOA__AT_LEVEL(stoa__lt_##pair##_vc), STOA__AT_LEVEL(stoa__le_##pair##_vc), \
            STOA__AT_LEVEL(stoa__gt_##pair##_vc), STOA__AT_LEVEL(stoa__ge_##pair##_vc), \
    }
static stoa__kernel *const with_int64[COMPARISONS] = KERNELS(int64);
static stoa__kernel *const with_uint64[COMPARISONS] = KERNELS(uint64);
static stoa__kernel *const with_float64[COMPARISONS] = KERNELS(float64);

static void fill(uint64_t *out, bool bit, size_t count)
{
    memset(out, bit ? 0xff : 0, (count + 63) / 64 * sizeof *out);
    if (bit && count % 64 != 0)
        out[count / 64] = ((uint64_t)1 << count % 64) - 1;
}

/* The result if every value is less than the constant (or, below, greater). */
static void fill_less(comparison op, uint64_t *out, size_t count)
{
    fill(out, op == NE || op == LT || op == LE, count);
}

static void fill_greater(comparison op, uint64_t *out, size_t count)
{
    fill(out, op == NE || op == GT || op == GE, count);
}

/* The integer, as a double, to compare integers with in place of c. It is c itself for == and !=
 * (even if c is no integer), and if c is NaN. */
static double whole(comparison op, double c)
{
    if (op == EQ || op == NE)
        return c;
    return op == LT || op == GE ? ceil(c) : floor(c);
}

static void int64_with(comparison op, uint64_t *out, const int64_t *a, double b, size_t count)
{
    double c = whole(op, b);
    if (c < -0x1p63) {
        fill_greater(op, out, count);
    } else if (c >= 0x1p63) {
        fill_less(op, out, count);
    } else if (c == trunc(c)) {
        const int64_t fixed = (int64_t)c;
        with_int64[op](out, a, &fixed, NULL, count);
    } else {
        fill(out, op == NE, count);
    }
}

static void uint64_with(comparison op, uint64_t *out, const uint64_t *a, double b, size_t count)
{
    double c = whole(op, b);
    if (c < 0) {
        fill_greater(op, out, count);
    } else if (c >= 0x1p64) {
        fill_less(op, out, count);
    } else if (c == trunc(c)) {
        const uint64_t fixed = (uint64_t)c;
        with_uint64[op](out, a, &fixed, NULL, count);
    } else {
        fill(out, op == NE, count);
    }
}

/* near OP b, corrected by rest: compares the integer a = near + rest with doubles b. There is no
 * double between a and near. */
static void float64_with(comparison op, uint64_t *out, double near, double rest, const double *b,
                         size_t count)
{
    if (rest != 0 && (op == EQ || op == NE)) {
        fill(out, op == NE, count);
        return;
    }
    op = mirrored[op];
    if (rest > 0) /* near < a: what is not greater than near is less than a */
        op = op == LT || op == LE ? LE : GT;
    else if (rest < 0)
        op = op == LT || op == LE ? LT : GE;
    with_float64[op](out, b, &near, NULL, count);
}

/* high + low, rounded once to a double, where high is a multiple of 2^32 and low is below 2^32.
 * *rest: what rounding took away; it is exact. */
static inline double near_sum(double high, double low, double *rest)
{
    double near = high + low;
    *rest = low - (near - high);
    return near;
}

/* Converts without an instruction for 64-bit integers, which vectors before AVX-512 lack. The upper
 * half of a is placed in the low bits of 2^84, where a bit counts 2^32, and the lower half in those
 * of 2^52, where it counts 1. */
static inline double near_int64(int64_t a, double *rest)
{
    uint64_t bits = (uint64_t)a ^ (uint64_t)1 << 63; /* a + 2^63 */
    double high = stoa__float64_of(bits >> 32 | 0x4530000000000000) - (0x1p84 + 0x1p63);
    double low = stoa__float64_of((bits & UINT32_MAX) | 0x4330000000000000) - 0x1p52;
    return near_sum(high, low, rest);
}

static inline double near_uint64(uint64_t a, double *rest)
{
    double high = stoa__float64_of(a >> 32 | 0x4530000000000000) - 0x1p84;
    double low = stoa__float64_of((a & UINT32_MAX) | 0x4330000000000000) - 0x1p52;
    return near_sum(high, low, rest);
}

static inline double order_int64(int64_t a, double b)
{
    double rest, near = near_int64(a, &rest);
    return near == b ? rest : near - b;
}

static inline double order_uint64(uint64_t a, double b)
{
    double rest, near = near_uint64(a, &rest);
    return near == b ? rest : near - b;
}

static inline int order_integers(uint64_t a, int64_t b)
{
    return b < 0 ? 1 : (a > (uint64_t)b) - (a < (uint64_t)b);
}

static void int64_before(comparison op, uint64_t *out, int64_t a, const double *b, size_t count)
{
    double rest, near = near_int64(a, &rest);
    float64_with(op, out, near, rest, b, count);
}

static void uint64_before(comparison op, uint64_t *out, uint64_t a, const double *b, size_t count)
{
    double rest, near = near_uint64(a, &rest);
    float64_with(op, out, near, rest, b, count);
}

static void integers_with(comparison op, uint64_t *out, const uint64_t *a, int64_t b, size_t count)
{
    if (b < 0)
        fill_greater(op, out, count);
    else
        with_uint64[op](out, a, &b, NULL, count);
}

static void integers_before(comparison op, uint64_t *out, uint64_t a, const int64_t *b,
                            size_t count)
{
    if (a > INT64_MAX)
        fill_greater(op, out, count);
    else
        with_int64[mirrored[op]](out, b, &a, NULL, count);
}

#define PAIR int64_float64
#define A int64_t
#define B double
#define ORDER order_int64
#define WITH_B int64_with
#define WITH_A int64_before
#include "kernel/compare_pair.h"

#define PAIR uint64_float64
#define A uint64_t
#define B double
#define ORDER order_uint64
#define WITH_B uint64_with
#define WITH_A uint64_before
#include "kernel/compare_pair.h"

#define PAIR uint64_int64
#define A uint64_t
#define B int64_t
#define ORDER order_integers
#define WITH_B integers_with
#define WITH_A integers_before
#include "kernel/compare_pair.h"

/* ---- one operand ---- */

bool STOA__AT_LEVEL(stoa__isnan_vv)(void *out, const void *a, const void *b, const void *c,
                                    size_t count)
{
    (void)b;
    return STOA__AT_LEVEL(stoa__ne_float64_vv)(out, a, a, c, count);
}

/* a - a is 0 for a finite a, else NaN. */
bool STOA__AT_LEVEL(stoa__isfinite_vv)(void *out, const void *a, const void *b, const void *c,
                                       size_t count)
{
    (void)b;
    const double *values = a;
    uint64_t *words = out;
    for (size_t i = 0; i < count; i += 64) {
        double zeros[64];
        size_t some = count - i < 64 ? count - i : 64;
        for (size_t k = 0; k < some; k++)
            zeros[k] = values[i + k] - values[i + k];
        STOA__AT_LEVEL(stoa__eq_float64_vv)(&words[i / 64], zeros, zeros, c, some);
    }
    return false;
}
