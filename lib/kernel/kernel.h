/* kernel.h: the interface of the kernels: loops over a block of values, chosen when a program is
 * bound.
 *
 * A block is up to STOA__BLOCK values of one register. A register holds values in one of five
 * forms, named by types:
 *   BOOL      bits: value i is bit i % 64 of word i / 64; the bits from `count` to the end of the
 *             last word are 0, in inputs and in results
 *   INT32, INT64, UINT64, FLOAT64     plain arrays; columns of these types are read in place
 * Cells of other types are loaded into a register, and stored from one, by kernels of their own.
 *
 * Every kernel is compiled once per processor level from the same source, and gives the same bits
 * at each level (except for the sign and payload of a NaN). Nothing is contracted to fma unless the
 * source says fma. A kernel never traps. It reads and writes nothing beyond `count` values (bits:
 * whole words). Pointers need only be aligned to the values. `out` may be the same address as an
 * input of the same width; it must not overlap an input in another way.
 *
 * A kernel returns true if it failed for some value. It has written something there (0 if nothing
 * else is stated), and stoa__failures tells which values failed. Whether a failure counts is
 * decided by the program (active masks). */
#ifndef STOA__KERNEL_KERNEL_H
#define STOA__KERNEL_KERNEL_H

#include <stdatomic.h>

#include <stoa/ids.h>

/* Names for 128-bit integers that -Wpedantic accepts. */
__extension__ typedef __int128 stoa__int128;
__extension__ typedef unsigned __int128 stoa__uint128;

/* Values in a block: eight registers of this size fit the L1 cache. A multiple of 64. */
#define STOA__BLOCK ((size_t)512)
#define STOA__BLOCK_WORDS (STOA__BLOCK / 64)

typedef bool stoa__kernel(void *out, const void *a, const void *b, const void *c, size_t count);

/* Which operands are constant: a pointer to one value for the whole block, instead of a register. c
 * is never constant. */
typedef enum stoa__shape {
    STOA__VV = 0, /* the only shape of unary kernels */
    STOA__VC = 1, /* b is constant */
    STOA__CV = 2, /* a is constant */
    STOA__CC = 3, /* both are constant: WHERE only */
    STOA__SHAPES = 4,
} stoa__shape;

/* KERNEL(NAME, name, out, a, b, shapes, fails)
 *   out, a, b   forms or cell types; NO_TYPE: no such operand
 *   shapes      V: unary   VV: VV alone   VC: VV and VC   CV: VV, VC and CV   CC: all four
 *               LOOKUP: VC alone
 *   fails       never: it cannot; checks: it may, as the list's comment says
 * There is a list per family, and a file per list. */

/* arithmetic.c. A `never` kernel is exact only if the operands' ranges allow no overflow; the
 * binder sees to that. WIDE takes int32 and gives int64. NONNEGATIVE: both operands are known not
 * to be negative. ADD_SQUARES is a * a + b * b, ADD_SQUARES_FAILS where that fails. Floor division
 * and remainder of integers are those of Python. Failures: overflow of the out form, a zero
 * divisor, a negative exponent. */
