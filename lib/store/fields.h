/* fields.h: a field that is got ready aside, so that it can be filled before the table has it. */
#ifndef STOA__STORE_FIELDS_H
#define STOA__STORE_FIELDS_H

#include "store/table.h"

/* What is got ready for one more field. */
typedef struct stoa__addition {
    stoa__schema *schema;
    stoa_column *columns;
    stoa__column_extra *extra;
    stoa__region region; /* of the column */
    char *cells;         /* of the rows that there are, all zero */
    stoa_pool *pool;     /* the table's, or a new one */
    stoa_handle handle;
    size_t max_rows; /* of the table from now on */
} stoa__addition;

/* The table is as it was, until the addition is put into it or given up. */
stoa_status stoa__field_prepare(stoa__addition *made, const stoa_table *table,
                                const stoa_field *field, stoa_error *error);
/* Says that the cells of so many rows will be written from end to end at once. */
void stoa__field_expect(stoa__addition *made, size_t rows);
/* Cannot fail. Cells that are not written since are what they are: not the default. */
void stoa__field_put(stoa_table *table, stoa__addition *made);
void stoa__field_give_up(stoa__addition *made, const stoa_table *table);

#endif
