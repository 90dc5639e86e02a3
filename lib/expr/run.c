/* run.c: runs the passes of a plan over the rows, a block at a time.
 *
 * A worker takes a morsel and goes through its blocks: columns are read in place, steps write
 * registers, sinks add up. Each morsel has partials of its own, which are combined in the order of
 * the rows, so that the number of threads cannot show. A step that fails is remembered; when the
 * block's steps have run, the guards tell whether it fails in a row that counts. The first such row
 * of all is the one that is reported: morsels behind it need not run, those before it do. */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/threads.h"
#include "expr/program.h"
#include "query/selection.h"

#define WORDS STOA__BLOCK_WORDS
/* Rows of a block without steps: several aggregates find it in L2. */
#define WHOLE ((size_t)32768)

/* ---- bits ---- */

static size_t words_of(size_t count)
{
    return (count + 63) / 64;
}

static void trim(uint64_t *bits, size_t count)
{
    if (count % 64 != 0)
        bits[count / 64] &= ~UINT64_C(0) >> (64 - count % 64);
}

static bool join(uint64_t *out, const uint64_t *a, const uint64_t *b, size_t count)
{
    uint64_t any = 0;
    for (size_t i = 0; i < words_of(count); i++)
        any |= out[i] = a[i] & b[i];
    return any != 0;
}

static bool is_empty(const uint64_t *bits, size_t count)
{
    uint64_t any = 0;
    for (size_t i = 0; i < words_of(count); i++)
        any |= bits[i];
    return any == 0;
}

static bool fill_bits(void *out, const void *a, size_t count)
{
    bool set = (*(const uint64_t *)a & 1) != 0;
    memset(out, set ? 0xFF : 0, words_of(count) * sizeof(uint64_t));
    trim(out, count);
    return false;
}

/* ---- failures ---- */

static const stoa__value *value_of(const stoa__run *run, stoa__id id)
{
    return &run->program->code.values[id];
}

static void remember(const stoa__run *run, stoa__worker *worker, const stoa__instruction *step,
                     size_t position, size_t count)
{
    uint64_t *failed = worker->failed + step->failure * WORDS;
    void *const *slots = worker->slots;
    if (step->code == STOA__RUN_ON) {
        memset(failed, 0, WORDS * sizeof *failed);
        failed[position / 64] = UINT64_C(1) << position % 64;
    } else
        stoa__failures((stoa__code)step->code, (stoa__shape)step->shape, failed, slots[step->a],
                       slots[step->b], count);
    worker->failing[worker->failing_count++] = (uint32_t)(step - run->pass->steps);
}

/* The rows of the block in which each guard holds, in the order of their making. */
static void evaluate_guards(const stoa__run *run, stoa__worker *worker, size_t count)
{
    const stoa__pass *pass = run->pass;
    memset(worker->guards, 0, WORDS * sizeof(uint64_t));
    memset(worker->guards + WORDS, 0xFF, WORDS * sizeof(uint64_t));
    for (uint32_t i = 2; i < pass->guard_count; i++) {
        const stoa__guard *guard = &pass->guards[i];
        uint64_t *out = worker->guards + i * WORDS;
        const uint64_t *x = worker->guards + guard->x * WORDS;
        const uint64_t *y = worker->guards + guard->y * WORDS;
        if (guard->kind == STOA__BIT) {
            if (value_of(run, guard->bits)->uniform)
                fill_bits(out, worker->slots[guard->bits], count);
            else
                memcpy(out, worker->slots[guard->bits], words_of(count) * sizeof *out);
        }
        for (size_t k = 0; k < words_of(count); k++) {
            if (guard->kind == STOA__BIT)
                out[k] = guard->negated ? ~out[k] : out[k];
            else
                out[k] = guard->kind == STOA__BOTH ? x[k] & y[k] : x[k] | y[k];
        }
    }
}

