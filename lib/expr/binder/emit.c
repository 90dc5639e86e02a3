/* emit.c: makes values, each once: equal steps share one value, and steps on constants are run at
 * once, by the kernel that would run them later, so that folding cannot change a result.
 *
 * Operands that are one value for all rows go into a kernel's constant shape. Where a kernel has
 * no such shape its operands are swapped, if that may be, or filled into a register. */
#include <string.h>

#include "expr/binder/emit.h"

#define NO_RANGE ((stoa__range){0, 0})

/* ---- leaves ---- */

stoa__id stoa__emit_constant(stoa__code_block *code, stoa_type form, uint64_t bits)
{
    stoa__term term = {.kind = STOA__CONSTANT_TERM, .form = (uint8_t)form, .uniform = true};
    term.bits[0] = bits;
    if (form == STOA_INT32)
        term.range.low = (int32_t)(uint32_t)bits;
    else
        term.range.low = form == STOA_INT64 ? (stoa__wide)(int64_t)bits : (stoa__wide)bits;
    term.range.high = term.range.low;
    return stoa__intern(code, &term);
}

stoa__id stoa__emit_integer(stoa__code_block *code, int64_t value)
{
    if (value >= INT32_MIN && value <= INT32_MAX)
        return stoa__emit_constant(code, STOA_INT32, (uint32_t)(int32_t)value);
    return stoa__emit_constant(code, STOA_INT64, (uint64_t)value);
}

stoa__id stoa__emit_float(stoa__code_block *code, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return stoa__emit_constant(code, STOA_FLOAT64, bits);
}

stoa__id stoa__emit_truth(stoa__code_block *code, bool value)
{
    return stoa__emit_constant(code, STOA_BOOL, value);
}

stoa__id stoa__emit_leaf(stoa__code_block *code, stoa__term_kind kind, stoa_type form,
                         uint32_t index, bool uniform, stoa__range range)
{
    stoa__term term = {
        .kind = (uint8_t)kind, .form = (uint8_t)form, .uniform = uniform, .range = range};
    term.bits[0] = index;
    return stoa__intern(code, &term);
}

/* ---- steps ---- */

static stoa_type form_of(unsigned step, const stoa__code_block *code, stoa__id a)
{
    if (step == STOA__FILL_BITS)
        return STOA_BOOL;
    bool of_8_bytes = step == STOA__CHOOSE_INT64 || step == STOA__AND_INT64 ||
                      step == STOA__OR_INT64 || step == STOA__XOR_INT64 ||
                      step == STOA__INVERT_INT64 || step == STOA__STORE_8;
    if (step == STOA__CUMULATE || of_8_bytes) /* these serve several forms */
        return (stoa_type)code->terms[a].form;
    return (stoa_type)stoa__facts[step].out;
}

/* Runs a step on constants. False where it fails. */
static bool fold(const stoa__code_block *code, const stoa__term *step, uint64_t *made)
{
    const stoa__term *values = code->terms;
    uint64_t out[2] = {0, 0};
    bool fails = stoa__kernels_here()->run[step->code][STOA__VV](
        out, values[step->a].bits, values[step->b].bits, values[step->c].bits, 1);
    *made = out[0];
    return !fails;
}

