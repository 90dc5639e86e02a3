/* test_removal_rules.c: what a removal does to rows that refer to the removed ones: random programs
 * on tables that refer to each other by all rules, beside a slow model of records by number, with
 * generations of two bits; chains of any order; memory refused in the middle; locks. */
#include <stdlib.h>

#include "../support/snapshot.h"
#include "../support/testing.h"
#include "store/ids.h"

enum { TABLES = 4, LEAF = TABLES - 1, LINKS = 3, ROOM = 60 };

/* A record is known by a number that no other has; its field "v" is that at first. */
typedef struct record {
    int64_t number;
    int64_t v;
    int64_t refers[LINKS]; /* 0: none */
    bool is_doomed;
} record;

typedef struct side {
    stoa_table *table;
    record rows[ROOM];
    size_t count;
    size_t targets[LINKS];
    uint8_t rules[LINKS];
} side;

typedef struct game {
    side sides[TABLES];
    dice dice;
    int64_t next;
    size_t refused, cascaded;
} game;

static stoa_row row_of(const side *s, size_t index)
{
    return stoa_table_row(s->table, index);
}

/* ---- making ---- */

/* Generations of so few bits that slots are retired soon. */
static void narrow(stoa_table *table)
{
    stoa__ids *ids = stoa__ids_of(stoa__whole(table));
    if (ids == NULL)
        return;
    ids->generations = (ids->head.slots + 1) * 3;
    ids->first &= ids->generations;
    ids->head.origin = ids->prefix | ids->first;
}

/* Every table gets fields that refer to any but the leaf, which has no ids. */
static void start(game *g, uint64_t seed)
{
    memset(g, 0, sizeof *g);
    g->dice = (dice){seed};
    g->next = 1;
    for (size_t t = 0; t < TABLES; t++) {
        g->sides[t].table = TABLE(OPTIONS(.ids = t != LEAF), {.name = "v", .type = STOA_INT64});
        narrow(g->sides[t].table);
    }
    for (size_t t = 0; t < TABLES; t++)
        for (size_t k = 0; k < LINKS; k++) {
            side *s = &g->sides[t];
            char name[] = {'r', (char)('0' + k), 0};
            s->targets[k] = dice_below(&g->dice, LEAF);
            s->rules[k] = (uint8_t)(STOA_ON_REMOVE_NULL + dice_below(&g->dice, 3));
            const stoa_field field = {.name = name,
                                      .type = STOA_REFERENCE,
                                      .flags = STOA_NULLABLE,
                                      .on_remove = s->rules[k],
                                      .target = g->sides[s->targets[k]].table};
            PASSES(stoa_table_add_field(s->table, &field, NULL, &trouble));
        }
}

static void finish(game *g)
{
    for (size_t t = 0; t < TABLES; t++)
        stoa_table_free(g->sides[(t + (size_t)g->next) % TABLES].table);
}

/* ---- the model ---- */

static size_t find(const side *s, int64_t number)
{
    size_t i = 0;
    while (i < s->count && s->rows[i].number != number)
        i++;
    return i;
}

static bool is_doomed(const side *s, int64_t number)
{
    size_t i = find(s, number);
    return i < s->count && s->rows[i].is_doomed;
}

static void spread(game *g)
{
    for (bool more = true; more;) {
        more = false;
        for (size_t t = 0; t < TABLES; t++)
            for (size_t i = 0; i < g->sides[t].count; i++)
                for (size_t k = 0; k < LINKS; k++) {
                    side *s = &g->sides[t];
                    record *r = &s->rows[i];
                    if (s->rules[k] != STOA_ON_REMOVE_CASCADE || r->is_doomed ||
                        !is_doomed(&g->sides[s->targets[k]], r->refers[k]))
                        continue;
                    r->is_doomed = more = true;
                    g->cascaded++;
                }
    }
}

