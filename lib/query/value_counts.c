/* value_counts.c: the different values of an expression, and how often each comes.
 *
 * Each worker tallies the values of its rows (tally.c), which ascend; the tallies are then merged
 * in the order of the rows, so that results do not depend on the number of threads. Strings are
 * tallied by their handles and narrow integers by their distance from the least that they can be,
 * in a table that has a place for each; what can be too much for that is hashed. */
#include <stoa/value_counts.h>

#include <string.h>

#include "base/memory.h"
#include "base/threads.h"
#include "base/words.h"
#include "expr/execution/strings.h"
#include "query/keys.h"
#include "query/scope.h"
#include "query/tally.h"

/* Places of a table that a few rows may have; more rows may have SPAN times as many as they are. */
#define FEW_PLACES ((size_t)4096)
#define SPAN 2
/* Places at most, for integers: 32 MiB. */
#define MOST_PLACES ((size_t)1 << 22)

/* ---- counting ---- */

typedef struct tallier {
    stoa__tally tally; /* has begun with the worker's first row */
    uint64_t nulls, first_null;
} tallier;

typedef struct counting {
    stoa__run *run;
    stoa__id result;
    stoa_type type;
    stoa__make_keys *keys_of;
    const stoa_string_pool *pool; /* of strings; else NULL */
    uint64_t low;                 /* of the keys */
    size_t span;                  /* 0: they are hashed */
    atomic_int failure;           /* stoa_status */
    tallier talliers[STOA__MAX_THREADS];
} counting;

/* Keeps the keys of the rows in `chosen` alone; how many, and where they stood. */
static size_t pick(uint64_t *keys, uint16_t *at, const uint64_t *chosen, size_t count)
{
    size_t kept = 0;
    for (size_t first = 0; first < count; first += 64)
        for (uint64_t rest = chosen[first / 64]; rest != 0; rest &= rest - 1) {
            size_t i = first + (size_t)__builtin_ctzll(rest);
            at[kept] = (uint16_t)i;
            keys[kept++] = keys[i];
        }
    return kept;
}

/* The rows of a chunk that have a value; nulls are counted. mask, validity: NULL: all. */
static void choose(tallier *own, uint64_t *chosen, const uint64_t *mask, const uint64_t *validity,
                   size_t count, size_t first)
{
    for (size_t k = 0; k < stoa__words(count); k++)
        chosen[k] = mask == NULL ? UINT64_MAX : mask[k];
    stoa__words_end(chosen, count);
    for (size_t k = 0; validity != NULL && k < stoa__words(count); k++) {
        uint64_t nulls = chosen[k] & ~validity[k];
        if (nulls != 0 && own->nulls == 0)
            own->first_null = first + k * 64 + (size_t)__builtin_ctzll(nulls);
        own->nulls += (size_t)__builtin_popcountll(nulls);
        chosen[k] &= validity[k];
    }
}

static stoa_status count_chunk(const counting *job, tallier *own, const void *cells,
                               const uint64_t *mask, const uint64_t *validity, size_t first,
                               size_t count)
{
    uint64_t keys[STOA__TALLY_CHUNK], chosen[STOA__TALLY_CHUNK / 64] = {0};
    uint16_t at[STOA__TALLY_CHUNK];
    job->keys_of(keys, cells, count, job->low);
    if (mask == NULL && validity == NULL)
        return stoa__tally_add(&own->tally, keys, NULL, count, first);
    choose(own, chosen, mask, validity, count, first);
    return stoa__tally_add(&own->tally, keys, at, pick(keys, at, chosen, count), first);
}

