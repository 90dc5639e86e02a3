/* fuse.c: steps that are run as one, where that is quicker.
 *
 * Float32 cells are computed with as float64, in a register for each step. a + b * c of columns a
 * and b and a number c, stored as float32, takes five steps and is bound by them; one kernel does
 * the same in one go, with the same bits. A pass keeps its steps: where a quick one fails, or the
 * block has nulls, they are run instead, and tell what failed. Invariant: a step is left out of the
 * quick ones only where nothing but a fused step reads its value. */
#include "expr/execution/plan.h"

#include <string.h>

#include "base/memory.h"

typedef struct fuser {
    const stoa__code_block *code;
    stoa__pass *pass;
    uint32_t *uses; /* by id: how many read it in this pass */
} fuser;

static void count_uses(fuser *f)
{
    const stoa__code_block *code = f->code;
    const stoa__pass *pass = f->pass;
    for (uint32_t i = 0; i < pass->step_count; i++) {
        f->uses[pass->steps[i].a]++;
        f->uses[pass->steps[i].b]++;
        f->uses[pass->steps[i].c]++;
    }
    for (uint32_t i = 0; pass->has_outputs && i < code->result_count; i++)
        f->uses[code->results[i].id]++;
    for (uint32_t i = 0; i < pass->aggregate_count; i++) {
        const stoa__aggregate *aggregate = &code->aggregates[pass->aggregates[i]];
        f->uses[aggregate->a]++;
        f->uses[aggregate->b]++;
        f->uses[aggregate->mask]++;
    }
    for (uint32_t i = 0; i < pass->mask_count; i++)
        f->uses[pass->active_masks[i].bits]++;
    f->uses[pass->condition]++;
    f->uses[code->where]++;
}

static const stoa__term *step_of(const fuser *f, stoa__id id, unsigned code, stoa__shape shape)
{
    const stoa__term *term = &f->code->terms[id];
    bool is = term->kind == STOA__STEP_TERM && !term->uniform && term->code == code &&
              term->shape == shape;
    return is ? term : NULL;
}

/* The cells that are loaded there, of type float32; NULL: another value. */
static const stoa__term *loaded(const fuser *f, stoa__id id)
{
    return step_of(f, id, STOA__LOAD_FLOAT32, STOA__VV);
}

/* One user less; true where nobody reads it any more. */
static bool leave(fuser *f, stoa__id id)
{
    return --f->uses[id] == 0;
}

/* The same of a sum, and of what it alone was made of. */
static void leave_sum(fuser *f, stoa__id id, stoa__id a, stoa__id product)
{
    if (!leave(f, id))
        return;
    leave(f, a);
    if (leave(f, product))
        leave(f, f->code->terms[product].a);
}

/* Makes the step a + b * c, if it stores that. */
static bool fuse(fuser *f, stoa__instruction *step)
{
    const stoa__term *sum, *product = NULL, *a = NULL;
    if (step->code != STOA__STORE_FLOAT32)
        return false;
    sum = step_of(f, step->a, STOA__ADD_FLOAT64, STOA__VV);
    for (int turn = 0; sum != NULL && turn < 2 && (a == NULL || product == NULL); turn++) {
        a = loaded(f, turn == 0 ? sum->a : sum->b);
        product = step_of(f, turn == 0 ? sum->b : sum->a, STOA__MUL_FLOAT64, STOA__VC);
    }
    const stoa__term *b = a == NULL || product == NULL ? NULL : loaded(f, product->a);
    if (b == NULL)
        return false;
    bool is_first = loaded(f, sum->a) == a;
    leave_sum(f, step->a, is_first ? sum->a : sum->b, is_first ? sum->b : sum->a);
    step->a = a->a;
    step->b = b->a;
    step->c = product->b;
    step->kernel = stoa__kernels_here()->run[STOA__STORE_MUL_ADD][STOA__VV];
    return true;
}

static bool may_run_twice(const stoa__pass *pass)
{
    for (uint32_t i = pass->condition_steps; i < pass->step_count; i++)
        if (pass->steps[i].kernel == NULL)
            return false;
    return true;
}

bool stoa__fuse_steps(stoa__pass *pass, const stoa__code_block *code)
{
    fuser f = {.code = code, .pass = pass};
    uint32_t count = pass->step_count - pass->condition_steps, fused = 0, kept = 0;
    if (count < 5 || !may_run_twice(pass))
        return true;
    size_t bytes = count * sizeof *pass->quick;
    pass->quick = stoa__allocate(bytes);
    f.uses = stoa__allocate_zeroed(code->count * sizeof *f.uses);
    if (pass->quick == NULL || f.uses == NULL) {
        stoa__release(f.uses);
        return false;
    }
    memcpy(pass->quick, pass->steps + pass->condition_steps, bytes);
    count_uses(&f);
    for (uint32_t i = 0; i < count; i++)
        fused += fuse(&f, &pass->quick[i]);
    for (uint32_t i = 0; i < count; i++)
        if (f.uses[pass->quick[i].out] > 0 || pass->quick[i].may_fail)
            pass->quick[kept++] = pass->quick[i];
    pass->quick_count = fused > 0 ? kept : 0;
    stoa__release(f.uses);
    return true;
}
