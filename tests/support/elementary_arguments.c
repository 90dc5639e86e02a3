/* elementary_arguments.c: collects hard arguments by kind, those that are special to a function
 * first. Any room left is filled with random arguments from ranges where the function is hard. */
#include "elementary_arguments.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* glibc's powl takes the exponent -2**63 for an odd one. */
static long double pow_exactly(long double x, long double y)
{
    return fabsl(y) >= 0x1p53L ? powl(fabsl(x), y) : powl(x, y);
}

#define ONE(name, NAME, bound, low, high)                                      \
    {                                                                          \
#name, STOA__##NAME, bound, low, high, 0, 0, name##l, NULL, name, NULL \
    }
const elementary elementaries[] = {
    ONE(exp, EXP, 0.75, -700, 700),
    ONE(log, LOG, 0.75, 0, 1000),
    ONE(log2, LOG2, 0.8, 0, 1000),
    ONE(log10, LOG10, 0.75, 0, 1000),
    ONE(sin, SIN, 0.8, -100, 100),
    ONE(cos, COS, 0.8, -100, 100),
    ONE(tan, TAN, 1, -100, 100),
    ONE(asin, ASIN, 0.75, -1, 1),
    ONE(acos, ACOS, 0.75, -1, 1),
    ONE(atan, ATAN, 0.8, -10, 10),
    {"atan2", STOA__ATAN2, 0.8, -10, 10, -10, 10, NULL, atan2l, NULL, atan2},
    {"hypot", STOA__HYPOT, 0.51, -1000, 1000, -1000, 1000, NULL, hypotl, NULL, hypot},
    {"pow", STOA__POW_FLOAT64, 0.75, 0, 100, -10, 10, NULL, pow_exactly, NULL, pow},
};
#undef ONE
const size_t elementary_count = sizeof elementaries / sizeof *elementaries;

/* ---- error ---- */

bool elementary_reference_is_exact(void)
{
    volatile long double one = 1;
    return one + 0x1p-60L != one;
}

long double elementary_exact(const elementary *e, double x, double y)
{
    return e->of_one != NULL ? e->of_one(x) : e->of_two(x, y);
}

int elementary_unit(int exponent)
{
    exponent = exponent < DBL_MIN_EXP ? DBL_MIN_EXP : exponent;
    return (exponent > DBL_MAX_EXP ? DBL_MAX_EXP : exponent) - DBL_MANT_DIG;
}

/* `nearest` is `exact` rounded. Infinity stands for the power of 2 that follows the largest
 * number. */
static double error_of(double got, double nearest, long double exact, double beyond, int unit)
{
    if (isnan(nearest) || isnan(got))
        return isnan(nearest) && isnan(got) ? 0 : 1000;
    if (isinf(exact) || (isinf(got) && isinf(nearest)))
        return got == nearest ? 0 : 1000;
    if ((nearest == 0 || got == 0) && signbit(nearest) != signbit(got))
        return 1000;
    long double value = isinf(got) ? copysignl((long double)beyond * 2, got) : got;
    return (double)ldexpl(fabsl(value - exact), -unit);
}

double elementary_error(double got, long double exact)
{
    int exponent;
    frexpl(exact, &exponent);
    return error_of(got, (double)exact, exact, 0x1p1023, elementary_unit(exponent));
}

double elementary_error_float32(float got, long double exact)
{
    int exponent;
    frexpl(exact, &exponent);
    exponent = exponent < FLT_MIN_EXP ? FLT_MIN_EXP : exponent;
    exponent = exponent > FLT_MAX_EXP ? FLT_MAX_EXP : exponent;
    return error_of(got, (float)exact, exact, 0x1p127, exponent - FLT_MANT_DIG);
}

/* ---- random arguments ---- */

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double of_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static double between(double low, double high, dice *d)
{
    return low + (high - low) * ((double)(dice_roll(d) >> 11) * 0x1p-53);
}

void elementary_any_bits(const elementary *e, double *x, double *y, dice *d)
{
    *x = of_bits(dice_roll(d));
    *y = e->of_two != NULL ? of_bits(dice_roll(d)) : 0;
}

