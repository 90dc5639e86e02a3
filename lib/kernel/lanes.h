/* lanes.h: makes a kernel's loop from a function of one value.
 *
 *     static inline int64_t add_checked(int64_t a, int64_t b, int64_t *failed);
 *     LANES_VC(add_checked, int64_t, int64_t, int64_t, int64_t)
 *
 * defines the kernel stoa__add_checked in the shapes VV and VC. If the function fails, it sets the
 * sign bit of *failed by |=; a vector loop tests it once, at its end. FLAG is the type of *failed:
 * as wide as the values that it is computed from. */
#ifndef STOA__KERNEL_LANES_H
#define STOA__KERNEL_LANES_H

#include "kernel/level.h"

/* Tells the compiler that iterations are independent: `out` is either no input or exactly the same
 * address, so no value is read after its place was written. */
#if defined(__clang__)
#define EACH_LANE _Pragma("clang loop vectorize(assume_safety)")
#else
#define EACH_LANE _Pragma("GCC ivdep")
#endif

#define KERNEL(name, shape)                                                              \
    bool STOA__AT_LEVEL(stoa__##name##_##shape)(void *out, const void *a, const void *b, \
                                                const void *c, size_t count)

#define LANES_V(name, OUT, A, FLAG)        \
    KERNEL(name, vv)                       \
    {                                      \
        (void)b, (void)c;                  \
        OUT *to = out;                     \
        const A *as = a;                   \
        FLAG failed = 0;                   \
        EACH_LANE                          \
        for (size_t i = 0; i < count; i++) \
            to[i] = name(as[i], &failed);  \
        return failed < 0;                 \
    }

#define LANES_VV(name, OUT, A, B, FLAG)          \
    KERNEL(name, vv)                             \
    {                                            \
        (void)c;                                 \
        OUT *to = out;                           \
        const A *as = a;                         \
        const B *bs = b;                         \
        FLAG failed = 0;                         \
        EACH_LANE                                \
        for (size_t i = 0; i < count; i++)       \
            to[i] = name(as[i], bs[i], &failed); \
        return failed < 0;                       \
    }

#define LANES_B(name, OUT, A, B, FLAG)          \
    KERNEL(name, vc)                            \
    {                                           \
        (void)c;                                \
        OUT *to = out;                          \
        const A *as = a;                        \
        const B same = *(const B *)b;           \
        FLAG failed = 0;                        \
        EACH_LANE                               \
        for (size_t i = 0; i < count; i++)      \
            to[i] = name(as[i], same, &failed); \
        return failed < 0;                      \
    }

#define LANES_A(name, OUT, A, B, FLAG)          \
    KERNEL(name, cv)                            \
    {                                           \
        (void)c;                                \
        OUT *to = out;                          \
        const A same = *(const A *)a;           \
        const B *bs = b;                        \
        FLAG failed = 0;                        \
        EACH_LANE                               \
        for (size_t i = 0; i < count; i++)      \
            to[i] = name(same, bs[i], &failed); \
        return failed < 0;                      \
    }

#define LANES_VC(name, OUT, A, B, FLAG) \
    LANES_VV(name, OUT, A, B, FLAG)     \
    LANES_B(name, OUT, A, B, FLAG)
#define LANES_CV(name, OUT, A, B, FLAG) \
    LANES_VC(name, OUT, A, B, FLAG)     \
    LANES_A(name, OUT, A, B, FLAG)

/* ---- runs ---- */

/* A kernel that is quicker for values of a certain kind decides for each run of up to RUN values:
 *
 *     static bool mul_checked_run(int64_t *to, const int64_t *a, const int64_t *b, size_t count);
 *     RUNS_VC(mul_checked, int64_t)
 *
 * `to` may be a or b; the function returns whether it failed for a value. A constant operand is
 * copied to a whole run. */
enum { RUN = 64 };

#define RUNS_IN(name, type, a_step, b_step)                                       \
    type *to = out;                                                               \
    bool failed = false;                                                          \
    for (size_t i = 0; i < count; i += RUN) {                                     \
        size_t left = count - i < RUN ? count - i : RUN;                          \
        failed |= name##_run(to + i, as + i * (a_step), bs + i * (b_step), left); \
    }                                                                             \
    return failed;

#define RUNS_VV(name, type)          \
    KERNEL(name, vv)                 \
    {                                \
        (void)c;                     \
        const type *as = a, *bs = b; \
        RUNS_IN(name, type, 1, 1)    \
    }
#define RUNS_VC(name, type)              \
    RUNS_VV(name, type)                  \
    KERNEL(name, vc)                     \
    {                                    \
        (void)c;                         \
        const type *as = a;              \
        type bs[RUN];                    \
        for (size_t i = 0; i < RUN; i++) \
            bs[i] = *(const type *)b;    \
        RUNS_IN(name, type, 1, 0)        \
    }
#define RUNS_CV(name, type)              \
    RUNS_VC(name, type)                  \
    KERNEL(name, cv)                     \
    {                                    \
        (void)c;                         \
        const type *bs = b;              \
        type as[RUN];                    \
        for (size_t i = 0; i < RUN; i++) \
            as[i] = *(const type *)a;    \
        RUNS_IN(name, type, 0, 1)        \
    }

#endif
