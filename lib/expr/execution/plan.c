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

/* From a MIN reduction to the MAX of the same form. */
enum { MAX_AFTER_MIN = STOA__MAX_INT32_REDUCTION - STOA__MIN_INT32_REDUCTION };

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
static bool is_by_row(const planner *at)
{
    return at->kind == OUTPUT_PASS || at->kind == CHECK_PASS;
}

static uint32_t results_of(const planner *at)
{
    return at->kind == AGGREGATE_PASS ? 0 : at->code->result_count;
}

/* ---- what is needed ---- */

/* Marks what the marked ids are made of. A uniform value is there already: not what it is made of.
 */
static void need_operands(planner *at, uint8_t mark)
{
    const stoa__code_block *code = at->code;
    for (stoa__id id = code->count; id-- > STOA__FIRST_TERM;) {
        if ((at->needed[id] & mark) == 0 || !is_step(&code->terms[id]) || code->terms[id].uniform)
            continue;
        stoa__id operands[3];
        operands_of(&code->terms[id], operands);
        for (int i = 0; i < 3; i++)
            at->needed[operands[i]] |= mark;
    }
}

static void need(planner *at, stoa__id id)
{
    at->needed[id] |= FOR_PASS;
}

/* The condition that all aggregates and outputs of the pass have in common. */
static stoa__id common_condition(const planner *at)
{
    const stoa__code_block *code = at->code;
    stoa__id common = is_by_row(at) ? code->where : NONE;
    for (uint32_t i = 0; i < code->aggregate_count; i++) {
        if (code->aggregates[i].depth != at->depth)
            continue;
        if (common != NONE && common != code->aggregates[i].mask)
            return 0;
        common = code->aggregates[i].mask;
    }
    return common == NONE ? 0 : common;
}

static void need_roots(planner *at)
{
    const stoa__code_block *code = at->code;
    for (uint32_t i = 0; i < code->aggregate_count; i++) {
        if (code->aggregates[i].depth != at->depth)
            continue;
        need(at, code->aggregates[i].a);
        need(at, code->aggregates[i].b);
        need(at, code->aggregates[i].mask);
    }
    for (uint32_t i = 0; i < results_of(at); i++)
        need(at, code->results[i].id);
    if (is_by_row(at))
        need(at, code->where);
}

/* For the check: only what may fail. */
static void need_failures(planner *at)
{
    for (stoa__id id = STOA__FIRST_TERM; id < at->code->count; id++)
        if (at->needed[id] != 0 && !at->code->terms[id].may_fail)
            at->needed[id] = 0;
}

/* ---- active masks ---- */

static uint32_t add_mask(planner *at, stoa__active_mask mask)
{
    stoa__pass *pass = at->pass;
    if (!stoa__make_room(&pass->active_masks, &pass->mask_room, pass->mask_count + (size_t)1,
                         sizeof mask, NULL)) {
        at->refused = true;
        return STOA__ALWAYS;
    }
    pass->active_masks[pass->mask_count] = mask;
    return pass->mask_count++;
}

static uint32_t mask_of_bits(planner *at, stoa__id bits, bool negated)
{
    uint32_t count = at->pass->mask_count;
    for (uint32_t i = 2; i < count && i < SEARCHED_MASKS; i++) {
        const stoa__active_mask *mask = &at->pass->active_masks[i];
        if (mask->kind == STOA__BIT && mask->bits == bits && mask->negated == negated)
            return i;
    }
    return add_mask(at, (stoa__active_mask){.kind = STOA__BIT, .bits = bits, .negated = negated});
}

static uint32_t both(planner *at, uint32_t x, uint32_t y)
{
    if (x == STOA__ALWAYS || x == y)
        return y;
    if (y == STOA__ALWAYS)
        return x;
    return add_mask(at, (stoa__active_mask){.kind = STOA__BOTH, .x = x, .y = y});
}

