/* paths.c: references are followed while rows are computed (binder/paths.h says what the steps
 * are).
 *
 * A run goes the ways of its program again, since tables with the same fields may refer to others.
 * What it reads of a target stays where it is while the run lasts, as of its own table: columns are
 * locked, and so are rows (store/lock.h). A run that writes to a column that it collects from would
 * read what it has written: it collects from a copy.
 *
 * A FOLLOW that finds no row says so in validity bits of its own; only then does a block begin to
 * have nulls. */
#include "expr/execution/paths.h"

#include <string.h>

#include "base/bits.h"
#include "base/memory.h"
#include "base/words.h"
#include "store/table.h"

/* ---- tables ---- */

bool stoa__reach_each_table(const stoa__code_block *code, const stoa_table *table)
{
    uint32_t reached = 1;
    code->tables[0].table = table;
    for (uint32_t i = 0; i < code->way_count; i++) {
        stoa__way way = code->ways[i];
        const stoa_table *from = code->tables[way.from].table;
        const stoa_table *to = from == NULL ? NULL : stoa_table_field_target(from, way.field);
        if (way.to < reached && code->tables[way.to].table != to)
            return false;
        if (way.to < reached)
            continue;
        code->tables[reached++].table = to;
        if ((to == NULL ? NULL : stoa__whole_const(to)->schema) != code->tables[way.to].schema)
            return false;
    }
    return true;
}

void stoa__begin_paths(stoa__code_block *code)
{
    for (uint32_t i = 0; i < code->table_count; i++) {
        stoa__read_table *each = &code->tables[i];
        bool has_ids = each->table != NULL && each->table->ids != NULL;
        each->rows = has_ids ? stoa_table_rows_published(each->table) : 0;
        each->ids = has_ids ? *each->table->ids : (stoa_ids){0};
    }
    for (uint32_t i = 0; i < code->collected_count; i++) {
        stoa__collected *each = &code->collected[i];
        const stoa_column *column = &code->tables[each->table].table->columns[each->field];
        each->cells = column->cells;
        each->validity = column->validity;
    }
}

/* ---- steps ---- */

static void follow(const stoa__run *run, stoa__worker *worker, const stoa__instruction *step,
                   size_t count)
{
    const stoa__code_block *code = &run->program->code;
    const stoa__read_table *to = &code->tables[code->terms[step->out].bits[0]];
    const stoa__kernels *kernels = stoa__kernels_here();
    uint32_t *rows = worker->slots[step->out];
    worker->validity[step->out] = NULL;
    if (kernels->find_rows(rows, &to->ids, to->rows, worker->slots[step->a], count))
        return;
    uint64_t *own = stoa__own_bits(run, worker, step->out);
    kernels->row_bits(own, rows, count);
    stoa__meet_nulls(run, worker, step);
    worker->validity[step->out] = own;
}

static void collect(const stoa__run *run, stoa__worker *worker, const stoa__instruction *step,
                    size_t count)
{
    const stoa__code_block *code = &run->program->code;
    const stoa__term *term = &code->terms[step->out];
    const stoa__collected *from = &code->collected[term->bits[0]];
    const stoa__kernels *kernels = stoa__kernels_here();
    const uint32_t *rows = worker->slots[step->a];
    size_t which = (size_t)__builtin_ctzll(stoa__width((stoa_type)term->form));
    kernels->collect[which](worker->slots[step->out], from->cells, rows, count);
    worker->validity[step->out] = worker->has_nulls ? worker->validity[step->a] : NULL;
    if (from->validity == NULL)
        return;
    uint64_t *own = stoa__own_bits(run, worker, step->out);
    kernels->collect_bits(own, from->validity, rows, count);
    if (kernels->count_bits(own, count) == count)
        return;
    stoa__meet_nulls(run, worker, step);
    worker->validity[step->out] = own;
}

static void row_ids(const stoa__run *run, const stoa__worker *worker, const stoa__instruction *step,
                    size_t count)
{
    const stoa__code_block *code = &run->program->code;
    const stoa_ids *ids = &code->tables[code->terms[step->out].bits[0]].ids;
    const uint32_t *rows = worker->slots[step->a];
    uint64_t *out = worker->slots[step->out];
    for (size_t i = 0; i < count; i++)
        out[i] = rows[i] == STOA__NO_ROW ? 0 : stoa__id_at(ids, rows[i]);
}

