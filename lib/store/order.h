/* order.h: the steps of removal and reordering. None of them can fail. */
#ifndef STOA__STORE_ORDER_H
#define STOA__STORE_ORDER_H

#include "store/table.h"

/* The handles in the first rows, copied from another table of the pool, are uses of their own. */
void stoa__table_share_objects(stoa__table *table, size_t rows);
/* Cells from `middle` to `end` change places with those from `first` to `middle`. */
void stoa__table_rotate(stoa__table *table, size_t first, size_t middle, size_t end);
/* The rows [first, first + count) go, count > 0, and those behind them move up. */
void stoa__table_close_gap(stoa__table *table, size_t first, size_t count);
/* The end of each removal: the rows are gone from every column, their objects from the pool. */
void stoa__table_end_removal(stoa__table *table, size_t rows);

#endif
