/* block.c: a pass over one morsel, a block at a time.
 *
 * Columns are read in place, steps write registers, aggregates add up. A step that fails is
 * remembered; when the block's steps have run, the active masks tell whether it fails in a row that
 * counts. The first such row of a worker ends its morsel. */
#include <stdio.h>
#include <string.h>

#include "base/words.h"
#include "expr/binder/times.h"
#include "expr/execution/paths.h"
#include "expr/execution/strings.h"

#define WORDS STOA__BLOCK_WORDS
/* Rows of a block without steps: several aggregates find it in L2. */
#define WHOLE ((size_t)32768)

/* ---- bits ---- */

/* The rows of a block, of which some are chosen (NULL: all), where a condition (NOTHING: none)
 * holds too. Joined bits are the worker's, and there until the next are. */
static const uint64_t *narrowed(stoa__worker *worker, const uint64_t *rows, stoa__id condition,
                                size_t count)
{
    const uint64_t *bits = condition == 0 ? NULL : worker->slots[condition];
    if (bits == NULL || rows == NULL)
        return bits == NULL ? rows : bits;
    for (size_t i = 0; i < stoa__words(count); i++)
        worker->joined[i] = rows[i] & bits[i];
    return worker->joined;
}

static bool is_empty(const uint64_t *bits, size_t count)
{
    uint64_t any = 0;
    for (size_t i = 0; i < stoa__words(count); i++)
        any |= bits[i];
    return any == 0;
}

static void fill_bits(void *out, const void *a, size_t count)
{
    bool set = (*(const uint64_t *)a & 1) != 0;
    memset(out, set ? 0xFF : 0, stoa__words(count) * sizeof(uint64_t));
    stoa__words_end(out, count);
}

/* ---- failures ---- */

static const stoa__term *value_of(const stoa__run *run, stoa__id id)
{
    return &run->program->code.terms[id];
}

/* Whether it fails where it is not null. */
static bool remember(const stoa__run *run, stoa__worker *worker, const stoa__instruction *step,
                     size_t position, size_t count)
{
    uint64_t *failed = worker->failed + step->failure * WORDS;
    void *const *slots = worker->slots;
    if (step->code == STOA__CUMULATE) {
        memset(failed, 0, WORDS * sizeof *failed);
        failed[position / 64] = UINT64_C(1) << position % 64;
    } else
        stoa__failures((stoa__code)step->code, (stoa__shape)step->shape, failed, slots[step->a],
                       slots[step->b], count);
    if (worker->has_nulls && step->nulls != STOA__NEVER_NULL) {
        stoa__drop_nulls(worker, failed, step->out, count);
        if (is_empty(failed, count))
            return false;
    }
    worker->failing[worker->failing_count++] = (uint32_t)(step - run->pass->steps);
    return true;
}

/* The rows of the block in which each mask holds, in the order of their making. */
static void evaluate_active_masks(const stoa__run *run, stoa__worker *worker, size_t count)
{
    const stoa__pass *pass = run->pass;
    memset(worker->active_masks, 0, WORDS * sizeof(uint64_t));
    memset(worker->active_masks + WORDS, 0xFF, WORDS * sizeof(uint64_t));
    for (uint32_t i = 2; i < pass->mask_count; i++) {
        const stoa__active_mask *mask = &pass->active_masks[i];
        uint64_t *out = worker->active_masks + i * WORDS;
        const uint64_t *x = worker->active_masks + mask->x * WORDS;
        const uint64_t *y = worker->active_masks + mask->y * WORDS;
        if (mask->kind == STOA__BIT) {
            if (value_of(run, mask->bits)->uniform)
                fill_bits(out, worker->slots[mask->bits], count);
            else
                memcpy(out, worker->slots[mask->bits], stoa__words(count) * sizeof *out);
        }
        for (size_t k = 0; k < stoa__words(count); k++) {
            if (mask->kind == STOA__BIT)
                out[k] = mask->negated ? ~out[k] : out[k];
            else
                out[k] = mask->kind == STOA__BOTH ? x[k] & y[k] : x[k] | y[k];
        }
        const uint64_t *validity = worker->has_nulls ? worker->validity[mask->bits] : NULL;
        for (size_t k = 0; mask->kind == STOA__BIT && validity != NULL && k < stoa__words(count);
             k++)
            out[k] = mask->or_null ? out[k] | ~validity[k] : out[k] & validity[k];
    }
}

