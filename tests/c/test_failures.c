/* test_failures.c: compares the failures that stoa__failures reports with what the kernels report
 * for single values; and checks the reasons, word for word. */
#include <math.h>

#include "../support/kernels.h"
#include "base/zone.h"

enum { MOST = 700 };

static bool has_range(stoa__code code)
{
    return code == STOA__WITHIN_INT32 || code == STOA__WITHIN_INT64;
}

/* Kernels of dates whose b is one value that means something, or a pair. */
static bool has_date_operand(stoa__code code)
{
    return code == STOA__FLOOR_S || code == STOA__FLOOR_MS || code == STOA__FLOOR_US ||
           code == STOA__FLOOR_NS || code == STOA__EXACT_DIV || code == STOA__LOCAL ||
           code == STOA__UTC_OF_DAY || code == STOA__FLOOR_ZONED;
}

/* An hour of nanoseconds as a period, as a divisor, and beside a zone. */
static void set_date_operand(stoa__code code, uint64_t *b, size_t i)
{
    const uint64_t hour = UINT64_C(3600000000000);
    bool zoned = code == STOA__LOCAL || code == STOA__UTC_OF_DAY || code == STOA__FLOOR_ZONED;
    b[i] = code == STOA__FLOOR_S    ? 3600
           : code == STOA__FLOOR_MS ? 3600000
           : code == STOA__FLOOR_US ? 3600000000
                                    : hour;
    if (zoned)
        b[i] = i % 2 == 0 ? (uint64_t)(uintptr_t)stoa__zone_utc() : hour << 3 | STOA_NANOSECOND;
}

/* Operands of a kernel as columns; some of them fail. */
typedef struct block {
    stoa__code code;
    stoa__shape shape;
    size_t count;
    uint64_t a[MOST], b[MOST];
} block;

static const char *at(stoa_type form, const uint64_t *values, bool constant, size_t i)
{
    return (const char *)values + (constant ? 0 : i * stoa_type_width(form));
}

static bool a_constant(const block *k)
{
    return k->shape == STOA__CV;
}

static bool b_constant(const block *k)
{
    return k->shape == STOA__VC || has_range(k->code) || has_date_operand(k->code);
}

static void fill(block *k, dice *d)
{
    const stoa__code_facts *facts = &stoa__facts[k->code];
    for (size_t i = 0; i < MOST; i++) {
        kernel_set((stoa_type)facts->a, k->a, i, kernel_roll((stoa_type)facts->a, d));
        if (facts->b != STOA_NO_TYPE)
            kernel_set((stoa_type)facts->b, k->b, i, kernel_roll((stoa_type)facts->b, d));
        if (has_date_operand(k->code))
            set_date_operand(k->code, k->b, i);
        /* Only this pair of values fails, and random values would not hit it. */
        bool squares = k->code == STOA__ADD_SQUARES || k->code == STOA__ADD_SQUARES_FAILS ||
                       k->code == STOA__NORM;
        if (squares && i % 5 == 0) {
            kernel_set(STOA_INT32, k->a, i, (kernel_value){.int32 = INT32_MIN});
            kernel_set(STOA_INT32, k->b, i, (kernel_value){.int32 = INT32_MIN});
        }
        /* The operands of ADD_NONNEGATIVE are never negative. */
        if (k->code == STOA__ADD_NONNEGATIVE) {
            k->a[i] &= INT64_MAX;
            k->b[i] &= INT64_MAX;
        }
    }
}

/* Whether the kernel fails for this value alone. */
static bool fails_alone(const block *k, size_t i)
{
    const stoa__code_facts *facts = &stoa__facts[k->code];
    uint64_t out[2];
    return stoa__kernels_here()->run[k->code][STOA__VV](
        out, at((stoa_type)facts->a, k->a, a_constant(k), i),
        facts->b == STOA_NO_TYPE ? NULL : at((stoa_type)facts->b, k->b, b_constant(k), i), NULL, 1);
}

static size_t compare_block(const block *k)
{
    uint64_t failed[MOST / 64 + 2];
    size_t words = (k->count + 63) / 64, found = 0;
    memset(failed, 0xA5, sizeof failed);
    stoa__failures(k->code, k->shape, failed, k->a, k->b, k->count);
    for (size_t i = 0; i < words * 64; i++) {
        bool expected = i < k->count && fails_alone(k, i);
        ck_assert_msg((failed[i / 64] >> (i % 64) & 1) == expected, "%s shape %d: value %zu of %zu",
                      stoa__facts[k->code].name, k->shape, i, k->count);
        found += expected;
    }
    ck_assert_uint_eq(failed[words], 0xA5A5A5A5A5A5A5A5);
    return found;
}

