/* test_kernels_compare.c: comparisons, against references that compare the exact numbers. */
#include <math.h>

#include "../support/kernels.h"

__extension__ typedef __int128 wide;

/* -1, 0, 1: a is less, equal, greater; 2: unordered. */
#define THREE_WAY(a, b) ((a) < (b) ? -1 : (a) > (b) ? 1 : (a) == (b) ? 0 : 2)

static int of_int32(kernel_value a, kernel_value b)
{
    return THREE_WAY(a.int32, b.int32);
}
static int of_int64(kernel_value a, kernel_value b)
{
    return THREE_WAY(a.int64, b.int64);
}
static int of_uint64(kernel_value a, kernel_value b)
{
    return THREE_WAY(a.uint64, b.uint64);
}
static int of_float64(kernel_value a, kernel_value b)
{
    return THREE_WAY(a.float64, b.float64);
}
static int of_uint64_int64(kernel_value a, kernel_value b)
{
    return THREE_WAY((wide)a.uint64, (wide)b.int64);
}

/* Compares with the floor of the float, which is an integer; a float between two integers is
 * greater than its floor. */
static int integer_float(wide a, double b)
{
    if (isnan(b))
        return 2;
    if (fabs(b) > 0x1p65)
        return b > 0 ? -1 : 1;
    wide whole = (wide)floor(b);
    return a != whole ? THREE_WAY(a, whole) : floor(b) < b ? -1 : 0;
}

static int of_int64_float64(kernel_value a, kernel_value b)
{
    return integer_float(a.int64, b.float64);
}
static int of_uint64_float64(kernel_value a, kernel_value b)
{
    return integer_float(a.uint64, b.float64);
}

#define SIX(KERNEL, ORDER, order)            \
    KERNEL(EQ, eq, ORDER, order, found == 0) \
    KERNEL(NE, ne, ORDER, order, found != 0) \
    KERNEL(LT, lt, ORDER, order, found < 0)  \
    KERNEL(LE, le, ORDER, order, found <= 0) \
    KERNEL(GT, gt, ORDER, order, found == 1) \
    KERNEL(GE, ge, ORDER, order, found == 0 || found == 1)

#define REFERENCE(NAME, name, ORDER, order, holds)                                           \
    static outcome name##_##order(kernel_value *out, kernel_value a, kernel_value b, bool c) \
    {                                                                                        \
        (void)c;                                                                             \
        int found = of_##order(a, b);                                                        \
        out->boolean = holds;                                                                \
        return KERNEL_GIVES;                                                                 \
    }
#define AGREES(NAME, name, ORDER, order, holds) \
    kernel_agrees(STOA__##NAME##_##ORDER, name##_##order);

SIX(REFERENCE, INT32, int32)
SIX(REFERENCE, INT64, int64)
SIX(REFERENCE, UINT64, uint64)
SIX(REFERENCE, FLOAT64, float64)
SIX(REFERENCE, INT64_FLOAT64, int64_float64)
SIX(REFERENCE, UINT64_FLOAT64, uint64_float64)
SIX(REFERENCE, UINT64_INT64, uint64_int64)

TEST(integers_of_one_form_compare){SIX(AGREES, INT32, int32) SIX(AGREES, INT64, int64)
                                       SIX(AGREES, UINT64, uint64)}

TEST(floats_compare_and_nan_is_unlike_all){SIX(AGREES, FLOAT64, float64)}

TEST(signed_and_unsigned_integers_compare_as_numbers){SIX(AGREES, UINT64_INT64, uint64_int64)}

TEST(integers_compare_with_floats_as_real_numbers)
{
    SIX(AGREES, INT64_FLOAT64, int64_float64)
    SIX(AGREES, UINT64_FLOAT64, uint64_float64)
}

/* ---- where doubles are sparse: integers and doubles around 2^k, each with each ---- */

enum { NEAR = 9, ALL = NEAR * 2 };

static void near_powers(unsigned power, uint64_t integers[ALL], double doubles[ALL])
{
    for (int i = 0; i < NEAR; i++) {
        uint64_t middle = power == 64 ? 0 : (uint64_t)1 << power; /* 2^64 wraps to 0 */
        uint64_t integer = middle + (uint64_t)(int64_t)(i - NEAR / 2);
        double value = ldexp(1, (int)power);
        for (int k = i; k < NEAR / 2; k++)
            value = nextafter(value, 0);
        for (int k = NEAR / 2; k < i; k++)
            value = nextafter(value, INFINITY);
        integers[i] = integer;
        integers[NEAR + i] = 0 - integer;
        doubles[i] = value;
        doubles[NEAR + i] = -value;
    }
}

/* Tries each shape with each pair. */
static void pair_agrees(stoa__code code, kernel_reference *reference, kernel_value a,
                        kernel_value b)
{
    const stoa__kernels *const *levels;
    size_t count = kernel_levels(&levels);
    kernel_value as[64], bs[64], expected = {.uint64 = 0};
    for (size_t i = 0; i < 64; i++) {
        as[i] = a;
        bs[i] = b;
    }
    reference(&expected, a, b, false);
    for (size_t i = 0; i < count * 3; i++) {
        uint64_t bits = 77;
        levels[i / 3]->run[code][i % 3](&bits, as, bs, NULL, 64);
        ck_assert_msg(bits == (expected.boolean ? UINT64_MAX : 0), "%s %s shape %zu: %s and %s",
                      levels[i / 3]->name, stoa__facts[code].name, i % 3,
                      kernel_shown(stoa__facts[code].a, a), kernel_shown(stoa__facts[code].b, b));
    }
}

#define PAIR_AGREES(NAME, name, ORDER, order, holds) \
    pair_agrees(STOA__##NAME##_##ORDER, name##_##order, a, b);

TEST(the_neighbours_of_each_power_of_two_compare_exactly)
{
    uint64_t integers[ALL];
    double doubles[ALL];
    for (unsigned power = scaled(64, 1) == 64 ? 0 : 62; power <= 64; power++) {
        near_powers(power, integers, doubles);
        for (size_t i = 0; i < ALL * ALL; i++) {
            kernel_value a = {.uint64 = integers[i / ALL]}, b = {.float64 = doubles[i % ALL]};
            SIX(PAIR_AGREES, INT64_FLOAT64, int64_float64)
            SIX(PAIR_AGREES, UINT64_FLOAT64, uint64_float64)
        }
    }
}

/* ---- one operand ---- */

static outcome is_nan(kernel_value *out, kernel_value a, kernel_value b, bool c)
{
    (void)b, (void)c;
    out->boolean = isnan(a.float64);
    return KERNEL_GIVES;
}
static outcome is_finite(kernel_value *out, kernel_value a, kernel_value b, bool c)
{
    (void)b, (void)c;
    out->boolean = isfinite(a.float64);
    return KERNEL_GIVES;
}

TEST(nan_and_infinities_are_told_from_numbers)
{
    kernel_agrees(STOA__ISNAN, is_nan);
    kernel_agrees(STOA__ISFINITE, is_finite);
}

int main(void)
{
    return RUN("kernels: compare", integers_of_one_form_compare,
               floats_compare_and_nan_is_unlike_all,
               signed_and_unsigned_integers_compare_as_numbers,
               integers_compare_with_floats_as_real_numbers,
               the_neighbours_of_each_power_of_two_compare_exactly,
               nan_and_infinities_are_told_from_numbers);
}
