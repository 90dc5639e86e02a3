/* in_place.c: a = a + b * c of float32 columns, in one pass.
 *
 * Whether a result overflows is known when it is computed, and a run that fails must not have
 * changed anything. So most assignments compute twice: all rows to check them, and again to store
 * them. Here the time goes into reading memory, and that would be twice the time. But this sum can
 * be undone (kernel/add_product.c): results are stored at once, with a journal for each column of a
 * morsel, of an eighth of its cells' bytes at most. Where a result is no finite number, or a
 * journal is full, all is undone, and the run goes the ordinary way, which tells what fails. */
#include "query/in_place.h"

#include <string.h>

#include "base/memory.h"
#include "base/threads.h"
#include "kernel/floats.h"

/* Values that a journal has room for: of twice a cell's bytes each. */
#define ROOM (STOA__MORSEL / 16)

typedef struct column {
    float *cells;
    const float *added; /* times the factor */
    double factor;
} column;

typedef struct sums {
    column *columns;
    stoa__journal *journals; /* by morsel, then by column */
    size_t count, morsels, rows;
    atomic_bool stopped;
} sums;

/* ---- of that kind ---- */

static bool is_stored(const stoa__code_block *code, char *const *cells, const void *read)
{
    bool is = false;
    for (uint32_t i = 0; i < code->result_count; i++)
        is = is || cells[i] == read;
    return is;
}

static const void *cells_of(const stoa__run *run, stoa__id id)
{
    const stoa__term *term = &run->program->code.terms[id];
    return term->kind == STOA__COLUMN_TERM ? run->table->columns[term->index].cells : NULL;
}

/* Takes the column of a result from its quick step. */
static bool take_column(const stoa__run *run, char *const *cells, uint32_t result, column *to)
{
    const stoa_program *program = run->program;
    const stoa__pass *pass = &program->plan.passes[program->plan.count - 1];
    const stoa__instruction *step = pass->quick;
    while (step->out != program->code.results[result].id)
        if (++step == pass->quick + pass->quick_count)
            return false;
    const void *added = cells_of(run, step->b);
    if (step->kernel != stoa__kernels_here()->run[STOA__STORE_MUL_ADD][STOA__VV] ||
        cells_of(run, step->a) != cells[result] || added == NULL ||
        is_stored(&program->code, cells, added) || program->nulls[step->c])
        return false;
    *to = (column){.cells = (float *)(void *)cells[result],
                   .added = added,
                   .factor = *(const double *)program->workers[0].slots[step->c]};
    return true;
}

/* Whether every row has a value that comes by quick steps alone, one for each result. */
static bool may_be(const stoa__run *run)
{
    const stoa_program *program = run->program;
    const stoa__pass *pass = &program->plan.passes[program->plan.count - 1];
    return pass->quick_count == program->code.result_count && program->code.where == 0 &&
           run->selection == NULL && !program->code.has_nullable && pass->condition_steps == 0 &&
           pass->uniform_failure_count == 0;
}

/* ---- the pass ---- */

static size_t rows_of(const sums *s, size_t morsel)
{
    size_t left = s->rows - morsel * STOA__MORSEL;
    return left < STOA__MORSEL ? left : STOA__MORSEL;
}

static void add_morsel(void *context, size_t morsel, size_t worker)
{
    (void)worker;
    sums *s = context;
    size_t first = morsel * STOA__MORSEL;
    stoa__add_product *add = stoa__kernels_here()->add_product;
    stoa__floats floats = stoa__floats_begin();
    for (size_t k = 0; k < s->count && !atomic_load(&s->stopped); k++) {
        const column *c = &s->columns[k];
        if (!add(&s->journals[morsel * s->count + k], c->cells + first, c->added + first, c->factor,
                 rows_of(s, morsel)))
            atomic_store(&s->stopped, true);
    }
    stoa__floats_end(floats);
}

static void undo_morsel(void *context, size_t morsel, size_t worker)
{
    (void)worker;
    const sums *s = context;
    size_t first = morsel * STOA__MORSEL;
    stoa__floats floats = stoa__floats_begin();
    for (size_t k = 0; k < s->count; k++) {
        const column *c = &s->columns[k];
        stoa__kernels_here()->take_product(&s->journals[morsel * s->count + k], c->cells + first,
                                           c->added + first, c->factor);
    }
    stoa__floats_end(floats);
}

static bool add_all(sums *s)
{
    size_t workers = stoa__workers(s->morsels);
    stoa__parallel(s->morsels, workers, add_morsel, s);
    if (atomic_load(&s->stopped))
        stoa__parallel(s->morsels, workers, undo_morsel, s);
    return !atomic_load(&s->stopped);
}

/* In one allocation, whose pages are only there once a journal comes to them. */
static bool new_journals(sums *s, size_t columns)
{
    size_t count = s->morsels * columns;
    size_t heads = count * sizeof *s->journals, each = ROOM * sizeof(stoa__lost_value);
    char *memory = stoa__allocate(columns * sizeof *s->columns + heads + count * each);
    if (memory == NULL)
        return false;
    s->columns = (column *)(void *)memory;
    s->journals = (stoa__journal *)(void *)(s->columns + columns);
    stoa__lost_value *lost = (stoa__lost_value *)(void *)(s->journals + count);
    for (size_t i = 0; i < count; i++)
        s->journals[i] = (stoa__journal){.lost = lost + i * ROOM, .room = ROOM};
    return true;
}

bool stoa__store_in_place(stoa__run *run, char *const *cells)
{
    if (!may_be(run))
        return false;
    size_t columns = run->program->code.result_count;
    sums s = {.rows = run->rows, .morsels = (run->rows + STOA__MORSEL - 1) / STOA__MORSEL};
    bool is_kind = true;
    if (!new_journals(&s, columns))
        return false;
    for (; is_kind && s.count < columns; s.count++)
        is_kind = take_column(run, cells, (uint32_t)s.count, &s.columns[s.count]);
    is_kind = is_kind && add_all(&s);
    stoa__release(s.columns);
    return is_kind;
}