TEST(the_values_that_fail_are_those_of_which_the_kernel_says_so)
{
    static block k;
    dice d = {4};
    for (stoa__code code = 0; code < STOA__CODES; code++) {
        if (!stoa__facts[code].fails)
            continue;
        size_t found = 0, asked = 0;
        for (stoa__shape shape = STOA__VV; shape <= STOA__CV; shape++)
            for (size_t i = 0; i < 60; i++) {
                if (stoa__kernels_here()->run[code][shape] == NULL)
                    continue;
                k.code = code;
                k.shape = shape;
                k.count = i < 30 ? i * 5 : dice_below(&d, MOST);
                fill(&k, &d);
                found += compare_block(&k);
                asked += k.count;
            }
        ck_assert_msg(found > 0 && found < asked, "%s: %zu of %zu fail", stoa__facts[code].name,
                      found, asked);
    }
}

TEST(kernels_that_never_fail_have_no_failures)
{
    for (stoa__code code = 0; code < STOA__CODES; code++) {
        uint64_t zeros[64] = {0}, failed[2] = {~(uint64_t)0, ~(uint64_t)0};
        if (stoa__facts[code].fails)
            continue;
        stoa__failures(code, STOA__VV, failed, zeros, zeros, 60);
        ck_assert_uint_eq(failed[0], 0);
        ck_assert_uint_eq(failed[1], ~(uint64_t)0);
    }
}

/* ---- reasons ---- */

static void reason(stoa__code code, kernel_value a, kernel_value b, stoa_status status,
                   const char *expected)
{
    char text[STOA_MESSAGE_SIZE], cut[8];
    memset(text, '?', sizeof text);
    stoa_status found = stoa__failure_text(code, &a, &b, STOA_NO_TYPE, text, sizeof text);
    ck_assert_str_eq(text, expected);
    ck_assert_str_eq(stoa_status_name(found), stoa_status_name(status));
    ck_assert_int_eq(stoa__failure_text(code, &a, &b, STOA_NO_TYPE, cut, sizeof cut), status);
    ck_assert_uint_eq(strlen(cut), sizeof cut - 1);
    ck_assert_int_eq(strncmp(cut, expected, sizeof cut - 1), 0);
}

static kernel_value integer(int64_t value)
{
    return (kernel_value){.int64 = value};
}
static kernel_value natural(uint64_t value)
{
    return (kernel_value){.uint64 = value};
}
static kernel_value real(double value)
{
    return (kernel_value){.float64 = value};
}

TEST(what_does_not_fit_is_told_with_the_values_and_the_type)
{
    kernel_value none = integer(0), lowest = integer(INT64_MIN), highest = integer(INT64_MAX);
    reason(STOA__ADD_CHECKED, highest, integer(1), STOA_OVERFLOW,
           "9223372036854775807 + 1 does not fit int64");
    reason(STOA__ADD_SQUARES, integer(INT32_MIN), integer(INT32_MIN), STOA_OVERFLOW,
           "-2147483648 * -2147483648 + -2147483648 * -2147483648 does not fit int64");
    reason(STOA__NORM, integer(INT32_MIN), integer(INT32_MIN), STOA_OVERFLOW,
           "-2147483648 * -2147483648 + -2147483648 * -2147483648 does not fit int64");
    reason(STOA__ADD_NONNEGATIVE, highest, highest, STOA_OVERFLOW,
           "9223372036854775807 + 9223372036854775807 does not fit int64");
    reason(STOA__SUB_CHECKED, lowest, integer(1), STOA_OVERFLOW,
           "-9223372036854775808 - 1 does not fit int64");
    reason(STOA__MUL_CHECKED, highest, integer(-2), STOA_OVERFLOW,
           "9223372036854775807 * -2 does not fit int64");
    reason(STOA__FLOOR_DIV_INT64, lowest, integer(-1), STOA_OVERFLOW,
           "-9223372036854775808 // -1 does not fit int64");
    reason(STOA__FLOOR_DIV_INT32, integer(INT32_MIN), integer(-1), STOA_OVERFLOW,
           "-2147483648 // -1 does not fit int32");
    reason(STOA__POW_INT64, integer(10), integer(19), STOA_OVERFLOW, "10 ** 19 does not fit int64");
    reason(STOA__NEG_INT64, lowest, none, STOA_OVERFLOW,
           "-(-9223372036854775808) does not fit int64");
    reason(STOA__ABS_INT64, lowest, none, STOA_OVERFLOW,
           "abs(-9223372036854775808) does not fit int64");
    reason(STOA__SHIFT_LEFT_INT64, integer(1), integer(63), STOA_OVERFLOW,
           "1 << 63 does not fit int64");
    reason(STOA__SHIFT_LEFT_UINT64, natural(UINT64_MAX), integer(1), STOA_OVERFLOW,
           "18446744073709551615 << 1 does not fit uint64");
    reason(STOA__STORE_INT8, integer(300), none, STOA_OVERFLOW, "300 does not fit int8");
    reason(STOA__STORE_UINT32, integer(-1), none, STOA_OVERFLOW, "-1 does not fit uint32");
    reason(STOA__INT32_CHECKED, integer(2147483648), none, STOA_OVERFLOW,
           "2147483648 does not fit int32");
    reason(STOA__INT64_UINT64, natural(UINT64_MAX), none, STOA_OVERFLOW,
           "18446744073709551615 does not fit int64");
    reason(STOA__UINT64_INT64, integer(-7), none, STOA_OVERFLOW, "-7 does not fit uint64");
}

