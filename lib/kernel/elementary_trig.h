/* elementary_trig.h: sin, cos and tan of one double. NAME_near and NAME_of are as in
 * elementary_exp.h.
 *
 * |x| = n pi/2 + r, |r| <= pi/4, with pi/2 held in three doubles. fma(-n, first, |x|) is exact:
 * both terms are multiples of 2**-53 and the difference is below 1. The product with the second
 * double is subtracted exactly too, so that r, a head and a tail, has a relative error of about
 * 2**-57 even next to the zeros. The two low bits of n tell which of sin r, cos r, -sin r and -cos
 * r is the sine. This holds up to TURNS_MAX. For larger |x|, r is computed from a product with the
 * relevant bits of 2/pi. */
#ifndef STOA__KERNEL_ELEMENTARY_TRIG_H
#define STOA__KERNEL_ELEMENTARY_TRIG_H

#include "kernel/elementary_parts.h"

#define TURNS_MAX 0x1p36
#define TWO_OVER_PI 0x1.45f306dc9c883p-1
#define HALF_PI 0x1.921fb54442d18p+0
#define HALF_PI_2 0x1.1a62633145c07p-54
#define HALF_PI_3 -0x1.f1976b7ed8fbcp-110

__extension__ typedef unsigned __int128 uint128;
__extension__ typedef __int128 int128;

typedef struct turned {
    pair r;
    uint64_t quarters; /* n in the two low bits; ignore the others */
} turned;

INLINED turned turned_back(double magnitude)
{
    double with_n = fma(magnitude, TWO_OVER_PI, ROUNDER), n = with_n - ROUNDER;
    pair off = product_of(n, HALF_PI_2);
    pair r = sum_of(fma(-n, HALF_PI, magnitude), -off.head);
    r.tail = fma(-n, HALF_PI_3, r.tail - off.tail);
    return (turned){r, stoa__bits_of(with_n)};
}

/* The bits of 2/pi, preceded by 64 zero bits. */
static const uint64_t two_over_pi[] = {0,
                                       0xa2f9836e4e441529,
                                       0xfc2757d1f534ddc0,
                                       0xdb6295993c439041,
                                       0xfe5163abdebbc561,
                                       0xb7246e3a424dd2e0,
                                       0x06492eea09d1921c,
                                       0xfe1deb1cb129a73e,
                                       0xe88235f52ebb4484,
                                       0xe99c7026b45f7e41,
                                       0x3991d639835339f4,
                                       0x9c845f8bbdf9283b,
                                       0x1ff897ffde05980f,
                                       0xef2f118b5a0a6d1f,
                                       0x6d367ecf27cb09b7,
                                       0x4f463f669e5fea2d,
                                       0x7527bac7ebe5f17b,
                                       0x3d0739f78a5292ea,
                                       0x6bfb5fb11f8d5d08,
                                       0x56033046fc7b6bab};

/* The same for any number, but slower. Whole turns (four quarters) are left out of the product with
 * 2/pi, of which 190 bits are kept. For no double does the remainder begin with 64 zero bits. */
INLINED turned turned_back_far(double magnitude)
{
    if (magnitude <= TURNS_MAX)
        return turned_back(magnitude);
    if (!(magnitude < INFINITE))
        return (turned){{NOT_A_NUMBER, NOT_A_NUMBER}, 0};
    uint64_t exponent = stoa__bits_of(magnitude) >> 52; /* above 1022 + 36 */
    uint64_t whole = (stoa__bits_of(magnitude) & (((uint64_t)1 << 52) - 1)) | (uint64_t)1 << 52;
    uint64_t skip = exponent - 1023 - 52 + 62, window[3];
    for (size_t i = 0; i < 3; i++) {
        const uint64_t *from = two_over_pi + skip / 64 + i;
        window[i] = (uint64_t)(((uint128)from[0] << 64 | from[1]) >> (64 - skip % 64));
    }
    uint128 low = (uint128)whole * window[2], middle = (uint128)whole * window[1] + (low >> 64);
    uint64_t high = whole * window[0] + (uint64_t)(middle >> 64);
    uint128 part = (uint128)high << 66 | (uint128)(uint64_t)middle << 2 | (uint64_t)low >> 62;
    uint64_t negative = (uint64_t)(part >> 127); /* nearer to the next quarter than to this one */
    uint128 size = negative != 0 ? -part : part;
    double head = (double)size, tail = (double)(int128)(size - (uint128)head);
    double unit = negative != 0 ? -0x1p-128 : 0x1p-128;
    pair r = product_of_pairs((pair){head * unit, tail * unit}, (pair){HALF_PI, HALF_PI_2});
    return (turned){r, (high >> 62) + negative};
}