static bool is_refused(const game *g)
{
    for (size_t t = 0; t < TABLES; t++)
        for (size_t i = 0; i < g->sides[t].count; i++)
            for (size_t k = 0; k < LINKS; k++) {
                const side *s = &g->sides[t];
                if (s->rules[k] == STOA_ON_REMOVE_REFUSE && !s->rows[i].is_doomed &&
                    is_doomed(&g->sides[s->targets[k]], s->rows[i].refers[k]))
                    return true;
            }
    return false;
}

static size_t doomed_in(const side *s)
{
    size_t count = 0;
    for (size_t i = 0; i < s->count; i++)
        count += s->rows[i].is_doomed;
    return count;
}

static void drop(side *s)
{
    size_t kept = 0;
    for (size_t i = 0; i < s->count; i++)
        if (!s->rows[i].is_doomed)
            s->rows[kept++] = s->rows[i];
    s->count = kept;
}

static void spare(game *g)
{
    for (size_t t = 0; t < TABLES; t++)
        for (size_t i = 0; i < g->sides[t].count; i++)
            g->sides[t].rows[i].is_doomed = false;
}

/* The rows that are marked go. What the library should return. */
static stoa_status remove_marked(game *g, side *s, bool by_last)
{
    spread(g);
    bool refused = is_refused(g);
    g->refused += refused;
    if (refused) {
        spare(g);
        return STOA_REFERRED;
    }
    if (by_last && doomed_in(s) == 1) {
        size_t i = 0;
        while (!s->rows[i].is_doomed)
            i++;
        s->rows[i] = s->rows[--s->count];
    }
    for (size_t t = 0; t < TABLES; t++)
        drop(&g->sides[t]);
    return STOA_OK;
}

static void matches(const game *g)
{
    for (size_t t = 0; t < TABLES; t++) {
        const side *s = &g->sides[t];
        ck_assert_uint_eq(stoa_table_rows(s->table), s->count);
        for (size_t i = 0; i < s->count; i++) {
            ck_assert_int_eq(stoa_int64_column(s->table, "v")[i], s->rows[i].v);
            for (size_t k = 0; k < LINKS; k++) {
                const side *to = &g->sides[s->targets[k]];
                size_t expected = find(to, s->rows[i].refers[k]);
                stoa_row found;
                stoa_status status = stoa_row_get_reference_at(row_of(s, i), k + 1, &found);
                ck_assert_int_eq(status, expected < to->count ? STOA_OK : STOA_NULL);
                ck_assert(status == STOA_NULL ||
                          (found.table == to->table && found.index == expected));
            }
        }
    }
}

/* ---- moves ---- */

static void append(game *g, side *s)
{
    record *r = &s->rows[s->count];
    stoa_value values[1 + LINKS] = {stoa_int64_value(g->next)};
    if (s->count == ROOM)
        return;
    *r = (record){.number = g->next, .v = g->next};
    g->next++;
    for (size_t k = 0; k < LINKS; k++) {
        const side *to = &g->sides[s->targets[k]];
        size_t row = dice_below(&g->dice, to->count + 2);
        values[1 + k] = stoa_null_value();
        if (row >= to->count)
            continue;
        values[1 + k] = stoa_reference_value(row_of(to, row));
        r->refers[k] = to->rows[row].number;
    }
    PASSES(stoa_table_append(s->table, values, 1 + LINKS, &trouble));
    s->count++;
}

static void refer(game *g, side *s)
{
    size_t k = dice_below(&g->dice, LINKS);
    const side *to = &g->sides[s->targets[k]];
    if (s->count == 0 || to->count == 0)
        return;
    size_t row = dice_below(&g->dice, s->count), target = dice_below(&g->dice, to->count);
    PASSES(stoa_row_set_reference_at(row_of(s, row), k + 1, row_of(to, target)));
    s->rows[row].refers[k] = to->rows[target].number;
}

static void reverse(side *s)
{
    PASSES(stoa_table_reverse(s->table, &trouble));
    for (size_t i = 0; i + 1 < s->count - i && s->count > 0; i++) {
        record r = s->rows[i];
        s->rows[i] = s->rows[s->count - 1 - i];
        s->rows[s->count - 1 - i] = r;
    }
}

