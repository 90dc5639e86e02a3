/* test_ids.c: ids of rows: a random program beside a list of rows that knows every id that was ever
 * given, with generations of few bits too, so that slots are retired; other tables' ids; memory;
 * what is refused. */
#include <stdlib.h>

#include "../support/footprint.h"
#include "../support/testing.h"
#include "store/ids.h"

#define X                               \
    {                                   \
        .name = "x", .type = STOA_INT32 \
    }

static uint64_t id_at(stoa_table *table, size_t row)
{
    return stoa_row_id(stoa_table_row(table, row));
}

/* ---- a model: each row's id and its value, which no other row has ---- */

typedef struct record {
    uint64_t id;
    int32_t value;
} record;

typedef struct game {
    stoa_table *table;
    dice dice;
    record rows[600];
    size_t count;
    uint64_t given[60000]; /* ever */
    size_t given_count;
    int32_t next; /* value */
} game;

/* Generations of so few bits that slots are retired soon. */
static void narrow(stoa__ids *ids, unsigned bits)
{
    ids->generations = (ids->head.slots + 1) * ((1u << bits) - 1);
    ids->first &= ids->generations;
    ids->head.origin = ids->prefix | ids->first;
}

static void start(game *g, const stoa_table_options *options, unsigned generation_bits)
{
    memset(g, 0, sizeof *g);
    g->table = TABLE(options, X, {.name = "even", .type = STOA_BOOL, .flags = STOA_NULLABLE});
    stoa__ids *ids = stoa__ids_of(stoa__whole(g->table));
    if (generation_bits > 0)
        narrow(ids, generation_bits);
}

/* What the table holds in rows [first, first + count), which are new, goes into the model. */
static void note(game *g, size_t first, size_t count)
{
    memmove(&g->rows[first + count], &g->rows[first], (g->count - first) * sizeof *g->rows);
    for (size_t i = first; i < first + count; i++) {
        uint64_t id = stoa_row_id(stoa_table_row(g->table, i));
        ck_assert(id > 0 && id <= INT64_MAX);
        g->rows[i] = (record){id, g->next};
        stoa_int32_column(g->table, "x")[i] = g->next++;
        ck_assert_uint_lt(g->given_count, sizeof g->given / sizeof *g->given);
        g->given[g->given_count++] = id;
    }
    g->count += count;
}

static void forget(game *g, size_t first, size_t count)
{
    g->count -= count;
    memmove(&g->rows[first], &g->rows[first + count], (g->count - first) * sizeof *g->rows);
}

static size_t keep_masked(game *g, const uint8_t *mask)
{
    size_t kept = 0;
    for (size_t i = 0; i < g->count; i++)
        if (mask[i])
            g->rows[kept++] = g->rows[i];
    return g->count = kept;
}

static void matches(const game *g)
{
    const int32_t *x = stoa_int32_column(g->table, "x");
    ck_assert_uint_eq(stoa_table_rows(g->table), g->count);
    for (size_t i = 0; i < g->count && i < g->table->ids->begun; i++)
        ck_assert(g->table->ids->cells[i] == 0 && g->table->ids->rows[i] == 0);
    for (size_t i = 0; i < g->count; i++) {
        size_t row = SIZE_MAX;
        ck_assert_int_eq(x[i], g->rows[i].value);
        ck_assert_uint_eq(id_at(g->table, i), g->rows[i].id);
        ck_assert_int_eq(stoa_table_find_id(g->table, g->rows[i].id, &row), STOA_OK);
        ck_assert_uint_eq(row, i);
    }
}

/* An id that was given at some time is found only if its row is still there. */
static void try_old(game *g)
{
    if (g->given_count == 0)
        return;
    uint64_t id = g->given[dice_below(&g->dice, g->given_count)];
    size_t row = 0, found = 0;
    bool lives = false;
    for (size_t i = 0; i < g->count && !lives; i++)
        lives = g->rows[i].id == id, row = i;
    ck_assert_int_eq(stoa_table_find_id(g->table, id, &found), lives ? STOA_OK : STOA_NO_ID);
    ck_assert(!lives || found == row);
}