static void use(planner *at, stoa__id id, uint32_t mask)
{
    uint32_t before = at->mask[id];
    if (before == STOA__ALWAYS || before == mask || !at->code->terms[id].may_fail_deep)
        return;
    if (before == STOA__NEVER || mask == STOA__ALWAYS)
        at->mask[id] = mask;
    else
        at->mask[id] =
            add_mask(at, (stoa__active_mask){.kind = STOA__EITHER, .x = before, .y = mask});
}

static void use_operands(planner *at, stoa__id id)
{
    const stoa__term *term = &at->code->terms[id];
    uint32_t mask = at->mask[id];
    bool fails_a = at->code->terms[term->a].may_fail_deep;
    bool fails_b = at->code->terms[term->b].may_fail_deep;
    switch (term->strict ? (unsigned)STOA__CODES : term->code) {
    case STOA__CHOOSE_INT32:
    case STOA__CHOOSE_INT64:
    case STOA__CHOOSE_BITS:
        if (fails_a)
            use(at, term->a, both(at, mask, mask_of_bits(at, term->c, false)));
        if (fails_b)
            use(at, term->b, both(at, mask, mask_of_bits(at, term->c, true)));
        use(at, term->c, mask);
        return;
    case STOA__AND_BITS:
    case STOA__OR_BITS:
        use(at, term->a, mask);
        if (fails_b)
            use(at, term->b,
                both(at, mask, mask_of_bits(at, term->a, term->code == STOA__OR_BITS)));
        return;
    default:
        use(at, term->a, mask);
        use(at, term->b, mask);
        use(at, term->c, mask);
    }
}

/* needed uniform values take part too: they have been computed for all rows. */
static void find_active_masks(planner *at)
{
    const stoa__code_block *code = at->code;
    memset(at->mask, 0, code->count * sizeof *at->mask);
    add_mask(at, (stoa__active_mask){.kind = STOA__NEVER});
    add_mask(at, (stoa__active_mask){.kind = STOA__ALWAYS});
    for (uint32_t i = 0; i < code->aggregate_count && !at->refused; i++) {
        const stoa__aggregate *aggregate = &code->aggregates[i];
        if (aggregate->depth != at->depth)
            continue;
        uint32_t mask =
            aggregate->mask == 0 ? STOA__ALWAYS : mask_of_bits(at, aggregate->mask, false);
        use(at, aggregate->mask, STOA__ALWAYS);
        use(at, aggregate->a, mask);
        use(at, aggregate->b, mask);
    }
    bool is_narrowed = is_by_row(at) && code->where != 0;
    uint32_t mask = is_narrowed ? mask_of_bits(at, code->where, false) : STOA__ALWAYS;
    for (uint32_t i = 0; i < results_of(at); i++)
        use(at, code->results[i].id, mask);
    if (is_by_row(at))
        use(at, code->where, STOA__ALWAYS);
    for (stoa__id id = code->count; id-- > STOA__FIRST_TERM && !at->refused;)
        if (at->mask[id] != STOA__NEVER && is_step(&code->terms[id]))
            use_operands(at, id);
}

/* ---- registers ---- */

static bool has_bits(const stoa__term *term)
{
    return term->form == STOA_BOOL && term->code != STOA__STORE_BOOL;
}

static bank *bank_of(planner *at, stoa__id id)
{
    return has_bits(&at->code->terms[id]) ? &at->bits : &at->registers;
}

static uint32_t take_place(bank *from)
{
    return from->free_count > 0 ? from->free[--from->free_count] : from->count++;
}

static void give_back(planner *at, stoa__id id, stoa__id user)
{
    const stoa__term *term = &at->code->terms[id];
    bool looked_at = at->may_fail && has_bits(term);
    bank *to = bank_of(at, id);
    if (is_step(term) && !term->uniform && !looked_at && at->last[id] == user)
        to->free[to->free_count++] = at->place[id];
}

