/* test_refused_requests.c: refuses a single request for memory, the 0th, 1st, 2nd, … of each kind,
 * in every operation that makes any, on tables of every size. (WORKS, in the other files, refuses
 * all requests from the n-th on.) A call that gives up has changed nothing, and works when
 * repeated; a call that finds another way has done all of its work. */
#include <stdlib.h>

#include "../support/reference.h"
#include "../support/scene.h"

enum { ROWS = 40 };

/* How a scenario's table is made, and what its operation needs. */
typedef struct setting {
    size_t max_rows; /* of the table; 0: not set */
    size_t more;     /* rows that the operation adds */
    things owner;
    stoa_pool *pool;
    model m;
    record row; /* one further row, with a new object */
    stoa_value values[MODEL_FIELDS];
    stoa_table *made; /* made by the operation, if it makes a table */
} setting;

static record row_of(const setting *s, size_t i)
{
    dice d = {i};
    record r = record_random(&d, NULL);
    if (i % 3 != 0)
        r.in_object = (void *)(uintptr_t)&s->owner.all[i % THINGS];
    return r;
}

static stoa_table *make(void *context)
{
    setting *s = context;
    stoa_field fields[MODEL_FIELDS];
    stoa_table *table = NULL;
    memset(&s->owner, 0, sizeof s->owner);
    s->pool = things_pool(&s->owner);
    model_init(&s->m);
    model_fields(&s->m, fields);
    PASSES(stoa_table_new(&table, fields, MODEL_FIELDS,
                          OPTIONS(.max_rows = s->max_rows, .pool = s->pool), &trouble));
    for (size_t i = 0; i < ROWS; i++) {
        record r = row_of(s, i);
        stoa_value values[MODEL_FIELDS];
        record_values(&r, values);
        PASSES(stoa_table_append(table, values, MODEL_FIELDS, &trouble));
        model_append(&s->m, &r);
    }
    s->row = row_of(s, 1000);
    s->row.in_object = &s->owner.all[THINGS - 1];
    record_values(&s->row, s->values);
    stoa_table_shrink(table); /* so that memory must be requested again */
    return table;
}

/* Compares the table with the model. After this the table is only freed. */
static void matches(stoa_table *table, void *context)
{
    setting *s = context;
    model_rows_match(&s->m, table);
    things_match(&s->owner, s->pool);
    model_dispose(&s->m);
    stoa_pool_free(s->pool);
}

/* Runs `act` on tables with every kind of memory; `check` gets the model as the table must be after
 * `act`. */
static void on_every_table(stoa_status (*act)(stoa_table **, void *, stoa_error *),
                           void (*check)(stoa_table *, void *), size_t more)
{
    static const size_t sizes[] = {100, 100000, 0}; /* one allocation; small; any size */
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        setting s = {.max_rows = sizes[i], .more = sizes[i] == 100 ? 50 : more};
        sweep_alone(&(lone_sweep){make, act, check}, &s);
    }
}

/* ---- rows ---- */

static stoa_status append(stoa_table **table, void *context, stoa_error *error)
{
    return stoa_table_append(*table, ((setting *)context)->values, MODEL_FIELDS, error);
}

static void appended(stoa_table *table, void *context)
{
    setting *s = context;
    model_append(&s->m, &s->row);
    matches(table, context);
}

TEST(one_refusal_while_a_row_is_appended)
{
    on_every_table(append, appended, 0);
}

static stoa_status insert(stoa_table **table, void *context, stoa_error *error)
{
    (void)context;
    return stoa_table_insert(*table, 7, NULL, 0, error);
}

static void inserted(stoa_table *table, void *context)
{
    setting *s = context;
    model_insert(&s->m, 7, &s->m.initial);
    matches(table, context);
}

TEST(one_refusal_while_a_row_is_inserted)
{
    on_every_table(insert, inserted, 0);
}

static stoa_status replace(stoa_table **table, void *context, stoa_error *error)
{
    return stoa_table_replace(*table, 3, ((setting *)context)->values, MODEL_FIELDS, error);
}

static void replaced(stoa_table *table, void *context)
{
    setting *s = context;
    s->m.rows[3] = s->row;
    matches(table, context);
}

TEST(one_refusal_while_a_row_is_replaced)
{
    on_every_table(replace, replaced, 0);
}

static stoa_status resize(stoa_table **table, void *context, stoa_error *error)
{
    return stoa_table_resize(*table, ROWS + ((setting *)context)->more, error);
}

static void resized(stoa_table *table, void *context)
{
    setting *s = context;
    model_resize(&s->m, ROWS + s->more);
    matches(table, context);
}

TEST(one_refusal_while_the_table_is_resized)
{
    on_every_table(resize, resized, 5000);
}

