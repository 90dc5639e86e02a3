/* append.h: a row from separate values. */
#ifndef STOA__STORE_APPEND_H
#define STOA__STORE_APPEND_H

#include "store/table.h"

/* Appends a row. values[k] points at the value of fields[k], in the field's own type (object: at
 * the pointer), or is NULL for null; other fields get their defaults. */
stoa_status stoa__table_append_pointers(stoa__table *table, const uint32_t *fields, size_t count,
                                        const void *const *values, stoa_error *error);

#endif