static void take_places(planner *at, const stoa__id *order, uint32_t count)
{
    at->registers.free_count = at->registers.count = 0;
    at->bits.free_count = at->bits.count = 0;
    for (uint32_t i = 0; i < count; i++) {
        stoa__id operands[3], id = order[i];
        at->place[id] = take_place(bank_of(at, id));
        operands_of(&at->code->terms[id], operands);
        for (int k = 0; k < 3; k++) {
            bool again =
                (k > 0 && operands[k] == operands[0]) || (k > 1 && operands[k] == operands[1]);
            if (operands[k] >= STOA__FIRST_TERM && !again)
                give_back(at, operands[k], id);
        }
    }
}

/* Registers first, and bits behind them. */
static void give_registers(planner *at, const stoa__id *order, uint32_t count)
{
    take_places(at, order, count);
    uint32_t registers = at->registers.count, bits = at->bits.count;
    bool is_long =
        registers == 0 && bits <= MOST_LONG && at->code->array_count == 0 && !at->may_fail;
    size_t block = is_long ? STOA__LONG_BLOCK : STOA__BLOCK;
    uint32_t wide = REGISTER / STOA__LINE, narrow = (uint32_t)(block / 8 / STOA__LINE);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t *place = &at->place[order[i]];
        *place = has_bits(&at->code->terms[order[i]]) ? registers * wide + *place * narrow
                                                      : *place * wide;
    }
    at->pass->scratch = registers * REGISTER + bits * block / 8;
    at->pass->block = block;
}

static void find_last_uses(planner *at, const stoa__id *order, uint32_t count)
{
    const stoa__code_block *code = at->code;
    for (uint32_t i = 0; i < count; i++) {
        stoa__id operands[3];
        operands_of(&code->terms[order[i]], operands);
        for (int k = 0; k < 3; k++)
            at->last[operands[k]] = order[i];
    }
    for (uint32_t i = 0; i < code->aggregate_count; i++) {
        const stoa__aggregate *aggregate = &code->aggregates[i];
        if (aggregate->depth == at->depth)
            at->last[aggregate->a] = at->last[aggregate->b] = at->last[aggregate->mask] = NONE;
    }
    at->last[code->where] = at->last[at->pass->condition] = NONE;
    for (uint32_t i = 0; at->kind == OUTPUT_PASS && i < code->result_count; i++)
        at->last[code->results[i].id] = NONE;
}

/* ---- the lists of a pass ---- */

static stoa__instruction instruction_of(planner *at, stoa__id id)
{
    const stoa__term *term = &at->code->terms[id];
    stoa__instruction made = {.out = id, .a = term->a, .b = term->b, .c = term->c};
    made.code = term->code;
    made.shape = term->shape;
    made.may_fail = term->may_fail;
    made.mask = term->may_fail ? at->mask[id] : STOA__ALWAYS;
    made.line = at->place[id];
    if (term->code < STOA__CODES)
        made.run = stoa__kernels_here()->run[term->code][term->shape];
    if (term->may_fail && !term->uniform)
        made.failure = at->pass->failure_count++;
    return made;
}

/* Row steps in the order in which they run; those of the condition first. */
static uint32_t order_steps(planner *at, stoa__id *order)
{
    const stoa__code_block *code = at->code;
    uint32_t count = 0;
    for (int condition = 1; condition >= 0; condition--) {
        for (stoa__id id = STOA__FIRST_TERM; id < code->count; id++) {
            const stoa__term *term = &code->terms[id];
            bool in_condition = (at->needed[id] & FOR_CONDITION) != 0;
            if (at->needed[id] != 0 && in_condition == (condition == 1) && is_step(term) &&
                !term->uniform)
                order[count++] = id;
        }
        if (condition == 1)
            at->pass->condition_steps = count;
    }
    return count;
}

