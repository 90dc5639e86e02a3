/* partial_run.c: a run that leaves partials.
 *
 * Each worker has a state of its own for the rows that it takes; afterwards they become one.
 * Nothing depends on which worker took which rows: sums are exact, of equal extremes that of the
 * earlier row counts, and groups are put in the order of their first rows.
 *
 * Without keys the values of a block go through the kernels of the reductions, 512 or more at a
 * time (float sums through stoa__exact_add_all); with keys each row finds its group first. */
#include <string.h>

#include "base/memory.h"
#include "base/threads.h"
#include "base/words.h"
#include "expr/execution/strings.h"
#include "query/keys.h"
#include "query/partial.h"
#include "query/scope.h"

#define CHUNK STOA__BLOCK

/* What is read of each row for an entry. */
typedef struct reading {
    const stoa__entry *entry;
    stoa__reduction reduction; /* of the kernels */
    stoa__id a, b;
    uint8_t form;             /* of the values */
    bool is_null;             /* in all rows */
    stoa__make_keys *keys_of; /* of a key */
} reading;

typedef struct own {
    _Alignas(stoa__accumulator) stoa__state state; /* aligned for what follows in its block */
    stoa__accumulator *whole;                      /* by measure, without keys */
    uint64_t valued[2][STOA__LONG_WORDS];          /* rows where both values of a measure are */
    uint32_t groups[CHUNK];                        /* of the rows of a chunk that are chosen */
    uint16_t at[CHUNK];                            /* where these rows are in the chunk */
    uint64_t *keys; /* of all rows of a chunk, for one key after the other */
} own;

typedef struct taking {
    stoa__run *run;
    const stoa_partial *made;
    reading *readings; /* by entry */
    const stoa_string_pool **pools;
    atomic_int failure; /* stoa_status */
    own *owns[STOA__MAX_THREADS];
} taking;

/* ---- rows ---- */

/* The rows of a mask (NULL: all) where a value is there, in `room` if that is needed. */
static const uint64_t *valued(const uint64_t *mask, const uint64_t *validity, uint64_t *room,
                              size_t count)
{
    if (validity == NULL)
        return mask;
    for (size_t i = 0; i < stoa__words(count); i++)
        room[i] = validity[i] & (mask == NULL ? UINT64_MAX : mask[i]);
    stoa__words_end(room, count);
    return room;
}

static bool is_set(const uint64_t *bits, size_t i)
{
    return bits == NULL || stoa__bit(bits, i);
}

/* ---- without keys ---- */

/* Sums of floats: of b = NULL the values, else products, rounded as in the expression. */
static bool add_floats(const stoa__entry *entry, stoa__exact *sums, const double *a,
                       const double *b, const uint64_t *mask, size_t count)
{
    double products[CHUNK];
    bool fits = true;
    for (size_t first = 0; fits && first < count; first += CHUNK) {
        size_t some = count - first < CHUNK ? count - first : CHUNK;
        const uint64_t *bits = mask == NULL ? NULL : mask + first / 64;
        const double *values = a + first;
        for (size_t i = 0; b != NULL && i < some; i++)
            products[i] = values[i] * b[first + i];
        values = b == NULL ? values : products;
        fits =
            stoa__exact_add_all(&sums[0], entry->exacts < 2 ? NULL : &sums[1], values, bits, some);
    }
    return fits;
}

static void choose_string(const taking *job, const reading *r, stoa__partial *cell,
                          const stoa_handle *handles, const uint64_t *mask, size_t count)
{
    const stoa_string_pool *pool = job->pools[r->entry - job->made->entries];
    for (size_t i = 0; i < count; i++) {
        if (!is_set(mask, i))
            continue;
        cell->count++;
        if (cell->has_value &&
            !stoa__string_is_better(pool, r->entry, handles[i], (stoa_handle)cell->int64))
            continue;
        cell->has_value = true;
        cell->int64 = handles[i];
    }
}

