/* select.c: rows by a condition: as a selection, as a table of their own, or all others gone.
 *
 * A filter writes the condition as bits, a window of rows at a time, and counts them by morsels;
 * then it knows how large the result is and where each morsel's rows go, and packs the columns. A
 * table of more than one window has its bits made twice, so that no more memory is needed. */
#include <string.h>

#include "base/memory.h"
#include "base/threads.h"
#include "expr/program.h"
#include "query/selection.h"
#include "query/words.h"

/* Rows whose bits are kept at a time: 2 MiB of them. */
#define WINDOW ((size_t)256 * STOA__MORSEL)

/* ---- bits ---- */

/* The bits of rows `first` to `last` - 1, and how many are set in each morsel. */
typedef struct bits {
    stoa__id result;
    uint64_t *words;
    size_t first, last;
    size_t *counts; /* by morsel from row 0 on, or NULL */
} bits;

static void take_bits(void *context, void *const *slots, const uint64_t *mask, size_t first,
                      size_t count)
{
    const bits *to = context;
    const uint64_t *result = slots[to->result];
    uint64_t *words = to->words + (first - to->first) / 64;
    for (size_t i = 0; i < stoa__words(count); i++)
        words[i] = mask == NULL ? result[i] : result[i] & mask[i];
    if (to->counts != NULL)
        to->counts[first / STOA__MORSEL] += stoa__kernels_here()->count_bits(words, count);
}

/* A condition that is null selects nothing. */
static stoa_status make_bits(stoa__run *run, bits *to, stoa_error *error)
{
    size_t words = stoa__words(to->last - to->first);
    memset(to->words, 0, words * sizeof *to->words);
    stoa_status status = stoa__run_outputs(run, to->first, to->first, NULL, NULL, error);
    if (status != STOA_OK || run->program->nulls[to->result])
        return status;
    return stoa__run_outputs(run, to->first, to->last, take_bits, to, error);
}

static stoa_status begin(stoa__run *run, stoa_program *program, const stoa_table *table,
                         const stoa_extent *extent, stoa_error *error)
{
    if (program->output_count != 1)
        return stoa__fail(error, STOA_INVALID, "%u outputs where one condition is needed",
                          program->output_count);
    stoa_status status = stoa__program_bind(program, table, STOA__WANTS_BITS, NULL, NULL, error);
    if (status == STOA_OK)
        status = stoa__run_begin(run, program, table, extent, error);
    return status == STOA_OK ? stoa__run_aggregates(run, error) : status;
}

/* ---- selections ---- */

stoa_status stoa_program_select(stoa_program *program, const stoa_table *table,
                                const stoa_extent *extent, stoa_selection **selection,
                                stoa_error *error)
{
    stoa__run run;
    stoa_selection *made;
    stoa_status status = begin(&run, program, table, extent, error);
    if (status == STOA_OK)
        status = stoa__selection_new(&made, table, run.rows, error);
    if (status != STOA_OK)
        return status;
    bits to = {.result = program->code.results[0].id, .words = made->words, .last = run.rows};
    status = make_bits(&run, &to, error);
    if (status != STOA_OK) {
        stoa_selection_free(made);
        return status;
    }
    made->count = stoa__kernels_here()->count_bits(made->words, made->rows);
    *selection = made;
    return STOA_OK;
}

/* ---- tables ---- */

typedef struct filter {
    stoa__run run;
    bits bits;
    size_t *counts; /* by morsel; later: where the morsel's rows go */
    size_t morsels;
    size_t total;
    const stoa__table *table;
    stoa__table *made;
} filter;

static stoa_status new_lists(filter *at, stoa_error *error)
{
    size_t window = at->run.rows < WINDOW ? at->run.rows : WINDOW;
    at->morsels = (at->run.rows + STOA__MORSEL - 1) / STOA__MORSEL;
    size_t bytes = (at->morsels + 1) * sizeof *at->counts + stoa__words(window) * sizeof(uint64_t);
    at->counts = stoa__allocate(bytes);
    if (at->counts == NULL)
        return stoa__fail_memory(error, bytes);
    memset(at->counts, 0, (at->morsels + 1) * sizeof *at->counts);
    at->bits.counts = at->counts;
    at->bits.words = (uint64_t *)(at->counts + at->morsels + 1);
    at->bits.result = at->run.program->code.results[0].id;
    return STOA_OK;
}

static stoa_status make_window(filter *at, size_t first, stoa_error *error)
{
    at->bits.first = first;
    at->bits.last = at->run.rows - first < WINDOW ? at->run.rows : first + WINDOW;
    return make_bits(&at->run, &at->bits, error);
}

static stoa_status count_rows(filter *at, stoa_error *error)
{
    stoa_status status = STOA_OK;
    for (size_t first = 0; status == STOA_OK && first < at->run.rows; first += WINDOW)
        status = make_window(at, first, error);
    size_t total = 0;
    for (size_t i = 0; i <= at->morsels; i++) {
        size_t count = at->counts[i];
        at->counts[i] = total;
        total += count;
    }
    at->total = total;
    at->bits.counts = NULL;
    return status;
}