static void mark(side *s, size_t first, size_t count)
{
    for (size_t i = first; i < first + count; i++)
        s->rows[i].is_doomed = true;
}

static stoa_status remove_by_words(game *g, side *s, size_t way)
{
    uint8_t mask[ROOM];
    uint64_t ids[ROOM];
    size_t count = 0;
    stoa_selection *selection = NULL;
    for (size_t i = 0; i < s->count; i++) {
        s->rows[i].is_doomed = dice_below(&g->dice, 8) == 0;
        mask[i] = s->rows[i].is_doomed == (way == 3);
        if (s->rows[i].is_doomed)
            ids[count++] = stoa_row_id(row_of(s, i));
    }
    if (way == 0 && s->table->ids != NULL)
        return stoa_table_remove_ids(s->table, ids, count, &trouble);
    if (way < 2)
        return stoa_table_keep(s->table, mask, s->count, &trouble);
    PASSES(stoa_selection_from_mask(&selection, s->table, mask, s->count, &trouble));
    stoa_status status = way == 2 ? stoa_table_keep_selected(s->table, selection, &trouble)
                                  : stoa_table_remove_selected(s->table, selection, &trouble);
    stoa_selection_free(selection);
    return status;
}

static void remove_some(game *g, side *s)
{
    size_t way = dice_below(&g->dice, 9), first = dice_below(&g->dice, s->count + 1);
    size_t count = dice_below(&g->dice, (s->count - first < 4 ? s->count - first : 4) + 1);
    stoa_status status = STOA_OK;
    if (way < 4) {
        status = remove_by_words(g, s, way);
    } else if (way == 4) {
        mark(s, first, count);
        status = stoa_table_remove(s->table, first, count, &trouble);
    } else if (way == 5 && s->count > 0) {
        first = first < s->count ? first : 0;
        mark(s, first, 1);
        status = stoa_table_swap_remove(s->table, first, &trouble);
    } else if (way == 6) {
        size_t left = s->count - count;
        mark(s, left, count);
        status = stoa_table_resize(s->table, left, &trouble);
    } else if (way >= 7) {
        int64_t last = (int64_t)dice_below(&g->dice, 7);
        char text[40];
        snprintf(text, sizeof text, "v %% 7 == %d", (int)last);
        for (size_t i = 0; i < s->count; i++)
            s->rows[i].is_doomed = (s->rows[i].v % 7 == last) == (way == 7);
        status =
            way == 7 ? stoa_remove(s->table, text, &trouble) : stoa_keep(s->table, text, &trouble);
    }
    ck_assert_int_eq(remove_marked(g, s, way == 5), status);
}

/* Fewer rows take the place of some; the new ones refer to nothing. */
static void splice(game *g, side *s)
{
    size_t first = dice_below(&g->dice, s->count + 1), count = dice_below(&g->dice, 4);
    count = count < s->count - first ? count : s->count - first;
    size_t rows = count > 0 ? dice_below(&g->dice, count) : 0;
    int64_t numbers[4];
    record before[4];
    for (size_t i = 0; i < rows; i++) {
        numbers[i] = g->next++;
        before[i] = s->rows[first + i];
        s->rows[first + i] = (record){.number = before[i].number, .v = numbers[i]};
    }
    mark(s, first + rows, count - rows);
    const stoa_source source = {.name = "v", .type = STOA_INT64, .data = numbers};
    stoa_status status = stoa_table_splice(s->table, first, 1, count, &source, 1, rows, &trouble);
    ck_assert_int_eq(remove_marked(g, s, false), status);
    for (size_t i = 0; status != STOA_OK && i < rows; i++)
        s->rows[first + i] = before[i];
}

