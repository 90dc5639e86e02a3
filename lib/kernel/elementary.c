/* elementary.c: the elementary functions, a loop over the block for each function and shape. */
#include <math.h>

#include "kernel/elementary_arc.h"
#include "kernel/elementary_exp.h"
#include "kernel/elementary_trig.h"
#include "kernel/level.h"

/* The iterations are independent also where out is an input. */
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
#define SHAPE(shape, function, X, Y)                                               \
    KERNEL_OF(shape)                                                               \
    {                                                                              \
        double *result = out;                                                      \
        const double *x = a, *y = b;                                               \
        (void)c;                                                                   \
        INDEPENDENT for (size_t i = 0; i < count; i++) result[i] = function(X, Y); \
        return false;                                                              \
    }
#define BINARY(name, function)             \
    SHAPE(name##_vv, function, x[i], y[i]) \
    SHAPE(name##_vc, function, x[i], *y)   \
    SHAPE(name##_cv, function, *x, y[i])

/* Most blocks hold nothing but what `near` takes: PLAIN tells, and `any` takes the others. Both
 * give the same bits where both may be used. */
#define UNARY_NEAR(name, PLAIN, near, any)                                         \
    KERNEL_OF(name##_vv)                                                           \
    {                                                                              \
        double *result = out;                                                      \
        const double *x = a;                                                       \
        uint64_t others = 0;                                                       \
        (void)b;                                                                   \
        (void)c;                                                                   \
        for (size_t i = 0; i < count; i++)                                         \
            others |= PLAIN(x[i]) ? 0 : 1;                                         \
        if (others == 0)                                                           \
            INDEPENDENT for (size_t i = 0; i < count; i++) result[i] = near(x[i]); \
        else                                                                       \
            INDEPENDENT for (size_t i = 0; i < count; i++) result[i] = any(x[i]);  \
        return false;                                                              \
    }

#define EXP_IS_NORMAL(x) (fabs(x) <= EXP_MAX)
#define IS_NORMAL(x) ((x) >= 0x1p-1022 && (x) < INFINITE)
#define HAS_FEW_TURNS(x) (fabs(x) <= TURNS_MAX)

INLINED double root_of(double x)
{
    return x == -INFINITE ? INFINITE : sqrt(x) + 0.0;
}

#define LOGARITHM(name)                                             \
    INLINED double name##_normal(double x)                          \
    {                                                               \
        return name##_near(normal_apart(x, 0));                     \
    }                                                               \
    INLINED double name##_of(double x)                              \
    {                                                               \
        return log_at_the_edges(x, name##_near(positive_apart(x))); \
    }                                                               \
    UNARY_NEAR(name, IS_NORMAL, name##_normal, name##_of)

UNARY(sqrt, sqrt)
UNARY(root, root_of)
UNARY(floor, floor)
UNARY(ceil, ceil)
UNARY(round, rint)
UNARY_NEAR(exp, EXP_IS_NORMAL, exp_near, exp_of)
LOGARITHM(log)
LOGARITHM(log2)
LOGARITHM(log10)
UNARY_NEAR(sin, HAS_FEW_TURNS, sin_near, sin_of)
UNARY_NEAR(cos, HAS_FEW_TURNS, cos_near, cos_of)
UNARY_NEAR(tan, HAS_FEW_TURNS, tan_near, tan_of)
UNARY(asin, asin_of)
UNARY(acos, acos_of)
UNARY(atan, atan_of)
BINARY(atan2, atan2_of)
BINARY(hypot, hypot_of)
BINARY(pow_float64, pow_of)
