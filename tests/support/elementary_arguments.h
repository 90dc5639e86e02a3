/* elementary_arguments.h: the elementary functions with the bounds that docs/expressions.md states
 * for them, how far off a result is, and arguments that are hard for each. For the tests and for
 * bench/accuracy.c. */
#ifndef STOA_TESTS_ELEMENTARY_ARGUMENTS_H
#define STOA_TESTS_ELEMENTARY_ARGUMENTS_H

#include "dice.h"
#include "kernel/kernel.h"

typedef struct elementary {
    const char *name;
    stoa__code code;
    double bound;                       /* in units in the last place of the result */
    double low, high, low_y, high_y;    /* where it is mostly used */
    long double (*of_one)(long double); /* 11 bits more than a double, or 60; or */
    long double (*of_two)(long double, long double);
    double (*rival_of_one)(double); /* the C library's */
    double (*rival_of_two)(double, double);
} elementary;

extern const elementary elementaries[];
extern const size_t elementary_count;

/* The bound of each function where argument and result are float32. */
#define ELEMENTARY_BOUND_FLOAT32 0.5001

/* Long double holds what is exact well enough here: valgrind computes it in double, and some
 * processors have no other. */
bool elementary_reference_is_exact(void);
long double elementary_exact(const elementary *e, double x, double y);

/* How far `got` is from `exact`, in units in the last place of a double (a float32) that is exact;
 * 1000: another kind of value, another sign of 0. */
double elementary_error(double got, long double exact);
double elementary_error_float32(float got, long double exact);
/* The exponent of that unit, for an exact result of this exponent (as frexp gives it). */
int elementary_unit(int exponent);

/* Any bits; where the function is mostly used. */
void elementary_any_bits(const elementary *e, double *x, double *y, dice *d);
void elementary_usual(const elementary *e, double *x, double *y, dice *d);

/* Where formulas go from one case to the next, next to zeros, poles and ties, at the edges of what
 * a double holds, next to multiples of pi/2 of every size: the same each time. */
enum { ELEMENTARY_HARD = 10000 };
void elementary_hard(const elementary *e, double *x, double *y);

#endif