void elementary_usual(const elementary *e, double *x, double *y, dice *d)
{
    *x = between(e->low, e->high, d);
    *y = e->of_two != NULL ? between(e->low_y, e->high_y, d) : 0;
}

/* A random number from 1 to 2, times a random power of 2. */
static double of_exponent(int low, int high, dice *d)
{
    return ldexp(between(1, 2, d), low + (int)dice_below(d, (size_t)(high - low) + 1));
}

/* ---- hard arguments ---- */

typedef struct collection {
    double *x, *y;
    size_t count;
    dice dice;
} collection;

static void add(collection *c, double x, double y)
{
    if (c->count == ELEMENTARY_HARD)
        return;
    c->x[c->count] = x;
    c->y[c->count++] = y;
}

static void add_signs(collection *c, double x)
{
    add(c, x, 0);
    add(c, -x, 0);
}

/* Adds x, which is above 0, and each_side doubles below and above it. */
static void add_around(collection *c, double x, uint64_t each_side, bool both_signs)
{
    for (uint64_t bits = bits_of(x) - each_side; bits <= bits_of(x) + each_side; bits++) {
        add(c, of_bits(bits), 0);
        if (both_signs)
            add(c, -of_bits(bits), 0);
    }
}

static void add_powers_of_2(collection *c, int low, int high, int step, bool both_signs)
{
    for (int k = low; k <= high; k += step)
        add_around(c, ldexp(1, k), k > -1074 ? 1 : 0, both_signs);
}

static void hard_for_exp(collection *c)
{
    static const double edges[] = {709.782712893384,  708, 708.3964185322641, 745.1332191019411,
                                   744.4400719213812, 746};
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++)
        add_around(c, edges[i], 80, true);
    /* Adds arguments in the middle between n and n + 1 in x = n ln 2 + r, and where e**x is next to
     * a power of 2. */
    for (int twice = -2152; twice <= 2050; twice++)
        add(c, (double)((long double)twice * 0.34657359027997265470861606072908828L), 0);
    add_powers_of_2(c, -1074, 9, 9, true);
    while (c->count < ELEMENTARY_HARD) { /* the result is subnormal, or nearly */
        add(c, between(-745.2, -708, &c->dice), 0);
        add(c, between(-709.1, -708.39, &c->dice), 0);
    }
}

static void hard_for_logarithms(collection *c)
{
    add_around(c, 1, 1000, false);
    add_around(c, 0x1p-1022, 100, false);
    add_around(c, DBL_MAX, 0, false);
    for (int k = -307; k <= 308; k++)
        add_around(c, (double)powl(10, k), 1, false);
    for (int k = -1074; k < 1024; k += 3) /* between k and k + 1 in x = 2**k m */
        add_around(c, ldexp(0x1.6a09e667f3bcdp-1, k), 1, false);
    add_powers_of_2(c, -1074, 1023, 4, false);
    while (c->count < ELEMENTARY_HARD) {
        double off = of_exponent(-53, -1, &c->dice);
        add(c, c->count % 2 ? 1 + off : 1 - off / 2, 0);
        add(c, of_exponent(-1074, -1010, &c->dice), 0);
    }
}

/* The first 128 bits of the fraction of 2**k 2/pi. */
static stoa__uint128 turns_of(size_t k)
{
    /* 2/pi in base 2^32. */
    static const uint32_t digits[] = {
        0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041,
        0xfe5163ab, 0xdebbc561, 0xb7246e3a, 0x424dd2e0, 0x06492eea, 0x09d1921c,
        0xfe1deb1c, 0xb129a73e, 0xe88235f5, 0x2ebb4484, 0xe99c7026, 0xb45f7e41,
        0x3991d639, 0x835339f4, 0x9c845f8b, 0xbdf9283b, 0x1ff897ff, 0xde05980f,
        0xef2f118b, 0x5a0a6d1f, 0x6d367ecf, 0x27cb09b7, 0x4f463f66, 0x9e5fea2d,
        0x7527bac7, 0xebe5f17b, 0x3d0739f7, 0x8a5292ea, 0x6bfb5fb1, 0x1f8d5d08};
    stoa__uint128 bits = 0;
    for (size_t i = 0; i < 4; i++)
        bits = bits << 32 | digits[k / 32 + i];
    return k % 32 == 0 ? bits : bits << k % 32 | digits[k / 32 + 4] >> (32 - k % 32);
}

