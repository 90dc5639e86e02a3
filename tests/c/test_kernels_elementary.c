/* test_kernels_elementary.c: the elementary functions against those of long double, which has 11
 * bits more (or 60): the error in units in the last place of the result, over ranges where each
 * function is hard, any bits, and the edges; what must be exact; and, by the driver, each level,
 * length, place and shape against the baseline, one value at a time. */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "../support/kernels.h"

/* ---- error ---- */

typedef struct subject {
    const char *name;
    stoa__code code;
    double bound; /* in units in the last place, as elementary.c states it */
    long double (*of_one)(long double);
    long double (*of_two)(long double, long double);
} subject;

/* glibc's powl takes -2**63 for odd. */
static long double pow_exactly(long double x, long double y)
{
    return fabsl(y) >= 0x1p53L ? powl(fabsl(x), y) : powl(x, y);
}

static const subject subjects[] = {
    {"exp", STOA__EXP, 0.8, expl, NULL},
    {"log", STOA__LOG, 0.8, logl, NULL},
    {"log2", STOA__LOG2, 0.8, log2l, NULL},
    {"log10", STOA__LOG10, 0.8, log10l, NULL},
    {"sin", STOA__SIN, 0.8, sinl, NULL},
    {"cos", STOA__COS, 0.8, cosl, NULL},
    {"tan", STOA__TAN, 0.9, tanl, NULL},
    {"asin", STOA__ASIN, 0.8, asinl, NULL},
    {"acos", STOA__ACOS, 0.8, acosl, NULL},
    {"atan", STOA__ATAN, 0.8, atanl, NULL},
    {"atan2", STOA__ATAN2, 0.8, NULL, atan2l},
    {"hypot", STOA__HYPOT, 0.8, NULL, hypotl},
    {"pow", STOA__POW_FLOAT64, 0.8, NULL, pow_exactly},
};
enum { SUBJECTS = sizeof subjects / sizeof *subjects };

static uint64_t bits_of(double x)
{
    return ((kernel_value){.float64 = x}).uint64;
}
static double of_bits(uint64_t bits)
{
    return ((kernel_value){.uint64 = bits}).float64;
}

/* The distance in units in the last place of a double that is `exact`; 1000: another kind of value,
 * another sign of 0. */
static double error_of(double got, long double exact)
{
    double nearest = (double)exact;
    if (isnan(nearest) || isnan(got))
        return isnan(nearest) && isnan(got) ? 0 : 1000;
    if (isinf(nearest) && isinf(exact))
        return got == nearest ? 0 : 1000;
    if ((nearest == 0 || got == 0) && signbit(nearest) != signbit(got))
        return 1000;
    int exponent;
    frexpl(exact, &exponent);
    exponent = exponent < DBL_MIN_EXP ? DBL_MIN_EXP : exponent > 1024 ? 1024 : exponent;
    long double value = isinf(got) ? copysignl(0x1p1023L, got) * 2 : got;
    if (isinf(got) && isinf(nearest))
        return value == copysignl(value, exact) ? 0 : 1000;
    return (double)ldexpl(fabsl(value - exact), DBL_MANT_DIG - exponent);
}

static long double exact_of(const subject *s, double x, double y)
{
    return s->of_one ? s->of_one(x) : s->of_two(x, y);
}

/* Valgrind computes long double in double, and some processors have no other. */
static bool reference_is_exact(void)
{
    volatile long double one = 1;
    return one + 0x1p-60L != one;
}

/* One block at each level: within the bound at the first, the same bits at the others. */
static void within_bound(const subject *s, const double *x, const double *y, size_t count)
{
    const stoa__kernels *const *levels;
    size_t level_count = kernel_levels(&levels);
    double first[STOA__BLOCK], out[STOA__BLOCK];
    levels[0]->run[s->code][STOA__VV](first, x, y, NULL, count);
    for (size_t i = 0; i < count && reference_is_exact(); i++) {
        double error = error_of(first[i], exact_of(s, x[i], y[i]));
        ck_assert_msg(error <= s->bound, "%s of %a, %a gives %a: an error of %.4f", s->name, x[i],
                      y[i], first[i], error);
    }
    for (size_t l = 1; l < level_count; l++) {
        levels[l]->run[s->code][STOA__VV](out, x, y, NULL, count);
        for (size_t i = 0; i < count; i++)
            ck_assert_msg(bits_of(out[i]) == bits_of(first[i]) ||
                              (isnan(out[i]) && isnan(first[i])),
                          "%s of %a, %a gives %a at %s, %a at the baseline", s->name, x[i], y[i],
                          out[i], levels[l]->name, first[i]);
    }
}