static stoa_status reserve(stoa_table **table, void *context, stoa_error *error)
{
    return stoa_table_reserve(*table, ROWS + ((setting *)context)->more, error);
}

static void reserved(stoa_table *table, void *context)
{
    ck_assert_uint_ge(stoa_table_capacity(table), ROWS + ((setting *)context)->more);
    matches(table, context);
}

TEST(one_refusal_while_memory_is_reserved)
{
    on_every_table(reserve, reserved, 5000);
}

static void *objects[THINGS];

static stoa_status extend(stoa_table **table, void *context, stoa_error *error)
{
    static const int8_t three = 3;
    setting *s = context;
    for (size_t i = 0; i < THINGS; i++)
        objects[i] = &s->owner.all[i];
    size_t rows = s->more < THINGS ? s->more : THINGS;
    const stoa_source sources[] = {
        {.name = "object", .type = STOA_OBJECT, .data = objects},
        {.name = "int64", .type = STOA_INT8, .repeat = true, .data = &three}};
    return stoa_table_extend(*table, sources, 2, rows, error);
}

static void extended(stoa_table *table, void *context)
{
    setting *s = context;
    size_t rows = s->more < THINGS ? s->more : THINGS;
    for (size_t i = 0; i < rows; i++) {
        record r = s->m.initial;
        r.in_int64 = 3;
        r.in_object = &s->owner.all[i];
        model_append(&s->m, &r);
    }
    matches(table, context);
}

TEST(one_refusal_while_the_table_is_extended)
{
    on_every_table(extend, extended, THINGS);
}

static stoa_status permute(stoa_table **table, void *context, stoa_error *error)
{
    size_t indices[ROWS];
    (void)context;
    for (size_t i = 0; i < ROWS; i++)
        indices[i] = (i * 7 + 3) % ROWS;
    return stoa_table_permute(*table, indices, ROWS, error);
}

static void permuted(stoa_table *table, void *context)
{
    setting *s = context;
    size_t indices[ROWS];
    for (size_t i = 0; i < ROWS; i++)
        indices[i] = (i * 7 + 3) % ROWS;
    model_take(&s->m, indices, ROWS);
    matches(table, context);
}

TEST(one_refusal_while_rows_are_permuted)
{
    on_every_table(permute, permuted, 0);
}

static stoa_status write_over_itself(stoa_table **table, void *context, stoa_error *error)
{
    const int32_t *cells = stoa_int32_column(*table, "int32");
    const stoa_source source = {
        .type = STOA_INT32, .data = cells + ROWS - 1, .stride = -(ptrdiff_t)sizeof *cells};
    (void)context;
    return stoa_column_write(*table, STOA_INT32 - 1, 0, 1, ROWS, &source, error);
}

static void written_over_itself(stoa_table *table, void *context)
{
    setting *s = context;
    for (size_t i = 0; i < ROWS / 2; i++) {
        int32_t kept = s->m.rows[i].in_int32;
        s->m.rows[i].in_int32 = s->m.rows[ROWS - 1 - i].in_int32;
        s->m.rows[ROWS - 1 - i].in_int32 = kept;
    }
    matches(table, context);
}

TEST(one_refusal_while_a_column_is_written_over_itself)
{
    on_every_table(write_over_itself, written_over_itself, 0);
}

/* ---- tables ---- */

static stoa_status copy(stoa_table **table, void *context, stoa_error *error)
{
    return stoa_table_copy(&((setting *)context)->made, *table, error);
}

static void copied(stoa_table *table, void *context)
{
    setting *s = context;
    model_rows_match(&s->m, s->made);
    stoa_table_free(s->made);
    matches(table, context);
}

TEST(one_refusal_while_a_table_is_copied)
{
    on_every_table(copy, copied, 0);
}

static const size_t taken_indices[] = {5, 5, 39, 0, 17};

static stoa_status take(stoa_table **table, void *context, stoa_error *error)
{
    return stoa_table_take(&((setting *)context)->made, *table, taken_indices, 5, error);
}

static void taken(stoa_table *table, void *context)
{
    setting *s = context;
    model expected;
    model_copy(&expected, &s->m);
    model_take(&expected, taken_indices, 5);
    model_rows_match(&expected, s->made);
    model_dispose(&expected);
    stoa_table_free(s->made);
    matches(table, context);
}

TEST(one_refusal_while_rows_are_taken)
{
    on_every_table(take, taken, 0);
}

static stoa_status create(stoa_table **table, void *context, stoa_error *error)
{
    static int object;
    const setting *s = context;
    const stoa_field two[] = {{.name = "n", .type = STOA_INT64, .initial.int64 = 4},
                              {.name = "o", .type = STOA_OBJECT, .initial.object = &object}};
    return stoa_table_new(table, two, 2, OPTIONS(.rows = s->more, .max_rows = s->max_rows), error);
}