static bool reduce_whole(const taking *job, own *to, const reading *r, void *const *slots,
                         const uint64_t *mask, size_t first, size_t count)
{
    const stoa__entry *entry = r->entry;
    stoa__accumulator *into = &to->whole[entry->index];
    if (entry->exacts > 0) {
        into->partial.count += mask == NULL ? count : stoa__kernels_here()->count_bits(mask, count);
        return add_floats(entry, stoa__state_exacts(&to->state, 0) + entry->exact, slots[r->a],
                          r->b == STOA__NOTHING_ID ? NULL : slots[r->b], mask, count);
    }
    if (stoa__chooses_string(r->entry))
        choose_string(job, r, &into->partial, slots[r->a], mask, count);
    else
        stoa__kernels_here()->reduce[r->reduction](into, slots[r->a], slots[r->b], mask, count,
                                                   first);
    return true;
}

/* ---- with keys ---- */

/* Numbers the groups of the chosen rows of a chunk, and tells how many rows these are; SIZE_MAX:
 * memory was refused, and job->failure tells. */
static size_t find_groups(taking *job, own *to, void *const *slots, const uint64_t *const *validity,
                          const uint64_t *mask, size_t offset, size_t first, size_t count)
{
    stoa__state *state = &to->state;
    size_t words = state->groups.words, chosen = 0;
    for (uint32_t i = 0; i < job->made->entry_count; i++) {
        const reading *r = &job->readings[i];
        if (r->keys_of == NULL)
            continue;
        const char *cells = slots[r->a];
        r->keys_of(to->keys + r->entry->index * CHUNK, cells + offset * stoa__width(r->form), count,
                   0);
    }
    for (size_t i = 0; i < count; i++)
        if (is_set(mask, offset + i))
            to->at[chosen++] = (uint16_t)i;
    stoa_status status = stoa__state_reserve(state, chosen);
    if (status != STOA_OK) {
        atomic_store(&job->failure, status);
        return SIZE_MAX;
    }
    for (size_t i = 0; i < chosen; i++) {
        uint64_t key[STOA_MAX_KEYS + 1];
        uint64_t nulls = 0;
        for (uint32_t k = 0; k < job->made->entry_count; k++) {
            const reading *r = &job->readings[k];
            if (r->keys_of == NULL)
                continue;
            uint32_t index = r->entry->index;
            bool is_null = r->is_null || (validity != NULL && validity[r->a] != NULL &&
                                          !is_set(validity[r->a], offset + to->at[i]));
            key[index] = is_null ? 0 : to->keys[index * CHUNK + to->at[i]];
            nulls |= (uint64_t)is_null << index;
        }
        key[words - 1] = nulls;
        to->groups[i] = stoa__state_group(state, key, first + offset + to->at[i]);
    }
    return chosen;
}

/* The value of a row that is no float, as an integer of 128 bits. */
static stoa__int128 integer_at(unsigned form, const void *values, size_t i)
{
    switch (form) {
    case STOA_BOOL:
        return is_set(values, i);
    case STOA_INT32:
        return ((const int32_t *)values)[i];
    case STOA_INT64:
        return ((const int64_t *)values)[i];
    case STOA_UINT64:
        return ((const uint64_t *)values)[i];
    default:
        return ((const stoa_handle *)values)[i];
    }
}

/* Both factors are of one form. A product of unsigned numbers can be beyond what 128 signed bits
 * hold: then it is 2^128 more than what they say. */
static void add_product(stoa__partial *cell, unsigned form, const void *a, const void *b, size_t i)
{
    stoa__uint128 x = (stoa__uint128)integer_at(form, a, i);
    stoa__int128 product = (stoa__int128)(x * (stoa__uint128)integer_at(form, b, i));
    stoa__cell_add(cell, product);
    cell->row += form == STOA_UINT64 && product < 0;
}

static void choose(const taking *job, const reading *r, stoa__partial *cell, const void *values,
                   size_t i, uint64_t row)
{
    if (stoa__chooses_string(r->entry)) {
        choose_string(job, r, cell, (const stoa_handle *)values + i, NULL, 1);
        return;
    }
    stoa__partial next = {.count = 1, .row = row, .has_value = true};
    if (r->form == STOA_FLOAT64) {
        next.float64 = ((const double *)values)[i];
        bool is_arg = r->entry->operation == STOA_ARGMIN || r->entry->operation == STOA_ARGMAX;
        next.has_value = !is_arg || next.float64 == next.float64;
    } else
        next.uint64 = (uint64_t)integer_at(r->form, values, i);
    stoa__reduce_combine(stoa__reduction_of(r->entry), cell, &next);
}

