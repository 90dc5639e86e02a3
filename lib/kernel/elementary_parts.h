/* elementary_parts.h: building blocks of the elementary functions: numbers made of two doubles,
 * sums and products without rounding error, pieces of polynomials. fma is called explicitly where
 * it is meant. Nothing here branches. */
#ifndef STOA__KERNEL_ELEMENTARY_PARTS_H
#define STOA__KERNEL_ELEMENTARY_PARTS_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "kernel/bits.h"

/* A loop is vectorized only if all of its body is inlined. */
#define INLINED static inline __attribute__((always_inline))

#define INFINITE ((double)INFINITY)
#define NOT_A_NUMBER ((double)NAN)

/* A number held as the sum of two doubles, the tail far smaller than the head: about 106 bits. */
typedef struct pair {
    double head, tail;
} pair;

/* a + b without error, if |a| >= |b|, or a is 0 or a multiple of the last place of b. */
INLINED pair sum_of(double a, double b)
{
    double head = a + b;
    return (pair){head, (a - head) + b};
}

INLINED pair product_of(double a, double b)
{
    double head = a * b;
    return (pair){head, fma(a, b, -head)};
}

INLINED pair product_of_pairs(pair a, pair b)
{
    pair product = product_of(a.head, b.head);
    product.tail += fma(a.head, b.tail, a.tail * b.head);
    return product;
}

/* a + b, if |a| >= |b|; the tails are added with rounding. */
INLINED pair sum_of_pairs(pair a, pair b)
{
    pair sum = sum_of(a.head, b.head);
    return sum_of(sum.head, sum.tail + (a.tail + b.tail));
}

/* x as one double: `nearest`, its nearest double; but if that is below `least`, x rounded to the
 * last place of `least`. A result that is scaled afterwards so that `least` becomes the smallest
 * normal number is thereby rounded only once. */
INLINED double rounded_once(double nearest, pair x, double least)
{
    pair sum = sum_of(least, x.head);
    double below = sum.head + (sum.tail + x.tail) - least;
    return nearest < least ? below : nearest;
}

/* c0 + c1 x + c2 x**2 + c3 x**3. Longer polynomials are made of these, because fewer steps then
 * wait for one another than in Horner's scheme. */
INLINED double of_four(double x, double x2, double c0, double c1, double c2, double c3)
{
    return fma(fma(c3, x, c2), x2, fma(c1, x, c0));
}

/* x + ROUNDER, for |x| < 2**51, has the rounded x in its low bits; minus ROUNDER again, it is
 * rint(x). */
#define ROUNDER 0x1.8p52

#endif
