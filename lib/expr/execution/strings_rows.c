/* strings_rows.c: strings in rows: operations on several registers, and which strings were seen.
 *
 * What depends on the strings of one register only is in tables (strings.c); here is the rest. A
 * step that makes strings puts them into a pool, which one thread does (code->interns_by_row).
 * That memory was refused is kept in program->string_failure, and told when the pass is over. */
#include "expr/execution/strings.h"

#include <string.h>

#include "base/memory.h"
#include "base/words.h"

/* ---- row by row ---- */

typedef struct rows {
    const stoa_string_pool *pools[2]; /* of the operands */
    const stoa_handle *handles[2];    /* NULL: no string */
    const int64_t *numbers[2];        /* NULL: no number */
} rows;

static rows operands_of(const stoa__run *run, void *const *slots, const stoa__instruction *step)
{
    const stoa__term *terms = run->program->code.terms;
    stoa__id strings[] = {step->a, step->b}, numbers[] = {step->b, step->c};
    rows made = {{NULL, NULL}, {NULL, NULL}, {NULL, NULL}};
    for (size_t i = 0; i < 2; i++) {
        if (strings[i] != STOA__NOTHING_ID && terms[strings[i]].form == STOA_STRING) {
            made.pools[i] = stoa__pool_of_run(run, terms[strings[i]].pool);
            made.handles[i] = slots[strings[i]];
        }
        if (numbers[i] != STOA__NOTHING_ID && terms[numbers[i]].form == STOA_INT64)
            made.numbers[i] = slots[numbers[i]];
    }
    return made;
}

/* The value of row i: a bit, a number or a handle. */
static stoa_status value_of(const stoa__run *run, const stoa__term *term, const rows *in, size_t i,
                            stoa__buffer *buffer, uint32_t *value)
{
    stoa_string operands[2] = {{"", 0}, {"", 0}}, made;
    int64_t numbers[2] = {0, 0};
    for (size_t k = 0; k < 2; k++) {
        if (in->handles[k] != NULL)
            operands[k] = stoa_string_pool_get(in->pools[k], in->handles[k][i]);
        if (in->numbers[k] != NULL)
            numbers[k] = in->numbers[k][i];
    }
    stoa_status status = stoa__string_operation((stoa_operation)term->bits[0], operands, numbers,
                                                buffer, &made, value, NULL);
    if (status == STOA_OK && term->form == STOA_STRING)
        status = stoa_string_pool_intern(stoa__pool_of_run(run, term->pool), &made, 1, value, NULL);
    return status;
}

void stoa__run_string_rows(const stoa__run *run, void *const *slots, const stoa__instruction *step,
                           size_t count)
{
    const stoa__term *term = &run->program->code.terms[step->out];
    rows in = operands_of(run, slots, step);
    stoa__buffer none = {NULL, 0, 0};
    stoa__buffer *buffer = term->form == STOA_STRING ? &run->program->row_buffer : &none;
    uint32_t *values = slots[step->out];
    uint64_t *bits = slots[step->out];
    if (term->form == STOA_BOOL)
        memset(bits, 0, stoa__words(count) * sizeof *bits);
    for (size_t i = 0; i < count; i++) {
        uint32_t value = 0;
        stoa_status status = value_of(run, term, &in, i, buffer, &value);
        if (status != STOA_OK)
            atomic_store(&run->program->string_failure, status);
        if (term->form == STOA_BOOL)
            bits[i / 64] |= (uint64_t)value << i % 64;
        else
            values[i] = status == STOA_OK ? value : 0;
    }
}

/* ---- strings that were seen ---- */

static stoa__seen *seen_by(const stoa_program *program, size_t worker, uint32_t aggregate)
{
    return &program->seen[worker * program->code.aggregate_count + aggregate];
}

static bool reset(stoa__seen *seen, size_t count)
{
    if (count > seen->count) {
        uint8_t *bytes = stoa__reallocate(seen->bytes, count);
        if (bytes == NULL)
            return false;
        seen->bytes = bytes;
    }
    seen->count = count;
    memset(seen->bytes, 0, count);
    return true;
}

static bool make_room(stoa_program *program, size_t workers)
{
    size_t count = program->code.aggregate_count;
    if (workers <= program->seen_workers)
        return true;
    stoa__seen *seen = stoa__reallocate(program->seen, workers * count * sizeof *seen);
    if (seen == NULL)
        return false;
    memset(seen + program->seen_workers * count, 0,
           (workers - program->seen_workers) * count * sizeof *seen);
    program->seen = seen;
    program->seen_workers = workers;
    return true;
}