static size_t first_bit(const uint64_t *failed, const uint64_t *guard, const uint64_t *rows,
                        size_t count)
{
    for (size_t i = 0; i < words_of(count); i++) {
        uint64_t word = failed[i] & guard[i] & (rows == NULL ? ~UINT64_C(0) : rows[i]);
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
    const stoa__value *value = value_of(run, id);
    return value->uniform || cells == NULL ? cells
                                           : cells + at * stoa__width((stoa_type)value->form);
}

/* Says why a step fails at a position of the block: runs the steps before it once more, since their
 * registers may have been taken by others meanwhile. */
static void explain(const stoa__run *run, stoa__worker *worker, const stoa__instruction *step,
                    bool uniform, size_t position, size_t count)
{
    char text[96];
    if (step->code == STOA__RUN_ON) {
        worker->status = STOA_OVERFLOW;
        snprintf(text, sizeof text, "the running result does not fit %s",
                 stoa_type_name((stoa_type)value_of(run, step->out)->form));
    } else {
        if (!uniform)
            execute(run, worker, 0, (uint32_t)(step - run->pass->steps), count);
        worker->status =
            stoa__failure_text((stoa__code)step->code, lane(run, worker, step->a, position),
                               lane(run, worker, step->b, position), text, sizeof text);
    }
    snprintf(worker->message, sizeof worker->message, "%s", text);
    worker->origin = value_of(run, step->out)->origin;
}

/* Whether a failure of this block counts; then it is written down. */
static bool settle(stoa__run *run, stoa__worker *worker, const uint64_t *rows, size_t count)
{
    const stoa__pass *pass = run->pass;
    const stoa__instruction *culprit = NULL;
    bool uniform = false;
    size_t best = count;
    evaluate_guards(run, worker, count);
    uint64_t all[WORDS];
    memset(all, 0xFF, sizeof all);
    trim(all, count);
    for (uint32_t i = 0; i < pass->uniform_failure_count; i++) {
        const stoa__instruction *step = &pass->uniform_failures[i];
        if (!run->program->uniform_failed[step->out])
            continue;
        size_t at = first_bit(all, worker->guards + step->guard * WORDS, rows, count);
        if (at < best) {
            best = at;
            culprit = step;
            uniform = true;
        }
    }
    for (uint32_t i = 0; i < worker->failing_count; i++) {
        const stoa__instruction *step = &pass->steps[worker->failing[i]];
        size_t at = first_bit(worker->failed + step->failure * WORDS,
                              worker->guards + step->guard * WORDS, rows, count);
        if (at < best || (at == best && at < count && !uniform && step->out < culprit->out)) {
            best = at;
            culprit = step;
            uniform = false;
        }
    }
    worker->failing_count = 0;
    if (culprit == NULL)
        return false;
    size_t row = (size_t)worker->first + best;
    explain(run, worker, culprit, uniform, best, count);
    worker->failed_row = row;
    size_t before = atomic_load(&run->failed_row);
    while (row < before && !atomic_compare_exchange_weak(&run->failed_row, &before, row)) {
    }
    return true;
}

static bool some_uniform_failed(const stoa__run *run)
{
    for (uint32_t i = 0; i < run->pass->uniform_failure_count; i++)
        if (run->program->uniform_failed[run->pass->uniform_failures[i].out])
            return true;
    return false;
}

/* ---- a block ---- */

static bool run_on(const stoa__run *run, stoa__worker *worker, const stoa__instruction *step,
                   size_t count)
{
    const stoa__value *value = value_of(run, step->out);
    const uint64_t *mask = worker->slots[STOA__MASK_ID];
    uint64_t joined[WORDS];
    if (step->c != 0 && mask != NULL) {
        join(joined, mask, worker->slots[step->c], count);
        mask = joined;
    } else if (step->c != 0)
        mask = worker->slots[step->c];
    if (mask != NULL) /* what is left out is not looked at, but computed with */
        memset(worker->slots[step->out], 0, count * sizeof(uint64_t));
    size_t done = stoa__run_on(&run->program->running[value->index], worker->slots[step->out],
                               worker->slots[step->a], mask, count);
    if (done < count)
        remember(run, worker, step, done, count);
    return done < count;
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
        if (STOA__LIKELY(step->run != NULL)) {
            if (step->run(slots[step->out], slots[step->a], slots[step->b], slots[step->c],
                          count) &&
                step->may_fail) {
                remember(run, worker, step, 0, count);
                failed = true;
            }
        } else if (step->code == STOA__FILL_BITS)
            fill_bits(slots[step->out], slots[step->a], count);
        else
            failed = run_on(run, worker, step, count) || failed;
    }
    return failed;
}

