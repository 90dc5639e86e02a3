/* emit.c: makes terms, each once: equal steps share one term, and steps on constants are run at
 * once, by the kernel that would run them later, so that folding cannot change a result.
 *
 * Operands that are one value for all rows go into a kernel's constant shape. Where a kernel has
 * no such shape its operands are swapped, if that may be, or filled into a register. */
#include "expr/binder/emit.h"

#include <string.h>

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
                         bool nullable, uint32_t index)
{
    stoa__term term = {.kind = (uint8_t)kind,
                       .form = (uint8_t)form,
                       .uniform = kind == STOA__PARAMETER_TERM,
                       .pool = kind == STOA__COLUMN_TERM || kind == STOA__ARRAY_TERM
                                   ? STOA__TABLE_POOL
                                   : STOA__PROGRAM_POOL,
                       .may_be_null = nullable,
                       .nullable_rows = nullable,
                       .range = stoa__range_of(form),
                       .bits = {index}};
    return stoa__intern(code, &term);
}

/* As a value 0, which is in the range of every type. */
stoa__id stoa__emit_null(stoa__code_block *code, stoa_type form, unsigned pool)
{
    stoa__term term = {.kind = STOA__STEP_TERM,
                       .form = (uint8_t)form,
                       .code = STOA__NULL,
                       .uniform = true,
                       .pool = (uint16_t)pool,
                       .may_be_null = true,
                       .nullable_rows = true,
                       .bits = {pool}};
    if (form == STOA_FLOAT64)
        term.range = STOA__NO_RANGE;
    return stoa__intern(code, &term);
}

/* ---- steps ---- */

static stoa_type form_of(unsigned step, const stoa__code_block *code, stoa__id a)
{
    if (step == STOA__FILL_BITS || step == STOA__IS_NULL)
        return STOA_BOOL;
    bool of_8_bytes = step == STOA__WHERE_INT64 || step == STOA__AND_INT64 ||
                      step == STOA__OR_INT64 || step == STOA__XOR_INT64 ||
                      step == STOA__INVERT_INT64 || step == STOA__STORE_8;
    bool of_4_bytes = step == STOA__WHERE_INT32 || step == STOA__STORE_4;
    if (step == STOA__CUMULATE || of_8_bytes || of_4_bytes) /* these serve several forms */
        return (stoa_type)code->terms[a].form;
    return (stoa_type)stoa__facts[step].out;
}

/* Runs a step on constants. False where it fails. */
static bool fold(const stoa__code_block *code, const stoa__term *step, uint64_t *made)
{
    const stoa__term *terms = code->terms;
    uint64_t out[2] = {0, 0};
    bool fails = stoa__kernels_here()->run[step->code][STOA__VV](
        out, terms[step->a].bits, terms[step->b].bits, terms[step->c].bits, 1);
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
    const stoa__term *term = &code->terms[id];
    if (!term->uniform)
        return id;
    bool narrow = term->form == STOA_INT32 || term->form == STOA_STRING;
    unsigned step = term->form == STOA_BOOL ? (unsigned)STOA__FILL_BITS
                    : narrow                ? (unsigned)STOA__FILL_INT32
                                            : (unsigned)STOA__FILL_INT64;
    stoa__term made = {.kind = STOA__STEP_TERM,
                       .form = term->form,
                       .code = (uint16_t)step,
                       .pool = term->pool,
                       .a = id,
                       .may_fail_deep = term->may_fail_deep,
                       .may_be_null = term->may_be_null,
                       .nullable_rows = term->nullable_rows,
                       .depth = term->depth,
                       .range = term->range};
    return stoa__intern(code, &made);
}

