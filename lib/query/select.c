/* select.c: rows by a condition: as a selection, as a new table, or removed and kept in place.
 *
 * A filter goes through the rows in batches of some morsels: it writes the condition as bits,
 * counts them by morsels, which tells where each morsel's rows go, and packs the columns while
 * those that the condition has read are in the cache. The size of the result is estimated from the
 * first batch. Its columns never move, so it can grow if the estimate was too small.
 *
 * In place, the table is worked on in windows: the bits of a window are made before its first row
 * moves, and rows only move down, so that later windows are unchanged by then. Nothing can fail
 * once a row has moved: a table of one window has all its bits by then, a longer one has been
 * checked as a whole before the first window, and neither packing nor a pass without aggregates
 * needs memory. Where other rows matter than those of the window, all are selected first. */
#include <string.h>

#include "base/memory.h"
#include "base/threads.h"
#include "base/words.h"
#include "query/scope.h"
#include "query/selection.h"
#include "store/grow.h"
#include "store/lock.h"
#include "store/order.h"
#include "store/reference.h"

/* Morsels of a batch. On one thread the columns of a batch fit L2; on more, a batch is long enough
 * that waking the threads costs little. */
#define BATCH_OF_ONE_THREAD ((size_t)4)
#define BATCH ((size_t)32)

/* ---- bits ---- */

/* The bits of rows `first` to `last` - 1, and how many are set in each morsel. */
typedef struct bits {
    stoa__id result;
    uint64_t *words;
    size_t first, last;
    size_t *counts; /* by morsel from row `first` on, or NULL */
} bits;

static void take_bits(void *context, size_t worker, void *const *slots,
                      const uint64_t *const *validity, const uint64_t *mask, size_t first,
                      size_t count)
{
    (void)worker;
    (void)validity; /* bits are not set where the condition is null */
    const bits *to = context;
    const uint64_t *result = slots[to->result];
    uint64_t *words = to->words + (first - to->first) / 64;
    for (size_t i = 0; i < stoa__words(count); i++)
        words[i] = mask == NULL ? result[i] : result[i] & mask[i];
    if (to->counts != NULL)
        to->counts[(first - to->first) / STOA__MORSEL] +=
            stoa__kernels_here()->count_bits(words, count);
}

static stoa_status make_bits(stoa__run *run, bits *to, stoa_error *error)
{
    size_t words = stoa__words(to->last - to->first);
    memset(to->words, 0, words * sizeof *to->words);
    return stoa__run_outputs(run, to->first, to->last, take_bits, to, error);
}

static stoa_status begin(stoa__run *run, stoa_program *program, const stoa_table *table,
                         const stoa_scope *scope, stoa_error *error)
{
    if (program->output_count != 1)
        return stoa__fail(error, STOA_INVALID,
                          "the program has %u outputs; one condition is needed",
                          program->output_count);
    stoa_status status = stoa__program_bind(program, table, STOA__WANTS_BITS, NULL, error);
    if (status == STOA_OK)
        status = stoa__run_begin(run, program, table, scope, error);
    if (status != STOA_OK)
        return status;
    status = stoa__run_aggregates(run, error);
    if (status != STOA_OK)
        stoa__run_end(run);
    return status;
}

/* ---- selections ---- */

stoa_status stoa_program_select(stoa_selection **selection, stoa_program *program,
                                const stoa_table *table, const stoa_scope *scope, stoa_error *error)
{
    stoa__run run;
    stoa_selection *made;
    STOA__REQUIRE_ARGUMENT(error, selection);
    STOA__REQUIRE_ARGUMENT(error, program);
    STOA__REQUIRE_ARGUMENT(error, table);
    stoa_status status = begin(&run, program, table, scope, error);
    if (status != STOA_OK)
        return status;
    status = stoa__selection_new(&made, table, run.rows, error);
    if (status == STOA_OK) {
        bits to = {.words = made->words, .last = run.rows};
        to.result = program->code.results[0].id;
        status = make_bits(&run, &to, error);
        made->count = stoa__kernels_here()->count_bits(made->words, made->rows);
        if (status == STOA_OK)
            *selection = made;
        else
            stoa_selection_free(made);
    }
    stoa__run_end(&run);
    return status;
}

