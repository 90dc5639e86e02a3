/* nulls.c: which values of a block are null.
 *
 * Beside a register stand validity bits: 1 where there is a value. What a register holds where
 * there is none is anything. Columns bring their bits, which are read in place; a step has those of
 * its only operand that has any, or the intersection of several; but `where` has those of the
 * branch that is taken, and `and` and `or` are there where one side alone decides (Kleene). Only
 * steps that can be null at all are looked at, and only in blocks where a column or a uniform value
 * is null: other blocks run as if there were no nulls. No bits (NULL) says that all values are
 * there.
 *
 * Aggregates pass over nulls, a condition that is null selects nothing, a step does not fail where
 * it is null, and a null output is stored into nullable fields only. */
#include <string.h>

#include "base/bits.h"
#include "base/words.h"
#include "expr/execution/run.h"

/* ---- before the steps ---- */

static const uint64_t none[STOA__LONG_WORDS];

bool stoa__may_meet_nulls(const stoa_program *program, const stoa__pass *pass)
{
    const bool *nulls = program->nulls;
    if (pass->reads_nullable)
        return true;
    for (uint32_t i = 0; program->code.has_nullable && i < pass->step_count; i++) {
        const stoa__instruction *step = &pass->steps[i];
        if (nulls[step->a] || nulls[step->b] || nulls[step->c])
            return true;
    }
    return false;
}

void stoa__begin_nulls(const stoa__run *run, stoa__worker *worker)
{
    const stoa__code_block *code = &run->program->code;
    for (stoa__id id = STOA__FIRST_TERM; id < code->count; id++) {
        if (!code->terms[id].uniform || !code->terms[id].may_be_null)
            continue;
        worker->validity[id] = run->program->nulls[id] ? none : NULL;
        worker->has_uniform_nulls = worker->has_uniform_nulls || run->program->nulls[id];
    }
}

uint64_t *stoa__own_bits(const stoa__run *run, const stoa__worker *worker, stoa__id id)
{
    const stoa_program *program = run->program;
    return worker->validity_bits +
           (program->code.terms[id].nullable - 1) * (program->plan.block / 64);
}

static bool all_set(const uint64_t *bits, size_t count)
{
    uint64_t all = UINT64_MAX;
    for (size_t i = 0; i < count / 64; i++)
        all &= bits[i];
    return all == UINT64_MAX &&
           (count % 64 == 0 || (~bits[count / 64] & (((uint64_t)1 << count % 64) - 1)) == 0);
}

/* The bits of a column or an array for a block; NULL where all are set. Bits behind the block's
 * last value are 0, though the table may have more rows. */
static const uint64_t *bits_of_leaf(const stoa__run *run, const stoa__worker *worker, stoa__id id,
                                    size_t row, size_t count)
{
    const stoa__term *term = &run->program->code.terms[id];
    uint64_t *own = stoa__own_bits(run, worker, id);
    if (term->kind == STOA__COLUMN_TERM) {
        const uint64_t *bits = run->table->columns[term->index].validity + row / 64;
        if (all_set(bits, count))
            return NULL;
        if (count % 64 == 0)
            return bits;
        memcpy(own, bits, stoa__words(count) * sizeof *own);
    } else
        stoa__bits_of_bytes_move(own, 0, run->program->code.arrays[term->index].validity + row / 8,
                                 count);
    stoa__words_end(own, count);
    return all_set(own, count) ? NULL : own;
}

void stoa__find_nulls(const stoa__run *run, stoa__worker *worker, size_t row, size_t count)
{
    worker->has_nulls = worker->has_uniform_nulls;
    for (uint32_t i = 0; run->pass->reads_nullable && i < run->pass->column_count; i++) {
        stoa__id id = run->pass->columns[i];
        if (!run->program->code.terms[id].may_be_null)
            continue;
        worker->validity[id] = bits_of_leaf(run, worker, id, row, count);
        worker->has_nulls = worker->has_nulls || worker->validity[id] != NULL;
    }
}

/* ---- steps ---- */

stoa__null_rule stoa__null_rule_of(const stoa__term *term)
{
    if (!term->may_be_null)
        return STOA__NEVER_NULL;
    switch (term->code) {
    case STOA__FOLLOW: /* these two say themselves where they are null */
    case STOA__COLLECT:
        return STOA__NEVER_NULL;
    case STOA__WHERE_INT32:
    case STOA__WHERE_INT64:
    case STOA__WHERE_BITS:
        return term->strict ? STOA__NULL_WITH_OPERANDS : STOA__NULL_WITH_BRANCH;
    case STOA__AND_BITS:
        return STOA__NULL_AS_AND;
    case STOA__OR_BITS:
        return STOA__NULL_AS_OR;
    default:
        return STOA__NULL_WITH_OPERANDS;
    }
}