static size_t first_bit(const uint64_t *failed, const uint64_t *active, const uint64_t *rows,
                        size_t count)
{
    for (size_t i = 0; i < stoa__words(count); i++) {
        uint64_t word = failed[i] & active[i] & (rows == NULL ? ~UINT64_C(0) : rows[i]);
        if (word != 0)
            return i * 64 + (size_t)__builtin_ctzll(word);
    }
    return count;
}

static bool execute(const stoa__run *run, stoa__worker *worker, uint32_t from, uint32_t to,
                    size_t count);

static const char *lane(const stoa__run *run, const stoa__worker *worker, stoa__id id, size_t at)
{
    const char *cells = worker->slots[id];
    const stoa__term *term = value_of(run, id);
    return term->uniform || cells == NULL ? cells : cells + at * stoa__width((stoa_type)term->form);
}

/* The type that a cast is to, by way of others; NO_TYPE: it is no cast. */
static stoa_type cast_of(const stoa_expression *origin)
{
    bool is_call = origin != NULL && origin->kind == STOA__CALL_NODE;
    return is_call ? stoa__cast_type(origin->operation) : STOA_NO_TYPE;
}

/* Says why a step fails at a position of the block: runs the steps before it once more, since their
 * registers may have been taken by others meanwhile. */
static void explain(const stoa__run *run, stoa__worker *worker, const stoa__instruction *step,
                    bool uniform, size_t position, size_t count)
{
    char text[96];
    if (step->code == STOA__CUMULATE) {
        worker->status = STOA_OVERFLOW;
        snprintf(text, sizeof text, "the running result does not fit %s",
                 stoa_type_name((stoa_type)value_of(run, step->out)->form));
    } else {
        if (!uniform)
            execute(run, worker, 0, (uint32_t)(step - run->pass->steps), count);
        worker->status =
            stoa__failure_text((stoa__code)step->code, lane(run, worker, step->a, position),
                               lane(run, worker, step->b, position),
                               cast_of(value_of(run, step->out)->origin), text, sizeof text);
    }
    snprintf(worker->message, sizeof worker->message, "%s", text);
    worker->origin = value_of(run, step->out)->origin;
}

/* The first failure of a block that counts; of those in the same row a uniform value's, then that
 * of the step that was made first. */
typedef struct culprit {
    const stoa__instruction *step; /* NULL: none so far */
    size_t position;               /* in the block; its length where there is none */
    bool uniform;
} culprit;

static void look_at_uniform_values(const stoa__run *run, const stoa__worker *worker,
                                   const uint64_t *rows, size_t count, culprit *first)
{
    const stoa__pass *pass = run->pass;
    uint64_t all[WORDS];
    memset(all, 0xFF, sizeof all);
    stoa__words_end(all, count);
    for (uint32_t i = 0; i < pass->uniform_failure_count; i++) {
        const stoa__instruction *step = &pass->uniform_failures[i];
        if (!run->program->uniform_failed[step->out])
            continue;
        size_t at = first_bit(all, worker->active_masks + step->mask * WORDS, rows, count);
        if (at < first->position)
            *first = (culprit){step, at, true};
    }
}

static void look_at_steps(const stoa__run *run, const stoa__worker *worker, const uint64_t *rows,
                          size_t count, culprit *first)
{
    for (uint32_t i = 0; i < worker->failing_count; i++) {
        const stoa__instruction *step = &run->pass->steps[worker->failing[i]];
        size_t at = first_bit(worker->failed + step->failure * WORDS,
                              worker->active_masks + step->mask * WORDS, rows, count);
        bool is_tie = at == first->position && first->step != NULL && !first->uniform;
        if (at < first->position || (is_tie && step->out < first->step->out))
            *first = (culprit){step, at, false};
    }
}

/* Of all workers' rows the first is the one that the others need not go beyond. */
static void note_failed_row(stoa__run *run, stoa__worker *worker, size_t row)
{
    size_t before = atomic_load(&run->failed_row);
    worker->failed_row = row;
    while (row < before && !atomic_compare_exchange_weak(&run->failed_row, &before, row)) {
    }
}

bool stoa__resolve_failures(stoa__run *run, stoa__worker *worker, const uint64_t *rows,
                            size_t count)
{
    culprit first = {.position = count};
    evaluate_active_masks(run, worker, count);
    look_at_uniform_values(run, worker, rows, count, &first);
    look_at_steps(run, worker, rows, count, &first);
    worker->failing_count = 0;
    if (first.step == NULL)
        return false;
    explain(run, worker, first.step, first.uniform, first.position, count);
    note_failed_row(run, worker, (size_t)worker->first + first.position);
    return true;
}