TEST(random_removals_are_those_of_a_slow_model)
{
    size_t refused = 0, cascaded = 0;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        game g;
        start(&g, seed);
        for (size_t step = 0; step < 300; step++) {
            side *s = &g.sides[dice_below(&g.dice, TABLES)];
            size_t move = dice_below(&g.dice, 12);
            if (move < 6)
                append(&g, s);
            else if (move < 9)
                refer(&g, s);
            else if (move == 9)
                reverse(s);
            else if (move == 10)
                splice(&g, s);
            else
                remove_some(&g, s);
            matches(&g);
        }
        refused += g.refused;
        cascaded += g.cascaded;
        finish(&g);
    }
    ck_assert_uint_gt(refused, 100);
    ck_assert_uint_gt(cascaded, 100);
}

/* ---- single cases ---- */

#define NODES(rule)                                                               \
    TABLE(OPTIONS(.ids = true, .rows = COUNT), {.name = "n", .type = STOA_INT64}, \
          {.name = "parent", .type = STOA_REFERENCE, .flags = STOA_NULLABLE, .on_remove = rule})
enum { COUNT = 20000 };

/* Row order[i] refers to row order[i - 1]. */
static stoa_table *chain(const size_t *order, uint8_t rule)
{
    stoa_table *nodes = NODES(rule);
    for (size_t i = 1; i < COUNT; i++)
        PASSES(stoa_row_set_reference_at(stoa_table_row(nodes, order[i]), 1,
                                         stoa_table_row(nodes, order[i - 1])));
    return nodes;
}

TEST(a_chain_of_any_order_goes_with_its_first_row)
{
    size_t *order = malloc(COUNT * sizeof *order);
    dice d = {5};
    for (size_t way = 0; way < 3; way++) {
        for (size_t i = 0; i < COUNT; i++)
            order[i] = way == 0 ? i : COUNT - 1 - i;
        for (size_t i = COUNT; way == 2 && i-- > 1;) {
            size_t k = dice_below(&d, i + 1), other = order[k];
            order[k] = order[i];
            order[i] = other;
        }
        stoa_table *nodes = chain(order, STOA_ON_REMOVE_CASCADE);
        PASSES(stoa_table_remove(nodes, order[COUNT / 2], 1, &trouble));
        ck_assert_uint_eq(nodes->rows, COUNT / 2);
        PASSES(stoa_row_set_reference_at(stoa_table_row(nodes, 0), 1,
                                         stoa_table_row(nodes, COUNT / 2 - 1)));
        PASSES(stoa_table_swap_remove(nodes, 7, &trouble));
        stoa_table_free(nodes);
    }
    free(order);
}

TEST(a_cycle_goes_as_a_whole_and_a_refusing_row_may_go_with_what_it_refers_to)
{
    stoa_table *nodes = TABLE(OPTIONS(.ids = true, .rows = 3),
                              {.name = "next",
                               .type = STOA_REFERENCE,
                               .flags = STOA_NULLABLE,
                               .on_remove = STOA_ON_REMOVE_CASCADE},
                              {.name = "self", .type = STOA_REFERENCE});
    for (size_t i = 0; i < 3; i++) {
        PASSES(stoa_row_set_reference_at(stoa_table_row(nodes, i), 0,
                                         stoa_table_row(nodes, (i + 1) % 3)));
        PASSES(stoa_row_set_reference_at(stoa_table_row(nodes, i), 1, stoa_table_row(nodes, i)));
    }
    PASSES(stoa_table_swap_remove(nodes, 1, &trouble));
    ck_assert_uint_eq(nodes->rows, 0);
    stoa_table_free(nodes);
}

typedef struct family {
    stoa_table *people, *pets, *toys;
    snapshot *before[3];
} family;