#define STOA__ARITHMETIC_KERNELS(KERNEL)                                               \
    KERNEL(ADD_INT32, add_int32, INT32, INT32, INT32, VC, never)                       \
    KERNEL(ADD_WIDE, add_wide, INT64, INT32, INT32, VC, never)                         \
    KERNEL(ADD_INT64, add_int64, INT64, INT64, INT64, VC, never)                       \
    KERNEL(ADD_CHECKED, add_checked, INT64, INT64, INT64, VC, checks)                  \
    KERNEL(ADD_NONNEGATIVE, add_nonnegative, INT64, INT64, INT64, VC, checks)          \
    KERNEL(ADD_FLOAT64, add_float64, FLOAT64, FLOAT64, FLOAT64, VC, never)             \
    KERNEL(ADD_SQUARES, add_squares, INT64, INT32, INT32, VV, checks)                  \
    KERNEL(ADD_SQUARES_FAILS, add_squares_fails, BOOL, INT32, INT32, VV, checks)       \
    KERNEL(SUB_INT32, sub_int32, INT32, INT32, INT32, CV, never)                       \
    KERNEL(SUB_WIDE, sub_wide, INT64, INT32, INT32, CV, never)                         \
    KERNEL(SUB_INT64, sub_int64, INT64, INT64, INT64, CV, never)                       \
    KERNEL(SUB_CHECKED, sub_checked, INT64, INT64, INT64, CV, checks)                  \
    KERNEL(SUB_FLOAT64, sub_float64, FLOAT64, FLOAT64, FLOAT64, CV, never)             \
    KERNEL(MUL_INT32, mul_int32, INT32, INT32, INT32, VC, never)                       \
    KERNEL(MUL_WIDE, mul_wide, INT64, INT32, INT32, VC, never)                         \
    KERNEL(MUL_INT64, mul_int64, INT64, INT64, INT64, VC, never)                       \
    KERNEL(MUL_CHECKED, mul_checked, INT64, INT64, INT64, VC, checks)                  \
    KERNEL(MUL_FLOAT64, mul_float64, FLOAT64, FLOAT64, FLOAT64, VC, never)             \
    KERNEL(DIV_FLOAT64, div_float64, FLOAT64, FLOAT64, FLOAT64, CV, never)             \
    KERNEL(FLOOR_DIV_INT32, floor_div_int32, INT32, INT32, INT32, CV, checks)          \
    KERNEL(FLOOR_DIV_INT64, floor_div_int64, INT64, INT64, INT64, CV, checks)          \
    KERNEL(FLOOR_DIV_FLOAT64, floor_div_float64, FLOAT64, FLOAT64, FLOAT64, CV, never) \
    KERNEL(REM_INT32, rem_int32, INT32, INT32, INT32, CV, checks)                      \
    KERNEL(REM_INT64, rem_int64, INT64, INT64, INT64, CV, checks)                      \
    KERNEL(REM_FLOAT64, rem_float64, FLOAT64, FLOAT64, FLOAT64, CV, never)             \
    KERNEL(POW_INT64, pow_int64, INT64, INT64, INT64, CV, checks)                      \
    KERNEL(NEG_INT32, neg_int32, INT32, INT32, NO_TYPE, V, never)                      \
    KERNEL(NEG_INT64, neg_int64, INT64, INT64, NO_TYPE, V, checks)                     \
    KERNEL(NEG_FLOAT64, neg_float64, FLOAT64, FLOAT64, NO_TYPE, V, never)              \
    KERNEL(ABS_INT32, abs_int32, INT32, INT32, NO_TYPE, V, never)                      \
    KERNEL(ABS_INT64, abs_int64, INT64, INT64, NO_TYPE, V, checks)                     \
    KERNEL(ABS_FLOAT64, abs_float64, FLOAT64, FLOAT64, NO_TYPE, V, never)

/* bitwise.c. min and max of floats ignore NaN and take -0.0 to be below 0.0. The count of a shift
 * is int64; a negative count fails. A right shift beyond the width gives 0 or -1. A left shift
 * fails if it loses a bit or changes the sign, so also beyond the width, unless the value is 0. */
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

/* where.c: where the bit of c is set, a, else b. INT32 serves 4-byte forms, INT64 8-byte forms. */
#define STOA__WHERE_KERNELS(KERNEL)                                  \
    KERNEL(WHERE_INT32, where_int32, INT32, INT32, INT32, CC, never) \
    KERNEL(WHERE_INT64, where_int64, INT64, INT64, INT64, CC, never) \
    KERNEL(WHERE_BITS, where_bits, BOOL, BOOL, BOOL, VV, never)

/* compare.c: the result is bits. The last three pairs, of different forms, are compared exactly. */
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

/* convert.c
 *   LOAD           cells to a register
 *   STORE          a register to cells; fails if a value does not fit (float32: if a finite value
 *                  overflows)
 *   STORE_MUL_ADD  a + b * c, rounded at each step as float64 is; c: one float64. True if a result
 *                  is infinite or NaN. No step of its own: see fuse.c
 *   A_B            B to A; fails if a value does not fit, as NaN never does in an integer. Floats
 *                  are truncated. INT32_INT64 narrows values that are known to fit, unchecked
 *   ROUND_FLOAT32  to the nearest float32, as a float64
 *   ODD            to an integer that a float64 holds exactly and that rounds to the same float32
 *   FILL           repeats the constant a
 *   NUMBERS        a, a + 1, a + 2, ...; a is constant */
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
    KERNEL(STORE_MUL_ADD, store_mul_add, FLOAT32, FLOAT32, FLOAT32, VV, never)                   \
    KERNEL(STORE_4, store_4, INT32, INT32, NO_TYPE, V, never) /* copies */                       \
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
    KERNEL(NORM, norm, FLOAT64, INT32, INT32, VV, checks) /* SQRT_INT64(ADD_SQUARES) */          \
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

