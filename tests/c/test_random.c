/* test_random.c: several thousand random operations on two tables that share a pool, also made on
 * models. After each, both tables, the pool and the objects must agree with the models. The seed is
 * fixed, and memory is refused within each operation (WORKS). */
#include <stdlib.h>

#include "../support/reference.h"
#include "../support/scene.h"
#include "store/type.h"

enum { MOST_ROWS = 90 };

/* What one step works on: a table with its model, and what both tables share. */
typedef struct stage {
    stoa_table *table;
    model *m;
    dice *d;
    things *owner;
} stage;

static size_t any_row(const stage *s)
{
    return dice_below(s->d, s->m->count);
}

static void append_row(const stage *s)
{
    record r = record_random(s->d, s->owner);
    stoa_value values[MODEL_FIELDS];
    record_values(&r, values);
    WORKS(s->table, stoa_table_append(s->table, values, MODEL_FIELDS, &trouble));
    model_append(s->m, &r);
}

static void insert_row(const stage *s)
{
    record r = record_random(s->d, s->owner);
    stoa_value values[MODEL_FIELDS];
    size_t index = dice_below(s->d, s->m->count + 1);
    record_values(&r, values);
    WORKS(s->table, stoa_table_insert(s->table, index, values, MODEL_FIELDS, &trouble));
    model_insert(s->m, index, &r);
}

static void replace_row(const stage *s)
{
    record r = record_random(s->d, s->owner);
    stoa_value values[MODEL_FIELDS];
    size_t index = any_row(s);
    record_values(&r, values);
    WORKS(s->table, stoa_table_replace(s->table, index, values, MODEL_FIELDS, &trouble));
    s->m->rows[index] = r;
}

/* Appends a new object that the pool's owner refuses; nothing may change. */
static void append_refused(const stage *s)
{
    record r = record_random(s->d, NULL);
    stoa_value values[MODEL_FIELDS];
    thing *t = &s->owner->all[dice_below(s->d, THINGS)];
    if (stoa_pool_find(stoa_table_pool(s->table), t) != 0)
        return;
    t->refuses = true;
    r.in_object = t;
    record_values(&r, values);
    REFUSED(s->table, STOA_REFUSED, stoa_table_append(s->table, values, MODEL_FIELDS, &trouble));
    t->refuses = false;
}

static void resize(const stage *s)
{
    size_t rows = dice_below(s->d, MOST_ROWS);
    WORKS(s->table, stoa_table_resize(s->table, rows, &trouble));
    model_resize(s->m, rows);
}

static void remove_rows(const stage *s)
{
    size_t first = dice_below(s->d, s->m->count + 1);
    size_t count = dice_below(s->d, s->m->count - first + 1);
    if (dice_below(s->d, 2) && count > 2)
        count = 2;
    WORKS(s->table, stoa_table_remove(s->table, first, count, &trouble));
    model_remove(s->m, first, count);
}

static void swap_remove_row(const stage *s)
{
    size_t index = any_row(s);
    WORKS(s->table, stoa_table_swap_remove(s->table, index, &trouble));
    model_swap_remove(s->m, index);
}

static void swap_rows(const stage *s)
{
    size_t a = any_row(s), b = any_row(s);
    WORKS(s->table, stoa_table_swap(s->table, a, b, &trouble));
    model_swap(s->m, a, b);
}

static void reverse(const stage *s)
{
    WORKS(s->table, stoa_table_reverse(s->table, &trouble));
    model_reverse(s->m);
}

static void permute(const stage *s)
{
    size_t indices[MOST_ROWS + 1], count = s->m->count;
    for (size_t i = 0; i < count; i++)
        indices[i] = i;
    for (size_t i = count; i > 1; i--) {
        size_t j = dice_below(s->d, i), kept = indices[i - 1];
        indices[i - 1] = indices[j];
        indices[j] = kept;
    }
    WORKS(s->table, stoa_table_permute(s->table, indices, count, &trouble));
    model_take(s->m, indices, count);
}