static void reduce(const stoa__run *run, stoa__worker *worker, const uint64_t *rows, size_t count)
{
    const stoa_program *program = run->program;
    const stoa__kernels *kernels = stoa__kernels_here();
    for (uint32_t i = 0; i < run->pass->sink_count; i++) {
        const stoa__sink *sink = &program->code.sinks[run->pass->sinks[i]];
        const uint64_t *mask = sink->mask == 0 ? rows : worker->slots[sink->mask];
        if (sink->mask != 0 && rows != NULL) {
            join(worker->joined, mask, rows, count);
            mask = worker->joined;
        }
        if (program->nulls[sink->a] || program->nulls[sink->b] || program->nulls[sink->mask])
            continue;
        kernels->reduce[sink->reduction](&worker->accumulators[i], worker->slots[sink->a],
                                         worker->slots[sink->b], mask, count,
                                         (uint64_t)worker->first);
    }
}

/* The extent's rows of a block, or NULL: all. */
static const uint64_t *rows_of(const stoa__run *run, stoa__worker *worker, size_t row, size_t count)
{
    if (run->selection == NULL)
        return NULL;
    const uint64_t *rows = run->selection + row / 64;
    if (!run->is_trimmed || count % 64 == 0)
        return rows;
    memcpy(worker->mask, rows, words_of(count) * sizeof *rows);
    trim(worker->mask, count);
    return worker->mask;
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
    bool failed = pass->uniform_failure_count > 0 && some_uniform_failed(run);
    failed = execute(run, worker, 0, pass->condition_steps, count) || failed;
    if (pass->condition != 0 && is_empty(worker->slots[pass->condition], count))
        return !(failed && settle(run, worker, rows, count));
    failed = execute(run, worker, pass->condition_steps, pass->step_count, count) || failed;
    if (failed && settle(run, worker, rows, count))
        return false;
    if (pass->sink_count > 0)
        reduce(run, worker, rows, count);
    if (!pass->has_outputs || run->take == NULL)
        return true;
    stoa__id where = run->program->code.where;
    const uint64_t *mask = where == 0 ? rows : worker->slots[where];
    if (where != 0 && rows != NULL) {
        join(worker->joined, mask, rows, count);
        mask = worker->joined;
    }
    run->take(run->context, worker->slots, mask, row, count);
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
        const stoa__value *value = &code->values[id];
        size_t width = stoa__width((stoa_type)value->form);
        if (value->kind == STOA__COLUMN_VALUE) {
            worker->slots[id] = (char *)run->table->columns[value->index].cells + row * width;
            continue;
        }
        const stoa__array *array = &code->arrays[value->index];
        char *packed = worker->packed + value->index * STOA__BLOCK * 8;
        worker->slots[id] = (char *)(uintptr_t)array->data + row * width;
        if (!is_packed(array)) {
            worker->slots[id] = packed;
            pack(array, packed, row, count);
        }
    }
    if (run->direct != 0 && run->pass->has_outputs)
        worker->slots[run->direct] = run->direct_base + row * run->direct_width;
}

/* Aggregates of columns as they are: a morsel is as good as a block. */
static bool runs_whole(const stoa__run *run)
{
    const stoa__code_block *code = &run->program->code;
    for (uint32_t i = 0; i < code->array_count; i++)
        if (!is_packed(&code->arrays[i]))
            return false;
    return run->pass->step_count == 0 && !run->pass->has_outputs && !run->is_trimmed &&
           run->pass->uniform_failure_count == 0;
}

static void begin_morsel(const stoa__run *run, stoa__worker *worker)
{
    const stoa__pass *pass = run->pass;
    for (uint32_t i = 0; i < pass->step_count; i++)
        worker->slots[pass->steps[i].out] = worker->scratch + pass->steps[i].offset;
    if (pass->sink_count > 0)
        memset(worker->accumulators, 0, pass->sink_count * sizeof *worker->accumulators);
    worker->failing_count = 0;
}

static void end_morsel(const stoa__run *run, stoa__worker *worker, size_t first)
{
    const stoa__pass *pass = run->pass;
    for (uint32_t i = 0; i < pass->sink_count; i++) {
        stoa__reduction reduction = run->program->code.sinks[pass->sinks[i]].reduction;
        stoa__accumulator *made = &worker->accumulators[i];
        stoa__reduce_finish(reduction, made);
        if (run->partials == NULL)
            stoa__reduce_combine(reduction, &run->program->totals[pass->sinks[i]], &made->partial);
        else
            run->partials[(first - run->wave) / STOA__MORSEL * pass->sink_count + i] =
                made->partial;
    }
}