/* sin r as a head and a tail. The error of the polynomial is 2**-57 of it. */
INLINED pair sin_near_0(pair r)
{
    double z = r.head * r.head;
    double p = 0x1.5d92fe8be5b3ep-33;
    p = fma(p, z, -0x1.ae5e6633019a3p-26);
    p = fma(p, z, 0x1.71de3577aed6cp-19);
    p = fma(p, z, -0x1.a01a019c11948p-13);
    p = fma(p, z, 0x1.111111110f87ap-7);
    p = fma(p, z, -0x1.5555555555549p-3);
    double tail = fma(-0.5 * z, r.tail, r.tail); /* times cos r */
    return (pair){r.head, fma(r.head * z, p, tail)};
}

/* cos r as a head and a tail. The error of the polynomial is 2**-59. */
INLINED pair cos_near_0(pair r)
{
    double z = r.head * r.head;
    double p = -0x1.8faea25975d3cp-37;
    p = fma(p, z, 0x1.1ee9ebf0792bbp-29);
    p = fma(p, z, -0x1.27e4f809f2b5bp-22);
    p = fma(p, z, 0x1.a01a019cb1b17p-16);
    p = fma(p, z, -0x1.6c16c16c1517dp-10);
    p = fma(p, z, 0x1.555555555554cp-5);
    double off = fma(r.head, r.head, -z); /* r.head**2 minus z */
    pair head = sum_of(1, -0.5 * z);
    return (pair){head.head, head.tail + fma(z * z, p, -fma(r.head, r.tail, 0.5 * off))};
}

/* The sine of the angle, `more` (0 or 1) quarter turns further on. */
INLINED double sine_of(turned t, uint64_t more)
{
    uint64_t quarters = t.quarters + more;
    pair sine = sin_near_0(t.r), cosine = cos_near_0(t.r);
    double s = sine.head + sine.tail, c = cosine.head + cosine.tail;
    return stoa__float64_of(stoa__bits_of((quarters & 1) != 0 ? c : s) ^ (quarters & 2) << 62);
}

INLINED double sin_of_turned(double x, turned t)
{
    return stoa__float64_of(stoa__bits_of(sine_of(t, 0)) ^
                            (stoa__bits_of(x) & stoa__bits_of(-0.0)));
}

INLINED double tan_of_turned(double x, turned t)
{
    pair sine = sin_near_0(t.r), cosine = cos_near_0(t.r);
    bool odd = (t.quarters & 1) != 0;
    pair above = odd ? cosine : sine, below = odd ? sine : cosine;
    above = sum_of(above.head, above.tail);
    below = sum_of(below.head, below.tail);
    double reciprocal = 1 / below.head, quotient = above.head * reciprocal;
    double rest = fma(-quotient, below.head, above.head) + fma(-quotient, below.tail, above.tail);
    double result = fma(rest, reciprocal, quotient);
    return stoa__float64_of(stoa__bits_of(result) ^ (stoa__bits_of(x) & stoa__bits_of(-0.0)) ^
                            (t.quarters << 63));
}

INLINED turned turned_near(double x, uint32_t *others)
{
    *others |= fabs(x) <= TURNS_MAX ? 0 : 1;
    return turned_back(fabs(x));
}

INLINED double sin_near(double x, uint32_t *others)
{
    return sin_of_turned(x, turned_near(x, others));
}

INLINED double cos_near(double x, uint32_t *others)
{
    return sine_of(turned_near(x, others), 1);
}

INLINED double tan_near(double x, uint32_t *others)
{
    return tan_of_turned(x, turned_near(x, others));
}

INLINED double sin_of(double x)
{
    return sin_of_turned(x, turned_back_far(fabs(x)));
}

INLINED double cos_of(double x)
{
    return sine_of(turned_back_far(fabs(x)), 1);
}

INLINED double tan_of(double x)
{
    return tan_of_turned(x, turned_back_far(fabs(x)));
}

#endif
