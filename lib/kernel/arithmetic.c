/* arithmetic.c: + - * / // % ** and signs. Each operation is a function of one value (or of one
 * pair); lanes.h makes it into a loop.
 *
 * Integers are computed in unsigned words, so that a result that overflows wraps instead of being
 * undefined. Where a kernel fails its output is the wrapped value, and 0 after a division by zero.
 * A `never` kernel that is called with values beyond its range wraps too. */
#include <math.h>
#include <string.h>

#include "kernel/bits.h"
#include "kernel/lanes.h"
#include "kernel/squares.h"

#define UNUSED(failed) (void)(failed)

/* Whether the processor has instructions for floor, fma and products of 32 bits. Without them the
 * quick ways for runs of values would be slower than the plain ones. */
#if STOA__AVX2 || defined(__aarch64__)
#define QUICK 1
#else
#define QUICK 0
#endif

/* ---- sums and products ---- */

#define WRAPPING(name, type, word, operator)              \
    static inline type name(type a, type b, type *failed) \
    {                                                     \
        UNUSED(failed);                                   \
        return (type)((word)a operator(word) b);          \
    }
#define WIDE(name, operator)                                          \
    static inline int64_t name(int32_t a, int32_t b, int64_t *failed) \
    {                                                                 \
        UNUSED(failed);                                               \
        return (int64_t)a operator(int64_t) b;                        \
    }
#define FLOAT(name, operator)                                      \
    static inline double name(double a, double b, int64_t *failed) \
    {                                                              \
        UNUSED(failed);                                            \
        return a operator b;                                       \
    }

WRAPPING(add_int32, int32_t, uint32_t, +)
WRAPPING(sub_int32, int32_t, uint32_t, -)
WRAPPING(mul_int32, int32_t, uint32_t, *)
WRAPPING(add_int64, int64_t, uint64_t, +)
WRAPPING(sub_int64, int64_t, uint64_t, -)
WRAPPING(mul_int64, int64_t, uint64_t, *)
WIDE(add_wide, +)
WIDE(sub_wide, -)
WIDE(mul_wide, *)
FLOAT(add_float64, +)
FLOAT(sub_float64, -)
FLOAT(mul_float64, *)
FLOAT(div_float64, /)

static inline int64_t add_checked(int64_t a, int64_t b, int64_t *failed)
{
    int64_t sum = (int64_t)((uint64_t)a + (uint64_t)b);
    *failed |= (a ^ sum) & (b ^ sum);
    return sum;
}

static inline int64_t add_nonnegative(int64_t a, int64_t b, int64_t *failed)
{
    int64_t sum = (int64_t)((uint64_t)a + (uint64_t)b);
    *failed |= sum;
    return sum;
}

static inline int64_t sub_checked(int64_t a, int64_t b, int64_t *failed)
{
    int64_t difference = (int64_t)((uint64_t)a - (uint64_t)b);
    *failed |= (a ^ b) & (a ^ difference);
    return difference;
}

LANES_VC(add_int32, int32_t, int32_t, int32_t, int32_t)
LANES_CV(sub_int32, int32_t, int32_t, int32_t, int32_t)
LANES_VC(mul_int32, int32_t, int32_t, int32_t, int32_t)
LANES_VC(add_int64, int64_t, int64_t, int64_t, int64_t)
LANES_CV(sub_int64, int64_t, int64_t, int64_t, int64_t)
LANES_VC(mul_int64, int64_t, int64_t, int64_t, int64_t)
LANES_VC(add_wide, int64_t, int32_t, int32_t, int64_t)
LANES_CV(sub_wide, int64_t, int32_t, int32_t, int64_t)
#if STOA__AVX512
KERNEL(mul_wide, vv)
{
    (void)c;
    int64_t *to = out, failed = 0;
    const int32_t *as = a, *bs = b;
    size_t i = 0;
    for (; i + 8 <= count; i += 8)
        _mm512_storeu_si512(to + i, _mm512_mul_epi32(WIDENED(as + i), WIDENED(bs + i)));
    for (; i < count; i++)
        to[i] = mul_wide(as[i], bs[i], &failed);
    return false;
}
LANES_B(mul_wide, int64_t, int32_t, int32_t, int64_t)

#else
LANES_VC(mul_wide, int64_t, int32_t, int32_t, int64_t)
#endif

#define AS_THEY_ARE(sums) (sums)
LANES_OF_SQUARES(add_squares, int64_t, _mm512_storeu_si512, AS_THEY_ARE)

/* ADD_SQUARES overflows only where both operands are the lowest int32. b is read only if such an a
 * was found. */
