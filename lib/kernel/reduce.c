/* reduce.c: reductions. */
#include "kernel/level.h"
#include "kernel/reduce_key.h"

#define SELECTED(i) (mask == NULL || (mask[(i) / 64] >> ((i) % 64) & 1) != 0)
#define REDUCE(name)                                                                           \
    void STOA__AT_LEVEL(stoa__reduce_##name)(stoa__accumulator * into, const void *restrict a, \
                                             const void *restrict b, const uint64_t *mask,     \
                                             size_t count, uint64_t row)
#define UNUSED (void)a, (void)b, (void)row
#define EACH(i)                        \
    for (size_t i = 0; i < count; i++) \
        if (SELECTED(i))

#define INTEGERS(name, cell)                                                                  \
    REDUCE(sum_##name)                                                                        \
    {                                                                                         \
        UNUSED;                                                                               \
        EACH(i)                                                                               \
        {                                                                                     \
            into->partial.sum += ((const cell *)a)[i];                                        \
            into->partial.count++;                                                            \
        }                                                                                     \
    }                                                                                         \
    REDUCE(dot_##name)                                                                        \
    {                                                                                         \
        UNUSED;                                                                               \
        EACH(i)                                                                               \
        {                                                                                     \
            stoa__int128 product;                                                             \
            if (__builtin_mul_overflow(((const cell *)a)[i], ((const cell *)b)[i], &product)) \
                into->lanes[0] += 1;                                                          \
            if (__builtin_add_overflow(into->partial.sum, product, &into->partial.sum))       \
                into->lanes[0] += product < 0 ? -1 : 1;                                       \
            into->partial.count++;                                                            \
        }                                                                                     \
    }
INTEGERS(int32, int32_t)
INTEGERS(int64, int64_t)
INTEGERS(uint64, uint64_t)

REDUCE(sum_float64)
{
    UNUSED;
    EACH(i)
    {
        into->lanes[i % STOA__LANES] += ((const double *)a)[i];
        into->partial.count++;
    }
}

REDUCE(dot_float64)
{
    UNUSED;
    EACH(i)
    {
        into->lanes[i % STOA__LANES] += ((const double *)a)[i] * ((const double *)b)[i];
        into->partial.count++;
    }
}

#define EXTREME(name, form, cell, member, better, counts)  \
    REDUCE(name##_##form)                                  \
    {                                                      \
        UNUSED;                                            \
        stoa__partial *p = &into->partial;                 \
        EACH(i)                                            \
        {                                                  \
            cell v = ((const cell *)a)[i];                 \
            p->count++;                                    \
            if ((counts) && (!p->has_value || (better))) { \
                p->has_value = true;                       \
                p->row = row + i;                          \
                p->member = v;                             \
            }                                              \
        }                                                  \
    }
#define KEY(v, none) stoa__key_float64(v, none)
#define LESS KEY(v, INT64_MAX) < KEY(p->float64, INT64_MAX)
#define MORE KEY(v, INT64_MIN) > KEY(p->float64, INT64_MIN)
#define INTEGER_EXTREMES(form, cell, member)                 \
    EXTREME(min, form, cell, member, v < p->member, true)    \
    EXTREME(argmin, form, cell, member, v < p->member, true) \
    EXTREME(max, form, cell, member, v > p->member, true)    \
    EXTREME(argmax, form, cell, member, v > p->member, true) \
    EXTREME(first, form, cell, member, false, true)          \
    EXTREME(last, form, cell, member, true, true)
INTEGER_EXTREMES(int32, int32_t, int64)
INTEGER_EXTREMES(int64, int64_t, int64)
INTEGER_EXTREMES(uint64, uint64_t, uint64)
EXTREME(min, float64, double, float64, LESS, true)
EXTREME(argmin, float64, double, float64, LESS, v == v)
EXTREME(max, float64, double, float64, MORE, true)
EXTREME(argmax, float64, double, float64, MORE, v == v)
EXTREME(first, float64, double, float64, false, true)
EXTREME(last, float64, double, float64, true, true)

#define BIT(i) (((const uint64_t *)a)[(i) / 64] >> ((i) % 64) & 1)
REDUCE(sum_bits)
{
    UNUSED;
    EACH(i)
    {
        into->partial.sum += BIT(i);
        into->partial.count++;
    }
}

REDUCE(first_bits)
{
    UNUSED;
    EACH(i)
    {
        if (!into->partial.has_value) {
            into->partial.int64 = (int64_t)BIT(i);
            into->partial.row = row + i;
        }
        into->partial.has_value = true;
        into->partial.count++;
    }
}

REDUCE(last_bits)
{
    UNUSED;
    EACH(i)
    {
        into->partial.int64 = (int64_t)BIT(i);
        into->partial.row = row + i;
        into->partial.has_value = true;
        into->partial.count++;
    }
}

static double fold(double lanes[STOA__LANES])
{
    for (size_t half = STOA__LANES / 2; half > 0; half /= 2)
        for (size_t i = 0; i < half; i++)
            lanes[i] += lanes[i + half];
    return lanes[0];
}

REDUCE(var_float64)
{
    UNUSED;
    const double *values = a;
    for (size_t begin = 0; begin < count; begin += STOA__BLOCK) {
        size_t end = count - begin < STOA__BLOCK ? count : begin + STOA__BLOCK;
        double sums[STOA__LANES] = {0};
        double squares[STOA__LANES] = {0};
        stoa__partial block = {0};
        for (size_t i = begin; i < end; i++)
            if (SELECTED(i)) {
                sums[i % STOA__LANES] += values[i];
                block.count++;
            }
        if (block.count == 0)
            continue;
        block.mean = fold(sums) / (double)block.count;
        for (size_t i = begin; i < end; i++)
            if (SELECTED(i))
                squares[i % STOA__LANES] += (values[i] - block.mean) * (values[i] - block.mean);
        block.squares = fold(squares);
        stoa__reduce_combine(STOA__VAR_FLOAT64_REDUCTION, &into->partial, &block);
    }
}

REDUCE(count)
{
    UNUSED;
    into->partial.count += mask == NULL ? count : STOA__AT_LEVEL(stoa__count_bits)(mask, count);
}