static void keep(const stage *s)
{
    uint8_t mask[MOST_ROWS + 1];
    for (size_t i = 0; i < s->m->count; i++)
        mask[i] = dice_below(s->d, 5) > 0;
    WORKS(s->table, stoa_table_keep(s->table, mask, s->m->count, &trouble));
    model_keep(s->m, mask);
}

static void clear_and_shrink(const stage *s)
{
    if (dice_below(s->d, 8) == 0) {
        stoa_table_clear(s->table);
        model_resize(s->m, 0);
    }
    stoa_table_shrink(s->table);
}

/* Extends by columns of a few random records, for all or some of the fields. */
static void extend(const stage *s)
{
    enum { MOST = 9 };
    size_t rows = dice_below(s->d, MOST), given = 0;
    record records[MOST] = {{0}};
    stoa_source sources[MODEL_FIELDS];
    for (size_t row = 0; row < rows; row++)
        records[row] = record_random(s->d, s->owner);
    for (size_t i = MODEL_FIELDS; i > 0; i--) {
        stoa_type type = (stoa_type)i;
        if (dice_below(s->d, 4) > 0) {
            sources[given++] = (stoa_source){.name = stoa_type_name(type),
                                             .type = type,
                                             .data = record_member(&records[0], type),
                                             .stride = sizeof(record)};
            continue;
        }
        size_t width = stoa__value_width(type);
        for (size_t row = 0; row < rows; row++)
            memcpy(record_member(&records[row], type), record_member(&s->m->initial, type), width);
    }
    WORKS(s->table, stoa_table_extend(s->table, sources, given, rows, &trouble));
    for (size_t row = 0; row < rows; row++)
        model_append(s->m, &records[row]);
}

static void set_cell(const stage *s)
{
    size_t row = any_row(s), field = dice_below(s->d, MODEL_FIELDS);
    record r = record_random(s->d, s->owner);
    stoa_value values[MODEL_FIELDS];
    record_values(&r, values);
    WORKS(s->table, stoa_row_set(stoa_table_row(s->table, row), field, values[field], &trouble));
    stoa_type type = (stoa_type)(field + 1);
    memcpy(record_member(&s->m->rows[row], type), record_member(&r, type), stoa__value_width(type));
}

/* Writes every step-th cell of the object column, forwards or backwards. */
static void write_objects(const stage *s)
{
    enum { MOST = 8 };
    void *objects[MOST];
    ptrdiff_t step = (ptrdiff_t)dice_below(s->d, 3) + 1;
    size_t first = any_row(s), count = 0;
    if (dice_below(s->d, 2))
        step = -step;
    for (ptrdiff_t row = (ptrdiff_t)first; row >= 0 && row < (ptrdiff_t)s->m->count && count < MOST;
         row += step)
        objects[count++] =
            dice_below(s->d, 4) == 0 ? NULL : &s->owner->all[dice_below(s->d, THINGS)];
    stoa_source source = {.type = STOA_OBJECT, .data = objects};
    WORKS(s->table,
          stoa_column_write(s->table, STOA_OBJECT - 1, first, step, count, &source, &trouble));
    for (size_t i = 0; i < count; i++)
        s->m->rows[(ptrdiff_t)first + (ptrdiff_t)i * step].in_object = objects[i];
}

static void take_and_replace(const stage *s)
{
    size_t indices[12];
    stoa_table *taken = NULL;
    size_t count = dice_below(s->d, 12);
    model expected;
    for (size_t i = 0; i < count; i++)
        indices[i] = any_row(s);
    WORKS(s->table, stoa_table_take(&taken, s->table, indices, count, &trouble));
    model_copy(&expected, s->m);
    model_take(&expected, indices, count);
    model_rows_match(&expected, taken);
    model_dispose(&expected);
    stoa_table_free(taken);
}

