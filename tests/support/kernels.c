/* kernels.c: compares kernels with references. A trial is one set of operands, on which every
 * level's kernel is called; the rest of the file makes operands. */
#include "kernels.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "reference.h"

size_t kernel_levels(const stoa__kernels *const **levels)
{
    static const stoa__kernels *here[3];
    size_t count = 0;
    here[count++] = &stoa__kernels_baseline;
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
        __builtin_cpu_supports("bmi2")) {
        here[count++] = &stoa__kernels_avx2;
        if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
            __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
            here[count++] = &stoa__kernels_avx512;
    }
#endif
    *levels = here;
    return count;
}

/* ---- values ---- */

size_t kernel_bytes(stoa_type form, size_t count)
{
    return form == STOA_BOOL ? (count + 63) / 64 * 8 : count * stoa_type_width(form);
}

size_t kernel_edges(stoa_type form, const void **values)
{
    static const void *edges[VALUE_TYPES + 1];
    static size_t counts[VALUE_TYPES + 1];
    if (counts[form] == 0)
        counts[form] = reference_edges(form, &edges[form]);
    *values = edges[form];
    return counts[form];
}

static kernel_value cell(stoa_type form, const void *cells, size_t i)
{
    size_t width = stoa_type_width(form);
    kernel_value value = {.uint64 = 0};
    memcpy(&value, (const char *)cells + i * width, width);
    return value;
}

kernel_value kernel_edge(stoa_type form, size_t i)
{
    const void *edges;
    size_t count = kernel_edges(form, &edges);
    return cell(form, edges, i % count);
}

/* An integer of random size (in bits) and sign. */
static int64_t number_of_some_size(dice *d)
{
    int64_t number = (int64_t)(dice_roll(d) >> dice_below(d, 64) >> 1);
    return dice_below(d, 2) ? number : -number;
}

kernel_value kernel_roll(stoa_type form, dice *d)
{
    kernel_value value = {.uint64 = dice_roll(d)};
    size_t kind = dice_below(d, 8);
    if (form == STOA_BOOL)
        return (kernel_value){.boolean = value.uint64 & 1};
    if (kind < 3) {
        value = kernel_edge(form, value.uint64 % 100003);
        if (kind == 0)
            value.uint64 += dice_below(d, 5) - 2;
    } else if (kind < 7 && form == STOA_FLOAT64) {
        value.float64 =
            (double)number_of_some_size(d) / (double)(1 + dice_below(d, 8) * (kind % 2));
    } else if (kind < 7 && form == STOA_FLOAT32) {
        value.float32 = (float)number_of_some_size(d) / (float)(1 + dice_below(d, 8) * (kind % 2));
    } else if (kind < 7) {
        value.int64 = number_of_some_size(d);
    }
    return cell(form, &value, 0);
}

kernel_value kernel_get(stoa_type form, const void *values, size_t i)
{
    if (form == STOA_BOOL)
        return (kernel_value){.boolean = ((const uint64_t *)values)[i / 64] >> (i % 64) & 1};
    return cell(form, values, i);
}

void kernel_set(stoa_type form, void *values, size_t i, kernel_value value)
{
    if (form == STOA_BOOL) {
        uint64_t *word = (uint64_t *)values + i / 64, bit = (uint64_t)1 << (i % 64);
        *word = value.boolean ? *word | bit : *word & ~bit;
        return;
    }
    size_t width = stoa_type_width(form);
    memcpy((char *)values + i * width, &value, width);
}

bool kernel_same(stoa_type form, kernel_value a, kernel_value b)
{
    return reference_same(form, &a, &b);
}

