/* level.h: included first by every file of kernels. Such a file is compiled once per processor
 * level, with STOA__LEVEL the level's name (baseline, avx2, avx512), and STOA__AVX2 and
 * STOA__AVX512 0 or 1. */
#ifndef STOA__KERNEL_LEVEL_H
#define STOA__KERNEL_LEVEL_H

#include "kernel/kernel.h"

#ifndef STOA__LEVEL
#define STOA__LEVEL baseline
#endif
#if defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512BW__) && defined(__AVX512VL__)
#define STOA__AVX512 1
#else
#define STOA__AVX512 0
#endif
#ifdef __AVX2__
#define STOA__AVX2 1
#else
#define STOA__AVX2 0
#endif

#define STOA__PASTE_(a, b) a##_##b
#define STOA__PASTE(a, b) STOA__PASTE_(a, b)
/* The name of a function at this level: STOA__AT_LEVEL(stoa__add_int32_vv). */
#define STOA__AT_LEVEL(name) STOA__PASTE(name, STOA__LEVEL)

/* Declares the shapes of a kernel: stoa__add_int32_vv_avx2 and so on. */
#define STOA__DECLARE_V(name) stoa__kernel STOA__AT_LEVEL(stoa__##name##_vv);
#define STOA__DECLARE_VV(name) STOA__DECLARE_V(name)
#define STOA__DECLARE_VC(name) STOA__DECLARE_V(name) stoa__kernel STOA__AT_LEVEL(stoa__##name##_vc);
#define STOA__DECLARE_CV(name) \
    STOA__DECLARE_VC(name) stoa__kernel STOA__AT_LEVEL(stoa__##name##_cv);
#define STOA__DECLARE_LOOKUP(name) stoa__kernel STOA__AT_LEVEL(stoa__##name##_vc);
#define STOA__DECLARE_CC(name) \
    STOA__DECLARE_CV(name) stoa__kernel STOA__AT_LEVEL(stoa__##name##_cc);
#define STOA__DECLARE(NAME, name, out, a, b, shapes, fails) STOA__DECLARE_##shapes(name)
STOA__KERNELS(STOA__DECLARE)
#define STOA__DECLARE_REDUCTION(NAME, name, form) stoa__reduce STOA__AT_LEVEL(stoa__reduce_##name);
STOA__REDUCTIONS(STOA__DECLARE_REDUCTION)

stoa__split STOA__AT_LEVEL(stoa__split);
stoa__split STOA__AT_LEVEL(stoa__split_squares);
stoa__compress STOA__AT_LEVEL(stoa__compress_1);
stoa__compress STOA__AT_LEVEL(stoa__compress_2);
stoa__compress STOA__AT_LEVEL(stoa__compress_4);
stoa__compress STOA__AT_LEVEL(stoa__compress_8);
stoa__offsets STOA__AT_LEVEL(stoa__offsets);
stoa__gather STOA__AT_LEVEL(stoa__gather_1);
stoa__gather STOA__AT_LEVEL(stoa__gather_2);
stoa__gather STOA__AT_LEVEL(stoa__gather_4);
stoa__gather STOA__AT_LEVEL(stoa__gather_8);
stoa__positions STOA__AT_LEVEL(stoa__positions_of);
stoa__compress_bit STOA__AT_LEVEL(stoa__compress_bits);
size_t STOA__AT_LEVEL(stoa__count_bits)(const uint64_t *mask, size_t count);
stoa__find_rows STOA__AT_LEVEL(stoa__find_rows);
stoa__collect STOA__AT_LEVEL(stoa__collect_1);
stoa__collect STOA__AT_LEVEL(stoa__collect_2);
stoa__collect STOA__AT_LEVEL(stoa__collect_4);
stoa__collect STOA__AT_LEVEL(stoa__collect_8);
stoa__collect_bits STOA__AT_LEVEL(stoa__collect_bits);
stoa__row_bits STOA__AT_LEVEL(stoa__row_bits);
stoa__add_product STOA__AT_LEVEL(stoa__add_product);
stoa__take_product STOA__AT_LEVEL(stoa__take_product);

#endif
