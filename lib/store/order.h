/* order.h: the steps of removal and reordering. None of them can fail. */
#ifndef STOA__STORE_ORDER_H
#define STOA__STORE_ORDER_H

#include "store/table.h"

/* Counts the handles in the first rows, which were copied from another table of the same pool. */
void stoa__table_share_objects(stoa__table *table, size_t rows);
/* Exchanges the cells [first, middle) with [middle, end). */
void stoa__table_rotate(stoa__table *table, size_t first, size_t middle, size_t end);
/* Overwrites rows [first, first + count), count > 0, by those after them. */
void stoa__table_close_gap(stoa__table *table, size_t first, size_t count);
/* The end of each removal: the rows are gone from every column, their objects from the pool. */
void stoa__table_end_removal(stoa__table *table, size_t rows);

#endif
