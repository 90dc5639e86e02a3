/* grow.h: the number of rows, and the memory for them. Only stoa__table_grow can fail. */
#ifndef STOA__STORE_GROW_H
#define STOA__STORE_GROW_H

#include "store/table.h"

/* Gets memory for `rows` rows in all. On failure nothing visible has changed. */
stoa_status stoa__table_grow(stoa__table *table, size_t rows, stoa_error *error);
/* Says that all cells of rows [first, end) will be written at once. */
void stoa__table_expect(stoa__table *table, size_t first, size_t end);
/* Says the same of [first, capacity), into which more rows than these are likely to come. */
void stoa__table_expect_more(stoa__table *table, size_t first);
/* Writes the field's default into rows [first, first + count), which are beyond the table's end. */
void stoa__column_write_defaults(stoa__table *table, uint32_t field, size_t first, size_t count);
/* The objects in rows [first, first + count) leave their pool. */
void stoa__table_leave_objects(stoa__table *table, size_t first, size_t count);
/* Sets the number of rows: all changes of it go through here, except inline appends and
 * stoa__table_drop_last. Gives memory back when much of it is free. */
void stoa__table_set_rows(stoa__table *table, size_t rows);
/* The same for the last row alone, whose id has left already. */
void stoa__table_drop_last(stoa__table *table);
/* Gives written pages that hold no row before `rows` back to the system. */
void stoa__table_give_back(stoa__table *table, size_t rows);
/* Gives free memory back to the system, if there is much. */
void stoa__table_trim_memory(stoa__table *table);
/* Updates append_limit and room. */
void stoa__table_open(stoa__table *table);
/* The region of a column, and the column's offset in it. */
stoa__region *stoa__column_region(stoa__table *table, uint32_t field, size_t *offset);
/* The same of its validity bits; NULL where the field is not nullable. */
stoa__region *stoa__validity_region(stoa__table *table, uint32_t field, size_t *offset);

#endif
