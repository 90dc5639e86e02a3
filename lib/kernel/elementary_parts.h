/* elementary_parts.h: what the elementary functions are made of: numbers of two doubles, sums
 * and products without error, pieces of polynomials. fma is written where it is meant. Nothing here
 * branches. */
#ifndef STOA__KERNEL_ELEMENTARY_PARTS_H
#define STOA__KERNEL_ELEMENTARY_PARTS_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "kernel/bits.h"

/* Loops vectorize only where all of their body is inlined. */
#define INLINED static inline __attribute__((always_inline))

#define INFINITE ((double)INFINITY)
#define NOT_A_NUMBER ((double)NAN)

/* A number as the sum of two, the second far below the first: some 106 bits. */
typedef struct pair {
    double head, tail;
} pair;

/* a + b exactly, where |a| >= |b|, or a is 0 or a multiple of the last place of b. */
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

/* |a| >= |b|, but for the tails. */
INLINED pair sum_of_pairs(pair a, pair b)
{
    pair sum = sum_of(a.head, b.head);
    return sum_of(sum.head, sum.tail + (a.tail + b.tail));
}

/* x as one double, `nearest`; but where that is below `least`, x rounded to the last place that
 * `least` has. So a result is rounded once, whose scaling makes `least` the least normal number. */
INLINED double rounded_once(double nearest, pair x, double least)
{
    pair sum = sum_of(least, x.head);
    double below = sum.head + (sum.tail + x.tail) - least;
    return nearest < least ? below : nearest;
}

/* c0 + c1 x + c2 x**2 + c3 x**3. Longer sums are put together of these: fewer steps then wait for
 * one another than in Horner's scheme. */
INLINED double of_four(double x, double x2, double c0, double c1, double c2, double c3)
{
    return fma(fma(c3, x, c2), x2, fma(c1, x, c0));
}

/* Added to |x| < 2**51, this leaves x, rounded, in the low bits; taken off again, rint(x). */
#define ROUNDER 0x1.8p52

#endif
