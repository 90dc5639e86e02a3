/* convert.c: cells to registers and back, one form to another, constants to registers.
 *
 * Most are a function of one value, made into a loop by lanes.h. A value that does not fit leaves
 * the bits that it has in common with the other form, or 0 where there are none (of floats). */
#include <math.h>
#include <string.h>

#include "kernel/lanes.h"

#define UNUSED(failed) (void)(failed)

/* ---- integers ---- */

/* What always fits. */
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

/* What fits where it comes back the same. */
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
TO_FLOAT(float64_int64, int64_t)
TO_FLOAT(float64_uint64, uint64_t)

static inline int64_t int64_float64(double a, int64_t *failed)
{
    bool fits = a >= -0x1p63 && a < 0x1p63;
    *failed |= -(int64_t)!fits;
    return (int64_t)(fits ? a : 0);
}

static inline uint64_t uint64_float64(double a, int64_t *failed)
{
    bool fits = a > -1 && a < 0x1p64;
    *failed |= -(int64_t)!fits;
    return (uint64_t)(fits ? a : 0);
}

LANES_V(int64_float64, int64_t, double, int64_t)
LANES_V(uint64_float64, uint64_t, double, int64_t)

/* Negative where a finite value rounds to an infinite float32: its size, taken as an integer, is
 * from that of 0x1.ffffffp127, halfway between FLT_MAX and what would follow, to below infinity. */
static inline int64_t float32_overflows(double a)
{
    int64_t bits;
    memcpy(&bits, &a, sizeof bits);
    bits &= INT64_MAX;
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

LANES_V(store_float32, float, double, int64_t)
LANES_V(round_float32, double, double, int64_t)

/* ---- bits ---- */

KERNEL(load_bool, vv)
{
    (void)b, (void)c;
    uint64_t *to = out;
    const uint8_t *as = a;
    for (size_t word = 0; word * 64 < count; word++) {
        uint64_t bits = 0;
        for (size_t i = word * 64; i < count && i < word * 64 + 64; i++)
            bits |= (uint64_t)(as[i] & 1) << (i % 64);
        to[word] = bits;
    }
    return false;
}

KERNEL(store_bool, vv)
{
    (void)b, (void)c;
    uint8_t *to = out;
    const uint64_t *as = a;
    for (size_t i = 0; i < count; i++)
        to[i] = (uint8_t)(as[i / 64] >> (i % 64) & 1);
    return false;
}

KERNEL(int32_bits, vv)
{
    (void)b, (void)c;
    int32_t *to = out;
    const uint64_t *as = a;
    for (size_t i = 0; i < count; i++)
        to[i] = (int32_t)(as[i / 64] >> (i % 64) & 1);
    return false;
}

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
