/* cell.h: single values and the cells of a field: type.h's rules, and what the field's unit and
 * zone add to them. Not for objects, whose cells are handles. */
#ifndef STOA__STORE_CELL_H
#define STOA__STORE_CELL_H

#include "store/schema.h"

static inline stoa__time stoa__field_time(const stoa__schema_field *field)
{
    return (stoa__time){field->type, field->unit, field->zone};
}

/* As stoa__convert_value(). */
stoa_status stoa__field_convert(const stoa__schema_field *field, const stoa_value *value,
                                void *out);
/* Whether a cell holds what the field takes; only times and enumerations can fail that. */
stoa_status stoa__field_check(const stoa__schema_field *field, const void *cell);
/* The value of a cell. */
stoa_value stoa__field_value(const stoa__schema_field *field, const void *cell);
/* The error for a value that a field does not take. */
stoa_status stoa__field_refuse(const stoa__schema_field *field, const stoa_value *value,
                               stoa_status status, size_t row, stoa_error *error);

#endif
