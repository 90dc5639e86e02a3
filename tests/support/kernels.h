/* kernels.h: what the tests of the kernels share: the levels that run here, memory with a guard
 * page behind it, and a driver that holds a kernel against a slow reference, one value at a time.
 *
 *     static outcome add_wide(kernel_value *out, kernel_value a, kernel_value b, bool c)
 *     {
 *         out->int64 = (int64_t)a.int32 + b.int32;
 *         return KERNEL_GIVES;
 *     }
 *     TEST(integers_add) { kernel_agrees(STOA__ADD_WIDE, add_wide); }
 *
 * kernel_agrees runs every level and every shape of the kernel over the edges of its forms squared
 * and over random values: lengths 0 to 130, around the block and far beyond, any alignment, out in
 * place of each input of its width; with no failing value, exactly one, and many. The kernel must
 * give the reference's values where it does not fail, tell truly whether one failed, give the same
 * bits at each level, write nothing else and read nothing behind its operands. */
#ifndef STOA_TESTS_KERNELS_H
#define STOA_TESTS_KERNELS_H

#include "kernel/kernel.h"
#include "testing.h"

typedef enum outcome {
    KERNEL_GIVES,   /* the value that the reference has put into `out` */
    KERNEL_FAILS,   /* for these operands */
    KERNEL_OUTSIDE, /* these operands are not to be given to it: they will not be */
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

/* c: random bits for CHOOSE; other kernels are given NULL. */
void kernel_agrees(stoa__code code, kernel_reference *reference);

/* The levels that this processor runs (STOA_SIMD is not asked), baseline first. */
size_t kernel_levels(const stoa__kernels *const **levels);

/* Bytes of so many values; BOOL: whole words. */
size_t kernel_bytes(stoa_type form, size_t count);

/* The edges of a form (BOOL: false, true) and, at random, one of them, one beside one of them, a
 * number of random size, or any bits. */
size_t kernel_edges(stoa_type form, const void **values);
kernel_value kernel_edge(stoa_type form, size_t i);
kernel_value kernel_roll(stoa_type form, dice *d);

/* Value i of a register or column (BOOL: bit i). */
kernel_value kernel_get(stoa_type form, const void *values, size_t i);
void kernel_set(stoa_type form, void *values, size_t i, kernel_value value);
/* The same value, bit by bit; a NaN is any NaN. */
bool kernel_same(stoa_type form, kernel_value a, kernel_value b);
/* "-7", "1.5 (0x1.8p+0)": for messages. Static storage, four at a time. */
const char *kernel_shown(stoa_type form, kernel_value value);

/* Lengths worth trying: 0 … 130, 500 … 530, 1000, 4099. kernel_length(0) … until SIZE_MAX. */
size_t kernel_length(size_t i);

/* Places for the operands of a kernel: KERNEL_ROOM bytes each, filled with 0xA5 and with a page
 * behind that cannot be touched. Gives the address that has `bytes` and then `shift` bytes up to
 * there. No value of 64 bytes' alignment: a shift of 0 … 63 and any count give any alignment. */
enum { KERNEL_PLACES = 5, KERNEL_ROOM = 65536 }; /* 512 less for bytes and shift */
void *kernel_place(size_t place, size_t bytes, size_t shift);
/* Nothing near these bytes has been written since kernel_place. */
bool kernel_kept(size_t place, size_t bytes, size_t shift);

#endif
