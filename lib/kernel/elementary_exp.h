/* elementary_exp.h: exp, the logarithms and pow of one double. NAME_of takes any number. NAME_near
 * is quicker; it sets `others` if its result must not be used, and else gives the same bits.
 * Polynomials are minimax; the largest error of each, relative to the result, stands beside it.
 *
 * exp:  x = n ln 2 + r, |r| <= ln 2 / 2; e**r = 1 + r + r**2 P(r), times 2**n in two steps; results
 * below the normal range are rounded to their last place before scaling, and only once.
 * log:  x = 2**k m, m from sqrt(1/2) to sqrt(2); f = m - 1, s = f / (2 + f); log m = f - f**2 / 2 +
 * s (f**2 / 2 + R(s**2)), as a sum of a head and a tail.
 * pow:  log x as a sum of two doubles with about 68 bits, times y in the same way, and exp of
 * that. */
#ifndef STOA__KERNEL_ELEMENTARY_EXP_H
#define STOA__KERNEL_ELEMENTARY_EXP_H

#include "kernel/elementary_parts.h"

/* ---- exp ---- */

#define LOG2_E 0x1.71547652b82fep+0
#define LN2_HEAD 0x1.62e42fefa39efp-1
#define LN2_TAIL 0x1.abc9e3b39803fp-56
/* x * 2**n for n from -2046 to 2046. with_n is n + ROUNDER. */
INLINED double scaled(double x, double with_n)
{
    uint64_t n =
        stoa__bits_of(with_n) - stoa__bits_of(ROUNDER) + 2048; /* n + 2048, which is above 0 */
    uint64_t half = n >> 1;
    return x * stoa__float64_of((half - 1) << 52) * stoa__float64_of((n - half - 1) << 52);
}

/* e**power / 2**n, not yet rounded, for powers from -1000 to 1000. *n_rounded: n + ROUNDER. The
 * error of P is 2**-60. */
INLINED pair exp_apart(pair power, double *n_rounded)
{
    double with_n = fma(power.head, LOG2_E, ROUNDER), n = with_n - ROUNDER;
    pair r = sum_of(fma(-n, LN2_HEAD, power.head),
                    fma(-n, LN2_TAIL, power.tail)); /* the first is exact */
    double x = r.head, x2 = x * x, x4 = x2 * x2;
    double p = fma(0x1.1f9df9017050ap-29, x2, fma(0x1.af6cca91e8a35p-26, x, 0x1.27e4bf2fc9bcfp-22));
    p = fma(p, x4,
            of_four(x, x2, 0x1.6c16c16c135abp-10, 0x1.a01a01b3ba865p-13, 0x1.a01a01b451da6p-16,
                    0x1.71ddef9535079p-19));
    p = fma(p, x4,
            of_four(x, x2, 0.5, 0x1.555555555555cp-3, 0x1.555555555555ep-5, 0x1.111111110ebb4p-7));
    pair sum = sum_of(1, r.head);
    double rest = fma(x2, p, r.tail);
    *n_rounded = with_n;
    return (pair){sum.head, sum.tail + rest};
}

/* Up to this |x|, e**x and 2**n are in the normal range. */
#define EXP_MAX 708

INLINED double exp_of_pair(pair x)
{
    double with_n;
    pair fraction = exp_apart(x, &with_n);
    /* 2**(-1022 - n) */
    uint64_t least = (1 + stoa__bits_of(ROUNDER) - stoa__bits_of(with_n)) << 52;
    return scaled(rounded_once(fraction.head + fraction.tail, fraction,
                               with_n < ROUNDER ? stoa__float64_of(least) : 0),
                  with_n);
}

/* The same, quicker, if 2**n and the result are normal. */
INLINED double exp_of_pair_near(pair x)
{
    double with_n;
    pair fraction = exp_apart(x, &with_n);
    return stoa__float64_of(stoa__bits_of(fraction.head + fraction.tail) +
                            (stoa__bits_of(with_n) << 52));
}

/* x clamped to [low, high]; NaN stays NaN. */
INLINED double within(double x, double low, double high)
{
    double above = x < low ? low : x;
    return above > high ? high : above;
}

