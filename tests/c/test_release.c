/* test_release.c: release callbacks that call the library again. They run once the change is
 * complete, so they must see the table as it is afterwards, their own changes must persist, and the
 * operation that caused them must not be disturbed. */
#include "../support/testing.h"
#include "../support/things.h"

enum { ROWS = 12 };

/* What a callback sees and does. */
typedef struct visit {
    stoa_table *table;
    stoa_pool *pool;
    things *owner;
    void (*act)(struct visit *v, thing *released);
    size_t expected_rows; /* rows when the first callback runs */
    size_t rows_seen;     /* rows that the first callback saw */
    size_t times;
    bool gone; /* the table was freed */
} visit;

static void on_release(things *owner, thing *released)
{
    visit *v = owner->context;
    if (v->times++ == 0 && !v->gone)
        v->rows_seen = stoa_table_rows(v->table);
    /* A released object is in no cell and not in the pool. */
    ck_assert_uint_eq(stoa_pool_find(v->pool, released), 0);
    if (!v->gone) {
        const stoa_handle *handles = stoa_object_column(v->table, "o");
        for (size_t i = 0; handles != NULL && i < stoa_table_rows(v->table); i++)
            ck_assert(handles[i] == 0 || stoa_pool_get(v->pool, handles[i]) != NULL);
    }
    if (v->act != NULL)
        v->act(v, released);
}

/* Puts things 0 … 11 into the rows 0 … 11 of a table { n: int32, o: object }. */
static stoa_table *start(things *owner, visit *v)
{
    memset(owner, 0, sizeof *owner);
    v->owner = owner;
    v->pool = things_pool(owner);
    v->table = TABLE(OPTIONS(.pool = v->pool), {.name = "n", .type = STOA_INT32},
                     {.name = "o", .type = STOA_OBJECT});
    for (int i = 0; i < ROWS; i++) {
        const stoa_value values[] = {stoa_int64_value(i), stoa_object_value(&owner->all[i])};
        PASSES(stoa_table_append(v->table, values, 2, &trouble));
    }
    owner->context = v;
    owner->on_release = on_release;
    return v->table;
}

static void finish(things *owner, visit *v)
{
    v->act = NULL;
    if (!v->gone) {
        things_match(owner, v->pool);
        stoa_table *table = v->table;
        v->gone = true; /* callbacks must not use the table while it is freed */
        stoa_table_free(table);
    }
    ck_assert_uint_eq(stoa_pool_count(v->pool), 0);
    things_are_all_released(owner);
    stoa_pool_free(v->pool);
}

/* ---- what a callback does ---- */

static void do_append(visit *v, thing *released)
{
    if (v->times > 40)
        return;
    const stoa_value values[] = {stoa_int64_value(100), stoa_object_value(released)};
    size_t fields = stoa_table_field_count(v->table); /* 1 once the object field was dropped */
    PASSES(stoa_table_append(v->table, values, fields < 2 ? fields : 2, &trouble));
}

/* Includes objects that are about to be released, and then must not be. */
static void do_append_all(visit *v, thing *released)
{
    (void)released;
    for (int i = 0; v->times == 1 && i < ROWS; i++) {
        const stoa_value values[] = {stoa_int64_value(i), stoa_object_value(&v->owner->all[i])};
        size_t fields = stoa_table_field_count(v->table);
        PASSES(stoa_table_append(v->table, values, fields < 2 ? fields : 2, &trouble));
    }
}

static void do_append_many(visit *v, thing *released)
{
    (void)released;
    if (v->times == 1)
        PASSES(stoa_table_resize(v->table, stoa_table_rows(v->table) + 100000, &trouble));
}

static void do_write(visit *v, thing *released)
{
    (void)released;
    if (stoa_table_rows(v->table) > 0) {
        stoa_row row = stoa_table_row(v->table, 0);
        PASSES(stoa_row_set_int32(row, "n", -1));
        if (stoa_object_column(v->table, "o") != NULL)
            PASSES(stoa_row_set_object(row, "o", NULL)); /* releases another object from within */
    }
}

static void do_remove(visit *v, thing *released)
{
    (void)released;
    if (stoa_table_rows(v->table) > 0)
        PASSES(stoa_table_remove(v->table, 0, 1, &trouble));
}

