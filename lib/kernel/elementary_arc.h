/* elementary_arc.h: asin, acos, atan, atan2 and hypot. NAME_near and NAME_of are as in
 * elementary_exp.h.
 *
 * asin, acos: for |x| up to 1/2, z = x**2 and asin x = x + x z P(z). For larger |x|, z = (1 - |x|)
 * / 2 and the angle is pi/2 - 2 asin(sqrt z); what the square root's rounding lost is added.
 * atan2: q is the smaller of |x| and |y| divided by the larger. If q is above 1/2, pi/4 is taken
 * off the angle: t = (q - 1) / (q + 1), else t = q, as a head and a tail. atan t = t + t z P(z)
 * with z = t**2. The result is a multiple of pi/4 plus or minus that. */
#ifndef STOA__KERNEL_ELEMENTARY_ARC_H
#define STOA__KERNEL_ELEMENTARY_ARC_H

#include "kernel/elementary_parts.h"

#define PI_HEAD 0x1.921fb54442d18p+1 /* its last three bits are zero */
#define PI_TAIL 0x1.1a62633145c07p-53

/* (asin(sqrt z) / sqrt z - 1) / z for z up to 1/4; the error is 2**-59 of asin. */
INLINED double asin_series(double z)
{
    double z2 = z * z, z4 = z2 * z2;
    double p = fma(0x1.0bafbbebf8856p-5, z4,
                   of_four(z, z2, 0x1.6173a995b826fp-7, 0x1.e2c30484f7bddp-9, 0x1.64914a61863d4p-6,
                           -0x1.59527b3d63e84p-6));
    double q = fma(of_four(z, z2, 0x1.6e8bdfa56126dp-6, 0x1.1c49e2cd44a13p-6, 0x1.ca20cc70f3b70p-7,
                           0x1.757b872af6c57p-7),
                   z4,
                   of_four(z, z2, 0x1.5555555555578p-3, 0x1.333333332df81p-4, 0x1.6db6db7225ec5p-5,
                           0x1.f1c71a8dcdb3fp-6));
    return fma(p, z4 * z4, q);
}

/* asin of the smaller of |x| and sqrt((1 - |x|) / 2). */
INLINED pair asin_of_smaller(double magnitude)
{
    bool small = magnitude <= 0.5;
    double z = small ? magnitude * magnitude : fma(-0.5, magnitude, 0.5);
    double root = small ? magnitude : sqrt(z);
    double off = small || root == 0 ? 0 : fma(-root, root, z) / (2 * root);
    return (pair){root, fma(root * z, asin_series(z), off)};
}

INLINED double asin_of(double x)
{
    double magnitude = fabs(x);
    pair angle = asin_of_smaller(magnitude);
    pair beyond = sum_of(0.5 * PI_HEAD, -2 * angle.head);
    double large = beyond.head + (beyond.tail + fma(-2, angle.tail, 0.5 * PI_TAIL));
    return copysign(magnitude <= 0.5 ? angle.head + angle.tail : large, x);
}

INLINED double acos_of(double x)
{
    double magnitude = fabs(x);
    pair angle = asin_of_smaller(magnitude);
    bool small = magnitude <= 0.5;
    double times = small ? copysign(1, x) : copysign(2, -x); /* acos x = turn - times * angle */
    double turn = small ? 0.5 : x < 0 ? 1 : 0;
    pair sum = sum_of(turn * PI_HEAD, -times * angle.head);
    return sum.head + (sum.tail + fma(-times, angle.tail, turn * PI_TAIL));
}

/* (atan(t) / t - 1) / z for z = t**2 up to 1/4; the error is 2**-57 of atan. */
INLINED double atan_series(double z)
{
    double p = -0x1.123a809b8e065p-7;
    p = fma(p, z, 0x1.83a279fff4c09p-6);
    p = fma(p, z, -0x1.30190a7c28659p-5);
    p = fma(p, z, 0x1.77f9800797a85p-5);
    p = fma(p, z, -0x1.ac71aee6860b8p-5);
    p = fma(p, z, 0x1.e1829890c35d7p-5);
    p = fma(p, z, -0x1.110c6bfb3b721p-4);
    p = fma(p, z, 0x1.3b13601e8a66dp-4);
    p = fma(p, z, -0x1.745d13848348ap-4);
    p = fma(p, z, 0x1.c71c71aa6bcf9p-4);
    p = fma(p, z, -0x1.24924924517efp-3);
    p = fma(p, z, 0x1.9999999999060p-3);
    return fma(p, z, -0x1.5555555555552p-2);
}

/* atan2 for magnitudes from 0 to a number whose reciprocal is normal; if `back`, pi minus that. Not
 * yet rounded. */
