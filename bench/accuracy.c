/* accuracy.c: how far each elementary function is off, in units in the last place of the result,
 * beside the C library's.
 *
 *     bench_accuracy [ARGUMENTS [NAME ...]]     10000000; all functions
 *
 * For each function: any bits, the range where it is mostly used, both with so many random
 * arguments, hard arguments (tests/support/elementary_arguments.c), and float32 cells. Every level
 * that the processor has is asked. Errors are measured against long double, which has 11 bits more
 * (or 60); where MPFR is there, it decides all that come near to the largest, with 200 bits. The
 * mean is that of results other than 0, infinities and NaN. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../tests/support/elementary_arguments.h"

#include "measure.h"

#if HAVE_MPFR
#include <mpfr.h>

typedef int of_one(mpfr_t, const mpfr_t, mpfr_rnd_t);
typedef int of_two(mpfr_t, const mpfr_t, const mpfr_t, mpfr_rnd_t);

static const struct {
    stoa__code code;
    of_one *one;
    of_two *two;
} exactly[] = {
    {STOA__EXP, mpfr_exp, NULL},         {STOA__LOG, mpfr_log, NULL},
    {STOA__LOG2, mpfr_log2, NULL},       {STOA__LOG10, mpfr_log10, NULL},
    {STOA__SIN, mpfr_sin, NULL},         {STOA__COS, mpfr_cos, NULL},
    {STOA__TAN, mpfr_tan, NULL},         {STOA__ASIN, mpfr_asin, NULL},
    {STOA__ACOS, mpfr_acos, NULL},       {STOA__ATAN, mpfr_atan, NULL},
    {STOA__ATAN2, NULL, mpfr_atan2},     {STOA__HYPOT, NULL, mpfr_hypot},
    {STOA__POW_FLOAT64, NULL, mpfr_pow},
};

/* The error of a finite result whose exact value is finite and not 0; else the one given. */
static double decided(const elementary *e, double x, double y, double got, double error)
{
    enum { BITS = 200 };
    mpfr_t a, b, value;
    size_t k = 0;
    while (exactly[k].code != e->code)
        k++;
    mpfr_inits2(BITS, a, b, value, (mpfr_ptr)0);
    mpfr_set_d(a, x, MPFR_RNDN);
    mpfr_set_d(b, y, MPFR_RNDN);
    if (exactly[k].one != NULL)
        exactly[k].one(value, a, MPFR_RNDN);
    else
        exactly[k].two(value, a, b, MPFR_RNDN);
    if (isfinite(got) && mpfr_regular_p(value)) {
        int unit = elementary_unit((int)mpfr_get_exp(value));
        mpfr_sub_d(value, value, got, MPFR_RNDN);
        mpfr_mul_2si(value, value, -unit, MPFR_RNDN);
        error = fabs(mpfr_get_d(value, MPFR_RNDN));
    }
    mpfr_clears(a, b, value, (mpfr_ptr)0);
    return error;
}
#define JUDGE "MPFR"
#else
static double decided(const elementary *e, double x, double y, double got, double error)
{
    (void)e, (void)x, (void)y, (void)got;
    return error;
}
#define JUDGE "long double"
#endif

/* ---- one side: a level, or the C library ---- */

typedef struct side {
    const char *name;
    const stoa__kernels *kernels; /* NULL: the C library */
    double worst, x, y;           /* and where */
    double sum;
    size_t counted;
    size_t other_bits; /* results that are not those of the first side */
} side;

enum { MOST_SIDES = 4 };

static size_t sides_here(side *sides)
{
    const stoa__kernels *here[] = {&stoa__kernels_baseline, NULL, NULL};
    size_t count = 1;
#if defined(__x86_64__)
    const char *best = stoa__kernels_here()->name;
    if (strcmp(best, "baseline") != 0)
        here[count++] = &stoa__kernels_avx2;
    if (strcmp(best, "avx512") == 0)
        here[count++] = &stoa__kernels_avx512;
#endif
    for (size_t k = 0; k < count; k++)
        sides[k] = (side){.name = here[k]->name, .kernels = here[k]};
    sides[count] = (side){.name = "C library"};
    return count + 1;
}

static void ask(const side *s, const elementary *e, double *out, const double *x, const double *y,
                size_t count)
{
    if (s->kernels != NULL)
        s->kernels->run[e->code][STOA__VV](out, x, y, NULL, count);
    else
        for (size_t i = 0; i < count; i++)
            out[i] = e->rival_of_one != NULL ? e->rival_of_one(x[i]) : e->rival_of_two(x[i], y[i]);
}

/* What MPFR may find the error to be, beyond what long double says. */
#define DOUBT 0.01

static void judge(side *s, const elementary *e, double x, double y, double got, long double exact)
{
    double error = elementary_error(got, exact);
    if (error > s->worst - DOUBT)
        error = decided(e, x, y, got, error);
    if (error > s->worst) {
        s->worst = error;
        s->x = x;
        s->y = y;
    }
    if (isfinite((double)exact) && exact != 0) {
        s->sum += error;
        s->counted++;
    }
}

static void measure_block(side *sides, size_t side_count, const elementary *e, const double *x,
                          const double *y, size_t count)
{
    double first[STOA__BLOCK], out[STOA__BLOCK];
    long double exact[STOA__BLOCK];
    for (size_t i = 0; i < count; i++)
        exact[i] = elementary_exact(e, x[i], y[i]);
    ask(&sides[0], e, first, x, y, count);
    for (size_t k = 0; k < side_count; k++) {
        ask(&sides[k], e, out, x, y, count);
        for (size_t i = 0; i < count; i++) {
            judge(&sides[k], e, x[i], y[i], out[i], exact[i]);
            bool nan = isnan(out[i]) && isnan(first[i]);
            sides[k].other_bits += !nan && memcmp(&out[i], &first[i], sizeof *out) != 0;
        }
    }
}