static void run_morsel(stoa__run *run, stoa__worker *worker, size_t first, size_t last)
{
    if (first > atomic_load_explicit(&run->failed_row, memory_order_relaxed))
        return;
    begin_morsel(run, worker);
    size_t step = !runs_whole(run)             ? run->pass->block
                  : run->pass->sink_count == 1 ? STOA__MORSEL
                                               : WHOLE;
    for (size_t row = first; row < last; row += step) {
        size_t count = last - row < step ? last - row : step;
        point_at_columns(run, worker, row, count);
        if (!run_block(run, worker, row, count))
            return;
    }
    end_morsel(run, worker, first);
}

/* ---- a pass ---- */

static void morsel_task(void *context, size_t task, size_t worker)
{
    stoa__run *run = context;
    size_t first = run->wave + task * STOA__MORSEL;
    size_t last = run->end - first < STOA__MORSEL ? run->end : first + STOA__MORSEL;
    run_morsel(run, &run->program->workers[worker], first, last);
}

static void combine_wave(stoa__run *run, size_t morsels)
{
    const stoa__pass *pass = run->pass;
    for (size_t k = 0; k < morsels; k++)
        for (uint32_t i = 0; i < pass->sink_count; i++)
            stoa__reduce_combine(run->program->code.sinks[pass->sinks[i]].reduction,
                                 &run->program->totals[pass->sinks[i]],
                                 &run->partials[k * pass->sink_count + i]);
}

static stoa_status report(stoa__run *run, stoa_error *error)
{
    stoa_program *program = run->program;
    const stoa__worker *culprit = NULL;
    for (size_t i = 0; i < program->worker_count; i++) {
        const stoa__worker *worker = &program->workers[i];
        if (worker->failed_row != SIZE_MAX &&
            (culprit == NULL || worker->failed_row < culprit->failed_row))
            culprit = worker;
    }
    if (culprit == NULL)
        return STOA_OK;
    bool rows =
        run->pass->has_outputs || run->pass->sink_count > 0 || run->pass == &program->plan.check;
    stoa_status status =
        rows ? stoa__expression_fail(error, culprit->status, culprit->origin, "row %zu: %s",
                                     culprit->failed_row, culprit->message)
             : stoa__expression_fail(error, culprit->status, culprit->origin, "%s",
                                     culprit->message);
    if (error != NULL)
        error->row = rows ? culprit->failed_row : 0;
    return status;
}

static stoa_status run_waves(stoa__run *run, size_t first, size_t workers, stoa_error *error)
{
    size_t sinks = run->pass->sink_count,
           morsels = (run->end - first + STOA__MORSEL - 1) / STOA__MORSEL;
    size_t wave = morsels < STOA__WAVE ? morsels : STOA__WAVE;
    size_t bytes = sinks * wave * sizeof *run->partials;
    run->partials = sinks == 0 ? NULL : stoa__allocate(bytes);
    if (sinks > 0 && run->partials == NULL)
        return stoa__fail_memory(error, bytes);
    for (size_t done = 0; done < morsels; done += wave) {
        size_t count = morsels - done < wave ? morsels - done : wave;
        run->wave = first + done * STOA__MORSEL;
        stoa__parallel(count, workers, morsel_task, run);
        if (atomic_load(&run->failed_row) != SIZE_MAX)
            break;
        combine_wave(run, count);
    }
    stoa__release(run->partials);
    run->partials = NULL;
    return STOA_OK;
}

static void restart_running(stoa_program *program)
{
    for (stoa__id id = STOA__FIRST_VALUE; id < program->code.count; id++) {
        const stoa__value *value = &program->code.values[id];
        if (value->kind == STOA__STEP_VALUE && value->code == STOA__RUN_ON)
            program->running[value->index] = (stoa__running){
                .operation = (stoa_operation)value->bits[1], .form = (stoa_type)value->form};
    }
}

/* Nulls of uniform values go on into what is made of them. */
static void spread_nulls(stoa_program *program, const stoa__pass *pass)
{
    bool *nulls = program->nulls;
    for (uint32_t i = 0; i < pass->step_count; i++) {
        const stoa__instruction *step = &pass->steps[i];
        nulls[step->out] = nulls[step->a] || nulls[step->b] || nulls[step->c];
    }
}