/* Adds the doubles m 2**k, with integers m, that are nearest to multiples of pi/2. m is the
 * denominator of a fraction near 2**k 2/pi; the best such fractions come from its continued
 * fraction. */
static void add_near_turns(collection *c, int k)
{
    stoa__uint128 below = ~(stoa__uint128)0, above = turns_of((size_t)k), most = 1;
    uint64_t m = 1, before = 0;
    most <<= 53;
    while (above != 0) {
        stoa__uint128 quotient = below / above, rest = below % above;
        if (quotient > most || quotient * m + before > most)
            break;
        uint64_t next = (uint64_t)(quotient * m + before);
        before = m;
        m = next;
        below = above;
        above = rest;
    }
    add(c, ldexp((double)m, k), 0);
    add(c, -ldexp((double)before, k), 0);
}

static void hard_for_turns(collection *c)
{
    for (int k = 0; k <= 970; k++)
        add_near_turns(c, k);
    for (int k = 1; k <= 1500; k++) /* multiples of pi/4 */
        add_signs(c, (double)((long double)k * 0.78539816339744830961566084581987572L));
    for (int k = 0; k < 1023; k++)
        add(c, ldexp(0x1.921fb54442d18p+0, k), 0);
    for (int k = 1; k <= 308; k++)
        add_signs(c, (double)powl(10, k));
    add_around(c, 0x1p36, 100, true); /* where the code switches to another method */
    add_powers_of_2(c, -1074, 1023, 15, true);
    while (c->count < ELEMENTARY_HARD)
        add(c, of_exponent(20, 1023, &c->dice), 0);
}

static void hard_for_arcs(collection *c)
{
    add_around(c, 1, 500, true);
    add_around(c, 0.5, 500, true);
    add_around(c, 0x1p-1022, 20, true);
    add_powers_of_2(c, -1074, -1, 5, true);
    while (c->count < ELEMENTARY_HARD) {
        double off = of_exponent(-54, -2, &c->dice);
        add(c, c->count % 4 < 2 ? 1 - off : off - 1, 0);
        add(c, of_exponent(-1074, -1, &c->dice), 0);
    }
}

static void hard_for_atan(collection *c)
{
    static const double edges[] = {0.5, 1, 2, 0x1p100, 0x1p-1022, 0x1p-27, 0x1p53};
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++)
        add_around(c, edges[i], 100, true);
    add_powers_of_2(c, -1074, 1023, 3, true);
    while (c->count < ELEMENTARY_HARD)
        add_signs(c, of_exponent(-10, 60, &c->dice));
}

/* Adds two numbers whose quotient is near `ratio`, each times a power of 2. */
static void add_ratio(collection *c, double ratio, int low, int high)
{
    double x = of_exponent(low, high, &c->dice);
    double y = of_bits(bits_of(x * ratio) + dice_below(&c->dice, 9) - 4);
    bool swapped = dice_below(&c->dice, 2) == 1;
    x = dice_below(&c->dice, 2) == 1 ? -x : x;
    y = dice_below(&c->dice, 2) == 1 ? -y : y;
    add(c, swapped ? x : y, swapped ? y : x);
}