/* elementary.c. The errors are stated in docs/expressions.md; none of these fails. ROOT is x **
 * 0.5, which differs from sqrt for -0.0 and -inf. ROUND: to the nearest integer, halves to even. */
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

/* lookup.c: for each handle a value of the stoa__lookup at b. */
#define STOA__LOOKUP_KERNELS(KERNEL)                                       \
    KERNEL(LOOKUP_BITS, lookup_bits, BOOL, STRING, NO_TYPE, LOOKUP, never) \
    KERNEL(LOOKUP_INT32, lookup_int32, INT32, STRING, NO_TYPE, LOOKUP, never)

/* A table with a value for each string of a pool: 32 bits, or one bit. It lies at a cache line. */
typedef struct stoa__lookup {
    uint32_t last; /* handle */
    uint32_t padding[15];
    uint32_t values[]; /* bits: that of a handle is bit handle % 32 of values[handle / 32] */
} stoa__lookup;

/* dates.c and zones.c. Timestamps are int64 in a unit (S, MS, US, NS), days int32 since 1970-01-01.
 * What fails: a timestamp that is none (STOA__LOW_ and STOA__HIGH_), and a result that is none.
 * What takes days trusts that they are within the years 1 to 9999. SECONDS: of the day. FLOOR: b is
 * a period in the unit, a part of a day. _BEGIN: the first day of it; weeks begin on Monday, which
 * is WEEKDAY 0. EXACT_DIV: by a constant; a rest fails. LOCAL, UTC_OF_DAY (when a local day begins)
 * and FLOOR_ZONED: b is a pair (see zones.c). */