static void copy(const stage *s)
{
    stoa_table *copied = NULL;
    WORKS(s->table, stoa_table_copy(&copied, s->table, &trouble));
    model_rows_match(s->m, copied);
    stoa_table_free(copied);
}

/* Adds or drops a field that the model does not have. */
static void change_fields(const stage *s)
{
    size_t field;
    const stoa_field extra = {.name = "extra", .type = STOA_INT64, .initial.int64 = 5};
    const stoa_field object = {.name = "other object", .type = STOA_OBJECT};
    if (stoa_table_find_field(s->table, "extra", &field, NULL) == STOA_OK) {
        const int64_t *cells = stoa_int64_column(s->table, "extra");
        for (size_t i = 0; i < s->m->count; i++)
            ck_assert_int_eq(cells[i], 5);
        WORKS(s->table, stoa_table_drop_field(s->table, "extra", &trouble));
        WORKS(s->table, stoa_table_drop_field(s->table, "other object", &trouble));
    } else {
        WORKS(s->table, stoa_table_add_field(s->table, &extra, NULL, &trouble));
        WORKS(s->table, stoa_table_add_field(s->table, &object, NULL, &trouble));
    }
}

typedef struct operation {
    void (*run)(const stage *s);
    unsigned weight;
    bool needs_rows;
} operation;

static const operation operations[] = {
    {replace_row, 10, true},     {append_row, 30, false}, {insert_row, 12, false},
    {append_refused, 6, false},  {resize, 2, false},      {remove_rows, 5, false},
    {swap_remove_row, 8, true},  {swap_rows, 6, true},    {reverse, 4, false},
    {permute, 5, false},         {keep, 4, false},        {clear_and_shrink, 2, false},
    {extend, 12, false},         {set_cell, 20, true},    {write_objects, 12, true},
    {take_and_replace, 4, true}, {copy, 3, false},        {change_fields, 3, false},
};

static const operation *any_operation(dice *d)
{
    size_t all = 0, chosen = 0;
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
        all += operations[i].weight;
    for (size_t roll = dice_below(d, all); roll >= operations[chosen].weight; chosen++)
        roll -= operations[chosen].weight;
    return &operations[chosen];
}

static void run_randomly(uint64_t seed, size_t steps)
{
    static things owner;
    memset(&owner, 0, sizeof owner);
    stoa_pool *pool = things_pool(&owner);
    dice d = {seed};
    model models[2];
    stoa_table *tables[2];
    for (int i = 0; i < 2; i++) {
        model_init(&models[i]);
        tables[i] = model_table(&models[i], pool);
    }
    const model *const both[] = {&models[0], &models[1]};
    for (size_t step = 0; step < steps; step++) {
        size_t which = dice_below(&d, 2);
        const operation *chosen = any_operation(&d);
        stage s = {tables[which], &models[which], &d, &owner};
        if (chosen->needs_rows && s.m->count == 0)
            continue;
        chosen->run(&s);
        if (s.m->count >= MOST_ROWS - 10) {
            WORKS(s.table, stoa_table_resize(s.table, MOST_ROWS / 2, &trouble));
            model_resize(s.m, MOST_ROWS / 2);
        }
        model_rows_match(&models[0], tables[0]);
        model_rows_match(&models[1], tables[1]);
        models_match_pool(both, 2, &owner, pool);
    }
    stoa_table_free(tables[0]);
    models_match_pool(&both[1], 1, &owner, pool);
    stoa_table_free(tables[1]);
    things_are_all_released(&owner);
    stoa_pool_free(pool);
    model_dispose(&models[0]);
    model_dispose(&models[1]);
}

TEST(random_operations_do_to_tables_what_they_do_to_models)
{
    run_randomly(1, scaled(1000, 60));
}

TEST(other_random_operations_do_so_too)
{
    run_randomly(20240229, scaled(1000, 60));
}

int main(void)
{
    return RUN("random", random_operations_do_to_tables_what_they_do_to_models,
               other_random_operations_do_so_too);
}
