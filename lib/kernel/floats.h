/* floats.h: how floats are computed: rounded to nearest, subnormals as they are.
 *
 * A program may have told its threads otherwise (fesetround; -ffast-math, which in any library that
 * is linked so takes subnormals for zero), and the threads of the pool were made at other times
 * than the caller. Results must not tell. */
#ifndef STOA__KERNEL_FLOATS_H
#define STOA__KERNEL_FLOATS_H

#if defined(__x86_64__)
#include <xmmintrin.h>
typedef unsigned stoa__floats;
#define STOA__FLOATS 0x1f80u
#define STOA__FLOATS_RAISED 0x3fu /* exceptions that there were */
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

/* From here on as they should be, on this thread. What was before is to be handed to the other. */
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
