/* program.c: programs: expressions that are kept, with what they were bound to last.
 *
 * A program is bound for a schema, for the kinds of its parameters' values and for what is wanted
 * of it (aggregates, cells of some types, bits). A run that finds it bound so goes on at once; else
 * it is bound anew, aside: a program that fails to bind is simply unbound. */
#include <string.h>

#include "base/memory.h"
#include "expr/binder/times.h"
#include "expr/execution/paths.h"
#include "expr/execution/strings.h"
#include "kernel/floats.h"

/* ---- what is bound ---- */

static void release_workers(stoa_program *program)
{
    for (size_t i = 0; i < program->worker_count; i++)
        stoa__release(program->workers[i].memory);
    stoa__release(program->workers);
    program->workers = NULL;
    program->worker_count = 0;
}

void stoa__program_unbind(stoa_program *program)
{
    program->wanted = 0;
    release_workers(program);
    stoa__plan_dispose(&program->plan);
    stoa__release_lookups(program);
    program->lookups = NULL;
    stoa__release_seen(program);
    stoa__buffer_dispose(&program->row_buffer);
    stoa__code_dispose(&program->code);
    stoa__release(program->uniforms);
    program->uniforms = NULL;
    stoa__release(program->lengths);
    program->lengths = NULL;
    program->targets = NULL;
    if (program->schema != NULL)
        stoa__schema_release(program->schema);
    program->schema = NULL;
}

static stoa_status make_room(stoa_program *program, stoa_error *error)
{
    size_t ids = program->code.count, aggregates = program->code.aggregate_count;
    size_t bytes = ids * (sizeof *program->uniforms + 2) + aggregates * sizeof *program->totals +
                   program->code.cumulative_count * sizeof *program->cumulatives + 64;
    size_t lookups = program->code.strings == NULL ? 0 : ids * sizeof *program->lookups;
    bytes += lookups;
    char *memory = stoa__allocate_zeroed(bytes);
    if (memory == NULL)
        return stoa__fail_memory(error, bytes);
    program->uniforms = (void *)memory;
    program->totals = (void *)(memory + ids * sizeof *program->uniforms);
    program->cumulatives = (void *)(program->totals + aggregates);
    program->lookups = (void *)(program->cumulatives + program->code.cumulative_count);
    program->nulls = (bool *)program->lookups + lookups;
    if (lookups == 0)
        program->lookups = NULL;
    program->uniform_failed = program->nulls + ids;
    return STOA_OK;
}

/* ---- workers ---- */

static size_t aligned(size_t bytes)
{
    return stoa__round_up(bytes, 64);
}

static void place_values(stoa_program *program, stoa__worker *worker)
{
    stoa__code_block *code = &program->code;
    worker->slots[STOA__FIRST_ID] = &worker->first;
    for (stoa__id id = STOA__FIRST_TERM; id < code->count; id++) {
        stoa__term *term = &code->terms[id];
        if (term->kind == STOA__CONSTANT_TERM)
            worker->slots[id] = term->bits;
        else if (term->kind == STOA__PARAMETER_TERM)
            worker->slots[id] = &program->parameters[term->index].bits;
        else if (term->kind == STOA__STEP_TERM && term->code == STOA__STRING_MAP)
            worker->slots[id] = program->lookups[id];
        else if (term->uniform)
            worker->slots[id] = program->uniforms[id];
    }
}

static bool make_worker(stoa_program *program, stoa__worker *worker)
{
    const stoa__plan *plan = &program->plan;
    size_t block = STOA__BLOCK_WORDS * sizeof(uint64_t), rows = STOA__LONG_WORDS * sizeof(uint64_t);
    size_t slots = aligned(program->code.count * sizeof *worker->slots);
    size_t packed = program->code.array_count * STOA__BLOCK * 8;
    size_t aggregates = aligned(program->code.aggregate_count * sizeof *worker->accumulators);
    size_t failing = aligned(plan->failures * sizeof *worker->failing);
    size_t validity = program->code.has_nullable ? slots : 0;
    size_t bits = program->code.nullable_count * (plan->block / 64) * sizeof(uint64_t);
    size_t bytes = 2 * slots + aligned(plan->scratch) + packed + aggregates + failing + 2 * rows +
                   block * (plan->failures + plan->masks) + bits + STOA__PAGE;
    *worker = (stoa__worker){.memory = stoa__allocate(bytes), .failed_row = SIZE_MAX};
    if (worker->memory == NULL)
        return false;
    char *at = (char *)stoa__round_up((uintptr_t)worker->memory, STOA__PAGE);
    worker->scratch = at;
    worker->packed = at += aligned(plan->scratch);
    worker->mask = (void *)(at += packed);
    worker->joined = (void *)(at += rows);
    worker->failed = (void *)(at += rows);
    worker->active_masks = (void *)(at += block * plan->failures);
    worker->accumulators = (void *)(at += block * plan->masks);
    worker->failing = (void *)(at += aggregates);
    worker->slots = (void *)(at += failing);
    worker->validity = (void *)(at + slots);
    worker->validity_bits = (void *)(at + slots + validity);
    memset(worker->slots, 0, slots + validity);
    place_values(program, worker);
    return true;
}

