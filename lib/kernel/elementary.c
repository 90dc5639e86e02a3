/* elementary.c: the elementary functions, a loop over the block for each function and shape. */
#include <math.h>

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
        const double first_x = x[0], first_y = y[0];                               \
        (void)c;                                                                   \
        (void)first_x;                                                             \
        (void)first_y;                                                             \
        INDEPENDENT for (size_t i = 0; i < count; i++) result[i] = function(X, Y); \
        return false;                                                              \
    }
#define BINARY(name, function)                \
    SHAPE(name##_vv, function, x[i], y[i])    \
    SHAPE(name##_vc, function, x[i], first_y) \
    SHAPE(name##_cv, function, first_x, y[i])

static inline double root(double x)
{
    return x == -(double)INFINITY ? (double)INFINITY : sqrt(x) + 0.0;
}

UNARY(sqrt, sqrt)
UNARY(root, root)
UNARY(floor, floor)
UNARY(ceil, ceil)
UNARY(round, rint)
UNARY(exp, exp)
UNARY(log, log)
UNARY(log2, log2)
UNARY(log10, log10)
UNARY(sin, sin)
UNARY(cos, cos)
UNARY(tan, tan)
UNARY(asin, asin)
UNARY(acos, acos)
UNARY(atan, atan)
BINARY(atan2, atan2)
BINARY(hypot, hypot)
BINARY(pow_float64, pow)
