/* schema.h: the fields of a table, without their cells.
 *
 * A schema never changes: a table that gains, loses or renames a field takes another one. Tables
 * with the same fields share one, so that a million small tables keep their names once. */
#ifndef STOA__STORE_SCHEMA_H
#define STOA__STORE_SCHEMA_H

#include <stoa/table.h>

#include "store/times.h"

#define STOA__NO_FIELD UINT32_MAX

/* A vector is its components, fields in a row that are named `position[0]`, `position[1]`, …, and
 * an entry behind the fields that has the vector's name. */
typedef struct stoa__schema_field {
    const char *name; /* NULL: dropped */
    uint32_t hash;
    uint16_t length; /* of the name */
    uint8_t type;
    uint8_t flags;       /* STOA_NULLABLE, and STOA_HAS_INITIAL where its default is not null */
    uint16_t components; /* of the vector that this is or is part of; 0: one value */
    uint16_t component;  /* which one this is; kept when the field is dropped */
    uint32_t vector;     /* of a component: its vector's entry. of an entry: the first component */
    const stoa__zone *zone;    /* of timestamps; NULL: none */
    const char *const *labels; /* of an enumeration: see labels.h */
    uint32_t label_count;
    uint8_t unit;       /* of timestamps and durations */
    uint8_t on_remove;  /* of references: STOA_ON_REMOVE_NULL or a later one; else 0 */
    stoa__cell initial; /* numbers: the cell itself; null: zero. objects, strings: unused */
    void *object;       /* the default of an object field */
    stoa_string string; /* the default of a string field */
} stoa__schema_field;

typedef struct stoa__schema {
    struct stoa__schema *next; /* in its bucket */
    size_t references;
    uint64_t hash;
    size_t bytes; /* of this allocation */
    size_t row_bytes;
    size_t row_bits; /* those of the cells, and one for each nullable field */
    uint32_t field_limit;
    uint32_t field_count;
    uint32_t vector_count;
    uint32_t object_count;
    uint32_t nullable_count;
    uint32_t labels_count; /* fields that have labels */
    uint32_t string_count;
    uint32_t reference_count;
    uint32_t index_mask;
    uint16_t *index; /* open addressing on the name's hash; field or entry + 1; 0: free */
    stoa__schema_field fields[]; /* field_limit, and then the entries of vector_count vectors */
} stoa__schema;

static inline bool stoa__schema_takes_null(const stoa__schema_field *field)
{
    return (field->flags & STOA_NULLABLE) != 0;
}

/* Whether there are validity bits. A null reference is the id 0, or one that no row has. */
static inline bool stoa__schema_nullable(const stoa__schema_field *field)
{
    return stoa__schema_takes_null(field) && field->type != STOA_REFERENCE;
}

/* Whether new cells of the field are null. */
static inline bool stoa__schema_begins_null(const stoa__schema_field *field)
{
    return field->flags == STOA_NULLABLE;
}

/* The type, if inline code may read and write its cells as they are. */
static inline uint8_t stoa__schema_plain(const stoa__schema_field *field)
{
    bool plain = !stoa__has_handles((stoa_type)field->type) && !stoa__schema_nullable(field) &&
                 field->label_count == 0 && field->type != STOA_REFERENCE;
    return plain ? field->type : (uint8_t)STOA_NO_TYPE;
}

/* The schema of these fields. The caller owns a reference. */
stoa_status stoa__schema_new(stoa__schema **schema, const stoa_field *fields, size_t count,
                             stoa_error *error);
/* The schema with a field added, dropped or renamed: of a vector with all its components, where
 * `field` is the first. The caller owns a reference. */
stoa_status stoa__schema_add(stoa__schema **changed, const stoa__schema *schema,
                             const stoa_field *field, stoa_error *error);
stoa_status stoa__schema_drop(stoa__schema **changed, const stoa__schema *schema, uint32_t field,
                              stoa_error *error);
stoa_status stoa__schema_rename(stoa__schema **changed, const stoa__schema *schema, uint32_t field,
                                const char *name, stoa_error *error);
/* The schema without its dropped fields. */
stoa_status stoa__schema_compact(stoa__schema **changed, const stoa__schema *schema,
                                 stoa_error *error);
/* Adds a reference. */
void stoa__schema_retain(stoa__schema *schema);
void stoa__schema_release(stoa__schema *schema);

/* The index of a field; STOA__NO_FIELD if no field has that name. */
uint32_t stoa__schema_find(const stoa__schema *schema, const char *name, size_t length);
/* The same, or the entry of the vector of that name, which is at field_limit or above. */
uint32_t stoa__schema_find_any(const stoa__schema *schema, const char *name, size_t length);
/* The entry of a vector; NULL if no vector has that name. */
const stoa__schema_field *stoa__schema_find_vector(const stoa__schema *schema, const char *name,
                                                   size_t length);
/* How many fields go together with a field: those of its vector, or itself. */
static inline uint32_t stoa__schema_span(const stoa__schema_field *field)
{
    return field->components > 0 ? field->components : 1;
}
/* Fails with STOA_NO_FIELD and the names of the fields. */
stoa_status stoa__schema_no_field(const stoa__schema *schema, const char *name, stoa_error *error);

#endif
