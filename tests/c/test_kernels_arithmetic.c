/* test_kernels_arithmetic.c: every kernel of arithmetic.c, compared with references that compute in
 * 128-bit integers, in long double, or by the definition. */
#include <math.h>

#include "../support/kernels.h"

__extension__ typedef __int128 wide;

/* ---- sums and products ---- */

/* For kernels that never fail. Results wrap as the kernel's do; `wide` holds every result. */
#define REFERENCE(name, member, type, expression)                                  \
    static outcome name(kernel_value *out, kernel_value a, kernel_value b, bool c) \
    {                                                                              \
        (void)c;                                                                   \
        (void)b;                                                                   \
        out->member = (type)(expression);                                          \
        return KERNEL_GIVES;                                                       \
    }
#define CHECKED(name, outside, expression)                                         \
    static outcome name(kernel_value *out, kernel_value a, kernel_value b, bool c) \
    {                                                                              \
        (void)c;                                                                   \
        (void)b;                                                                   \
        if (outside)                                                               \
            return KERNEL_OUTSIDE;                                                 \
        wide exact = (expression);                                                 \
        out->int64 = (int64_t)exact;                                               \
        return exact == out->int64 ? KERNEL_GIVES : KERNEL_FAILS;                  \
    }

REFERENCE(add_int32, int32, int32_t, (wide)a.int32 + b.int32)
REFERENCE(sub_int32, int32, int32_t, (wide)a.int32 - b.int32)
REFERENCE(mul_int32, int32, int32_t, (wide)a.int32 *b.int32)
REFERENCE(add_wide, int64, int64_t, (wide)a.int32 + b.int32)
REFERENCE(sub_wide, int64, int64_t, (wide)a.int32 - b.int32)
REFERENCE(mul_wide, int64, int64_t, (wide)a.int32 *b.int32)
REFERENCE(add_int64, int64, int64_t, (wide)a.int64 + b.int64)
REFERENCE(sub_int64, int64, int64_t, (wide)a.int64 - b.int64)
REFERENCE(mul_int64, int64, int64_t, (wide)a.int64 *b.int64)
REFERENCE(add_float64, float64, double, a.float64 + b.float64)
REFERENCE(sub_float64, float64, double, a.float64 - b.float64)
REFERENCE(mul_float64, float64, double, a.float64 *b.float64)
REFERENCE(div_float64, float64, double, a.float64 / b.float64)
CHECKED(add_checked, false, (wide)a.int64 + b.int64)
CHECKED(sub_checked, false, (wide)a.int64 - b.int64)
CHECKED(mul_checked, false, (wide)a.int64 *b.int64)
CHECKED(add_squares, false, (wide)a.int32 *a.int32 + (wide)b.int32 * b.int32)

static outcome add_squares_fails(kernel_value *out, kernel_value a, kernel_value b, bool c)
{
    outcome found = add_squares(out, a, b, c);
    out->int64 = 0;
    out->boolean = found == KERNEL_FAILS;
    return found;
}

CHECKED(add_nonnegative, a.int64 < 0 || b.int64 < 0, (wide)a.int64 + b.int64)

TEST(sums_of_integers_are_exact_wrap_or_fail)
{
    kernel_agrees(STOA__ADD_INT32, add_int32);
    kernel_agrees(STOA__ADD_WIDE, add_wide);
    kernel_agrees(STOA__ADD_INT64, add_int64);
    kernel_agrees(STOA__ADD_CHECKED, add_checked);
    kernel_agrees(STOA__ADD_NONNEGATIVE, add_nonnegative);
    kernel_agrees(STOA__ADD_SQUARES, add_squares);
    kernel_agrees(STOA__ADD_SQUARES_FAILS, add_squares_fails);
}

TEST(differences_of_integers_are_exact_wrap_or_fail)
{
    kernel_agrees(STOA__SUB_INT32, sub_int32);
    kernel_agrees(STOA__SUB_WIDE, sub_wide);
    kernel_agrees(STOA__SUB_INT64, sub_int64);
    kernel_agrees(STOA__SUB_CHECKED, sub_checked);
}

