/* kernel.h: the kernels: loops over a block of values, chosen when a program is bound.
 *
 * A block is up to STOA__BLOCK values of one register. A register holds values in one of five
 * forms, named by types:
 *   BOOL      bits: value i is bit i % 64 of word i / 64; bits at and beyond `count`, up to a whole
 *             word, are 0, on the way in and on the way out
 *   INT32, INT64, UINT64, FLOAT64     plain arrays; columns of these types are read in place
 * Cells of the other types are loaded into a register and stored from one by kernels of their own.
 *
 * Every kernel is compiled once for each processor level, from the same source, and gives the same
 * bits at each (a NaN's sign and payload aside). Nothing is contracted to fma unless it is written.
 * A kernel never traps, reads or writes nothing beyond `count` values (bits: the whole word), and
 * takes pointers that are aligned to the value, no more. `out` may be the same address as an input
 * of the same width; it overlaps no input in another way.
 *
 * A kernel returns true where some value failed: it then has written something into that place (0
 * where nothing better is said), and stoa__failures tells which. Whether a failure counts is the
 * program's to know. */
#ifndef STOA__KERNEL_KERNEL_H
#define STOA__KERNEL_KERNEL_H

#include <stdatomic.h>

#include <stoa/type.h>

/* Under these names -Wpedantic lets them be. */
__extension__ typedef __int128 stoa__int128;
__extension__ typedef unsigned __int128 stoa__uint128;

/* Values in a block: eight registers of them fit L1. A multiple of 64. */
#define STOA__BLOCK ((size_t)512)
#define STOA__BLOCK_WORDS (STOA__BLOCK / 64)

typedef bool stoa__kernel(void *out, const void *a, const void *b, const void *c, size_t count);

/* Which operands are one value for the whole block (a pointer to a single value) instead of a
 * register. C is never constant. */
typedef enum stoa__shape {
    STOA__VV = 0, /* unary kernels have this one only */
    STOA__VC = 1, /* b is constant */
    STOA__CV = 2, /* a is constant */
    STOA__CC = 3, /* both: CHOOSE only */
    STOA__SHAPES = 4,
} stoa__shape;

/* KERNEL(NAME, name, out, a, b, shapes, fails)
 *   out, a, b   forms or cell types; NO_TYPE: none
 *   shapes      V: a alone   VV: VV alone   VC: VV and VC   CV: VV, VC and CV   CC: all four
 *   fails       never    it cannot
 *               checks   values may fail as the comment says
 * The lists stand by families, one file each. */

/* arithmetic.c. Kernels that are `never` are exact by contract: who chooses them knows that the
 * ranges allow it. WIDE takes int32 and gives int64. UP: both operands are known not to be
 * negative. Integers: floor division and remainder as Python's; fails: overflow of the out form,
 * zero divisors, and a negative exponent. */