KERNEL(add_squares_fails, vv)
{
    (void)c;
    uint64_t *to = out;
    const int32_t *as = a, *bs = b;
    int32_t some = 0, failed = 0;
    for (size_t i = 0; i < count; i++)
        some |= -(as[i] == INT32_MIN);
    memset(to, 0, (count + 63) / 64 * sizeof *to);
    for (size_t i = 0; some != 0 && i < count; i++) {
        bool lowest = as[i] == INT32_MIN && bs[i] == INT32_MIN;
        to[i / 64] |= (uint64_t)lowest << i % 64;
        failed |= lowest;
    }
    return failed != 0;
}

LANES_VC(add_float64, double, double, double, int64_t)
LANES_CV(sub_float64, double, double, double, int64_t)
LANES_VC(mul_float64, double, double, double, int64_t)
LANES_CV(div_float64, double, double, double, int64_t)
LANES_VC(add_checked, int64_t, int64_t, int64_t, int64_t)
LANES_VC(add_nonnegative, int64_t, int64_t, int64_t, int64_t)
LANES_CV(sub_checked, int64_t, int64_t, int64_t, int64_t)

/* Products of 64 bits. A vector instruction gives at most the low half of such a product. So a
 * quick test decides for each run whether all its products fit; if not, the run is multiplied value
 * by value with an overflow check. */

#if STOA__AVX512
/* Tests by products of doubles: three roundings cannot make a product that reaches 2^63 look
 * smaller than the limit. */
static inline bool products_are_small(const int64_t *a, const int64_t *b, size_t count)
{
    int64_t large = 0;
    for (size_t i = 0; i < count; i++)
        large |= -(int64_t)(fabs((double)a[i] * (double)b[i]) >= 0x1.ffffffffffffcp62);
    return large == 0;
}
#define SMALL_PRODUCT(a, b) ((int64_t)((uint64_t)(a) * (uint64_t)(b)))
#else
/* Tests whether both factors fit 32 bits. */
static inline bool products_are_small(const int64_t *a, const int64_t *b, size_t count)
{
    uint64_t large = 0;
    for (size_t i = 0; i < count; i++)
        large |= ((uint64_t)a[i] + 0x80000000) | ((uint64_t)b[i] + 0x80000000);
    return large >> 32 == 0;
}
#define SMALL_PRODUCT(a, b) ((int64_t)(int32_t)(a) * (int32_t)(b))
#endif

static inline bool mul_checked_run(int64_t *to, const int64_t *a, const int64_t *b, size_t count)
{
    bool failed = false;
    if (QUICK && products_are_small(a, b, count)) {
        EACH_LANE
        for (size_t i = 0; i < count; i++)
            to[i] = SMALL_PRODUCT(a[i], b[i]);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        int64_t product; /* not &to[i]: GCC may read a[i] and b[i] again after the store */
        failed |= __builtin_mul_overflow(a[i], b[i], &product);
        to[i] = product;
    }
    return failed;
}

RUNS_VC(mul_checked, int64_t)

/* ---- floor division and remainder ---- */

/* Divides integers of 32 bits as doubles. A quotient that is not an integer differs from the
 * nearest integer by more than 2^-31 of itself, so rounding cannot turn it into that integer. Where
 * the division fails, the divisor 1 is used. */
static inline int32_t truncated(int32_t a, int32_t b, int32_t *divisor, int32_t *rest)
{
    bool fails = (b == 0) | ((b == -1) & (a == INT32_MIN));
    *divisor = fails ? 1 : b;
    int32_t quotient = (int32_t)((double)a / (double)*divisor);
    *rest = (int32_t)((uint32_t)a - (uint32_t)quotient * (uint32_t)*divisor);
    return quotient;
}

static inline int32_t floor_div_int32(int32_t a, int32_t b, int32_t *failed)
{
    int32_t divisor, rest, quotient = truncated(a, b, &divisor, &rest);
    *failed |= -(int32_t)(divisor != b);
    quotient -= (rest != 0) & ((rest ^ b) < 0);
    return b == 0 ? 0 : quotient;
}

static inline int32_t rem_int32(int32_t a, int32_t b, int32_t *failed)
{
    int32_t divisor, rest;
    truncated(a, b, &divisor, &rest);
    *failed |= -(int32_t)(b == 0);
    return rest + (((rest != 0) & ((rest ^ b) < 0)) ? b : 0);
}

LANES_CV(floor_div_int32, int32_t, int32_t, int32_t, int32_t)
LANES_CV(rem_int32, int32_t, int32_t, int32_t, int32_t)