static stoa_status run_pass(stoa__run *run, const stoa__pass *pass, size_t first, size_t last,
                            stoa_error *error)
{
    stoa_program *program = run->program;
    run->pass = pass;
    run->end = last;
    spread_nulls(program, pass);
    if (first >= last || (pass->condition != 0 && program->nulls[pass->condition]))
        return STOA_OK;
    size_t morsels = (last - first + STOA__MORSEL - 1) / STOA__MORSEL;
    size_t workers = program->plan.in_order || morsels < 3 ? 1 : stoa__workers(morsels);
    if (!stoa__program_prepare(program, workers) && program->worker_count == 0)
        return stoa__fail_memory(error, sizeof(stoa__worker));
    if (workers > program->worker_count)
        workers = program->worker_count;
    atomic_store(&run->failed_row, SIZE_MAX);
    for (size_t i = 0; i < program->worker_count; i++)
        program->workers[i].failed_row = SIZE_MAX;
    if (program->plan.in_order && first == 0)
        restart_running(program);
    if (workers > 1) {
        stoa_status status = run_waves(run, first, workers, error);
        return status == STOA_OK ? report(run, error) : status;
    }
    for (size_t row = first; row < last; row += STOA__MORSEL)
        run_morsel(run, &program->workers[0], row,
                   last - row < STOA__MORSEL ? last : row + STOA__MORSEL);
    return report(run, error);
}

/* ---- values for all rows ---- */

static bool is_null(const stoa_program *program, const stoa__instruction *step)
{
    const bool *nulls = program->nulls;
    bool chooses = step->code == STOA__CHOOSE_INT32 || step->code == STOA__CHOOSE_INT64 ||
                   step->code == STOA__CHOOSE_BITS;
    if (!chooses || nulls[step->c])
        return nulls[step->a] || nulls[step->b] || nulls[step->c];
    const uint64_t *condition = program->workers[0].slots[step->c];
    return (*condition & 1) != 0 ? nulls[step->a] : nulls[step->b];
}

static void run_uniform(stoa_program *program, const stoa__pass *pass)
{
    void *const *slots = program->workers[0].slots;
    for (uint32_t i = 0; i < pass->uniform_count; i++) {
        const stoa__instruction *step = &pass->uniform[i];
        program->nulls[step->out] = is_null(program, step);
        if (program->nulls[step->out])
            continue;
        bool failed =
            step->run(slots[step->out], slots[step->a], slots[step->b], slots[step->c], 1);
        program->uniform_failed[step->out] = failed && step->may_fail;
    }
}

/* Failures of uniform values that no row asks for. */
static stoa_status check_uniform(stoa__run *run, const stoa__pass *pass, stoa_error *error)
{
    stoa__worker *worker = &run->program->workers[0];
    run->pass = pass;
    if (!some_uniform_failed(run))
        return STOA_OK;
    worker->first = 0;
    worker->failing_count = 0;
    atomic_store(&run->failed_row, SIZE_MAX);
    for (size_t i = 0; i < run->program->worker_count; i++)
        run->program->workers[i].failed_row = SIZE_MAX;
    settle(run, worker, NULL, 1);
    return report(run, error);
}

/* ---- aggregates ---- */

static stoa_status sum_value(const stoa__sink *sink, stoa__int128 sum, uint64_t *bits,
                             stoa_error *error)
{
    stoa__range range = stoa__range_of((stoa_type)sink->form);
    if (sum < range.low || sum > range.high)
        return stoa__expression_fail(error, STOA_OVERFLOW, sink->origin,
                                     "the result does not fit %s",
                                     stoa_type_name((stoa_type)sink->form));
    *bits = (uint64_t)sum;
    return STOA_OK;
}

