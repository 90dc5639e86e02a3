/* test_exact.c: sums without rounding: by blocks on each processor level, and one by one. */
#include <math.h>
#include <stdlib.h>

#include "../support/kernels.h"
#include "../support/testing.h"
#include "query/exact.h"

/* ---- values ---- */

static double value_of(dice *d, int kind)
{
    static const double odd[] = {0.0, -0.0, 5e-324, -2.2e-308, 1.7e308, 1e-163, 1e-180, 1e200};
    double plain = (double)(int64_t)dice_roll(d);
    switch (kind) {
    case 0:
        return ldexp(plain, -63); /* as far apart as numbers mostly are */
    case 1:
        return ldexp(plain, (int)dice_below(d, 60) - 90);
    case 2:
        return ldexp(plain, (int)dice_below(d, 1900) - 1000);
    case 3:
        return odd[dice_below(d, 8)];
    case 4:
        return ldexp((double)(int32_t)dice_roll(d), -1074);
    case 5:
        return dice_below(d, 500) == 0 ? (double)(dice_below(d, 2) ? NAN : INFINITY) : plain;
    default:
        return (double)(int32_t)dice_roll(d);
    }
}

static bool same(const stoa__exact *a, const stoa__exact *b)
{
    return a->flags == b->flags && a->count == b->count && a->first == b->first &&
           (a->count == 0 || memcmp(a->words, b->words, a->count * sizeof *a->words) == 0);
}

static void add_slowly(stoa__exact *sum, const double *values, const uint64_t *mask, size_t count,
                       bool squares)
{
    for (size_t i = 0; i < count; i++)
        if (mask == NULL || (mask[i / 64] >> i % 64 & 1) != 0)
            ck_assert(squares ? stoa__exact_add_square(sum, values[i])
                              : stoa__exact_add(sum, values[i]));
}

/* How many blocks were not split. */
static size_t compare(stoa__split *split, const double *values, const uint64_t *mask, size_t count,
                      bool squares)
{
    double parts[STOA__MOST_PARTS];
    stoa__exact quick = {0}, slow = {0};
    size_t made = split(parts, values, mask, count);
    if (made == STOA__NOT_SPLIT)
        return 1;
    ck_assert_uint_le(made, STOA__MOST_PARTS);
    add_slowly(&quick, parts, NULL, made, false);
    add_slowly(&slow, values, mask, count, squares);
    stoa__exact_settle(&quick);
    stoa__exact_settle(&slow);
    ck_assert(same(&quick, &slow));
    stoa__exact_dispose(&quick);
    stoa__exact_dispose(&slow);
    return 0;
}

TEST(a_block_is_split_into_numbers_of_the_same_sum)
{
    dice d = {3};
    double values[STOA__BLOCK];
    uint64_t mask[STOA__BLOCK_WORDS];
    const stoa__kernels *const *levels;
    size_t level_count = kernel_levels(&levels);
    for (size_t level = 0; level < level_count; level++) {
        const stoa__kernels *kernels = levels[level];
        size_t plain = 0;
        for (size_t i = 0; i < scaled(1400, 140); i++) {
            int kind = (int)(i % 7);
            size_t count = i % 3 == 0 ? STOA__BLOCK : dice_below(&d, STOA__BLOCK + 1);
            for (size_t k = 0; k < STOA__BLOCK; k++)
                values[k] = value_of(&d, kind);
            for (size_t k = 0; k < STOA__BLOCK_WORDS; k++)
                mask[k] = dice_roll(&d) | (i % 5 == 0 ? UINT64_MAX : 0);
            const uint64_t *bits = i % 2 == 0 ? NULL : mask;
            size_t not_split = compare(kernels->split, values, bits, count, false) +
                               compare(kernels->split_squares, values, bits, count, true);
            plain += kind == 0 || kind == 6 ? not_split : 0;
        }
        ck_assert_uint_eq(plain, 0); /* the quick way is taken where it matters */
    }
}
END_TEST

TEST(sums_do_not_depend_on_parts_or_order)
{
    dice d = {4};
    double values[600];
    for (size_t i = 0; i < scaled(300, 40); i++) {
        stoa__exact whole = {0}, merged = {0};
        size_t count = dice_below(&d, 600);
        for (size_t k = 0; k < count; k++)
            values[k] = value_of(&d, (int)(i % 7));
        add_slowly(&whole, values, NULL, count, i % 2 == 0);
        stoa__exact_settle(&whole);
        for (size_t end = count; end > 0;) { /* the last part first */
            stoa__exact part = {0};
            size_t some = 1 + dice_below(&d, end);
            end -= some;
            add_slowly(&part, values + end, NULL, some, i % 2 == 0);
            stoa__exact_settle(&part);
            ck_assert(stoa__exact_fits(&merged, &part) && stoa__exact_reserve(&merged, &part));
            stoa__exact_merge(&merged, &part);
            stoa__exact_dispose(&part);
        }
        ck_assert(same(&whole, &merged));
        stoa__exact_dispose(&whole);
        stoa__exact_dispose(&merged);
    }
}
END_TEST

int main(void)
{
    return RUN("exact", a_block_is_split_into_numbers_of_the_same_sum,
               sums_do_not_depend_on_parts_or_order);
}