bool stoa__begin_seen(const stoa__run *run, size_t workers)
{
    stoa_program *program = run->program;
    for (uint32_t i = 0; i < run->pass->aggregate_count; i++) {
        uint32_t index = run->pass->aggregates[i];
        const stoa__aggregate *aggregate = &program->code.aggregates[index];
        if (!aggregate->of_strings)
            continue;
        unsigned pool = program->code.terms[aggregate->a].pool;
        size_t count = stoa_string_pool_count(stoa__pool_of_run(run, pool));
        if (!make_room(program, workers))
            return false;
        for (size_t k = 0; k < program->seen_workers; k++)
            if (!reset(seen_by(program, k, index), k < workers ? count : 0))
                return false;
    }
    return true;
}

/* Strings that came while rows were computed. */
static bool grow(const stoa__run *run, stoa__seen *seen, const stoa__term *operand)
{
    size_t count = stoa_string_pool_count(stoa__pool_of_run(run, operand->pool));
    if (!operand->by_row || count <= seen->count)
        return true;
    uint8_t *bytes = stoa__reallocate(seen->bytes, count * 2);
    if (bytes == NULL)
        return false;
    memset(bytes + seen->count, 0, count * 2 - seen->count);
    *seen = (stoa__seen){bytes, count * 2};
    return true;
}

void stoa__note_seen(const stoa__run *run, const stoa__worker *worker,
                     const stoa__aggregate *aggregate, const uint64_t *mask, size_t count)
{
    stoa_program *program = run->program;
    const stoa_handle *handles = worker->slots[aggregate->a];
    stoa__seen *seen = seen_by(program, (size_t)(worker - program->workers),
                               (uint32_t)(aggregate - program->code.aggregates));
    if (!grow(run, seen, &program->code.terms[aggregate->a])) {
        atomic_store(&program->string_failure, STOA_OUT_OF_MEMORY);
        return;
    }
    for (size_t first = 0; first < count; first += 64) {
        size_t end = count - first < 64 ? count - first : 64;
        uint64_t chosen = mask == NULL ? UINT64_MAX : mask[first / 64];
        if (end < 64)
            chosen &= ((uint64_t)1 << end) - 1;
        for (size_t i = 0; chosen == UINT64_MAX && i < 64; i++)
            if (handles[first + i] < seen->count)
                seen->bytes[handles[first + i]] = 1;
        for (; chosen != UINT64_MAX && chosen != 0; chosen &= chosen - 1) {
            stoa_handle handle = handles[first + (size_t)__builtin_ctzll(chosen)];
            if (handle < seen->count)
                seen->bytes[handle] = 1;
        }
    }
}

/* Whether a is to be taken instead of b. */
static bool is_better(stoa_operation operation, stoa_string a, stoa_string b)
{
    int order = stoa__text_compare(a, b);
    return operation == STOA_MIN ? order < 0 : order > 0;
}

uint64_t stoa__value_of_seen(const stoa__run *run, const stoa__aggregate *aggregate)
{
    const stoa_program *program = run->program;
    uint32_t index = (uint32_t)(aggregate - program->code.aggregates);
    const stoa_string_pool *pool = stoa__pool_of_run(run, program->code.terms[aggregate->a].pool);
    size_t most = stoa_string_pool_count(pool), count = 0, best = SIZE_MAX;
    for (size_t handle = 0; handle < most; handle++) {
        bool seen = false;
        for (size_t k = 0; k < program->seen_workers && !seen; k++) {
            const stoa__seen *each = seen_by(program, k, index);
            seen = handle < each->count && each->bytes[handle] != 0;
        }
        if (!seen)
            continue;
        count++;
        if (best == SIZE_MAX || is_better((stoa_operation)aggregate->operation,
                                          stoa_string_pool_get(pool, (stoa_handle)handle),
                                          stoa_string_pool_get(pool, (stoa_handle)best)))
            best = handle;
    }
    return aggregate->operation == STOA_COUNT_DISTINCT ? count : best;
}

void stoa__release_seen(stoa_program *program)
{
    for (size_t i = 0; i < program->seen_workers * program->code.aggregate_count; i++)
        stoa__release(program->seen[i].bytes);
    stoa__release(program->seen);
    program->seen = NULL;
    program->seen_workers = 0;
}
