/* schema.h: the fields of a table, without their cells.
 *
 * A schema never changes: a table that gains, loses or renames a field takes another one. Tables
 * with the same fields share one, so that a million small tables keep their names once. */
#ifndef STOA__STORE_SCHEMA_H
#define STOA__STORE_SCHEMA_H

#include <stoa/table.h>

#include "store/type.h"

#define STOA__NO_FIELD UINT32_MAX

typedef struct stoa__schema_field {
    const char *name; /* NULL: dropped */
    uint32_t hash;
    uint16_t length;
    uint8_t type;
    uint8_t flags;      /* STOA_NULLABLE, and STOA_HAS_INITIAL where its default is not null */
    stoa__cell initial; /* numbers: the cell itself; null: zero. objects: unused */
    void *object;       /* the default of an object field */
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
    uint32_t object_count;
    uint32_t nullable_count;
    uint32_t index_mask;
    uint16_t *index; /* open addressing on the name's hash; field + 1; 0: free */
    stoa__schema_field fields[];
} stoa__schema;

static inline bool stoa__schema_nullable(const stoa__schema_field *field)
{
    return (field->flags & STOA_NULLABLE) != 0;
}

/* Whether new cells of the field are null. */
static inline bool stoa__schema_begins_null(const stoa__schema_field *field)
{
    return field->flags == STOA_NULLABLE;
}

/* The type, if inline code may read and write its cells as they are. */
static inline uint8_t stoa__schema_plain(const stoa__schema_field *field)
{
    bool plain = field->type != STOA_OBJECT && !stoa__schema_nullable(field);
    return plain ? field->type : (uint8_t)STOA_NO_TYPE;
}

/* The schema of these fields. The caller owns a reference. */
stoa_status stoa__schema_new(stoa__schema **schema, const stoa_field *fields, size_t count,
                             stoa_error *error);
/* The schema with a field added, dropped or renamed. The caller owns a reference. */
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
/* Fails with STOA_NO_FIELD and the names of the fields. */
stoa_status stoa__schema_no_field(const stoa__schema *schema, const char *name, stoa_error *error);

#endif
