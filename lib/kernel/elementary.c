/* elementary.c: the elementary functions. The formulas, each of one value or two and without
 * branches, are in elementary_exp.h, elementary_trig.h and elementary_arc.h; the loops over them
 * are here, and the compiler makes vector code of them. Every operation of a formula is exact,
 * correctly rounded or a selection, and fma is called explicitly where it is meant. So each level
 * gives the same bits, independently of the system's math library.
 *
 * sqrt, root, floor, ceil and round are correctly rounded. docs/expressions.md states the errors of
 * the others, and tests check them; a result that a double holds exactly (2 ** 10, log2 of 8, hypot
 * of 3 and 4) is exact. Special values are those of Annex F of C. */
#include <math.h>

#include "kernel/elementary_arc.h"
#include "kernel/elementary_exp.h"
#include "kernel/elementary_trig.h"
#include "kernel/level.h"

/* Tells the compiler that the iterations are independent, even if out is an input. */
#ifdef __clang__
#define INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define INDEPENDENT _Pragma("GCC ivdep")
#endif

#define KERNEL_OF(name)                                                                       \
    bool STOA__AT_LEVEL(stoa__##name)(void *out, const void *a, const void *b, const void *c, \
                                      size_t count)
#define UNARY(name, function)                                                      \
    KERNEL_OF(name##_vv)                                                           \
    {                                                                              \
        double *result = out;                                                      \
        const double *x = a;                                                       \
        (void)b;                                                                   \
        (void)c;                                                                   \
        INDEPENDENT for (size_t i = 0; i < count; i++) result[i] = function(x[i]); \
        return false;                                                              \
    }

/* Nearly every block holds only values that the quick function `near` handles. If it sets `others`,
 * the whole block is computed again by `any`, which handles every number; the operands are kept for
 * that, since out may be one of them. A 32-bit flag makes the compiler process two vectors at a
 * time, which is faster if each is a long chain of dependent steps. */
#define BLOCKS(shape, flag, keep, near, any)                                  \
    KERNEL_OF(shape)                                                          \
    {                                                                         \
        double kept_x[STOA__BLOCK], kept_y[STOA__BLOCK], *result = out;       \
        const double *x = a, *y = b;                                          \
        (void)kept_x, (void)kept_y, (void)y, (void)c;                         \
        for (size_t at = 0; at < count; at += STOA__BLOCK) {                  \
            size_t end = count - at < STOA__BLOCK ? count : at + STOA__BLOCK; \
            flag others = 0;                                                  \
            INDEPENDENT for (size_t i = at; i < end; i++)                     \
            {                                                                 \
                keep;                                                         \
                result[i] = near;                                             \
            }                                                                 \
            for (size_t i = at; i < end && others != 0; i++)                  \
                result[i] = any;                                              \
        }                                                                     \
        return false;                                                         \
    }

#define UNARY_NEAR(name, flag)                                                 \
    BLOCKS(name##_vv, flag, kept_x[i - at] = x[i], name##_near(x[i], &others), \
           name##_of(kept_x[i - at]))
#define BINARY_NEAR(name, function)                                                             \
    BLOCKS(name##_vv, uint32_t, (kept_x[i - at] = x[i], kept_y[i - at] = y[i]),                 \
           function##_near(x[i], y[i], &others), function##_of(kept_x[i - at], kept_y[i - at])) \
    BLOCKS(name##_vc, uint32_t, kept_x[i - at] = x[i], function##_near(x[i], *y, &others),      \
           function##_of(kept_x[i - at], *y))                                                   \
    BLOCKS(name##_cv, uint32_t, kept_y[i - at] = y[i], function##_near(*x, y[i], &others),      \
           function##_of(*x, kept_y[i - at]))

UNARY(sqrt, sqrt)
UNARY(root, root_of)
UNARY(floor, floor)
UNARY(ceil, ceil)
UNARY(round, rint)
UNARY(asin, asin_of)
UNARY(acos, acos_of)
UNARY_NEAR(exp, uint64_t)
UNARY_NEAR(log, uint64_t)
UNARY_NEAR(log2, uint64_t)
UNARY_NEAR(log10, uint64_t)
UNARY_NEAR(sin, uint32_t)
UNARY_NEAR(cos, uint32_t)
UNARY_NEAR(tan, uint32_t)
UNARY_NEAR(atan, uint32_t)
BINARY_NEAR(atan2, atan2)
BINARY_NEAR(hypot, hypot)
BINARY_NEAR(pow_float64, pow)
