/* run.c: the passes of a plan, one after another, over all rows.
 *
 * Workers take morsels (block.c). Each morsel has partials of its own, which are combined in the
 * order of the rows, so that results do not depend on the number of threads. Of all rows that fail
 * the first is reported: morsels behind it need not run, those before it do. */
#include <string.h>

#include "base/memory.h"
#include "base/threads.h"
#include "expr/execution/strings.h"
#include "kernel/floats.h"

/* ---- a pass ---- */

static void morsel_task(void *context, size_t task, size_t worker)
{
    stoa__run *run = context;
    size_t first = run->batch_first + task * STOA__MORSEL;
    size_t last = run->end - first < STOA__MORSEL ? run->end : first + STOA__MORSEL;
    stoa__floats floats = stoa__floats_begin();
    stoa__run_morsel(run, &run->program->workers[worker], first, last);
    stoa__floats_end(floats);
}

static void combine_batch(stoa__run *run, size_t morsels)
{
    const stoa__pass *pass = run->pass;
    for (size_t k = 0; k < morsels; k++)
        for (uint32_t i = 0; i < pass->aggregate_count; i++)
            stoa__reduce_combine(run->program->code.aggregates[pass->aggregates[i]].reduction,
                                 &run->program->totals[pass->aggregates[i]],
                                 &run->partials[k * pass->aggregate_count + i]);
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
    bool rows = run->pass->has_outputs || run->pass->aggregate_count > 0 ||
                run->pass == &program->plan.check;
    stoa_status status =
        rows ? stoa__expression_fail(error, culprit->status, culprit->origin, "row %zu: %s",
                                     culprit->failed_row, culprit->message)
             : stoa__expression_fail(error, culprit->status, culprit->origin, "%s",
                                     culprit->message);
    if (error != NULL)
        error->row = rows ? culprit->failed_row : 0;
    return status;
}

static stoa_status run_batches(stoa__run *run, size_t first, size_t workers, stoa_error *error)
{
    size_t aggregates = run->pass->aggregate_count,
           morsels = (run->end - first + STOA__MORSEL - 1) / STOA__MORSEL;
    size_t batch = morsels < STOA__BATCH ? morsels : STOA__BATCH;
    size_t bytes = aggregates * batch * sizeof *run->partials;
    run->partials = aggregates == 0 ? NULL : stoa__allocate(bytes);
    if (aggregates > 0 && run->partials == NULL)
        return stoa__fail_memory(error, bytes);
    for (size_t done = 0; done < morsels; done += batch) {
        size_t count = morsels - done < batch ? morsels - done : batch;
        run->batch_first = first + done * STOA__MORSEL;
        stoa__parallel(count, workers, morsel_task, run);
        if (atomic_load(&run->failed_row) != SIZE_MAX)
            break;
        combine_batch(run, count);
    }
    stoa__release(run->partials);
    run->partials = NULL;
    return STOA_OK;
}

/* Before other threads take part. */
static void forget_failures(stoa__run *run)
{
    atomic_store_explicit(&run->failed_row, SIZE_MAX, memory_order_relaxed);
    for (size_t i = 0; i < run->program->worker_count; i++)
        run->program->workers[i].failed_row = SIZE_MAX;
}

static void restart_cumulatives(stoa_program *program)
{
    for (stoa__id id = STOA__FIRST_TERM; id < program->code.count; id++) {
        const stoa__term *term = &program->code.terms[id];
        if (term->kind == STOA__STEP_TERM && term->code == STOA__CUMULATE)
            program->cumulatives[term->index] = (stoa__cumulative){
                .operation = (stoa_operation)term->bits[1], .form = (stoa_type)term->form};
    }
}

static stoa_status run_rows(stoa__run *run, size_t first, size_t last, stoa_error *error)
{
    stoa_program *program = run->program;
    size_t morsels = (last - first + STOA__MORSEL - 1) / STOA__MORSEL;
    bool one = program->plan.in_order || morsels < 3;
    size_t workers = one ? 1 : stoa__workers(morsels);
    if (!stoa__program_prepare(program, workers) && program->worker_count == 0)
        return stoa__fail_memory(error, sizeof(stoa__worker));
    if (workers > program->worker_count)
        workers = program->worker_count;
    if (program->code.strings != NULL && !stoa__begin_seen(run, workers))
        return stoa__fail_memory(error, stoa_string_pool_count(program->code.strings));
    forget_failures(run);
    if (program->plan.in_order && first == 0)
        restart_cumulatives(program);
    if (workers > 1) {
        stoa_status status = run_batches(run, first, workers, error);
        return status == STOA_OK ? report(run, error) : status;
    }
    for (size_t row = first; row < last; row += STOA__MORSEL)
        stoa__run_morsel(run, &program->workers[0], row,
                         last - row < STOA__MORSEL ? last : row + STOA__MORSEL);
    return report(run, error);
}