TEST(products_of_integers_are_exact_wrap_or_fail)
{
    kernel_agrees(STOA__MUL_INT32, mul_int32);
    kernel_agrees(STOA__MUL_WIDE, mul_wide);
    kernel_agrees(STOA__MUL_INT64, mul_int64);
    kernel_agrees(STOA__MUL_CHECKED, mul_checked);
}

TEST(floats_are_added_subtracted_multiplied_and_divided_once_rounded)
{
    kernel_agrees(STOA__ADD_FLOAT64, add_float64);
    kernel_agrees(STOA__SUB_FLOAT64, sub_float64);
    kernel_agrees(STOA__MUL_FLOAT64, mul_float64);
    kernel_agrees(STOA__DIV_FLOAT64, div_float64);
}

/* ---- floor division and remainder ---- */

/* The greatest integer that is not above the exact quotient: found by trying the neighbours of the
 * truncated quotient. */
static wide floored(wide a, wide b)
{
    wide quotient = a / b + 2;
    while (b > 0 ? quotient * b > a : quotient * b < a)
        quotient--;
    return quotient;
}

#define DIVISION(name, member, type, expression)                                   \
    static outcome name(kernel_value *out, kernel_value a, kernel_value b, bool c) \
    {                                                                              \
        (void)c;                                                                   \
        if (b.member == 0)                                                         \
            return KERNEL_FAILS;                                                   \
        wide quotient = floored(a.member, b.member), exact = (expression);         \
        out->member = (type)exact;                                                 \
        return exact == out->member ? KERNEL_GIVES : KERNEL_FAILS;                 \
    }

DIVISION(floor_div_int32, int32, int32_t, quotient)
DIVISION(floor_div_int64, int64, int64_t, quotient)
DIVISION(rem_int32, int32, int32_t, a.int32 - quotient * b.int32)
DIVISION(rem_int64, int64, int64_t, a.int64 - quotient * b.int64)

TEST(integers_divide_towards_minus_infinity)
{
    kernel_agrees(STOA__FLOOR_DIV_INT32, floor_div_int32);
    kernel_agrees(STOA__FLOOR_DIV_INT64, floor_div_int64);
}

TEST(remainders_of_integers_have_the_sign_of_the_divisor)
{
    kernel_agrees(STOA__REM_INT32, rem_int32);
    kernel_agrees(STOA__REM_INT64, rem_int64);
}

/* x // y and x % y as in Python, but for a zero divisor as in IEEE 754. fmod is exact. */
static void divide_floats(double a, double b, double *quotient, double *rest)
{
    *rest = b == 0 ? (double)NAN : fmod(a, b);
    *quotient = a / b;
    if (b == 0)
        return;
    double near = (a - *rest) / b;
    if (*rest == 0) {
        *rest = signbit(b) ? -0.0 : 0.0;
    } else if (signbit(b) != signbit(*rest) && !isnan(*rest)) {
        *rest += b;
        near -= 1;
    }
    if (near != 0)
        *quotient = near - floor(near) > 0.5 ? floor(near) + 1 : floor(near);
    else
        *quotient = signbit(a) != signbit(b) ? -0.0 : 0.0;
}

static outcome floor_div_float64(kernel_value *out, kernel_value a, kernel_value b, bool c)
{
    (void)c;
    double rest;
    divide_floats(a.float64, b.float64, &out->float64, &rest);
    return KERNEL_GIVES;
}

static outcome rem_float64(kernel_value *out, kernel_value a, kernel_value b, bool c)
{
    (void)c;
    double quotient;
    divide_floats(a.float64, b.float64, &quotient, &out->float64);
    return KERNEL_GIVES;
}

TEST(floats_divide_towards_minus_infinity_as_in_python)
{
    kernel_agrees(STOA__FLOOR_DIV_FLOAT64, floor_div_float64);
    kernel_agrees(STOA__REM_FLOAT64, rem_float64);
}

