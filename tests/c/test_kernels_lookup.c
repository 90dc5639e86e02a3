/* test_kernels_lookup.c: kernels that look values up by handle, at each level. */
#include <stdlib.h>

#include "../support/kernels.h"

enum { MOST = 4099 };

/* A table of `strings` values, of random bits. */
static stoa__lookup *table_of(uint32_t strings, dice *d)
{
    stoa__lookup *table = malloc(sizeof *table + strings * sizeof *table->values);
    ck_assert_ptr_nonnull(table);
    table->last = strings - 1;
    for (uint32_t i = 0; i < strings; i++)
        table->values[i] = (uint32_t)dice_roll(d);
    return table;
}

/* As many handles; some beyond the table, which get the last value. */
static const uint32_t *handles_of(uint32_t strings, size_t count, size_t shift, dice *d)
{
    uint32_t *handles = kernel_place(0, count * sizeof *handles, shift);
    for (size_t i = 0; i < count; i++)
        handles[i] = dice_below(d, 50) == 0 ? (uint32_t)dice_roll(d) | 0x80000000u
                                            : (uint32_t)dice_below(d, strings);
    return handles;
}

static uint32_t slow_handle(const stoa__lookup *table, uint32_t handle)
{
    return handle > table->last ? table->last : handle;
}

static void check(const stoa__kernels *level, uint32_t strings, size_t count, size_t shift, dice *d)
{
    stoa__lookup *table = table_of(strings, d);
    const uint32_t *handles = handles_of(strings, count, shift, d);
    uint32_t *values = kernel_place(1, count * sizeof *values, shift);
    uint64_t *bits = kernel_place(2, kernel_bytes(STOA_BOOL, count), 8);
    ck_assert(!level->run[STOA__LOOKUP_INT32][STOA__VC](values, handles, table, NULL, count));
    ck_assert(!level->run[STOA__LOOKUP_BITS][STOA__VC](bits, handles, table, NULL, count));
    for (size_t i = 0; i < count; i++) {
        uint32_t handle = slow_handle(table, handles[i]);
        ck_assert_uint_eq(values[i], table->values[handle]);
        ck_assert_int_eq(bits[i / 64] >> i % 64 & 1, table->values[handle / 32] >> handle % 32 & 1);
    }
    for (size_t i = count; i % 64 != 0; i++)
        ck_assert(!(bits[i / 64] >> i % 64 & 1));
    free(table);
}

TEST(each_handle_gives_what_the_table_has_for_it)
{
    const stoa__kernels *const *levels;
    size_t count = kernel_levels(&levels);
    static const uint32_t strings[] = {1, 2, 31, 32, 33, 1000, 100000};
    dice d = {3};
    for (size_t level = 0; level < count; level++)
        for (size_t i = 0; kernel_length(i) != SIZE_MAX; i++) {
            size_t length = kernel_length(i) < MOST ? kernel_length(i) : MOST;
            check(levels[level], strings[i % 7], length, i % 16 * 4, &d);
        }
}

int main(void)
{
    return RUN("kernels: lookup", each_handle_gives_what_the_table_has_for_it);
}