static uint64_t float_bits(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static double deviation(const stoa__sink *sink, const stoa__partial *total)
{
    double variance = total->squares / (double)(total->count - sink->ddof);
    return sink->operation == STOA_STD ? __builtin_sqrt(variance) : variance;
}

/* What an aggregate comes to; *null where it is of nothing. */
static stoa_status conclude(const stoa__code_block *code, const stoa__sink *sink,
                            const stoa__partial *total, uint64_t *bits, bool *null,
                            stoa_error *error)
{
    bool is_float = sink->a != 0 && code->values[sink->a].form == STOA_FLOAT64;
    switch ((stoa_operation)sink->operation) {
    case STOA_SUM:
    case STOA_DOT:
        if (!is_float)
            return sum_value(sink, total->sum, bits, error);
        *bits = float_bits(total->total);
        return STOA_OK;
    case STOA_MEAN:
        *null = total->count == 0;
        if (!*null)
            *bits = float_bits(is_float ? total->total / (double)total->count
                                        : stoa__mean_of(total->sum, total->count));
        return STOA_OK;
    case STOA_COUNT:
        *bits = total->count;
        return STOA_OK;
    case STOA_VAR:
    case STOA_STD:
        *null = total->count == 0 || total->count <= sink->ddof;
        if (!*null)
            *bits = float_bits(deviation(sink, total));
        return STOA_OK;
    case STOA_ANY:
        *bits = total->sum > 0;
        return STOA_OK;
    case STOA_ALL:
        *bits = (uint64_t)total->sum == total->count;
        return STOA_OK;
    case STOA_ARGMIN:
    case STOA_ARGMAX:
        *null = !total->has_value;
        *bits = total->row;
        return STOA_OK;
    default:
        *null = !total->has_value;
        if (sink->form == STOA_BOOL)
            *bits = total->int64 != 0;
        else
            *bits = total->uint64;
        return STOA_OK;
    }
}

static stoa_status conclude_pass(stoa_program *program, const stoa__pass *pass, stoa_error *error)
{
    const stoa__code_block *code = &program->code;
    stoa_status status = STOA_OK;
    for (stoa__id id = STOA__FIRST_VALUE; id < code->count && status == STOA_OK; id++) {
        const stoa__value *value = &code->values[id];
        if (value->kind != STOA__AGGREGATE_VALUE)
            continue;
        const stoa__sink *sink = &code->sinks[value->index];
        if (&program->plan.passes[sink->depth] != pass)
            continue;
        program->nulls[id] = false;
        status = conclude(code, sink, &program->totals[value->index], program->uniforms[id],
                          &program->nulls[id], error);
    }
    return status;
}

/* ---- runs ---- */

static stoa_status check_arrays(const stoa__run *run, stoa_error *error)
{
    const stoa__code_block *code = &run->program->code;
    for (uint32_t i = 0; i < code->array_count; i++)
        if (code->arrays[i].length != run->rows)
            return stoa__fail(error, STOA_INVALID, "an array of %zu values beside %zu rows",
                              code->arrays[i].length, run->rows);
    return STOA_OK;
}

stoa_status stoa__run_begin(stoa__run *run, stoa_program *program, const stoa_table *table,
                            const stoa_extent *extent, stoa_error *error)
{
    *run = (stoa__run){.program = program, .table = table};
    run->rows = table == NULL ? 0 : table->rows;
    if (extent != NULL && table != NULL && extent->rows > table->rows)
        return stoa__fail_at(error, STOA_OUT_OF_RANGE, extent->rows, "%zu rows of a table of %zu",
                             extent->rows, table->rows);
    if (extent != NULL)
        run->rows = extent->rows;
    if (extent != NULL && extent->selection != NULL) {
        stoa_status status = stoa__selection_check(extent->selection, table, error);
        if (status != STOA_OK)
            return status;
        if (extent->selection->rows < run->rows)
            run->rows = extent->selection->rows;
        run->selection = extent->selection->words;
        run->is_trimmed = run->rows < extent->selection->rows;
    }
    if (!stoa__program_prepare(program, 1))
        return stoa__fail_memory(error, sizeof(stoa__worker));
    return program->code.array_count == 0 ? STOA_OK : check_arrays(run, error);
}

stoa_status stoa__run_aggregates(stoa__run *run, stoa_error *error)
{
    stoa_program *program = run->program;
    stoa_status status = STOA_OK;
    if (program->code.sink_count > 0)
        memset(program->totals, 0, program->code.sink_count * sizeof *program->totals);
    for (uint32_t i = 0; i < program->plan.count && status == STOA_OK; i++) {
        const stoa__pass *pass = &program->plan.passes[i];
        run_uniform(program, pass);
        if (pass->sink_count == 0 && !pass->has_outputs) {
            status = check_uniform(run, pass, error);
            continue;
        }
        if (pass->sink_count == 0 || pass->has_outputs)
            continue;
        status = run_pass(run, pass, 0, run->rows, error);
        if (status == STOA_OK)
            status = conclude_pass(program, pass, error);
    }
    return status;
}

stoa_status stoa__run_outputs(stoa__run *run, size_t first, size_t last, stoa__take_block *take,
                              void *context, stoa_error *error)
{
    const stoa__plan *plan = &run->program->plan;
    run->take = take;
    run->context = context;
    return run_pass(run, &plan->passes[plan->count - 1], first, last, error);
}

stoa_status stoa__run_check(stoa__run *run, stoa_error *error)
{
    if (!run->program->plan.may_fail)
        return STOA_OK;
    run->take = NULL;
    return run_pass(run, &run->program->plan.check, 0, run->rows, error);
}
