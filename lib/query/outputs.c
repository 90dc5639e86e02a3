/* outputs.c: the values of a run are stored into cells.
 *
 * Cells with values: the steps run over all rows first without storing, if they could fail, and
 * then run again and store; in_place.c has another way for sums that can be undone. Fresh cells are
 * stored into at once, and given up on a failure. Where all outputs can be, they are written by
 * their last steps straight to their cells; else they stay in registers until the block is done, so
 * that every right side reads the values from before. */
#include "query/outputs.h"

#include <string.h>

#include "base/bits.h"
#include "base/words.h"
#include "query/in_place.h"
#include "store/type.h"

/* Where the outputs go: cells of row 0. */
typedef struct destination {
    stoa_program *program;
    char *const *cells;
    uint64_t *const *validity; /* by output; NULL: it takes no null */
    const uint8_t *types;
    bool direct;
} destination;

/* ---- a block ---- */

static void store_some(char *out, const char *in, size_t width, const uint64_t *mask, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if ((mask[i / 64] >> i % 64 & 1) != 0)
            memcpy(out + i * width, in + i * width, width);
}

static void store_cells(char *out, const void *in, size_t width, const uint64_t *mask, size_t count)
{
    const stoa__kernels *kernels = stoa__kernels_here();
    if (mask == NULL)
        memmove(out, in, count * width);
    else if (width == 8)
        kernels->run[STOA__WHERE_INT64][STOA__VV](out, in, out, mask, count);
    else if (width == 4)
        kernels->run[STOA__WHERE_INT32][STOA__VV](out, in, out, mask, count);
    else
        store_some(out, in, width, mask, count);
}

/* Zeros where a bit of `kept` is not set; count is at most STOA__BLOCK. */
static void clear_cells(char *out, size_t width, const uint64_t *kept, size_t count)
{
    static const uint64_t zero;
    const stoa__kernels *kernels = stoa__kernels_here();
    if (width == 8)
        kernels->run[STOA__WHERE_INT64][STOA__VC](out, out, &zero, kept, count);
    else if (width == 4)
        kernels->run[STOA__WHERE_INT32][STOA__VC](out, out, &zero, kept, count);
    else
        for (size_t i = 0; i < count * width; i++)
            if ((kept[i / width / 64] >> i / width % 64 & 1) == 0)
                out[i] = 0;
}

/* Of at most STOA__BLOCK rows. out: their cells; to: their words of the target. */
static void store_block_validity(uint64_t *to, char *out, size_t width, const uint64_t *validity,
                                 const uint64_t *mask, size_t count)
{
    uint64_t kept[STOA__BLOCK_WORDS], all = UINT64_MAX;
    for (size_t k = 0; k < stoa__words(count); k++) {
        uint64_t rows = mask == NULL ? UINT64_MAX : mask[k];
        if (count - k * 64 < 64)
            rows &= ((uint64_t)1 << (count - k * 64)) - 1;
        uint64_t null = validity == NULL ? 0 : rows & ~validity[k];
        if (count - k * 64 < 64) /* rows may be appended meanwhile, whose bits lie in this word */
            stoa__word_replace(&to[k], rows, rows & ~null);
        else
            to[k] = (to[k] | rows) & ~null;
        kept[k] = ~null;
        all &= kept[k];
    }
    if (all != UINT64_MAX)
        clear_cells(out, width, kept, count);
}

/* Cells that are null become zero. validity: NULL: all are there. */
static void store_validity(uint64_t *to, char *out, size_t width, const uint64_t *validity,
                           const uint64_t *mask, size_t count)
{
    for (size_t i = 0; i < count; i += STOA__BLOCK)
        store_block_validity(
            to + i / 64, out + i * width, width, validity == NULL ? NULL : validity + i / 64,
            mask == NULL ? NULL : mask + i / 64, count - i < STOA__BLOCK ? count - i : STOA__BLOCK);
}

static void store_block(void *context, size_t worker, void *const *slots,
                        const uint64_t *const *validity, const uint64_t *mask, size_t first,
                        size_t count)
{
    (void)worker;
    const destination *to = context;
    for (uint32_t i = 0; i < to->program->code.result_count; i++) {
        size_t width = stoa__width(stoa__target_type(to->types[i]));
        stoa__id id = to->program->code.results[i].id;
        char *out = to->cells[i] + first * width;
        if (!to->direct)
            store_cells(out, slots[id], width, mask, count);
        if (to->validity[i] != NULL)
            store_validity(to->validity[i] + first / 64, out, width,
                           validity == NULL ? NULL : validity[id], mask, count);
    }
}

/* ---- a run ---- */

