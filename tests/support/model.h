/* model.h: the table as an array of plain C structs, one member for each type.
 *
 * Every operation on rows is written out the slow, obvious way. A test does the same to a model
 * and to a table and then says model_matches. */
#ifndef STOA_TESTS_MODEL_H
#define STOA_TESTS_MODEL_H

#include <stoa/stoa.h>

#include "testing.h"
#include "things.h"

enum { MODEL_FIELDS = STOA_OBJECT };

/* record.in_int32 and so on; object is the pointer. */
typedef struct record {
#define MODEL__MEMBER(NAME, name, cell, value, member) value in_##name;
    STOA_TYPES(MODEL__MEMBER)
#undef MODEL__MEMBER
} record;

typedef struct model {
    record *rows;
    size_t count;
    size_t room;
    record initial; /* of new rows */
} model;

/* No rows. Defaults are other than zero, but for the object. */
void model_init(model *m);
void model_dispose(model *m);

/* The fields of a table like the model: named "bool", "int8", … "object", in the order of
 * STOA_TYPES, so that the field of a type has index type - 1. `fields` has MODEL_FIELDS places. */
void model_fields(const model *m, stoa_field *fields);
/* An empty table like the model, with this pool for its objects (may be NULL). */
stoa_table *model_table(const model *m, stoa_pool *pool);
/* Fails the test unless the table has the model's rows, value for value. */
void model_rows_match(const model *m, const stoa_table *table);
/* Fails the test unless the pool holds the objects of these models' rows, counted, and no more,
 * each retained once. */
void models_match_pool(const model *const *models, size_t count, const things *owner,
                       const stoa_pool *pool);

/* The record as values for append, insert. `values` has MODEL_FIELDS places. */
void record_values(const record *r, stoa_value *values);
/* Any values, edges among them; the object is one of `owner`, or often NULL; NULL if owner is. */
record record_random(dice *d, things *owner);
/* The member that holds the value of this type. */
void *record_member(record *r, stoa_type type);

/* ---- the operations ---- */

void model_resize(model *m, size_t rows);
void model_append(model *m, const record *r);
void model_insert(model *m, size_t index, const record *r);
void model_remove(model *m, size_t first, size_t count);
void model_swap(model *m, size_t a, size_t b);
void model_swap_remove(model *m, size_t index);
void model_reverse(model *m);
/* Row i becomes what row indices[i] was; also a take, where count differs. */
void model_take(model *m, const size_t *indices, size_t count);
void model_keep(model *m, const uint8_t *mask);
void model_copy(model *copy, const model *m);

#endif