static void do_clear(visit *v, thing *released)
{
    (void)released;
    stoa_table_clear(v->table);
    stoa_table_shrink(v->table);
}

static void do_drop(visit *v, thing *released)
{
    size_t field;
    (void)released;
    if (stoa_table_find_field(v->table, "o", &field, NULL) == STOA_OK)
        PASSES(stoa_table_drop_field(v->table, "o", &trouble));
}

static void do_add(visit *v, thing *released)
{
    size_t field;
    stoa_field added = {.name = "p", .type = STOA_OBJECT, .initial.object = released};
    if (stoa_table_find_field(v->table, "p", &field, NULL) != STOA_OK)
        PASSES(stoa_table_add_field(v->table, &added, NULL, &trouble));
}

static void do_free(visit *v, thing *released)
{
    (void)released;
    if (!v->gone) {
        v->gone = true;
        stoa_table_free(v->table);
    }
}

static void (*const acts[])(visit *, thing *) = {NULL,     do_append, do_append_all, do_append_many,
                                                 do_write, do_remove, do_clear,      do_drop,
                                                 do_add,   do_free};
enum { ACTS = sizeof acts / sizeof *acts };

/* ---- what releases ---- */

static void by_set(stoa_table *table)
{
    PASSES(stoa_row_set_object(stoa_table_row(table, 3), "o", NULL));
}

static void by_row_set(stoa_table *table)
{
    PASSES(stoa_row_set(stoa_table_row(table, 3), 1, stoa_object_value(NULL), &trouble));
}

static void by_replace(stoa_table *table)
{
    PASSES(stoa_table_replace(table, 3, NULL, 0, &trouble));
}

static void by_write(stoa_table *table)
{
    void *none = NULL;
    const stoa_source source = {.type = STOA_OBJECT, .repeat = true, .data = &none};
    PASSES(stoa_column_write(table, 1, 2, 3, 3, &source, &trouble));
}

static void by_remove(stoa_table *table)
{
    PASSES(stoa_table_remove(table, 2, 4, &trouble));
}

static void by_swap_remove(stoa_table *table)
{
    PASSES(stoa_table_swap_remove(table, 2, &trouble));
}

static void by_resize(stoa_table *table)
{
    PASSES(stoa_table_resize(table, 3, &trouble));
}

static void by_keep(stoa_table *table)
{
    static const uint8_t mask[ROWS] = {1, 0, 0, 1, 1, 0, 1, 1, 1, 1, 1, 0};
    PASSES(stoa_table_keep(table, mask, ROWS, &trouble));
}

static void by_clear(stoa_table *table)
{
    stoa_table_clear(table);
}

static void by_drop(stoa_table *table)
{
    PASSES(stoa_table_drop_field(table, "o", &trouble));
}

static const struct cause {
    void (*run)(stoa_table *table);
    size_t rows_left;
    size_t released;
} causes[] = {{by_set, ROWS, 1},        {by_row_set, ROWS, 1},    {by_replace, ROWS, 1},
              {by_write, ROWS, 3},      {by_remove, ROWS - 4, 4}, {by_swap_remove, ROWS - 1, 1},
              {by_resize, 3, ROWS - 3}, {by_keep, ROWS - 4, 4},   {by_clear, 0, ROWS},
              {by_drop, ROWS, ROWS}};
enum { CAUSES = sizeof causes / sizeof *causes };

TEST(a_release_runs_once_after_the_change_is_whole)
{
    for (size_t c = 0; c < CAUSES; c++) {
        things owner;
        visit v = {0};
        causes[c].run(start(&owner, &v));
        ck_assert_uint_eq(v.times, causes[c].released);
        ck_assert_uint_eq(owner.releases, causes[c].released);
        ck_assert_uint_eq(v.rows_seen, causes[c].rows_left);
        ck_assert_uint_eq(stoa_table_rows(v.table), causes[c].rows_left);
        finish(&owner, &v);
    }
}

TEST(a_release_may_do_anything_to_the_table_that_caused_it)
{
    for (size_t c = 0; c < CAUSES; c++)
        for (size_t a = 0; a < ACTS; a++) {
            things owner;
            visit v = {.act = acts[a]};
            causes[c].run(start(&owner, &v));
            ck_assert_uint_ge(v.times, acts[a] == do_append_all ? 1 : causes[c].released);
            ck_assert_uint_eq(v.rows_seen, causes[c].rows_left);
            finish(&owner, &v);
        }
}