static void pack_morsel(void *context, size_t task, size_t worker)
{
    (void)worker;
    const filter *at = context;
    size_t first = at->bits.first + task * STOA__MORSEL;
    size_t count = at->bits.last - first < STOA__MORSEL ? at->bits.last - first : STOA__MORSEL;
    size_t place = at->counts[first / STOA__MORSEL];
    size_t room = at->counts[first / STOA__MORSEL + 1] - place;
    const uint64_t *words = at->bits.words + (first - at->bits.first) / 64;
    uint32_t to = 0;
    if (room == 0)
        return;
    STOA__EACH_FIELD(at->table, i)
    {
        size_t width = stoa__column_width(at->table, i);
        stoa__kernels_here()->compress[__builtin_ctzll(width)](stoa__cell_at(at->made, to, place),
                                                               stoa__cell_at(at->table, i, first),
                                                               words, count, room);
        to++;
    }
}

static stoa_status pack_windows(filter *at, stoa_error *error)
{
    stoa_status status = STOA_OK;
    for (size_t first = 0; status == STOA_OK && first < at->run.rows; first += WINDOW) {
        if (at->run.rows > WINDOW)
            status = make_window(at, first, error);
        if (status != STOA_OK)
            return status;
        size_t tasks = (at->bits.last - first + STOA__MORSEL - 1) / STOA__MORSEL;
        stoa__parallel(tasks, tasks < 3 ? 1 : stoa__workers(tasks), pack_morsel, at);
    }
    return STOA_OK;
}

static void share_objects(const filter *at)
{
    uint32_t to = 0;
    STOA__EACH_FIELD(at->table, i)
    {
        const stoa_handle *handles = at->made->head.columns[to++].cells;
        for (size_t k = 0; stoa__is_object(at->table, i) && k < at->total; k++)
            stoa__pool_share(at->made->pool, handles[k], 1);
    }
}

stoa_status stoa_program_filter(stoa_program *program, const stoa_table *table,
                                const stoa_extent *extent, stoa_table **filtered, stoa_error *error)
{
    filter at = {.table = stoa__whole_const(table)};
    stoa_status status = begin(&at.run, program, table, extent, error);
    if (status == STOA_OK)
        status = new_lists(&at, error);
    if (status == STOA_OK)
        status = count_rows(&at, error);
    if (status == STOA_OK)
        status = stoa__table_like(&at.made, at.table, at.total, error);
    if (status == STOA_OK) {
        status = pack_windows(&at, error);
        if (status != STOA_OK) /* a condition that held before */
            stoa_table_free(&at.made->head);
    }
    stoa__release(at.counts);
    if (status != STOA_OK)
        return status;
    stoa__table_set_rows(at.made, at.total);
    share_objects(&at);
    *filtered = &at.made->head;
    return STOA_OK;
}

/* ---- in place ---- */

stoa_status stoa_program_remove(stoa_program *program, stoa_table *table, stoa_error *error)
{
    stoa_selection *selection;
    stoa_status status = stoa_program_select(program, table, NULL, &selection, error);
    if (status != STOA_OK)
        return status;
    status = stoa_selection_remove(table, selection, error);
    stoa_selection_free(selection);
    return status;
}

stoa_status stoa_program_keep(stoa_program *program, stoa_table *table, stoa_error *error)
{
    stoa_selection *selection;
    stoa_status status = stoa_program_select(program, table, NULL, &selection, error);
    if (status != STOA_OK)
        return status;
    status = stoa_selection_keep(table, selection, error);
    stoa_selection_free(selection);
    return status;
}

/* ---- from text ---- */

stoa_status stoa_select(stoa_selection **selection, const stoa_table *table, const char *where,
                        stoa_error *error)
{
    stoa_program *program;
    stoa_status status = stoa_program_parse(&program, table, where, NULL, error);
    if (status != STOA_OK)
        return status;
    status = stoa_program_select(program, table, NULL, selection, error);
    stoa_program_free(program);
    return status;
}

stoa_status stoa_filter(stoa_table **filtered, const stoa_table *table, const char *where,
                        stoa_error *error)
{
    stoa_program *program;
    stoa_status status = stoa_program_parse(&program, table, where, NULL, error);
    if (status != STOA_OK)
        return status;
    status = stoa_program_filter(program, table, NULL, filtered, error);
    stoa_program_free(program);
    return status;
}

static stoa_status change(stoa_table *table, const char *where,
                          stoa_status (*call)(stoa_program *, stoa_table *, stoa_error *),
                          stoa_error *error)
{
    stoa_program *program;
    stoa_status status = stoa_program_parse(&program, table, where, NULL, error);
    if (status != STOA_OK)
        return status;
    status = call(program, table, error);
    stoa_program_free(program);
    return status;
}

stoa_status stoa_remove(stoa_table *table, const char *where, stoa_error *error)
{
    return change(table, where, stoa_program_remove, error);
}

stoa_status stoa_keep(stoa_table *table, const char *where, stoa_error *error)
{
    return change(table, where, stoa_program_keep, error);
}
