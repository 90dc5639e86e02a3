/* bitwise.c: min and max of two values, bitwise operations and shifts of integers, and logic on
 * registers of bits. Each operation is a function of one value, which lanes.h makes into a loop;
 * logic on bits takes a word at a time. A value that fails gives 0. */
#include "kernel/bits.h"
#include "kernel/lanes.h"

#define UNUSED(failed) (void)(failed)

/* ---- min and max ---- */

#define LEAST_AND_GREATEST(type, suffix, flag)                    \
    static inline type min_##suffix(type a, type b, flag *failed) \
    {                                                             \
        UNUSED(failed);                                           \
        return a < b ? a : b;                                     \
    }                                                             \
    static inline type max_##suffix(type a, type b, flag *failed) \
    {                                                             \
        UNUSED(failed);                                           \
        return a > b ? a : b;                                     \
    }                                                             \
    LANES_VC(min_##suffix, type, type, type, flag)                \
    LANES_VC(max_##suffix, type, type, type, flag)

LEAST_AND_GREATEST(int32_t, int32, int32_t)
LEAST_AND_GREATEST(int64_t, int64, int64_t)
LEAST_AND_GREATEST(uint64_t, uint64, int64_t)

/* Equal doubles differ at most in sign (0.0 and -0.0): | keeps the minus, & drops it. */
static inline double min_float64(double a, double b, int64_t *failed)
{
    UNUSED(failed);
    double other = ((a < b) | (b != b)) ? a : b;
    return a == b ? stoa__float64_of(stoa__bits_of(a) | stoa__bits_of(b)) : other;
}

static inline double max_float64(double a, double b, int64_t *failed)
{
    UNUSED(failed);
    double other = ((a > b) | (b != b)) ? a : b;
    return a == b ? stoa__float64_of(stoa__bits_of(a) & stoa__bits_of(b)) : other;
}

LANES_VC(min_float64, double, double, double, int64_t)
LANES_VC(max_float64, double, double, double, int64_t)

/* ---- bitwise operations on integers ---- */

#define BITWISE(name, type, operator)                     \
    static inline type name(type a, type b, type *failed) \
    {                                                     \
        UNUSED(failed);                                   \
        return a operator b;                              \
    }                                                     \
    LANES_VC(name, type, type, type, type)

BITWISE(and_int32, int32_t, &)
BITWISE(and_int64, int64_t, &)
BITWISE(or_int32, int32_t, |)
BITWISE(or_int64, int64_t, |)
BITWISE(xor_int32, int32_t, ^)
BITWISE(xor_int64, int64_t, ^)

#define INVERT(name, type)                        \
    static inline type name(type a, type *failed) \
    {                                             \
        UNUSED(failed);                           \
        return ~a;                                \
    }                                             \
    LANES_V(name, type, type, type)

INVERT(invert_int32, int32_t)
INVERT(invert_int64, int64_t)

/* ---- shifts ---- */

/* All bits set if the condition holds, else 0. */
static inline int64_t mask(bool holds)
{
    return -(int64_t)holds;
}

/* Counts beyond 63 shift by 63: to the right that leaves the sign; to the left it fails unless the
 * value is 0. */
static inline int64_t places(int64_t count)
{
    return (uint64_t)count > 63 ? 63 : count;
}

static inline int64_t shift_left_int64(int64_t a, int64_t count, int64_t *failed)
{
    int64_t by = places(count);
    int64_t shifted = (int64_t)((uint64_t)a << by);
    int64_t bad = mask(count < 0) | mask(shifted >> by != a) | (mask(count > 63) & mask(a != 0));
    *failed |= bad;
    return shifted & ~bad;
}

static inline uint64_t shift_left_uint64(uint64_t a, int64_t count, int64_t *failed)
{
    int64_t by = places(count);
    uint64_t shifted = a << by;
    int64_t bad = mask(count < 0) | mask(shifted >> by != a) | (mask(count > 63) & mask(a != 0));
    *failed |= bad;
    return shifted & (uint64_t)~bad;
}

static inline int64_t shift_right_int64(int64_t a, int64_t count, int64_t *failed)
{
    int64_t bad = mask(count < 0);
    *failed |= bad;
    return a >> places(count) & ~bad;
}

static inline uint64_t shift_right_uint64(uint64_t a, int64_t count, int64_t *failed)
{
    int64_t bad = mask(count < 0);
    *failed |= bad;
    return a >> places(count) & (uint64_t) ~(bad | mask(count > 63));
}

LANES_CV(shift_left_int64, int64_t, int64_t, int64_t, int64_t)
LANES_CV(shift_left_uint64, uint64_t, uint64_t, int64_t, int64_t)
LANES_CV(shift_right_int64, int64_t, int64_t, int64_t, int64_t)
LANES_CV(shift_right_uint64, uint64_t, uint64_t, int64_t, int64_t)

/* ---- logic on registers of bits ---- */

#define WORDS(name, expression)                        \
    KERNEL(name, vv)                                   \
    {                                                  \
        (void)c;                                       \
        uint64_t *to = out;                            \
        const uint64_t *x = a, *y = b;                 \
        EACH_LANE                                      \
        for (size_t i = 0; i < (count + 63) / 64; i++) \
            to[i] = expression;                        \
        return false;                                  \
    }

WORDS(and_bits, x[i] & y[i])
WORDS(or_bits, x[i] | y[i])
WORDS(xor_bits, x[i] ^ y[i])
WORDS(and_not_bits, x[i] & ~y[i])

KERNEL(not_bits, vv)
{
    (void)b, (void)c;
    uint64_t *to = out;
    const uint64_t *x = a;
    EACH_LANE
    for (size_t i = 0; i < (count + 63) / 64; i++)
        to[i] = ~x[i];
    if (count % 64 != 0)
        to[count / 64] &= ((uint64_t)1 << count % 64) - 1;
    return false;
}
