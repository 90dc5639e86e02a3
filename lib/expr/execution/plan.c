/* plan.c: which steps run in which pass, in which registers, and where their failures count.
 *
 * Values are numbered in the order of their making, so going through the numbers upwards meets
 * operands before their users, and downwards users before operands: needs, last uses and
 * active masks come from such walks. A register is given back after its last use; bits only where
 * nothing can fail, since active masks look at them when the block is done. */
#include <string.h>

#include "base/memory.h"
#include "expr/execution/plan.h"

#define NONE UINT32_MAX
/* Bytes of a register: a page. Registers begin at pages, and fill each line of it: a kernel's loads
 * then run ahead of its stores by the same distance in every page. With another distance a load can
 * meet an earlier store in its lower 12 bits, and processors wait for that: up to twice the time.
 */
#define REGISTER (STOA__BLOCK * 8)
/* Registers of bits that fit L2 together, each as long as a morsel. */
#define MOST_LONG 32
/* Active masks among which one that is there already is looked for: a twin does no harm. */
#define SEARCHED_MASKS 64

typedef enum pass_kind {
    AGGREGATE_PASS, /* aggregates that later passes need */
    VALUE_PASS,     /* the last, where the results are values of aggregates */
    OUTPUT_PASS,    /* the last, where they are values of each row */
    CHECK_PASS,     /* the same without the outputs: only what may fail */
} pass_kind;

/* Why a value is needed; bits of planner.needed. */
enum {
    FOR_PASS = 1,
    FOR_CONDITION = 2,
};

/* Places for values of one size: registers, or bits. */
typedef struct bank {
    uint32_t *free;
    uint32_t free_count, count;
} bank;

typedef struct planner {
    const stoa__code_block *code;
    stoa__pass *pass;
    pass_kind kind;
    uint16_t depth;
    uint8_t *needed; /* by id */
    uint32_t *mask;  /* by id */
    stoa__id *last;  /* by id: the last user, in the order of the steps */
    uint32_t *place; /* by id: in its bank, and then where that is, in lines */
    stoa__id *order; /* the steps of the pass, as they run */
    bank registers, bits;
    bool may_fail; /* some value of the code */
    bool refused;
} planner;

static void operands_of(const stoa__term *term, stoa__id operands[3])
{
    operands[0] = term->a;
    operands[1] = term->b;
    operands[2] = term->c;
}

static bool is_step(const stoa__term *term)
{
    return term->kind == STOA__STEP_TERM;
}

/* The results are values of each row, of those where the condition holds. */
static bool is_by_row(const planner *p)
{
    return p->kind == OUTPUT_PASS || p->kind == CHECK_PASS;
}

static uint32_t results_of(const planner *p)
{
    return p->kind == AGGREGATE_PASS ? 0 : p->code->result_count;
}

/* ---- what is needed ---- */

/* Marks what the marked ids are made of. A uniform value is there before the pass: what it is made
 * of need not be. */
static void need_operands(planner *p, uint8_t mark)
{
    const stoa__code_block *code = p->code;
    for (stoa__id id = code->count; id-- > STOA__FIRST_TERM;) {
        if ((p->needed[id] & mark) == 0 || !is_step(&code->terms[id]) || code->terms[id].uniform)
            continue;
        stoa__id operands[3];
        operands_of(&code->terms[id], operands);
        for (int i = 0; i < 3; i++)
            p->needed[operands[i]] |= mark;
    }
}

static void need(planner *p, stoa__id id)
{
    p->needed[id] |= FOR_PASS;
}

/* The condition that all aggregates and outputs of the pass have in common. */
static stoa__id common_condition(const planner *p)
{
    const stoa__code_block *code = p->code;
    stoa__id common = is_by_row(p) ? code->where : NONE;
    for (uint32_t i = 0; i < code->aggregate_count; i++) {
        if (code->aggregates[i].depth != p->depth)
            continue;
        if (common != NONE && common != code->aggregates[i].mask)
            return 0;
        common = code->aggregates[i].mask;
    }
    return common == NONE ? 0 : common;
}

static void need_roots(planner *p)
{
    const stoa__code_block *code = p->code;
    for (uint32_t i = 0; i < code->aggregate_count; i++) {
        if (code->aggregates[i].depth != p->depth)
            continue;
        need(p, code->aggregates[i].a);
        need(p, code->aggregates[i].b);
        need(p, code->aggregates[i].mask);
    }
    for (uint32_t i = 0; i < results_of(p); i++)
        need(p, code->results[i].id);
    if (is_by_row(p))
        need(p, code->where);
}