#define STOA__DATE_KERNELS_OF(KERNEL, UNIT, unit)                            \
    KERNEL(DAYS_##UNIT, days_##unit, INT32, INT64, NO_TYPE, V, checks)       \
    KERNEL(SECONDS_##UNIT, seconds_##unit, INT32, INT64, NO_TYPE, V, checks) \
    KERNEL(FLOOR_##UNIT, floor_##unit, INT64, INT64, INT64, VC, checks)
#define STOA__DATE_KERNELS(KERNEL)                                              \
    STOA__DATE_KERNELS_OF(KERNEL, S, s)                                         \
    STOA__DATE_KERNELS_OF(KERNEL, MS, ms)                                       \
    STOA__DATE_KERNELS_OF(KERNEL, US, us)                                       \
    STOA__DATE_KERNELS_OF(KERNEL, NS, ns)                                       \
    KERNEL(YEAR_OF, year_of, INT32, INT32, NO_TYPE, V, never)                   \
    KERNEL(MONTH_OF, month_of, INT32, INT32, NO_TYPE, V, never)                 \
    KERNEL(DAY_OF, day_of, INT32, INT32, NO_TYPE, V, never)                     \
    KERNEL(WEEKDAY_OF, weekday_of, INT32, INT32, NO_TYPE, V, never)             \
    KERNEL(YEARDAY_OF, yearday_of, INT32, INT32, NO_TYPE, V, never)             \
    KERNEL(WEEK_BEGIN, week_begin, INT32, INT32, NO_TYPE, V, never)             \
    KERNEL(MONTH_BEGIN, month_begin, INT32, INT32, NO_TYPE, V, never)           \
    KERNEL(QUARTER_BEGIN, quarter_begin, INT32, INT32, NO_TYPE, V, never)       \
    KERNEL(YEAR_BEGIN, year_begin, INT32, INT32, NO_TYPE, V, never)             \
    KERNEL(HOUR_OF, hour_of, INT32, INT32, NO_TYPE, V, never) /* of a second */ \
    KERNEL(MINUTE_OF, minute_of, INT32, INT32, NO_TYPE, V, never)               \
    KERNEL(SECOND_OF, second_of, INT32, INT32, NO_TYPE, V, never)               \
    KERNEL(EXACT_DIV, exact_div, INT64, INT64, INT64, VC, checks)               \
    KERNEL(LOCAL, local, INT64, INT64, INT64, VC, checks)                       \
    KERNEL(UTC_OF_DAY, utc_of_day, INT64, INT32, INT64, VC, checks)             \
    KERNEL(FLOOR_ZONED, floor_zoned, INT64, INT64, INT64, VC, checks)

/* Days from 0001-01-01 to 1970-01-01, and to the end of 9999. */
#define STOA__DAYS_BEFORE 719162
#define STOA__DAYS_AFTER 2932897
/* The first and the last timestamp of each unit; the least int64 is none. */
#define STOA__LOW_S (-STOA__DAYS_BEFORE * INT64_C(86400))
#define STOA__HIGH_S (STOA__DAYS_AFTER * INT64_C(86400) - 1)
#define STOA__LOW_MS (STOA__LOW_S * 1000)
#define STOA__HIGH_MS (STOA__HIGH_S * 1000 + 999)
#define STOA__LOW_US (STOA__LOW_S * 1000000)
#define STOA__HIGH_US (STOA__HIGH_S * 1000000 + 999999)
#define STOA__LOW_NS (-INT64_MAX)
#define STOA__HIGH_NS INT64_MAX

#define STOA__KERNELS(KERNEL)        \
    STOA__DATE_KERNELS(KERNEL)       \
    STOA__ARITHMETIC_KERNELS(KERNEL) \
    STOA__BITWISE_KERNELS(KERNEL)    \
    STOA__WHERE_KERNELS(KERNEL)      \
    STOA__COMPARE_KERNELS(KERNEL)    \
    STOA__CONVERT_KERNELS(KERNEL)    \
    STOA__ELEMENTARY_KERNELS(KERNEL) \
    STOA__LOOKUP_KERNELS(KERNEL)

typedef enum stoa__code {
#define STOA__CODE(NAME, name, out, a, b, shapes, fails) STOA__##NAME,
    STOA__KERNELS(STOA__CODE)
#undef STOA__CODE
        STOA__CODES
} stoa__code;

/* ---- reductions (reduce*.c) ---- */

/* REDUCTION(NAME, name, form). A reduction computes an aggregate. Sums of BOOL count set bits.
 *   SUM      integers in 128 bits. Floats in STOA__LANES lanes: the value at position i of the
 *            block is added to lane i % STOA__LANES; one that is not selected adds 0.0
 *   MIN ...  ignore NaN; -0.0 is below 0.0; if all values are NaN, the result is NaN. ARGMIN,
 *            ARGMAX: also the first row with the result
 *   EXTREMES MIN into into[0] and MAX into into[1] in one call; it has no partial of its own
 *   VAR      per block, with the first selected value as the origin: the mean of the distances from
 *            the origin (added in lanes, then in pairs); then the sum of squared deviations from
 *            the rounded mean, in the same way, minus count times the square of the mean's rounding
 *            error. Blocks are combined by Chan's formula, with means held as distances from
 *            origins. Equal finite values give 0; finite values whose squares overflow give
 *            infinity; a NaN or an infinity among the values gives NaN
 *   DOT      the sum of a * b. Integers: exact in 128 bits; beyond these, the largest or smallest
 *            number. Floats: rounded products, added as in SUM
 *   FIRST, LAST   the first, or last, selected value */
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
    REDUCTION(COUNT, count, NO_TYPE) /* the number of selected rows */

typedef enum stoa__reduction {
#define STOA__REDUCTION(NAME, name, form) STOA__##NAME##_REDUCTION,
    STOA__REDUCTIONS(STOA__REDUCTION)
#undef STOA__REDUCTION
        STOA__REDUCTION_COUNT
} stoa__reduction;

#define STOA__LANES 32

/* The state of a reduction after some rows; all zero before the first. The reduction determines
 * which members are used; `count` (the selected values so far) always is. */
typedef struct stoa__partial {
    uint64_t count;
    uint64_t row;   /* ARGMIN ... LAST: the row of the value; undefined without a value */
    bool has_value; /* MIN ... LAST: there is a value (ARG: one that is not NaN) */
    union {
        stoa__int128 sum; /* integers and bits */
        double total;     /* floats */
        struct {
            double origin;  /* the first value */
            double mean;    /* its distance from origin; undefined once squares is not finite */
            double squares; /* sum of squared deviations from the mean */
        };
        int64_t int64; /* min, max, first, last of INT32 and INT64; of BOOL: 0 or 1 */
        uint64_t uint64;
        double float64;
    };
} stoa__partial;

/* A partial while a morsel is processed. All `lanes` are zero at the morsel's start. At its end,
 * stoa__reduce_finish adds them to the partial in pairs: 32 to 16 (lane i with lane i + 16), 16 to
 * 8, and so on. */
typedef struct stoa__accumulator {
    stoa__partial partial;
    double lanes[STOA__LANES];
} stoa__accumulator;

/* Adds the next `count` values to into. b: the second factor of DOT. mask: the selected values, as
 * long as the values; NULL: all. row: the row number of the first value. Morsels and blocks begin
 * at multiples of STOA__BLOCK, so the position in the block, which chooses the lane, is counted
 * from the first value. count may exceed STOA__BLOCK: columns that no other kernel has to process
 * come as whole morsels. */
typedef void stoa__reduce(stoa__accumulator *into, const void *a, const void *b,
                          const uint64_t *mask, size_t count, uint64_t row);

/* In reduce_partial.c, compiled once for all levels. */
/* Adds the lanes to the partial. */
void stoa__reduce_finish(stoa__reduction reduction, stoa__accumulator *accumulator);
/* Adds `next`, whose rows follow those of `into`. */
void stoa__reduce_combine(stoa__reduction reduction, stoa__partial *into,
                          const stoa__partial *next);
/* (double)sum / count, rounded once. count must not be 0. */
double stoa__mean_of(stoa__int128 sum, uint64_t count);

/* ---- sums without rounding (split.c) ---- */

/* Writes numbers whose sum is that of the values whose bit is set (NULL: of all), or of their
 * squares, exactly; returns how many, at most STOA__MOST_PARTS. count is at most STOA__BLOCK.
 * STOA__NOT_SPLIT: one is infinite or NaN, or they are too large, too small or too far apart. */
#define STOA__MOST_PARTS 16
#define STOA__NOT_SPLIT SIZE_MAX
typedef size_t stoa__split(double *parts, const double *values, const uint64_t *mask, size_t count);

/* ---- selected values (compress.c) ---- */

/* Copies the cells whose bit is set to `out`, packed; returns how many. One function per width:
 * index 0 to 3 for 1, 2, 4 and 8 bytes. room: cells that fit `out`, at least the number of set
 * bits; cells there behind the copied ones may be overwritten. `out` is another array than `in`, or
 * out <= in. */
typedef size_t stoa__compress(void *out, const void *in, const uint64_t *mask, size_t count,
                              size_t room);
/* The same of bits, to bit 0 of `out` and on; the rest of its last word becomes 0. */
typedef size_t stoa__compress_bit(uint64_t *out, const uint64_t *in, const uint64_t *mask,
                                  size_t count);
/* Writes the positions of the set bits, plus `first`; returns how many. */
typedef size_t stoa__positions(uint64_t *out, const uint64_t *mask, size_t count, uint64_t first,
                               size_t room);

/* Writes the positions of the set bits; returns how many. count is at most 65,536, and no bit at or
 * behind it is set. selected: about how many bits are set. `out` has room for STOA__OFFSETS_MORE
 * more than that. */
#define STOA__OFFSETS_MORE 64
typedef size_t stoa__offsets(uint16_t *out, const uint64_t *mask, size_t count, size_t selected);
/* Copies the cells at these offsets; one function per width, as above. out is another array. */
typedef void stoa__gather(void *out, const void *in, const uint16_t *offsets, size_t count);

/* ---- rows by ids, cells by rows (follow.c) ---- */

#define STOA__NO_ROW UINT32_MAX
/* Finds the row that has each id, of the first `rows` of the table that the ids are of; NO_ROW:
 * none has it. Returns whether all were found. */
typedef bool stoa__find_rows(uint32_t *out, const stoa_ids *ids, size_t rows, const uint64_t *given,
                             size_t count);
/* Copies the cells of these rows; zero where it is NO_ROW. One function per width, as above. */
typedef void stoa__collect(void *out, const void *cells, const uint32_t *rows, size_t count);
/* The same of bits, to bit 0 of `out` and on; the rest of its last word becomes 0. */
typedef void stoa__collect_bits(uint64_t *out, const uint64_t *bits, const uint32_t *rows,
                                size_t count);
/* Sets the bits of those that are not NO_ROW, and clears the others; likewise. */
typedef void stoa__row_bits(uint64_t *out, const uint32_t *rows, size_t count);

/* ---- sums in place that can be undone (add_product.c) ---- */

/* A value that undoing does not give back, and where it was. */
typedef struct stoa__lost_value {
    uint32_t at;
    float value;
} stoa__lost_value;

/* Of one column's cells; all of it zero, but for `lost` and `room`, before the first are stored. */
typedef struct stoa__journal {
    stoa__lost_value *lost;
    uint32_t count, room;
    uint32_t done; /* cells that have new values */
} stoa__journal;

/* Adds b * factor to the next `count` cells of a, which follow the `done` ones; b is another array.
 * False where a result is infinite or NaN, or the journal has no room for 64 more: some of these
 * cells may be new then, and `done` tells which. */
typedef bool stoa__add_product(stoa__journal *journal, float *a, const float *b, double factor,
                               size_t count);
/* Gives the `done` cells from the first on their old values back. */
typedef void stoa__take_product(const stoa__journal *journal, float *a, const float *b,
                                double factor);

/* ---- one level's kernels ---- */

typedef struct stoa__kernels {
    const char *name;                             /* "avx2" */
    stoa__kernel *run[STOA__CODES][STOA__SHAPES]; /* NULL: this shape does not exist */
    stoa__reduce *reduce[STOA__REDUCTION_COUNT];
    stoa__split *split, *split_squares;
    stoa__compress *compress[4];
    stoa__compress_bit *compress_bits;
    stoa__positions *positions;
    stoa__offsets *offsets;
    stoa__gather *gather[4];
    size_t (*count_bits)(const uint64_t *mask, size_t count);
    stoa__find_rows *find_rows;
    stoa__collect *collect[4];
    stoa__collect_bits *collect_bits;
    stoa__row_bits *row_bits;
    stoa__add_product *add_product;
    stoa__take_product *take_product;
} stoa__kernels;

extern const stoa__kernels stoa__kernels_baseline;
#if defined(__x86_64__)
extern const stoa__kernels stoa__kernels_avx2;
extern const stoa__kernels stoa__kernels_avx512;
/* Whether Intel made the processor, which decides on prefetching (vector.h). Set before kernels are
 * chosen. */
extern atomic_bool stoa__is_intel;
#endif

/* The kernels that this processor and STOA_SIMD allow; chosen at the first call (dispatch.c). */
const stoa__kernels *stoa__kernels_here(void);

/* How many of the first `count` bits are set; those behind them may be anything. */
static inline size_t stoa__count_first(const uint64_t *words, size_t count)
{
    size_t tail = count % 64;
    size_t rest = tail > 0 ? (size_t)__builtin_popcountll(words[count / 64] << (64 - tail)) : 0;
    return rest + stoa__kernels_here()->count_bits(words, count - tail);
}

/* What the list says of each kernel, by code, for the binder (dispatch.c). */
typedef struct stoa__code_facts {
    const char *name;
    uint8_t out, a, b; /* stoa_type */
    uint8_t fails;
} stoa__code_facts;
extern const stoa__code_facts stoa__facts[STOA__CODES];

/* ---- failures (failure.c): once for all levels, slow and simple ---- */

/* Sets the bits of `failed` where the kernel fails. */
void stoa__failures(stoa__code code, stoa__shape shape, uint64_t *failed, const void *a,
                    const void *b, size_t count);
/* The status with which the kernel fails for the pair of values at a and b (STOA_OVERFLOW,
 * STOA_DIVISION_BY_ZERO or STOA_INVALID), and the reason in words with the values: "7 // 0 divides
 * by zero". to: the type to name if the value does not fit; NO_TYPE: the kernel's own. */
stoa_status stoa__failure_text(stoa__code code, const void *a, const void *b, stoa_type to,
                               char *text, size_t size);

#endif