static void created(stoa_table *table, void *context)
{
    size_t rows = ((setting *)context)->more;
    ck_assert_uint_eq(stoa_table_rows(table), rows);
    ck_assert_int_eq(stoa_int64_column(table, "n")[rows - 1], 4);
    ck_assert_uint_eq(
        stoa_pool_uses(stoa_table_pool(table), stoa_object_column(table, "o")[rows - 1]) >= rows,
        true);
}

TEST(one_refusal_while_a_table_is_made)
{
    static const size_t sizes[][2] = {{100, 50}, {100000, 9000}, {0, 9000}};
    for (size_t i = 0; i < 3; i++) {
        setting s = {.max_rows = sizes[i][0], .more = sizes[i][1]};
        sweep_alone(&(lone_sweep){NULL, create, created}, &s);
    }
}

/* ---- fields ---- */

static stoa_status add_fields(stoa_table **table, void *context, stoa_error *error)
{
    const stoa_field field = {.name = "added", .type = STOA_INT64, .initial.int64 = -9};
    (void)context;
    return stoa_table_add_field(*table, &field, NULL, error);
}

static void added(stoa_table *table, void *context)
{
    for (size_t i = 0; i < ROWS; i++)
        ck_assert_int_eq(stoa_int64_column(table, "added")[i], -9);
    matches(table, context);
}

TEST(one_refusal_while_a_field_is_added)
{
    on_every_table(add_fields, added, 0);
}

static stoa_status add_object(stoa_table **table, void *context, stoa_error *error)
{
    setting *s = context;
    const stoa_field field = {
        .name = "added", .type = STOA_OBJECT, .initial.object = &s->owner.all[THINGS - 1]};
    return stoa_table_add_field(*table, &field, NULL, error);
}

static void added_object(stoa_table *table, void *context)
{
    setting *s = context;
    stoa_handle handle = stoa_pool_find(s->pool, &s->owner.all[THINGS - 1]);
    for (size_t i = 0; i < ROWS; i++)
        ck_assert_uint_eq(stoa_object_column(table, "added")[i], handle);
    matches(table, context);
}

TEST(one_refusal_while_a_field_of_objects_is_added)
{
    on_every_table(add_object, added_object, 0);
}

static stoa_status drop(stoa_table **table, void *context, stoa_error *error)
{
    (void)context;
    return stoa_table_drop_field(*table, "object", error);
}

static void dropped(stoa_table *table, void *context)
{
    setting *s = context;
    ck_assert_ptr_null(stoa_object_column(table, "object"));
    ck_assert_uint_eq(stoa_pool_count(s->pool), 0);
    model_dispose(&s->m);
    stoa_pool_free(s->pool);
}

TEST(one_refusal_while_a_field_is_dropped)
{
    on_every_table(drop, dropped, 0);
}

static stoa_status rename_field(stoa_table **table, void *context, stoa_error *error)
{
    (void)context;
    return stoa_table_rename_field(*table, "bool", "flag", error);
}

static void renamed(stoa_table *table, void *context)
{
    ck_assert_ptr_nonnull(stoa_bool_column(table, "flag"));
    ck_assert_ptr_null(stoa_bool_column(table, "bool"));
    matches(table, context);
}

TEST(one_refusal_while_a_field_is_renamed)
{
    on_every_table(rename_field, renamed, 0);
}

static stoa_status export(stoa_table **table, void *context, stoa_error *error)
{
    (void)context;
    return stoa_column_export(*table, 3, error);
}

static void exported(stoa_table *table, void *context)
{
    stoa_column_unexport(table, 3);
    matches(table, context);
}

TEST(one_refusal_while_a_column_is_exported)
{
    on_every_table(export, exported, 0);
}

int main(void)
{
    return RUN("chaos", one_refusal_while_a_row_is_appended, one_refusal_while_a_row_is_inserted,
               one_refusal_while_a_row_is_replaced, one_refusal_while_the_table_is_resized,
               one_refusal_while_memory_is_reserved, one_refusal_while_the_table_is_extended,
               one_refusal_while_rows_are_permuted,
               one_refusal_while_a_column_is_written_over_itself,
               one_refusal_while_a_table_is_copied, one_refusal_while_rows_are_taken,
               one_refusal_while_a_table_is_made, one_refusal_while_a_field_is_added,
               one_refusal_while_a_field_of_objects_is_added, one_refusal_while_a_field_is_dropped,
               one_refusal_while_a_field_is_renamed, one_refusal_while_a_column_is_exported);
}
