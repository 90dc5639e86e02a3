/* test_published.c: one thread appends, others read the rows that are published, without a lock.
 * The thread sanitizer watches (tools/check). */
#include <pthread.h>
#include <stdatomic.h>

#include "../support/testing.h"

#define PAIR(FIELD) \
    FIELD(int32, n) \
    FIELD(int64, twice)
STOA_RECORD(pair, PAIR)

enum { READERS = 4, APPENDS = 20000 };

/* What readers share. A fault is counted, since Check's assertions end the test's own thread only.
 */
typedef struct scene {
    stoa_table *table;
    size_t appends;
    void (*check)(const struct scene *scene, size_t rows, atomic_size_t *faults);
    atomic_size_t faults, looks;
} scene;

static void *read_rows(void *context)
{
    scene *s = context;
    size_t seen = 0, rows = 0;
    while (rows < s->appends) {
        rows = stoa_table_rows_published(s->table);
        if (rows < seen)
            atomic_fetch_add(&s->faults, 1);
        if (rows == seen)
            continue;
        s->check(s, rows, &s->faults);
        atomic_fetch_add(&s->looks, 1);
        seen = rows;
    }
    return NULL;
}

/* Appends in this thread while readers look. */
static void run_beside_readers(scene *s, void (*append)(void *context, size_t row), void *context)
{
    pthread_t threads[READERS];
    for (size_t i = 0; i < READERS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, read_rows, s), 0);
    while (stoa_table_rows(s->table) < s->appends)
        append(context, stoa_table_rows(s->table));
    for (size_t i = 0; i < READERS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    ck_assert_uint_eq(s->faults, 0);
    ck_assert_uint_ge(s->looks, READERS);
}

/* The last rows, and some of the others. */
#define EACH_SEEN(row, rows) \
    for (size_t row = (rows) % 7; row < (rows); row += row + 64 < (rows) ? (rows) / 50 + 1 : 1)

/* ---- typed tables ---- */

static const pair_table *typed;

static void check_pairs(const scene *s, size_t rows, atomic_size_t *faults)
{
    (void)s;
    EACH_SEEN(i, rows)
    {
        pair p = pair_at(typed, i);
        if (pair_n(p) != (int32_t)i || typed->twice[i] != 2 * (int64_t)i)
            atomic_fetch_add(faults, 1);
    }
}

static void append_pair(void *context, size_t row)
{
    PASSES(pair_table_push(context, (int32_t)row, 2 * (int64_t)row, &trouble));
}

TEST(rows_of_a_typed_table_are_whole_once_they_are_published)
{
    pair_table pairs;
    PASSES(pair_table_init(&pairs, 0, &trouble));
    typed = &pairs;
    scene s = {.table = pairs.table, .appends = scaled(APPENDS, 500), .check = check_pairs};
    run_beside_readers(&s, append_pair, &pairs);
    pair_table_dispose(&pairs);
}

/* ---- strings and nulls ---- */

/* The name of a row is "name 17" for row 17; every third value is null. */
static stoa_string name_of(size_t row, char *room)
{
    return (stoa_string){room, (size_t)sprintf(room, "name %zu", row)};
}

static bool is_named(const stoa_table *table, size_t row)
{
    char room[40];
    const stoa_handle *names = stoa_string_column(table, "name");
    stoa_string expected = name_of(row, room);
    stoa_string found = stoa_string_pool_get(stoa_table_strings(table), names[row]);
    return found.length == expected.length &&
           memcmp(found.bytes, expected.bytes, found.length) == 0;
}

static bool is_valued(const stoa_table *table, size_t row)
{
    size_t field = 0;
    if (stoa_table_find_field(table, "value", &field, NULL) != STOA_OK)
        return false;
    const uint64_t *words = stoa_column_validity(table, field);
    bool is_there = (__atomic_load_n(&words[row / 64], __ATOMIC_RELAXED) >> row % 64 & 1) != 0;
    int32_t value = stoa_int32_column(table, "value")[row];
    return is_there == (row % 3 != 0) && value == (is_there ? (int32_t)row : 0);
}

static bool has_sum(const stoa_table *table, size_t rows)
{
    stoa_program *program = NULL;
    stoa_value total = {.type = STOA_NO_TYPE};
    if (stoa_program_parse(&program, table, "sum(n)", NULL, NULL) != STOA_OK)
        return false;
    stoa_status status =
        stoa_program_compute(program, table, &(stoa_scope){.rows = rows}, &total, 1, NULL);
    stoa_program_free(program);
    return status == STOA_OK && total.int64 == (int64_t)(rows * (rows - 1) / 2);
}

static void check_named(const scene *s, size_t rows, atomic_size_t *faults)
{
    EACH_SEEN(i, rows)
    if (!is_named(s->table, i) || !is_valued(s->table, i))
        atomic_fetch_add(faults, 1);
    if (!has_sum(s->table, rows))
        atomic_fetch_add(faults, 1);
}

/* In turn: one row, and three by columns. */
static void append_named(void *table, size_t row)
{
    enum { MOST = 3 };
    char room[MOST][40];
    int64_t n[MOST];
    stoa_string names[MOST];
    uint8_t validity = 0;
    for (size_t i = 0; i < MOST; i++) {
        n[i] = (int64_t)(row + i);
        names[i] = name_of(row + i, room[i]);
        validity |= (uint8_t)(((row + i) % 3 != 0) << i);
    }
    stoa_value values[] = {stoa_int64_value(n[0]), stoa_string_value(names[0]),
                           validity & 1 ? stoa_int64_value(n[0]) : stoa_null_value()};
    const stoa_source sources[] = {
        {.name = "n", .type = STOA_INT64, .data = n},
        {.name = "name", .type = STOA_STRING, .data = names},
        {.name = "value", .type = STOA_INT64, .data = n, .validity = &validity}};
    if (row % 2 == 0)
        PASSES(stoa_table_append(table, values, 3, &trouble));
    else
        PASSES(stoa_table_extend(table, sources, 3, MOST, &trouble));
}

TEST(strings_and_nulls_of_rows_are_there_once_they_are_published)
{
    stoa_table *table =
        TABLE(NULL, {.name = "n", .type = STOA_INT64}, {.name = "name", .type = STOA_STRING},
              {.name = "value", .type = STOA_INT32, .flags = STOA_NULLABLE});
    scene s = {.table = table, .appends = scaled(APPENDS, 500), .check = check_named};
    run_beside_readers(&s, append_named, table);
    stoa_table_free(table);
}

int main(void)
{
    ck_assert_uint_eq(stoa_table_rows_published(NULL), 0);
    return RUN("published", rows_of_a_typed_table_are_whole_once_they_are_published,
               strings_and_nulls_of_rows_are_there_once_they_are_published);
}