static bool reduce_row(const taking *job, own *to, const reading *r, void *const *slots,
                       uint32_t group, size_t i, uint64_t row)
{
    const stoa__entry *entry = r->entry;
    stoa__partial *cell = &stoa__state_cells(&to->state, group)[entry->index];
    const void *a = slots[r->a], *b = slots[r->b];
    if (entry->exacts > 0) {
        double value = ((const double *)a)[i] * (b == NULL ? 1 : ((const double *)b)[i]);
        stoa__exact *sums = stoa__state_exacts(&to->state, group) + entry->exact;
        cell->count++;
        return stoa__exact_add(&sums[0], value) &&
               (entry->exacts < 2 || stoa__exact_add_square(&sums[1], value));
    }
    if (stoa__is_chosen(entry)) {
        choose(job, r, cell, a, i, row);
        return true;
    }
    cell->count++;
    if (stoa__is_integer_sum(entry) && b == NULL)
        stoa__cell_add(cell, integer_at(r->form, a, i));
    else if (stoa__is_integer_sum(entry))
        add_product(cell, r->form, a, b, i);
    return true;
}

static bool reduce_chunk(taking *job, own *to, void *const *slots, const uint64_t *const *validity,
                         const uint64_t *mask, size_t offset, size_t first, size_t count)
{
    size_t chosen = find_groups(job, to, slots, validity, mask, offset, first, count);
    bool fits = chosen != SIZE_MAX;
    for (uint32_t k = 0; fits && k < job->made->entry_count; k++) {
        const reading *r = &job->readings[k];
        if (r->keys_of != NULL || r->is_null)
            continue;
        const uint64_t *x = validity == NULL ? NULL : validity[r->a];
        const uint64_t *y = validity == NULL ? NULL : validity[r->b];
        for (size_t i = 0; fits && i < chosen; i++) {
            size_t at = offset + to->at[i];
            if (is_set(x, at) && is_set(y, at))
                fits = reduce_row(job, to, r, slots, to->groups[i], at, first + at);
        }
    }
    return fits;
}

/* ---- blocks ---- */

static own *begin_own(const taking *job)
{
    const stoa_partial *made = job->made;
    const stoa__state *like = &made->state;
    size_t keys = made->key_count * CHUNK * sizeof(uint64_t);
    size_t whole = made->key_count > 0 ? 0 : like->measures * sizeof(stoa__accumulator);
    own *to = stoa__allocate_zeroed(sizeof *to + keys + whole);
    if (to == NULL)
        return NULL;
    to->whole = (stoa__accumulator *)(to + 1);
    to->keys = (uint64_t *)(to + 1);
    stoa__state_begin(&to->state, made->key_count, like->measures, like->exact_count);
    if (made->key_count > 0)
        return to;
    if (stoa__state_reserve(&to->state, 1) != STOA_OK) {
        stoa__state_dispose(&to->state);
        stoa__release(to);
        return NULL;
    }
    uint64_t key = 0;
    stoa__state_group(&to->state, &key, 0);
    return to;
}

static void take_block(void *context, size_t worker, void *const *slots,
                       const uint64_t *const *validity, const uint64_t *mask, size_t first,
                       size_t count)
{
    taking *job = context;
    if (atomic_load_explicit(&job->failure, memory_order_relaxed) != STOA_OK)
        return;
    if (job->owns[worker] == NULL)
        job->owns[worker] = begin_own(job);
    own *to = job->owns[worker];
    bool fits = to != NULL;
    bool has_keys = job->made->key_count > 0;
    for (size_t i = 0; fits && has_keys && i < count; i += CHUNK)
        fits = reduce_chunk(job, to, slots, validity, mask, i, first,
                            count - i < CHUNK ? count - i : CHUNK);
    for (uint32_t k = 0; fits && !has_keys && k < job->made->entry_count; k++) {
        const reading *r = &job->readings[k];
        if (r->is_null)
            continue;
        const uint64_t *rows =
            valued(mask, validity == NULL ? NULL : validity[r->a], to->valued[0], count);
        rows = valued(rows, validity == NULL ? NULL : validity[r->b], to->valued[1], count);
        fits = reduce_whole(job, to, r, slots, rows, first, count);
    }
    int none = STOA_OK;
    if (!fits)
        atomic_compare_exchange_strong(&job->failure, &none, STOA_OUT_OF_MEMORY);
}