bool stoa__some_uniform_failed(const stoa__run *run)
{
    for (uint32_t i = 0; i < run->pass->uniform_failure_count; i++)
        if (run->program->uniform_failed[run->pass->uniform_failures[i].out])
            return true;
    return false;
}

/* ---- a block ---- */

static bool cumulate(const stoa__run *run, stoa__worker *worker, const stoa__instruction *step,
                     size_t count)
{
    const stoa__term *term = value_of(run, step->out);
    const uint64_t *mask = narrowed(worker, worker->slots[STOA__MASK_ID], step->c, count);
    if (worker->has_nulls) {
        mask = stoa__without_nulls(worker, mask, step->a, count);
        mask = stoa__without_nulls(worker, mask, step->c, count);
    }
    /* Values of rows that are left out do not count, but steps compute with them. */
    if (mask != NULL)
        memset(worker->slots[step->out], 0, count * sizeof(uint64_t));
    size_t done = stoa__cumulate(&run->program->cumulatives[term->index], worker->slots[step->out],
                                 worker->slots[step->a], mask, count);
    return done < count && remember(run, worker, step, done, count);
}

/* Steps from to to - 1. Whether one failed. */
static bool execute(const stoa__run *run, stoa__worker *worker, uint32_t from, uint32_t to,
                    size_t count)
{
    const stoa__instruction *steps = run->pass->steps;
    void *const *slots = worker->slots;
    bool failed = false;
    for (uint32_t i = from; i < to; i++) {
        const stoa__instruction *step = &steps[i];
        if (worker->has_nulls && step->nulls != STOA__NEVER_NULL)
            stoa__note_nulls(run, worker, step, count);
        if (STOA__LIKELY(step->kernel != NULL)) {
            if (step->kernel(slots[step->out], slots[step->a], slots[step->b], slots[step->c],
                             count) &&
                step->may_fail)
                failed = remember(run, worker, step, 0, count) || failed;
        } else if (step->code == STOA__FILL_BITS)
            fill_bits(slots[step->out], slots[step->a], count);
        else if (stoa__is_of_paths(step->code))
            stoa__run_path_step(run, worker, step, count);
        else if (step->code == STOA__STRING_ROWS)
            stoa__run_string_rows(run, slots, step, count);
        else if (step->code == STOA__IS_NULL)
            stoa__bits_of_nulls(worker, slots[step->out], step->a, count);
        else
            failed = cumulate(run, worker, step, count) || failed;
    }
    return failed;
}

/* The same by the pass's quick steps; false where they can't be taken, or one failed. */
static bool execute_quick(const stoa__run *run, stoa__worker *worker, size_t count)
{
    const stoa__pass *pass = run->pass;
    void *const *slots = worker->slots;
    if (worker->has_nulls || pass->quick_count == 0)
        return false;
    for (uint32_t i = 0; i < pass->quick_count; i++) {
        const stoa__instruction *step = &pass->quick[i];
        if (step->kernel(slots[step->out], slots[step->a], slots[step->b], slots[step->c], count) &&
            !run->is_checked)
            return false;
    }
    return true;
}

static void reduce(const stoa__run *run, stoa__worker *worker, const uint64_t *rows, size_t count)
{
    const stoa_program *program = run->program;
    const stoa__kernels *kernels = stoa__kernels_here();
    for (uint32_t i = 0; i < run->pass->aggregate_count; i++) {
        const stoa__aggregate *aggregate = &program->code.aggregates[run->pass->aggregates[i]];
        if (run->pass->calls[i] == STOA__DONE)
            continue;
        if (program->nulls[aggregate->a] || program->nulls[aggregate->b] ||
            program->nulls[aggregate->mask])
            continue;
        const uint64_t *mask = narrowed(worker, rows, aggregate->mask, count);
        if (worker->has_nulls) {
            mask = stoa__without_nulls(worker, mask, aggregate->mask, count);
            mask = stoa__without_nulls(worker, mask, aggregate->a, count);
            mask = stoa__without_nulls(worker, mask, aggregate->b, count);
        }
        if (aggregate->of_strings)
            stoa__note_seen(run, worker, aggregate, mask, count);
        kernels->reduce[run->pass->calls[i]](&worker->accumulators[i], worker->slots[aggregate->a],
                                             worker->slots[aggregate->b], mask, count,
                                             (uint64_t)worker->first);
    }
}

