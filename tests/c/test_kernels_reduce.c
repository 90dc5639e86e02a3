/* test_kernels_reduce.c: the reductions, each compared with a slow reference that goes through the
 * values one by one: at every level, with edge values, masks, lengths and alignments, in one call
 * and in several. Sums of floats are compared lane by lane, bit by bit. */
#include <math.h>
#include <stdlib.h>

#include "../support/kernels.h"

typedef enum family { SUM, DOT, MIN, MAX, ARGMIN, ARGMAX, FIRST, LAST, VAR, COUNT } family;

static const struct subject {
    const char *name;
    stoa__reduction reduction;
    family family;
    stoa_type form;
} subjects[] = {
#define SUBJECT(NAME, FORM, BITS) {#NAME " " #BITS, STOA__##NAME##_##BITS##_REDUCTION, NAME, FORM},
#define SUBJECTS(FORM)                 \
    SUBJECT(SUM, STOA_##FORM, FORM)    \
    SUBJECT(DOT, STOA_##FORM, FORM)    \
    SUBJECT(MIN, STOA_##FORM, FORM)    \
    SUBJECT(MAX, STOA_##FORM, FORM)    \
    SUBJECT(ARGMIN, STOA_##FORM, FORM) \
    SUBJECT(ARGMAX, STOA_##FORM, FORM) \
    SUBJECT(FIRST, STOA_##FORM, FORM)  \
    SUBJECT(LAST, STOA_##FORM, FORM)
    SUBJECTS(INT32) SUBJECTS(INT64) SUBJECTS(UINT64) SUBJECTS(FLOAT64) SUBJECT(SUM, STOA_BOOL, BITS)
        SUBJECT(FIRST, STOA_BOOL, BITS) SUBJECT(LAST, STOA_BOOL, BITS) SUBJECT(
            VAR, STOA_FLOAT64, FLOAT64){"COUNT", STOA__COUNT_REDUCTION, COUNT, STOA_NO_TYPE},
};
enum { SUBJECT_COUNT = sizeof subjects / sizeof *subjects };

enum { MOST = 4099, FIRST_ROW = 512 * 1000003 };

typedef struct trial {
    const struct subject *subject;
    size_t count;
    bool masked;
    bool is_square;      /* DOT: b is a, at the same address */
    bool selected[MOST]; /* without a mask all are true */
    kernel_value a[MOST], b[MOST];
    stoa__accumulator expected; /* with lanes: before it is finished; otherwise finished */
} trial;

/* ---- the reference ---- */

/* A sum of magnitudes in 192 bits. */
typedef struct wide {
    stoa__uint128 low;
    uint64_t high;
} wide;

static void wide_add(wide *into, stoa__uint128 magnitude)
{
    into->low += magnitude;
    into->high += into->low < magnitude;
}

/* up - down; if that does not fit, the largest or smallest number. */
static stoa__int128 wide_difference(wide up, wide down)
{
    bool negative = up.high < down.high || (up.high == down.high && up.low < down.low);
    wide more = negative ? down : up, less = negative ? up : down;
    stoa__uint128 low = more.low - less.low;
    uint64_t high = more.high - less.high - (more.low < less.low);
    stoa__int128 most = (stoa__int128)(~(stoa__uint128)0 >> 1);
    if (high > 0 || low > (stoa__uint128)most)
        return negative ? -most - 1 : most;
    return negative ? -(stoa__int128)low : (stoa__int128)low;
}

static stoa__int128 integer(stoa_type form, kernel_value value)
{
    return form == STOA_BOOL     ? value.boolean
           : form == STOA_INT32  ? value.int32
           : form == STOA_UINT64 ? (stoa__int128)value.uint64
                                 : value.int64;
}

static stoa__uint128 magnitude(stoa__int128 number)
{
    return number < 0 ? 0 - (stoa__uint128)number : (stoa__uint128)number;
}

static void expect_exact(trial *t)
{
    wide up = {0}, down = {0};
    stoa_type form = t->subject->form;
    for (size_t i = 0; i < t->count; i++) {
        stoa__int128 a = integer(form, t->a[i]);
        stoa__int128 b = t->subject->family == DOT ? integer(form, t->b[i]) : 1;
        if (t->selected[i])
            wide_add((a < 0) == (b < 0) ? &up : &down, magnitude(a) * magnitude(b));
    }
    t->expected.partial.sum = wide_difference(up, down);
}

static double folded(const double *lanes)
{
    double by16[16], by8[8], by4[4];
    for (size_t i = 0; i < 16; i++)
        by16[i] = lanes[i] + lanes[i + 16];
    for (size_t i = 0; i < 8; i++)
        by8[i] = by16[i] + by16[i + 8];
    for (size_t i = 0; i < 4; i++)
        by4[i] = by8[i] + by8[i + 4];
    return (by4[0] + by4[2]) + (by4[1] + by4[3]);
}

static void expect_lanes(trial *t)
{
    for (size_t i = 0; i < t->count; i++) {
        double value = t->a[i].float64;
        if (t->subject->family == DOT)
            value *= t->b[i].float64;
        t->expected.lanes[i % 32] += t->selected[i] ? value : 0.0;
    }
}

/* The result of VAR for one block, computed step by step as kernel.h defines it. */
static stoa__partial squares_of(const trial *t, size_t begin, size_t end)
{
    stoa__partial block = {0};
    double sums[32] = {0}, squares[32] = {0};
    bool finite = true;
    for (size_t i = end; i-- > begin;)
        if (t->selected[i]) {
            block.origin = t->a[i].float64;
            block.count++;
            finite = finite && isfinite(block.origin);
        }
    for (size_t i = begin; i < end; i++)
        if (t->selected[i])
            sums[i % 32] += t->a[i].float64 - block.origin;
    block.mean = folded(sums) / (double)block.count;
    double rounded = block.origin + block.mean;
    for (size_t i = begin; i < end; i++) {
        double apart = t->a[i].float64 - rounded;
        if (t->selected[i])
            squares[i % 32] += apart * apart;
    }
    double off = rounded - block.origin - block.mean;
    double more = off * off * (double)block.count;
    block.squares = fmax(folded(squares) - more, 0);
    if (!isfinite(block.mean) || !isfinite(folded(squares)))
        block.squares = finite ? INFINITY : NAN;
    return block;
}

static void expect_squares(trial *t)
{
    stoa__partial *p = &t->expected.partial;
    double before = 0;
    for (size_t begin = 0; begin < t->count; begin += 512) {
        stoa__partial block = squares_of(t, begin, begin + 512 < t->count ? begin + 512 : t->count);
        double more = (double)block.count, share = more / (before + more);
        double apart = block.origin - p->origin + (block.mean - p->mean);
        if (more > 0 && before > 0) {
            bool both = isfinite(p->squares) && isfinite(block.squares);
            double spread = apart * apart * (before * share);
            p->squares += both ? block.squares + spread : block.squares;
            p->mean += apart * share;
        } else if (more > 0) {
            p->origin = block.origin;
            p->mean = block.mean;
            p->squares = block.squares;
        }
        before += more;
    }
}

/* -1, 0 or 1; neither is NaN. */
static int order(stoa_type form, kernel_value a, kernel_value b)
{
    if (form == STOA_FLOAT64 && a.float64 == 0 && b.float64 == 0)
        return !signbit(a.float64) - !signbit(b.float64);
    if (form == STOA_FLOAT64)
        return (a.float64 > b.float64) - (a.float64 < b.float64);
    return (integer(form, a) > integer(form, b)) - (integer(form, a) < integer(form, b));
}

static bool is_nan(stoa_type form, kernel_value value)
{
    return form == STOA_FLOAT64 && isnan(value.float64);
}

static void expect_value(trial *t, kernel_value value)
{
    stoa__partial *p = &t->expected.partial;
    if (t->subject->form == STOA_FLOAT64)
        p->float64 = value.float64;
    else if (t->subject->form == STOA_UINT64)
        p->uint64 = value.uint64;
    else
        p->int64 = (int64_t)integer(t->subject->form, value);
}

/* MIN ... LAST: sets the expected row and value. */
static void expect_row(trial *t)
{
    stoa__partial *p = &t->expected.partial;
    stoa_type form = t->subject->form;
    family f = t->subject->family;
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < t->count; i++) {
        if (!t->selected[i] || (is_nan(form, t->a[i]) && f != FIRST && f != LAST))
            continue;
        if (best == SIZE_MAX || f == LAST ||
            ((f == MIN || f == ARGMIN) && order(form, t->a[i], t->a[best]) < 0) ||
            ((f == MAX || f == ARGMAX) && order(form, t->a[i], t->a[best]) > 0))
            best = i;
    }
    p->has_value = best != SIZE_MAX || (p->count > 0 && (f == MIN || f == MAX));
    p->row = FIRST_ROW + best;
    if (p->has_value)
        expect_value(t, best == SIZE_MAX ? (kernel_value){.float64 = NAN} : t->a[best]);
}

static void expect(trial *t)
{
    memset(&t->expected, 0, sizeof t->expected);
    for (size_t i = 0; i < t->count; i++)
        t->expected.partial.count += t->selected[i];
    family f = t->subject->family;
    if (f == VAR)
        expect_squares(t);
    else if (f == SUM || f == DOT)
        (t->subject->form == STOA_FLOAT64 ? expect_lanes : expect_exact)(t);
    else if (f != COUNT)
        expect_row(t);
}

/* ---- one call, or several ---- */

static bool same(double a, double b)
{
    return kernel_same(STOA_FLOAT64, (kernel_value){.float64 = a}, (kernel_value){.float64 = b});
}

static bool same_value(const trial *t, const stoa__partial *got)
{
    const stoa__partial *expected = &t->expected.partial;
    family f = t->subject->family;
    if (got->has_value != expected->has_value || !got->has_value)
        return got->has_value == expected->has_value;
    if (f != MIN && f != MAX && got->row != expected->row)
        return false;
    return t->subject->form == STOA_FLOAT64 ? same(got->float64, expected->float64)
                                            : got->uint64 == expected->uint64;
}

static bool same_result(const trial *t, stoa__accumulator *got)
{
    const stoa__partial *expected = &t->expected.partial;
    family f = t->subject->family;
    if (got->partial.count != expected->count)
        return false;
    bool lanes = (f == SUM || f == DOT) && t->subject->form == STOA_FLOAT64;
    for (size_t i = 0; i < STOA__LANES && lanes; i++)
        if (!same(got->lanes[i], t->expected.lanes[i]))
            return false;
    stoa__reduce_finish(t->subject->reduction, got);
    if (lanes)
        return same(got->partial.total, folded(t->expected.lanes));
    if (f == SUM || f == DOT)
        return got->partial.sum == expected->sum;
    if (f == VAR)
        return same(got->partial.squares, expected->squares) &&
               (!isfinite(expected->squares) || (same(got->partial.origin, expected->origin) &&
                                                 same(got->partial.mean, expected->mean)));
    return f == COUNT || same_value(t, &got->partial);
}

/* Copies the values to an address that is aligned to their type only. */
static void *lay(size_t place, stoa_type form, const kernel_value *values, size_t count, dice *d)
{
    if (form == STOA_NO_TYPE)
        return NULL;
    size_t width = form == STOA_BOOL ? 8 : stoa_type_width(form);
    size_t shift = dice_below(d, 2) * dice_below(d, 64 / width) * width;
    void *at = kernel_place(place, kernel_bytes(form, count), shift);
    if (form == STOA_BOOL)
        memset(at, 0, kernel_bytes(form, count));
    for (size_t i = 0; i < count; i++)
        kernel_set(form, at, i, values[i]);
    return at;
}

static const void *from(stoa_type form, const void *values, size_t i)
{
    return values == NULL ? NULL : (const char *)values + kernel_bytes(form, i);
}

/* The reduction that computes MIN and MAX in one call. */
static stoa__reduction both_ends(stoa_type form)
{
    return form == STOA_INT32    ? STOA__EXTREMES_INT32_REDUCTION
           : form == STOA_INT64  ? STOA__EXTREMES_INT64_REDUCTION
           : form == STOA_UINT64 ? STOA__EXTREMES_UINT64_REDUCTION
                                 : STOA__EXTREMES_FLOAT64_REDUCTION;
}

/* Calls of `step` values each. both: MIN and MAX by the one call for both. */
static void try_calls(const trial *t, const stoa__kernels *level, size_t step, bool both, dice *d)
{
    stoa__accumulator got[2] = {{{0}, {0}}, {{0}, {0}}};
    stoa_type form = t->subject->form;
    kernel_value bits[MOST];
    for (size_t i = 0; i < t->count; i++)
        bits[i] = (kernel_value){.boolean = t->selected[i]};
    const void *a = lay(0, form, t->a, t->count, d);
    const void *b = t->subject->family != DOT ? NULL
                    : t->is_square            ? a
                                              : lay(1, form, t->b, t->count, d);
    const void *mask = t->masked ? lay(2, STOA_BOOL, bits, t->count, d) : NULL;
    for (size_t i = 0; i == 0 || i < t->count; i += step)
        level->reduce[both ? both_ends(form) : t->subject->reduction](
            got, from(form, a, i), from(form, b, i), from(STOA_BOOL, mask, i),
            t->count - i < step ? t->count - i : step, FIRST_ROW + i);
    ck_assert_msg(same_result(t, &got[both && t->subject->family == MAX]),
                  "%s %s: %zu values, %zu at a time, mask %d, both %d", level->name,
                  t->subject->name, t->count, step, t->masked, both);
}

static void try_levels(trial *t, dice *d)
{
    const stoa__kernels *const *levels;
    size_t count = kernel_levels(&levels);
    bool has_both = t->subject->family == MIN || t->subject->family == MAX;
    expect(t);
    for (size_t i = 0; i < count; i++)
        for (int both = 0; both <= has_both; both++) {
            try_calls(t, levels[i], MOST, both, d);
            if (t->count > STOA__BLOCK)
                try_calls(t, levels[i], STOA__BLOCK * (1 + dice_below(d, 3)), both, d);
        }
}

/* ---- data of the trials ---- */

enum { NO_MASK, EMPTY, FULL, HALF, SPARSE, DENSE, ALTERNATING, ONLY_LAST, RUNS, MASKS };

static bool is_selected(int mask, size_t i, size_t count, dice *d)
{
    switch (mask) {
    case EMPTY:
        return false;
    case HALF:
        return dice_below(d, 2) == 0;
    case SPARSE:
        return dice_below(d, 50) == 0;
    case DENSE:
        return dice_below(d, 50) != 0;
    case ALTERNATING:
        return i % 2 == 0;
    case ONLY_LAST:
        return i + 1 == count;
    case RUNS: /* runs of full words, of empty words, and mixed words between them */
        return i / 200 % 2 == 0;
    default:
        return true;
    }
}

enum { WILD, TAME, SMALL, FAR, ENDS, FROM_ZERO, TO_ZERO, ODD, KINDS };

/* WILD: anything. TAME, SMALL: values whose sums stay finite; those not selected are poison. ENDS:
 * the largest, the smallest, and zeros. FROM_ZERO, TO_ZERO: floats whose extreme is a zero of
 * either sign. FAR: floats that differ only in their last digits. ODD: unusual values of the
 * form. */
static kernel_value some_value(stoa_type form, int kind, bool selected, dice *d)
{
    kernel_value value = {.uint64 = 0};
    bool is_float = form == STOA_FLOAT64;
    if (form == STOA_NO_TYPE)
        return value;
    if (kind == WILD || form == STOA_BOOL || (!selected && dice_below(d, 2)))
        return kernel_roll(form, d);
    if (is_float && !selected)
        value.float64 = dice_below(d, 2) ? NAN : INFINITY;
    else if (is_float && kind == TAME)
        value.float64 = ldexp((double)(int64_t)dice_roll(d), (int)dice_below(d, 40) - 80);
    else if (is_float && kind == SMALL)
        value.float64 = (double)dice_below(d, 3) * 0.1;
    else if (is_float && kind == FAR)
        value.float64 = 1e15 + (double)dice_below(d, 100) / 8;
    else if (is_float && kind == ENDS)
        value.float64 = (const double[]){-0.0, 0.0, -0.0, NAN, 1, -1}[dice_below(d, 6)];
    else if (is_float && kind == FROM_ZERO)
        value.float64 = (const double[]){0.0, INFINITY, NAN, -NAN, -0.0}[dice_below(d, 5)];
    else if (is_float && kind == TO_ZERO)
        value.float64 = (const double[]){-0.0, -INFINITY, -NAN, NAN, 0.0}[dice_below(d, 5)];
    else if (is_float)
        value.float64 = (const double[]){NAN, -NAN}[dice_below(d, 2)];
    else if (kind == TAME || kind == TO_ZERO)
        value.int64 = (int64_t)dice_roll(d) >> (form == STOA_INT32 ? 33 : 20);
    else if (kind == SMALL || kind == FROM_ZERO)
        value.int64 = (int64_t)dice_below(d, 5);
    else if (kind == ENDS && form == STOA_INT32)
        value.int32 = (const int32_t[]){INT32_MIN, INT32_MAX, INT32_MIN}[dice_below(d, 3)];
    else if (kind == ENDS)
        value.int64 = (const int64_t[]){INT64_MIN, INT64_MAX, -1}[dice_below(d, 3)];
    else
        value.int64 = form == STOA_UINT64 ? -1 : form == STOA_INT32 ? INT32_MIN : INT64_MIN;
    return value;
}

static void fill(trial *t, int mask, int kind, dice *d)
{
    t->masked = mask != NO_MASK;
    t->is_square = dice_below(d, 4) == 0;
    for (size_t i = 0; i < t->count; i++) {
        t->selected[i] = is_selected(mask, i, t->count, d);
        t->a[i] = some_value(t->subject->form, kind, t->selected[i], d);
        t->b[i] = t->is_square ? t->a[i] : some_value(t->subject->form, kind, t->selected[i], d);
    }
}

static void try_family(family f)
{
    static trial t;
    dice d = {f};
    size_t step = scaled(64, 1) == 64 ? 1 : 9; /* fewer lengths where everything is slow */
    for (size_t s = 0; s < SUBJECT_COUNT; s++)
        for (size_t i = 0; subjects[s].family == f && kernel_length(i) != SIZE_MAX; i += step)
            for (int mask = 0; mask < MASKS; mask++) {
                t.subject = &subjects[s];
                t.count = kernel_length(i);
                fill(&t, mask, (int)dice_below(&d, KINDS), &d);
                try_levels(&t, &d);
            }
}

TEST(sums_are_exact_and_those_of_floats_keep_their_lanes)
{
    try_family(SUM);
}

TEST(dots_are_exact_and_those_of_floats_keep_their_lanes)
{
    try_family(DOT);
}

TEST(min_passes_over_nan_and_puts_negative_zero_first)
{
    try_family(MIN);
    try_family(ARGMIN);
}

TEST(max_passes_over_nan_and_puts_negative_zero_first)
{
    try_family(MAX);
    try_family(ARGMAX);
}

TEST(first_and_last_are_those_of_the_selected_rows)
{
    try_family(FIRST);
    try_family(LAST);
}

TEST(variances_follow_the_blocks)
{
    try_family(VAR);
}

TEST(selected_rows_are_counted)
{
    try_family(COUNT);
}

/* ---- partials that are combined ---- */

enum { PARTS = 5, PART = 64 };

/* Reduces the parts of a trial separately, and combines them. */
static stoa__partial in_parts(const trial *t, dice *d)
{
    stoa__partial all = {0};
    for (size_t k = 0; k < PARTS; k++) {
        stoa__accumulator part = {0};
        uint64_t mask = 0;
        for (size_t i = 0; i < PART; i++)
            mask |= (uint64_t)t->selected[k * PART + i] << i;
        const void *a = lay(0, t->subject->form, t->a + k * PART, PART, d);
        const void *b = lay(1, t->subject->form, t->b + k * PART, PART, d);
        stoa__kernels_baseline.reduce[t->subject->reduction](&part, a, b, &mask, PART,
                                                             FIRST_ROW + k * PART);
        stoa__reduce_finish(t->subject->reduction, &part);
        stoa__reduce_combine(t->subject->reduction, &all, &part.partial);
    }
    return all;
}

/* Includes parts without a selected row, and parts with only NaN. */
static void fill_parts(trial *t, dice *d)
{
    t->count = PARTS * PART;
    t->masked = true;
    for (size_t k = 0; k < PARTS; k++) {
        int mask = (int)dice_below(d, MASKS), kind = (int)dice_below(d, KINDS);
        for (size_t i = k * PART; i < (k + 1) * PART; i++) {
            t->selected[i] = is_selected(mask, i, (k + 1) * PART, d);
            t->a[i] = some_value(t->subject->form, kind, t->selected[i], d);
            t->b[i] = some_value(t->subject->form, kind, t->selected[i], d);
        }
    }
}

TEST(parts_give_what_the_whole_gives)
{
    static trial t;
    dice d = {7};
    for (size_t s = 0; s < SUBJECT_COUNT; s++)
        for (size_t n = 0; n < scaled(2000, 100); n++) {
            t.subject = &subjects[s];
            bool exact = t.subject->form != STOA_FLOAT64 || t.subject->family >= MIN;
            fill_parts(&t, &d);
            expect(&t);
            stoa__accumulator got = {.partial = in_parts(&t, &d)};
            if (exact && t.subject->family != VAR && t.subject->family != DOT)
                ck_assert_msg(same_result(&t, &got), "%s in parts", t.subject->name);
            ck_assert(got.partial.count == t.expected.partial.count);
        }
}

/* One call with more values than 32-bit lanes can sum up. */
TEST(long_sums_of_extremes_are_exact)
{
    enum { LONG = 3 << 20, KINDS_OF = 4 };
    static const int32_t values[KINDS_OF] = {INT32_MIN, INT32_MAX, -1, 65535};
    const stoa__kernels *const *levels;
    size_t count = kernel_levels(&levels);
    int32_t *cells = malloc(LONG * sizeof *cells);
    ck_assert(cells != NULL);
    for (size_t kind = 0; kind < KINDS_OF; kind++) {
        for (size_t i = 0; i < LONG; i++)
            cells[i] = values[kind];
        for (size_t i = 0; i < count; i++) {
            stoa__accumulator got = {{0}, {0}};
            levels[i]->reduce[STOA__SUM_INT32_REDUCTION](&got, cells, NULL, NULL, LONG - 1, 0);
            ck_assert(got.partial.sum == (stoa__int128)values[kind] * (LONG - 1));
        }
    }
    free(cells);
}

int main(void)
{
    return RUN("kernels: reductions", sums_are_exact_and_those_of_floats_keep_their_lanes,
               dots_are_exact_and_those_of_floats_keep_their_lanes,
               min_passes_over_nan_and_puts_negative_zero_first,
               max_passes_over_nan_and_puts_negative_zero_first,
               first_and_last_are_those_of_the_selected_rows, variances_follow_the_blocks,
               selected_rows_are_counted, parts_give_what_the_whole_gives,
               long_sums_of_extremes_are_exact);
}