/* Chooses the shape; operands may be swapped or filled for it. */
static void choose_shape(stoa__code_block *code, stoa__term *step)
{
    bool a = code->terms[step->a].uniform, b = code->terms[step->b].uniform;
    if (step->code >= STOA__CODES || step->code == STOA__NUMBERS)
        return;
    step->c = stoa__emit_row(code, step->c);
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

/* Though an operand may be null. coalesce(x, v) is where(is_null(x), v, x). */
static bool is_never_null(const stoa__code_block *code, const stoa__term *step)
{
    bool chooses = step->code == STOA__WHERE_INT32 || step->code == STOA__WHERE_INT64 ||
                   step->code == STOA__WHERE_BITS;
    const stoa__term *condition = &code->terms[step->c];
    if (step->code == STOA__IS_NULL)
        return true;
    return chooses && !step->strict && condition->kind == STOA__STEP_TERM &&
           condition->code == STOA__IS_NULL && condition->a == step->b &&
           !code->terms[step->a].may_be_null;
}

stoa__id stoa__emit_step(stoa__code_block *code, stoa__term step)
{
    if (code->refused)
        return STOA__NOTHING_ID;
    step.kind = STOA__STEP_TERM;
    bool looks_up = step.code == STOA__LOOKUP_BITS || step.code == STOA__LOOKUP_INT32;
    step.form = looks_up ? code->terms[step.b].form : (uint8_t)form_of(step.code, code, step.a);
    if (step.form == STOA_STRING)
        step.pool = code->terms[looks_up ? step.b : step.a].pool;
    if (step.origin == NULL)
        step.origin = code->origin;
    if (step.range.low > step.range.high) /* it always fails, with whatever bits */
        step.range = stoa__range_of((stoa_type)step.form);
    step.may_fail_deep = step.may_fail;
    step.uniform =
        (step.code < STOA__CODES && step.code != STOA__NUMBERS) || step.code == STOA__IS_NULL;
    bool constant = step.uniform && step.code != STOA__IS_NULL;
    stoa__id operands[] = {step.a, step.b, step.c};
    for (size_t i = 0; i < 3; i++) {
        if (operands[i] == STOA__NOTHING_ID)
            continue;
        const stoa__term *operand = &code->terms[operands[i]];
        step.uniform = step.uniform && operand->uniform;
        constant = constant && operand->kind == STOA__CONSTANT_TERM;
        step.may_fail_deep = step.may_fail_deep || operand->may_fail_deep;
        step.may_be_null = step.may_be_null || operand->may_be_null;
        step.nullable_rows = step.nullable_rows || operand->nullable_rows;
        if (operand->depth > step.depth)
            step.depth = operand->depth;
    }
    if (step.may_be_null && is_never_null(code, &step))
        step.may_be_null = step.nullable_rows = false;
    uint64_t bits;
    if (constant && fold(code, &step, &bits))
        return stoa__emit_constant(code, (stoa_type)step.form, bits);
    if (!step.uniform)
        choose_shape(code, &step);
    return stoa__intern(code, &step);
}

stoa__id stoa__emit_term(stoa__code_block *code, stoa__term made, bool uniform)
{
    stoa__id operands[] = {made.a, made.b, made.c};
    made.kind = STOA__STEP_TERM;
    made.uniform = uniform;
    made.origin = code->origin;
    for (size_t i = 0; i < 3; i++) {
        const stoa__term *operand = &code->terms[operands[i]];
        made.may_fail_deep = made.may_fail_deep || operand->may_fail_deep;
        made.may_be_null = made.may_be_null || operand->may_be_null;
        made.nullable_rows = made.nullable_rows || (operand->nullable_rows && !uniform);
        made.depth = operand->depth > made.depth ? operand->depth : made.depth;
    }
    if (made.code == STOA__ROW_IDS && made.bits[1] != 0) /* 0 where it refers to none */
        made.may_be_null = made.nullable_rows = false;
    made.range = made.form == STOA_INT32  ? (stoa__range){0, INT32_MAX}
                 : made.form == STOA_BOOL ? STOA__TRUTH_RANGE
                                          : STOA__NO_RANGE;
    return stoa__intern(code, &made);
}

stoa__id stoa__emit_within(stoa__code_block *code, stoa__id a, stoa__range bounds)
{
    stoa__range range = code->terms[a].range;
    unsigned form = code->terms[a].form;
    if (stoa__range_within(range, bounds))
        return a;
    bounds = stoa__range_clip(bounds, stoa__range_of((stoa_type)form));
    stoa__term limits = {.kind = STOA__CONSTANT_TERM, .form = (uint8_t)form, .uniform = true};
    limits.code = 1; /* not to be taken for a number */
    if (form == STOA_INT32)
        limits.bits[0] = (uint32_t)(int32_t)bounds.low | (uint64_t)(uint32_t)(int32_t)bounds.high
                                                             << 32;
    else {
        limits.bits[0] = (uint64_t)(int64_t)bounds.low;
        limits.bits[1] = (uint64_t)(int64_t)bounds.high;
    }
    stoa__id b = stoa__intern(code, &limits);
    return stoa__emit(code, form == STOA_INT32 ? STOA__WITHIN_INT32 : STOA__WITHIN_INT64, a, b,
                      true, stoa__range_clip(range, bounds));
}

stoa__id stoa__emit_loaded(stoa__code_block *code, stoa__id id)
{
    static const uint16_t loads[] = {
        /* 0: cells are registers, or (object) never go into one */
        [STOA_BOOL] = STOA__LOAD_BOOL,       [STOA_INT8] = STOA__LOAD_INT8,
        [STOA_INT16] = STOA__LOAD_INT16,     [STOA_UINT8] = STOA__LOAD_UINT8,
        [STOA_UINT16] = STOA__LOAD_UINT16,   [STOA_UINT32] = STOA__LOAD_UINT32,
        [STOA_FLOAT32] = STOA__LOAD_FLOAT32,
    };
    const stoa__term *cells = &code->terms[id];
    return cells->form >= sizeof loads / sizeof *loads || loads[cells->form] == 0
               ? id
               : stoa__emit(code, loads[cells->form], id, 0, false, cells->range);
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
    return stoa__emit(code, step, id, 0, false, STOA__NO_RANGE);
}

/* A step from one integer form to another; what does not fit fails. */
static stoa__id integer_step(stoa__code_block *code, unsigned step, stoa__id id, stoa_type form)
{
    stoa__range range = code->terms[id].range, all = stoa__range_of(form);
    bool fits = stoa__range_within(range, all);
    if (step == STOA__INT32_CHECKED && fits)
        step = STOA__INT32_INT64;
    return stoa__emit(code, step, id, 0, !fits, stoa__range_clip(range, all));
}

static stoa__id between_integers(stoa__code_block *code, stoa__id id, unsigned from, stoa_type form)
{
    if (stoa__is_constant(code, id) &&
        stoa__range_within(code->terms[id].range, stoa__range_of(form)))
        return integer_constant_as(code, id, form);
    if (from == STOA_INT32)
        id = integer_step(code, STOA__INT64_INT32, id, STOA_INT64);
    if (from == STOA_UINT64)
        id = integer_step(code, STOA__INT64_UINT64, id, STOA_INT64);
    if (form == STOA_INT64)
        return id;
    return integer_step(code, form == STOA_UINT64 ? STOA__UINT64_INT64 : STOA__INT32_CHECKED, id,
                        form);
}

stoa__id stoa__emit_as(stoa__code_block *code, stoa__id id, stoa_type form)
{
    unsigned from = code->terms[id].form;
    if (from == STOA_BOOL && form != STOA_BOOL) {
        id = stoa__emit(code, STOA__INT32_BITS, id, 0, false, STOA__TRUTH_RANGE);
        from = STOA_INT32;
    }
    if (form == from)
        return id;
    if (form == STOA_FLOAT64)
        return to_float(code, id, from);
    return between_integers(code, id, from, form);
}

stoa__id stoa__emit_for_float32(stoa__code_block *code, stoa__id id)
{
    unsigned form = code->terms[id].form;
    if ((form == STOA_INT64 || form == STOA_UINT64) &&
        !stoa__range_within(code->terms[id].range, STOA__EXACT_RANGE))
        id = stoa__emit(code, form == STOA_INT64 ? STOA__ODD_INT64 : STOA__ODD_UINT64, id, 0, false,
                        stoa__range_of((stoa_type)form));
    return stoa__emit_as(code, id, STOA_FLOAT64);
}

/* ---- bits ---- */

stoa__id stoa__emit_not(stoa__code_block *code, stoa__id id)
{
    const stoa__term *term = &code->terms[id];
    if (term->kind == STOA__STEP_TERM && term->code == STOA__NOT_BITS)
        return term->a;
    return stoa__emit(code, STOA__NOT_BITS, id, 0, false, STOA__TRUTH_RANGE);
}

/* `and`, `or`: `neutral` leaves the other side as it is, the other truth decides alone. */
static stoa__id join(stoa__code_block *code, unsigned step, bool neutral, stoa__id a, stoa__id b)
{
    bool neutral_a = (code->terms[a].bits[0] != 0) == neutral;
    bool neutral_b = (code->terms[b].bits[0] != 0) == neutral;
    if (stoa__is_constant(code, a))
        return neutral_a ? b : a;
    if (stoa__is_constant(code, b) && neutral_b)
        return a;
    if (stoa__is_constant(code, b) && !code->terms[a].may_fail_deep)
        return b;
    return a == b ? a : stoa__emit(code, step, a, b, false, STOA__TRUTH_RANGE);
}

stoa__id stoa__emit_and(stoa__code_block *code, stoa__id a, stoa__id b)
{
    return join(code, STOA__AND_BITS, true, a, b);
}

stoa__id stoa__emit_or(stoa__code_block *code, stoa__id a, stoa__id b)
{
    return join(code, STOA__OR_BITS, false, a, b);
}