const char *kernel_shown(stoa_type form, kernel_value value)
{
    static char texts[4][80];
    static size_t next;
    char *text = texts[next++ % 4];
    stoa_value shown = {.type = STOA_NO_TYPE};
    if (form != STOA_NO_TYPE)
        shown = reference_value(form, &value);
    if (form == STOA_FLOAT32 || form == STOA_FLOAT64)
        snprintf(text, sizeof texts[0], "%.17g (%a)", shown.float64, shown.float64);
    else if (form >= STOA_UINT8 && form <= STOA_UINT64)
        snprintf(text, sizeof texts[0], "%" PRIu64, shown.uint64);
    else if (form == STOA_BOOL)
        snprintf(text, sizeof texts[0], "%s", shown.boolean ? "true" : "false");
    else if (form == STOA_NO_TYPE)
        snprintf(text, sizeof texts[0], "nothing");
    else
        snprintf(text, sizeof texts[0], "%" PRId64, shown.int64);
    return text;
}

size_t kernel_length(size_t i)
{
    if (i <= 130)
        return i;
    i -= 131;
    if (i <= 30)
        return 500 + i;
    i -= 31;
    return i == 0 ? 1000 : i == 1 ? 4099 : SIZE_MAX;
}

/* ---- places for operands ---- */

enum {
    GUARD = 65536, /* the largest page size */
    MARGIN = 512,  /* bytes before each place that are checked for stray writes */
};
static _Alignas(GUARD) unsigned char places[KERNEL_PLACES][KERNEL_ROOM + GUARD];

static void guard(int protection)
{
    for (size_t i = 0; i < KERNEL_PLACES; i++)
        ck_assert_int_eq(mprotect(places[i] + KERNEL_ROOM, GUARD, protection), 0);
}

/* Makes guard pages readable again, since the leak checker reads all static memory at exit. */
static void unguard(void)
{
    guard(PROT_READ | PROT_WRITE);
}

void *kernel_place(size_t place, size_t bytes, size_t shift)
{
    static bool guarded;
    ck_assert_uint_lt(place, KERNEL_PLACES);
    ck_assert_uint_le(MARGIN + bytes + shift, KERNEL_ROOM);
    ck_assert_uint_le(shift, MARGIN);
    if (!guarded) {
        guard(PROT_NONE);
        ck_assert_int_eq(atexit(unguard), 0);
        guarded = true;
    }
    unsigned char *at = places[place] + KERNEL_ROOM - shift - bytes;
    memset(at - MARGIN, 0xA5, MARGIN + bytes + shift);
    return at;
}

bool kernel_kept(size_t place, size_t bytes, size_t shift)
{
    static unsigned char kept[MARGIN];
    const unsigned char *end = places[place] + KERNEL_ROOM - shift;
    if (kept[0] != 0xA5)
        memset(kept, 0xA5, sizeof kept);
    return memcmp(end - bytes - MARGIN, kept, MARGIN) == 0 && memcmp(end, kept, shift) == 0;
}

/* ---- one trial ---- */

enum { MOST = 4099 };

/* The operands of one call, and its expected result. Constants are at [0]. */
typedef struct trial {
    stoa__code code;
    stoa__shape shape;
    size_t count;
    kernel_value a[MOST], b[MOST], out[MOST];
    bool c[MOST];
    bool fails[MOST];
    bool any; /* whether some value must fail */
    /* a, b and out as cells; the first level's result, with the values that failed. */
    kernel_value a_cells[MOST], b_cells[MOST], out_cells[MOST], baseline[MOST];
} trial;

static bool a_constant(stoa__shape shape)
{
    return shape == STOA__CV || shape == STOA__CC;
}
static bool b_constant(stoa__shape shape)
{
    return shape == STOA__VC || shape == STOA__CC;
}

typedef enum in_place { APART, OVER_A, OVER_B } in_place;

static bool can_be(const trial *t, in_place where)
{
    const stoa__code_facts *facts = &stoa__facts[t->code];
    uint8_t form = where == OVER_A ? facts->a : facts->b;
    bool constant = where == OVER_A ? a_constant(t->shape) : b_constant(t->shape);
    return where == APART ||
           (form != STOA_NO_TYPE && !constant && (form == STOA_BOOL) == (facts->out == STOA_BOOL) &&
            stoa_type_width(form) == stoa_type_width(facts->out));
}

