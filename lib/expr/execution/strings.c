/* strings.c: strings before the rows of a pass: tables by handle, and values of all rows.
 *
 * A table is made anew at each run, for all strings that the pool has by then; those that come
 * later are in no row of the run. Where a run has far fewer rows than the pool has strings, only
 * the strings of these rows are computed, and the rest of the table stays zero, which no row reads.
 * The program's pool begins each run with the literals alone, so that their handles stay. */
#include "expr/execution/strings.h"

#include <string.h>

#include "base/memory.h"
#include "expr/execution/paths.h"
#include "store/table.h"

/* A table for all strings, if there are no more of them than rows, times this. */
#define SPARSE 2
/* Results that leave the program's pool one by one; it is made anew for more. */
#define MOST_CUT 1000

stoa_string_pool *stoa__pool_of_run(const stoa__run *run, unsigned pool)
{
    if (pool == STOA__PROGRAM_POOL)
        return run->program->code.strings;
    return pool == STOA__TABLE_POOL
               ? run->strings
               : run->program->code.tables[pool - STOA__TABLE_POOL].table->strings;
}

stoa_string stoa__string_of_run(const stoa__run *run, unsigned pool, stoa_handle handle)
{
    return stoa_string_pool_get(stoa__pool_of_run(run, pool), handle);
}

const stoa_string_pool *stoa_program_strings(const stoa_program *program)
{
    return program == NULL || program->wanted == 0 ? NULL : program->code.strings;
}

/* ---- before a run ---- */

static stoa_status renew_pool(stoa__code_block *code, stoa_error *error)
{
    stoa_string_pool *made;
    stoa_handle handle;
    stoa_status status = stoa_string_pool_new(&made, NULL, error);
    for (stoa_handle i = 1; status == STOA_OK && i < code->literal_count; i++) {
        stoa_string literal = stoa_string_pool_get(code->strings, i);
        status = stoa_string_pool_intern(made, &literal, 1, &handle, error);
        if (status != STOA_OK)
            stoa_string_pool_free(made);
    }
    if (status != STOA_OK)
        return status;
    stoa_string_pool_free(code->strings);
    code->strings = made;
    return STOA_OK;
}

stoa_status stoa__begin_strings_of_run(stoa_program *program, stoa_error *error)
{
    stoa__code_block *code = &program->code;
    stoa_status status = STOA_OK;
    atomic_store_explicit(&program->string_failure, STOA_OK, memory_order_relaxed);
    if (stoa_string_pool_count(code->strings) > code->literal_count + MOST_CUT)
        status = renew_pool(code, error);
    else
        stoa__strings_cut(code->strings, code->literal_count);
    for (uint32_t i = 0; status == STOA_OK && i < program->parameter_count; i++) {
        stoa__parameter_slot *parameter = &program->parameters[i];
        stoa_handle handle = 0;
        if (parameter->type != STOA_STRING)
            continue;
        status = stoa_string_pool_intern(code->strings, &parameter->string, 1, &handle, error);
        parameter->bits = handle;
    }
    return status;
}

/* ---- tables ---- */

static size_t lookup_bytes(unsigned form, size_t strings)
{
    size_t values = form == STOA_BOOL ? (strings + 31) / 32 : strings;
    return sizeof(stoa__lookup) + values * sizeof(uint32_t);
}

static void set_value(stoa__lookup *table, unsigned form, stoa_handle handle, uint32_t value)
{
    if (form == STOA_BOOL)
        table->values[handle / 32] |= value << handle % 32;
    else
        table->values[handle] = value;
}

/* What a table is made with. */
typedef struct making {
    const stoa__term *map;
    stoa__lookup *table;
    stoa__evaluator *evaluator;
    const stoa_string_pool *from;
    stoa_string_pool *into;
} making;

static stoa_status make_value(const making *m, stoa_handle handle, stoa_error *error)
{
    stoa_string made;
    uint32_t value = 0;
    stoa_status status =
        stoa__evaluate(m->evaluator, stoa_string_pool_get(m->from, handle), &made, &value, error);
    if (status == STOA_OK && m->map->form == STOA_STRING)
        status = stoa_string_pool_intern(m->into, &made, 1, &value, error);
    if (status == STOA_OK)
        set_value(m->table, m->map->form, handle, value);
    return status;
}

/* Of the strings in the rows of a column or an array. */
static stoa_status make_sparse(const making *m, const char *cells, ptrdiff_t stride, size_t rows,
                               size_t count, stoa_error *error)
{
    uint64_t *done = stoa__allocate_zeroed((count + 63) / 64 * sizeof *done);
    stoa_status status = STOA_OK;
    if (done == NULL)
        return stoa__fail_memory(error, count / 8);
    for (size_t i = 0; i < rows && status == STOA_OK; i++) {
        stoa_handle handle;
        memcpy(&handle, cells + (ptrdiff_t)i * stride, sizeof handle);
        if (handle >= count || (done[handle / 64] >> handle % 64 & 1) != 0)
            continue;
        done[handle / 64] |= (uint64_t)1 << handle % 64;
        status = make_value(m, handle, error);
    }
    stoa__release(done);
    return status;
}

/* The same of what a path leads to. */
static stoa_status make_collected(const stoa__run *run, const making *m, size_t count,
                                  stoa_error *error)
{
    stoa_handle *handles = stoa__collected_handles(run, m->map->b);
    if (handles == NULL)
        return stoa__fail_memory(error, run->rows * sizeof *handles);
    stoa_status status =
        make_sparse(m, (const char *)handles, sizeof *handles, run->rows, count, error);
    stoa__release(handles);
    return status;
}