static reading reading_of(const taking *job, uint32_t index)
{
    const stoa_program *program = job->run->program;
    const stoa__code_block *code = &program->code;
    const stoa__measure *measure = &code->measures[index];
    stoa__id a = code->results[index].id, b = measure->b == STOA__NOTHING_ID
                                                  ? STOA__NOTHING_ID
                                                  : code->results[measure->second].id;
    reading made = {.entry = &job->made->entries[index],
                    .reduction = measure->reduction,
                    .a = a,
                    .b = b,
                    .form = code->terms[a].form,
                    .is_null = program->nulls[a] || program->nulls[b]};
    if (measure->operation == STOA_NO_OPERATION)
        made.keys_of = stoa__keys_of((stoa_type)made.entry->type);
    return made;
}

/* ---- a run ---- */

static void finish_whole(own *to, const stoa_partial *made)
{
    for (uint32_t i = 0; made->key_count == 0 && i < made->entry_count; i++) {
        const stoa__entry *entry = &made->entries[i];
        stoa__partial *cell = &stoa__state_cells(&to->state, 0)[entry->index];
        *cell = to->whole[entry->index].partial;
        if (stoa__is_integer_sum(entry))
            cell->row = (uint64_t)(int64_t)to->whole[entry->index].lanes[0];
    }
    stoa__state *state = &to->state;
    for (size_t i = 0; i < state->groups.count * state->exact_count; i++)
        stoa__exact_settle(&state->exacts[i]);
}

static stoa_status merge_owns(stoa_partial *made, taking *job, stoa_error *error)
{
    size_t merged = 0;
    stoa_status status = STOA_OK;
    for (size_t i = 0; status == STOA_OK && i < STOA__MAX_THREADS; i++) {
        if (job->owns[i] == NULL)
            continue;
        finish_whole(job->owns[i], made);
        status = stoa__partial_take(made, &job->owns[i]->state, job->pools, 0, true, error);
        merged++;
    }
    if (status != STOA_OK || merged < 2 || made->key_count == 0)
        return status;
    status = stoa__state_sort(&made->state);
    if (status != STOA_OK)
        return stoa__fail_memory(error, sizeof(stoa__partial));
    return STOA_OK;
}

/* ---- rows of a selection ---- */

#define STRIDE ((size_t)64) /* words from one count to the next */

/* Selected rows before row STRIDE * 64 * i; NULL where memory was refused. */
static uint64_t *count_before(const stoa__run *run)
{
    size_t words = stoa__words(run->rows), count = words / STRIDE + 1;
    uint64_t *before = stoa__allocate(count * sizeof *before);
    uint64_t sum = 0;
    for (size_t i = 0; before != NULL && i < words; i++) {
        if (i % STRIDE == 0)
            before[i / STRIDE] = sum;
        sum += (unsigned)__builtin_popcountll(run->selection[i]);
    }
    return before;
}

static uint64_t rank_of(const stoa__run *run, const uint64_t *before, uint64_t row)
{
    size_t word = (size_t)(row / 64);
    uint64_t rank = before[word / STRIDE];
    for (size_t i = word / STRIDE * STRIDE; i < word; i++)
        rank += (unsigned)__builtin_popcountll(run->selection[i]);
    uint64_t below = run->selection[word] & (((uint64_t)1 << row % 64) - 1);
    return rank + (unsigned)__builtin_popcountll(below);
}

