/* test_cumulate.c: running sums, products, minima and maxima, compared with results computed anew
 * for each prefix. */
#include "expr/execution/cumulate.h"

#include <math.h>

#include "../support/kernels.h"

__extension__ typedef __int128 wide;

enum { MOST = 700, UNTOUCHED = 0x5A };

static const stoa_operation operations[] = {STOA_CUMSUM, STOA_CUMMIN, STOA_CUMMAX, STOA_CUMPROD};
static const stoa_type forms[] = {STOA_INT64, STOA_UINT64, STOA_FLOAT64};

/* ---- a reference that keeps all values seen, as numbers wide enough for their results ---- */

typedef struct seen {
    bool any, any_number; /* any_number: one that is not NaN */
    wide integer;
    double real;
} seen;

static bool below(double a, double b)
{
    return a < b || (a == b && signbit(a) && !signbit(b));
}

static void see_float(seen *so_far, stoa_operation operation, double value)
{
    bool least = operation == STOA_CUMMIN;
    if (!so_far->any)
        so_far->real = value;
    else if (operation == STOA_CUMSUM)
        so_far->real = so_far->real + value;
    else if (operation == STOA_CUMPROD)
        so_far->real = so_far->real * value;
    else if (!isnan(value) && (!so_far->any_number ||
                               (least ? below(value, so_far->real) : below(so_far->real, value))))
        so_far->real = value;
    so_far->any_number |= !isnan(value);
    so_far->any = true;
}

static void see_integer(seen *so_far, stoa_operation operation, wide value)
{
    wide before = so_far->integer;
    if (!so_far->any)
        so_far->integer = value;
    else if (operation == STOA_CUMSUM)
        so_far->integer = before + value;
    else if (operation == STOA_CUMPROD && __builtin_mul_overflow(before, value, &so_far->integer))
        so_far->integer = (wide)1 << 100;
    else if (operation == STOA_CUMMIN)
        so_far->integer = value < before ? value : before;
    else if (operation == STOA_CUMMAX)
        so_far->integer = value > before ? value : before;
    so_far->any = true;
}

/* Adds a value; false if the result does not fit the form. */
static bool see(seen *so_far, stoa_operation operation, stoa_type form, kernel_value value,
                kernel_value *result)
{
    if (form == STOA_FLOAT64) {
        see_float(so_far, operation, value.float64);
        result->float64 = so_far->real;
        return true;
    }
    see_integer(so_far, operation, form == STOA_INT64 ? value.int64 : (wide)value.uint64);
    result->uint64 = (uint64_t)so_far->integer;
    return form == STOA_INT64 ? so_far->integer >= INT64_MIN && so_far->integer <= INT64_MAX
                              : so_far->integer >= 0 && so_far->integer <= UINT64_MAX;
}

/* ---- runs ---- */

typedef struct trial {
    stoa_operation operation;
    stoa_type form;
    size_t count;
    kernel_value a[MOST];
    uint64_t mask[MOST / 64 + 1];
    bool masked;
} trial;

static bool is_set(const trial *t, size_t i)
{
    return !t->masked || (t->mask[i / 64] >> i % 64 & 1);
}

/* The reference's results, and the position of the first failure. */
static size_t expected(const trial *t, kernel_value out[MOST])
{
    seen so_far = {.any = false};
    for (size_t i = 0; i < t->count; i++) {
        memset(&out[i], UNTOUCHED, sizeof out[i]);
        if (is_set(t, i) && !see(&so_far, t->operation, t->form, t->a[i], &out[i]))
            return i;
    }
    return t->count;
}