/* For the check: only what may fail. */
static void need_failures(planner *p)
{
    for (stoa__id id = STOA__FIRST_TERM; id < p->code->count; id++)
        if (p->needed[id] != 0 && !p->code->terms[id].may_fail)
            p->needed[id] = 0;
}

/* ---- active masks ---- */

static uint32_t add_mask(planner *p, stoa__active_mask mask)
{
    stoa__pass *pass = p->pass;
    if (!stoa__make_room(&pass->active_masks, &pass->mask_room, pass->mask_count + (size_t)1,
                         sizeof mask, NULL)) {
        p->refused = true;
        return STOA__ALWAYS;
    }
    pass->active_masks[pass->mask_count] = mask;
    return pass->mask_count++;
}

static uint32_t mask_of_bits(planner *p, stoa__id bits, bool negated, bool or_null)
{
    uint32_t count = p->pass->mask_count;
    for (uint32_t i = 2; i < count && i < SEARCHED_MASKS; i++) {
        const stoa__active_mask *mask = &p->pass->active_masks[i];
        if (mask->kind == STOA__BIT && mask->bits == bits && mask->negated == negated &&
            mask->or_null == or_null)
            return i;
    }
    return add_mask(p,
                    (stoa__active_mask){
                        .kind = STOA__BIT, .bits = bits, .negated = negated, .or_null = or_null});
}

static uint32_t intersection(planner *p, uint32_t x, uint32_t y)
{
    if (x == STOA__ALWAYS || x == y)
        return y;
    if (y == STOA__ALWAYS)
        return x;
    return add_mask(p, (stoa__active_mask){.kind = STOA__BOTH, .x = x, .y = y});
}

/* The value is used in these rows too. */
static void activate(planner *p, stoa__id id, uint32_t mask)
{
    uint32_t before = p->mask[id];
    if (before == STOA__ALWAYS || before == mask || !p->code->terms[id].may_fail_deep)
        return;
    if (before == STOA__NEVER || mask == STOA__ALWAYS)
        p->mask[id] = mask;
    else
        p->mask[id] =
            add_mask(p, (stoa__active_mask){.kind = STOA__EITHER, .x = before, .y = mask});
}

/* The same in those rows only where the bits are set (negated: are not); or_null: or null. */
static void activate_where(planner *p, stoa__id id, uint32_t mask, stoa__id bits, bool negated,
                           bool or_null)
{
    if (p->code->terms[id].may_fail_deep)
        activate(p, id, intersection(p, mask, mask_of_bits(p, bits, negated, or_null)));
}

/* In which rows an operand is used, given those in which the step is. */
static void activate_operands(planner *p, stoa__id id)
{
    const stoa__term *term = &p->code->terms[id];
    uint32_t mask = p->mask[id];
    switch (term->strict ? (unsigned)STOA__CODES : term->code) {
    case STOA__WHERE_INT32:
    case STOA__WHERE_INT64:
    case STOA__WHERE_BITS:
        activate_where(p, term->a, mask, term->c, false, false);
        activate_where(p, term->b, mask, term->c, true, false);
        activate(p, term->c, mask);
        return;
    case STOA__AND_BITS:
    case STOA__OR_BITS:
        activate(p, term->a, mask);
        activate_where(p, term->b, mask, term->a, term->code == STOA__OR_BITS, true);
        return;
    default:
        activate(p, term->a, mask);
        activate(p, term->b, mask);
        activate(p, term->c, mask);
    }
}

/* Uniform values take part, too: they are computed before the rows, whoever uses them. */
static void find_active_masks(planner *p)
{
    const stoa__code_block *code = p->code;
    memset(p->mask, 0, code->count * sizeof *p->mask);
    add_mask(p, (stoa__active_mask){.kind = STOA__NEVER});
    add_mask(p, (stoa__active_mask){.kind = STOA__ALWAYS});
    for (uint32_t i = 0; i < code->aggregate_count && !p->refused; i++) {
        const stoa__aggregate *aggregate = &code->aggregates[i];
        if (aggregate->depth != p->depth)
            continue;
        uint32_t mask =
            aggregate->mask == 0 ? STOA__ALWAYS : mask_of_bits(p, aggregate->mask, false, false);
        activate(p, aggregate->mask, STOA__ALWAYS);
        activate(p, aggregate->a, mask);
        activate(p, aggregate->b, mask);
    }
    bool is_narrowed = is_by_row(p) && code->where != 0;
    uint32_t mask = is_narrowed ? mask_of_bits(p, code->where, false, false) : STOA__ALWAYS;
    for (uint32_t i = 0; i < results_of(p); i++)
        activate(p, code->results[i].id, mask);
    if (is_by_row(p))
        activate(p, code->where, STOA__ALWAYS);
    for (stoa__id id = code->count; id-- > STOA__FIRST_TERM && !p->refused;)
        if (p->mask[id] != STOA__NEVER && is_step(&code->terms[id]))
            activate_operands(p, id);
}