/* Results of Python 3 (numpy for a zero divisor), so that not only the reference is trusted. */
TEST(divisions_of_floats_that_python_has_made)
{
    static const double made[][4] = {
        {7.5, 2, 3, 1.5},
        {-7.5, 2, -4, 0.5},
        {7.5, -2, -4, -0.5},
        {-7.5, -2, 3, -1.5},
        {1, 0.1, 9, 0.09999999999999995},
        {-1, 0.1, -10, 5.551115123125783e-17},
        {-0.0, 3, -0.0, 0.0},
        {0.0, -3, -0.0, -0.0},
        {6, -3, -2, -0.0},
        {1, INFINITY, 0, 1},
        {-1, INFINITY, -1, INFINITY},
        {1, -INFINITY, -1, -INFINITY},
        {INFINITY, 2, NAN, NAN},
        {-1e-20, 1, -1, 1},
        {1e308, 1e-308, INFINITY, 3.498445546245627e-309},
        {5e-324, 3, 0, 5e-324},
        {-5e-324, 3, -1, 3},
        {7, 0.0, INFINITY, NAN},
        {7, -0.0, -INFINITY, NAN},
        {0.0, 0.0, NAN, NAN},
    };
    const stoa__kernels *const *levels;
    size_t count = kernel_levels(&levels);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < sizeof made / sizeof *made; j++) {
            kernel_value quotient, rest;
            levels[i]->run[STOA__FLOOR_DIV_FLOAT64][STOA__VV](&quotient, &made[j][0], &made[j][1],
                                                              NULL, 1);
            levels[i]->run[STOA__REM_FLOAT64][STOA__VV](&rest, &made[j][0], &made[j][1], NULL, 1);
            ck_assert_msg(
                kernel_same(STOA_FLOAT64, quotient, (kernel_value){.float64 = made[j][2]}),
                "%s: %g // %g is %.17g", levels[i]->name, made[j][0], made[j][1], quotient.float64);
            ck_assert_msg(kernel_same(STOA_FLOAT64, rest, (kernel_value){.float64 = made[j][3]}),
                          "%s: %g %% %g is %.17g", levels[i]->name, made[j][0], made[j][1],
                          rest.float64);
        }
}

/* Quotients of every size next to an integer, where a rounded quotient would be wrong. */
static void try_beside(stoa__code code, kernel_reference *reference, kernel_value a, kernel_value b)
{
    const stoa__kernels *const *levels;
    size_t count = kernel_levels(&levels);
    stoa_type form = (stoa_type)stoa__facts[code].out;
    for (size_t i = 0; i < count; i++) {
        kernel_value expected = {.uint64 = 0}, out = {.uint64 = 0};
        outcome found = reference(&expected, a, b, false);
        bool failed = levels[i]->run[code][STOA__VV](&out, &a, &b, NULL, 1);
        ck_assert(failed == (found == KERNEL_FAILS));
        ck_assert_msg(failed || kernel_same(form, out, expected),
                      "%s %s of %s and %s is %s, not %s", levels[i]->name, stoa__facts[code].name,
                      kernel_shown(form, a), kernel_shown(form, b), kernel_shown(form, out),
                      kernel_shown(form, expected));
    }
}

TEST(quotients_of_integers_beside_an_integer_are_floored_exactly)
{
    dice d = {51};
    for (size_t i = 0; i < scaled(200000, 3000); i++) {
        size_t size = 1 + dice_below(&d, 62), part = dice_below(&d, size);
        uint64_t divisor = (dice_roll(&d) >> (63 - part) >> 1) + 1;
        uint64_t dividend = (dice_roll(&d) >> (64 - size)) / divisor * divisor + dice_below(&d, 3);
        kernel_value a = {.int64 = (int64_t)(dividend - 1)}, b = {.int64 = (int64_t)divisor};
        a.int64 = dice_below(&d, 2) ? a.int64 : -a.int64;
        b.int64 = dice_below(&d, 2) ? b.int64 : -b.int64;
        try_beside(STOA__FLOOR_DIV_INT64, floor_div_int64, a, b);
        try_beside(STOA__REM_INT64, rem_int64, a, b);
        a.int32 = (int32_t)a.int64;
        b.int32 = (int32_t)b.int64;
        try_beside(STOA__FLOOR_DIV_INT32, floor_div_int32, a, b);
        try_beside(STOA__REM_INT32, rem_int32, a, b);
    }
}