static double between(double low, double high, dice *d)
{
    return low + (high - low) * ((double)(dice_roll(d) >> 11) * 0x1p-53);
}

/* From -1 to 1, times a power of 2 up to `low` or `high`. */
static double of_any_size(int low, int high, dice *d)
{
    int exponent = low + (int)dice_below(d, (size_t)(high - low) + 1);
    return ldexp(between(-1, 1, d), exponent);
}

static void any_bits(double *x, double *y, dice *d)
{
    *x = of_bits(dice_roll(d));
    *y = of_bits(dice_roll(d));
}
static void up_to_1(double *x, double *y, dice *d)
{
    *x = between(-1, 1, d);
    *y = between(-1, 1, d);
}
static void around_1(double *x, double *y, dice *d)
{
    *x = between(0.5, 2, d);
    *y = between(-10, 10, d);
}
static void up_to_10(double *x, double *y, dice *d)
{
    *x = between(-10, 10, d);
    *y = between(-10, 10, d);
}
static void as_far_as_exp_goes(double *x, double *y, dice *d)
{
    *x = between(-750, 750, d);
    *y = between(-300, 300, d);
}
static void large(double *x, double *y, dice *d)
{
    *x = of_any_size(0, 70, d);
    *y = of_any_size(0, 70, d);
}
static void next_to_1(double *x, double *y, dice *d)
{
    *x = 1 + of_any_size(-53, 0, d);
    *y = of_any_size(0, 62, d);
}
static void small(double *x, double *y, dice *d)
{
    *x = of_any_size(-1080, 0, d);
    *y = of_any_size(-1080, 0, d);
}
static void next_to_quarter_turns(double *x, double *y, dice *d)
{
    double turns = (double)dice_below(d, (size_t)1 << dice_below(d, 45));
    double at = (double)((long double)turns * 1.570796326794896619231321691639751442L);
    *x = of_bits(bits_of(at) + dice_below(d, 3) - (at > 0));
    *y = (double)dice_below(d, 40) - 20;
}
static void whole_numbers(double *x, double *y, dice *d)
{
    *x = (double)dice_below(d, 1000) - 100;
    *y = (double)dice_below(d, 60) - 30;
}
static void of_one_size(double *x, double *y, dice *d)
{
    *x = of_any_size(-1074, 1024, d);
    *y = ldexp(*x, (int)dice_below(d, 60) - 30) * between(-1, 1, d);
}

typedef void draw(double *x, double *y, dice *d);

TEST(each_result_is_within_the_bound_and_the_same_at_each_level)
{
    static draw *const draws[] = {any_bits,      up_to_1,    around_1,
                                  up_to_10,      large,      as_far_as_exp_goes,
                                  next_to_1,     small,      next_to_quarter_turns,
                                  whole_numbers, of_one_size};
    dice d = {1};
    for (size_t s = 0; s < SUBJECTS; s++)
        for (size_t i = 0; i < sizeof draws / sizeof *draws; i++)
            for (size_t block = 0; block < scaled(64, 1); block++) {
                double x[STOA__BLOCK], y[STOA__BLOCK];
                for (size_t j = 0; j < STOA__BLOCK; j++)
                    draws[i](&x[j], &y[j], &d);
                within_bound(&subjects[s], x, y, STOA__BLOCK);
            }
}

/* ---- edges ---- */

