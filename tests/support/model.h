/* model.h: a table as an array of plain C structs, with one member per type.
 *
 * Every operation on rows is written in the slow, obvious way. A test makes the same changes to a
 * model and a table, and then calls model_matches. */
#ifndef STOA_TESTS_MODEL_H
#define STOA_TESTS_MODEL_H

#include <stoa/stoa.h>

#include "plain_types.h"
#include "testing.h"
#include "things.h"

enum { MODEL_FIELDS = STOA_STRING };

/* Members are in_int32 and so on; that of an object is its pointer, that of a string has bytes of
 * static storage. */
typedef struct record {
#define MODEL__MEMBER(NAME, name, cell, value, member) value in_##name;
    PLAIN_TYPES(MODEL__MEMBER)
#undef MODEL__MEMBER
} record;

typedef struct model {
    record *rows;
    size_t count;
    size_t room;
    record initial; /* the defaults, for new rows */
} model;

/* A model without rows. Its defaults are not zero, except for the object. */
void model_init(model *m);
void model_dispose(model *m);

/* The fields of a table like the model: "bool", "int8", … "string", in the order of PLAIN_TYPES, so
 * that a type's field has the index type - 1. `fields` has MODEL_FIELDS places. */
void model_fields(const model *m, stoa_field *fields);
/* An empty table like the model. pool: for its objects; may be NULL. */
stoa_table *model_table(const model *m, stoa_pool *pool);
/* Fails the test unless the table has the model's rows, value for value. */
void model_rows_match(const model *m, const stoa_table *table);
/* Fails the test unless the pool holds exactly the objects in the rows of these models, with right
 * counts, and retained each once. */
void models_match_pool(const model *const *models, size_t count, const things *owner,
                       const stoa_pool *pool);

/* The record as values for an append or insert. `values` has MODEL_FIELDS places. */
void record_values(const record *r, stoa_value *values);
/* A random record, often with edge values. Its object is one of `owner` or NULL; NULL if owner is
 * NULL. */
record record_random(dice *d, things *owner);
/* The record's member for this type. */
void *record_member(record *r, stoa_type type);

/* ---- the operations ---- */

void model_resize(model *m, size_t rows);
void model_append(model *m, const record *r);
void model_insert(model *m, size_t index, const record *r);
void model_remove(model *m, size_t first, size_t count);
void model_swap(model *m, size_t a, size_t b);
void model_swap_remove(model *m, size_t index);
void model_reverse(model *m);
/* Row i becomes a copy of the old row indices[i]; there are `count` rows afterwards. */
void model_take(model *m, const size_t *indices, size_t count);
void model_keep(model *m, const uint8_t *mask);
void model_copy(model *copy, const model *m);

#endif
