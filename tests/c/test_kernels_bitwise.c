/* test_kernels_bitwise.c: min and max, bitwise operations on integers, shifts, logic on registers
 * of bits. */
#include <math.h>

#include "../support/kernels.h"

__extension__ typedef __int128 wide;

#define REFERENCE(name, statement)                                                 \
    static outcome name(kernel_value *out, kernel_value a, kernel_value b, bool c) \
    {                                                                              \
        (void)b, (void)c;                                                          \
        statement;                                                                 \
        return KERNEL_GIVES;                                                       \
    }

/* ---- min and max ---- */

#define LEAST(member, name) REFERENCE(name, out->member = a.member < b.member ? a.member : b.member)
#define GREATEST(member, name) \
    REFERENCE(name, out->member = a.member < b.member ? b.member : a.member)
LEAST(int32, min_int32)
LEAST(int64, min_int64)
LEAST(uint64, min_uint64)
GREATEST(int32, max_int32)
GREATEST(int64, max_int64)
GREATEST(uint64, max_uint64)

/* Whether a is below b: by value, zeros by sign. */
static bool below(double a, double b)
{
    if (a == b)
        return signbit(a) && !signbit(b);
    return a < b;
}

REFERENCE(min_float64, out->float64 = isnan(a.float64)              ? b.float64
                                      : isnan(b.float64)            ? a.float64
                                      : below(b.float64, a.float64) ? b.float64
                                                                    : a.float64)
REFERENCE(max_float64, out->float64 = isnan(a.float64)              ? b.float64
                                      : isnan(b.float64)            ? a.float64
                                      : below(a.float64, b.float64) ? b.float64
                                                                    : a.float64)

TEST(of_two_integers_the_least_and_the_greatest_come)
{
    kernel_agrees(STOA__MIN_INT32, min_int32);
    kernel_agrees(STOA__MIN_INT64, min_int64);
    kernel_agrees(STOA__MIN_UINT64, min_uint64);
    kernel_agrees(STOA__MAX_INT32, max_int32);
    kernel_agrees(STOA__MAX_INT64, max_int64);
    kernel_agrees(STOA__MAX_UINT64, max_uint64);
}

TEST(min_and_max_of_floats_pass_over_nan_and_put_minus_zero_below_zero)
{
    kernel_agrees(STOA__MIN_FLOAT64, min_float64);
    kernel_agrees(STOA__MAX_FLOAT64, max_float64);
}

/* ---- bitwise operations on integers ---- */

REFERENCE(and_int32, out->int32 = a.int32 & b.int32)
REFERENCE(and_int64, out->int64 = a.int64 & b.int64)
REFERENCE(or_int32, out->int32 = a.int32 | b.int32)
REFERENCE(or_int64, out->int64 = a.int64 | b.int64)
REFERENCE(xor_int32, out->int32 = a.int32 ^ b.int32)
REFERENCE(xor_int64, out->int64 = a.int64 ^ b.int64)
REFERENCE(invert_int32, out->int32 = -1 - a.int32)
REFERENCE(invert_int64, out->int64 = -1 - a.int64)

TEST(bits_of_integers_combine)
{
    kernel_agrees(STOA__AND_INT32, and_int32);
    kernel_agrees(STOA__AND_INT64, and_int64);
    kernel_agrees(STOA__OR_INT32, or_int32);
    kernel_agrees(STOA__OR_INT64, or_int64);
    kernel_agrees(STOA__XOR_INT32, xor_int32);
    kernel_agrees(STOA__XOR_INT64, xor_int64);
    kernel_agrees(STOA__INVERT_INT32, invert_int32);
    kernel_agrees(STOA__INVERT_INT64, invert_int64);
}

/* ---- shifts: one place at a time, in 128 bits ---- */

static outcome shifted_left(wide *value, int64_t count, wide least, wide most)
{
    if (count < 0)
        return KERNEL_FAILS;
    for (int64_t i = 0; i < count && *value != 0; i++) {
        *value *= 2;
        if (*value < least || *value > most)
            return KERNEL_FAILS;
    }
    return KERNEL_GIVES;
}

static outcome shift_left_int64(kernel_value *out, kernel_value a, kernel_value b, bool c)
{
    (void)c;
    wide value = a.int64;
    outcome found = shifted_left(&value, b.int64, INT64_MIN, INT64_MAX);
    out->int64 = found == KERNEL_GIVES ? (int64_t)value : 0;
    return found;
}

static outcome shift_left_uint64(kernel_value *out, kernel_value a, kernel_value b, bool c)
{
    (void)c;
    wide value = a.uint64;
    outcome found = shifted_left(&value, b.int64, 0, UINT64_MAX);
    out->uint64 = found == KERNEL_GIVES ? (uint64_t)value : 0;
    return found;
}