/* ---- registers ---- */

static bool has_bits(const stoa__term *term)
{
    return term->form == STOA_BOOL && term->code != STOA__STORE_BOOL && term->code != STOA__COLLECT;
}

static bank *bank_of(planner *p, stoa__id id)
{
    return has_bits(&p->code->terms[id]) ? &p->bits : &p->registers;
}

static uint32_t take_place(bank *from)
{
    return from->free_count > 0 ? from->free[--from->free_count] : from->count++;
}

static void give_back(planner *p, stoa__id id, stoa__id user)
{
    const stoa__term *term = &p->code->terms[id];
    bool looked_at = p->may_fail && has_bits(term);
    bank *to = bank_of(p, id);
    if (is_step(term) && !term->uniform && !looked_at && p->last[id] == user)
        to->free[to->free_count++] = p->place[id];
}

static void take_places(planner *p, const stoa__id *order, uint32_t count)
{
    p->registers.free_count = p->registers.count = 0;
    p->bits.free_count = p->bits.count = 0;
    for (uint32_t i = 0; i < count; i++) {
        stoa__id operands[3], id = order[i];
        p->place[id] = take_place(bank_of(p, id));
        operands_of(&p->code->terms[id], operands);
        for (int k = 0; k < 3; k++) {
            bool again =
                (k > 0 && operands[k] == operands[0]) || (k > 1 && operands[k] == operands[1]);
            if (operands[k] >= STOA__FIRST_TERM && !again)
                give_back(p, operands[k], id);
        }
    }
}

/* Registers first, and bits behind them. */
static void give_registers(planner *p, const stoa__id *order, uint32_t count)
{
    take_places(p, order, count);
    uint32_t registers = p->registers.count, bits = p->bits.count;
    bool is_long = registers == 0 && bits + p->code->nullable_count <= MOST_LONG &&
                   p->code->array_count == 0 && !p->may_fail;
    size_t block = is_long ? STOA__LONG_BLOCK : STOA__BLOCK;
    uint32_t wide = REGISTER / STOA__LINE, narrow = (uint32_t)(block / 8 / STOA__LINE);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t *place = &p->place[order[i]];
        *place = has_bits(&p->code->terms[order[i]]) ? registers * wide + *place * narrow
                                                     : *place * wide;
    }
    p->pass->scratch = registers * REGISTER + bits * block / 8;
    p->pass->block = block;
}

static void find_last_uses(planner *p, const stoa__id *order, uint32_t count)
{
    const stoa__code_block *code = p->code;
    for (uint32_t i = 0; i < count; i++) {
        stoa__id operands[3];
        operands_of(&code->terms[order[i]], operands);
        for (int k = 0; k < 3; k++)
            p->last[operands[k]] = order[i];
    }
    for (uint32_t i = 0; i < code->aggregate_count; i++) {
        const stoa__aggregate *aggregate = &code->aggregates[i];
        if (aggregate->depth == p->depth)
            p->last[aggregate->a] = p->last[aggregate->b] = p->last[aggregate->mask] = NONE;
    }
    p->last[code->where] = p->last[p->pass->condition] = NONE;
    for (uint32_t i = 0; p->kind == OUTPUT_PASS && i < code->result_count; i++)
        p->last[code->results[i].id] = NONE;
}

/* ---- the lists of a pass ---- */

static stoa__instruction instruction_of(planner *p, stoa__id id)
{
    const stoa__term *term = &p->code->terms[id];
    stoa__instruction made = {.out = id, .a = term->a, .b = term->b, .c = term->c};
    made.code = term->code;
    made.shape = term->shape;
    made.nulls = (uint8_t)stoa__null_rule_of(term);
    made.may_fail = term->may_fail;
    made.mask = term->may_fail ? p->mask[id] : STOA__ALWAYS;
    made.line = p->place[id];
    if (term->code < STOA__CODES)
        made.kernel = stoa__kernels_here()->run[term->code][term->shape];
    if (term->may_fail && !term->uniform)
        made.failure = p->pass->failure_count++;
    return made;
}

