/* test_kernels_convert.c: every kernel of convert.c, against references that compute in 128-bit
 * integers, or look at single bits. */
#include <math.h>

#include "../support/kernels.h"

__extension__ typedef __int128 wide;

/* The expected result is C's conversion, which is exact or rounded once. */
#define EXACT(name, to, type, from)                                                \
    static outcome name(kernel_value *out, kernel_value a, kernel_value b, bool c) \
    {                                                                              \
        (void)b, (void)c;                                                          \
        out->to = (type)a.from;                                                    \
        return KERNEL_GIVES;                                                       \
    }
/* The same, but it fails unless the result is the same number. */
#define FITTING(name, to, type, from)                                              \
    static outcome name(kernel_value *out, kernel_value a, kernel_value b, bool c) \
    {                                                                              \
        (void)b, (void)c;                                                          \
        out->to = (type)a.from;                                                    \
        return (wide)out->to == (wide)a.from ? KERNEL_GIVES : KERNEL_FAILS;        \
    }

EXACT(load_int8, int32, int32_t, int8)
EXACT(load_int16, int32, int32_t, int16)
EXACT(load_uint8, int32, int32_t, uint8)
EXACT(load_uint16, int32, int32_t, uint16)
EXACT(load_uint32, int64, int64_t, uint32)
EXACT(load_float32, float64, double, float32)
EXACT(store_4, int32, int32_t, int32)
EXACT(store_8, int64, int64_t, int64)
EXACT(int64_int32, int64, int64_t, int32)
EXACT(int32_int64, int32, int32_t, int64)
FITTING(store_int8, int8, int8_t, int32)
FITTING(store_int16, int16, int16_t, int32)
FITTING(store_uint8, uint8, uint8_t, int32)
FITTING(store_uint16, uint16, uint16_t, int32)
FITTING(store_uint32, uint32, uint32_t, int64)
FITTING(int32_checked, int32, int32_t, int64)
FITTING(int64_uint64, int64, int64_t, uint64)
FITTING(uint64_int64, uint64, uint64_t, int64)

TEST(cells_become_registers)
{
    kernel_agrees(STOA__LOAD_INT8, load_int8);
    kernel_agrees(STOA__LOAD_INT16, load_int16);
    kernel_agrees(STOA__LOAD_UINT8, load_uint8);
    kernel_agrees(STOA__LOAD_UINT16, load_uint16);
    kernel_agrees(STOA__LOAD_UINT32, load_uint32);
    kernel_agrees(STOA__LOAD_FLOAT32, load_float32);
}

TEST(registers_become_cells_if_they_fit)
{
    kernel_agrees(STOA__STORE_4, store_4);
    kernel_agrees(STOA__STORE_8, store_8);
    kernel_agrees(STOA__STORE_INT8, store_int8);
    kernel_agrees(STOA__STORE_INT16, store_int16);
    kernel_agrees(STOA__STORE_UINT8, store_uint8);
    kernel_agrees(STOA__STORE_UINT16, store_uint16);
    kernel_agrees(STOA__STORE_UINT32, store_uint32);
}

TEST(integers_widen_and_narrow)
{
    kernel_agrees(STOA__INT64_INT32, int64_int32);
    kernel_agrees(STOA__INT32_INT64, int32_int64);
    kernel_agrees(STOA__INT32_CHECKED, int32_checked);
    kernel_agrees(STOA__INT64_UINT64, int64_uint64);
    kernel_agrees(STOA__UINT64_INT64, uint64_int64);
}

/* ---- bits ---- */

static outcome load_bool(kernel_value *out, kernel_value a, kernel_value b, bool c)
{
    (void)b, (void)c;
    out->boolean = a.uint8 == 1;
    return a.uint8 > 1 ? KERNEL_OUTSIDE : KERNEL_GIVES;
}

EXACT(store_bool, uint8, uint8_t, boolean)
EXACT(int32_bits, int32, int32_t, boolean)

TEST(bytes_become_bits_and_bits_become_bytes_and_integers)
{
    kernel_agrees(STOA__LOAD_BOOL, load_bool);
    kernel_agrees(STOA__STORE_BOOL, store_bool);
    kernel_agrees(STOA__INT32_BITS, int32_bits);
}

/* ---- floats ---- */

/* 128-bit integers are rounded by the compiler's library, which the kernels do not use. */

static outcome float64_int32(kernel_value *out, kernel_value a, kernel_value b, bool c)
{
    (void)b, (void)c;
    out->float64 = (double)(wide)a.int32;
    return KERNEL_GIVES;
}

static outcome float64_int64(kernel_value *out, kernel_value a, kernel_value b, bool c)
{
    (void)b, (void)c;
    out->float64 = (double)(wide)a.int64;
    return KERNEL_GIVES;
}