/* Halves the value, rounding down, as often as the count says. */
static outcome shift_right_int64(kernel_value *out, kernel_value a, kernel_value b, bool c)
{
    (void)c;
    out->int64 = a.int64;
    for (int64_t i = 0; i < b.int64 && i < 64; i++)
        out->int64 = out->int64 / 2 - (out->int64 % 2 < 0);
    return b.int64 < 0 ? KERNEL_FAILS : KERNEL_GIVES;
}

static outcome shift_right_uint64(kernel_value *out, kernel_value a, kernel_value b, bool c)
{
    (void)c;
    out->uint64 = a.uint64;
    for (int64_t i = 0; i < b.int64 && i < 64; i++)
        out->uint64 /= 2;
    return b.int64 < 0 ? KERNEL_FAILS : KERNEL_GIVES;
}

TEST(a_shift_to_the_left_loses_no_bit_and_no_sign_or_fails)
{
    kernel_agrees(STOA__SHIFT_LEFT_INT64, shift_left_int64);
    kernel_agrees(STOA__SHIFT_LEFT_UINT64, shift_left_uint64);
}

TEST(a_shift_to_the_right_rounds_down_and_fails_for_negative_counts)
{
    kernel_agrees(STOA__SHIFT_RIGHT_INT64, shift_right_int64);
    kernel_agrees(STOA__SHIFT_RIGHT_UINT64, shift_right_uint64);
}

/* One pair of operands at each level, and what stoa__failures says of it. */
static void shift_agrees(stoa__code code, kernel_reference *reference, kernel_value a,
                         kernel_value b)
{
    const stoa__kernels *const *levels;
    size_t count = kernel_levels(&levels);
    kernel_value expected = {.uint64 = 0};
    bool fails = reference(&expected, a, b, false) == KERNEL_FAILS;
    uint64_t failures = 0;
    stoa__failures(code, STOA__VV, &failures, &a, &b, 1);
    ck_assert_uint_eq(failures, fails);
    for (size_t i = 0; i < count; i++) {
        kernel_value got = {.uint64 = 77};
        ck_assert_int_eq(levels[i]->run[code][STOA__VV](&got, &a, &b, NULL, 1), fails);
        ck_assert_uint_eq(got.uint64, fails ? 0 : expected.uint64);
    }
}

/* Counts from -3 to 70 with values of every number of bits; edge and random counts cover only few
 * of these. */
static void shifts_agree(stoa__code code, kernel_reference *reference)
{
    for (int64_t by = -3; by <= 70; by++)
        for (size_t i = 0; i < 64 * 6; i++) {
            uint64_t value = ((uint64_t)1 << i / 6) + i % 3 - 1;
            kernel_value a = {.uint64 = i % 6 < 3 ? value : 0 - value}, b = {.int64 = by};
            shift_agrees(code, reference, a, b);
        }
}

TEST(shifts_by_each_count_of_each_number_of_bits_give_the_value_or_zero_where_they_fail)
{
    shifts_agree(STOA__SHIFT_LEFT_INT64, shift_left_int64);
    shifts_agree(STOA__SHIFT_LEFT_UINT64, shift_left_uint64);
    shifts_agree(STOA__SHIFT_RIGHT_INT64, shift_right_int64);
    shifts_agree(STOA__SHIFT_RIGHT_UINT64, shift_right_uint64);
}

/* ---- logic on registers of bits ---- */

REFERENCE(and_bits, out->boolean = a.boolean && b.boolean)
REFERENCE(or_bits, out->boolean = a.boolean || b.boolean)
REFERENCE(xor_bits, out->boolean = a.boolean != b.boolean)
REFERENCE(and_not_bits, out->boolean = a.boolean && !b.boolean)
REFERENCE(not_bits, out->boolean = !a.boolean)

TEST(conditions_combine_and_nothing_is_set_beyond_the_last_value)
{
    kernel_agrees(STOA__AND_BITS, and_bits);
    kernel_agrees(STOA__OR_BITS, or_bits);
    kernel_agrees(STOA__XOR_BITS, xor_bits);
    kernel_agrees(STOA__AND_NOT_BITS, and_not_bits);
    kernel_agrees(STOA__NOT_BITS, not_bits);
}

int main(void)
{
    return RUN("kernels: bitwise", of_two_integers_the_least_and_the_greatest_come,
               min_and_max_of_floats_pass_over_nan_and_put_minus_zero_below_zero,
               bits_of_integers_combine, a_shift_to_the_left_loses_no_bit_and_no_sign_or_fails,
               a_shift_to_the_right_rounds_down_and_fails_for_negative_counts,
               shifts_by_each_count_of_each_number_of_bits_give_the_value_or_zero_where_they_fail,
               conditions_combine_and_nothing_is_set_beyond_the_last_value);
}