TEST(floats_that_do_not_fit_are_told_with_the_digits_that_they_need)
{
    kernel_value none = integer(0);
    reason(STOA__INT64_FLOAT64, real((double)NAN), none, STOA_OVERFLOW, "nan does not fit int64");
    reason(STOA__INT64_FLOAT64, real(-(double)NAN), none, STOA_OVERFLOW, "nan does not fit int64");
    reason(STOA__INT64_FLOAT64, real(-(double)INFINITY), none, STOA_OVERFLOW,
           "-inf does not fit int64");
    reason(STOA__UINT64_FLOAT64, real(-1.5), none, STOA_OVERFLOW, "-1.5 does not fit uint64");
    reason(STOA__UINT64_FLOAT64, real(0x1p64), none, STOA_OVERFLOW,
           "1.8446744073709552e+19 does not fit uint64");
    reason(STOA__STORE_FLOAT32, real(1e300), none, STOA_OVERFLOW, "1e+300 does not fit float32");
    reason(STOA__ROUND_FLOAT32, real(-3.5e38), none, STOA_OVERFLOW,
           "-3.5e+38 does not fit float32");
}

TEST(divisions_powers_and_shifts_that_cannot_be_are_told)
{
    reason(STOA__FLOOR_DIV_INT64, integer(7), integer(0), STOA_DIVISION_BY_ZERO,
           "7 // 0 divides by zero");
    reason(STOA__FLOOR_DIV_INT32, integer(-7), integer(0), STOA_DIVISION_BY_ZERO,
           "-7 // 0 divides by zero");
    reason(STOA__REM_INT64, integer(7), integer(0), STOA_DIVISION_BY_ZERO, "7 % 0 divides by zero");
    reason(STOA__REM_INT32, integer(7), integer(0), STOA_DIVISION_BY_ZERO, "7 % 0 divides by zero");
    reason(STOA__POW_INT64, integer(2), integer(-1), STOA_INVALID,
           "2 ** -1: an integer has no negative power");
    reason(STOA__POW_INT64, integer(-3), integer(-1), STOA_INVALID,
           "(-3) ** -1: an integer has no negative power");
    reason(STOA__SHIFT_LEFT_INT64, integer(2), integer(-1), STOA_INVALID,
           "2 << -1: the count of a shift is negative");
    reason(STOA__SHIFT_RIGHT_UINT64, natural(UINT64_MAX), integer(-9), STOA_INVALID,
           "18446744073709551615 >> -9: the count of a shift is negative");
}

TEST(a_range_that_is_a_type_s_is_told_by_its_name)
{
    int32_t a = 300, byte[2] = {INT8_MIN, INT8_MAX}, odd[2] = {-5, 5};
    int64_t wide = 4294967296, word[2] = {0, UINT32_MAX}, truth[2] = {0, 1};
    char text[100];
    ck_assert_int_eq(
        stoa__failure_text(STOA__WITHIN_INT32, &a, byte, STOA_NO_TYPE, text, sizeof text),
        STOA_OVERFLOW);
    ck_assert_str_eq(text, "300 does not fit int8");
    stoa__failure_text(STOA__WITHIN_INT32, &a, odd, STOA_NO_TYPE, text, sizeof text);
    ck_assert_str_eq(text, "300 is not from -5 to 5");
    stoa__failure_text(STOA__WITHIN_INT64, &wide, word, STOA_NO_TYPE, text, sizeof text);
    ck_assert_str_eq(text, "4294967296 does not fit uint32");
    stoa__failure_text(STOA__WITHIN_INT64, &wide, truth, STOA_NO_TYPE, text, sizeof text);
    ck_assert_str_eq(text, "4294967296 does not fit bool");
    double huge = 1e300;
    stoa__failure_text(STOA__INT64_FLOAT64, &huge, NULL, STOA_INT8, text, sizeof text);
    ck_assert_str_eq(text, "1e+300 does not fit int8");
}

int main(void)
{
    return RUN("failures", the_values_that_fail_are_those_of_which_the_kernel_says_so,
               kernels_that_never_fail_have_no_failures,
               what_does_not_fit_is_told_with_the_values_and_the_type,
               floats_that_do_not_fit_are_told_with_the_digits_that_they_need,
               divisions_powers_and_shifts_that_cannot_be_are_told,
               a_range_that_is_a_type_s_is_told_by_its_name);
}
