/* dispatch.c: chooses the level of the kernels: the highest that the processor has and STOA_SIMD
 * allows. It is chosen once; if two threads choose at the same time, they choose the same. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <stoa/settings.h>

#include "kernel/kernel.h"
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#define never 0
#define checks 1
const stoa__code_facts stoa__facts[STOA__CODES] = {
#define FACTS(NAME, name, out, a, b, shapes, fails) \
    [STOA__##NAME] = {#name, STOA_##out, STOA_##a, STOA_##b, fails},
    STOA__KERNELS(FACTS)
#undef FACTS
};

#if defined(__x86_64__)
/* The part of x86-64-v3 that not every compiler has names for. A virtual machine may offer AVX2
 * without it; LZCNT is then executed as another instruction and gives a wrong result without a
 * fault. */
static bool has_rest_of_v3(void)
{
    unsigned a, b, c, d;
    if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & bit_MOVBE) == 0 || (c & bit_F16C) == 0)
        return false;
    return __get_cpuid(0x80000001, &a, &b, &c, &d) != 0 && (c & bit_LZCNT) != 0;
}

atomic_bool stoa__is_intel;

/* The avx2 level is compiled for x86-64-v3, and avx512 for x86-64-v4. cap: the value of STOA_SIMD,
 * or NULL. */
static const stoa__kernels *highest(const char *cap)
{
    bool baseline = cap != NULL && strcmp(cap, "baseline") == 0;
    bool avx2 = cap != NULL && strcmp(cap, "avx2") == 0;
    __builtin_cpu_init();
    atomic_store_explicit(&stoa__is_intel, __builtin_cpu_is("intel") != 0, memory_order_relaxed);
    if (baseline || !__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") ||
        !__builtin_cpu_supports("bmi") || !__builtin_cpu_supports("bmi2") || !has_rest_of_v3())
        return &stoa__kernels_baseline;
    if (avx2 || !__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512cd") ||
        !__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("avx512bw") ||
        !__builtin_cpu_supports("avx512vl"))
        return &stoa__kernels_avx2;
    return &stoa__kernels_avx512;
}
#else
static const stoa__kernels *highest(const char *cap)
{
    (void)cap;
    return &stoa__kernels_baseline;
}
#endif

const stoa__kernels *stoa__kernels_here(void)
{
    static _Atomic(const stoa__kernels *) chosen;
    const stoa__kernels *kernels = atomic_load_explicit(&chosen, memory_order_acquire);
    if (kernels == NULL) {
        kernels = highest(getenv("STOA_SIMD"));
        atomic_store_explicit(&chosen, kernels, memory_order_release);
    }
    return kernels;
}

const char *stoa_simd(void)
{
    return stoa__kernels_here()->name;
}