bool stoa__program_prepare(stoa_program *program, size_t workers)
{
    if (workers <= program->worker_count)
        return true;
    stoa__worker *list = stoa__reallocate(program->workers, workers * sizeof *list);
    if (list == NULL)
        return false;
    program->workers = list;
    for (size_t i = 0; i < program->worker_count; i++)
        list[i].slots[STOA__FIRST_ID] = &list[i].first;
    while (program->worker_count < workers) {
        if (!make_worker(program, &list[program->worker_count]))
            return false;
        program->worker_count++;
    }
    return true;
}

/* ---- binding ---- */

static stoa__schema *schema_of(const stoa_table *table)
{
    return table == NULL ? NULL : stoa__whole_const(table)->schema;
}

static size_t count_targets(const stoa_program *program, const uint16_t *lengths)
{
    size_t count = 0;
    for (uint32_t i = 0; i < program->output_count; i++)
        count += lengths[i];
    return count;
}

/* Labels, and the tables that references refer to, are those of the very fields, which targets do
 * not tell: they are bound anew each time. */
static bool has_own_target(const stoa_program *program)
{
    size_t count = count_targets(program, program->lengths);
    for (size_t i = 0; i < count; i++)
        if (stoa__is_labels_target(program->targets[i]) || program->targets[i] == STOA_REFERENCE)
            return true;
    return false;
}

static bool same_targets(const stoa_program *program, const stoa__targets *targets)
{
    size_t count = 0;
    for (uint32_t i = 0; i < program->output_count; i++) {
        if (targets->lengths[i] != program->lengths[i])
            return false;
        count += program->lengths[i];
    }
    for (size_t i = 0; i < count; i++)
        if (targets->types[i] != program->targets[i])
            return false;
    return true;
}

static bool is_bound(const stoa_program *program, const stoa_table *table, stoa__wanted wanted,
                     const stoa__targets *targets)
{
    const stoa__schema *schema = schema_of(table);
    if (program->wanted != wanted || program->schema != schema ||
        !stoa__reach_tables(&program->code, table))
        return false;
    if (targets == NULL || program->targets == NULL)
        return targets == NULL && program->targets == NULL;
    return (targets->names != NULL) == program->into_fields && same_targets(program, targets) &&
           !(schema != NULL && schema->labels_count + schema->reference_count > 0 &&
             has_own_target(program));
}

static bool keep_targets(stoa_program *program, const stoa__targets *targets)
{
    size_t bytes = program->output_count * sizeof *program->lengths;
    size_t count = count_targets(program, targets->lengths);
    program->lengths = stoa__allocate(bytes + count);
    if (program->lengths == NULL)
        return false;
    program->targets = (uint8_t *)(program->lengths + program->output_count);
    memcpy(program->lengths, targets->lengths, bytes);
    memcpy(program->targets, targets->types, count);
    return true;
}

static stoa_status bind_anew(stoa_program *program, const stoa_table *table, stoa__wanted wanted,
                             const stoa__targets *targets, stoa_error *error)
{
    program->wanted = wanted;
    program->into_fields = targets != NULL && targets->names != NULL;
    if (targets != NULL && !keep_targets(program, targets))
        return stoa__fail_memory(error, program->output_count);
    stoa__binding binding = {.expression = program->expression,
                             .where = program->where,
                             .table = table,
                             .parameters = program->parameters,
                             .parameter_names = &program->parameter_names,
                             .wanted = wanted,
                             .row_numbers = program->row_numbers,
                             .targets = program->targets,
                             .lengths = program->lengths,
                             .names = targets == NULL ? NULL : targets->names};
    stoa__floats floats = stoa__floats_begin(); /* constants are folded */
    stoa_status status = stoa__bind(&program->code, &binding, error);
    stoa__floats_end(floats);
    if (status == STOA_OK)
        status =
            stoa__plan_new(&program->plan, &program->code, wanted != STOA__WANTS_VALUES, error);
    if (status == STOA_OK)
        status = make_room(program, error);
    if (status == STOA_OK && !stoa__program_prepare(program, 1))
        status = stoa__fail_memory(error, sizeof(stoa__worker));
    return status;
}

