/* floats.h: sets the thread's floating-point mode: round to nearest, subnormals kept.
 *
 * A program may have set another mode for its threads (by fesetround, or by linking a library built
 * with -ffast-math, which flushes subnormals to zero), and the threads of the pool may have been
 * started under another mode than the caller's. Results must not depend on that. */
#ifndef STOA__KERNEL_FLOATS_H
#define STOA__KERNEL_FLOATS_H

#if defined(__x86_64__)
#include <xmmintrin.h>
typedef unsigned stoa__floats;
#define STOA__FLOATS 0x1f80u
#define STOA__FLOATS_RAISED 0x3fu /* flags of exceptions that were raised */
#define STOA__FLOATS_GET(state) ((state) = _mm_getcsr())
#define STOA__FLOATS_SET(state) _mm_setcsr(state)
#elif defined(__aarch64__)
#include <stdint.h>
typedef uint64_t stoa__floats;
#define STOA__FLOATS UINT64_C(0)
#define STOA__FLOATS_RAISED UINT64_C(0)
#define STOA__FLOATS_GET(state) __asm__ volatile("mrs %0, fpcr" : "=r"(state))
#define STOA__FLOATS_SET(state) __asm__ volatile("msr fpcr, %0" : : "r"(state))
#else
typedef unsigned stoa__floats;
#define STOA__FLOATS 0u
#define STOA__FLOATS_RAISED 0u
#define STOA__FLOATS_GET(state) ((state) = 0)
#define STOA__FLOATS_SET(state) ((void)(state))
#endif

/* Sets the mode on this thread. Returns the previous one, which is to be passed to
 * stoa__floats_end. */
static inline stoa__floats stoa__floats_begin(void)
{
    stoa__floats before;
    STOA__FLOATS_GET(before);
    if ((before & ~STOA__FLOATS_RAISED) != STOA__FLOATS)
        STOA__FLOATS_SET(STOA__FLOATS);
    return before;
}

static inline void stoa__floats_end(stoa__floats before)
{
    if ((before & ~STOA__FLOATS_RAISED) != STOA__FLOATS)
        STOA__FLOATS_SET(before);
}

#endif
