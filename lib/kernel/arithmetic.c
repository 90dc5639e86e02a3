/* arithmetic.c: + - * / // % ** and signs, one function of a value each, made into loops by
 * lanes.h. Integers are computed in unsigned words, so that what fails, or is asked where it must
 * not be, wraps. A failing value is what wraps; 0 after a division by zero. */
#include <math.h>

#include "kernel/lanes.h"

#define UNUSED(failed) (void)(failed)

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

static inline int64_t add_up(int64_t a, int64_t b, int64_t *failed)
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

static inline int64_t mul_checked(int64_t a, int64_t b, int64_t *failed)
{
    int64_t product;
    *failed |= -(int64_t)__builtin_mul_overflow(a, b, &product);
    return product;
}

LANES_VC(add_int32, int32_t, int32_t, int32_t, int32_t)
LANES_CV(sub_int32, int32_t, int32_t, int32_t, int32_t)
LANES_VC(mul_int32, int32_t, int32_t, int32_t, int32_t)
LANES_VC(add_int64, int64_t, int64_t, int64_t, int64_t)
LANES_CV(sub_int64, int64_t, int64_t, int64_t, int64_t)
LANES_VC(mul_int64, int64_t, int64_t, int64_t, int64_t)
LANES_VC(add_wide, int64_t, int32_t, int32_t, int64_t)
LANES_CV(sub_wide, int64_t, int32_t, int32_t, int64_t)
LANES_VC(mul_wide, int64_t, int32_t, int32_t, int64_t)
LANES_VC(add_float64, double, double, double, int64_t)
LANES_CV(sub_float64, double, double, double, int64_t)
LANES_VC(mul_float64, double, double, double, int64_t)
LANES_CV(div_float64, double, double, double, int64_t)
LANES_VC(add_checked, int64_t, int64_t, int64_t, int64_t)
LANES_VC(add_up, int64_t, int64_t, int64_t, int64_t)
LANES_CV(sub_checked, int64_t, int64_t, int64_t, int64_t)
LANES_VC(mul_checked, int64_t, int64_t, int64_t, int64_t)

/* ---- floor division and remainder ---- */

#define FLOOR_DIVISION(type, word, suffix)                              \
    static inline type floor_div_##suffix(type a, type b, type *failed) \
    {                                                                   \
        if (b == 0 || b == -1) {                                        \
            type opposite = (type)(0 - (word)a);                        \
            *failed |= b == 0 ? (type)-1 : (type)(a & opposite);        \
            return b == 0 ? 0 : opposite;                               \
        }                                                               \
        type quotient = a / b, rest = a % b;                            \
        return quotient - (rest != 0 && (rest ^ b) < 0);                \
    }                                                                   \
    static inline type rem_##suffix(type a, type b, type *failed)       \
    {                                                                   \
        if (b == 0 || b == -1) {                                        \
            *failed |= b == 0 ? (type)-1 : 0;                           \
            return 0;                                                   \
        }                                                               \
        type rest = a % b;                                              \
        return rest != 0 && (rest ^ b) < 0 ? rest + b : rest;           \
    }

FLOOR_DIVISION(int32_t, uint32_t, int32)
FLOOR_DIVISION(int64_t, uint64_t, int64)

/* The remainder by the sign of b, and (a - remainder) / b, which rounding may have put beside an
 * integer. b = 0 gives NaN and a / 0. */
static inline double rem_float64(double a, double b, int64_t *failed)
{
    UNUSED(failed);
    double rest = fmod(a, b);
    if (rest == 0)
        return copysign(0, b);
    return (b < 0) != (rest < 0) && b != 0 ? rest + b : rest;
}

static inline double floor_div_float64(double a, double b, int64_t *failed)
{
    UNUSED(failed);
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

LANES_CV(floor_div_int32, int32_t, int32_t, int32_t, int32_t)
LANES_CV(rem_int32, int32_t, int32_t, int32_t, int32_t)
LANES_CV(floor_div_int64, int64_t, int64_t, int64_t, int64_t)
LANES_CV(rem_int64, int64_t, int64_t, int64_t, int64_t)
LANES_CV(floor_div_float64, double, double, double, int64_t)
LANES_CV(rem_float64, double, double, double, int64_t)

/* ---- powers ---- */

/* Square and multiply. A square that overflows is a factor of the result: that overflows too. */
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

LANES_CV(pow_int64, int64_t, int64_t, int64_t, int64_t)

/* ---- signs ---- */

static inline int32_t neg_int32(int32_t a, int32_t *failed)
{
    UNUSED(failed);
    return (int32_t)(0 - (uint32_t)a);
}

/* Of all values only the lowest and its opposite are both negative. */
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