/* Row steps in the order in which they run; those of the condition first. */
static uint32_t order_steps(planner *p, stoa__id *order)
{
    const stoa__code_block *code = p->code;
    uint32_t count = 0;
    for (int condition = 1; condition >= 0; condition--) {
        for (stoa__id id = STOA__FIRST_TERM; id < code->count; id++) {
            const stoa__term *term = &code->terms[id];
            bool in_condition = (p->needed[id] & FOR_CONDITION) != 0;
            if (p->needed[id] != 0 && in_condition == (condition == 1) && is_step(term) &&
                !term->uniform)
                order[count++] = id;
        }
        if (condition == 1)
            p->pass->condition_steps = count;
    }
    return count;
}

/* Room for every list of the pass, in one allocation: as long as they could be. */
static bool make_lists(planner *p)
{
    const stoa__code_block *code = p->code;
    stoa__pass *pass = p->pass;
    size_t uniform = 0, steps = 0, leaves = 0;
    for (stoa__id id = STOA__FIRST_TERM; id < code->count; id++) {
        const stoa__term *term = &code->terms[id];
        uniform += is_step(term) && term->uniform;
        steps += is_step(term) && !term->uniform && p->needed[id] != 0;
        leaves += term->kind == STOA__COLUMN_TERM || term->kind == STOA__ARRAY_TERM;
    }
    size_t bytes = (2 * uniform + steps) * sizeof *pass->steps +
                   (steps + leaves) * sizeof(stoa__id) +
                   (size_t)2 * code->aggregate_count * sizeof(uint32_t);
    pass->uniform = stoa__allocate(bytes + sizeof *pass->steps);
    if (pass->uniform == NULL)
        return false;
    pass->uniform_failures = pass->uniform + uniform;
    pass->steps = pass->uniform_failures + uniform;
    pass->columns = (stoa__id *)(pass->steps + steps);
    pass->aggregates = pass->columns + leaves;
    pass->calls = pass->aggregates + code->aggregate_count;
    p->order = pass->calls + code->aggregate_count;
    return true;
}

static void list_leaves(planner *p)
{
    const stoa__code_block *code = p->code;
    stoa__pass *pass = p->pass;
    for (stoa__id id = STOA__FIRST_TERM; id < code->count; id++) {
        const stoa__term *term = &code->terms[id];
        if (p->needed[id] != 0 &&
            (term->kind == STOA__COLUMN_TERM || term->kind == STOA__ARRAY_TERM)) {
            pass->columns[pass->column_count++] = id;
            pass->reads_nullable = pass->reads_nullable || term->may_be_null;
        }
        if (p->needed[id] != 0 && is_step(term) && term->code == STOA__FOLLOW)
            pass->reads_nullable = true;
        if (!is_step(term) || !term->uniform)
            continue;
        if (term->depth == p->depth)
            pass->uniform[pass->uniform_count++] = instruction_of(p, id);
        if (term->may_fail && p->mask[id] != STOA__NEVER)
            pass->uniform_failures[pass->uniform_failure_count++] = instruction_of(p, id);
    }
}

/* In the check: a sum of squares that nobody asks for is asked only whether it fails, which its
 * first operand mostly tells alone. */
static void lighten(const planner *p, stoa__instruction *step)
{
    bool squares = step->code == STOA__ADD_SQUARES || step->code == STOA__NORM;
    if (squares && p->last[step->out] == STOA__NOTHING_ID)
        step->kernel = stoa__kernels_here()->run[STOA__ADD_SQUARES_FAILS][STOA__VV];
}

static void list_steps(planner *p)
{
    uint32_t count = order_steps(p, p->order);
    find_last_uses(p, p->order, count);
    give_registers(p, p->order, count);
    for (uint32_t i = 0; i < count; i++) {
        stoa__instruction *step = &p->pass->steps[p->pass->step_count++];
        *step = instruction_of(p, p->order[i]);
        if (p->kind == CHECK_PASS)
            lighten(p, step);
    }
}

/* ---- passes ---- */

/* What remains of what is needed, and the conditions that tell whether it counts. */
static void narrow_to_failures(planner *p)
{
    const stoa__pass *pass = p->pass;
    need_failures(p);
    for (uint32_t i = 2; i < pass->mask_count; i++)
        if (pass->active_masks[i].kind == STOA__BIT)
            need(p, pass->active_masks[i].bits);
    need_operands(p, FOR_PASS);
}