static outcome float64_uint64(kernel_value *out, kernel_value a, kernel_value b, bool c)
{
    (void)b, (void)c;
    out->float64 = (double)(wide)a.uint64;
    return KERNEL_GIVES;
}

/* The truncated value as a 128-bit integer; for values beyond that and for NaN, one that fits no
 * type. */
static wide truncated(double a)
{
    return fabs(a) < 0x1p100 ? (wide)a : (wide)1 << 100;
}

static outcome int64_float64(kernel_value *out, kernel_value a, kernel_value b, bool c)
{
    (void)b, (void)c;
    wide whole = truncated(a.float64);
    out->int64 = (int64_t)whole;
    return whole == out->int64 ? KERNEL_GIVES : KERNEL_FAILS;
}

static outcome uint64_float64(kernel_value *out, kernel_value a, kernel_value b, bool c)
{
    (void)b, (void)c;
    wide whole = truncated(a.float64);
    out->uint64 = (uint64_t)whole;
    return whole == (wide)out->uint64 ? KERNEL_GIVES : KERNEL_FAILS;
}

static outcome store_float32(kernel_value *out, kernel_value a, kernel_value b, bool c)
{
    (void)b, (void)c;
    out->float32 = (float)a.float64;
    return isinf(out->float32) && !isinf(a.float64) ? KERNEL_FAILS : KERNEL_GIVES;
}

static outcome round_float32(kernel_value *out, kernel_value a, kernel_value b, bool c)
{
    kernel_value cell = {.uint64 = 0};
    outcome found = store_float32(&cell, a, b, c);
    out->float64 = (double)cell.float32;
    return found;
}

static outcome sqrt_int64(kernel_value *out, kernel_value a, kernel_value b, bool c)
{
    outcome found = float64_int64(out, a, b, c);
    out->float64 = sqrt(out->float64);
    return found;
}

static outcome norm(kernel_value *out, kernel_value a, kernel_value b, bool c)
{
    wide sum = (wide)a.int32 * a.int32 + (wide)b.int32 * b.int32;
    sqrt_int64(out, (kernel_value){.int64 = (int64_t)sum}, b, c);
    return sum > INT64_MAX ? KERNEL_FAILS : KERNEL_GIVES;
}

/* Clears the lowest 11 bits; if one of them was set, sets the next bit. */
static outcome odd_int64(kernel_value *out, kernel_value a, kernel_value b, bool c)
{
    (void)b, (void)c;
    wide whole = a.int64;
    bool small = whole >= -((wide)1 << 53) && whole <= (wide)1 << 53;
    out->int64 = small ? a.int64 : (a.int64 & ~(int64_t)2047) | ((a.int64 & 2047) ? 2048 : 0);
    return KERNEL_GIVES;
}

static outcome odd_uint64(kernel_value *out, kernel_value a, kernel_value b, bool c)
{
    (void)b, (void)c;
    bool small = a.uint64 <= (uint64_t)1 << 53;
    out->uint64 = small ? a.uint64 : (a.uint64 & ~(uint64_t)2047) | ((a.uint64 & 2047) ? 2048 : 0);
    return KERNEL_GIVES;
}

TEST(integers_become_floats_rounded_once)
{
    kernel_agrees(STOA__ODD_INT64, odd_int64);
    kernel_agrees(STOA__ODD_UINT64, odd_uint64);
    kernel_agrees(STOA__FLOAT64_INT32, float64_int32);
    kernel_agrees(STOA__FLOAT64_INT64, float64_int64);
    kernel_agrees(STOA__SQRT_INT64, sqrt_int64);
    kernel_agrees(STOA__NORM, norm);
    kernel_agrees(STOA__FLOAT64_UINT64, float64_uint64);
}

TEST(floats_become_integers_truncated_if_they_fit)
{
    kernel_agrees(STOA__INT64_FLOAT64, int64_float64);
    kernel_agrees(STOA__UINT64_FLOAT64, uint64_float64);
}

TEST(floats_become_float32_unless_that_makes_them_infinite)
{
    kernel_agrees(STOA__STORE_FLOAT32, store_float32);
    kernel_agrees(STOA__ROUND_FLOAT32, round_float32);
}

/* What the pass does in five steps. */
TEST(a_sum_with_a_product_in_float32_is_rounded_at_each_step)
{
    const stoa__kernels *const *levels;
    size_t level_count = kernel_levels(&levels);
    float a[200], b[200], out[200];
    const double factor = 0.1;
    for (size_t count = 0; count <= 200; count++)
        for (int odd = 0; odd < 3; odd++) {
            for (size_t i = 0; i < count; i++) {
                a[i] = (float)(i * 7919 % 2001) / 7.0F;
                b[i] = (float)(i * 104729 % 2001) / -11.0F;
            }
            if (odd > 0 && count > 0)
                a[count * 7 / 8] = odd == 1 ? INFINITY : NAN;
            for (size_t l = 0; l < level_count; l++) {
                bool failed =
                    levels[l]->run[STOA__STORE_MUL_ADD][STOA__VV](out, a, b, &factor, count);
                ck_assert_int_eq(failed, odd > 0 && count > 0);
                for (size_t i = 0; i < count; i++) {
                    double product = (double)b[i] * factor;
                    float made = (float)((double)a[i] + product);
                    ck_assert(memcmp(&out[i], &made, sizeof made) == 0 || isnan(made));
                }
            }
        }
}