static int by_id(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

static void none_was_given_twice(game *g)
{
    qsort(g->given, g->given_count, sizeof *g->given, by_id);
    for (size_t i = 1; i < g->given_count; i++)
        ck_assert_uint_ne(g->given[i - 1], g->given[i]);
}

/* ---- the moves ---- */

static void grow(game *g, size_t kind)
{
    size_t n = kind == 0 ? 1 : dice_below(&g->dice, 9), at = dice_below(&g->dice, g->count + 1);
    const stoa_value value = stoa_int64_value(0);
    const int32_t zero = 0;
    const stoa_source source = {.name = "x", .type = STOA_INT32, .repeat = true, .data = &zero};
    if (kind < 3)
        at = g->count;
    if (kind == 3)
        n = 1;
    if (kind == 0)
        PASSES(stoa_table_append(g->table, &value, 1, &trouble));
    else if (kind == 1)
        PASSES(stoa_table_extend(g->table, &source, 1, n, &trouble));
    else if (kind == 2)
        PASSES(stoa_table_resize(g->table, g->count + n, &trouble));
    else if (kind == 3)
        PASSES(stoa_table_insert(g->table, at, &value, 1, &trouble));
    else
        PASSES(stoa_table_splice(g->table, at, 1, 0, &source, 1, n, &trouble));
    note(g, at, n);
}

/* Rows that are replaced keep their ids; further ones are new, or missing ones removed. */
static void splice(game *g)
{
    const int32_t zero = 0;
    const stoa_source source = {.name = "x", .type = STOA_INT32, .repeat = true, .data = &zero};
    size_t at = dice_below(&g->dice, g->count + 1), most = g->count - at;
    size_t old = dice_below(&g->dice, (most < 9 ? most : 9) + 1), new = dice_below(&g->dice, 9);
    PASSES(stoa_table_splice(g->table, at, 1, old, &source, 1, new, &trouble));
    for (size_t i = 0; i < old && i < new; i++)
        stoa_int32_column(g->table, "x")[at + i] = g->rows[at + i].value;
    if (new > old)
        note(g, at + old, new - old);
    else
        forget(g, at + new, old - new);
}

static void move(game *g)
{
    size_t indices[600], a = dice_below(&g->dice, g->count), b = dice_below(&g->dice, g->count);
    record rows[600];
    for (size_t i = 0; i < g->count; i++)
        indices[i] = i;
    switch (dice_below(&g->dice, 3)) {
    case 0:
        PASSES(stoa_table_swap(g->table, a, b, &trouble));
        indices[a] = b, indices[b] = a;
        break;
    case 1:
        PASSES(stoa_table_reverse(g->table, &trouble));
        for (size_t i = 0; i < g->count; i++)
            indices[i] = g->count - 1 - i;
        break;
    default:
        for (size_t i = g->count; i-- > 1;) {
            size_t other = dice_below(&g->dice, i + 1), index = indices[i];
            indices[i] = indices[other], indices[other] = index;
        }
        PASSES(stoa_table_permute(g->table, indices, g->count, &trouble));
    }
    memcpy(rows, g->rows, sizeof rows);
    for (size_t i = 0; i < g->count; i++)
        g->rows[i] = rows[indices[i]]; /* NOLINT(clang-analyzer-core.*): all are set above */
}

static void remove_some(game *g)
{
    size_t at = dice_below(&g->dice, g->count), most = g->count - at;
    size_t n = 1 + dice_below(&g->dice, most < 20 ? most : 20);
    switch (dice_below(&g->dice, 4)) {
    case 0:
        PASSES(stoa_table_remove(g->table, at, n, &trouble));
        forget(g, at, n);
        break;
    case 1:
        PASSES(stoa_table_swap_remove(g->table, at, &trouble));
        g->rows[at] = g->rows[--g->count];
        break;
    case 2:
        PASSES(stoa_table_resize(g->table, at, &trouble));
        g->count = at;
        break;
    default:
        if (dice_below(&g->dice, 8) == 0) {
            stoa_table_clear(g->table);
            g->count = 0;
        }
        stoa_table_shrink(g->table);
    }
}

/* By a mask, selections, a text, ids: the same rows in each way. */
static void remove_masked(game *g)
{
    uint8_t mask[600];
    uint64_t ids[1200];
    size_t rows[600], kept = 0, gone = 0;
    bool even = dice_below(&g->dice, 2) > 0;
    size_t kind = dice_below(&g->dice, 5);
    stoa_selection *selection;
    for (size_t i = 0; i < g->count; i++) {
        bool stays = kind == 4 ? g->rows[i].value % 2 == even : dice_below(&g->dice, 4) > 0;
        mask[i] = stays;
        if (mask[i])
            rows[kept++] = i;
        else
            ids[gone++] = g->rows[i].id;
    }
    PASSES(stoa_selection_from_indices(&selection, g->table, rows, kept, &trouble));
    if (kind == 0)
        PASSES(stoa_table_keep(g->table, mask, g->count, &trouble));
    if (kind == 1)
        PASSES(stoa_table_keep_selected(g->table, selection, &trouble));
    if (kind == 2) {
        stoa_selection_not(selection);
        PASSES(stoa_table_remove_selected(g->table, selection, &trouble));
    }
    if (kind == 3) {
        memcpy(ids + gone, ids, gone * sizeof *ids); /* each twice */
        PASSES(stoa_table_remove_ids(g->table, ids, 2 * gone, &trouble));
    }
    if (kind == 4)
        PASSES(stoa_keep(g->table, even ? "x % 2 == 1" : "x % 2 == 0", &trouble));
    stoa_selection_free(selection);
    keep_masked(g, mask);
}

/* As loading a saved table does. */
static void restore(game *g)
{
    stoa_table *loaded;
    uint64_t ids[600];
    size_t rows[600];
    for (size_t i = 0; i < g->count; i++) {
        ids[i] = g->rows[i].id;
        rows[i] = i;
    }
    PASSES(stoa_table_take(&loaded, g->table, rows, g->count, &trouble));
    for (size_t i = 0; i < g->count; i++) { /* a copy has ids of its own */
        size_t row;
        ck_assert_int_eq(stoa_table_find_id(loaded, ids[i], &row), STOA_NO_ID);
        ck_assert_int_eq(stoa_table_find_id(g->table, id_at(loaded, i), &row), STOA_NO_ID);
    }
    stoa__ids *own = stoa__ids_of(stoa__whole(loaded));
    own->generations = stoa__ids_of(stoa__whole(g->table))->generations;
    own->first = stoa__ids_of(stoa__whole(g->table))->first;
    own->head.origin = own->prefix | own->first;
    PASSES(stoa__table_restore_ids(loaded, ids, g->count, &trouble));
    stoa_table_free(g->table);
    g->table = loaded;
}

static void play(const stoa_table_options *options, unsigned generation_bits, uint64_t seed,
                 size_t moves)
{
    game *g = malloc(sizeof *g);
    ck_assert_ptr_nonnull(g);
    start(g, options, generation_bits);
    g->dice.state = seed;
    for (size_t i = 0; i < moves; i++) {
        size_t kind = dice_below(&g->dice, 12);
        if (kind < 5 && g->count < 200)
            grow(g, kind);
        else if (kind == 5 && g->count < 200)
            splice(g);
        else if (kind < 8 && g->count > 0)
            move(g);
        else if (kind < 10 && g->count > 0)
            remove_some(g);
        else if (kind == 10)
            remove_masked(g);
        else if (dice_below(&g->dice, 20) == 0)
            restore(g);
        matches(g);
        try_old(g);
    }
    none_was_given_twice(g);
    stoa_table_free(g->table);
    free(g);
}

TEST(ids_stay_with_their_rows_whatever_happens_to_others)
{
    size_t moves = scaled(3000, 300);
    play(OPTIONS(.ids = true), 0, 1, moves);
    play(OPTIONS(.ids = true, .max_rows = 300), 0, 2, moves);
}
END_TEST

TEST(a_slot_whose_generations_are_used_up_is_retired)
{
    size_t moves = scaled(3000, 300);
    play(OPTIONS(.ids = true), 2, 3, moves);
    play(OPTIONS(.ids = true, .max_rows = 300), 2, 4, moves);
    play(OPTIONS(.ids = true, .max_rows = 250), 1, 5, moves);
}
END_TEST

/* One row comes and goes: a single slot after the other wears out, and they are used anew. */
TEST(a_full_table_goes_on_for_ever)
{
    stoa_table *table = TABLE(OPTIONS(.ids = true, .max_rows = 4, .rows = 3), X);
    stoa__ids *ids = stoa__ids_of(stoa__whole(table));
    size_t given = scaled(20000, 2000), row;
    uint64_t *all = calloc(given, sizeof *all);
    ck_assert_ptr_nonnull(all);
    narrow(ids, 2);
    uint64_t kept = id_at(table, 0);
    for (size_t i = 0; i < given; i++) {
        PASSES(stoa_table_append(table, NULL, 0, &trouble));
        all[i] = id_at(table, 3);
        PASSES(stoa_table_swap_remove(table, 3, &trouble));
        ck_assert_int_eq(stoa_table_find_id(table, all[i], &row), STOA_NO_ID);
    }
    ck_assert_uint_le(ids->head.slot_count, ids->room);
    ck_assert_int_eq(stoa_table_find_id(table, kept, &row), STOA_OK);
    qsort(all, given, sizeof *all, by_id);
    for (size_t i = 1; i < given; i++)
        ck_assert_uint_ne(all[i - 1], all[i]);
    free(all);
    stoa_table_free(table);
}
END_TEST

/* ---- strangers ---- */

TEST(ids_of_other_tables_and_forged_ones_are_refused)
{
    enum { TABLES = 50 };
    stoa_table *tables[TABLES];
    size_t row = 77;
    for (size_t i = 0; i < TABLES; i++)
        tables[i] = TABLE(OPTIONS(.rows = 9, .ids = true, .max_rows = i % 2 * 20), X);
    for (size_t i = 0; i < TABLES; i++)
        for (size_t k = 0; k < (size_t)9 * TABLES; k++)
            ck_assert_int_eq(stoa_table_find_id(tables[i], id_at(tables[k / 9], k % 9), &row),
                             k / 9 == i ? STOA_OK : STOA_NO_ID);
    row = 77;
    uint64_t good = id_at(tables[0], 8);
    for (unsigned bit = 0; bit < 64; bit++) {
        stoa_status status = stoa_table_find_id(tables[0], good ^ (uint64_t)1 << bit, &row);
        ck_assert(bit < 4 ? row < 8 || status == STOA_NO_ID : status == STOA_NO_ID);
    }
    row = 77;
    ck_assert_int_eq(stoa_table_find_id(tables[0], 0, &row), STOA_NO_ID);
    ck_assert_int_eq(stoa_table_find_id(tables[0], UINT64_MAX, &row), STOA_NO_ID);
    ck_assert_int_eq(stoa_table_find_id(tables[0], (uint64_t)-1 << 63, &row), STOA_NO_ID);
    /* the id that the next row gets is of no row yet */
    ck_assert_int_eq(stoa_table_find_id(tables[0], good + 1, &row), STOA_NO_ID);
    ck_assert_uint_eq(row, 77);
    for (size_t i = 0; i < TABLES; i++)
        stoa_table_free(tables[i]);
}
END_TEST

TEST(a_table_without_ids_has_none)
{
    stoa_table *table = TABLE(OPTIONS(.rows = 3), X);
    size_t row;
    const uint64_t id = 1;
    ck_assert(!stoa_table_has_ids(table));
    uint64_t read;
    REFUSED(table, STOA_NO_ID, stoa_table_read_ids(table, 0, 1, &read, &trouble));
    ck_assert_uint_eq(stoa_row_id(stoa_table_row(table, 0)), 0);
    ck_assert_int_eq(stoa_table_find_id(table, 1, &row), STOA_NO_ID);
    REFUSED(table, STOA_NO_ID, stoa_table_remove_ids(table, &id, 1, &trouble));
    SAYS("without ids");
    WORKS(table, stoa_table_remove_ids(table, NULL, 0, &trouble));
    stoa_table_free(table);
}
END_TEST

TEST(removal_by_ids_takes_all_or_none)
{
    stoa_table *table = TABLE(OPTIONS(.rows = 5, .ids = true), X);
    uint64_t ids[] = {id_at(table, 1), id_at(table, 3), 12345};
    REFUSED(table, STOA_NO_ID, stoa_table_remove_ids(table, ids, 3, &trouble));
    SAYS("no row has the id 12345, at position 2");
    ck_assert_uint_eq(trouble.row, 2);
    PASSES(stoa_column_lock(table, 0, &trouble));
    REFUSED(table, STOA_LOCKED, stoa_table_remove_ids(table, ids, 2, &trouble));
    stoa_column_unlock(table, 0);
    WORKS(table, stoa_table_remove_ids(table, ids, 2, &trouble));
    ck_assert_uint_eq(table->rows, 3);
    ck_assert_uint_eq(stoa_row_id(stoa_table_row(table, 3)), 0);
    REFUSED(table, STOA_NO_ID, stoa_table_remove_ids(table, ids, 1, &trouble));
    stoa_table_free(table);
}
END_TEST

TEST(ids_that_no_table_gave_are_not_restored)
{
    stoa_table *table = TABLE(OPTIONS(.rows = 3, .ids = true, .max_rows = 3), X);
    stoa_table *plain = TABLE(OPTIONS(.rows = 3), X);
    uint64_t ids[3] = {0}, again[3] = {0};
    PASSES(stoa_table_read_ids(table, 0, 3, ids, &trouble));
    uint64_t zero[] = {ids[0], 0, ids[2]}, twice[] = {ids[0], ids[1], ids[0] + (1 << 20)};
    uint64_t far[] = {ids[0], ids[1], ids[2] | 127}, good[] = {ids[2], ids[0], ids[1]};
    REFUSED(table, STOA_INVALID, stoa__table_restore_ids(table, zero, 3, &trouble));
    REFUSED(table, STOA_INVALID, stoa__table_restore_ids(table, twice, 3, &trouble));
    SAYS("has the slot of one before it");
    REFUSED(table, STOA_INVALID, stoa__table_restore_ids(table, far, 3, &trouble));
    REFUSED(table, STOA_INVALID, stoa__table_restore_ids(table, good, 2, &trouble));
    REFUSED(plain, STOA_INVALID, stoa__table_restore_ids(plain, good, 3, &trouble));
    WORKS(table, stoa__table_restore_ids(table, good, 3, &trouble));
    PASSES(stoa_table_read_ids(table, 0, 3, again, &trouble));
    /* NOLINTNEXTLINE(clang-analyzer-core.*): ids are read above */
    ck_assert_mem_eq(again, good, sizeof good);
    stoa_table_free(table);
    stoa_table_free(plain);
}
END_TEST

/* ---- memory ---- */

typedef struct wish {
    size_t rows, max_rows;
} wish;

static stoa_status act_new(stoa_table **table, void *context, stoa_error *error)
{
    const wish *w = context;
    const stoa_field field = X;
    return stoa_table_new(table, &field, 1,
                          OPTIONS(.rows = w->rows, .max_rows = w->max_rows, .ids = true), error);
}

static void check_new(stoa_table *table, void *context)
{
    size_t rows = ((const wish *)context)->rows;
    ck_assert_uint_eq(table->rows, rows);
    ck_assert_uint_ge(stoa_table_max_rows(table), rows);
    for (size_t i = 0, row; i < rows; i += 1 + rows / 100) {
        PASSES(stoa_table_find_id(table, id_at(table, i), &row));
        ck_assert_uint_eq(row, i);
    }
}

TEST(a_refused_request_leaves_no_table_or_a_whole_one)
{
    sweep_alone(&(lone_sweep){NULL, act_new, check_new}, &(wish){3, 10});
    sweep_alone(&(lone_sweep){NULL, act_new, check_new}, &(wish){30000, 0});
    sweep_alone(&(lone_sweep){NULL, act_new, check_new}, &(wish){30000, 40000});
}
END_TEST

TEST(growth_that_is_refused_changes_nothing)
{
    stoa_table *table = TABLE(OPTIONS(.ids = true), X), *copy;
    for (size_t rows = 1; rows < 200000; rows = rows * 3 + 1000)
        WORKS(table, stoa_table_resize(table, rows, &trouble));
    WORKS(table, stoa_table_copy(&copy, table, &trouble));
    size_t row;
    ck_assert_int_eq(stoa_table_find_id(copy, id_at(table, 5), &row), STOA_NO_ID);
    PASSES(stoa_table_find_id(copy, id_at(copy, 5), &row));
    stoa_table_free(copy);
    stoa_table_free(table);
}
END_TEST

TEST(a_table_with_ids_has_fewer_rows_at_most)
{
    const stoa_field field = X;
    stoa_table *table;
    FAILS(STOA_FULL, stoa_table_new(&table, &field, 1,
                                    OPTIONS(.max_rows = (size_t)1 << 32, .ids = true), &trouble));
    SAYS("a table with ids has at most 3221225472 rows");
    table = TABLE(OPTIONS(.ids = true), X);
    ck_assert_uint_le(stoa_table_max_rows(table), 3221225472u);
    stoa_table_free(table);
}
END_TEST

TEST(ids_take_twelve_bytes_a_row_once_rows_have_moved)
{
    size_t rows = scaled(4000000, 1000), before = resident();
    stoa_table *table = TABLE(OPTIONS(.ids = true, .rows = rows), X);
    memset(stoa_int32_column(table, "x"), 1, rows * sizeof(int32_t));
    if (runs_free() && before > 0)
        about(resident() - before, rows * sizeof(int32_t));
    PASSES(stoa_table_reverse(table, &trouble));
    if (runs_free() && before > 0)
        about(resident() - before, rows * (sizeof(int32_t) + 12));
    stoa_table_free(table);
}
END_TEST

TEST(a_row_that_comes_after_a_cascade_has_an_id_that_is_found)
{
    for (size_t most = 10; most <= 200; most += 190) {
        stoa_table *nodes = TABLE(OPTIONS(.ids = true, .max_rows = most, .rows = 3),
                                  {.name = "v", .type = STOA_INT64},
                                  {.name = "next",
                                   .type = STOA_REFERENCE,
                                   .flags = STOA_NULLABLE,
                                   .on_remove = STOA_ON_REMOVE_CASCADE});
        uint64_t given[200] = {0};
        PASSES(stoa_table_read_ids(nodes, 0, 3, given, &trouble));
        PASSES(stoa_table_remove(nodes, 1, 1, &trouble));
        PASSES(stoa_table_resize(nodes, most, &trouble));
        for (size_t row = 0; row < most; row++) {
            uint64_t id = stoa_row_id(stoa_table_row(nodes, row));
            size_t found = SIZE_MAX;
            PASSES(stoa_table_find_id(nodes, id, &found));
            ck_assert_uint_eq(found, row);
            for (size_t i = 0; row > 1 && i < 3; i++)
                ck_assert_uint_ne(id, given[i]);
        }
        stoa_table_free(nodes);
    }
}

int main(void)
{
    return RUN("ids", ids_stay_with_their_rows_whatever_happens_to_others,
               a_slot_whose_generations_are_used_up_is_retired, a_full_table_goes_on_for_ever,
               ids_of_other_tables_and_forged_ones_are_refused, a_table_without_ids_has_none,
               removal_by_ids_takes_all_or_none, ids_that_no_table_gave_are_not_restored,
               a_refused_request_leaves_no_table_or_a_whole_one,
               growth_that_is_refused_changes_nothing, a_table_with_ids_has_fewer_rows_at_most,
               ids_take_twelve_bytes_a_row_once_rows_have_moved,
               a_row_that_comes_after_a_cascade_has_an_id_that_is_found);
}
