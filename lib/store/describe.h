/* describe.h: fields as callers describe them, checked, and as a schema has them. */
#ifndef STOA__STORE_DESCRIBE_H
#define STOA__STORE_DESCRIBE_H

#include "store/schema.h"

/* How many fields of a table it is: each component of a vector is one. */
static inline size_t stoa__field_span(const stoa_field *field)
{
    return field->length > 0 ? field->length : 1;
}

stoa_status stoa__check_name(const char *name, stoa_error *error);
/* What can be a vector: its length, its type, and the names of its components. */
stoa_status stoa__check_length(const stoa_field *field, stoa_error *error);
/* The bytes that a component's name has more than its vector's. */
size_t stoa__suffix_length(const stoa__schema_field *field);
/* Checks a field, and gives it at `out`: of a vector each component. */
stoa_status stoa__describe(stoa__schema_field *out, const stoa_field *field, stoa_error *error);

#endif