/* Room for every list of the pass, in one allocation: as long as they could be. */
static bool make_lists(planner *at)
{
    const stoa__code_block *code = at->code;
    stoa__pass *pass = at->pass;
    size_t uniform = 0, steps = 0, leaves = 0;
    for (stoa__id id = STOA__FIRST_TERM; id < code->count; id++) {
        const stoa__term *term = &code->terms[id];
        uniform += is_step(term) && term->uniform;
        steps += is_step(term) && !term->uniform && at->needed[id] != 0;
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
    at->order = pass->calls + code->aggregate_count;
    return true;
}

static void list_leaves(planner *at)
{
    const stoa__code_block *code = at->code;
    stoa__pass *pass = at->pass;
    for (stoa__id id = STOA__FIRST_TERM; id < code->count; id++) {
        const stoa__term *term = &code->terms[id];
        if (at->needed[id] != 0 &&
            (term->kind == STOA__COLUMN_TERM || term->kind == STOA__ARRAY_TERM))
            pass->columns[pass->column_count++] = id;
        if (!is_step(term) || !term->uniform)
            continue;
        if (term->depth == at->depth)
            pass->uniform[pass->uniform_count++] = instruction_of(at, id);
        if (term->may_fail && at->mask[id] != STOA__NEVER)
            pass->uniform_failures[pass->uniform_failure_count++] = instruction_of(at, id);
    }
}

/* In the check: a sum of squares that nobody asks for is asked only whether it fails, which its
 * first operand mostly tells alone. */
static void lighten(const planner *at, stoa__instruction *step)
{
    bool squares = step->code == STOA__ADD_SQUARES || step->code == STOA__NORM;
    if (squares && at->last[step->out] == STOA__NOTHING_ID)
        step->run = stoa__kernels_here()->run[STOA__SQUARES_FAIL][STOA__VV];
}

static void list_steps(planner *at)
{
    uint32_t count = order_steps(at, at->order);
    find_last_uses(at, at->order, count);
    give_registers(at, at->order, count);
    for (uint32_t i = 0; i < count; i++) {
        stoa__instruction *step = &at->pass->steps[at->pass->step_count++];
        *step = instruction_of(at, at->order[i]);
        if (at->kind == CHECK_PASS)
            lighten(at, step);
    }
}

/* ---- its aggregates ---- */

/* Both ends of a value's range, in one call. */
static stoa__reduction both_ends(stoa__reduction min)
{
    switch (min) {
    case STOA__MIN_INT32_REDUCTION:
        return STOA__EXTREMES_INT32_REDUCTION;
    case STOA__MIN_INT64_REDUCTION:
        return STOA__EXTREMES_INT64_REDUCTION;
    case STOA__MIN_UINT64_REDUCTION:
        return STOA__EXTREMES_UINT64_REDUCTION;
    default:
        return STOA__EXTREMES_FLOAT64_REDUCTION;
    }
}

/* The aggregate of the other end of the range that a MIN or MAX is of, or the count of aggregates.
 */
static uint32_t other_end(const stoa__code_block *code, const stoa__aggregate *one)
{
    stoa__aggregate other = *one;
    if (one->operation != STOA_MIN && one->operation != STOA_MAX)
        return code->aggregate_count;
    bool is_min = one->operation == STOA_MIN;
    other.operation = is_min ? STOA_MAX : STOA_MIN;
    other.reduction =
        (stoa__reduction)(is_min ? one->reduction + MAX_AFTER_MIN : one->reduction - MAX_AFTER_MIN);
    stoa__id id = stoa__find_aggregate(code, &other);
    if (id == 0 || code->aggregates[code->terms[id].aggregate].depth != one->depth)
        return code->aggregate_count; /* not there, or nobody asks for it */
    return code->terms[id].aggregate;
}

static void list_aggregate(stoa__pass *pass, uint32_t aggregate, stoa__reduction call)
{
    pass->aggregates[pass->aggregate_count] = aggregate;
    pass->calls[pass->aggregate_count++] = call;
}

/* A max comes right after the min of the same, where there is one. */
static void list_aggregates(stoa__pass *pass, const stoa__code_block *code, unsigned depth)
{
    for (uint32_t i = 0; i < code->aggregate_count; i++) {
        const stoa__aggregate *aggregate = &code->aggregates[i];
        if (aggregate->depth != depth)
            continue;
        uint32_t other = other_end(code, aggregate);
        if (other == code->aggregate_count)
            list_aggregate(pass, i, aggregate->reduction);
        else if (aggregate->operation == STOA_MIN) {
            list_aggregate(pass, i, both_ends(aggregate->reduction));
            list_aggregate(pass, other, STOA__DONE);
        }
    }
}

/* ---- passes ---- */

/* What remains of what is needed, and the conditions that tell whether it counts. */
static void narrow_to_failures(planner *at)
{
    const stoa__pass *pass = at->pass;
    need_failures(at);
    for (uint32_t i = 2; i < pass->mask_count; i++)
        if (pass->active_masks[i].kind == STOA__BIT)
            need(at, pass->active_masks[i].bits);
    need_operands(at, FOR_PASS);
}

static void set_condition(planner *at)
{
    at->pass->condition = common_condition(at);
    if (at->pass->condition == 0)
        return;
    at->needed[at->pass->condition] |= FOR_CONDITION;
    need_operands(at, FOR_CONDITION);
}

static bool plan_pass(planner *at, pass_kind kind)
{
    const stoa__code_block *code = at->code;
    stoa__pass *pass = at->pass;
    at->kind = kind;
    memset(at->needed, 0, code->count);
    memset(at->last, 0, code->count * sizeof *at->last);
    need_roots(at);
    need_operands(at, FOR_PASS);
    if (at->may_fail)
        find_active_masks(at);
    if (at->refused)
        return false;
    if (kind == CHECK_PASS)
        narrow_to_failures(at);
    else
        set_condition(at);
    pass->has_outputs = kind == OUTPUT_PASS;
    if (!make_lists(at))
        return false;
    list_steps(at);
    list_leaves(at);
    if (!is_by_row(at)) /* values of rows are made of earlier aggregates: nobody asks for these */
        list_aggregates(pass, code, at->depth);
    return true;
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
    if (pass->failure_count > plan->failures)
        plan->failures = pass->failure_count;
    if (pass->mask_count > plan->masks)
        plan->masks = pass->mask_count;
}

static bool plan_passes(stoa__plan *plan, planner *at, bool has_outputs)
{
    const stoa__code_block *code = at->code;
    uint32_t count = deepest(code) + 1u;
    pass_kind last = has_outputs ? OUTPUT_PASS : VALUE_PASS;
    plan->passes = stoa__allocate_zeroed(count * sizeof *plan->passes);
    if (plan->passes == NULL)
        return false;
    plan->count = count;
    for (uint32_t i = 0; i < count; i++) {
        at->pass = &plan->passes[i];
        at->depth = (uint16_t)i;
        if (!plan_pass(at, i + 1 == count ? last : AGGREGATE_PASS))
            return false;
        measure(plan, at->pass);
    }
    plan->may_fail =
        has_outputs && (at->pass->failure_count > 0 || at->pass->uniform_failure_count > 0);
    at->pass = &plan->check;
    if (plan->may_fail && !plan_pass(at, CHECK_PASS))
        return false;
    measure(plan, &plan->check);
    plan->in_order = code->cumulative_count > 0;
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
    planner at = {.code = code};
    for (stoa__id id = STOA__FIRST_TERM; id < count && !at.may_fail; id++)
        at.may_fail = code->terms[id].may_fail;
    at.mask = (uint32_t *)(void *)memory;
    at.last = at.mask + count;
    at.place = at.last + count;
    at.registers.free = at.place + count;
    at.bits.free = at.registers.free + count;
    at.needed = (uint8_t *)(at.bits.free + count);
    bool made = plan_passes(plan, &at, has_outputs);
    stoa__release(memory);
    if (made)
        return STOA_OK;
    stoa__plan_dispose(plan);
    return stoa__fail_memory(error, bytes);
}

static void dispose_pass(stoa__pass *pass)
{
    stoa__release(pass->uniform);
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