static void lay(stoa_type form, void *at, const kernel_value *values, size_t count)
{
    if (form == STOA_BOOL)
        memset(at, 0, kernel_bytes(form, count));
    for (size_t i = 0; i < count; i++)
        kernel_set(form, at, i, values[i]);
}

static size_t a_count(const trial *t)
{
    return a_constant(t->shape) ? 1 : t->count;
}
static size_t b_count(const trial *t)
{
    return b_constant(t->shape) ? 1 : t->count;
}

static void lay_all(trial *t)
{
    const stoa__code_facts *facts = &stoa__facts[t->code];
    if (facts->a != STOA_NO_TYPE)
        lay(facts->a, t->a_cells, t->a, a_count(t));
    if (facts->b != STOA_NO_TYPE)
        lay(facts->b, t->b_cells, t->b, b_count(t));
    lay(facts->out, t->out_cells, t->out, t->count);
}

/* Copies an operand to its place. over: the place that is also `out`. */
static void *operand(size_t place, stoa_type form, const kernel_value *cells, size_t count,
                     size_t shift, void *over)
{
    if (form == STOA_NO_TYPE)
        return NULL;
    size_t bytes = kernel_bytes(form, count);
    void *at = over ? over : kernel_place(place, bytes, shift);
    memcpy(at, cells, bytes);
    return at;
}

static size_t some_shift(stoa_type form, dice *d)
{
    size_t width = form == STOA_BOOL ? 8 : form == STOA_NO_TYPE ? 1 : stoa_type_width(form);
    return dice_below(d, 3) == 0 ? 0 : dice_below(d, 64 / width) * width;
}

static void compare_values(const trial *t, const stoa__kernels *level, const void *out)
{
    const stoa__code_facts *facts = &stoa__facts[t->code];
    for (size_t i = 0; i < t->count; i++) {
        kernel_value got = kernel_get(facts->out, out, i);
        kernel_value a = t->a[a_constant(t->shape) ? 0 : i], b = t->b[b_constant(t->shape) ? 0 : i];
        kernel_value baseline = kernel_get(facts->out, t->baseline, i);
        bool right = t->fails[i] || kernel_same(facts->out, got, t->out[i]);
        if (!right || !kernel_same(facts->out, got, baseline))
            ck_abort_msg("%s %s shape %d, value %zu of %zu: of %s and %s comes %s, not %s",
                         level->name, facts->name, t->shape, i, t->count, kernel_shown(facts->a, a),
                         kernel_shown(facts->b, b), kernel_shown(facts->out, got),
                         kernel_shown(facts->out, right ? baseline : t->out[i]));
    }
    for (size_t i = t->count; facts->out == STOA_BOOL && i % 64 != 0; i++)
        ck_assert_msg(!kernel_get(STOA_BOOL, out, i).boolean, "%s %s: bit %zu of %zu is set",
                      level->name, facts->name, i, t->count);
}

static void compare(trial *t, const stoa__kernels *level, const void *out, bool failed)
{
    const stoa__code_facts *facts = &stoa__facts[t->code];
    size_t bytes = kernel_bytes(facts->out, t->count);
    bool first = level == &stoa__kernels_baseline;
    if (first)
        memcpy(t->baseline, out, bytes);
    /* Value by value only where bits differ: NaN may, and what failed is unlike the reference's. */
    if (memcmp(out, first ? t->out_cells : t->baseline, bytes) != 0)
        compare_values(t, level, out);
    if (failed != t->any) {
        size_t i = 0;
        while (i < t->count && !t->fails[i])
            i++;
        ck_abort_msg("%s %s shape %d of %zu values says %s, where value %zu %s", level->name,
                     facts->name, t->shape, t->count, failed ? "fails" : "gives", i,
                     t->any ? "fails" : "(none) fails");
    }
}