stoa_status stoa__program_bind(stoa_program *program, const stoa_table *table, stoa__wanted wanted,
                               const stoa__targets *targets, stoa_error *error)
{
    stoa__schema *schema = schema_of(table);
    if (is_bound(program, table, wanted, targets))
        return STOA_OK;
    stoa__program_unbind(program);
    stoa_status status = bind_anew(program, table, wanted, targets, error);
    if (status != STOA_OK) {
        stoa__program_unbind(program);
        return status;
    }
    program->schema = schema;
    if (schema != NULL)
        stoa__schema_retain(schema);
    return STOA_OK;
}

stoa_status stoa__program_bind_any(stoa_program *program, const stoa_table *table,
                                   stoa_error *error)
{
    if (program->wanted != 0 && program->schema == schema_of(table) &&
        stoa__reach_tables(&program->code, table))
        return STOA_OK;
    return stoa__program_bind(program, table, STOA__WANTS_CELLS, NULL, error);
}

/* ---- life ---- */

/* Whether the program fits the table, for what is wanted of it most likely. */
static stoa_status try_to_bind(stoa_program *program, const stoa_table *table, stoa_error *error)
{
    stoa_error failure = {.status = STOA_OK};
    stoa_status status = stoa__program_bind(program, table, STOA__WANTS_VALUES, NULL, &failure);
    if (status == STOA_INVALID) /* a value for each row */
        status = stoa__program_bind(program, table, STOA__WANTS_CELLS, NULL, &failure);
    if (status == STOA_OK || status == STOA_NO_PARAMETER)
        return STOA_OK;
    if (error != NULL)
        *error = failure;
    return status;
}

stoa_status stoa__program_make(stoa_program **program, stoa_expression *expression,
                               stoa_expression *where, stoa_error *error)
{
    stoa_program *made = stoa__allocate_zeroed(sizeof *made);
    if (made == NULL)
        return stoa__fail_memory(error, sizeof *made);
    made->expression = stoa_expression_retain(expression);
    made->where = where == NULL ? NULL : stoa_expression_retain(where);
    made->output_count = (uint32_t)stoa_expression_output_count(expression);
    stoa_status status = stoa__find_parameters(made, error);
    if (status != STOA_OK) {
        stoa_program_free(made);
        return status;
    }
    *program = made;
    return STOA_OK;
}

stoa_status stoa__program_read(stoa_program **program, const char *text, const char *where,
                               stoa_error *error)
{
    stoa_expression *expression, *condition = NULL;
    stoa_status status = stoa_expression_parse(&expression, text, error);
    if (status != STOA_OK)
        return status;
    if (where != NULL)
        status = stoa_expression_parse(&condition, where, error);
    if (status == STOA_OK)
        status = stoa__program_make(program, expression, condition, error);
    stoa_expression_free(expression);
    stoa_expression_free(condition);
    return status;
}

/* Hands the program out if it fits the table. */
static stoa_status tried(stoa_program **program, stoa_program *made, const stoa_table *table,
                         stoa_error *error)
{
    stoa_status status = try_to_bind(made, table, error);
    if (status == STOA_OK)
        *program = made;
    else
        stoa_program_free(made);
    return status;
}

stoa_status stoa_program_new(stoa_program **program, const stoa_table *table,
                             stoa_expression *expression, stoa_expression *where, stoa_error *error)
{
    stoa_program *made;
    STOA__REQUIRE_ARGUMENT(error, program);
    STOA__REQUIRE_ARGUMENT(error, expression);
    stoa_status status = stoa__program_make(&made, expression, where, error);
    return status == STOA_OK ? tried(program, made, table, error) : status;
}

stoa_status stoa_program_parse(stoa_program **program, const stoa_table *table, const char *text,
                               const char *where, stoa_error *error)
{
    stoa_program *made;
    STOA__REQUIRE_ARGUMENT(error, program);
    STOA__REQUIRE_ARGUMENT(error, text);
    stoa_status status = stoa__program_read(&made, text, where, error);
    return status == STOA_OK ? tried(program, made, table, error) : status;
}

void stoa_program_free(stoa_program *program)
{
    if (program == NULL)
        return;
    stoa__program_unbind(program);
    stoa_expression_free(program->expression);
    stoa_expression_free(program->where);
    stoa__dispose_parameters(program);
    stoa__release(program);
}
