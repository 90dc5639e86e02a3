/* reduce.c: the reductions that need not look at every value: first, last, counts. */
#include "kernel/reduce.h"

/* AT(i): value i of `a`, as the partial's member stores it. */
#define ENDS(name, member, AT)                      \
    REDUCE(first_##name)                            \
    {                                               \
        (void)b;                                    \
        stoa__partial *partial = &into->partial;    \
        partial->count += selected_of(mask, count); \
        if (partial->has_value || count == 0)       \
            return;                                 \
        size_t i = first_selected(mask, count);     \
        if (i == count)                             \
            return;                                 \
        partial->has_value = true;                  \
        partial->row = row + i;                     \
        partial->member = AT(i);                    \
    }                                               \
    REDUCE(last_##name)                             \
    {                                               \
        (void)b;                                    \
        stoa__partial *partial = &into->partial;    \
        partial->count += selected_of(mask, count); \
        if (count == 0)                             \
            return;                                 \
        size_t i = last_selected(mask, count);      \
        if (i == count)                             \
            return;                                 \
        partial->has_value = true;                  \
        partial->row = row + i;                     \
        partial->member = AT(i);                    \
    }

#define INT32_AT(i) (((const int32_t *)a)[i])
ENDS(int32, int64, INT32_AT)
#define INT64_AT(i) (((const int64_t *)a)[i])
ENDS(int64, int64, INT64_AT)
#define UINT64_AT(i) (((const uint64_t *)a)[i])
ENDS(uint64, uint64, UINT64_AT)
#define FLOAT64_AT(i) (((const double *)a)[i])
ENDS(float64, float64, FLOAT64_AT)
#define BIT_AT(i) ((int64_t)(((const uint64_t *)a)[(i) / 64] >> ((i) % 64) & 1))
ENDS(bits, int64, BIT_AT)

REDUCE(sum_bits)
{
    (void)b;
    (void)row;
    const uint64_t *words = a;
    size_t set = 0;
    for (size_t i = 0; i < count; i += 64)
        set += stoa__ones(mask == NULL ? words[i / 64] : words[i / 64] & mask[i / 64]);
    into->partial.sum += (stoa__int128)set;
    into->partial.count += selected_of(mask, count);
}

REDUCE(count)
{
    (void)a;
    (void)b;
    (void)row;
    into->partial.count += selected_of(mask, count);
}