static void hard_for_pairs(collection *c)
{
    static const double ratios[] = {0.5, 1, 2, 0.75, 0x1p-26, 0x1p-27, 0x1p-53, 0x1.8p-54};
    size_t ratio_count = sizeof ratios / sizeof *ratios;
    for (size_t i = 0; i < 2000; i++)
        add_ratio(c, ratios[i % ratio_count], -900, 1000);
    for (size_t i = 0; i < 1000; i++)
        add_ratio(c, ratios[i % ratio_count], -402, -398);
    for (size_t i = 0; i < 1000; i++)
        add_ratio(c, ratios[i % ratio_count], 398, 502);
    for (size_t i = 0; i < 1500; i++) /* up to infinity */
        add_ratio(c, ratios[i % 4], 1020, 1022);
    for (size_t i = 0; i < 2500; i++) /* subnormal, and just above */
        add_ratio(c, between(0, 1, &c->dice), i % 2 == 0 ? -1024 : -1073, -1021);
    while (c->count < ELEMENTARY_HARD) { /* the quotient is subnormal */
        int large = (int)dice_below(&c->dice, 2040) - 1020;
        int less = (int)dice_below(&c->dice, 70) + 1010;
        if (large - less >= -1074)
            add(c, of_exponent(large - less, large - less, &c->dice),
                of_exponent(large, large, &c->dice));
    }
}

static void hard_for_pow(collection *c)
{
    dice *d = &c->dice;
    static const double edges[] = {
        709.782712893384, -708.3964185322641, -745.1332191019411, 708, -708, -744.4400719213812};
    for (size_t i = 0; i < 3000; i++) { /* where the result leaves a range */
        double x = i % 3 == 0   ? of_exponent(-1074, 1023, d)
                   : i % 3 == 1 ? of_exponent(-2, 2, d)
                                : 1 + of_exponent(-52, -1, d);
        double y = edges[i % 6] / log(x);
        if (isfinite(y))
            add(c, x, of_bits(bits_of(y) + dice_below(d, 9) - 4));
    }
    for (size_t i = 0; i < 1500; i++) { /* where the result becomes subnormal */
        double x = i % 2 == 0 ? of_exponent(-1074, -1, d) : of_exponent(1, 1023, d);
        double y = between(i % 4 < 3 ? -709.1 : -745.2, -708.39, d) / log(x);
        if (isfinite(y))
            add(c, x, y);
    }
    for (size_t i = 0; i < 1500; i++) /* x next to 1, y large */
        add(c, i % 2 == 0 ? 1 + of_exponent(-52, -30, d) : 1 - of_exponent(-53, -30, d),
            of_exponent(20, 62, d) * (i % 4 < 2 ? 1 : -1));
    for (size_t i = 0; i < 1500;
         i++) { /* integer powers: exact, nearly exact, or halfway between two doubles */
        double x = (double)(dice_roll(d) >> (i % 3 == 0 ? 46 : i % 3 == 1 ? 37 : 53));
        add(c, i % 2 == 0 ? x : -x, i % 3 == 0 ? 3 : i % 3 == 1 ? 2 : (double)dice_below(d, 9));
    }
    for (size_t i = 0; i < 500; i++) /* fractional powers of integers */
        add(c, (double)((dice_roll(d) >> 38) * 2 + 1), i % 2 == 0 ? 1.5 : -0.5);
    while (c->count < ELEMENTARY_HARD) {
        add(c, of_exponent(-1074, -1022, d), between(-1.1, 1.1, d));
        add(c, of_exponent(-30, 30, d), of_exponent(-60, 6, d));
    }
}

void elementary_hard(const elementary *e, double *x, double *y)
{
    collection c = {x, y, 0, {(uint64_t)e->code}};
    switch ((int)e->code) {
    case STOA__EXP:
        hard_for_exp(&c);
        break;
    case STOA__LOG:
    case STOA__LOG2:
    case STOA__LOG10:
        hard_for_logarithms(&c);
        break;
    case STOA__SIN:
    case STOA__COS:
    case STOA__TAN:
        hard_for_turns(&c);
        break;
    case STOA__ASIN:
    case STOA__ACOS:
        hard_for_arcs(&c);
        break;
    case STOA__ATAN:
        hard_for_atan(&c);
        break;
    case STOA__POW_FLOAT64:
        hard_for_pow(&c);
        break;
    default:
        hard_for_pairs(&c);
    }
}