static void count_block(void *context, size_t worker, void *const *slots,
                        const uint64_t *const *validity, const uint64_t *mask, size_t first,
                        size_t count)
{
    counting *job = context;
    tallier *own = &job->talliers[worker];
    const char *cells = slots[job->result];
    const uint64_t *there = validity == NULL ? NULL : validity[job->result];
    size_t width = stoa__width(job->type);
    stoa_status status = (stoa_status)atomic_load_explicit(&job->failure, memory_order_relaxed);
    if (status == STOA_OK && !stoa__tally_has_begun(&own->tally))
        status = stoa__tally_begin(&own->tally, job->span);
    for (size_t i = 0; status == STOA_OK && i < count; i += STOA__TALLY_CHUNK)
        status = count_chunk(job, own, cells + i * width, mask == NULL ? NULL : mask + i / 64,
                             there == NULL ? NULL : there + i / 64, first + i,
                             count - i < STOA__TALLY_CHUNK ? count - i : STOA__TALLY_CHUNK);
    if (status != STOA_OK)
        atomic_store(&job->failure, status);
}

/* Places of a table that has one for each value that there can be; 0: there can be too many. */
static size_t choose_span(counting *job)
{
    const stoa__code_block *code = &job->run->program->code;
    const stoa__term *term = &code->terms[job->result];
    size_t rows = job->run->rows, most = rows < FEW_PLACES / SPAN ? FEW_PLACES : rows * SPAN;
    job->low = 0;
    if (job->type == STOA_STRING) {
        bool grows = code->interns_by_row && term->pool == STOA__PROGRAM_POOL;
        return grows || job->pool->count > most ? 0 : job->pool->count;
    }
    if (job->type == STOA_FLOAT32 || job->type == STOA_FLOAT64)
        return 0;
    stoa__wide span = term->range.high - term->range.low + 1;
    if (span < 1 || span > (stoa__wide)(most < MOST_PLACES ? most : MOST_PLACES))
        return 0;
    job->low = (uint64_t)term->range.low;
    return (size_t)span;
}

/* ---- results ---- */

/* The room of all arrays, one behind the other, `counts` first. */
static stoa_status make_arrays(stoa_value_counts *made, size_t count, stoa_error *error)
{
    size_t each = sizeof *made->counts + sizeof *made->rows + stoa__width(made->type);
    uint64_t *counts = stoa__allocate(count * each + 1);
    if (counts == NULL)
        return stoa__fail_memory(error, count * each + 1);
    made->counts = counts;
    made->rows = counts + count;
    made->data = counts + 2 * count;
    made->count = count;
    return STOA_OK;
}

static void release_arrays(const stoa_value_counts *made)
{
    stoa__release((uint64_t *)(uintptr_t)made->counts);
}

/* The cell of value i. */
static void *cell_of(const stoa_value_counts *counts, size_t i)
{
    return (char *)(uintptr_t)counts->data + i * stoa__width(counts->type);
}

static void set(const stoa_value_counts *to, size_t i, const void *cell, uint64_t count,
                uint64_t row)
{
    memcpy(cell_of(to, i), cell, stoa__width(to->type));
    ((uint64_t *)(uintptr_t)to->counts)[i] = count;
    ((uint64_t *)(uintptr_t)to->rows)[i] = row;
}

/* The values of a tally, and null where it first came. */
static void fill(stoa_value_counts *made, const stoa__tally *tally, uint64_t low, uint64_t nulls,
                 uint64_t first_null)
{
    size_t at = 0;
    uint64_t cell = 0; /* little-endian: its low bytes are set */
    made->null = made->count;
    for (size_t i = 0; i <= tally->count; i++) {
        bool is_last = i == tally->count;
        if (nulls > 0 && made->null == made->count &&
            (is_last || tally->entries[i].first > first_null)) {
            made->null = at;
            cell = 0;
            set(made, at++, &cell, nulls, first_null);
        }
        if (is_last)
            continue;
        cell = tally->entries[i].key + low;
        set(made, at++, &cell, tally->entries[i].count, tally->entries[i].first);
    }
}

/* Strings of the program's pool, which its next run empties, go into one of their own. */
static stoa_status move_strings(stoa_value_counts *made, const stoa_string_pool *from,
                                stoa_error *error)
{
    stoa_string_pool *to;
    stoa_handle *handles = (stoa_handle *)(uintptr_t)made->data;
    stoa_status status = stoa_string_pool_new(&to, NULL, error);
    if (status != STOA_OK)
        return status;
    made->strings = to;
    for (size_t i = 0; status == STOA_OK && i < made->count; i++) {
        stoa_string string = stoa_string_pool_get(from, handles[i]);
        status = stoa_string_pool_intern(to, &string, 1, &handles[i], error);
    }
    return status;
}

