/* kernels.c: lists the kernels of one level in a stoa__kernels. Compiled once per level, like the
 * kernels. */
#include "kernel/level.h"

#define V(name)                                             \
    {                                                       \
        STOA__AT_LEVEL(stoa__##name##_vv), NULL, NULL, NULL \
    }
#define VV(name) V(name)
#define LOOKUP(name)                                        \
    {                                                       \
        NULL, STOA__AT_LEVEL(stoa__##name##_vc), NULL, NULL \
    }
#define VC(name)                                                                         \
    {                                                                                    \
        STOA__AT_LEVEL(stoa__##name##_vv), STOA__AT_LEVEL(stoa__##name##_vc), NULL, NULL \
    }
#define CV(name)                                                              \
    {                                                                         \
        STOA__AT_LEVEL(stoa__##name##_vv), STOA__AT_LEVEL(stoa__##name##_vc), \
            STOA__AT_LEVEL(stoa__##name##_cv), NULL                           \
    }
#define CC(name)                                                                 \
    {                                                                            \
        STOA__AT_LEVEL(stoa__##name##_vv), STOA__AT_LEVEL(stoa__##name##_vc),    \
            STOA__AT_LEVEL(stoa__##name##_cv), STOA__AT_LEVEL(stoa__##name##_cc) \
    }

#define KERNEL(NAME, name, out, a, b, shapes, fails) [STOA__##NAME] = shapes(name),
#define REDUCTION(NAME, name, form) \
    [STOA__##NAME##_REDUCTION] = STOA__AT_LEVEL(stoa__reduce_##name),
#define QUOTE_(text) #text
#define QUOTE(text) QUOTE_(text)

const stoa__kernels STOA__AT_LEVEL(stoa__kernels) = {
    .name = QUOTE(STOA__LEVEL),
    .run = {STOA__KERNELS(KERNEL)},
    .reduce = {STOA__REDUCTIONS(REDUCTION)},
    .split = STOA__AT_LEVEL(stoa__split),
    .split_squares = STOA__AT_LEVEL(stoa__split_squares),
    .compress = {STOA__AT_LEVEL(stoa__compress_1), STOA__AT_LEVEL(stoa__compress_2),
                 STOA__AT_LEVEL(stoa__compress_4), STOA__AT_LEVEL(stoa__compress_8)},
    .compress_bits = STOA__AT_LEVEL(stoa__compress_bits),
    .positions = STOA__AT_LEVEL(stoa__positions_of),
    .offsets = STOA__AT_LEVEL(stoa__offsets),
    .gather = {STOA__AT_LEVEL(stoa__gather_1), STOA__AT_LEVEL(stoa__gather_2),
               STOA__AT_LEVEL(stoa__gather_4), STOA__AT_LEVEL(stoa__gather_8)},
    .count_bits = STOA__AT_LEVEL(stoa__count_bits),
    .find_rows = STOA__AT_LEVEL(stoa__find_rows),
    .collect = {STOA__AT_LEVEL(stoa__collect_1), STOA__AT_LEVEL(stoa__collect_2),
                STOA__AT_LEVEL(stoa__collect_4), STOA__AT_LEVEL(stoa__collect_8)},
    .collect_bits = STOA__AT_LEVEL(stoa__collect_bits),
    .row_bits = STOA__AT_LEVEL(stoa__row_bits),
    .add_product = STOA__AT_LEVEL(stoa__add_product),
    .take_product = STOA__AT_LEVEL(stoa__take_product),
};