#define STOA__ARITHMETIC_KERNELS(KERNEL)                                                       \
    KERNEL(ADD_INT32, add_int32, INT32, INT32, INT32, VC, never)                               \
    KERNEL(ADD_WIDE, add_wide, INT64, INT32, INT32, VC, never)                                 \
    KERNEL(ADD_INT64, add_int64, INT64, INT64, INT64, VC, never)                               \
    KERNEL(ADD_CHECKED, add_checked, INT64, INT64, INT64, VC, checks)                          \
    KERNEL(ADD_UP, add_up, INT64, INT64, INT64, VC, checks)                                    \
    KERNEL(ADD_FLOAT64, add_float64, FLOAT64, FLOAT64, FLOAT64, VC, never)                     \
    KERNEL(ADD_SQUARES, add_squares, INT64, INT32, INT32, VV, checks)  /* a * a + b * b */     \
    KERNEL(SQUARES_FAIL, squares_fail, BOOL, INT32, INT32, VV, checks) /* ADD_SQUARES would */ \
    KERNEL(SUB_INT32, sub_int32, INT32, INT32, INT32, CV, never)                               \
    KERNEL(SUB_WIDE, sub_wide, INT64, INT32, INT32, CV, never)                                 \
    KERNEL(SUB_INT64, sub_int64, INT64, INT64, INT64, CV, never)                               \
    KERNEL(SUB_CHECKED, sub_checked, INT64, INT64, INT64, CV, checks)                          \
    KERNEL(SUB_FLOAT64, sub_float64, FLOAT64, FLOAT64, FLOAT64, CV, never)                     \
    KERNEL(MUL_INT32, mul_int32, INT32, INT32, INT32, VC, never)                               \
    KERNEL(MUL_WIDE, mul_wide, INT64, INT32, INT32, VC, never)                                 \
    KERNEL(MUL_INT64, mul_int64, INT64, INT64, INT64, VC, never)                               \
    KERNEL(MUL_CHECKED, mul_checked, INT64, INT64, INT64, VC, checks)                          \
    KERNEL(MUL_FLOAT64, mul_float64, FLOAT64, FLOAT64, FLOAT64, VC, never)                     \
    KERNEL(DIV_FLOAT64, div_float64, FLOAT64, FLOAT64, FLOAT64, CV, never)                     \
    KERNEL(FLOOR_DIV_INT32, floor_div_int32, INT32, INT32, INT32, CV, checks)                  \
    KERNEL(FLOOR_DIV_INT64, floor_div_int64, INT64, INT64, INT64, CV, checks)                  \
    KERNEL(FLOOR_DIV_FLOAT64, floor_div_float64, FLOAT64, FLOAT64, FLOAT64, CV, never)         \
    KERNEL(REM_INT32, rem_int32, INT32, INT32, INT32, CV, checks)                              \
    KERNEL(REM_INT64, rem_int64, INT64, INT64, INT64, CV, checks)                              \
    KERNEL(REM_FLOAT64, rem_float64, FLOAT64, FLOAT64, FLOAT64, CV, never)                     \
    KERNEL(POW_INT64, pow_int64, INT64, INT64, INT64, CV, checks)                              \
    KERNEL(NEG_INT32, neg_int32, INT32, INT32, NO_TYPE, V, never)                              \
    KERNEL(NEG_INT64, neg_int64, INT64, INT64, NO_TYPE, V, checks)                             \
    KERNEL(NEG_FLOAT64, neg_float64, FLOAT64, FLOAT64, NO_TYPE, V, never)                      \
    KERNEL(ABS_INT32, abs_int32, INT32, INT32, NO_TYPE, V, never)                              \
    KERNEL(ABS_INT64, abs_int64, INT64, INT64, NO_TYPE, V, checks)                             \
    KERNEL(ABS_FLOAT64, abs_float64, FLOAT64, FLOAT64, NO_TYPE, V, never)

/* bitwise.c. min and max of floats pass over NaN and put -0.0 below 0.0. Shifts: the count is
 * int64; a negative one fails; one beyond the width gives 0 or -1, and, to the left, fails unless
 * the value is 0, as does any bit or sign that is lost. SHIFT_LEFT_UINT64 loses no bit either. */