static stoa_status make_table(const stoa__run *run, const making *m, size_t count, bool is_null,
                              stoa_error *error)
{
    const stoa__term *base = &run->program->code.terms[m->map->b];
    stoa_status status = STOA_OK;
    m->table->last = (uint32_t)(count - 1);
    if (is_null)
        return STOA_OK;
    bool is_sparse = run->rows < count / SPARSE;
    if (is_sparse && base->kind == STOA__COLUMN_TERM)
        return make_sparse(m, run->table->columns[base->index].cells, sizeof(stoa_handle),
                           run->rows, count, error);
    if (is_sparse && base->kind == STOA__ARRAY_TERM) {
        const stoa__array *array = &run->program->code.arrays[base->index];
        return make_sparse(m, array->data, array->stride, run->rows, count, error);
    }
    if (is_sparse && base->kind == STOA__STEP_TERM && base->code == STOA__COLLECT)
        return make_collected(run, m, count, error);
    for (size_t handle = 0; handle < count && status == STOA_OK; handle++)
        status = make_value(m, (stoa_handle)handle, error);
    return status;
}

/* Whether something that is the same for all rows makes every value null. */
static bool is_null_for_all(const stoa_program *program, stoa__id symbol, stoa__id base)
{
    const stoa__term *terms = program->code.terms;
    bool null = false;
    while (symbol != base && !null && stoa__is_symbol(&terms[symbol])) {
        const stoa__term *term = &terms[symbol];
        stoa__id operands[] = {term->a, term->b, term->c}, next = base;
        for (size_t i = 0; i < 3; i++) {
            null = null || program->nulls[operands[i]];
            if (!terms[operands[i]].uniform && operands[i] != base && operands[i] != 0)
                next = operands[i];
        }
        symbol = next;
    }
    return null;
}

static void place_table(stoa_program *program, stoa__id id, stoa__lookup *table)
{
    stoa__release(program->lookups[id]);
    program->lookups[id] = table;
    for (size_t i = 0; i < program->worker_count; i++)
        program->workers[i].slots[id] = table;
}

static stoa_status run_map(stoa__run *run, stoa__id id, stoa_error *error)
{
    stoa_program *program = run->program;
    const stoa__term *map = &program->code.terms[id];
    making m = {.map = map, .from = stoa__pool_of_run(run, program->code.terms[map->b].pool)};
    size_t count = stoa_string_pool_count(m.from), bytes = lookup_bytes(map->form, count);
    m.into = stoa__pool_of_run(run, map->pool);
    m.table = stoa__allocate_zeroed(bytes);
    m.evaluator = stoa__evaluator_new(run, map->a, map->b);
    stoa_status status = STOA_OK;
    program->nulls[id] = is_null_for_all(program, map->a, map->b);
    if (m.table == NULL || m.evaluator == NULL)
        status = stoa__fail_memory(error, bytes);
    else
        status = make_table(run, &m, count, program->nulls[id], error);
    stoa__evaluator_free(m.evaluator);
    if (status == STOA_OK)
        place_table(program, id, m.table);
    else
        stoa__release(m.table);
    return status;
}

void stoa__release_lookups(stoa_program *program)
{
    for (stoa__id id = 0; program->lookups != NULL && id < program->code.count; id++)
        stoa__release(program->lookups[id]);
}

/* ---- values of all rows ---- */

stoa_string stoa__uniform_string(const stoa__run *run, stoa__id id)
{
    const stoa__term *term = &run->program->code.terms[id];
    if (term->form != STOA_STRING || run->program->nulls[id])
        return (stoa_string){"", 0};
    const stoa_handle *handle = run->program->workers[0].slots[id];
    return stoa__string_of_run(run, term->pool, *handle);
}

int64_t stoa__uniform_number(const stoa__run *run, stoa__id id)
{
    const int64_t *value = run->program->workers[0].slots[id];
    bool is_number = run->program->code.terms[id].form == STOA_INT64;
    return is_number && !run->program->nulls[id] ? *value : 0;
}

static stoa_status run_call(stoa__run *run, const stoa__term *term, uint32_t *value,
                            stoa_error *error)
{
    stoa_string operands[] = {stoa__uniform_string(run, term->a),
                              stoa__uniform_string(run, term->b)},
                made;
    int64_t numbers[] = {stoa__uniform_number(run, term->b), stoa__uniform_number(run, term->c)};
    stoa__buffer buffer = {NULL, 0, 0};
    stoa_operation operation =
        term->code == STOA__STRING_CALL ? (stoa_operation)term->bits[0] : STOA_NO_OPERATION;
    stoa_status status =
        stoa__string_operation(operation, operands, numbers, &buffer, &made, value, error);
    if (status == STOA_OK && term->form == STOA_STRING)
        status =
            stoa_string_pool_intern(stoa__pool_of_run(run, term->pool), &made, 1, value, error);
    stoa__buffer_dispose(&buffer);
    return status;
}

stoa_status stoa__run_string_step(stoa__run *run, const stoa__instruction *step, stoa_error *error)
{
    stoa_program *program = run->program;
    const stoa__term *term = &program->code.terms[step->out];
    if (step->code == STOA__STRING_LIST)
        return STOA_OK;
    if (step->code == STOA__STRING_MAP)
        return run_map(run, step->out, error);
    uint32_t *value = program->workers[0].slots[step->out];
    program->nulls[step->out] =
        program->nulls[step->a] || program->nulls[step->b] || program->nulls[step->c];
    memset(value, 0, sizeof(uint64_t));
    if (program->nulls[step->out])
        return STOA_OK;
    if (step->code != STOA__STRING_FIND)
        return run_call(run, term, value, error);
    *value = stoa_string_pool_find(stoa__pool_of_run(run, term->pool),
                                   stoa__uniform_string(run, step->a));
    return STOA_OK;
}