/* The third operand, of CHOOSE. */
static const void *chooser(const trial *t)
{
    if (t->code < STOA__WHERE_INT32 || t->code > STOA__WHERE_BITS)
        return NULL;
    size_t bytes = kernel_bytes(STOA_BOOL, t->count);
    uint64_t *c = kernel_place(3, bytes, 0);
    memset(c, 0, bytes);
    for (size_t i = 0; i < t->count; i++)
        kernel_set(STOA_BOOL, c, i, (kernel_value){.boolean = t->c[i]});
    return c;
}

static void try_level(trial *t, const stoa__kernels *level, in_place where, dice *d)
{
    const stoa__code_facts *facts = &stoa__facts[t->code];
    size_t shift = some_shift(facts->out, d), bytes = kernel_bytes(facts->out, t->count);
    void *out = kernel_place(0, bytes, shift);
    void *a = operand(1, facts->a, t->a_cells, a_count(t), some_shift(facts->a, d),
                      where == OVER_A ? out : NULL);
    void *b = operand(2, facts->b, t->b_cells, b_count(t), some_shift(facts->b, d),
                      where == OVER_B ? out : NULL);
    stoa__kernel *kernel = level->run[t->code][t->shape];
    ck_assert_msg(kernel != NULL, "%s %s lacks a shape", level->name, facts->name);
    compare(t, level, out, kernel(out, a, b, chooser(t), t->count));
    ck_assert_msg(kernel_kept(0, bytes, shift), "%s %s writes beyond %zu values", level->name,
                  facts->name, t->count);
}

/* Calls each level; `out` in its own place, or in place of an input. */
static void try_levels(trial *t, bool everywhere, dice *d)
{
    const stoa__kernels *const *levels;
    size_t count = kernel_levels(&levels);
    lay_all(t);
    for (in_place where = APART; where <= (everywhere ? OVER_B : APART); where++)
        for (size_t i = 0; i < count && can_be(t, where); i++)
            try_level(t, levels[i], where, d);
}

/* ---- operands ---- */

/* Asks the reference for value i; false if the kernel must not be given these operands. */
static bool expect(trial *t, kernel_reference *reference, size_t i)
{
    memset(&t->out[i], 0, sizeof t->out[i]);
    outcome found = reference(&t->out[i], t->a[a_constant(t->shape) ? 0 : i],
                              t->b[b_constant(t->shape) ? 0 : i], t->c[i]);
    t->fails[i] = found == KERNEL_FAILS;
    return found != KERNEL_OUTSIDE;
}

static void finish(trial *t, size_t count, bool everywhere, dice *d)
{
    t->count = count;
    t->any = false;
    for (size_t i = 0; i < count; i++)
        t->any |= t->fails[i];
    if (count > 0)
        try_levels(t, everywhere, d);
}

static size_t edge_count(stoa_type form)
{
    const void *values;
    return form == STOA_NO_TYPE ? 1 : kernel_edges(form, &values);
}

static kernel_value edge(stoa_type form, size_t i)
{
    return form == STOA_NO_TYPE ? (kernel_value){.uint64 = 0} : kernel_edge(form, i);
}

/* Tries all edge values of a with all of b, a block at a time; a constant changes with each block.
 * Values that fail are collected for blocks of their own, so that some blocks fail and others do
 * not. If both are constant, a block is one pair. */
static void try_edges(trial *t, kernel_reference *reference, bool failing, dice *d)
{
    const stoa__code_facts *facts = &stoa__facts[t->code];
    bool swapped = a_constant(t->shape);
    size_t a_edges = edge_count(facts->a), b_edges = edge_count(facts->b);
    size_t outer = swapped ? a_edges : b_edges, inner = swapped ? b_edges : a_edges;
    size_t step = scaled(64, 1) == 64 ? 1 : 7, filled = 0;
    bool constant = t->shape != STOA__VV;
    for (size_t i = 0; i < outer; i += step) {
        for (size_t j = 0; j < inner; j++) {
            size_t at_a = a_constant(t->shape) ? 0 : filled,
                   at_b = b_constant(t->shape) ? 0 : filled;
            t->a[at_a] = edge(facts->a, swapped ? i : j);
            t->b[at_b] = edge(facts->b, swapped ? j : i);
            t->c[filled] = dice_below(d, 2) == 1;
            if (expect(t, reference, filled) && t->fails[filled] == failing)
                filled++;
            if (filled == STOA__BLOCK || t->shape == STOA__CC) {
                finish(t, filled, false, d);
                filled = 0;
            }
        }
        if (constant) {
            finish(t, filled, false, d);
            filled = 0;
        }
    }
    finish(t, filled, false, d);
}