static const double edges[] = {0,
                               0x1p-1074,
                               0x1.8p-1073,
                               0x0.fffffffffffffp-1022,
                               0x1p-1022,
                               0x1.8p-1021,
                               0x1p-600,
                               0x1p-55,
                               0x1p-30,
                               0.25,
                               0.4999999999999999,
                               0.5,
                               0.5000000000000001,
                               0x1.6a09e667f3bccp-1,
                               0x1.6a09e667f3bcdp-1,
                               0.9999999999999999,
                               1,
                               1.0000000000000002,
                               0x1.6a09e667f3bcdp+0,
                               1.5,
                               0x1.921fb54442d18p+0,
                               2,
                               2.5,
                               3,
                               0x1.921fb54442d18p+1,
                               4,
                               5,
                               10,
                               707.9999999999999,
                               708,
                               708.0000000000001,
                               708.3964185322641,
                               708.3964185322642,
                               709.782712893384,
                               709.7827128933841,
                               709.8,
                               710,
                               744.4400719213812,
                               745.1332191019411,
                               745.1332191019412,
                               746,
                               800,
                               1023,
                               1024,
                               1074,
                               1075,
                               0x1p31,
                               0x1.fffffffffffffp35,
                               0x1p36,
                               0x1.0000000000001p36,
                               0x1p52,
                               0x1.0000000000001p52,
                               0x1.fffffffffffffp52,
                               0x1p53,
                               0x1.0000000000001p53,
                               0x1p63,
                               0x1.6ac5b262ca1ffp849, /* next to a multiple of pi/2 */
                               0x1p400,
                               0x1p500,
                               0x1p1000,
                               0x1p1023,
                               DBL_MAX,
                               HUGE_VAL,
                               (double)NAN};
enum { EDGES = sizeof edges / sizeof *edges };

TEST(edges_give_what_annex_f_says)
{
    for (size_t s = 0; s < SUBJECTS; s++)
        for (size_t i = 0; i < 2 * (size_t)EDGES; i++) {
            double x[2 * EDGES], y[2 * EDGES];
            for (size_t j = 0; j < 2 * (size_t)EDGES; j++) {
                x[j] = i % 2 ? -edges[i / 2] : edges[i / 2];
                y[j] = j % 2 ? -edges[j / 2] : edges[j / 2];
            }
            within_bound(&subjects[s], subjects[s].of_one ? y : x, y, 2 * (size_t)EDGES);
        }
}

/* ---- what must be exact ---- */

static double run(stoa__code code, double x, double y)
{
    double out;
    stoa__kernels_baseline.run[code][STOA__VV](&out, &x, &y, NULL, 1);
    return out;
}
#define GIVES(code, x, y, expected)                                                      \
    do {                                                                                 \
        double got_ = run(code, x, y), expected_ = (expected);                           \
        ck_assert_msg(bits_of(got_) == bits_of(expected_), "of %a, %a comes %a, not %a", \
                      (double)(x), (double)(y), got_, expected_);                        \
    } while (0)

TEST(logarithms_of_powers_are_whole)
{
    for (int k = -1074; k < 1024; k++)
        GIVES(STOA__LOG2, ldexp(1, k), 0, k);
    for (int k = -307; k <= 308; k++) {
        char text[16];
        snprintf(text, sizeof text, "1e%d", k);
        GIVES(STOA__LOG10, strtod(text, NULL), 0, k);
    }
    GIVES(STOA__LOG, 1, 0, 0);
    GIVES(STOA__LOG, 0, 0, -HUGE_VAL);
    GIVES(STOA__LOG, -0.0, 0, -HUGE_VAL);
    ck_assert(isnan(run(STOA__LOG, -1, 0)));
}

/* x**n where that fits 53 bits. */
TEST(whole_powers_are_exact_where_they_fit)
{
    for (int k = -1074; k < 1024; k++)
        GIVES(STOA__POW_FLOAT64, 2, k, ldexp(1, k));
    for (int x = 2; x < 3000; x++) {
        double exact = x;
        for (int n = 1; exact < 0x1p53; n++, exact *= x) {
            GIVES(STOA__POW_FLOAT64, x, n, exact);
            GIVES(STOA__POW_FLOAT64, -x, n, n % 2 ? -exact : exact);
        }
    }
    dice d = {2};
    for (int i = 0; i < 1000; i++) {
        double x = of_bits(dice_roll(&d) & ~((uint64_t)1 << 63));
        if (x < HUGE_VAL)
            GIVES(STOA__POW_FLOAT64, x, 1, x);
    }
}

