/* nulls.c: values that are null in some rows only.
 *
 * Only aggregates of nothing are null, so a pass knows what is before it sees a row; mostly that is
 * nothing, and none of this runs. Else each block keeps, beside every value, bits of the rows where
 * it is null: all of a null aggregate's, of a step those where an operand is, but for the branch of
 * `where` that is not taken and for `and` and `or` that the other side decides (Kleene). What a
 * register holds in a null row is anything. Aggregates pass over null rows, a null condition
 * selects nothing, and a null output is refused where it would be stored. */
#include <string.h>

#include "base/memory.h"
#include "base/words.h"
#include "expr/execution/run.h"

#define WORDS STOA__BLOCK_WORDS

bool stoa__has_nulls(const stoa_program *program, const stoa__pass *pass)
{
    const bool *nulls = program->nulls;
    for (uint32_t i = 0; i < pass->step_count; i++) {
        const stoa__instruction *step = &pass->steps[i];
        if (nulls[step->a] || nulls[step->b] || nulls[step->c])
            return true;
    }
    return false;
}

bool stoa__begin_nulls(stoa__run *run)
{
    stoa_program *program = run->program;
    size_t bytes = WORDS * sizeof *run->null_rows;
    run->null_rows = NULL;
    if (!stoa__has_nulls(program, run->pass))
        return true;
    if (program->null_rows == NULL)
        program->null_rows = stoa__allocate(program->code.count * bytes);
    run->null_rows = program->null_rows;
    for (stoa__id id = 0; run->null_rows != NULL && id < program->code.count; id++)
        memset(run->null_rows + id * WORDS, program->nulls[id] ? 0xFF : 0, bytes);
    return run->null_rows != NULL;
}

/* ---- steps ---- */

bool stoa__is_choice(const stoa_program *program, const stoa__instruction *step)
{
    bool chooses = step->code == STOA__CHOOSE_INT32 || step->code == STOA__CHOOSE_INT64 ||
                   step->code == STOA__CHOOSE_BITS;
    return chooses && !program->code.terms[step->out].strict;
}

/* Where a condition is null in `null`, the result is, unless the other side, which is not null
 * there, decides it by being `deciding`: 0 for `and`, all ones for `or`. */
static uint64_t undecided(uint64_t null, uint64_t other_null, uint64_t other, uint64_t deciding)
{
    return null & (other_null | (other ^ deciding));
}

static uint64_t null_word(const stoa__run *run, void *const *slots, const stoa__instruction *step,
                          size_t k)
{
    uint64_t a = run->null_rows[step->a * WORDS + k], b = run->null_rows[step->b * WORDS + k];
    uint64_t c = run->null_rows[step->c * WORDS + k];
    if (stoa__is_choice(run->program, step)) {
        uint64_t taken = ((const uint64_t *)slots[step->c])[k];
        return c | (taken & a) | (~taken & b);
    }
    bool is_or = step->code == STOA__OR_BITS, is_and_not = step->code == STOA__AND_NOT_BITS;
    if (step->code != STOA__AND_BITS && !is_or && !is_and_not)
        return a | b | c;
    uint64_t x = ((const uint64_t *)slots[step->a])[k], y = ((const uint64_t *)slots[step->b])[k];
    uint64_t deciding = is_or ? ~UINT64_C(0) : 0;
    return undecided(a, b, is_and_not ? ~y : y, deciding) | undecided(b, a, x, deciding);
}

void stoa__note_nulls(const stoa__run *run, void *const *slots, const stoa__instruction *step,
                      size_t count)
{
    uint64_t *out = run->null_rows + step->out * WORDS;
    for (size_t k = 0; k < stoa__words(count); k++)
        out[k] = null_word(run, slots, step, k);
}

void stoa__drop_nulls(const stoa__run *run, uint64_t *bits, stoa__id id, size_t count)
{
    for (size_t k = 0; k < stoa__words(count); k++)
        bits[k] &= ~run->null_rows[id * WORDS + k];
}