/* The scope's rows of a block, or NULL: all. */
static const uint64_t *rows_of(const stoa__run *run, stoa__worker *worker, size_t row, size_t count)
{
    if (run->selection == NULL)
        return NULL;
    const uint64_t *rows = run->selection + row / 64;
    if (!run->is_trimmed || count % 64 == 0)
        return rows;
    memcpy(worker->mask, rows, stoa__words(count) * sizeof *rows);
    stoa__words_end(worker->mask, count);
    return worker->mask;
}

static void refuse_null(stoa__run *run, stoa__worker *worker, uint32_t result, size_t at)
{
    const stoa_expression *expression = run->program->expression;
    uint32_t output = run->program->output_count - 1;
    while (run->program->code.outputs[output].first > result)
        output--;
    worker->status = STOA_WRONG_TYPE;
    worker->origin =
        expression->kind == STOA__LIST_NODE ? expression->arguments[output] : expression;
    snprintf(worker->message, sizeof worker->message,
             run->names == NULL ? "the value is null, which %s cannot hold"
                                : "the value is null, but field '%.60s' takes no null",
             run->names == NULL ? "the output" : run->names[output]);
    note_failed_row(run, worker, (size_t)worker->first + at);
}

/* False where an output is null in a row of the mask and its target takes no null. A condition does
 * not hold where it is null. */
static bool check_nulls(stoa__run *run, stoa__worker *worker, const uint64_t *mask, size_t count)
{
    const stoa__code_block *code = &run->program->code;
    size_t best = count;
    uint32_t result = 0;
    for (uint32_t i = 0; i < code->result_count; i++) {
        stoa__id id = code->results[i].id;
        if (run->program->wanted == STOA__WANTS_BITS)
            stoa__drop_nulls(worker, worker->slots[id], id, count);
        if (run->program->wanted == STOA__WANTS_BITS || worker->validity[id] == NULL ||
            (run->validity != NULL && run->validity[i] != NULL))
            continue;
        uint64_t nulls[WORDS], all[WORDS];
        memset(all, 0xFF, sizeof all);
        stoa__bits_of_nulls(worker, nulls, id, count);
        size_t at = first_bit(nulls, all, mask, count);
        if (at < best) {
            best = at;
            result = i;
        }
    }
    if (best < count)
        refuse_null(run, worker, result, best);
    return best == count;
}

/* False where the run is over for this worker. */
static bool run_block(stoa__run *run, stoa__worker *worker, size_t row, size_t count)
{
    const stoa__pass *pass = run->pass;
    const uint64_t *rows = rows_of(run, worker, row, count);
    worker->first = (int64_t)row;
    worker->slots[STOA__MASK_ID] = (void *)(uintptr_t)rows;
    if (rows != NULL && is_empty(rows, count))
        return true;
    if (run->program->code.has_nullable)
        stoa__find_nulls(run, worker, row, count);
    bool failed = pass->uniform_failure_count > 0 && stoa__some_uniform_failed(run);
    failed = execute(run, worker, 0, pass->condition_steps, count) || failed;
    if (pass->condition != 0 && worker->has_nulls)
        stoa__drop_nulls(worker, worker->slots[pass->condition], pass->condition, count);
    if (pass->condition != 0 && is_empty(worker->slots[pass->condition], count))
        return !(failed && stoa__resolve_failures(run, worker, rows, count));
    if (!execute_quick(run, worker, count))
        failed = execute(run, worker, pass->condition_steps, pass->step_count, count) || failed;
    if (failed && stoa__resolve_failures(run, worker, rows, count))
        return false;
    if (pass->aggregate_count > 0)
        reduce(run, worker, rows, count);
    if (!pass->has_outputs || run->take == NULL)
        return true;
    stoa__id where = run->program->code.where;
    const uint64_t *mask = narrowed(worker, rows, where, count);
    if (worker->has_nulls) {
        mask = stoa__without_nulls(worker, mask, where, count);
        if (!check_nulls(run, worker, mask, count))
            return false;
    }
    run->take(run->context, (size_t)(worker - run->program->workers), worker->slots,
              worker->has_nulls ? worker->validity : NULL, mask, row, count);
    return true;
}

/* ---- a morsel ---- */