TEST(pow_keeps_the_rules_of_zeros_infinities_and_signs)
{
    GIVES(STOA__POW_FLOAT64, (double)NAN, 0, 1);
    GIVES(STOA__POW_FLOAT64, 1, (double)NAN, 1);
    GIVES(STOA__POW_FLOAT64, -1, HUGE_VAL, 1);
    GIVES(STOA__POW_FLOAT64, -1, -HUGE_VAL, 1);
    GIVES(STOA__POW_FLOAT64, -1, 0x1.fffffffffffffp52, -1);
    GIVES(STOA__POW_FLOAT64, -1, 0x1p53, 1);
    GIVES(STOA__POW_FLOAT64, -0.0, -3, -HUGE_VAL);
    GIVES(STOA__POW_FLOAT64, -0.0, -2, HUGE_VAL);
    GIVES(STOA__POW_FLOAT64, -0.0, -0.5, HUGE_VAL);
    GIVES(STOA__POW_FLOAT64, -0.0, 3, -0.0);
    GIVES(STOA__POW_FLOAT64, -0.0, 0.5, 0.0);
    GIVES(STOA__POW_FLOAT64, -HUGE_VAL, -3, -0.0);
    GIVES(STOA__POW_FLOAT64, -HUGE_VAL, 3, -HUGE_VAL);
    GIVES(STOA__POW_FLOAT64, -HUGE_VAL, 0.5, HUGE_VAL);
    GIVES(STOA__POW_FLOAT64, 0.5, -HUGE_VAL, HUGE_VAL);
    GIVES(STOA__POW_FLOAT64, 2, -HUGE_VAL, 0.0);
    ck_assert(isnan(run(STOA__POW_FLOAT64, -8, 1.0 / 3)));
    ck_assert(isnan(run(STOA__POW_FLOAT64, -1, (double)NAN)));
    ck_assert(isnan(run(STOA__POW_FLOAT64, (double)NAN, 1)));
}

TEST(angles_of_the_axes_and_diagonals_are_the_nearest_doubles)
{
    const double pi = 0x1.921fb54442d18p+1;
    for (int sign = -1; sign <= 1; sign += 2) {
        GIVES(STOA__ATAN2, sign * 0.0, 1, sign * 0.0);
        GIVES(STOA__ATAN2, sign * 0.0, 0.0, sign * 0.0);
        GIVES(STOA__ATAN2, sign * 0.0, -0.0, sign * pi);
        GIVES(STOA__ATAN2, sign * 0.0, -1, sign * pi);
        GIVES(STOA__ATAN2, sign * 2, -0.0, sign * pi / 2);
        GIVES(STOA__ATAN2, sign * 2, 2, sign * pi / 4);
        GIVES(STOA__ATAN2, sign * HUGE_VAL, HUGE_VAL, sign * pi / 4);
        GIVES(STOA__ATAN2, sign * HUGE_VAL, -HUGE_VAL, sign * (3 * pi / 4));
        GIVES(STOA__ATAN2, sign * 1.0, -HUGE_VAL, sign * pi);
        GIVES(STOA__ATAN, sign * HUGE_VAL, 0, sign * pi / 2);
        GIVES(STOA__ASIN, sign, 0, sign * pi / 2);
        GIVES(STOA__ASIN, sign * 0.0, 0, sign * 0.0);
        GIVES(STOA__SIN, sign * 0.0, 0, sign * 0.0);
        GIVES(STOA__TAN, sign * 0.0, 0, sign * 0.0);
        GIVES(STOA__COS, sign * 0.0, 0, 1);
        GIVES(STOA__EXP, sign * 0.0, 0, 1);
    }
    GIVES(STOA__ACOS, 1, 0, 0.0);
    GIVES(STOA__ACOS, -1, 0, pi);
    GIVES(STOA__ACOS, 0, 0, pi / 2);
    GIVES(STOA__HYPOT, 3, -4, 5);
    GIVES(STOA__HYPOT, (double)NAN, -HUGE_VAL, HUGE_VAL);
    GIVES(STOA__HYPOT, 0x1.8p1000, 0x1p1001, 0x1.4p1001);
}

/* ---- every level, length, place and shape ---- */