#define STOA__BITWISE_KERNELS(KERNEL)                                                 \
    KERNEL(MIN_INT32, min_int32, INT32, INT32, INT32, VC, never)                      \
    KERNEL(MIN_INT64, min_int64, INT64, INT64, INT64, VC, never)                      \
    KERNEL(MIN_UINT64, min_uint64, UINT64, UINT64, UINT64, VC, never)                 \
    KERNEL(MIN_FLOAT64, min_float64, FLOAT64, FLOAT64, FLOAT64, VC, never)            \
    KERNEL(MAX_INT32, max_int32, INT32, INT32, INT32, VC, never)                      \
    KERNEL(MAX_INT64, max_int64, INT64, INT64, INT64, VC, never)                      \
    KERNEL(MAX_UINT64, max_uint64, UINT64, UINT64, UINT64, VC, never)                 \
    KERNEL(MAX_FLOAT64, max_float64, FLOAT64, FLOAT64, FLOAT64, VC, never)            \
    KERNEL(AND_INT32, and_int32, INT32, INT32, INT32, VC, never)                      \
    KERNEL(AND_INT64, and_int64, INT64, INT64, INT64, VC, never)                      \
    KERNEL(OR_INT32, or_int32, INT32, INT32, INT32, VC, never)                        \
    KERNEL(OR_INT64, or_int64, INT64, INT64, INT64, VC, never)                        \
    KERNEL(XOR_INT32, xor_int32, INT32, INT32, INT32, VC, never)                      \
    KERNEL(XOR_INT64, xor_int64, INT64, INT64, INT64, VC, never)                      \
    KERNEL(SHIFT_LEFT_INT64, shift_left_int64, INT64, INT64, INT64, CV, checks)       \
    KERNEL(SHIFT_LEFT_UINT64, shift_left_uint64, UINT64, UINT64, INT64, CV, checks)   \
    KERNEL(SHIFT_RIGHT_INT64, shift_right_int64, INT64, INT64, INT64, CV, checks)     \
    KERNEL(SHIFT_RIGHT_UINT64, shift_right_uint64, UINT64, UINT64, INT64, CV, checks) \
    KERNEL(INVERT_INT32, invert_int32, INT32, INT32, NO_TYPE, V, never)               \
    KERNEL(INVERT_INT64, invert_int64, INT64, INT64, NO_TYPE, V, never)               \
    KERNEL(AND_BITS, and_bits, BOOL, BOOL, BOOL, VV, never)                           \
    KERNEL(OR_BITS, or_bits, BOOL, BOOL, BOOL, VV, never)                             \
    KERNEL(XOR_BITS, xor_bits, BOOL, BOOL, BOOL, VV, never)                           \
    KERNEL(AND_NOT_BITS, and_not_bits, BOOL, BOOL, BOOL, VV, never) /* a and not b */ \
    KERNEL(NOT_BITS, not_bits, BOOL, BOOL, NO_TYPE, V, never)

/* choose.c: c is bits; where set, a, else b. INT32 serves 4-byte forms, INT64 8-byte ones. */
#define STOA__CHOOSE_KERNELS(KERNEL)                                   \
    KERNEL(CHOOSE_INT32, choose_int32, INT32, INT32, INT32, CC, never) \
    KERNEL(CHOOSE_INT64, choose_int64, INT64, INT64, INT64, CC, never) \
    KERNEL(CHOOSE_BITS, choose_bits, BOOL, BOOL, BOOL, VV, never)