/* Sums that can be undone: mostly exactly, in every sixth value (or all, from `bad` on) not. */
static size_t fill_sums(float *a, float *b, size_t count, size_t bad, float odd)
{
    size_t lost = 0;
    for (size_t i = 0; i < count; i++) {
        bool loses = i % 6 == 1;
        a[i] = loses ? 0x1.000002p-20F : (float)(i * 7919 % 2001 + 1000);
        b[i] = loses ? 1000 : (float)(i * 104729 % 7) / -64;
        lost += loses;
    }
    if (bad < count)
        a[bad] = odd;
    return lost;
}

static void try_sums(const stoa__kernels *level, size_t count, size_t bad, float odd)
{
    enum { MOST = 400, SPARE = 64 };
    stoa__lost_value values[MOST];
    float a[MOST], b[MOST], before[MOST];
    size_t lost = fill_sums(a, b, count, bad, odd);
    memcpy(before, a, sizeof a);
    for (uint32_t room = 0; room <= MOST; room += MOST / 4) {
        stoa__journal journal = {.lost = values, .room = room};
        size_t first = count / 2;
        bool whole = level->add_product(&journal, a, b, 0.1, first) &&
                     level->add_product(&journal, a + first, b + first, 0.1, count - first);
        ck_assert(!whole || (bad >= count && lost <= room));
        ck_assert(whole || bad < count || lost + SPARE > room);
        ck_assert_uint_le(journal.done, bad < count ? bad : count);
        ck_assert_uint_le(journal.count, room);
        for (size_t i = 0; i < count; i++) {
            float made = (float)((double)before[i] + (double)b[i] * 0.1);
            ck_assert(memcmp(&a[i], i < journal.done ? &made : &before[i], sizeof made) == 0);
        }
        level->take_product(&journal, a, b, 0.1);
        ck_assert(memcmp(a, before, count * sizeof *a) == 0);
    }
}

TEST(a_sum_in_float32_that_stops_can_be_undone_to_the_last_bit)
{
    static const float odd[] = {INFINITY, -INFINITY, NAN};
    const stoa__kernels *const *levels;
    size_t level_count = kernel_levels(&levels);
    for (size_t l = 0; l < level_count; l++)
        for (size_t count = 0; count <= 300; count += 13) {
            try_sums(levels[l], count, count, 0);
            for (size_t k = 0; k < 3 && count > 0; k++)
                try_sums(levels[l], count, count * (k + 1) / 4, odd[k]);
        }
}

/* Values of every size halfway between two floats: where bit 54, and the bits below it, decide. */
TEST(integers_between_two_floats_go_to_the_nearest_or_the_even_one)
{
    const stoa__kernels *const *levels;
    size_t count = kernel_levels(&levels);
    dice d = {54};
    for (size_t i = 0; i < scaled(200000, 2000); i++) {
        size_t size = 54 + dice_below(&d, 11), below = size - 54;
        uint64_t top = dice_roll(&d) >> (64 - size) | (uint64_t)1 << (size - 1);
        uint64_t half = (uint64_t)1 << below, rest = dice_below(&d, 3) - 1;
        uint64_t a = ((top >> below | 1) << below & ~(half - 1)) + (below > 0 ? rest : 0);
        int64_t negative = (int64_t)(0 - (a >> 1));
        for (size_t l = 0; l < count; l++) {
            double one, other;
            levels[l]->run[STOA__FLOAT64_UINT64][STOA__VV](&one, &a, NULL, NULL, 1);
            levels[l]->run[STOA__FLOAT64_INT64][STOA__VV](&other, &negative, NULL, NULL, 1);
            ck_assert_msg(one == (double)(wide)a, "%s: %llu becomes %a", levels[l]->name,
                          (unsigned long long)a, one);
            ck_assert_msg(other == (double)(wide)negative, "%s: %lld becomes %a", levels[l]->name,
                          (long long)negative, other);
        }
    }
}

/* ---- ranges and constants ---- */

/* Tries a range between two edge values of the form, on values at its ends, next to them and
 * between. */