static void pack(const stoa__array *array, char *out, size_t first, size_t count)
{
    size_t width = stoa__width(array->type);
    const char *in = (const char *)array->data + (ptrdiff_t)first * array->stride;
    for (size_t i = 0; i < count; i++, in += array->stride)
        memcpy(out + i * width, in, width);
}

static bool is_packed(const stoa__array *array)
{
    size_t width = stoa__width(array->type);
    return array->stride == (ptrdiff_t)width && (uintptr_t)array->data % width == 0;
}

static void point_at_columns(const stoa__run *run, stoa__worker *worker, size_t row, size_t count)
{
    const stoa__code_block *code = &run->program->code;
    for (uint32_t i = 0; i < run->pass->column_count; i++) {
        stoa__id id = run->pass->columns[i];
        const stoa__term *term = &code->terms[id];
        size_t width = stoa__width((stoa_type)term->form);
        if (term->kind == STOA__COLUMN_TERM) {
            worker->slots[id] = (char *)run->table->columns[term->index].cells + row * width;
            continue;
        }
        const stoa__array *array = &code->arrays[term->index];
        char *packed = worker->packed + term->index * STOA__BLOCK * 8;
        worker->slots[id] = (char *)(uintptr_t)array->data + row * width;
        if (!is_packed(array)) {
            worker->slots[id] = packed;
            pack(array, packed, row, count);
        }
    }
    for (uint32_t i = 0; run->direct != NULL && run->pass->has_outputs && i < code->result_count;
         i++) {
        stoa__id id = code->results[i].id;
        size_t width = stoa__width(stoa__target_type(run->direct_types[i]));
        worker->slots[id] = run->direct[i] + row * width;
    }
}

/* Aggregates of columns as they are: a morsel, that ends in row `last`, is as good as a block. */
static bool runs_whole(const stoa__run *run, size_t last)
{
    const stoa__code_block *code = &run->program->code;
    for (uint32_t i = 0; i < code->array_count; i++)
        if (!is_packed(&code->arrays[i]) || code->arrays[i].validity != NULL)
            return false;
    if (run->pass->reads_nullable && last % 64 != 0)
        return false;
    return run->pass->step_count == 0 && !run->pass->has_outputs && !run->is_trimmed &&
           run->pass->uniform_failure_count == 0;
}

static bool reads_once(const stoa__pass *pass)
{
    return pass->aggregate_count == 1 ||
           (pass->aggregate_count == 2 && pass->calls[1] == STOA__DONE);
}

static void begin_morsel(const stoa__run *run, stoa__worker *worker)
{
    const stoa__pass *pass = run->pass;
    for (uint32_t i = 0; i < pass->step_count; i++)
        worker->slots[pass->steps[i].out] = worker->scratch + pass->steps[i].line * STOA__LINE;
    if (pass->aggregate_count > 0)
        memset(worker->accumulators, 0, pass->aggregate_count * sizeof *worker->accumulators);
    worker->failing_count = 0;
    worker->has_nulls = worker->has_uniform_nulls = false;
    if (run->program->code.has_nullable)
        stoa__begin_nulls(run, worker);
}

static void end_morsel(const stoa__run *run, stoa__worker *worker, size_t first)
{
    const stoa__pass *pass = run->pass;
    for (uint32_t i = 0; i < pass->aggregate_count; i++) {
        stoa__reduction reduction = run->program->code.aggregates[pass->aggregates[i]].reduction;
        stoa__accumulator *made = &worker->accumulators[i];
        stoa__reduce_finish(reduction, made);
        if (run->partials == NULL)
            stoa__reduce_combine(reduction, &run->program->totals[pass->aggregates[i]],
                                 &made->partial);
        else
            run->partials[(first - run->batch_first) / STOA__MORSEL * pass->aggregate_count + i] =
                made->partial;
    }
}

void stoa__run_morsel(stoa__run *run, stoa__worker *worker, size_t first, size_t last)
{
    if (first > atomic_load_explicit(&run->failed_row, memory_order_relaxed))
        return;
    begin_morsel(run, worker);
    size_t step = !runs_whole(run, last)  ? run->pass->block
                  : reads_once(run->pass) ? STOA__MORSEL
                                          : WHOLE;
    for (size_t row = first; row < last; row += step) {
        size_t count = last - row < step ? last - row : step;
        point_at_columns(run, worker, row, count);
        if (!run_block(run, worker, row, count))
            return;
    }
    end_morsel(run, worker, first);
}
