/* kernels.h: shared by the tests of the kernels: the levels that run here, memory with a guard page
 * behind it, and a driver that compares a kernel with a slow reference, value by value.
 *
 *     static outcome add_wide(kernel_value *out, kernel_value a, kernel_value b, bool c)
 *     {
 *         out->int64 = (int64_t)a.int32 + b.int32;
 *         return KERNEL_GIVES;
 *     }
 *     TEST(integers_add) { kernel_agrees(STOA__ADD_WIDE, add_wide); }
 *
 * kernel_agrees runs every level and shape of the kernel on all pairs of edge values and on random
 * values: with lengths from 0 to 130, around a block and far longer; at any alignment; with `out`
 * in place of each input of the same width; with no failing value, exactly one, and many. The
 * kernel must give the reference's values where it does not fail, report correctly whether a value
 * failed, give the same bits at each level, write nothing else, and read nothing behind its
 * operands. */
#ifndef STOA_TESTS_KERNELS_H
#define STOA_TESTS_KERNELS_H

#include "kernel/kernel.h"
#include "testing.h"

typedef enum outcome {
    KERNEL_GIVES,   /* `out` has the expected value */
    KERNEL_FAILS,   /* these operands must fail */
    KERNEL_OUTSIDE, /* the kernel must not be called with these operands */
} outcome;

/* A value of any form or cell type. */
typedef union kernel_value {
    bool boolean; /* BOOL */
    int8_t int8;
    int16_t int16;
    int32_t int32;
    int64_t int64;
    uint8_t uint8;
    uint16_t uint16;
    uint32_t uint32;
    uint64_t uint64;
    float float32;
    double float64;
} kernel_value;

typedef outcome kernel_reference(kernel_value *out, kernel_value a, kernel_value b, bool c);

/* c of the reference: random bits for CHOOSE; other kernels get NULL. */
void kernel_agrees(stoa__code code, kernel_reference *reference);

/* The levels that this processor has (whatever STOA_SIMD says), baseline first. */
size_t kernel_levels(const stoa__kernels *const **levels);

/* The bytes of `count` values; BOOL: of whole words. */
size_t kernel_bytes(stoa_type form, size_t count);

/* The edge values of a form (BOOL: false, true). kernel_roll: at random, an edge value, a neighbour
 * of one, a number of random size, or any bits. */
size_t kernel_edges(stoa_type form, const void **values);
kernel_value kernel_edge(stoa_type form, size_t i);
kernel_value kernel_roll(stoa_type form, dice *d);

/* Value i of a register or column (BOOL: bit i). */
kernel_value kernel_get(stoa_type form, const void *values, size_t i);
void kernel_set(stoa_type form, void *values, size_t i, kernel_value value);
/* Whether two values have the same bits; all NaN are equal. */
bool kernel_same(stoa_type form, kernel_value a, kernel_value b);
/* The value as text for messages: "-7", "1.5 (0x1.8p+0)". Static storage for four texts at a
 * time. */
const char *kernel_shown(stoa_type form, kernel_value value);

/* Lengths to try: 0 … 130, 500 … 530, 1000, 4099. kernel_length(i) for i = 0, 1, …; SIZE_MAX at the
 * end. */
size_t kernel_length(size_t i);

/* Memory for the operands of a kernel: KERNEL_PLACES places of KERNEL_ROOM bytes, filled with 0xA5,
 * each followed by a page that cannot be read or written. Returns the address from which `bytes`
 * and then `shift` bytes reach to that page. With shifts of 0 … 63 and any count, all alignments to
 * 64 bytes occur. */
enum { KERNEL_PLACES = 5, KERNEL_ROOM = 65536 }; /* minus 512, for bytes and shift */
void *kernel_place(size_t place, size_t bytes, size_t shift);
/* Whether nothing was written around these bytes since kernel_place. */
bool kernel_kept(size_t place, size_t bytes, size_t shift);

#endif