static void try_range(stoa__code code, stoa_type form, size_t count, dice *d)
{
    const stoa__kernels *const *levels;
    size_t level_count = kernel_levels(&levels), bytes = kernel_bytes(form, count);
    kernel_value ends[2] = {kernel_roll(form, d), kernel_roll(form, d)};
    bool above = form == STOA_INT32 ? ends[0].int32 > ends[1].int32 : ends[0].int64 > ends[1].int64;
    kernel_value lowest = ends[above], highest = ends[!above];
    bool inside = dice_below(d, 2) == 0, fails = false;
    static kernel_value values[4099];
    for (size_t i = 0; i < count; i++) {
        values[i] = dice_below(d, 4) == 0 ? ends[dice_below(d, 2)] : kernel_roll(form, d);
        int64_t value = form == STOA_INT32 ? values[i].int32 : values[i].int64;
        int64_t low = form == STOA_INT32 ? lowest.int32 : lowest.int64;
        int64_t high = form == STOA_INT32 ? highest.int32 : highest.int64;
        bool out = value < low || value > high;
        if (out && (inside || dice_below(d, 8) > 0))
            values[i] = ends[i % 2];
        else
            fails |= out;
    }
    for (size_t l = 0; l < level_count; l++)
        for (stoa__shape shape = STOA__VV; shape <= STOA__VC; shape++)
            for (int in_place = 0; in_place < 2; in_place++) {
                size_t width = stoa_type_width(form), shift = dice_below(d, 64 / width) * width;
                char *out = kernel_place(0, bytes, shift), *b = kernel_place(2, 2 * width, 0);
                char *a = in_place ? out : kernel_place(1, bytes, 0);
                kernel_set(form, b, 0, lowest);
                kernel_set(form, b, 1, highest);
                for (size_t i = 0; i < count; i++)
                    kernel_set(form, a, i, values[i]);
                bool failed = levels[l]->run[code][shape](out, a, b, NULL, count);
                ck_assert_msg(failed == fails, "%s %s to %s of %zu", levels[l]->name,
                              kernel_shown(form, lowest), kernel_shown(form, highest), count);
                for (size_t i = 0; i < count; i++)
                    ck_assert(kernel_same(form, kernel_get(form, out, i), values[i]));
                ck_assert(kernel_kept(0, bytes, shift));
            }
}

TEST(values_within_a_range_are_copied_and_others_fail)
{
    dice d = {7};
    for (size_t i = 0; kernel_length(i) != SIZE_MAX; i++)
        for (int repeat = 0; repeat < 4; repeat++) {
            try_range(STOA__WITHIN_INT32, STOA_INT32, kernel_length(i), &d);
            try_range(STOA__WITHIN_INT64, STOA_INT64, kernel_length(i), &d);
        }
}

/* The kernel gets one value `a`; result i must be a + i * step. */
static void try_series(stoa__code code, stoa_type form, uint64_t step, size_t count, dice *d)
{
    const stoa__kernels *const *levels;
    size_t level_count = kernel_levels(&levels), bytes = kernel_bytes(form, count);
    size_t width = stoa_type_width(form), shift = dice_below(d, 64 / width) * width;
    kernel_value first = kernel_roll(form, d);
    for (size_t l = 0; l < level_count; l++) {
        void *out = kernel_place(0, bytes, shift), *a = kernel_place(1, width, 0);
        kernel_set(form, a, 0, first);
        ck_assert(!levels[l]->run[code][STOA__VV](out, a, NULL, NULL, count));
        for (size_t i = 0; i < count; i++) {
            kernel_value expected = {.uint64 = first.uint64 + i * step};
            ck_assert(kernel_same(form, kernel_get(form, out, i), expected));
        }
        ck_assert(kernel_kept(0, bytes, shift));
    }
}

TEST(constants_and_numbers_fill_a_register)
{
    dice d = {8};
    for (size_t i = 0; kernel_length(i) != SIZE_MAX; i++) {
        try_series(STOA__FILL_INT32, STOA_INT32, 0, kernel_length(i), &d);
        try_series(STOA__FILL_INT64, STOA_INT64, 0, kernel_length(i), &d);
        try_series(STOA__NUMBERS, STOA_INT64, 1, kernel_length(i), &d);
    }
}

int main(void)
{
    return RUN("convert", cells_become_registers, registers_become_cells_if_they_fit,
               integers_widen_and_narrow, bytes_become_bits_and_bits_become_bytes_and_integers,
               integers_become_floats_rounded_once, floats_become_integers_truncated_if_they_fit,
               floats_become_float32_unless_that_makes_them_infinite,
               a_sum_with_a_product_in_float32_is_rounded_at_each_step,
               a_sum_in_float32_that_stops_can_be_undone_to_the_last_bit,
               integers_between_two_floats_go_to_the_nearest_or_the_even_one,
               values_within_a_range_are_copied_and_others_fail,
               constants_and_numbers_fill_a_register);
}
