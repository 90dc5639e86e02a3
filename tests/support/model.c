/* model.c: see model.h. */
#include "model.h"

#include <stdlib.h>
#include <string.h>

#include "reference.h"

static void make_room(model *m, size_t rows)
{
    if (rows <= m->room)
        return;
    m->room = 2 * rows;
    m->rows = realloc(m->rows, m->room * sizeof *m->rows);
    ck_assert_ptr_nonnull(m->rows);
}

void model_init(model *m)
{
    memset(m, 0, sizeof *m);
    m->initial.in_bool = true;
    m->initial.in_int8 = -8;
    m->initial.in_int16 = -1600;
    m->initial.in_int32 = INT32_MIN;
    m->initial.in_int64 = INT64_MIN;
    m->initial.in_uint8 = 255;
    m->initial.in_uint16 = 1600;
    m->initial.in_uint32 = UINT32_MAX;
    m->initial.in_uint64 = UINT64_MAX;
    m->initial.in_float32 = -0.5f;
    m->initial.in_float64 = 0.1;
    m->initial.in_string = (stoa_string){"default", 7};
    make_room(m, 1);
}

void model_dispose(model *m)
{
    free(m->rows);
    memset(m, 0, sizeof *m);
}

void *record_member(record *r, stoa_type type)
{
    switch (type) {
#define MEMBER(NAME, name, cell, value, member) \
    case STOA_##NAME:                           \
        return &r->in_##name;
        PLAIN_TYPES(MEMBER)
#undef MEMBER
    default:
        break;
    }
    ck_abort_msg("no type");
    return NULL;
}