static stoa_status report_strings(const stoa_program *program, stoa_error *error)
{
    stoa_status status = (stoa_status)atomic_load(&program->string_failure);
    return status == STOA_OK ? status
                             : stoa__fail(error, status, "a string could not be made: %s",
                                          stoa_status_text(status));
}

static stoa_status run_pass(stoa__run *run, const stoa__pass *pass, size_t first, size_t last,
                            stoa_error *error)
{
    run->pass = pass;
    run->end = last;
    if (first >= last)
        return STOA_OK;
    stoa__floats floats = stoa__floats_begin();
    stoa_status status = run_rows(run, first, last, error);
    stoa__floats_end(floats);
    return status == STOA_OK && run->program->code.strings != NULL
               ? report_strings(run->program, error)
               : status;
}

/* ---- values for all rows ---- */

/* Whether a condition, if it is there, decides `and` or `or` alone. */
static bool decides(const stoa_program *program, stoa__id id, bool deciding)
{
    const uint64_t *bits = program->workers[0].slots[id];
    return !program->nulls[id] && ((*bits & 1) != 0) == deciding;
}

static bool is_null(const stoa_program *program, const stoa__instruction *step)
{
    const bool *nulls = program->nulls;
    if (step->nulls == STOA__NULL_WITH_BRANCH && !nulls[step->c])
        return nulls[decides(program, step->c, true) ? step->a : step->b];
    bool null = nulls[step->a] || nulls[step->b] || nulls[step->c];
    bool is_or = step->nulls == STOA__NULL_AS_OR;
    if (null && (step->nulls == STOA__NULL_AS_AND || is_or))
        return !decides(program, step->a, is_or) && !decides(program, step->b, is_or);
    return null && step->nulls != STOA__NEVER_NULL;
}

static stoa_status run_uniform(stoa__run *run, const stoa__pass *pass, stoa_error *error)
{
    stoa_program *program = run->program;
    void *const *slots = program->workers[0].slots;
    for (uint32_t i = 0; i < pass->uniform_count; i++) {
        const stoa__instruction *step = &pass->uniform[i];
        if (stoa__is_of_strings(step->code)) {
            stoa_status status = stoa__run_string_step(run, step, error);
            if (status != STOA_OK)
                return status;
            continue;
        }
        program->nulls[step->out] = step->code == STOA__NULL || is_null(program, step);
        program->uniform_failed[step->out] = false;
        if (program->nulls[step->out])
            continue;
        if (step->code == STOA__IS_NULL) {
            *(uint64_t *)slots[step->out] = program->nulls[step->a];
            continue;
        }
        bool failed =
            step->kernel(slots[step->out], slots[step->a], slots[step->b], slots[step->c], 1);
        program->uniform_failed[step->out] = failed && step->may_fail;
    }
    return STOA_OK;
}

/* Failures of uniform values that no row asks for. */
static stoa_status check_uniform(stoa__run *run, const stoa__pass *pass, stoa_error *error)
{
    stoa__worker *worker = &run->program->workers[0];
    run->pass = pass;
    if (!stoa__some_uniform_failed(run))
        return STOA_OK;
    worker->first = 0;
    worker->failing_count = 0;
    forget_failures(run);
    stoa__resolve_failures(run, worker, NULL, 1);
    return report(run, error);
}

static stoa_status run_aggregates(stoa__run *run, const stoa__pass *pass, stoa_error *error)
{
    stoa_status status = run_pass(run, pass, 0, run->rows, error);
    return status == STOA_OK ? stoa__finalize_pass(run, pass, error) : status;
}

/* ---- runs ---- */

stoa_status stoa__run_aggregates(stoa__run *run, stoa_error *error)
{
    stoa_program *program = run->program;
    bool has_strings = program->code.strings != NULL;
    stoa_status status = has_strings ? stoa__begin_strings_of_run(program, error) : STOA_OK;
    stoa__floats floats = stoa__floats_begin();
    if (program->code.aggregate_count > 0)
        memset(program->totals, 0, program->code.aggregate_count * sizeof *program->totals);
    for (uint32_t i = 0; i < program->plan.count && status == STOA_OK; i++) {
        const stoa__pass *pass = &program->plan.passes[i];
        status = run_uniform(run, pass, error);
        if (pass->has_outputs || status != STOA_OK)
            break; /* the last */
        if (pass->aggregate_count > 0)
            status = run_aggregates(run, pass, error);
        else
            status = check_uniform(run, pass, error);
    }
    stoa__floats_end(floats);
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