/* The rows of the part are the selected ones: row numbers become those among them. */
static stoa_status number_selected(stoa_partial *made, const stoa__run *run, stoa_error *error)
{
    uint64_t *before = NULL;
    made->rows = stoa__count_first(run->selection, run->rows);
    for (uint32_t i = 0; i < made->entry_count; i++) {
        const stoa__entry *entry = &made->entries[i];
        if (entry->operation != STOA_ARGMIN && entry->operation != STOA_ARGMAX)
            continue;
        if (before == NULL)
            before = count_before(run);
        if (before == NULL)
            return stoa__fail_memory(error, run->rows / 64);
        for (size_t g = 0; g < made->state.groups.count; g++) {
            stoa__partial *cell = &stoa__state_cells(&made->state, g)[entry->index];
            cell->row = cell->has_value ? rank_of(run, before, cell->row) : 0;
        }
    }
    stoa__release(before);
    return STOA_OK;
}

static stoa_status take_rows(stoa_partial *made, taking *job, stoa_error *error)
{
    stoa__run *run = job->run;
    const stoa__code_block *code = &run->program->code;
    stoa_status status = stoa__run_aggregates(run, error);
    for (uint32_t i = 0; i < made->entry_count; i++) {
        job->readings[i] = reading_of(job, i);
        if (run->program->code.strings != NULL)
            job->pools[i] = stoa__pool_of_run(run, code->terms[code->results[i].id].pool);
    }
    if (status == STOA_OK)
        status = stoa__run_outputs(run, 0, run->rows, take_block, job, error);
    if (status == STOA_OK && atomic_load(&job->failure) != STOA_OK)
        status = stoa__fail_groups(error, (stoa_status)atomic_load(&job->failure));
    made->rows = run->rows;
    if (status == STOA_OK)
        status = merge_owns(made, job, error);
    return status == STOA_OK && run->selection != NULL ? number_selected(made, run, error) : status;
}

static void end_job(taking *job)
{
    for (size_t i = 0; i < STOA__MAX_THREADS; i++) {
        if (job->owns[i] == NULL)
            continue;
        stoa__state_dispose(&job->owns[i]->state);
        stoa__release(job->owns[i]);
    }
    stoa__release(job);
}

/* The job, its lists, and for each result a target that takes nulls, in one allocation. */
static taking *begin_job(const stoa_partial *made, uint32_t results, stoa__run *run,
                         uint64_t ***targets)
{
    static uint64_t any;
    size_t bytes = sizeof(taking) + made->entry_count * (sizeof(reading) + sizeof(void *)) +
                   results * sizeof(uint64_t *);
    taking *job = stoa__allocate_zeroed(bytes);
    if (job == NULL)
        return NULL;
    job->run = run;
    job->made = made;
    job->readings = (reading *)(job + 1);
    job->pools = (const stoa_string_pool **)(job->readings + made->entry_count);
    *targets = (uint64_t **)(void *)(job->pools + made->entry_count);
    for (uint32_t i = 0; i < results; i++)
        (*targets)[i] = &any;
    return job;
}

static stoa_status run_partial(stoa_partial *made, stoa_program *program, const stoa_table *table,
                               const stoa_scope *scope, size_t keys, stoa_error *error)
{
    stoa__run run;
    uint64_t **targets;
    stoa_status status = stoa__partial_describe(made, program, keys, error);
    if (status != STOA_OK)
        return status;
    taking *job = begin_job(made, program->code.result_count, &run, &targets);
    if (job == NULL)
        return stoa__fail_memory(error, sizeof *job);
    status = stoa__run_begin(&run, program, table, scope, error);
    if (status == STOA_OK) {
        run.validity = targets;
        status = take_rows(made, job, error);
        stoa__run_end(&run);
    }
    end_job(job);
    return status;
}

stoa_status stoa_program_partial(stoa_partial **partial, stoa_program *program,
                                 const stoa_table *table, const stoa_scope *scope, size_t keys,
                                 stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, partial);
    STOA__REQUIRE_ARGUMENT(error, program);
    stoa_status status = stoa__program_bind(program, table, STOA__WANTS_MEASURES, NULL, error);
    if (status != STOA_OK)
        return status;
    stoa_partial *made = stoa__partial_make(program->code.measure_count);
    if (made == NULL)
        return stoa__fail_memory(error, sizeof *made);
    status = run_partial(made, program, table, scope, keys, error);
    if (status == STOA_OK)
        *partial = made;
    else
        stoa_partial_free(made);
    return status;
}
