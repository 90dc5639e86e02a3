/* fields.h: a new field, prepared aside, so that it can be filled before the table gets it. */
#ifndef STOA__STORE_FIELDS_H
#define STOA__STORE_FIELDS_H

#include "store/table.h"

/* A prepared field, or the components of a vector. */
typedef struct stoa__addition {
    stoa__schema *schema;
    stoa_column *columns;
    stoa__column_extra *extra;
    stoa__region region;       /* of the columns */
    uint32_t count;            /* of components; 1 for a single value */
    size_t distance;           /* bytes from a component to the next */
    char *cells;               /* of the table's rows, all zero; of the first component */
    uint64_t *validity;        /* likewise; NULL: not nullable */
    stoa_pool *pool;           /* the table's, or a new one */
    stoa_string_pool *strings; /* likewise */
    stoa_handle handle;
    stoa__link **links; /* of a reference: the table's, with its own at the end */
    size_t max_rows;    /* of the table from now on */
} stoa__addition;

/* Prepares a field. The table is unchanged until the field is put into it. */
stoa_status stoa__field_prepare(stoa__addition *made, const stoa_table *table,
                                const stoa_field *field, stoa_error *error);
/* Says that all cells of `rows` rows will be written at once. */
void stoa__field_expect(stoa__addition *made, size_t rows);
/* Adds the field to the table. Cannot fail. Cells are as they were written; the default is not
 * filled in. */
void stoa__field_put(stoa_table *table, stoa__addition *made);
void stoa__field_give_up(stoa__addition *made, const stoa_table *table);

#endif