static void set_condition(planner *p)
{
    p->pass->condition = common_condition(p);
    if (p->pass->condition == 0)
        return;
    p->needed[p->pass->condition] |= FOR_CONDITION;
    need_operands(p, FOR_CONDITION);
}

static bool plan_pass(planner *p, pass_kind kind)
{
    const stoa__code_block *code = p->code;
    stoa__pass *pass = p->pass;
    p->kind = kind;
    memset(p->needed, 0, code->count);
    memset(p->last, 0, code->count * sizeof *p->last);
    need_roots(p);
    need_operands(p, FOR_PASS);
    if (p->may_fail)
        find_active_masks(p);
    if (p->refused)
        return false;
    if (kind == CHECK_PASS)
        narrow_to_failures(p);
    else
        set_condition(p);
    pass->has_outputs = kind == OUTPUT_PASS;
    if (!make_lists(p))
        return false;
    list_steps(p);
    list_leaves(p);
    if (!is_by_row(p)) /* values of rows are made of earlier aggregates: nobody asks for these */
        stoa__list_aggregates(pass, code, p->depth);
    return stoa__fuse_steps(pass, code);
}

static uint16_t deepest(const stoa__code_block *code)
{
    uint16_t depth = code->terms[code->where].depth;
    for (uint32_t i = 0; i < code->result_count; i++)
        if (code->terms[code->results[i].id].depth > depth)
            depth = code->terms[code->results[i].id].depth;
    return depth;
}

static void measure(stoa__plan *plan, const stoa__pass *pass)
{
    plan->scratch = pass->scratch > plan->scratch ? pass->scratch : plan->scratch;
    plan->block = pass->block > plan->block ? pass->block : plan->block;
    if (pass->failure_count > plan->failures)
        plan->failures = pass->failure_count;
    if (pass->mask_count > plan->masks)
        plan->masks = pass->mask_count;
}

static bool plan_passes(stoa__plan *plan, planner *p, bool has_outputs)
{
    const stoa__code_block *code = p->code;
    uint32_t count = deepest(code) + 1u;
    pass_kind last = has_outputs ? OUTPUT_PASS : VALUE_PASS;
    plan->passes = stoa__allocate_zeroed(count * sizeof *plan->passes);
    if (plan->passes == NULL)
        return false;
    plan->count = count;
    for (uint32_t i = 0; i < count; i++) {
        p->pass = &plan->passes[i];
        p->depth = (uint16_t)i;
        if (!plan_pass(p, i + 1 == count ? last : AGGREGATE_PASS))
            return false;
        measure(plan, p->pass);
    }
    plan->may_fail =
        has_outputs && (p->pass->failure_count > 0 || p->pass->uniform_failure_count > 0);
    p->pass = &plan->check;
    if (plan->may_fail && !plan_pass(p, CHECK_PASS))
        return false;
    measure(plan, &plan->check);
    plan->in_order = code->cumulative_count > 0 || code->interns_by_row;
    return true;
}

stoa_status stoa__plan_new(stoa__plan *plan, const stoa__code_block *code, bool has_outputs,
                           stoa_error *error)
{
    size_t count = code->count, bytes = count * (1 + 5 * sizeof(uint32_t)) + 64;
    char *memory = stoa__allocate_zeroed(bytes);
    *plan = (stoa__plan){0};
    if (memory == NULL)
        return stoa__fail_memory(error, bytes);
    planner p = {.code = code};
    for (stoa__id id = STOA__FIRST_TERM; id < count && !p.may_fail; id++)
        p.may_fail = code->terms[id].may_fail;
    p.mask = (uint32_t *)(void *)memory;
    p.last = p.mask + count;
    p.place = p.last + count;
    p.registers.free = p.place + count;
    p.bits.free = p.registers.free + count;
    p.needed = (uint8_t *)(p.bits.free + count);
    bool made = plan_passes(plan, &p, has_outputs);
    stoa__release(memory);
    if (made)
        return STOA_OK;
    stoa__plan_dispose(plan);
    return stoa__fail_memory(error, bytes);
}

static void dispose_pass(stoa__pass *pass)
{
    stoa__release(pass->uniform);
    stoa__release(pass->quick);
    stoa__release(pass->active_masks);
}

void stoa__plan_dispose(stoa__plan *plan)
{
    for (uint32_t i = 0; i < plan->count; i++)
        dispose_pass(&plan->passes[i]);
    dispose_pass(&plan->check);
    stoa__release(plan->passes);
    *plan = (stoa__plan){0};
}