void stoa__run_path_step(const stoa__run *run, stoa__worker *worker, const stoa__instruction *step,
                         size_t count)
{
    if (step->code == STOA__FOLLOW)
        follow(run, worker, step, count);
    else if (step->code == STOA__COLLECT)
        collect(run, worker, step, count);
    else
        row_ids(run, worker, step, count);
}

/* ---- strings ---- */

/* What a COLLECT is made of, operands first: FOLLOW and COLLECT in turn, behind a column. */
static stoa__id *chain_of(const stoa__code_block *code, stoa__id id, size_t *length)
{
    size_t count = 1;
    for (stoa__id at = id; code->terms[at].kind == STOA__STEP_TERM; at = code->terms[at].a)
        count++;
    stoa__id *chain = stoa__allocate(count * sizeof *chain);
    *length = count;
    for (stoa__id at = id; chain != NULL && count > 0; at = code->terms[at].a)
        chain[--count] = at;
    return chain;
}

static stoa_handle handle_at(const stoa__run *run, const stoa__id *chain, size_t length, size_t row)
{
    const stoa__code_block *code = &run->program->code;
    const stoa__kernels *kernels = stoa__kernels_here();
    uint64_t id = ((const uint64_t *)run->table->columns[code->terms[chain[0]].index].cells)[row];
    uint32_t at = STOA__NO_ROW;
    stoa_handle handle = 0;
    for (size_t i = 1; i < length; i++) {
        const stoa__term *term = &code->terms[chain[i]];
        if (term->code == STOA__FOLLOW) {
            const stoa__read_table *to = &code->tables[term->bits[0]];
            (void)kernels->find_rows(&at, &to->ids, to->rows, &id, 1);
        } else if (i + 1 < length)
            kernels->collect[3](&id, code->collected[term->bits[0]].cells, &at, 1);
        else
            kernels->collect[2](&handle, code->collected[term->bits[0]].cells, &at, 1);
    }
    return handle;
}

stoa_handle *stoa__collected_handles(const stoa__run *run, stoa__id id)
{
    size_t length, rows = run->rows;
    stoa_handle *handles = stoa__allocate((rows + 1) * sizeof *handles);
    stoa__id *chain = chain_of(&run->program->code, id, &length);
    for (size_t row = 0; handles != NULL && chain != NULL && row < rows; row++)
        handles[row] = handle_at(run, chain, length, row);
    if (chain == NULL) {
        stoa__release(handles);
        handles = NULL;
    }
    stoa__release(chain);
    return handles;
}

/* ---- copies ---- */

static stoa_status keep(stoa__collected *each, size_t cells, size_t words, stoa_error *error)
{
    size_t bytes = stoa__round_up(cells, sizeof(uint64_t));
    each->aside = stoa__allocate(bytes + words * sizeof(uint64_t) + 1);
    if (each->aside == NULL)
        return stoa__fail_memory(error, bytes);
    memcpy(each->aside, each->cells, cells);
    each->cells = each->aside;
    if (each->validity == NULL)
        return STOA_OK;
    uint64_t *validity = (uint64_t *)(void *)((char *)each->aside + bytes);
    memcpy(validity, each->validity, words * sizeof *validity);
    each->validity = validity;
    return STOA_OK;
}

stoa_status stoa__keep_collected(stoa__run *run, const void *first, const void *end,
                                 stoa_error *error)
{
    stoa__code_block *code = &run->program->code;
    stoa_status status = STOA_OK;
    for (uint32_t i = 0; status == STOA_OK && i < code->collected_count; i++) {
        stoa__collected *each = &code->collected[i];
        const stoa__read_table *of = &code->tables[each->table];
        stoa_type type = (stoa_type)of->table->columns[each->field].type;
        uintptr_t cells = (uintptr_t)each->cells;
        size_t bytes = of->rows * stoa__width(type);
        if (each->aside == NULL && cells < (uintptr_t)end && (uintptr_t)first < cells + bytes)
            status = keep(each, bytes, stoa__words(of->rows), error);
    }
    return status;
}

void stoa__release_collected(stoa__code_block *code)
{
    for (uint32_t i = 0; i < code->collected_count; i++) {
        stoa__release(code->collected[i].aside);
        code->collected[i].aside = NULL;
    }
}