/* ---- tables ---- */

typedef struct filter {
    stoa__run run;
    bits bits;
    uint64_t words[BATCH * STOA__MORSEL / 64];
    size_t counts[BATCH];     /* by morsel of the batch: rows that are selected */
    size_t places[BATCH + 1]; /* where they go; the last one: where the next batch goes */
    size_t batch_rows;
    size_t total; /* rows so far */
    const stoa__table *table;
    stoa__table *made;
} filter;

static void pack_morsel(void *context, size_t task, size_t worker)
{
    const filter *job = context;
    size_t first = job->bits.first + task * STOA__MORSEL, left = job->bits.last - first;
    stoa__part part = {.words = job->words + task * (STOA__MORSEL / 64),
                       .first = first,
                       .count = left < STOA__MORSEL ? left : STOA__MORSEL,
                       .chosen = job->counts[task]};
    (void)worker;
    stoa__rows_take(job->made, job->places[task], job->table, &part);
}

/* Bits, counts and places of the batch. */
static stoa_status mark_batch(filter *job, size_t first, stoa_error *error)
{
    job->bits.first = first;
    job->bits.last =
        job->run.rows - first < job->batch_rows ? job->run.rows : first + job->batch_rows;
    memset(job->counts, 0, sizeof job->counts);
    stoa_status status = make_bits(&job->run, &job->bits, error);
    job->places[0] = job->total;
    for (size_t i = 0; i < BATCH; i++)
        job->places[i + 1] = job->places[i] + job->counts[i];
    return status;
}

/* Makes room for `end` rows; the first time for as many as the first batch makes likely. */
static stoa_status make_room(filter *job, size_t end, bool likely, stoa_error *error)
{
    if (job->made != NULL) {
        size_t before = job->made->capacity;
        if (end <= before)
            return STOA_OK;
        stoa_status status = stoa__table_grow(job->made, end, error);
        if (status == STOA_OK)
            stoa__table_expect(job->made, before, job->made->capacity);
        return status;
    }
    size_t rows = job->run.rows, seen = job->bits.last, whole = likely ? end : rows;
    if (likely && seen < rows)
        whole = (size_t)((double)end / (double)seen * (double)rows);
    return stoa__table_like(&job->made, job->table, seen == rows || whole < end ? end : whole,
                            error);
}

static stoa_status filter_batches(filter *job, bool likely, stoa_error *error)
{
    stoa_status status = STOA_OK;
    job->total = 0;
    for (size_t first = 0; first < job->run.rows || job->made == NULL; first += job->batch_rows) {
        status = mark_batch(job, first, error);
        size_t end = job->places[BATCH];
        if (status == STOA_OK)
            status = make_room(job, end, likely, error);
        if (status != STOA_OK)
            break;
        size_t tasks = (job->bits.last - first + STOA__MORSEL - 1) / STOA__MORSEL;
        stoa__parallel(tasks, tasks < 3 ? 1 : stoa__workers(tasks), pack_morsel, job);
        job->total = end;
    }
    if (status != STOA_OK && job->made != NULL) {
        job->made->written = job->total; /* cells and bits, though it has no rows */
        stoa_table_free(&job->made->head);
    }
    if (status != STOA_OK)
        job->made = NULL;
    return status;
}

static stoa_status run_filter(filter *job, stoa_table **filtered, stoa_error *error)
{
    job->bits.words = job->words;
    job->bits.counts = job->counts;
    job->bits.result = job->run.program->code.results[0].id;
    job->batch_rows = (stoa__workers(BATCH) > 1 ? BATCH : BATCH_OF_ONE_THREAD) * STOA__MORSEL;
    stoa_error first = {.status = STOA_OK};
    stoa_status status = filter_batches(job, true, &first);
    if (status == STOA_FULL) /* less address space than the rows behind the first batch need */
        status = filter_batches(job, false, error);
    else if (status != STOA_OK && error != NULL)
        *error = first;
    if (status != STOA_OK)
        return status;
    stoa__table_set_rows(job->made, job->total);
    stoa__table_give_back(job->made, job->total);
    stoa__table_share_objects(job->made, job->total);
    *filtered = &job->made->head;
    return STOA_OK;
}