#define EXACT(name, expression)                                                              \
    static outcome name##_exactly(kernel_value *out, kernel_value a, kernel_value b, bool c) \
    {                                                                                        \
        double x = a.float64;                                                                \
        (void)b;                                                                             \
        (void)c;                                                                             \
        out->float64 = (expression);                                                         \
        return KERNEL_GIVES;                                                                 \
    }
EXACT(sqrt, sqrt(x))
EXACT(root, x > 0 ? sqrt(x) : pow(x, 0.5))
EXACT(floor, floor(x))
EXACT(ceil, ceil(x))
EXACT(round, rint(x))

TEST(roots_and_roundings_are_exact)
{
    kernel_agrees(STOA__SQRT, sqrt_exactly);
    kernel_agrees(STOA__ROOT, root_exactly);
    kernel_agrees(STOA__FLOOR, floor_exactly);
    kernel_agrees(STOA__CEIL, ceil_exactly);
    kernel_agrees(STOA__ROUND, round_exactly);
    GIVES(STOA__ROUND, 0.5, 0, 0.0);
    GIVES(STOA__ROUND, -0.5, 0, -0.0);
    GIVES(STOA__ROUND, 1.5, 0, 2);
    GIVES(STOA__ROUND, 2.5, 0, 2);
    GIVES(STOA__FLOOR, -0.0, 0, -0.0);
    GIVES(STOA__CEIL, -0.5, 0, -0.0);
    GIVES(STOA__ROOT, -0.0, 0, 0.0);
    GIVES(STOA__ROOT, -HUGE_VAL, 0, HUGE_VAL);
    GIVES(STOA__SQRT, -0.0, 0, -0.0);
}

/* The driver's reference: the baseline, alone in its block. */
static stoa__code asked;
static outcome alone(kernel_value *out, kernel_value a, kernel_value b, bool c)
{
    (void)c;
    out->float64 = run(asked, a.float64, b.float64);
    return KERNEL_GIVES;
}

TEST(a_value_gives_the_same_bits_whatever_stands_beside_it)
{
    for (size_t s = 0; s < SUBJECTS; s++) {
        asked = subjects[s].code;
        kernel_agrees(asked, alone);
    }
}

/* A block of plain values takes another way than one with, say, an infinity among them. */
TEST(a_rare_value_does_not_change_its_neighbours)
{
    static const double rare[] = {HUGE_VAL, -HUGE_VAL, (double)NAN, 0x1p-1050,
                                  -0.0,     -1,        1e300,       -740};
    const stoa__kernels *const *levels;
    size_t level_count = kernel_levels(&levels);
    dice d = {3};
    for (size_t s = 0; s < SUBJECTS; s++)
        for (size_t i = 0; i < level_count * (sizeof rare / sizeof *rare); i++) {
            stoa__kernel *kernel = levels[i % level_count]->run[subjects[s].code][STOA__VV];
            double x[STOA__BLOCK], with[STOA__BLOCK], without[STOA__BLOCK];
            for (size_t j = 0; j < STOA__BLOCK; j++)
                x[j] = between(0x1p-30, 1 << dice_below(&d, 9), &d);
            size_t at = dice_below(&d, STOA__BLOCK);
            kernel(without, x, x, NULL, STOA__BLOCK);
            x[at] = rare[i / level_count];
            kernel(with, x, x, NULL, STOA__BLOCK);
            with[at] = without[at];
            for (size_t j = 0; j < STOA__BLOCK; j++)
                ck_assert_msg(bits_of(with[j]) == bits_of(without[j]) || isnan(with[j]),
                              "%s of %a beside %a", subjects[s].name, x[j], x[at]);
        }
}

int main(void)
{
    return RUN("elementary kernels", each_result_is_within_the_bound_and_the_same_at_each_level,
               edges_give_what_annex_f_says, logarithms_of_powers_are_whole,
               whole_powers_are_exact_where_they_fit,
               pow_keeps_the_rules_of_zeros_infinities_and_signs,
               angles_of_the_axes_and_diagonals_are_the_nearest_doubles,
               roots_and_roundings_are_exact, a_value_gives_the_same_bits_whatever_stands_beside_it,
               a_rare_value_does_not_change_its_neighbours);
}