/* ---- sets of arguments ---- */

static bool held = true;

static void tell(const char *name, const char *kind, const side *sides, size_t side_count,
                 double bound)
{
    printf("%-6s %-9s", name, kind);
    for (size_t k = 0; k < side_count; k++)
        printf("  %7.4f %6.4f", sides[k].worst,
               sides[k].counted > 0 ? sides[k].sum / (double)sides[k].counted : 0);
    printf("  at %a", sides[0].x);
    if (sides[0].y != 0)
        printf(", %a", sides[0].y);
    for (size_t k = 0; k + 1 < side_count; k++) {
        if (sides[k].worst > bound || sides[k].other_bits > 0)
            held = false;
        if (sides[k].worst > bound)
            printf("  %s: ABOVE %g", sides[k].name, bound);
        if (sides[k].other_bits > 0)
            printf("  %s: %zu DIFFER", sides[k].name, sides[k].other_bits);
    }
    putchar('\n');
    fflush(stdout);
}

typedef void draw(const elementary *e, double *x, double *y, dice *d);

static void measure_random(const elementary *e, const char *kind, draw *any, size_t count)
{
    side sides[MOST_SIDES];
    size_t side_count = sides_here(sides);
    dice d = {count};
    double x[STOA__BLOCK], y[STOA__BLOCK];
    for (size_t at = 0; at < count; at += STOA__BLOCK) {
        size_t some = count - at < STOA__BLOCK ? count - at : STOA__BLOCK;
        for (size_t i = 0; i < some; i++)
            any(e, &x[i], &y[i], &d);
        measure_block(sides, side_count, e, x, y, some);
    }
    tell(e->name, kind, sides, side_count, e->bound);
}

static void measure_hard(const elementary *e)
{
    static double x[ELEMENTARY_HARD], y[ELEMENTARY_HARD];
    side sides[MOST_SIDES];
    size_t side_count = sides_here(sides);
    elementary_hard(e, x, y);
    for (size_t at = 0; at < ELEMENTARY_HARD; at += STOA__BLOCK) {
        size_t some = ELEMENTARY_HARD - at < STOA__BLOCK ? ELEMENTARY_HARD - at : STOA__BLOCK;
        measure_block(sides, side_count, e, x + at, y + at, some);
    }
    tell(e->name, "hard", sides, side_count, e->bound);
}

/* float32 cells: the argument is one, and the result is rounded to one. */
static void measure_float32(const elementary *e, size_t count)
{
    side sides[MOST_SIDES];
    size_t side_count = sides_here(sides);
    dice d = {count};
    double x[STOA__BLOCK], y[STOA__BLOCK], out[STOA__BLOCK];
    for (size_t at = 0; at < count; at += STOA__BLOCK) {
        for (size_t i = 0; i < STOA__BLOCK; i++) {
            elementary_usual(e, &x[i], &y[i], &d);
            uint64_t bits = dice_roll(&d);
            float any[2];
            memcpy(any, &bits, sizeof any);
            x[i] = i % 2 == 0 ? (float)x[i] : any[0];
            y[i] = i % 2 == 0 ? (float)y[i] : any[1];
        }
        for (size_t k = 0; k < side_count; k++) {
            ask(&sides[k], e, out, x, y, STOA__BLOCK);
            for (size_t i = 0; i < STOA__BLOCK; i++) {
                long double exact = elementary_exact(e, x[i], y[i]);
                double error = elementary_error_float32((float)out[i], exact);
                if (error > sides[k].worst) {
                    sides[k].worst = error;
                    sides[k].x = x[i];
                    sides[k].y = y[i];
                }
                if (isfinite((float)exact) && exact != 0) {
                    sides[k].sum += error;
                    sides[k].counted++;
                }
            }
        }
    }
    tell(e->name, "float32", sides, side_count, ELEMENTARY_BOUND_FLOAT32);
}

static bool wanted(const char *name, int count, char **names)
{
    for (int i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return count == 0;
}

int main(int argument_count, char **arguments)
{
    size_t count = argument_count > 1 ? strtoull(arguments[1], NULL, 10) : 10000000;
    side sides[MOST_SIDES];
    size_t side_count = sides_here(sides);
    bench_must(count == 0, "bench_accuracy [ARGUMENTS [NAME ...]]");
    bench_must(!elementary_reference_is_exact(), "long double is no wider than double here");
    printf("units in the last place, worst and mean; %zu random arguments, %d hard ones; the worst "
           "by " JUDGE "\n%-16s",
           count, ELEMENTARY_HARD, "");
    for (size_t k = 0; k < side_count; k++)
        printf("  %14s", sides[k].name);
    putchar('\n');
    for (size_t k = 0; k < elementary_count; k++) {
        const elementary *e = &elementaries[k];
        if (!wanted(e->name, argument_count - 2, arguments + 2))
            continue;
        measure_random(e, "any bits", elementary_any_bits, count);
        measure_random(e, "usual", elementary_usual, count);
        measure_hard(e);
        measure_float32(e, count);
    }
    puts(held ? "within all bounds; the same bits at each level"
              : "NOT within all bounds, or other bits at some level");
    return held ? 0 : 1;
}