/* Whether its last step can write straight to the cells of a result. */
static bool may_be_direct(const stoa__code_block *code, uint32_t result)
{
    const stoa__term *term = &code->terms[code->results[result].id];
    for (uint32_t i = 0; i < result; i++)
        if (code->results[i].id == code->results[result].id) /* one step for several cells */
            return false;
    return term->kind == STOA__STEP_TERM && !term->uniform && term->form != STOA_BOOL &&
           term->code != STOA__CUMULATE;
}

/* Whether a step reads cells that are stored, where that is not its own result: then these must be
 * stored last. Cells are read and stored cell for cell, see stoa__run_overlap. */
static bool reads_stored(const stoa__run *run, const stoa__instruction *step, stoa__id operand,
                         char *const *cells)
{
    const stoa__code_block *code = &run->program->code;
    const stoa__term *term = &code->terms[operand];
    const void *read = NULL;
    if (term->kind == STOA__COLUMN_TERM)
        read = run->table->columns[term->index].cells;
    else if (term->kind == STOA__ARRAY_TERM)
        read = code->arrays[term->index].data;
    for (uint32_t i = 0; read != NULL && i < code->result_count; i++)
        if (read == cells[i] && step->out != code->results[i].id)
            return true;
    return false;
}

/* Whether all results can be written straight to their cells: several of them by quick steps only,
 * which read what they need of the cells before they write. */
static bool is_direct(const stoa__run *run, char *const *cells)
{
    const stoa_program *program = run->program;
    const stoa__code_block *code = &program->code;
    const stoa__pass *pass = &program->plan.passes[program->plan.count - 1];
    bool is_direct = code->where == 0 && run->selection == NULL;
    for (uint32_t i = 0; is_direct && i < code->result_count; i++)
        is_direct = may_be_direct(code, i);
    if (code->result_count == 1)
        return is_direct;
    is_direct = is_direct && run->is_checked && pass->quick_count > 0 && !code->has_nullable;
    for (uint32_t i = 0; is_direct && i < pass->quick_count; i++) {
        const stoa__instruction *step = &pass->quick[i];
        is_direct = !reads_stored(run, step, step->a, cells) &&
                    !reads_stored(run, step, step->b, cells) &&
                    !reads_stored(run, step, step->c, cells);
    }
    return is_direct;
}

static void pass_by(void *context, size_t worker, void *const *slots,
                    const uint64_t *const *validity, const uint64_t *mask, size_t first,
                    size_t count)
{
    (void)context, (void)worker, (void)slots, (void)validity, (void)mask, (void)first, (void)count;
}

static bool takes_nulls(const destination *to)
{
    bool takes = false;
    for (uint32_t i = 0; i < to->program->code.result_count; i++)
        takes = takes || to->validity[i] != NULL;
    return takes;
}

/* Whether an output may be null in this run, and its target takes no null. */
static bool may_refuse_null(const stoa__run *run)
{
    const stoa_program *program = run->program;
    bool may = false;
    if (!program->code.has_nullable)
        return false;
    for (uint32_t i = 0; i < program->code.result_count; i++)
        may = may || (program->code.terms[program->code.results[i].id].may_be_null &&
                      run->validity[i] == NULL);
    return may && stoa__may_meet_nulls(program, &program->plan.passes[program->plan.count - 1]);
}

/* Before the first cell is stored: checks whether a row would fail. */
static stoa_status check_rows(stoa__run *run, stoa_error *error)
{
    if (may_refuse_null(run) || run->program->code.interns_by_row)
        return stoa__run_outputs(run, 0, run->rows, pass_by, NULL, error);
    return stoa__run_check(run, error);
}

stoa_status stoa__store_outputs(stoa__run *run, char *const *cells, uint64_t *const *validity,
                                const uint8_t *types, const char *const *names, bool is_fresh,
                                stoa_error *error)
{
    destination to = {
        .program = run->program, .cells = cells, .validity = validity, .types = types};
    run->validity = validity;
    run->names = names;
    stoa_status status = stoa__run_aggregates(run, error);
    if (status != STOA_OK ||
        (!is_fresh && run->rows > STOA__MORSEL && stoa__store_in_place(run, cells)))
        return status;
    if (!is_fresh) /* fresh cells are given up on a failure */
        status = check_rows(run, error);
    if (status != STOA_OK)
        return status;
    run->is_checked = !is_fresh;
    to.direct = is_direct(run, cells);
    run->direct = to.direct ? cells : NULL;
    run->direct_types = types;
    bool is_stored = to.direct && !takes_nulls(&to); /* by the steps */
    return stoa__run_outputs(run, 0, run->rows, is_stored ? pass_by : store_block, &to, error);
}