INLINED double exp_near(double x, uint64_t *others)
{
    *others |= fabs(x) <= EXP_MAX ? 0 : 1;
    return exp_of_pair_near((pair){x, 0});
}

INLINED double exp_of(double x)
{
    return exp_of_pair(
        (pair){within(x, -746, 710), 0}); /* beyond these the results are 0 and infinity */
}

/* ---- logarithms ---- */

#define LN2_SHORT 0x1.62e42fefa3800p-1 /* 42 bits: exact times an exponent */
#define LN2_REST 0x1.ef35793c76730p-45
#define LOG10_2_SHORT 0x1.34413509f7800p-2
#define LOG10_2_REST 0x1.fef311f12b358p-46
#define LOG2_E_TAIL 0x1.777d0ffda0d24p-56
#define LOG10_E 0x1.bcb7b1526e50ep-2
#define LOG10_E_TAIL 0x1.95355baaafad3p-57

/* x = m 2**k. */
typedef struct apart {
    double k, m;
} apart;

/* x is normal, positive and finite, and was multiplied by 2**shift. */
INLINED apart normal_apart(double x, double shift)
{
    const uint64_t root_half = 0x3fe6a09e667f3bcd, bias = (uint64_t)1024 << 52;
    uint64_t above = stoa__bits_of(x) - root_half + bias; /* k + 1024 in the upper bits */
    uint64_t m = stoa__bits_of(x) - (above & ((uint64_t)0xfff << 52)) + bias;
    double k = stoa__float64_of((above >> 52) | stoa__bits_of(0x1p52)) - (0x1p52 + 1024 + shift);
    return (apart){k, stoa__float64_of(m)};
}

/* x is positive and finite, and may be subnormal. */
INLINED apart positive_apart(double x)
{
    bool small = x < 0x1p-1022;
    return normal_apart(small ? x * 0x1p54 : x, small ? 54 : 0);
}

/* log m with a relative error of 2**-56. The error of R is 2**-57 of log m. */
INLINED pair log_of_fraction(double m)
{
    double f = m - 1, s = f / (2 + f), z = s * s;
    double r = 0x1.2f06530087cc4p-3;
    r = fma(r, z, 0x1.39a1a3fd1a27ep-3);
    r = fma(r, z, 0x1.74663fbee064ep-3);
    r = fma(r, z, 0x1.c71c520583998p-3);
    r = fma(r, z, 0x1.24924941f588fp-2);
    r = fma(r, z, 0x1.999999997fd71p-2);
    r = fma(r, z, 0x1.5555555555592p-1);
    pair square = product_of(f, 0.5 * f);
    pair head = sum_of(f, -square.head);
    return (pair){head.head, fma(s, fma(r, z, square.head), head.tail - square.tail)};
}

/* log x if x is not a positive finite number; else `result`. */
INLINED double log_at_the_edges(double x, double result)
{
    double not_positive = x == 0 ? -INFINITE : NOT_A_NUMBER;
    return x > 0 ? (x == INFINITE ? INFINITE : result) : not_positive;
}

INLINED double log_apart(apart x)
{
    pair log_m = log_of_fraction(x.m);
    pair sum = sum_of(x.k * LN2_SHORT, log_m.head);
    return sum.head + (sum.tail + fma(x.k, LN2_REST, log_m.tail));
}

INLINED double log2_apart(apart x)
{
    pair log_m = log_of_fraction(x.m);
    pair head = product_of(log_m.head, LOG2_E);
    double tail = fma(log_m.tail, LOG2_E, fma(log_m.head, LOG2_E_TAIL, head.tail));
    pair sum = sum_of(x.k, head.head);
    return sum.head + (sum.tail + tail);
}

INLINED double log10_apart(apart x)
{
    pair log_m = log_of_fraction(x.m);
    pair head = product_of(log_m.head, LOG10_E);
    double tail = fma(log_m.tail, LOG10_E, fma(log_m.head, LOG10_E_TAIL, head.tail));
    pair sum = sum_of(x.k * LOG10_2_SHORT, head.head);
    return sum.head + (sum.tail + fma(x.k, LOG10_2_REST, tail));
}

