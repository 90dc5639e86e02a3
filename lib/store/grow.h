/* grow.h: how many rows a table has, and the memory behind them. Only stoa__table_grow can fail. */
#ifndef STOA__STORE_GROW_H
#define STOA__STORE_GROW_H

#include "store/table.h"

/* Memory for `rows` rows in all; on failure nothing visible has changed. */
stoa_status stoa__table_grow(stoa__table *table, size_t rows, stoa_error *error);
/* Says that the rows from `first` to `end` will be written from end to end at once. */
void stoa__table_expect(stoa__table *table, size_t first, size_t end);
/* Writes the field's default into rows [first, first + count), which are beyond the table's end. */
void stoa__column_write_defaults(stoa__table *table, uint32_t field, size_t first, size_t count);
/* The objects in rows [first, first + count) leave their pool. */
void stoa__table_leave_objects(stoa__table *table, size_t first, size_t count);
/* Every change of the number of rows, but for inline appends, goes through here. Gives memory back
 * when much of it has fallen free. */
void stoa__table_set_rows(stoa__table *table, size_t rows);
/* Pages that no row before `rows` needs, and that were written, go back to the system. */
void stoa__table_give_back(stoa__table *table, size_t rows);
/* Gives the memory of rows that fell free back, if it is much. */
void stoa__table_trim_memory(stoa__table *table);
/* Sets append_limit anew. */
void stoa__table_open(stoa__table *table);
/* The region that a column lies in, and where. */
stoa__region *stoa__column_region(stoa__table *table, uint32_t field, size_t *offset);

#endif