static stoa_status take_strings(stoa_value_counts *made, const counting *job, stoa_error *error)
{
    if (job->pool == NULL)
        return STOA_OK;
    if (job->run->program->code.terms[job->result].pool == STOA__PROGRAM_POOL)
        return move_strings(made, job->pool, error);
    made->strings = stoa_string_pool_retain((stoa_string_pool *)(uintptr_t)job->pool);
    return STOA_OK;
}

static stoa_status make_counts(stoa_value_counts **counts, const counting *job,
                               const stoa__tally *tally, stoa_error *error)
{
    uint64_t nulls = 0, first = UINT64_MAX;
    for (size_t i = 0; i < STOA__MAX_THREADS; i++) {
        const tallier *each = &job->talliers[i];
        nulls += each->nulls;
        first = each->nulls > 0 && each->first_null < first ? each->first_null : first;
    }
    stoa_value_counts *made = stoa__allocate_zeroed(sizeof *made);
    if (made == NULL)
        return stoa__fail_memory(error, sizeof *made);
    made->type = job->type;
    stoa_status status = make_arrays(made, tally->count + (nulls > 0), error);
    if (status == STOA_OK) {
        fill(made, tally, job->low, nulls, first);
        status = take_strings(made, job, error);
    }
    if (status == STOA_OK)
        *counts = made;
    else
        stoa_value_counts_free(made);
    return status;
}

/* ---- a run ---- */

static stoa_status failed(stoa_status status, stoa_error *error)
{
    if (status == STOA_FULL)
        return stoa__fail(error, status, "there are more different values than %u",
                          (unsigned)(UINT32_MAX - 1));
    return stoa__fail(error, status, "the system refused memory for the different values");
}

/* The tallies of all workers become one; they are not needed afterwards. */
static stoa_status conclude(stoa_value_counts **counts, counting *job, stoa_error *error)
{
    stoa__tally all[STOA__MAX_THREADS] = {{0}}, merged = {0};
    size_t used = 0;
    for (size_t i = 0; i < STOA__MAX_THREADS; i++)
        if (stoa__tally_has_begun(&job->talliers[i].tally))
            all[used++] = job->talliers[i].tally;
    if (used <= 1) {
        stoa__tally_finish(&all[0]);
        return make_counts(counts, job, &all[0], error);
    }
    stoa_status status = stoa__tally_begin(&merged, job->span);
    if (status != STOA_OK)
        return failed(status, error);
    status = stoa__tally_merge(&merged, all, used);
    status = status == STOA_OK ? make_counts(counts, job, &merged, error) : failed(status, error);
    stoa__tally_dispose(&merged);
    return status;
}

static stoa_status count_rows(stoa_value_counts **counts, counting *job, stoa_error *error)
{
    stoa__run *run = job->run;
    uint64_t any;
    uint64_t *takes_null = &any;
    run->validity = &takes_null;
    stoa_status status = stoa__run_aggregates(run, error);
    if (status != STOA_OK)
        return status;
    const stoa__code_block *code = &run->program->code;
    job->result = code->results[0].id;
    job->type = code->results[0].typed.type;
    job->keys_of = stoa__keys_of(job->type);
    if (job->type == STOA_STRING)
        job->pool = stoa__pool_of_run(run, code->terms[job->result].pool);
    job->span = choose_span(job);
    status = stoa__run_outputs(run, 0, run->rows, count_block, job, error);
    if (status == STOA_OK && atomic_load(&job->failure) != STOA_OK)
        status = failed((stoa_status)atomic_load(&job->failure), error);
    return status == STOA_OK ? conclude(counts, job, error) : status;
}