#define LOGARITHM(name)                                              \
    INLINED double name##_near(double x, uint64_t *others)           \
    {                                                                \
        *others |= x >= 0x1p-1022 && x < INFINITE ? 0 : 1;           \
        return name##_apart(normal_apart(x, 0));                     \
    }                                                                \
    INLINED double name##_of(double x)                               \
    {                                                                \
        return log_at_the_edges(x, name##_apart(positive_apart(x))); \
    }
LOGARITHM(log)
LOGARITHM(log2)
LOGARITHM(log10)

/* ---- pow ---- */

/* log x with a relative error of 2**-68: log m = 2 t (1 + z (1/3 + z (1/5 + z T(z)))), t = (m - 1)
 * / (m + 1), z = t**2. T contributes an error of 2**-71. */
INLINED pair log_pair(apart e)
{
    double f = e.m - 1;
    pair below = sum_of(1, e.m);
    double reciprocal = 1 / below.head, quotient = f * reciprocal;
    double rest = fma(-quotient, below.tail, fma(-quotient, below.head, f));
    pair t = {quotient, rest * reciprocal};
    pair z = product_of_pairs(t, t);
    double p = 0x1.e7dec633fdf0dp-5;
    p = fma(p, z.head, 0x1.de9ea726df1e9p-5);
    p = fma(p, z.head, 0x1.111dcd876e1e4p-4);
    p = fma(p, z.head, 0x1.3b13783a45590p-4);
    p = fma(p, z.head, 0x1.745d17d74c682p-4);
    p = fma(p, z.head, 0x1.c71c71c65a35bp-4);
    p = fma(p, z.head, 0x1.24924924927ccp-3);
    pair series = sum_of(0x1.999999999999ap-3, p * z.head);
    series.tail += -0x1.999999999999ap-57;
    series = sum_of_pairs((pair){0x1.5555555555555p-2, 0x1.5555555555555p-56},
                          product_of_pairs(series, z));
    t = (pair){2 * t.head, 2 * t.tail};
    pair log_m = sum_of_pairs(t, product_of_pairs(t, product_of_pairs(series, z)));
    pair sum = sum_of(e.k * LN2_SHORT, log_m.head);
    return (pair){sum.head, sum.tail + fma(e.k, LN2_REST, log_m.tail)};
}

/* x ** 0.5. It differs from sqrt for -0.0 and -inf. */
INLINED double root_of(double x)
{
    return x == -INFINITE ? INFINITE : sqrt(x) + 0.0;
}

/* x ** 2 and x ** 0.5 are correctly rounded here too, because a program with a constant exponent
 * computes them by a product or a square root: the result must not depend on whether the exponent
 * is constant. */
INLINED double or_rounded(double power, double x, double y)
{
    power = y == 2 ? x * x : power;
    return y == 0.5 ? root_of(x) : power;
}

INLINED double pow_near(double x, double y, uint32_t *others)
{
    pair log_x = log_pair(normal_apart(x, 0)), power = product_of(y, log_x.head);
    power.tail = fma(y, log_x.tail, power.tail);
    *others |= x >= 0x1p-1022 && x < INFINITE && fabs(power.head) < EXP_MAX ? 0 : 1;
    return or_rounded(exp_of_pair_near(power), x, y);
}

/* |x| ** y for x other than 1 and y other than 0. */
INLINED double pow_of_magnitude(double magnitude, double y)
{
    pair log_x = log_pair(positive_apart(magnitude));
    double head = magnitude == 0 ? -INFINITE : log_x.head;
    head = magnitude < INFINITE ? head : magnitude;
    pair power = product_of(y, head);
    power.tail = fma(y, log_x.tail, power.tail);
    bool in_range = fabs(power.head) < 800;
    return exp_of_pair((pair){within(power.head, -800, 800), in_range ? power.tail : 0});
}

INLINED double pow_of(double x, double y)
{
    double half = 0.5 * y, magnitude = fabs(x), result = pow_of_magnitude(magnitude, y);
    result = magnitude == 1 ? 1 : result;
    double of_whole = rint(half) == half ? result : copysign(result, x);
    double of_broken = x < 0 && x != -INFINITE ? NOT_A_NUMBER : result;
    result = rint(y) == y ? of_whole : of_broken;
    return or_rounded(x == 1 || y == 0 ? 1 : result, x, y);
}

#endif