void model_fields(const model *m, stoa_field *fields)
{
    memset(fields, 0, MODEL_FIELDS * sizeof *fields);
#define FIELD(NAME, type_name, cell, value, slot) \
    fields[STOA_##NAME - 1].name = #type_name;    \
    fields[STOA_##NAME - 1].type = STOA_##NAME;   \
    fields[STOA_##NAME - 1].initial.slot = m->initial.in_##type_name;
    PLAIN_TYPES(FIELD)
#undef FIELD
}

stoa_table *model_table(const model *m, stoa_pool *pool)
{
    stoa_field fields[MODEL_FIELDS];
    stoa_table_options options = {.max_rows = 100000, .pool = pool};
    stoa_table *table = NULL;
    model_fields(m, fields);
    WORKS(NULL, stoa_table_new(&table, fields, MODEL_FIELDS, &options, &trouble));
    return table;
}

void record_values(const record *r, stoa_value *values)
{
    record copy = *r;
    for (size_t i = 0; i < VALUE_TYPES; i++)
        values[i] = reference_value(value_type(i), record_member(&copy, value_type(i)));
    values[STOA_OBJECT - 1] = stoa_object_value(r->in_object);
    values[STOA_STRING - 1] = stoa_string_value(r->in_string);
}

static stoa_string random_string(dice *d)
{
    static const char text[] = "the quick brown fox\0jumps over the lazy dog";
    size_t first = dice_below(d, 30);
    return (stoa_string){text + first, dice_below(d, 3) * dice_below(d, 7)};
}

record record_random(dice *d, things *owner)
{
    record r = {0};
    for (size_t i = 0; i < VALUE_TYPES; i++) {
        stoa_type type = value_type(i);
        const char *edges;
        size_t count = reference_edges(type, (const void **)&edges);
        size_t width = stoa_type_width(type), pick = dice_below(d, count);
        memcpy(record_member(&r, type), edges + pick * width, width);
    }
    if (owner != NULL && dice_below(d, 3) > 0)
        r.in_object = &owner->all[dice_below(d, THINGS)];
    r.in_string = random_string(d);
    return r;
}

/* ---- matching ---- */

static void row_matches(const model *m, const stoa_table *table, size_t row)
{
    for (size_t i = 0; i < VALUE_TYPES; i++) {
        stoa_type type = value_type(i);
        const char *cells = stoa_column_cells(table, i);
        ck_assert_msg(reference_same(type, record_member(&m->rows[row], type),
                                     cells + row * stoa_type_width(type)),
                      "row %zu, %s", row, stoa_type_name(type));
    }
    stoa_string wanted = m->rows[row].in_string;
    stoa_string found =
        stoa_string_pool_get(stoa_table_strings(table), stoa_string_column(table, "string")[row]);
    ck_assert_msg(found.length == wanted.length &&
                      (wanted.length == 0 || memcmp(found.bytes, wanted.bytes, wanted.length) == 0),
                  "row %zu, string", row);
    const stoa_handle *handles = stoa_object_column(table, "object");
    ck_assert_msg(stoa_pool_get(stoa_table_pool(table), handles[row]) == m->rows[row].in_object,
                  "row %zu, object", row);
}

void model_rows_match(const model *m, const stoa_table *table)
{
    ck_assert_uint_eq(stoa_table_rows(table), m->count);
    for (size_t row = 0; row < m->count; row++)
        row_matches(m, table, row);
}

static size_t uses_in_models(const model *const *models, size_t count, const void *object)
{
    size_t uses = 0;
    for (size_t k = 0; k < count; k++)
        for (size_t i = 0; i < models[k]->count; i++)
            uses += models[k]->rows[i].in_object == object;
    return uses;
}

void models_match_pool(const model *const *models, size_t count, const things *owner,
                       const stoa_pool *pool)
{
    size_t distinct = 0;
    for (size_t i = 0; i < THINGS; i++) {
        size_t uses = uses_in_models(models, count, &owner->all[i]);
        stoa_handle handle = stoa_pool_find(pool, &owner->all[i]);
        ck_assert_msg(stoa_pool_uses(pool, handle) == uses, "thing %zu: %zu uses, not %zu", i,
                      stoa_pool_uses(pool, handle), uses);
        ck_assert((handle == 0) == (uses == 0));
        distinct += uses > 0;
    }
    ck_assert_uint_eq(stoa_pool_count(pool), distinct);
    things_match(owner, pool);
}

/* ---- the operations ---- */

void model_resize(model *m, size_t rows)
{
    make_room(m, rows);
    for (size_t i = m->count; i < rows; i++)
        m->rows[i] = m->initial;
    m->count = rows;
}

void model_append(model *m, const record *r)
{
    model_insert(m, m->count, r);
}

void model_insert(model *m, size_t index, const record *r)
{
    make_room(m, m->count + 1);
    for (size_t i = m->count; i > index; i--)
        m->rows[i] = m->rows[i - 1];
    m->rows[index] = *r;
    m->count++;
}

void model_remove(model *m, size_t first, size_t count)
{
    for (size_t i = first; i + count < m->count; i++)
        m->rows[i] = m->rows[i + count];
    m->count -= count;
}

void model_swap(model *m, size_t a, size_t b)
{
    record r = m->rows[a];
    m->rows[a] = m->rows[b];
    m->rows[b] = r;
}

void model_swap_remove(model *m, size_t index)
{
    m->rows[index] = m->rows[m->count - 1];
    m->count--;
}

void model_reverse(model *m)
{
    for (size_t i = 0; i < m->count / 2; i++)
        model_swap(m, i, m->count - 1 - i);
}

void model_take(model *m, const size_t *indices, size_t count)
{
    model old;
    model_copy(&old, m);
    make_room(m, count);
    for (size_t i = 0; i < count; i++)
        m->rows[i] = old.rows[indices[i]];
    m->count = count;
    model_dispose(&old);
}

void model_keep(model *m, const uint8_t *mask)
{
    size_t kept = 0;
    for (size_t i = 0; i < m->count; i++)
        if (mask[i])
            m->rows[kept++] = m->rows[i];
    m->count = kept;
}

void model_copy(model *copy, const model *m)
{
    model_init(copy);
    copy->initial = m->initial;
    make_room(copy, m->count);
    if (m->count > 0)
        memcpy(copy->rows, m->rows, m->count * sizeof *m->rows);
    copy->count = m->count;
}