/* compare.c: bits come out. The last three pairs compare exactly what neither form holds. */
#define STOA__COMPARE_KERNELS_OF(KERNEL, PAIR, pair, A, B, shapes) \
    KERNEL(EQ_##PAIR, eq_##pair, BOOL, A, B, shapes, never)        \
    KERNEL(NE_##PAIR, ne_##pair, BOOL, A, B, shapes, never)        \
    KERNEL(LT_##PAIR, lt_##pair, BOOL, A, B, shapes, never)        \
    KERNEL(LE_##PAIR, le_##pair, BOOL, A, B, shapes, never)        \
    KERNEL(GT_##PAIR, gt_##pair, BOOL, A, B, shapes, never)        \
    KERNEL(GE_##PAIR, ge_##pair, BOOL, A, B, shapes, never)
#define STOA__COMPARE_KERNELS(KERNEL)                                                     \
    STOA__COMPARE_KERNELS_OF(KERNEL, INT32, int32, INT32, INT32, VC)                      \
    STOA__COMPARE_KERNELS_OF(KERNEL, INT64, int64, INT64, INT64, VC)                      \
    STOA__COMPARE_KERNELS_OF(KERNEL, UINT64, uint64, UINT64, UINT64, VC)                  \
    STOA__COMPARE_KERNELS_OF(KERNEL, FLOAT64, float64, FLOAT64, FLOAT64, VC)              \
    STOA__COMPARE_KERNELS_OF(KERNEL, INT64_FLOAT64, int64_float64, INT64, FLOAT64, CV)    \
    STOA__COMPARE_KERNELS_OF(KERNEL, UINT64_FLOAT64, uint64_float64, UINT64, FLOAT64, CV) \
    STOA__COMPARE_KERNELS_OF(KERNEL, UINT64_INT64, uint64_int64, UINT64, INT64, CV)       \
    KERNEL(ISNAN, isnan, BOOL, FLOAT64, NO_TYPE, V, never)                                \
    KERNEL(ISFINITE, isfinite, BOOL, FLOAT64, NO_TYPE, V, never)

/* convert.c. LOAD: cells to a register. STORE: a register to cells; fails: what does not fit, and
 * for float32 a finite value that overflows it. From one form to another, fails: what does not
 * fit; of floats also NaN (they are truncated). INT32_INT64 narrows what is known to fit.
 * ROUND_FLOAT32: to the nearest float32, as a float64. ODD: an integer that a float64 holds, and
 * that rounds to the same float32. FILL: a constant a. NUMBERS: a constant first number a, and
 * those after it. */
#define STOA__CONVERT_KERNELS(KERNEL)                                                            \
    KERNEL(LOAD_BOOL, load_bool, BOOL, UINT8, NO_TYPE, V, never) /* bytes 0 and 1 */             \
    KERNEL(LOAD_INT8, load_int8, INT32, INT8, NO_TYPE, V, never)                                 \
    KERNEL(LOAD_INT16, load_int16, INT32, INT16, NO_TYPE, V, never)                              \
    KERNEL(LOAD_UINT8, load_uint8, INT32, UINT8, NO_TYPE, V, never)                              \
    KERNEL(LOAD_UINT16, load_uint16, INT32, UINT16, NO_TYPE, V, never)                           \
    KERNEL(LOAD_UINT32, load_uint32, INT64, UINT32, NO_TYPE, V, never)                           \
    KERNEL(LOAD_FLOAT32, load_float32, FLOAT64, FLOAT32, NO_TYPE, V, never)                      \
    KERNEL(STORE_BOOL, store_bool, UINT8, BOOL, NO_TYPE, V, never)                               \
    KERNEL(STORE_INT8, store_int8, INT8, INT32, NO_TYPE, V, checks)                              \
    KERNEL(STORE_INT16, store_int16, INT16, INT32, NO_TYPE, V, checks)                           \
    KERNEL(STORE_UINT8, store_uint8, UINT8, INT32, NO_TYPE, V, checks)                           \
    KERNEL(STORE_UINT16, store_uint16, UINT16, INT32, NO_TYPE, V, checks)                        \
    KERNEL(STORE_UINT32, store_uint32, UINT32, INT64, NO_TYPE, V, checks)                        \
    KERNEL(STORE_FLOAT32, store_float32, FLOAT32, FLOAT64, NO_TYPE, V, checks)                   \
    KERNEL(STORE_4, store_4, INT32, INT32, NO_TYPE, V, never) /* a copy */                       \
    KERNEL(STORE_8, store_8, INT64, INT64, NO_TYPE, V, never)                                    \
    KERNEL(INT64_INT32, int64_int32, INT64, INT32, NO_TYPE, V, never)                            \
    KERNEL(INT32_INT64, int32_int64, INT32, INT64, NO_TYPE, V, never)                            \
    KERNEL(INT32_CHECKED, int32_checked, INT32, INT64, NO_TYPE, V, checks)                       \
    KERNEL(INT32_BITS, int32_bits, INT32, BOOL, NO_TYPE, V, never)                               \
    KERNEL(INT64_UINT64, int64_uint64, INT64, UINT64, NO_TYPE, V, checks)                        \
    KERNEL(UINT64_INT64, uint64_int64, UINT64, INT64, NO_TYPE, V, checks)                        \
    KERNEL(FLOAT64_INT32, float64_int32, FLOAT64, INT32, NO_TYPE, V, never)                      \
    KERNEL(FLOAT64_INT64, float64_int64, FLOAT64, INT64, NO_TYPE, V, never)                      \
    KERNEL(SQRT_INT64, sqrt_int64, FLOAT64, INT64, NO_TYPE, V, never) /* of the nearest float */ \
    KERNEL(NORM, norm, FLOAT64, INT32, INT32, VV, checks) /* SQRT_INT64 of ADD_SQUARES */        \
    KERNEL(FLOAT64_UINT64, float64_uint64, FLOAT64, UINT64, NO_TYPE, V, never)                   \
    KERNEL(INT64_FLOAT64, int64_float64, INT64, FLOAT64, NO_TYPE, V, checks)                     \
    KERNEL(UINT64_FLOAT64, uint64_float64, UINT64, FLOAT64, NO_TYPE, V, checks)                  \
    KERNEL(ROUND_FLOAT32, round_float32, FLOAT64, FLOAT64, NO_TYPE, V, checks)                   \
    KERNEL(ODD_INT64, odd_int64, INT64, INT64, NO_TYPE, V, never)                                \
    KERNEL(ODD_UINT64, odd_uint64, UINT64, UINT64, NO_TYPE, V, never)                            \
    KERNEL(WITHIN_INT32, within_int32, INT32, INT32, INT32, VC, checks) /* b: lowest, highest */ \
    KERNEL(WITHIN_INT64, within_int64, INT64, INT64, INT64, VC, checks) /* b: lowest, highest */ \
    KERNEL(FILL_INT32, fill_int32, INT32, INT32, NO_TYPE, V, never)                              \
    KERNEL(FILL_INT64, fill_int64, INT64, INT64, NO_TYPE, V, never)                              \
    KERNEL(NUMBERS, numbers, INT64, INT64, NO_TYPE, V, never)

/* elementary.c: by fma, within the error that it states; never fail. ROOT is x ** 0.5 (which is
 * not sqrt of -0.0 and -inf). ROUND is to the nearest, halves to even. */
#define STOA__ELEMENTARY_KERNELS(KERNEL)                       \
    KERNEL(SQRT, sqrt, FLOAT64, FLOAT64, NO_TYPE, V, never)    \
    KERNEL(ROOT, root, FLOAT64, FLOAT64, NO_TYPE, V, never)    \
    KERNEL(FLOOR, floor, FLOAT64, FLOAT64, NO_TYPE, V, never)  \
    KERNEL(CEIL, ceil, FLOAT64, FLOAT64, NO_TYPE, V, never)    \
    KERNEL(ROUND, round, FLOAT64, FLOAT64, NO_TYPE, V, never)  \
    KERNEL(EXP, exp, FLOAT64, FLOAT64, NO_TYPE, V, never)      \
    KERNEL(LOG, log, FLOAT64, FLOAT64, NO_TYPE, V, never)      \
    KERNEL(LOG2, log2, FLOAT64, FLOAT64, NO_TYPE, V, never)    \
    KERNEL(LOG10, log10, FLOAT64, FLOAT64, NO_TYPE, V, never)  \
    KERNEL(SIN, sin, FLOAT64, FLOAT64, NO_TYPE, V, never)      \
    KERNEL(COS, cos, FLOAT64, FLOAT64, NO_TYPE, V, never)      \
    KERNEL(TAN, tan, FLOAT64, FLOAT64, NO_TYPE, V, never)      \
    KERNEL(ASIN, asin, FLOAT64, FLOAT64, NO_TYPE, V, never)    \
    KERNEL(ACOS, acos, FLOAT64, FLOAT64, NO_TYPE, V, never)    \
    KERNEL(ATAN, atan, FLOAT64, FLOAT64, NO_TYPE, V, never)    \
    KERNEL(ATAN2, atan2, FLOAT64, FLOAT64, FLOAT64, CV, never) \
    KERNEL(HYPOT, hypot, FLOAT64, FLOAT64, FLOAT64, CV, never) \
    KERNEL(POW_FLOAT64, pow_float64, FLOAT64, FLOAT64, FLOAT64, CV, never)

#define STOA__KERNELS(KERNEL)        \
    STOA__ARITHMETIC_KERNELS(KERNEL) \
    STOA__BITWISE_KERNELS(KERNEL)    \
    STOA__CHOOSE_KERNELS(KERNEL)     \
    STOA__COMPARE_KERNELS(KERNEL)    \
    STOA__CONVERT_KERNELS(KERNEL)    \
    STOA__ELEMENTARY_KERNELS(KERNEL)

typedef enum stoa__code {
#define STOA__CODE(NAME, name, out, a, b, shapes, fails) STOA__##NAME,
    STOA__KERNELS(STOA__CODE)
#undef STOA__CODE
        STOA__CODES
} stoa__code;

/* ---- reductions (reduce*.c) ---- */

/* REDUCTION(NAME, name, form). Of BOOL: sums are counts of set bits.
 *   SUM      integers in 128 bits; floats in STOA__LANES lanes: the value at position i of the
 *            block is added to lane i % STOA__LANES, one that is not selected adds 0.0
 *   MIN ...  pass over NaN, -0.0 below 0.0; all NaN: NaN. ARG: also the first row of it
 *   EXTREMES MIN into into[0], MAX into into[1]: two reductions in one call, and no partial's own
 *   VAR      of each block, its first selected value taken as the origin: the mean's distance from
 *            it, that of the values (in lanes, then by pairs) over their count; the sum of squared
 *            deviations from the rounded mean in the same way; less count times the square of what
 *            the rounding took off. Then Chan's formula with the blocks before, means as distances
 *            from origins. Equal finite values give 0; finite values whose squares don't fit a
 *            double give infinity; a NaN or an infinity among the values gives NaN
 *   DOT      a * b: integers exact in 128 bits, the largest or smallest number if they don't hold
 *            it; floats the product, added as in SUM
 *   FIRST, LAST of the selected values */
#define STOA__REDUCTIONS_OF(REDUCTION, FORM, form)    \
    REDUCTION(SUM_##FORM, sum_##form, FORM)           \
    REDUCTION(MIN_##FORM, min_##form, FORM)           \
    REDUCTION(MAX_##FORM, max_##form, FORM)           \
    REDUCTION(EXTREMES_##FORM, extremes_##form, FORM) \
    REDUCTION(ARGMIN_##FORM, argmin_##form, FORM)     \
    REDUCTION(ARGMAX_##FORM, argmax_##form, FORM)     \
    REDUCTION(DOT_##FORM, dot_##form, FORM)           \
    REDUCTION(FIRST_##FORM, first_##form, FORM)       \
    REDUCTION(LAST_##FORM, last_##form, FORM)
#define STOA__REDUCTIONS(REDUCTION)                  \
    STOA__REDUCTIONS_OF(REDUCTION, INT32, int32)     \
    STOA__REDUCTIONS_OF(REDUCTION, INT64, int64)     \
    STOA__REDUCTIONS_OF(REDUCTION, UINT64, uint64)   \
    STOA__REDUCTIONS_OF(REDUCTION, FLOAT64, float64) \
    REDUCTION(SUM_BITS, sum_bits, BOOL)              \
    REDUCTION(FIRST_BITS, first_bits, BOOL)          \
    REDUCTION(LAST_BITS, last_bits, BOOL)            \
    REDUCTION(VAR_FLOAT64, var_float64, FLOAT64)     \
    REDUCTION(COUNT, count, NO_TYPE) /* rows that are selected */

typedef enum stoa__reduction {
#define STOA__REDUCTION(NAME, name, form) STOA__##NAME##_REDUCTION,
    STOA__REDUCTIONS(STOA__REDUCTION)
#undef STOA__REDUCTION
        STOA__REDUCTION_COUNT
} stoa__reduction;

#define STOA__LANES 32

/* What a reduction knows of the rows it has seen: all zero before the first. Which members count
 * follows from the reduction; `count` (the selected values seen) is always kept. */
typedef struct stoa__partial {
    uint64_t count;
    uint64_t row;   /* ARGMIN ... LAST: where `value` stands; meaningless while there is none */
    bool has_value; /* MIN ... LAST: some value has been seen (ARG: one that is no NaN) */
    union {
        stoa__int128 sum; /* of integers and bits */
        double total;     /* of floats */
        struct {
            double origin;  /* the first value */
            double mean;    /* how far it is from there; meaningless once squares are not finite */
            double squares; /* sum of squared deviations from the mean */
        };
        int64_t int64; /* min, max, first, last of INT32 and INT64; BOOL: 0 or 1 */
        uint64_t uint64;
        double float64;
    };
} stoa__partial;

/* A partial while a morsel is worked on: `lanes` are all zero at its start, and are put into the
 * partial by `finish`, at its end, by pairs: 32 to 16, lane i with lane i + 16, and so on. */
typedef struct stoa__accumulator {
    stoa__partial partial;
    double lanes[STOA__LANES];
} stoa__accumulator;

/* Takes the next `count` values (count up to what fits size_t: columns that need no kernels come
 * as whole morsels; `row` is the row number of the first, and position i is counted from it on a
 * block's grid, since morsels and blocks begin at multiples of STOA__BLOCK). b is the second factor
 * of DOT. mask: bits, or NULL for all; as long as the values. */
typedef void stoa__reduce(stoa__accumulator *into, const void *a, const void *b,
                          const uint64_t *mask, size_t count, uint64_t row);

/* reduce_partial.c, once for all levels. */
/* Puts the lanes into the partial. */
void stoa__reduce_finish(stoa__reduction reduction, stoa__accumulator *accumulator);
/* Adds what comes after `into`, in the order of rows. */
void stoa__reduce_combine(stoa__reduction reduction, stoa__partial *into,
                          const stoa__partial *next);
/* (double)sum / count rounded once. count > 0. */
double stoa__mean_of(stoa__int128 sum, uint64_t count);

/* ---- selected values (compress.c) ---- */

/* Copies the cells whose bit is set to `out`, packed; width as index: 1, 2, 4, 8 bytes are 0 to 3.
 * Gives how many. At `out` there is room for `room` cells, at least as many as are copied; those
 * behind the copied ones may be overwritten. out is in another array than in, or out <= in. */
typedef size_t stoa__compress(void *out, const void *in, const uint64_t *mask, size_t count,
                              size_t room);
/* The positions of the set bits, plus `first`. */
typedef size_t stoa__positions(uint64_t *out, const uint64_t *mask, size_t count, uint64_t first,
                               size_t room);

/* The positions of the set bits of at most 65,536, and of none behind `count`; `selected` are about
 * how many. At `out` there is room for STOA__OFFSETS_MORE besides them. */
#define STOA__OFFSETS_MORE 64
typedef size_t stoa__offsets(uint16_t *out, const uint64_t *mask, size_t count, size_t selected);
/* The cells at those offsets; width as index. out is in another array. */
typedef void stoa__gather(void *out, const void *in, const uint16_t *offsets, size_t count);

/* ---- one level's kernels ---- */

typedef struct stoa__kernels {
    const char *name;                             /* "avx2" */
    stoa__kernel *run[STOA__CODES][STOA__SHAPES]; /* NULL: there is none of this shape */
    stoa__reduce *reduce[STOA__REDUCTION_COUNT];
    stoa__compress *compress[4];
    stoa__positions *positions;
    stoa__offsets *offsets;
    stoa__gather *gather[4];
    size_t (*count_bits)(const uint64_t *mask, size_t count);
} stoa__kernels;

extern const stoa__kernels stoa__kernels_baseline;
#if defined(__x86_64__)
extern const stoa__kernels stoa__kernels_avx2;
extern const stoa__kernels stoa__kernels_avx512;
/* The processor's maker, for how they ask for memory ahead (vector.h). Set before they are chosen.
 */
extern atomic_bool stoa__is_intel;
#endif

/* Those that this processor and STOA_SIMD allow; chosen at the first call. (dispatch.c) */
const stoa__kernels *stoa__kernels_here(void);

/* dispatch.c: the facts of the list, for the binder: forms by code. */
typedef struct stoa__code_facts {
    const char *name;
    uint8_t out, a, b; /* stoa_type */
    uint8_t fails;
} stoa__code_facts;
extern const stoa__code_facts stoa__facts[STOA__CODES];

/* ---- failures (failure.c), once for all levels; slow and plain ---- */

/* Sets the bits of `failed` where the kernel fails. */
void stoa__failures(stoa__code code, stoa__shape shape, uint64_t *failed, const void *a,
                    const void *b, size_t count);
/* Why it fails for the one value pair at a and b: STOA_OVERFLOW, STOA_DIVISION_BY_ZERO or
 * STOA_INVALID, and the reason with the values ("7 // 0 divides by zero"). to: the type that a
 * conversion is on its way to, or NO_TYPE: its own. */
stoa_status stoa__failure_text(stoa__code code, const void *a, const void *b, stoa_type to,
                               char *text, size_t size);

#endif