static inline int64_t floor_div_int64(int64_t a, int64_t b, bool *failed)
{
    if (b == 0 || b == -1) {
        int64_t opposite = (int64_t)(0 - (uint64_t)a);
        *failed |= b == 0 || (a & opposite) < 0;
        return b == 0 ? 0 : opposite;
    }
    int64_t rest = a % b;
    return a / b - (rest != 0 && (rest ^ b) < 0);
}

static inline int64_t rem_int64(int64_t a, int64_t b, bool *failed)
{
    *failed |= b == 0;
    if (b == 0 || b == -1)
        return 0;
    int64_t rest = a % b;
    return rest != 0 && (rest ^ b) < 0 ? rest + b : rest;
}

/* Divides integers of 52 bits as doubles, for the reason given above: a quotient below an integer
 * is not rounded up to it. An integer added to MAGIC stands in the low bits of the double. */
#define MAGIC 0x1.8p52
#define MAGIC_BITS 0x4338000000000000

static inline bool are_near(const int64_t *a, const int64_t *b, size_t count)
{
    uint64_t far = 0;
    for (size_t i = 0; i < count; i++)
        far |= ((uint64_t)a[i] + ((uint64_t)1 << 51)) | ((uint64_t)b[i] + ((uint64_t)1 << 51));
    return far >> 52 == 0;
}

static inline double near_float(int64_t a)
{
    return stoa__float64_of((uint64_t)(a + MAGIC_BITS)) - MAGIC;
}

static inline int64_t near_integer(double a)
{
    return (int64_t)stoa__bits_of(a + MAGIC) - MAGIC_BITS;
}

static inline int64_t near_floor_div_int64(int64_t a, int64_t b)
{
    double quotient = floor(near_float(a) / near_float(b == 0 ? 1 : b));
    return near_integer(b == 0 ? 0 : quotient);
}

static inline int64_t near_rem_int64(int64_t a, int64_t b)
{
    double x = near_float(a), y = near_float(b == 0 ? 1 : b);
    return near_integer(b == 0 ? 0 : x - floor(x / y) * y);
}

#define DIVISION_RUN(name)                                                                       \
    static inline bool name##_run(int64_t *to, const int64_t *a, const int64_t *b, size_t count) \
    {                                                                                            \
        bool failed = false;                                                                     \
        if (QUICK && are_near(a, b, count)) {                                                    \
            int64_t zeros = 0;                                                                   \
            EACH_LANE                                                                            \
            for (size_t i = 0; i < count; i++) {                                                 \
                zeros |= -(int64_t)(b[i] == 0);                                                  \
                to[i] = near_##name(a[i], b[i]);                                                 \
            }                                                                                    \
            return zeros < 0;                                                                    \
        }                                                                                        \
        for (size_t i = 0; i < count; i++)                                                       \
            to[i] = name(a[i], b[i], &failed);                                                   \
        return failed;                                                                           \
    }

DIVISION_RUN(floor_div_int64)
DIVISION_RUN(rem_int64)
RUNS_CV(floor_div_int64, int64_t)
RUNS_CV(rem_int64, int64_t)

/* Follows Python: the remainder has the sign of b, and the quotient (a - remainder) / b, which is
 * an integer but for rounding, is rounded to that integer. With b = 0 they give NaN and a / 0. */
static inline double rem_float64(double a, double b)
{
    double rest = fmod(a, b);
    if (rest == 0)
        return copysign(0, b);
    return (b < 0) != (rest < 0) ? rest + b : rest;
}

static inline double floor_div_float64(double a, double b)
{
    if (b == 0)
        return a / b;
    double rest = fmod(a, b), quotient = (a - rest) / b;
    if (rest != 0 && (b < 0) != (rest < 0))
        quotient -= 1;
    if (quotient == 0)
        return copysign(0, a / b);
    double whole = floor(quotient);
    return quotient - whole > 0.5 ? whole + 1 : whole;
}

/* The same, where the quotient has up to 50 bits and b is finite. Its floor is either right or, if
 * rounding reached the next integer, too high by one; the sign of the remainder tells which. fma
 * rounds the remainder once, as Python's sum of fmod and b does. A remainder with the wrong sign is
 * exact: it is a multiple of the last bit of a or b, and no larger than b. */
static inline double near_floor_div_float64(double a, double b)
{
    double whole = floor(a / b), rest = fma(-whole, b, a);
    return whole - (copysign(1, b) * rest < 0 ? 1.0 : 0.0);
}

static inline double near_rem_float64(double a, double b)
{
    double whole = floor(a / b), rest = fma(-whole, b, a);
    rest += copysign(1, b) * rest < 0 ? b : 0.0;
    return rest == 0 ? copysign(0, b) : rest;
}