INLINED pair angle_apart(double y, double x, bool back)
{
    bool steep = y > x;
    double a = steep ? x : y, b = steep ? y : x;
    bool large = a > 0.5 * b;
    double above = large ? a - b : a; /* exact: a is above b / 2 */
    pair below = sum_of(b, large ? a : 0);
    double reciprocal = 1 / below.head, quotient = above * reciprocal;
    double rest = fma(-quotient, below.tail, fma(-quotient, below.head, above)) * reciprocal;
    double z = quotient * quotient;
    rest = fma(quotient * z, atan_series(z), fma(-z, rest, rest)); /* atan' is about 1 - z */
    /* steep: pi/2 minus the angle; back: pi minus the angle */
    double turn = large ? 0.25 : 0, sign = steep != back ? -1 : 1;
    turn = steep ? 0.5 - turn : turn;
    turn = back ? 1 - turn : turn;
    pair sum = sum_of(turn * PI_HEAD, sign * quotient);
    return (pair){sum.head, sum.tail + fma(sign, rest, turn * PI_TAIL)};
}

INLINED double angle_of(double y, double x, bool back)
{
    pair angle = angle_apart(y, x, back);
    return angle.head + angle.tail;
}

INLINED double atan_near(double x, uint32_t *others)
{
    *others |= fabs(x) <= 0x1p100 ? 0 : 1;
    return copysign(angle_of(fabs(x), 1, false), x);
}

INLINED double atan_of(double x)
{
    double magnitude = fabs(x) > 0x1p100 ? 0x1p100 : fabs(x);
    return copysign(angle_of(magnitude, 1, false), x);
}

INLINED double atan2_near(double y, double x, uint32_t *others)
{
    double across = fabs(x), up = fabs(y);
    bool normal = across >= 0x1p-400 && across <= 0x1p400 && up >= 0x1p-400 && up <= 0x1p400;
    *others |= normal ? 0 : 1;
    return copysign(angle_of(up, across, x < 0), y);
}

INLINED double atan2_of(double y, double x)
{
    double across = fabs(x), up = fabs(y), largest = across > up ? across : up;
    bool infinite = across == INFINITE || up == INFINITE, nowhere = across == 0 && up == 0;
    /* Both are scaled by a power of 2, so that no reciprocal or remainder leaves the normal
     * range. */
    double scale = largest < 0x1p400 ? 0x1p600 : 0x1p-24;
    double finite_across = nowhere ? 1 : across * scale, finite_up = up * scale;
    across = infinite ? (across == INFINITE ? 1 : across * 0) : finite_across;
    up = infinite ? (up == INFINITE ? 1 : up * 0) : finite_up;
    /* An angle near the end of the normal range is computed scaled up, to keep its tail. */
    bool back = copysign(1, x) < 0, tiny = !back && up < across * 0x1p-900;
    pair angle = angle_apart(tiny ? up * 0x1p200 : up, across, back);
    double result = rounded_once(angle.head + angle.tail, angle, tiny ? 0x1p-822 : 0);
    return copysign(tiny ? result * 0x1p-200 : result, y);
}

/* For a >= b: head is the square root of the rounded sum of squares, tail half the difference
 * between the exact sum and head**2. All rounding errors of the sum are included. */
INLINED pair hypot_apart(double a, double b)
{
    pair aa = product_of(a, a), bb = product_of(b, b), sum = sum_of(aa.head, bb.head);
    double root = sqrt(sum.head);
    double rest = fma(-root, root, sum.head) + (sum.tail + (aa.tail + bb.tail));
    return (pair){root, 0.5 * rest};
}

INLINED double hypot_of_apart(pair h)
{
    return fma(h.tail, 1 / h.head, h.head);
}

INLINED double hypot_near(double x, double y, uint32_t *others)
{
    double one = fabs(x), other = fabs(y);
    double a = one > other ? one : other, b = one > other ? other : one;
    *others |= a >= 0x1p-400 && a <= 0x1p500 ? 0 : 1;
    return hypot_of_apart(hypot_apart(a, b));
}

INLINED double hypot_of(double x, double y)
{
    double one = fabs(x), other = fabs(y);
    double a = one > other ? one : other, b = one > other ? other : one;
    double scale = a > 0x1p500 ? 0x1p-600 : a < 0x1p-400 ? 0x1p600 : 1;
    double back = a > 0x1p500 ? 0x1p600 : a < 0x1p-400 ? 0x1p-600 : 1;
    double least = a < 0x1p-400 ? 0x1p-422 : 0; /* 2**-1022 * 2**600 */
    pair h = hypot_apart(a * scale, b * scale);
    pair root = {h.head, h.tail * (1 / h.head)};
    double result = rounded_once(hypot_of_apart(h), root, least) * back;
    result = a == 0 && b == 0 ? 0 : result;
    return one == INFINITE || other == INFINITE ? INFINITE : result;
}

#endif
