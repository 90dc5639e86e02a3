/* test_kernels_elementary.c: the elementary functions, compared with long double ones, which have
 * 11 (or 60) bits more: errors in units in the last place, over hard ranges, random bits and edge
 * values; results that must be exact; and, by the driver, each level, length, place and shape
 * compared with the baseline on single values. */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "../support/elementary_arguments.h"
#include "../support/kernels.h"

static uint64_t bits_of(double x)
{
    return ((kernel_value){.float64 = x}).uint64;
}
static double of_bits(uint64_t bits)
{
    return ((kernel_value){.uint64 = bits}).float64;
}

static double run(stoa__code code, double x, double y)
{
    double out;
    stoa__kernels_baseline.run[code][STOA__VV](&out, &x, &y, NULL, 1);
    return out;
}

/* ---- error ---- */

/* One block at each level: the first must be within the bound, the others must give the same
 * bits. */
static void within_bound(const elementary *e, const double *x, const double *y, size_t count)
{
    const stoa__kernels *const *levels;
    size_t level_count = kernel_levels(&levels);
    double first[STOA__BLOCK], out[STOA__BLOCK];
    levels[0]->run[e->code][STOA__VV](first, x, y, NULL, count);
    for (size_t i = 0; i < count && elementary_reference_is_exact(); i++) {
        double error = elementary_error(first[i], elementary_exact(e, x[i], y[i]));
        ck_assert_msg(error <= e->bound, "%s of %a, %a gives %a: an error of %.4f", e->name, x[i],
                      y[i], first[i], error);
    }
    for (size_t l = 1; l < level_count; l++) {
        levels[l]->run[e->code][STOA__VV](out, x, y, NULL, count);
        for (size_t i = 0; i < count; i++)
            ck_assert_msg(bits_of(out[i]) == bits_of(first[i]) ||
                              (isnan(out[i]) && isnan(first[i])),
                          "%s of %a, %a gives %a at %s, %a at the baseline", e->name, x[i], y[i],
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
    for (size_t s = 0; s < elementary_count; s++)
        for (size_t i = 0; i < sizeof draws / sizeof *draws; i++)
            for (size_t block = 0; block < scaled(64, 1); block++) {
                double x[STOA__BLOCK], y[STOA__BLOCK];
                for (size_t j = 0; j < STOA__BLOCK; j++)
                    draws[i](&x[j], &y[j], &d);
                within_bound(&elementaries[s], x, y, STOA__BLOCK);
            }
}

TEST(each_result_of_hard_arguments_is_within_the_bound_and_the_same_at_each_level)
{
    static double x[ELEMENTARY_HARD], y[ELEMENTARY_HARD];
    for (size_t s = 0; s < elementary_count; s++) {
        elementary_hard(&elementaries[s], x, y);
        for (size_t at = 0; at < ELEMENTARY_HARD * scaled(64, 8) / 64; at += STOA__BLOCK) {
            size_t left = ELEMENTARY_HARD - at;
            within_bound(&elementaries[s], x + at, y + at, left < STOA__BLOCK ? left : STOA__BLOCK);
        }
    }
}

/* A formula whose last step rounds to a double, and that is scaled afterwards to a coarser last
 * place, has errors near 0.75. */
TEST(results_next_to_and_below_the_normal_range_are_rounded_once)
{
    dice d = {5};
    for (size_t i = 0; i < scaled(100000, 100) && elementary_reference_is_exact(); i++) {
        int large = (int)dice_below(&d, 1000), off = 1010 + (int)dice_below(&d, 66);
        double x = ldexp(between(1, 2, &d), large), y = ldexp(between(1, 2, &d), large - off);
        double angle = run(STOA__ATAN2, y, x);
        ck_assert_msg(elementary_error(angle, atan2l(y, x)) < 0.501, "atan2 of %a, %a gives %a", y,
                      x, angle);
        x = ldexp(between(0, 1, &d), -1022), y = ldexp(between(0, 1, &d), -1022);
        double distance = run(STOA__HYPOT, x, y);
        ck_assert_msg(elementary_error(distance, hypotl(x, y)) < 0.501, "hypot of %a, %a gives %a",
                      x, y, distance);
    }
}

/* ---- float32 ---- */

/* Arguments and results are cells of float32, so that the result is rounded once more. */
static void within_bound_float32(const elementary *e, const float *x, const float *y, size_t count)
{
    const stoa__kernels *const *levels;
    size_t level_count = kernel_levels(&levels);
    for (size_t l = 0; l < level_count; l++) {
        double wide_x[STOA__BLOCK], wide_y[STOA__BLOCK];
        float out[STOA__BLOCK];
        levels[l]->run[STOA__LOAD_FLOAT32][STOA__VV](wide_x, x, NULL, NULL, count);
        levels[l]->run[STOA__LOAD_FLOAT32][STOA__VV](wide_y, y, NULL, NULL, count);
        levels[l]->run[e->code][STOA__VV](wide_x, wide_x, wide_y, NULL, count);
        levels[l]->run[STOA__STORE_FLOAT32][STOA__VV](out, wide_x, NULL, NULL, count);
        for (size_t i = 0; i < count && elementary_reference_is_exact(); i++) {
            if (isfinite(wide_x[i]) && isinf((float)wide_x[i]))
                continue; /* it was refused */
            double error = elementary_error_float32(out[i], elementary_exact(e, x[i], y[i]));
            ck_assert_msg(error <= ELEMENTARY_BOUND_FLOAT32,
                          "%s of %a, %a gives %a at %s: an error of %.6f", e->name, x[i], y[i],
                          out[i], levels[l]->name, error);
        }
    }
}

TEST(each_result_of_float32_is_the_nearest_one_or_as_good_as_that)
{
    static double hard_x[ELEMENTARY_HARD], hard_y[ELEMENTARY_HARD];
    dice d = {4};
    for (size_t s = 0; s < elementary_count; s++) {
        elementary_hard(&elementaries[s], hard_x, hard_y);
        for (size_t at = 0; at < ELEMENTARY_HARD * scaled(64, 1) / 64; at += STOA__BLOCK / 4) {
            float x[STOA__BLOCK], y[STOA__BLOCK];
            for (size_t i = 0; i < STOA__BLOCK; i++) {
                double usual_x, usual_y;
                elementary_usual(&elementaries[s], &usual_x, &usual_y, &d);
                size_t hard = (at + i / 4) % ELEMENTARY_HARD;
                uint64_t bits = dice_roll(&d);
                float any[2];
                memcpy(any, &bits, sizeof any);
                x[i] = i % 4 == 0 ? (float)hard_x[hard] : i % 4 == 1 ? any[0] : (float)usual_x;
                y[i] = i % 4 == 0 ? (float)hard_y[hard] : i % 4 == 1 ? any[1] : (float)usual_y;
            }
            within_bound_float32(&elementaries[s], x, y, STOA__BLOCK);
        }
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
                               0x1.6ac5b262ca1ffp849, /* near a multiple of pi/2 */
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
    for (size_t s = 0; s < elementary_count; s++)
        for (size_t i = 0; i < 2 * (size_t)EDGES; i++) {
            double x[2 * EDGES], y[2 * EDGES];
            for (size_t j = 0; j < 2 * (size_t)EDGES; j++) {
                x[j] = i % 2 ? -edges[i / 2] : edges[i / 2];
                y[j] = j % 2 ? -edges[j / 2] : edges[j / 2];
            }
            within_bound(&elementaries[s], elementaries[s].of_one ? y : x, y, 2 * (size_t)EDGES);
        }
}

/* ---- what must be exact ---- */

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

/* x**n for results of at most 53 bits. */
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

/* The driver's reference: the baseline level on a block of this value alone. */
static stoa__code asked;
static outcome alone(kernel_value *out, kernel_value a, kernel_value b, bool c)
{
    (void)c;
    out->float64 = run(asked, a.float64, b.float64);
    return KERNEL_GIVES;
}

TEST(a_value_gives_the_same_bits_whatever_stands_beside_it)
{
    for (size_t s = 0; s < elementary_count; s++) {
        asked = elementaries[s].code;
        kernel_agrees(asked, alone);
    }
}

/* A block that also holds, for instance, an infinity is computed by other code than one of plain
 * values. */
TEST(a_rare_value_does_not_change_its_neighbours)
{
    static const double rare[] = {HUGE_VAL, -HUGE_VAL, (double)NAN, 0x1p-1050,
                                  -0.0,     -1,        1e300,       -740};
    const stoa__kernels *const *levels;
    size_t level_count = kernel_levels(&levels);
    dice d = {3};
    for (size_t s = 0; s < elementary_count; s++)
        for (size_t i = 0; i < level_count * (sizeof rare / sizeof *rare); i++) {
            stoa__kernel *kernel = levels[i % level_count]->run[elementaries[s].code][STOA__VV];
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
                              "%s of %a beside %a", elementaries[s].name, x[j], x[at]);
        }
}

int main(void)
{
    return RUN("elementary kernels", each_result_is_within_the_bound_and_the_same_at_each_level,
               each_result_of_hard_arguments_is_within_the_bound_and_the_same_at_each_level,
               results_next_to_and_below_the_normal_range_are_rounded_once,
               each_result_of_float32_is_the_nearest_one_or_as_good_as_that,
               edges_give_what_annex_f_says, logarithms_of_powers_are_whole,
               whole_powers_are_exact_where_they_fit,
               pow_keeps_the_rules_of_zeros_infinities_and_signs,
               angles_of_the_axes_and_diagonals_are_the_nearest_doubles,
               roots_and_roundings_are_exact, a_value_gives_the_same_bits_whatever_stands_beside_it,
               a_rare_value_does_not_change_its_neighbours);
}