/* Of a table that refers to itself: all of the selection is needed to say where rows are. */
static stoa_status filter_by_selection(stoa_table **filtered, stoa_program *program,
                                       const stoa_table *table, const stoa_scope *scope,
                                       stoa_error *error)
{
    stoa_selection *selection;
    stoa_status status = stoa_program_select(&selection, program, table, scope, error);
    if (status != STOA_OK)
        return status;
    status = stoa_table_take_selected(filtered, table, selection, error);
    stoa_selection_free(selection);
    return status;
}

stoa_status stoa_program_filter(stoa_table **filtered, stoa_program *program,
                                const stoa_table *table, const stoa_scope *scope, stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, filtered);
    STOA__REQUIRE_ARGUMENT(error, program);
    STOA__REQUIRE_ARGUMENT(error, table);
    if (stoa__refers_to_itself(stoa__whole_const(table)))
        return filter_by_selection(filtered, program, table, scope, error);
    filter *job = stoa__allocate(sizeof *job);
    if (job == NULL)
        return stoa__fail_memory(error, sizeof *job);
    job->table = stoa__whole_const(table);
    job->made = NULL;
    bool locks = scope != NULL && scope->interpreter != NULL;
    if (locks)
        stoa__table_lock(table); /* all columns are read */
    stoa_status status = begin(&job->run, program, table, scope, error);
    if (status == STOA_OK) {
        status = run_filter(job, filtered, error);
        stoa__run_end(&job->run);
    }
    if (locks)
        stoa__table_unlock(table);
    stoa__release(job);
    return status;
}

/* ---- in place ---- */

/* Rows whose bits are made before the first of them moves: 2 MiB. */
#define WINDOW ((size_t)256 * STOA__MORSEL)

/* The number of rows that are left; on failure, all. */
static stoa_status pack_windows(stoa__run *run, stoa__table *table, uint64_t *words, bool inverted,
                                size_t *left, stoa_error *error)
{
    size_t kept = 0, rows = run->rows;
    bits to = {.result = run->program->code.results[0].id, .words = words};
    stoa_status status = rows > WINDOW ? stoa__run_check(run, error) : STOA_OK;
    for (size_t first = 0; status == STOA_OK && first < rows; first += WINDOW) {
        to.first = first;
        to.last = rows - first < WINDOW ? rows : first + WINDOW;
        status = make_bits(run, &to, error);
        if (status != STOA_OK)
            break;
        size_t set = stoa__kernels_here()->count_bits(words, to.last - first);
        stoa__rows_pack(table, words, inverted, first, to.last, kept);
        kept += inverted ? to.last - first - set : set;
    }
    *left = status == STOA_OK ? kept : rows;
    return status;
}

/* Checks that arrays overlap the columns cell for cell, if at all: columns are packed window by
 * window. */
static stoa_status check_arrays(const stoa__run *run, const stoa__table *table, stoa_error *error)
{
    if (run->program->code.array_count == 0)
        return STOA_OK;
    size_t count = 0, at = 0, bytes = table->head.field_count * sizeof(stoa__written);
    stoa__written *written = stoa__allocate(bytes);
    if (written == NULL)
        return stoa__fail_memory(error, bytes);
    STOA__EACH_FIELD (table, i)
        written[count++] = (stoa__written){
            .cells = stoa__cell_at(table, i, 0), .width = stoa__column_width(table, i), .index = i};
    stoa__written_sort(written, count, run->rows);
    bool lies_there = stoa__run_overlap(run, written, count, false, &at) != NULL;
    stoa__release(written);
    return lies_there ? stoa__fail(error, STOA_INVALID,
                                   "an array of the condition overlaps field '%s', whose rows "
                                   "move, but not cell for cell",
                                   table->schema->fields[at].name)
                      : STOA_OK;
}