/* Each person has two pets, each pet a toy; pets go with people, toys with pets. */
static family make_family(stoa_pool *pool)
{
    family f = {.people =
                    TABLE(OPTIONS(.ids = true, .rows = 70), {.name = "x", .type = STOA_INT8})};
    f.pets = TABLE(OPTIONS(.ids = true, .pool = pool),
                   {.name = "owner",
                    .type = STOA_REFERENCE,
                    .target = f.people,
                    .on_remove = STOA_ON_REMOVE_CASCADE},
                   {.name = "thing", .type = STOA_OBJECT},
                   {.name = "n", .type = STOA_INT16, .flags = STOA_NULLABLE});
    f.toys = TABLE(NULL, {.name = "pet",
                          .type = STOA_REFERENCE,
                          .target = f.pets,
                          .on_remove = STOA_ON_REMOVE_CASCADE});
    for (size_t i = 0; i < 140; i++) {
        const stoa_value pet[] = {stoa_reference_value(stoa_table_row(f.people, i % 70)),
                                  stoa_object_value((void *)(uintptr_t)(8 * (i + 1))),
                                  i % 3 == 0 ? stoa_null_value() : stoa_int64_value((int64_t)i)};
        PASSES(stoa_table_append(f.pets, pet, 3, &trouble));
        const stoa_value toy = stoa_reference_value(stoa_table_row(f.pets, i));
        PASSES(stoa_table_append(f.toys, &toy, 1, &trouble));
    }
    return f;
}

static void free_family(family *f)
{
    stoa_table_free(f->toys);
    stoa_table_free(f->people);
    stoa_table_free(f->pets);
}

static void look(family *f)
{
    f->before[0] = snapshot_take(f->people);
    f->before[1] = snapshot_take(f->pets);
    f->before[2] = snapshot_take(f->toys);
}

static void is_unchanged(const family *f, const char *what)
{
    const stoa_table *tables[] = {f->people, f->pets, f->toys};
    for (size_t i = 0; i < 3; i++) {
        const char *differs = snapshot_differs(f->before[i], tables[i]);
        ck_assert_msg(differs == NULL, "table %zu, %s: %s", i, what, differs);
        snapshot_free(f->before[i]);
    }
}

TEST(memory_refused_in_the_middle_of_a_cascade_leaves_every_table_as_it_was)
{
    static const uint8_t mask[70] = {1, 0, 1};
    size_t refusals = 0;
    family f = make_family(NULL);
    for (size_t i = 0;; i++) {
        look(&f);
        faults_arm(FAULT_HEAP, i, 1);
        stoa_status status = stoa_table_keep(f.people, mask, 70, &trouble);
        if (faults_disarm() == 0) {
            ck_assert_int_eq(status, STOA_OK);
            break;
        }
        ck_assert_int_eq(status, STOA_OUT_OF_MEMORY);
        is_unchanged(&f, "memory is refused");
        refusals++;
    }
    for (size_t i = 0; i < 3; i++)
        snapshot_free(f.before[i]);
    ck_assert_uint_gt(refusals, 5);
    ck_assert_uint_eq(f.people->rows, 2);
    ck_assert_uint_eq(f.pets->rows, 4);
    ck_assert_uint_eq(f.toys->rows, 4);
    int16_t n = 0;
    ck_assert_int_eq(stoa_row_get_int16_at(stoa_table_row(f.pets, 0), 2, &n), STOA_NULL);
    PASSES(stoa_row_get_int16_at(stoa_table_row(f.pets, 1), 2, &n));
    ck_assert_int_eq(n, 2);
    free_family(&f);
}

TEST(locks_and_references_that_refuse_are_told_before_anything_changes)
{
    family f = make_family(NULL);
    PASSES(stoa_column_lock(f.toys, 0, &trouble));
    look(&f);
    FAILS(STOA_LOCKED, stoa_table_remove(f.people, 3, 2, &trouble));
    is_unchanged(&f, "a table is locked that rows would go from");
    stoa_column_unlock(f.toys, 0);
    stoa_table *notes =
        TABLE(OPTIONS(.rows = 1), {.name = "about", .type = STOA_REFERENCE, .target = f.pets});
    PASSES(stoa_row_set_reference_at(stoa_table_row(notes, 0), 0, stoa_table_row(f.pets, 73)));
    look(&f);
    FAILS(STOA_REFERRED, stoa_table_remove(f.people, 3, 2, &trouble));
    SAYS("row 73 cannot be removed: row 0 of another table refers to it by field 'about'");
    ck_assert_uint_eq(trouble.row, 73);
    stoa_table_clear(f.people);
    is_unchanged(&f, "a row is referred to");
    stoa_table_free(notes);
    stoa_table_clear(f.people);
    ck_assert_uint_eq(f.people->rows + f.pets->rows + f.toys->rows, 0);
    free_family(&f);
}