TEST(an_object_that_comes_back_within_its_release_is_retained_again)
{
    things owner;
    visit v = {.act = do_append};
    by_set(start(&owner, &v));
    ck_assert_int_eq(owner.all[3].retained, 2);
    ck_assert_int_eq(owner.all[3].released, 1);
    void *object = NULL;
    PASSES(stoa_row_get_object(stoa_table_row(v.table, ROWS), "o", &object));
    ck_assert_ptr_eq(object, &owner.all[3]);
    finish(&owner, &v);
}

TEST(objects_that_come_back_before_their_release_are_not_released)
{
    things owner;
    visit v = {.act = do_append_all};
    stoa_table *table = start(&owner, &v);
    stoa_table_clear(table);
    ck_assert_uint_eq(owner.releases, 1); /* the first one, which was stored again as new */
    ck_assert_uint_eq(owner.retains, ROWS + 1);
    ck_assert_uint_eq(stoa_table_rows(table), ROWS);
    for (int i = 0; i < ROWS; i++) {
        void *object = NULL;
        PASSES(stoa_row_get_object(stoa_table_row(table, (size_t)i), "o", &object));
        ck_assert_ptr_eq(object, &owner.all[i]);
    }
    finish(&owner, &v);
}

TEST(a_table_that_is_freed_releases_what_it_held_and_the_pool_may_go_with_it)
{
    things owner;
    visit v = {0};
    stoa_table *table = start(&owner, &v);
    v.gone = true;
    stoa_pool_free(v.pool); /* the table has the last reference */
    owner.on_release = NULL;
    stoa_table_free(table);
    things_are_all_released(&owner);
    ck_assert_uint_eq(owner.releases, ROWS);
}

static stoa_table *second;

static void fill_second(visit *v, thing *released)
{
    const stoa_value values[] = {stoa_object_value(released)};
    (void)v;
    PASSES(stoa_table_append(second, values, 1, &trouble));
}

TEST(what_one_table_releases_while_it_is_freed_may_enter_another_of_the_same_pool)
{
    things owner;
    visit v = {.act = fill_second};
    stoa_table *table = start(&owner, &v);
    second = TABLE(OPTIONS(.pool = v.pool), {.name = "o", .type = STOA_OBJECT});
    v.gone = true;
    stoa_table_free(table);
    ck_assert_uint_eq(stoa_table_rows(second), ROWS);
    ck_assert_uint_eq(stoa_pool_count(v.pool), ROWS);
    v.act = NULL;
    stoa_table_free(second);
    finish(&owner, &v);
}

TEST(a_refused_change_runs_no_release_but_for_what_it_had_let_in)
{
    things owner;
    visit v = {0};
    stoa_table *table = start(&owner, &v);
    void *objects[] = {&owner.all[20], &owner.all[0], &owner.all[21], &owner.all[22]};
    const stoa_source source = {.name = "o", .type = STOA_OBJECT, .data = objects};
    owner.all[22].refuses = true;
    FAILS(STOA_REFUSED, stoa_table_extend(table, &source, 1, 4, &trouble));
    FAILS(STOA_REFUSED, stoa_column_write(table, 1, 4, 1, 4, &source, &trouble));
    for (int i = 0; i < ROWS; i++) {
        void *object = NULL;
        PASSES(stoa_row_get_object(stoa_table_row(table, (size_t)i), "o", &object));
        ck_assert_ptr_eq(object, &owner.all[i]);
        ck_assert_int_eq(owner.all[i].released, 0);
    }
    ck_assert_int_eq(owner.all[20].retained - owner.all[20].released, 0);
    finish(&owner, &v);
}

int main(void)
{
    return RUN("release", a_release_runs_once_after_the_change_is_whole,
               a_release_may_do_anything_to_the_table_that_caused_it,
               an_object_that_comes_back_within_its_release_is_retained_again,
               objects_that_come_back_before_their_release_are_not_released,
               a_table_that_is_freed_releases_what_it_held_and_the_pool_may_go_with_it,
               what_one_table_releases_while_it_is_freed_may_enter_another_of_the_same_pool,
               a_refused_change_runs_no_release_but_for_what_it_had_let_in);
}