/* The library's results, in runs of `block` values, a multiple of 64. */
static size_t given(const trial *t, size_t block, bool in_place, kernel_value out[MOST])
{
    stoa__cumulative state = {.operation = t->operation, .form = t->form};
    state.int64 = 77; /* must be ignored */
    memset(out, UNTOUCHED, t->count * sizeof *out);
    if (in_place)
        memcpy(out, t->a, t->count * sizeof *out);
    for (size_t i = 0; i < t->count; i += block) {
        size_t some = t->count - i < block ? t->count - i : block;
        const uint64_t *mask = t->masked ? t->mask + i / 64 : NULL;
        size_t done = stoa__cumulate(&state, out + i, in_place ? out + i : t->a + i, mask, some);
        if (done < some)
            return i + done;
    }
    return t->count;
}

static void agrees(const trial *t, dice *d)
{
    static kernel_value right[MOST], got[MOST];
    size_t end = expected(t, right);
    for (size_t in_place = 0; in_place < 2; in_place++) {
        size_t block = 64 * (1 + dice_below(d, 12));
        ck_assert_uint_eq(given(t, block, in_place, got), end);
        for (size_t i = 0; i < end; i++) {
            kernel_value due = is_set(t, i) || !in_place ? right[i] : t->a[i];
            ck_assert_msg(
                is_set(t, i) ? kernel_same(t->form, got[i], due) : got[i].uint64 == due.uint64,
                "%s of form %d, value %zu of %zu: %s, not %s", stoa_operation_text(t->operation),
                t->form, i, t->count, kernel_shown(t->form, got[i]), kernel_shown(t->form, due));
        }
    }
}

/* A random mask of empty, full and mixed words. Bits beyond the end are 0. */
static void roll_mask(trial *t, dice *d)
{
    t->masked = dice_below(d, 3) > 0;
    for (size_t i = 0; i < MOST / 64 + 1; i++) {
        size_t kind = dice_below(d, 4);
        t->mask[i] = kind == 0 ? 0 : kind == 1 ? UINT64_MAX : dice_roll(d);
    }
    if (t->count % 64 != 0)
        t->mask[t->count / 64] &= ((uint64_t)1 << t->count % 64) - 1;
}

/* kinds 0 and 1: small numbers and small factors, which seldom overflow; 2: edge values and random
 * bits. */
static kernel_value roll_value(stoa_type form, size_t kind, dice *d)
{
    kernel_value value = kernel_roll(form, d);
    if (kind == 2)
        return value;
    int64_t small = kind == 0 ? (int64_t)dice_below(d, 2001) - 1000
                              : (dice_below(d, 40) == 0 ? 2 : 1) * (dice_below(d, 2) ? 1 : -1);
    if (form == STOA_INT64)
        value.int64 = small;
    else if (form == STOA_UINT64)
        value.int64 = small < 0 ? -small : small;
    else if (dice_below(d, 8) > 0)
        value.float64 = (double)small / 7;
    return value;
}

TEST(a_run_gives_what_each_prefix_reckoned_alone_gives_or_stops_where_that_does_not_fit)
{
    static trial t;
    dice d = {4};
    size_t stopped = 0, repeats = scaled(64, 2);
    for (size_t i = 0; i < 12 * repeats; i++) {
        t.operation = operations[i % 4];
        t.form = forms[i / 4 % 3];
        for (size_t length = 0; length < MOST; length += 1 + dice_below(&d, 60)) {
            size_t kind = dice_below(&d, 3);
            t.count = length;
            for (size_t k = 0; k < length; k++)
                t.a[k] = roll_value(t.form, kind, &d);
            roll_mask(&t, &d);
            agrees(&t, &d);
            static kernel_value ignored[MOST];
            stopped += expected(&t, ignored) < length;
        }
    }
    ck_assert_uint_gt(stopped, 10);
}

/* ---- results known beforehand ---- */

#define CUMULATE(operation_, form_, type, member, values, ...)                         \
    do {                                                                               \
        const type a_[] = values, right_[] = __VA_ARGS__;                              \
        type out_[sizeof a_ / sizeof *a_];                                             \
        size_t count_ = sizeof a_ / sizeof *a_, fit_ = sizeof right_ / sizeof *right_; \
        stoa__cumulative state_ = {.operation = operation_, .form = form_};            \
        ck_assert_uint_eq(stoa__cumulate(&state_, out_, a_, NULL, count_), fit_);      \
        for (size_t i_ = 0; i_ < fit_; i_++)                                           \
            ck_assert(kernel_same(form_, (kernel_value){.member = out_[i_]},           \
                                  (kernel_value){.member = right_[i_]}));              \
    } while (0)