static inline bool quotients_are_near(const double *a, const double *b, size_t count)
{
    int64_t far = 0;
    for (size_t i = 0; i < count; i++)
        far |= -(int64_t) !((fabs(a[i] / b[i]) < 0x1p50) & (fabs(b[i]) < (double)INFINITY));
    return far == 0;
}

#define FLOAT_DIVISION_RUN(name)                                                              \
    static inline bool name##_run(double *to, const double *a, const double *b, size_t count) \
    {                                                                                         \
        if (QUICK && quotients_are_near(a, b, count)) {                                       \
            EACH_LANE                                                                         \
            for (size_t i = 0; i < count; i++)                                                \
                to[i] = near_##name(a[i], b[i]);                                              \
            return false;                                                                     \
        }                                                                                     \
        for (size_t i = 0; i < count; i++)                                                    \
            to[i] = name(a[i], b[i]);                                                         \
        return false;                                                                         \
    }

FLOAT_DIVISION_RUN(floor_div_float64)
FLOAT_DIVISION_RUN(rem_float64)
RUNS_CV(floor_div_float64, double)
RUNS_CV(rem_float64, double)

/* ---- powers ---- */

/* Square and multiply. If a square that is used as a factor overflows, the result overflows too. */
static inline int64_t pow_int64(int64_t a, int64_t b, int64_t *failed)
{
    int64_t power = 1;
    bool overflows = b < 0;
    for (uint64_t rest = b < 0 ? 0 : (uint64_t)b; rest != 0;) {
        if (rest & 1)
            overflows |= __builtin_mul_overflow(power, a, &power);
        rest >>= 1;
        if (rest != 0)
            overflows |= __builtin_mul_overflow(a, a, &a);
    }
    *failed |= -(int64_t)overflows;
    return b < 0 ? 0 : power;
}

LANES_VV(pow_int64, int64_t, int64_t, int64_t, int64_t)
LANES_A(pow_int64, int64_t, int64_t, int64_t, int64_t)

/* One exponent for all values: its bits are taken from the highest down, a run of values at a time,
 * so that vectors can be used. Each power on the way is a factor of the result, as above. */
static inline bool powers_run(int64_t *to, const int64_t *a, uint64_t exponent, size_t count)
{
    int64_t kept[RUN];
    const int64_t *base = to == a ? memcpy(kept, a, count * sizeof *a) : a, *power = base;
    bool failed = false;
    for (uint64_t bit = (uint64_t)1 << 63 >> __builtin_clzll(exponent) >> 1; bit != 0; bit >>= 1) {
        failed |= mul_checked_run(to, power, power, count);
        power = to;
        if (exponent & bit)
            failed |= mul_checked_run(to, power, base, count);
    }
    if (power == base)
        memmove(to, base, count * sizeof *to);
    return failed;
}

KERNEL(pow_int64, vc)
{
    (void)c;
    int64_t *to = out, exponent = *(const int64_t *)b;
    const int64_t *as = a;
    bool failed = exponent < 0 && count > 0;
    for (size_t i = 0; i < count && exponent <= 0; i++)
        to[i] = exponent == 0;
    for (size_t i = 0; i < count && exponent > 0; i += RUN)
        failed |= powers_run(to + i, as + i, (uint64_t)exponent, count - i < RUN ? count - i : RUN);
    return failed;
}

/* ---- signs ---- */

static inline int32_t neg_int32(int32_t a, int32_t *failed)
{
    UNUSED(failed);
    return (int32_t)(0 - (uint32_t)a);
}

/* a & opposite is negative only for the lowest value, which is its own opposite. */
static inline int64_t neg_int64(int64_t a, int64_t *failed)
{
    int64_t opposite = (int64_t)(0 - (uint64_t)a);
    *failed |= a & opposite;
    return opposite;
}

static inline double neg_float64(double a, int64_t *failed)
{
    UNUSED(failed);
    return -a;
}

static inline int32_t abs_int32(int32_t a, int32_t *failed)
{
    return a < 0 ? neg_int32(a, failed) : a;
}

static inline int64_t abs_int64(int64_t a, int64_t *failed)
{
    int64_t size = a < 0 ? (int64_t)(0 - (uint64_t)a) : a;
    *failed |= size;
    return size;
}

static inline double abs_float64(double a, int64_t *failed)
{
    UNUSED(failed);
    return fabs(a);
}

LANES_V(neg_int32, int32_t, int32_t, int32_t)
LANES_V(neg_int64, int64_t, int64_t, int64_t)
LANES_V(neg_float64, double, double, int64_t)
LANES_V(abs_int32, int32_t, int32_t, int32_t)
LANES_V(abs_int64, int64_t, int64_t, int64_t)
LANES_V(abs_float64, double, double, int64_t)
