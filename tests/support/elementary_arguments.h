/* elementary_arguments.h: the elementary functions with the error bounds that docs/expressions.md
 * states; how to measure the error of a result; arguments that are hard for each function. For the
 * tests and bench/accuracy.c. */
#ifndef STOA_TESTS_ELEMENTARY_ARGUMENTS_H
#define STOA_TESTS_ELEMENTARY_ARGUMENTS_H

#include "dice.h"
#include "kernel/kernel.h"

typedef struct elementary {
    const char *name;
    stoa__code code;
    double bound;                       /* in units in the last place of the result */
    double low, high, low_y, high_y;    /* the range of usual arguments */
    long double (*of_one)(long double); /* the reference: 11 or 60 bits more than a double */
    long double (*of_two)(long double, long double);
    double (*rival_of_one)(double); /* the C library's function */
    double (*rival_of_two)(double, double);
} elementary;

extern const elementary elementaries[];
extern const size_t elementary_count;

/* The bound of each function if argument and result are float32. */
#define ELEMENTARY_BOUND_FLOAT32 0.5001

/* Whether long double is precise enough for a reference. Under valgrind, which computes it as
 * double, and on some processors it is not. */
bool elementary_reference_is_exact(void);
long double elementary_exact(const elementary *e, double x, double y);

/* The error of `got` in units in the last place of the exact double (or float32). 1000 if it is
 * another kind of value, or a zero of another sign. */
double elementary_error(double got, long double exact);
double elementary_error_float32(float got, long double exact);
/* The exponent of that unit, for an exact result with this exponent (as frexp gives it). */
int elementary_unit(int exponent);

/* Random arguments: any bits; or, below, in the range of usual arguments. */
void elementary_any_bits(const elementary *e, double *x, double *y, dice *d);
void elementary_usual(const elementary *e, double *x, double *y, dice *d);

/* Hard arguments, the same in each run: where a formula changes from one case to the next; near
 * zeros, poles and ties; at the limits of double; near multiples of pi/2 of every size. */
enum { ELEMENTARY_HARD = 10000 };
void elementary_hard(const elementary *e, double *x, double *y);

#endif