TEST(quotients_of_floats_beside_an_integer_are_floored_exactly)
{
    dice d = {52};
    for (size_t i = 0; i < scaled(200000, 3000); i++) {
        kernel_value b = kernel_roll(STOA_FLOAT64, &d);
        double whole = (double)(dice_roll(&d) >> dice_below(&d, 64));
        kernel_value a = {.float64 = b.float64 * (dice_below(&d, 2) ? whole : -whole)};
        a.uint64 += dice_below(&d, 5) - 2;
        try_beside(STOA__FLOOR_DIV_FLOAT64, floor_div_float64, a, b);
        try_beside(STOA__REM_FLOAT64, rem_float64, a, b);
    }
}

/* ---- powers ---- */

/* a * a * a …; powers of 0, 1 and -1 repeat, so two or three factors suffice for them. */
static outcome pow_int64(kernel_value *out, kernel_value a, kernel_value b, bool c)
{
    (void)c;
    wide power = 1;
    if (b.int64 < 0)
        return KERNEL_FAILS;
    int64_t times = b.int64;
    if (a.int64 >= -1 && a.int64 <= 1 && times > 2)
        times = 2 + times % 2;
    for (int64_t i = 0; i < times; i++) {
        power *= a.int64;
        if (power != (int64_t)power)
            return KERNEL_FAILS;
    }
    out->int64 = (int64_t)power;
    return KERNEL_GIVES;
}

TEST(powers_of_integers_are_exact_or_fail)
{
    kernel_agrees(STOA__POW_INT64, pow_int64);
}

TEST(powers_with_small_exponents_are_exact_to_the_last_base_that_fits)
{
    const stoa__kernels *const *levels;
    size_t count = kernel_levels(&levels);
    for (size_t i = 0; i < count; i++)
        for (int64_t exponent = 2; exponent <= 64; exponent++) {
            int64_t base = (int64_t)floorl(powl(2, 63.0L / exponent)) + 2, power = 0;
            stoa__kernel *kernel = levels[i]->run[STOA__POW_INT64][STOA__VC];
            kernel_value expected, a = {.int64 = base}, b = {.int64 = exponent};
            while (pow_int64(&expected, a, b, false) == KERNEL_FAILS) {
                ck_assert_msg(kernel(&power, &a, &b, NULL, 1), "%s: %lld ** %lld does not fail",
                              levels[i]->name, (long long)a.int64, (long long)exponent);
                a.int64--;
            }
            ck_assert(!kernel(&power, &a, &b, NULL, 1));
            ck_assert_int_eq(power, expected.int64);
            ck_assert_int_lt(a.int64, base);
        }
}

/* ---- signs ---- */

REFERENCE(neg_int32, int32, int32_t, -(wide)a.int32)
REFERENCE(abs_int32, int32, int32_t, a.int32 < 0 ? -(wide)a.int32 : a.int32)
CHECKED(neg_int64, false, -(wide)a.int64)
CHECKED(abs_int64, false, a.int64 < 0 ? -(wide)a.int64 : a.int64)
REFERENCE(neg_float64, float64, double, copysign(a.float64, signbit(a.float64) ? 1.0 : -1.0))
REFERENCE(abs_float64, float64, double, copysign(a.float64, 1.0))

TEST(signs_are_turned_and_dropped)
{
    kernel_agrees(STOA__NEG_INT32, neg_int32);
    kernel_agrees(STOA__NEG_INT64, neg_int64);
    kernel_agrees(STOA__NEG_FLOAT64, neg_float64);
    kernel_agrees(STOA__ABS_INT32, abs_int32);
    kernel_agrees(STOA__ABS_INT64, abs_int64);
    kernel_agrees(STOA__ABS_FLOAT64, abs_float64);
}

int main(void)
{
    return RUN(
        "arithmetic", sums_of_integers_are_exact_wrap_or_fail,
        differences_of_integers_are_exact_wrap_or_fail, products_of_integers_are_exact_wrap_or_fail,
        floats_are_added_subtracted_multiplied_and_divided_once_rounded,
        integers_divide_towards_minus_infinity, remainders_of_integers_have_the_sign_of_the_divisor,
        floats_divide_towards_minus_infinity_as_in_python, divisions_of_floats_that_python_has_made,
        quotients_of_integers_beside_an_integer_are_floored_exactly,
        quotients_of_floats_beside_an_integer_are_floored_exactly,
        powers_of_integers_are_exact_or_fail,
        powers_with_small_exponents_are_exact_to_the_last_base_that_fits,
        signs_are_turned_and_dropped);
}