#define OF(...)     \
    {               \
        __VA_ARGS__ \
    }
#define INTEGERS(operation, values, ...) \
    CUMULATE(operation, STOA_INT64, int64_t, int64, OF values, OF(__VA_ARGS__))
#define UNSIGNED(operation, values, ...) \
    CUMULATE(operation, STOA_UINT64, uint64_t, uint64, OF values, OF(__VA_ARGS__))
#define FLOATS(operation, values, ...) \
    CUMULATE(operation, STOA_FLOAT64, double, float64, OF values, OF(__VA_ARGS__))

TEST(integers_stop_at_the_first_result_that_does_not_fit)
{
    INTEGERS(STOA_CUMSUM, (INT64_MAX, -1, 1, 1, -5), INT64_MAX, INT64_MAX - 1, INT64_MAX);
    INTEGERS(STOA_CUMSUM, (INT64_MIN, 3, -3, -1), INT64_MIN, INT64_MIN + 3, INT64_MIN);
    INTEGERS(STOA_CUMPROD, (INT64_MIN, 1, -1, 0), INT64_MIN, INT64_MIN);
    INTEGERS(STOA_CUMPROD, (3, -4, 0, INT64_MAX, INT64_MIN), 3, -12, 0, 0, 0);
    UNSIGNED(STOA_CUMSUM, (UINT64_MAX - 1, 1, 0, 1), UINT64_MAX - 1, UINT64_MAX, UINT64_MAX);
    UNSIGNED(STOA_CUMPROD, (UINT64_MAX, 1, 2), UINT64_MAX, UINT64_MAX);
    UNSIGNED(STOA_CUMMIN, (UINT64_MAX, 7, 9, 0), UINT64_MAX, 7, 7, 0);
    INTEGERS(STOA_CUMMAX, (INT64_MIN, -7, -9, 0), INT64_MIN, -7, -7, 0);
}

TEST(least_and_greatest_pass_over_nan_and_put_minus_zero_below_zero)
{
    FLOATS(STOA_CUMMIN, (NAN, NAN, 2.0, NAN, 3.0, 0.0, -0.0, 0.0, -INFINITY), NAN, NAN, 2.0, 2.0,
           2.0, 0.0, -0.0, -0.0, -INFINITY);
    FLOATS(STOA_CUMMAX, (NAN, -INFINITY, -2.0, NAN, -3.0, -0.0, 0.0, -0.0, INFINITY), NAN,
           -INFINITY, -2.0, -2.0, -2.0, -0.0, 0.0, 0.0, INFINITY);
}

TEST(floats_are_added_in_their_sequence_and_a_run_of_minus_zeros_stays_minus_zero)
{
    FLOATS(STOA_CUMSUM, (-0.0, -0.0, 0.0), -0.0, -0.0, 0.0);
    FLOATS(STOA_CUMSUM, (1e16, 1.0, -1e16, 1.0), 1e16, 1e16, 0.0, 1.0);
    FLOATS(STOA_CUMSUM, (INFINITY, -INFINITY, 1.0), INFINITY, NAN, NAN);
    FLOATS(STOA_CUMPROD, (-0.0, 3.0, INFINITY), -0.0, -0.0, NAN);
}

int main(void)
{
    return RUN("cumulate",
               a_run_gives_what_each_prefix_reckoned_alone_gives_or_stops_where_that_does_not_fit,
               integers_stop_at_the_first_result_that_does_not_fit,
               least_and_greatest_pass_over_nan_and_put_minus_zero_below_zero,
               floats_are_added_in_their_sequence_and_a_run_of_minus_zeros_stays_minus_zero);
}