static stoa_status pack(stoa__run *run, stoa__table *table, bool inverted, size_t *left,
                        stoa_error *error)
{
    size_t bytes = stoa__words(run->rows < WINDOW ? run->rows : WINDOW) * sizeof(uint64_t);
    uint64_t *words = stoa__allocate(bytes);
    if (words == NULL)
        return stoa__fail_memory(error, bytes);
    stoa_status status = pack_windows(run, table, words, inverted, left, error);
    stoa__release(words);
    return status;
}

/* All of the rows that go are needed first: rows go along by rules, or a path may lead from a
 * window's rows to those of the windows before it. */
static bool is_packed_at_once(const stoa__table *table)
{
    return table->rules > 0 || (table->schema->reference_count > 0 && table->head.rows > WINDOW);
}

static stoa_status pack_at_once(stoa_program *program, stoa_table *table, bool inverted,
                                stoa_error *error)
{
    stoa_selection *selection;
    stoa_status status = stoa_program_select(&selection, program, table, NULL, error);
    if (status != STOA_OK)
        return status;
    status = inverted ? stoa_table_remove_selected(table, selection, error)
                      : stoa_table_keep_selected(table, selection, error);
    stoa_selection_free(selection);
    return status;
}

static stoa_status pack_table(stoa_program *program, stoa_table *table, bool inverted,
                              stoa_error *error)
{
    stoa__run run;
    stoa_status status = stoa__check_unlocked(stoa__whole(table), error);
    if (status == STOA_OK && is_packed_at_once(stoa__whole(table)))
        return pack_at_once(program, table, inverted, error);
    if (status == STOA_OK)
        status = begin(&run, program, table, NULL, error);
    if (status != STOA_OK)
        return status;
    size_t left = run.rows;
    status = check_arrays(&run, stoa__whole(table), error);
    if (status == STOA_OK && run.rows > 0)
        status = pack(&run, stoa__whole(table), inverted, &left, error);
    stoa__run_end(&run); /* before release callbacks may use the table */
    if (left < run.rows)
        stoa__table_end_removal(stoa__whole(table), left);
    return status;
}

stoa_status stoa_program_remove(stoa_program *program, stoa_table *table, stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, program);
    STOA__REQUIRE_ARGUMENT(error, table);
    return pack_table(program, table, true, error);
}

stoa_status stoa_program_keep(stoa_program *program, stoa_table *table, stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, program);
    STOA__REQUIRE_ARGUMENT(error, table);
    return pack_table(program, table, false, error);
}

/* ---- from text ---- */

stoa_status stoa_select(stoa_selection **selection, const stoa_table *table, const char *where,
                        stoa_error *error)
{
    stoa_program *program;
    STOA__REQUIRE_ARGUMENT(error, selection);
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_ARGUMENT(error, where);
    stoa_status status = stoa__program_read(&program, where, NULL, error);
    if (status != STOA_OK)
        return status;
    status = stoa_program_select(selection, program, table, NULL, error);
    stoa_program_free(program);
    return status;
}

stoa_status stoa_filter(stoa_table **filtered, const stoa_table *table, const char *where,
                        stoa_error *error)
{
    stoa_program *program;
    STOA__REQUIRE_ARGUMENT(error, filtered);
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_ARGUMENT(error, where);
    stoa_status status = stoa__program_read(&program, where, NULL, error);
    if (status != STOA_OK)
        return status;
    status = stoa_program_filter(filtered, program, table, NULL, error);
    stoa_program_free(program);
    return status;
}

static stoa_status change(stoa_table *table, const char *where, bool inverted, stoa_error *error)
{
    stoa_program *program;
    stoa_status status = stoa__program_read(&program, where, NULL, error);
    if (status != STOA_OK)
        return status;
    status = pack_table(program, table, inverted, error);
    stoa_program_free(program);
    return status;
}

stoa_status stoa_remove(stoa_table *table, const char *where, stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_ARGUMENT(error, where);
    return change(table, where, true, error);
}

stoa_status stoa_keep(stoa_table *table, const char *where, stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_ARGUMENT(error, where);
    return change(table, where, false, error);
}