TEST(rows_that_a_splice_puts_in_do_not_refer_to_those_that_it_removes)
{
    stoa_table *nodes =
        TABLE(OPTIONS(.ids = true, .rows = 6), {.name = "next",
                                                .type = STOA_REFERENCE,
                                                .flags = STOA_NULLABLE,
                                                .on_remove = STOA_ON_REMOVE_REFUSE});
    uint64_t ids[6];
    PASSES(stoa_table_read_ids(nodes, 0, 6, ids, &trouble));
    stoa_source source = {.name = "next", .type = STOA_REFERENCE, .data = &ids[3]};
    REFUSED(nodes, STOA_NO_ID, stoa_table_splice(nodes, 1, 1, 3, &source, 1, 1, &trouble));
    SAYS("a row that goes");
    PASSES(stoa_row_set_reference_at(stoa_table_row(nodes, 1), 0, stoa_table_row(nodes, 2)));
    source.data = &ids[5]; /* row 1 is overwritten: what it referred to may go */
    WORKS(nodes, stoa_table_splice(nodes, 1, 1, 3, &source, 1, 1, &trouble));
    ck_assert_uint_eq(nodes->rows, 4);
    stoa_row found;
    PASSES(stoa_row_get_reference_at(stoa_table_row(nodes, 1), 0, &found));
    ck_assert_uint_eq(found.index, 3);
    REFUSED(nodes, STOA_REFERRED, stoa_table_remove(nodes, 3, 1, &trouble));
    REFUSED(nodes, STOA_REFERRED, stoa_table_swap_remove(nodes, 3, &trouble));
    REFUSED(nodes, STOA_REFERRED, stoa_table_resize(nodes, 3, &trouble));
    stoa_table_free(nodes);
}

typedef struct watcher {
    family *family;
    size_t released;
} watcher;

/* Every table is whole by now. */
static void released(void *context, void *object)
{
    watcher *w = context;
    (void)object;
    w->released++;
    ck_assert_uint_eq(w->family->people->rows, 69);
    ck_assert_uint_eq(w->family->pets->rows, 138);
    ck_assert_uint_eq(w->family->toys->rows, 138);
}

TEST(objects_are_released_once_all_tables_are_whole)
{
    family f;
    watcher w = {&f, 0};
    stoa_pool *pool = NULL;
    PASSES(
        stoa_pool_new(&pool, &(stoa_pool_options){.release = released, .context = &w}, &trouble));
    f = make_family(pool);
    PASSES(stoa_table_swap_remove(f.people, 5, &trouble));
    ck_assert_uint_eq(w.released, 2);
    ck_assert_uint_eq(stoa_pool_count(pool), 138);
    w.family = &(family){.people = &(stoa_table){.rows = 69},
                         .pets = &(stoa_table){.rows = 138},
                         .toys = &(stoa_table){.rows = 138}};
    free_family(&f);
    stoa_pool_free(pool);
}

int main(void)
{
    return RUN("removal rules", random_removals_are_those_of_a_slow_model,
               a_chain_of_any_order_goes_with_its_first_row,
               a_cycle_goes_as_a_whole_and_a_refusing_row_may_go_with_what_it_refers_to,
               memory_refused_in_the_middle_of_a_cascade_leaves_every_table_as_it_was,
               locks_and_references_that_refuse_are_told_before_anything_changes,
               rows_that_a_splice_puts_in_do_not_refer_to_those_that_it_removes,
               objects_are_released_once_all_tables_are_whole);
}