stoa_status stoa_program_count_values(stoa_value_counts **counts, stoa_program *program,
                                      const stoa_table *table, const stoa_scope *scope,
                                      stoa_error *error)
{
    stoa__run run;
    STOA__REQUIRE_ARGUMENT(error, counts);
    STOA__REQUIRE_ARGUMENT(error, program);
    if (program->output_count != 1)
        return stoa__fail(error, STOA_INVALID,
                          "the program has %u outputs; the values of one are counted",
                          program->output_count);
    stoa_status status = stoa__program_bind(program, table, STOA__WANTS_KEYS, NULL, error);
    counting *job = status == STOA_OK ? stoa__allocate_zeroed(sizeof *job) : NULL;
    if (status == STOA_OK && job == NULL)
        status = stoa__fail_memory(error, sizeof *job);
    if (status == STOA_OK)
        status = stoa__run_begin(&run, program, table, scope, error);
    if (status == STOA_OK) {
        job->run = &run;
        status = count_rows(counts, job, error);
        stoa__run_end(&run);
        for (size_t i = 0; i < STOA__MAX_THREADS; i++)
            stoa__tally_dispose(&job->talliers[i].tally);
    }
    stoa__release(job);
    return status;
}

stoa_status stoa_count_values(stoa_value_counts **counts, const stoa_table *table, const char *text,
                              const char *where, stoa_error *error)
{
    stoa_program *program;
    STOA__REQUIRE_ARGUMENT(error, counts);
    STOA__REQUIRE_ARGUMENT(error, table);
    STOA__REQUIRE_ARGUMENT(error, text);
    stoa_status status = stoa__program_read(&program, text, where, error);
    if (status != STOA_OK)
        return status;
    status = stoa_program_count_values(counts, program, table, NULL, error);
    stoa_program_free(program);
    return status;
}

void stoa_value_counts_free(stoa_value_counts *counts)
{
    if (counts == NULL)
        return;
    stoa_string_pool_free((stoa_string_pool *)(uintptr_t)counts->strings);
    release_arrays(counts);
    stoa__release(counts);
}

/* ---- the most frequent first ---- */

/* Places in the order of a byte of their counts, falling; equal ones stay as they stand. */
static void sort_by_byte(size_t *to, const size_t *from, const uint64_t *counts, size_t count,
                         unsigned shift)
{
    size_t places[256] = {0}, sum = 0;
    for (size_t i = 0; i < count; i++)
        places[counts[i] >> shift & 255]++;
    for (size_t byte = 256; byte-- > 0;) {
        size_t own = places[byte];
        places[byte] = sum;
        sum += own;
    }
    for (size_t i = 0; i < count; i++)
        to[places[counts[from[i]] >> shift & 255]++] = from[i];
}

/* Whether it is sorted; most: the largest count. */
static bool is_sorted(const stoa_value_counts *counts, uint64_t *most)
{
    bool sorted = true;
    *most = 0;
    for (size_t i = 0; i < counts->count; i++) {
        sorted = sorted && (i == 0 || counts->counts[i] <= counts->counts[i - 1]);
        *most = counts->counts[i] > *most ? counts->counts[i] : *most;
    }
    return sorted;
}

stoa_status stoa_value_counts_sort(stoa_value_counts *counts, stoa_error *error)
{
    uint64_t most;
    STOA__REQUIRE_ARGUMENT(error, counts);
    if (is_sorted(counts, &most))
        return STOA_OK;
    stoa_value_counts sorted = *counts;
    size_t count = counts->count, bytes = 2 * count * sizeof(size_t);
    size_t *order = stoa__allocate(bytes), *other = order + count;
    if (order == NULL)
        return stoa__fail_memory(error, bytes);
    stoa_status status = make_arrays(&sorted, count, error);
    if (status != STOA_OK) {
        stoa__release(order);
        return status;
    }
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    size_t *from = order, *to = other;
    for (unsigned shift = 0; shift < 64 && most >> shift != 0; shift += 8) {
        sort_by_byte(to, from, counts->counts, count, shift);
        size_t *last = from;
        from = to;
        to = last;
    }
    for (size_t i = 0; i < count; i++) {
        set(&sorted, i, cell_of(counts, from[i]), counts->counts[from[i]], counts->rows[from[i]]);
        if (from[i] == counts->null)
            sorted.null = i;
    }
    release_arrays(counts);
    *counts = sorted;
    stoa__release(order);
    return STOA_OK;
}