static uint64_t word_of(const uint64_t *bits, size_t k)
{
    return bits == NULL ? UINT64_MAX : bits[k];
}

/* Where the result is there. a, b, c: validity; x, y, z: the operands, where they are bits. */
static uint64_t valid_word(unsigned rule, const uint64_t *const validity[3], void *const values[3],
                           size_t k)
{
    uint64_t a = word_of(validity[0], k), b = word_of(validity[1], k), c = word_of(validity[2], k);
    if (rule == STOA__NULL_WITH_OPERANDS)
        return a & b & c;
    if (rule == STOA__NULL_WITH_BRANCH) {
        uint64_t taken = ((const uint64_t *)values[2])[k];
        return c & ((taken & a) | (~taken & b));
    }
    uint64_t x = ((const uint64_t *)values[0])[k], y = ((const uint64_t *)values[1])[k];
    uint64_t flip = rule == STOA__NULL_AS_AND ? UINT64_MAX : 0; /* false decides `and` */
    return (a & b) | (a & (x ^ flip)) | (b & (y ^ flip));
}

/* The only bits among those of the operands; NULL where there are none or several. */
static const uint64_t *only_bits(const uint64_t *const validity[3])
{
    const uint64_t *only = NULL;
    for (size_t i = 0; i < 3; i++) {
        if (validity[i] == NULL || validity[i] == only)
            continue;
        if (only != NULL)
            return NULL;
        only = validity[i];
    }
    return only;
}

void stoa__note_nulls(const stoa__run *run, stoa__worker *worker, const stoa__instruction *step,
                      size_t count)
{
    void *const values[] = {worker->slots[step->a], worker->slots[step->b], worker->slots[step->c]};
    const uint64_t *const validity[] = {worker->validity[step->a], worker->validity[step->b],
                                        step->code == STOA__CUMULATE ? NULL
                                                                     : worker->validity[step->c]};
    worker->validity[step->out] = NULL;
    if (validity[0] == NULL && validity[1] == NULL && validity[2] == NULL)
        return;
    /* Several outputs: one is stored, with its bits, before another's are read. */
    const uint64_t *only = run->program->code.result_count > 1 ? NULL : only_bits(validity);
    if (step->nulls == STOA__NULL_WITH_OPERANDS && only != NULL) {
        worker->validity[step->out] = only;
        return;
    }
    uint64_t *own = stoa__own_bits(run, worker, step->out);
    for (size_t k = 0; k < stoa__words(count); k++)
        own[k] = valid_word(step->nulls, validity, values, k);
    stoa__words_end(own, count);
    worker->validity[step->out] = own;
}

void stoa__meet_nulls(const stoa__run *run, stoa__worker *worker, const stoa__instruction *at)
{
    const stoa__code_block *code = &run->program->code;
    for (const stoa__instruction *step = run->pass->steps; !worker->has_nulls && step < at; step++)
        if (code->terms[step->out].may_be_null)
            worker->validity[step->out] = NULL;
    worker->has_nulls = true;
}

/* ---- where they are looked at ---- */

void stoa__bits_of_nulls(const stoa__worker *worker, uint64_t *out, stoa__id id, size_t count)
{
    const uint64_t *validity = worker->has_nulls ? worker->validity[id] : NULL;
    for (size_t k = 0; k < stoa__words(count); k++)
        out[k] = ~word_of(validity, k);
    stoa__words_end(out, count);
}

void stoa__drop_nulls(const stoa__worker *worker, uint64_t *bits, stoa__id id, size_t count)
{
    const uint64_t *validity = worker->has_nulls ? worker->validity[id] : NULL;
    for (size_t k = 0; validity != NULL && k < stoa__words(count); k++)
        bits[k] &= validity[k];
}

const uint64_t *stoa__without_nulls(const stoa__worker *worker, const uint64_t *mask, stoa__id id,
                                    size_t count)
{
    const uint64_t *validity = worker->has_nulls ? worker->validity[id] : NULL;
    if (validity == NULL || mask == NULL)
        return validity == NULL ? mask : validity;
    for (size_t k = 0; k < stoa__words(count); k++)
        worker->joined[k] = mask[k] & validity[k];
    return worker->joined;
}
