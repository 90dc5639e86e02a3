/* test_kernels_where.c: kernels that choose one of two values by a bit. */
#include "../support/kernels.h"

#define REFERENCE(name, member)                                                    \
    static outcome name(kernel_value *out, kernel_value a, kernel_value b, bool c) \
    {                                                                              \
        out->member = c ? a.member : b.member;                                     \
        return KERNEL_GIVES;                                                       \
    }
REFERENCE(where_int32, int32)
REFERENCE(where_int64, int64)
REFERENCE(where_bits, boolean)

TEST(a_set_bit_takes_the_first_value_and_another_the_second)
{
    kernel_agrees(STOA__WHERE_INT32, where_int32);
    kernel_agrees(STOA__WHERE_INT64, where_int64);
    kernel_agrees(STOA__WHERE_BITS, where_bits);
}

/* Payloads and signs of NaN are kept like any bits. */
TEST(values_pass_through_a_choice_bit_by_bit)
{
    const stoa__kernels *const *levels;
    size_t count = kernel_levels(&levels);
    const uint64_t c = 0x6996a55a3cc35aa5;
    uint64_t a[64], b[64], out[64];
    dice d = {1};
    for (size_t i = 0; i < 64; i++) {
        a[i] = (uint64_t)0x7ff << 52 | dice_roll(&d) >> 12;
        b[i] = (uint64_t)0xfff << 52 | dice_roll(&d) >> 12;
    }
    for (size_t i = 0; i < count; i++) {
        ck_assert(!levels[i]->run[STOA__WHERE_INT64][STOA__VV](out, a, b, &c, 64));
        for (size_t k = 0; k < 64; k++)
            ck_assert_uint_eq(out[k], c >> k & 1 ? a[k] : b[k]);
    }
}

int main(void)
{
    return RUN("kernels: choose", a_set_bit_takes_the_first_value_and_another_the_second,
               values_pass_through_a_choice_bit_by_bit);
}