/* Makes random operands at i until they fail (or do not fail), as `fails` says. */
static bool roll(trial *t, kernel_reference *reference, size_t i, bool failing, dice *d)
{
    const stoa__code_facts *facts = &stoa__facts[t->code];
    for (size_t attempt = 0; attempt < 200; attempt++) {
        if (facts->a != STOA_NO_TYPE && !(a_constant(t->shape) && i > 0))
            t->a[a_constant(t->shape) ? 0 : i] = kernel_roll(facts->a, d);
        if (facts->b != STOA_NO_TYPE && !(b_constant(t->shape) && i > 0))
            t->b[b_constant(t->shape) ? 0 : i] = kernel_roll(facts->b, d);
        t->c[i] = dice_below(d, 2) == 1;
        if (expect(t, reference, i) && t->fails[i] == failing)
            return true;
    }
    return false;
}

/* Puts a failing value, if one is found, at a random place among values that do not fail. */
static void put_a_failure(trial *t, kernel_reference *reference, size_t count, dice *d)
{
    size_t i = dice_below(d, 4) == 0 ? count - 1 : dice_below(d, count);
    kernel_value a = t->a[i], b = t->b[i], out = t->out[i];
    bool c = t->c[i];
    if (i == 0 || roll(t, reference, i, true, d))
        return;
    t->a[i] = a;
    t->b[i] = b;
    t->out[i] = out;
    t->c[i] = c;
    t->fails[i] = false;
}

static void try_random(trial *t, kernel_reference *reference, size_t count, dice *d)
{
    size_t kind = dice_below(d, 3); /* none fails, one fails, or random */
    size_t filled = 0;
    while (filled < count) {
        bool failing = kind == 2 && stoa__facts[t->code].fails && dice_below(d, 8) == 0;
        if (!roll(t, reference, filled, failing, d) && !roll(t, reference, filled, !failing, d))
            break;
        filled++;
    }
    if (kind == 1 && filled > 0 && stoa__facts[t->code].fails)
        put_a_failure(t, reference, filled, d);
    finish(t, filled, true, d);
}

/* A count of 0: nothing is written and nothing fails, whatever the constants are. */
static void try_nothing(trial *t, dice *d)
{
    const stoa__code_facts *facts = &stoa__facts[t->code];
    for (size_t i = 0; i < 16; i++) {
        if (facts->a != STOA_NO_TYPE)
            t->a[0] = kernel_roll((stoa_type)facts->a, d);
        if (facts->b != STOA_NO_TYPE)
            t->b[0] = kernel_roll((stoa_type)facts->b, d);
        t->count = 0;
        t->any = false;
        try_levels(t, true, d);
    }
}

void kernel_agrees(stoa__code code, kernel_reference *reference)
{
    static trial t;
    dice d = {code};
    size_t repeats = scaled(64, 1) == 64 ? 3 : 1;
    for (stoa__shape shape = STOA__VV; shape < STOA__SHAPES; shape++) {
        if (stoa__kernels_baseline.run[code][shape] == NULL)
            continue;
        memset(&t, 0, sizeof t);
        t.code = code;
        t.shape = shape;
        try_nothing(&t, &d);
        try_edges(&t, reference, false, &d);
        if (stoa__facts[code].fails)
            try_edges(&t, reference, true, &d);
        for (size_t i = 0; kernel_length(i) != SIZE_MAX; i++)
            for (size_t repeat = 0; repeat < repeats; repeat++)
                try_random(&t, reference, kernel_length(i), &d);
    }
}