/* What a comparison or a commutative kernel is with its operands swapped; ALL_CODES: nothing. */
static unsigned swapped(unsigned step)
{
    static const struct {
        uint16_t first, last;
    } same[] = {
        {STOA__ADD_INT32, STOA__ADD_FLOAT64},
        {STOA__MUL_INT32, STOA__MUL_FLOAT64},
        {STOA__MIN_INT32, STOA__MAX_FLOAT64},
        {STOA__AND_INT32, STOA__XOR_INT64},
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (step >= same[i].first && step <= same[i].last)
            return step;
    if (step < STOA__EQ_INT32 || step > STOA__GE_FLOAT64)
        return STOA__ALL_CODES;
    static const uint8_t mirrored[] = {0, 1, 4, 5, 2, 3}; /* EQ NE LT LE GT GE */
    unsigned offset = step - STOA__EQ_INT32;
    return step - offset % 6 + mirrored[offset % 6];
}

stoa__id stoa__emit_row(stoa__code_block *code, stoa__id id)
{
    if (code->refused || !code->terms[id].uniform)
        return id;
    const stoa__term *term = &code->terms[id];
    stoa__term step = {.kind = STOA__STEP_TERM, .form = term->form, .a = id};
    step.code = term->form == STOA_BOOL    ? (uint16_t)STOA__FILL_BITS
                : term->form == STOA_INT32 ? (uint16_t)STOA__FILL_INT32
                                           : (uint16_t)STOA__FILL_INT64;
    step.may_fail_deep = term->may_fail_deep;
    step.depth = term->depth;
    step.range = term->range;
    return stoa__intern(code, &step);
}

/* Chooses the shape; operands may be swapped or filled for it. */
static void choose_shape(stoa__code_block *code, stoa__term *step)
{
    bool a = code->terms[step->a].uniform, b = step->b != 0 && code->terms[step->b].uniform;
    if (step->code >= STOA__CODES || step->code == STOA__NUMBERS)
        return;
    step->c = step->c == 0 ? 0 : stoa__emit_row(code, step->c);
    stoa__kernel *const *shapes = stoa__kernels_here()->run[step->code];
    step->shape = (uint8_t)((a ? STOA__CV : 0) | (b ? STOA__VC : 0));
    if (shapes[step->shape] != NULL && (step->shape == STOA__VV || step->form != STOA_BOOL ||
                                        stoa__facts[step->code].a != STOA_BOOL))
        return;
    unsigned other = swapped(step->code);
    if (step->shape == STOA__CV && other != STOA__ALL_CODES) {
        stoa__id first = step->a;
        step->a = step->b;
        step->b = first;
        step->code = (uint16_t)other;
        step->shape = STOA__VC;
        return;
    }
    if (a)
        step->a = stoa__emit_row(code, step->a);
    if (b && (shapes[STOA__VC] == NULL || stoa__facts[step->code].b == STOA_BOOL)) {
        step->b = stoa__emit_row(code, step->b);
        b = false;
    }
    step->shape = b ? STOA__VC : STOA__VV;
}

/* value: code, operands, range, origin, may_fail and bits are there. */
static stoa__id emit_step(stoa__code_block *code, stoa__term term)
{
    if (code->refused)
        return STOA__NOTHING_ID;
    term.kind = STOA__STEP_TERM;
    term.form = (uint8_t)form_of(term.code, code, term.a);
    if (term.range.low > term.range.high) /* it always fails, with whatever bits */
        term.range = stoa__range_of((stoa_type)term.form);
    term.may_fail_deep = term.may_fail;
    term.uniform = term.code < STOA__CODES && term.code != STOA__NUMBERS;
    bool constant = term.uniform;
    stoa__id operands[] = {term.a, term.b, term.c};
    for (size_t i = 0; i < 3; i++) {
        if (operands[i] == STOA__NOTHING_ID)
            continue;
        const stoa__term *operand = &code->terms[operands[i]];
        term.uniform = term.uniform && operand->uniform;
        constant = constant && operand->kind == STOA__CONSTANT_TERM;
        term.may_fail_deep = term.may_fail_deep || operand->may_fail_deep;
        if (operand->depth > term.depth)
            term.depth = operand->depth;
    }
    uint64_t bits;
    if (constant && fold(code, &term, &bits))
        return stoa__emit_constant(code, (stoa_type)term.form, bits);
    if (!term.uniform)
        choose_shape(code, &term);
    return stoa__intern(code, &term);
}

stoa__id stoa__emit(stoa__code_block *code, unsigned step, stoa__id a, stoa__id b, stoa__id c,
                    bool may_fail, stoa__range range, const stoa_expression *origin)
{
    return emit_step(code, (stoa__term){.code = (uint16_t)step,
                                        .a = a,
                                        .b = b,
                                        .c = c,
                                        .may_fail = may_fail,
                                        .range = range,
                                        .origin = origin});
}

stoa__id stoa__emit_strict(stoa__code_block *code, unsigned step, stoa__id a, stoa__id b,
                           stoa__id c, stoa__range range, const stoa_expression *origin)
{
    return emit_step(code, (stoa__term){.code = (uint16_t)step,
                                        .a = a,
                                        .b = b,
                                        .c = c,
                                        .range = range,
                                        .origin = origin,
                                        .bits = {0, STOA__STRICT}});
}

stoa__id stoa__emit_within(stoa__code_block *code, stoa__id a, stoa__range bounds,
                           const stoa_expression *origin)
{
    if (code->refused || stoa__range_within(code->terms[a].range, bounds))
        return a;
    stoa__range range = code->terms[a].range;
    stoa__range all = stoa__range_of((stoa_type)code->terms[a].form);
    bounds.low = bounds.low < all.low ? all.low : bounds.low;
    bounds.high = bounds.high > all.high ? all.high : bounds.high;
    stoa__term limits = {.kind = STOA__CONSTANT_TERM, .uniform = true};
    limits.form = code->terms[a].form;
    if (limits.form == STOA_INT32)
        limits.bits[0] = (uint32_t)(int32_t)bounds.low | (uint64_t)(uint32_t)(int32_t)bounds.high
                                                             << 32;
    else {
        limits.bits[0] = (uint64_t)(int64_t)bounds.low;
        limits.bits[1] = (uint64_t)(int64_t)bounds.high;
    }
    limits.code = 1; /* not to be taken for a number */
    stoa__id b = stoa__intern(code, &limits);
    if (range.low < bounds.low)
        range.low = bounds.low;
    if (range.high > bounds.high)
        range.high = bounds.high;
    unsigned step = limits.form == STOA_INT32 ? STOA__WITHIN_INT32 : STOA__WITHIN_INT64;
    return stoa__emit(code, step, a, b, 0, true, range, origin);
}

stoa__id stoa__emit_loaded(stoa__code_block *code, stoa__id id)
{
    static const uint16_t loads[] = {
        [STOA_BOOL] = STOA__LOAD_BOOL,       [STOA_INT8] = STOA__LOAD_INT8,
        [STOA_INT16] = STOA__LOAD_INT16,     [STOA_UINT8] = STOA__LOAD_UINT8,
        [STOA_UINT16] = STOA__LOAD_UINT16,   [STOA_UINT32] = STOA__LOAD_UINT32,
        [STOA_FLOAT32] = STOA__LOAD_FLOAT32, [STOA_FLOAT64] = 0,
    };
    unsigned type = code->terms[id].form;
    if (code->refused || type == STOA_INT32 || type == STOA_INT64 || type == STOA_UINT64 ||
        type == STOA_FLOAT64)
        return id;
    return stoa__emit(code, loads[type], id, 0, 0, false, code->terms[id].range, NULL);
}

/* ---- forms ---- */

static stoa__id integer_constant_as(stoa__code_block *code, stoa__id id, stoa_type form)
{
    stoa__wide number = code->terms[id].range.low;
    if (form == STOA_INT32)
        return stoa__emit_constant(code, form, (uint32_t)(int32_t)number);
    return stoa__emit_constant(code, form, (uint64_t)number);
}

static stoa__id to_float(stoa__code_block *code, stoa__id id, unsigned from)
{
    unsigned step = from == STOA_INT32   ? STOA__FLOAT64_INT32
                    : from == STOA_INT64 ? STOA__FLOAT64_INT64
                                         : STOA__FLOAT64_UINT64;
    return stoa__emit(code, step, id, 0, 0, false, NO_RANGE, NULL);
}

/* A step from one integer form to another; what does not fit fails. */
static stoa__id integer_step(stoa__code_block *code, unsigned step, stoa__id id, stoa_type form,
                             const stoa_expression *origin)
{
    if (code->refused)
        return STOA__NOTHING_ID;
    stoa__range range = code->terms[id].range, all = stoa__range_of(form);
    bool fits = stoa__range_within(range, all);
    if (step == STOA__INT32_CHECKED && fits)
        step = STOA__INT32_INT64;
    range.low = range.low < all.low ? all.low : range.low;
    range.high = range.high > all.high ? all.high : range.high;
    return stoa__emit(code, step, id, 0, 0, !fits, range, origin);
}

static stoa__id between_integers(stoa__code_block *code, stoa__id id, unsigned from, stoa_type form,
                                 const stoa_expression *origin)
{
    if (stoa__is_constant(code, id) &&
        stoa__range_within(code->terms[id].range, stoa__range_of(form)))
        return integer_constant_as(code, id, form);
    if (from == STOA_INT32)
        id = integer_step(code, STOA__INT64_INT32, id, STOA_INT64, origin);
    if (from == STOA_UINT64)
        id = integer_step(code, STOA__INT64_UINT64, id, STOA_INT64, origin);
    if (form == STOA_INT64)
        return id;
    return integer_step(code, form == STOA_UINT64 ? STOA__UINT64_INT64 : STOA__INT32_CHECKED, id,
                        form, origin);
}

stoa__id stoa__emit_as(stoa__code_block *code, stoa__id id, stoa_type form,
                       const stoa_expression *origin)
{
    if (code->refused || code->terms[id].form == form)
        return id;
    unsigned from = code->terms[id].form;
    if (from == STOA_BOOL) {
        id = stoa__emit(code, STOA__INT32_BITS, id, 0, 0, false, stoa__range_of(STOA_BOOL), NULL);
        from = STOA_INT32;
    }
    if (code->refused || form == from)
        return id;
    if (form == STOA_FLOAT64)
        return to_float(code, id, from);
    return between_integers(code, id, from, form, origin);
}

stoa__id stoa__emit_for_float32(stoa__code_block *code, stoa__id id, const stoa_expression *origin)
{
    stoa__range exact = {-((stoa__wide)1 << 53), (stoa__wide)1 << 53};
    if (code->refused)
        return STOA__NOTHING_ID;
    unsigned form = code->terms[id].form;
    stoa__range range = code->terms[id].range;
    if ((form == STOA_INT64 || form == STOA_UINT64) && !stoa__range_within(range, exact))
        id = stoa__emit(code, form == STOA_INT64 ? STOA__ODD_INT64 : STOA__ODD_UINT64, id, 0, 0,
                        false, stoa__range_of((stoa_type)form), origin);
    return stoa__emit_as(code, id, STOA_FLOAT64, origin);
}

/* ---- bits ---- */

static bool truth_of(const stoa__code_block *code, stoa__id id, bool *truth)
{
    *truth = code->terms[id].bits[0] != 0;
    return stoa__is_constant(code, id);
}

stoa__id stoa__emit_not(stoa__code_block *code, stoa__id id)
{
    if (code->refused)
        return STOA__NOTHING_ID;
    const stoa__term *term = &code->terms[id];
    if (term->kind == STOA__STEP_TERM && term->code == STOA__NOT_BITS)
        return term->a;
    return stoa__emit(code, STOA__NOT_BITS, id, 0, 0, false, stoa__range_of(STOA_BOOL), NULL);
}

stoa__id stoa__emit_and(stoa__code_block *code, stoa__id a, stoa__id b)
{
    bool truth;
    if (code->refused)
        return STOA__NOTHING_ID;
    if (truth_of(code, a, &truth))
        return truth ? b : a;
    if (truth_of(code, b, &truth) && truth)
        return a;
    if (truth_of(code, b, &truth) && !code->terms[a].may_fail_deep)
        return b;
    return a == b
               ? a
               : stoa__emit(code, STOA__AND_BITS, a, b, 0, false, stoa__range_of(STOA_BOOL), NULL);
}

stoa__id stoa__emit_or(stoa__code_block *code, stoa__id a, stoa__id b)
{
    bool truth;
    if (code->refused)
        return STOA__NOTHING_ID;
    if (truth_of(code, a, &truth))
        return truth ? a : b;
    if (truth_of(code, b, &truth) && !truth)
        return a;
    if (truth_of(code, b, &truth) && !code->terms[a].may_fail_deep)
        return b;
    return a == b
               ? a
               : stoa__emit(code, STOA__OR_BITS, a, b, 0, false, stoa__range_of(STOA_BOOL), NULL);
}
